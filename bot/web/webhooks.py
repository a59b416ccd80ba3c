"""What the carrier asks of us during calls and conversations: each signed request is one turn, answered with TwiML."""

from collections.abc import Mapping
from dataclasses import asdict
from math import isnan

from flask import Blueprint, Response, abort, request
from itsdangerous import BadSignature, Signer, URLSafeSerializer

from bot import twiml
from bot.addresses import sender
from bot.buttons import Buttons, tapped
from bot.calls import hang_up, resume_call, take_turn
from bot.carriers import Carrier
from bot.carriers.twilio import is_genuine
from bot.conversations import About, Conversations
from bot.languages import default_language, languages_for
from bot.messages import Message, take_message
from bot.returning import call_back, end_call_back
from bot.settings import Settings
from bot.transfers import Transfers
from bot.web.carrier_forms import FINAL, both_ends, is_over, raw_target, required, xml
from bot.web.statuses import add_statuses, hear
from bot.web.transfers import add_transfers, headers
from flows.keywords import KEYWORDS
from flows.survey import Channel
from flows.turn import Keyed, Reply, Silence, Spoken, Typed

MENU_TRIES = 3

MOST_FIELDS = 300
"""Fields of a form; carriers send some forty. More would only keep us busy with signatures."""


def webhooks(
    settings: Settings,
    conversations: Conversations,
    transfers: Transfers,
    carrier: Carrier,
    tokens: tuple[str, ...],
    signing_keys: list[bytes],
) -> Blueprint:
    """The endpoints under /twilio.

    tokens: those the carrier may sign with; signing_keys: those that sign addresses of turns, the newest last.
    """
    routes = Blueprint("webhooks", __name__, url_prefix="/twilio")
    survey = conversations.survey
    turns = Signer(signing_keys, salt="turn", key_derivation="hmac")
    choices = URLSafeSerializer(signing_keys, salt="language")
    buttons = Buttons(settings.whatsapp.buttons, carrier)

    @routes.before_request
    def refuse_forgeries() -> None:
        signature = request.headers.get("X-Twilio-Signature")
        if len(request.form) > MOST_FIELDS or not is_genuine(
            tokens, settings.base_url + raw_target(), request.form, signature
        ):
            abort(403)

    def speak(reply: Reply, language: str, turn: str) -> str:
        action = f"{settings.base_url}/twilio/voice/turn/{turns.sign(turn).decode()}"
        return twiml.speak(reply, survey.languages[language], action, settings.voice)

    def write(reply: Reply, language: str, _turn: str) -> str:
        channel = sender(request.form["From"]).channel
        return twiml.SILENT if buttons.template(reply, language, channel) else twiml.write(reply)

    def offer(languages: tuple[str, ...], known: About, attempt: int) -> str:
        choice = choices.dumps([attempt, languages, asdict(known)])
        spoken = [survey.languages[code] for code in languages]
        offers = [(each, survey.say(each.phrases["menu"], key=key)) for key, each in enumerate(spoken, start=1)]
        return twiml.offer_languages(offers, f"{settings.base_url}/twilio/voice/language/{choice}", settings.voice)

    def ask(known: About, wanted: str | None = None) -> str:
        """A call that reaches the survey: ask at once where the language is known, else let the caller choose."""
        theirs, ours = both_ends()
        languages = languages_for(settings, survey, ours, theirs, wanted)
        if len(languages) == 1:
            return transfers.begin(required("CallSid"), theirs, ours, languages[0], known, speak)
        first = default_language(settings, survey)
        return offer(languages or (first, *(code for code in survey.languages if code != first)), known, 1)

    after_call = add_transfers(routes, settings, survey, transfers, ask)

    @routes.post("/voice")
    def portal() -> Response:
        if headers():
            return after_call()
        theirs, ours = both_ends()
        if is_over():
            return xml(twiml.hang_up())
        call = required("CallSid")
        known = resume_call(conversations, call, theirs, ours, speak) or call_back(
            conversations, call, theirs, ours, speak
        )
        return xml(known or ask(About()))

    @routes.post("/voice/language/<choice>")
    def language(choice: str) -> Response:
        try:
            attempt, languages, known = choices.loads(choice)
        except BadSignature:
            abort(403)
        digits = request.form.get("Digits", "")
        chosen = int(digits) if digits.isdecimal() else 0
        if not 1 <= chosen <= len(languages) and attempt < MENU_TRIES:
            return xml(offer(tuple(languages), About(**known), attempt + 1))
        code = languages[chosen - 1] if 1 <= chosen <= len(languages) else languages[0]
        theirs, ours = both_ends()
        return xml(transfers.begin(required("CallSid"), theirs, ours, code, About(**known), speak))

    @routes.post("/voice/turn/<token>")
    def turn(token: str) -> Response:
        try:
            session_id, _, number = turns.unsign(token).decode().rpartition(".")
        except BadSignature:
            abort(403)
        return xml(take_turn(conversations, session_id, int(number), _heard(request.form), speak))

    @routes.post("/voice/status")
    def call_status() -> Response:
        if required("CallStatus") in FINAL:
            hang_up(conversations, required("CallSid"))
            transfers.end(required("CallSid"))
            end_call_back(conversations, required("CallSid"))
        hear(conversations, required("CallStatus"), required("CallSid"))
        return Response(status=204)

    @routes.post("/messages")
    def message() -> Response:
        theirs = sender(required("From"))
        ours = sender(required("To")).person or ""
        if not theirs.can_reply:
            return xml(twiml.SILENT)
        keyword = _answered_by_carrier(theirs.channel)
        sent = request.form.get("Body", "")
        given = Typed(keyword) if keyword else tapped(request.form.get("ButtonPayload", "")) or Typed(sent)
        received = Message(required("MessageSid"), theirs, ours, given, sent)
        if keyword:
            return xml(take_message(conversations, received, lambda *_: twiml.SILENT).twiml)
        taken = take_message(conversations, received, write)
        if taken.turn and taken.twiml == twiml.SILENT and not buttons.send(received, taken.turn):
            return xml(twiml.write(taken.turn.reply))
        return xml(taken.twiml)

    add_statuses(routes, conversations, speak)
    return routes


def _heard(form: Mapping[str, str]) -> Keyed | Spoken | Silence:
    """What the caller did while Gather listened."""
    if keys := form.get("Digits"):
        return Keyed(keys)
    if "SpeechResult" in form:
        return Spoken(form["SpeechResult"], _share(form.get("Confidence", "")))
    return Silence()


def _share(told: str) -> float | None:
    """A number from 0 to 1; None where none was told."""
    try:
        number = float(told)
    except ValueError:
        return None
    return None if isnan(number) else min(max(number, 0.0), 1.0)


def _answered_by_carrier(channel: Channel) -> str | None:
    """The keyword the carrier has already replied to, if this message is one."""
    if told := request.form.get("OptOutType"):
        return told.upper()
    body = request.form.get("Body", "").strip().upper()
    return KEYWORDS.get(body) if channel is Channel.SMS else None
