"""What the carrier asks of us during calls and conversations: each signed request is one turn, answered with TwiML."""

from collections.abc import Mapping
from dataclasses import asdict
from math import isnan

from flask import Blueprint, Response, abort, request
from itsdangerous import BadSignature, Signer, URLSafeSerializer

from bot import twiml
from bot.addresses import sender
from bot.calls import hang_up, resume_call, take_turn
from bot.carriers import Button, Carrier, CarrierError, Outgoing
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
from flows.survey import Channel, Rating
from flows.turn import Keyed, Reply, Silence, Spoken, Tapped, Turn, Typed

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
        return twiml.SILENT if template_for(reply, language) else twiml.write(reply)

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
        given = Typed(keyword) if keyword else _touched(request.form) or Typed(sent)
        received = Message(required("MessageSid"), theirs, ours, given, sent)
        if keyword:
            return xml(take_message(conversations, received, lambda *_: twiml.SILENT).twiml)
        taken = take_message(conversations, received, write)
        if taken.turn and taken.twiml == twiml.SILENT and not send_buttons(received, taken.turn):
            return xml(twiml.write(taken.turn.reply))
        return xml(taken.twiml)

    def template_for(reply: Reply, language: str) -> str | None:
        """The content template whose buttons answer this question, sent by the carrier's API instead of TwiML."""
        on_whatsapp = sender(request.form["From"]).channel is Channel.WHATSAPP
        templates = settings.whatsapp.buttons.get(reply.awaits.key if reply.awaits else "", {})
        return templates.get(language) if on_whatsapp else None

    def send_buttons(received: Message, turn: Turn) -> bool:
        """Whether the question is on its way with its buttons; if it is not, it has to go in words."""
        template, question = template_for(turn.reply, turn.session.language), turn.reply.awaits
        if not template or not isinstance(question, Rating):
            return True
        scale, anchors = question.scale, question.anchors[turn.session.language]
        ends = {scale.low: anchors.low, scale.high: anchors.high}
        buttons = [
            Button(f"{question.key}:{n}", f"{n} {ends.get(n, '')}".strip()[:20])
            for n in range(scale.low, scale.high + 1)
        ]
        variables = {"1": turn.reply.text.replace("\n", " ")}
        channel, theirs = received.theirs.channel, received.theirs.person or ""
        question_in_words = turn.reply.text
        try:
            carrier.send(
                Outgoing(channel, received.ours, theirs, question_in_words, template, tuple(buttons), variables)
            )
        except CarrierError:
            return False  # even where it may have been sent: to be asked twice is better than not at all
        return True

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


def _touched(form: Mapping[str, str]) -> Tapped | None:
    """The button that was touched, if it is one of ours: its payload names the question and the number."""
    question, colon, text = form.get("ButtonPayload", "").partition(":")
    return Tapped(question, text) if colon else None


def _answered_by_carrier(channel: Channel) -> str | None:
    """The keyword the carrier has already replied to, if this message is one."""
    if told := request.form.get("OptOutType"):
        return told.upper()
    body = request.form.get("Body", "").strip().upper()
    return KEYWORDS.get(body) if channel is Channel.SMS else None
