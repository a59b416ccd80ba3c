"""How a reply sounds or reads to the carrier: TwiML, the same bytes for the same reply."""

from collections.abc import Mapping, Sequence

from twilio.twiml.messaging_response import MessagingResponse
from twilio.twiml.voice_response import Gather, VoiceResponse

from bot.config import Voice
from flows.language import Language
from flows.survey import Open, Rating
from flows.turn import Reply

SILENT = str(MessagingResponse())
"""No reply."""


def speak(reply: Reply, language: Language, action: str, settings: Voice) -> str:
    """The reply as spoken, then listening for what it awaits, or hanging up where it awaits nothing.

    action: the absolute URL of the turn awaited. Silence is posted there as well, so that no caller is ever dropped.
    """
    voice = {"voice": settings.voices[language.code], "language": language.locale}
    response = VoiceResponse()
    for line in reply.notice:
        response.say(line, **voice)
    if reply.awaits is None:
        for line in reply.lines:
            response.say(line, **voice)
        response.hangup()
        return str(response)
    wait, listening = _listening(reply, language, settings)
    gather = Gather(action=action, method="POST", action_on_empty_result=True, **listening)
    for line in reply.lines:
        gather.say(line, **voice)
    if wait:
        gather.pause(length=wait)
    response.append(gather)
    response.redirect(action, method="POST")
    return str(response)


def offer_languages(languages: Sequence[Language], action: str, settings: Voice) -> str:
    """A choice of languages, each named in itself: the first under key 1, the second under 2, and so on."""
    response = VoiceResponse()
    gather = Gather(
        action=action,
        method="POST",
        action_on_empty_result=True,
        input="dtmf",
        num_digits=1,
        finish_on_key="",
        timeout=settings.first_key_seconds,
    )
    for key, language in enumerate(languages, start=1):
        phrase = language.phrases["menu"].format_map({"key": key})
        gather.say(phrase, voice=settings.voices[language.code], language=language.locale)
    response.append(gather)
    response.redirect(action, method="POST")
    return str(response)


def write(reply: Reply) -> str:
    """The reply as one text message; nothing where there is nothing to say."""
    response = MessagingResponse()
    if reply.text:
        response.message(reply.text)
    return str(response)


def hang_up() -> str:
    """The end of a call without a word."""
    response = VoiceResponse()
    response.hangup()
    return str(response)


def _listening(reply: Reply, language: Language, settings: Voice) -> tuple[int, Mapping[str, str | int]]:
    """Seconds to wait beyond Gather's own timeout, and how Gather listens for what the reply awaits.

    Gather knows one timeout for the first key and between keys. Where several keys can come, it is set for the time
    between keys, and a pause inside the Gather, which any key cuts short, gives the longer time before the first.
    """
    one_key: dict[str, str | int] = {"input": "dtmf", "num_digits": 1, "finish_on_key": ""}
    match reply.awaits:
        case Rating() if reply.confirming:
            return 0, {**one_key, "timeout": settings.read_back_seconds}
        case Rating(scale=scale):
            speech = _speech(language, settings) if settings.speech_on_retry and reply.attempt else {}
            if scale.high < 10:
                return 0, {**one_key, "timeout": settings.first_key_seconds, **speech}
            wait = max(settings.first_key_seconds - settings.between_keys_seconds, 0)
            keys: dict[str, str | int] = {"input": "dtmf", "num_digits": 2, "finish_on_key": "#"}
            return wait, {**keys, "timeout": settings.between_keys_seconds, **speech}
        case Open():
            return 0, {**one_key, "timeout": settings.first_key_seconds, **_speech(language, settings)}
        case None:
            return 0, {}


def _speech(language: Language, settings: Voice) -> Mapping[str, str | int]:
    """Listening for speech besides keys, in the caller's language, without masking strong words."""
    listening: dict[str, str | int] = {
        "input": "dtmf speech",
        "language": language.locale,
        "speech_timeout": settings.end_of_speech_seconds,
        "profanity_filter": "false",
    }
    if model := settings.speech_models.get(language.code):
        listening["speech_model"] = model
    return listening
