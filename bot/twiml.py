"""How a reply sounds or reads to the carrier: TwiML, the same bytes for the same reply."""

from collections.abc import Mapping, Sequence
from functools import lru_cache
from xml.sax.saxutils import escape

from twilio.twiml.messaging_response import MessagingResponse
from twilio.twiml.voice_response import Gather, VoiceResponse

from bot.sections import Voice
from flows.language import Language
from flows.survey import Consent, Open, Rating
from flows.turn import Reply

ACTION = "{action}"
"""Where the address of a turn goes; no wording holds braces when it is spoken."""

SILENT = str(MessagingResponse())
"""No reply."""


def speak(reply: Reply, language: Language, action: str, settings: Voice) -> str:
    """The reply as spoken, then listening for what it awaits, or hanging up where it awaits nothing.

    action: the absolute URL of the turn awaited. Silence is posted there as well, so that no caller is ever dropped.
    """
    voice = settings.voices[language.code]
    if reply.awaits is None:
        return _last_words((*reply.notice, *reply.lines), voice, language.locale)
    wait, listening = _listening(reply, language, settings)
    document = _question(reply.notice, reply.lines, voice, language.locale, wait, tuple(listening.items()))
    return document.replace(ACTION, escape(action))


def offer_languages(offers: Sequence[tuple[Language, str]], action: str, settings: Voice) -> str:
    """A choice of languages by key, each offered in itself."""
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
    for language, offer in offers:
        gather.say(offer, voice=settings.voices[language.code], language=language.locale)
    response.append(gather)
    response.redirect(action, method="POST")
    return str(response)


def offer(question: str, language: Language, action: str, settings: Voice) -> str:
    """A question that one key answers with yes; silence is an answer as well."""
    response = VoiceResponse()
    gather = Gather(
        action=action,
        method="POST",
        action_on_empty_result=True,
        input="dtmf",
        num_digits=1,
        finish_on_key="",
        timeout=settings.read_back_seconds,
    )
    gather.say(question, voice=settings.voices[language.code], language=language.locale)
    response.append(gather)
    response.redirect(action, method="POST")
    return str(response)


def hand_on(url: str) -> str:
    """The call goes on there without a word."""
    response = VoiceResponse()
    response.redirect(url, method="POST")
    return str(response)


def thank(said: str, language: Language, url: str, settings: Voice) -> str:
    """Some words, and then the call goes on there."""
    response = VoiceResponse()
    response.say(said, voice=settings.voices[language.code], language=language.locale)
    response.redirect(url, method="POST")
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


@lru_cache(maxsize=1024)
def _question(
    notice: tuple[str, ...],
    lines: tuple[str, ...],
    voice: str,
    locale: str,
    wait: int,
    listening: tuple[tuple[str, str | int], ...],
) -> str:
    """A question, with a mark where the address belongs: most callers hear what others have heard before."""
    response = VoiceResponse()
    for line in notice:
        response.say(line, voice=voice, language=locale)
    gather = Gather(action=ACTION, method="POST", action_on_empty_result=True, **dict(listening))
    for line in lines:
        gather.say(line, voice=voice, language=locale)
    if wait:
        gather.pause(length=wait)
    response.append(gather)
    response.redirect(ACTION, method="POST")
    return str(response)


@lru_cache(maxsize=1024)
def _last_words(lines: tuple[str, ...], voice: str, locale: str) -> str:
    response = VoiceResponse()
    for line in lines:
        response.say(line, voice=voice, language=locale)
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
        case Open() | Consent():
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
