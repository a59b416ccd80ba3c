"""What the carrier's forms say, the same for every webhook, and how markup is handed back."""

import re
import unicodedata
from urllib.parse import quote

from flask import Response, abort, request

from bot.addresses import Address, caller

FINAL = frozenset({"completed", "busy", "failed", "no-answer", "canceled"})
"""The states of a call that is over."""

SIP_NUMBER = re.compile(r"sips?:(\+[1-9][0-9]{5,14})@.+")


def required(name: str) -> str:
    """The field of that name; without it the request is refused."""
    value = request.form.get(name)
    if value is None:
        abort(Response(f"{name} is missing", status=400, mimetype="text/plain"))
    return value


def both_ends() -> tuple[Address, str]:
    """Who calls, and which of our numbers. A switchboard that transfers over SIP names the caller by a SIP address."""
    theirs, ours = required("From"), required("To")
    number = SIP_NUMBER.fullmatch(theirs)
    return caller(number[1] if number else theirs), caller(ours).person or ""


def is_over() -> bool:
    """Whether the call has ended, so that nobody hears an answer."""
    return request.form.get("CallStatus") in FINAL


def plain(value: str, longest: int) -> str | None:
    """The value as it can be kept, for which nobody needs what cannot be printed, or a novel; None if it is empty."""
    return "".join(sign for sign in value if unicodedata.category(sign) not in ("Cc", "Cs")).strip()[:longest] or None


def raw_target() -> str:
    """Path and query exactly as requested: Werkzeug would decode what the signature was made over."""
    query = request.query_string.decode("latin-1")
    return quote(request.path) + (f"?{query}" if query else "")


def xml(document: str) -> Response:
    """The markup as the carrier takes it."""
    return Response(document, mimetype="text/xml")
