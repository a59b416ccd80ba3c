"""The sandbox's telephone in the browser: one page, and what it asks of the telephone network in this process."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from typing import Any, NoReturn
from urllib.parse import urlsplit

from flask import Blueprint, Response, abort, jsonify, render_template, request
from itsdangerous import BadSignature, URLSafeSerializer

from bot.carriers.network import Telephones
from bot.carriers.player import Call, from_plain, to_plain
from bot.carriers.sandbox import CALLERS, Sandbox
from flows.survey import Channel
from storage.sandbox import Delivered

SECURITY: Mapping[str, str] = {
    "Content-Security-Policy": "default-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'; "
    "object-src 'none'",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    "Cache-Control": "no-store",
}

LONGEST_TEXT = 1600
"""Characters in a message; carriers take no more."""

NO_LONGER = "this call rings no longer"

THEIRS = re.compile(r"anonymous|\+[1-9][0-9]{5,14}")


def sandbox_pages(
    sandbox: Sandbox,
    company: str,
    numbers: Sequence[str],
    telephones: Telephones,
    secret: str | bytes,
    keyword: str = "survey",
) -> Blueprint:
    """The page and its endpoints under /sandbox.

    numbers: ours, the first one chosen; telephones: those that messages of ours reach and calls of ours ring at;
    secret: signs the state of a call, which the page holds between two keys; keyword: the text that begins the survey.
    """
    pages = Blueprint("sandbox", __name__, url_prefix="/sandbox", template_folder="templates")
    states = URLSafeSerializer(secret, salt="sandbox call")

    @pages.before_request
    def refuse_other_sites() -> None:
        if request.method != "POST":
            return
        origin = request.headers.get("Origin")
        if origin is not None and urlsplit(origin).netloc != request.host:
            _refuse(403, "this can be asked by the sandbox page only")
        if not request.is_json:
            _refuse(415, "send JSON, with Content-Type: application/json")

    @pages.after_request
    def secure(response: Response) -> Response:
        response.headers.update(SECURITY)
        return response

    @pages.get("")
    @pages.get("/")
    def page() -> str:
        return render_template(
            "sandbox.html",
            company=company,
            numbers=numbers,
            callers=CALLERS,
            keyword=keyword,
            longest=LONGEST_TEXT,
        )

    @pages.post("/call")
    def call() -> Response:
        heard = act(request.get_json(silent=True))
        telephones.note(heard)
        return jsonify(_as_heard(heard, states))

    def act(asked: Any) -> Call:
        """The call after what the page asks for."""
        phone = sandbox.phone
        match asked:
            case {"event": "dial", "ours": str(ours), "theirs": str(theirs)}:
                return sandbox.dial(_ours(ours, numbers), _theirs(theirs))
            case {"event": "answer", "call": str(ref), "theirs": str(theirs), "machine": bool(machine)}:
                return telephones.answer(ref, _theirs(theirs), machine) or _refuse(409, NO_LONGER)
            case {"event": "press", "key": str(key), "state": str(state)}:
                try:
                    return phone.press(_call(state, states), key)
                except ValueError as error:
                    _refuse(400, str(error))
            case {"event": "speak", "text": str(text), "confidence": int() | float() as sure, "state": str(state)}:
                return phone.speak(_call(state, states), text[:LONGEST_TEXT], min(max(sure, 0.0), 1.0))
            case {"event": "wait", "state": str(state)}:
                return phone.wait(_call(state, states))
            case {"event": "hang_up", "state": str(state)}:
                return phone.hang_up(_call(state, states))
        _refuse(400, "event must be dial, answer, press, speak, wait or hang_up, with what it needs")

    @pages.post("/decline")
    def decline() -> Response:
        match request.get_json(silent=True):
            case {"call": str(ref), "theirs": str(theirs)}:
                return jsonify() if telephones.decline(ref, _theirs(theirs)) else _refuse(409, NO_LONGER)
        _refuse(400, "to decline needs call and theirs")

    @pages.post("/text")
    def text() -> Response:
        match request.get_json(silent=True):
            case {"ours": str(ours), "theirs": str(theirs), "channel": "sms" | "whatsapp" as channel, **rest}:
                body, payload = rest.get("body"), rest.get("payload")
                if not isinstance(body, str) or len(body) > LONGEST_TEXT or not isinstance(payload, str | None):
                    _refuse(400, f"body must be a text of at most {LONGEST_TEXT} characters")
                ends = _ours(ours, numbers), _theirs(theirs)
                answers = sandbox.text(*ends, body, Channel(channel), payload)
                return jsonify(messages=[asdict(answer) for answer in answers])
        _refuse(400, "a text needs ours, theirs, channel (sms or whatsapp) and body")

    @pages.post("/messages")
    def messages() -> Response:
        # Posted although nothing changes: a number must not stand in a URL.
        match request.get_json(silent=True):
            case {"theirs": str(theirs), "after": int(after)}:
                number = _theirs(theirs)
                return jsonify(
                    messages=[_as_message(item) for item in telephones.fetch(number, after)],
                    ringing=[{"call": call.ref, "ours": call.ours} for call in telephones.ringing(number)],
                )
        _refuse(400, "messages need theirs and after: the id of the last message seen, 0 for all")

    return pages


def _as_heard(call: Call, states: URLSafeSerializer) -> dict[str, Any]:
    gather = call.gather
    return {
        "heard": [asdict(heard) for heard in call.heard],
        "gather": gather and {"input": gather.input, "timeout": gather.timeout, "language": gather.language},
        "keys": call.keys,
        "ended": call.ended,
        "state": states.dumps(to_plain(call)),
    }


def _as_message(item: Delivered) -> dict[str, Any]:
    return {
        "id": item.id,
        "at": item.at.isoformat(),
        "channel": item.channel,
        "text": item.body,
        "buttons": item.buttons or [],
    }


def _call(state: str, states: URLSafeSerializer) -> Call:
    try:
        return from_plain(states.loads(state))
    except (BadSignature, TypeError):  # the latter from a page older than this version
        _refuse(403, "this call was not begun here; dial again")


def _ours(number: str, numbers: Sequence[str]) -> str:
    return number if number in numbers else _refuse(400, f"ours must be one of {', '.join(numbers)}")


def _theirs(number: str) -> str:
    return number if THEIRS.fullmatch(number) else _refuse(400, "theirs must be a number as in +31600000001")


def _refuse(status: int, why: str) -> NoReturn:
    response = jsonify(error=why)
    response.status_code = status
    abort(response)
