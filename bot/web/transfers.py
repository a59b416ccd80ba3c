"""What is asked of us around an agent's call: whether to offer the survey before it, and to begin it afterwards."""

from collections.abc import Callable
from urllib.parse import quote, urlsplit

from flask import Blueprint, Response, abort, request

from bot import twiml
from bot.conversations import About
from bot.intake import LONGEST_NAME, LONGEST_REFERENCE
from bot.languages import languages_for
from bot.settings import Settings
from bot.transfers import Transfers
from bot.web.carrier_forms import both_ends, is_over, plain, required, xml
from flows.survey import Survey

HEADERS = "sipheader_x-nawoord-"
"""How Twilio names the headers that a switchboard has put into a SIP call for us, in whichever case."""

YES = "1"
"""The key by which a caller agrees."""

View = Callable[[], Response]
Ask = Callable[[About, str | None], str]
"""From what is known of a contact and the language it is in, if that is known, to the first markup of the survey."""


def add_transfers(routes: Blueprint, settings: Settings, survey: Survey, transfers: Transfers, ask: Ask) -> View:
    """Adds the endpoints to those whose requests are known to be genuine; gives what answers a call handed over."""
    own = f"{settings.base_url}/"

    @routes.post("/voice/offer")
    def offer() -> Response:
        next_url = _next(own, settings.transfers.hosts)
        theirs, ours = both_ends()
        if is_over():
            return hung_up()
        spoken = languages_for(settings, survey, ours, theirs, told("language"))
        known = spoken[0] if len(spoken) == 1 else None
        code = transfers.offer(required("CallSid"), theirs, about(), known)
        if code is None:
            return xml(twiml.hand_on(next_url))
        language = survey.languages[code]
        action = f"{own}twilio/voice/offer/answer?next={quote(next_url, safe='')}"
        return xml(twiml.offer(survey.say(language.phrases["offer"]), language, action, settings.voice))

    @routes.post("/voice/offer/answer")
    def answer() -> Response:
        next_url = _next(own, settings.transfers.hosts)
        call = required("CallSid")
        if is_over():
            return hung_up()
        code = transfers.answer(call, agrees=request.form.get("Digits") == YES)
        if code is None:
            return xml(twiml.hand_on(next_url))
        language = survey.languages[code]
        said = survey.say(language.phrases["offer_agreed"])
        return xml(twiml.thank(said, language, next_url, settings.voice))

    @routes.post("/voice/after-call")
    def after_call() -> Response:
        was_held = request.form.get("DialCallStatus", "completed") in ("completed", "answered")
        if is_over() or not was_held or request.form.get("QueueResult", "bridged") != "bridged":
            return hung_up()
        theirs, ours = both_ends()
        known = languages_for(settings, survey, ours, theirs, told("language"))
        language = known[0] if len(known) == 1 else None
        if not transfers.may_be_asked(required("CallSid"), theirs, about(), language):
            return xml(twiml.hang_up())
        return xml(ask(about(), told("language")))

    def hung_up() -> Response:
        transfers.end(required("CallSid"), about())
        return xml(twiml.hang_up())

    return after_call


def about() -> About:
    """What the request tells of the contact."""
    named = {name: plain(told(name) or "", LONGEST_NAME) for name in About.names()}
    return About(**{**named, "reference": plain(told("reference") or "", LONGEST_REFERENCE)})


def told(name: str) -> str | None:
    """What is told under that name, in the query or in a header of a SIP call."""
    return request.args.get(name) or headers().get(name) or None


def headers() -> dict[str, str]:
    """What a switchboard tells of the contact that this call is; a call without is none of its."""
    fields = ((field.lower(), value) for field, value in request.form.items())
    return {field.removeprefix(HEADERS): value for field, value in fields if field.startswith(HEADERS)}


def _next(own: str, hosts: tuple[str, ...]) -> str:
    """Where the call goes on. Who can sign could send it anywhere, so only addresses that were agreed on are taken."""
    url = request.args.get("next", "")
    parts = urlsplit(url)
    is_plain = url.isascii() and url.isprintable() and not set(url) & set(" \\<>\"'")
    if not is_plain or not (url.startswith(own) or (parts.scheme == "https" and parts.netloc.lower() in hosts)):
        problem = "next must be an https address of a host listed under transfers.hosts: where the call goes on\n"
        abort(Response(problem, status=400, mimetype="text/plain"))
    return url
