"""Errors of the API as problem details (RFC 9457): what is wrong, in which field, and how it is mended."""

import difflib
from collections.abc import Iterable, Mapping, Sequence
from http import HTTPStatus
from typing import Any, NoReturn

from flask import Response, abort, jsonify, request
from pydantic import BaseModel, Field, ValidationError
from werkzeug.exceptions import HTTPException

from bot.intake import Fault
from flows.document import DefinitionError
from storage.database import UnavailableError, took_too_long

MEDIA_TYPE = "application/problem+json"

BUSY_SECONDS = 5
"""After which it is worth asking again where the database does not answer."""


class FieldProblem(BaseModel):
    """What is wrong with one field or parameter."""

    pointer: str | None = Field(None, description="The field of the body, as a JSON pointer: `#/phone`.")
    parameter: str | None = Field(None, description="The parameter of the address.")
    detail: str = Field(description="What is wrong with it.")
    remedy: str = Field(description="What to do about it.")


class Problem(BaseModel):
    """Why a request was not done."""

    type: str = Field(
        "about:blank", description="Always `about:blank`: status and title say what kind of problem it is."
    )
    title: str
    status: int
    detail: str = Field(description="What is wrong and what to do, for people.")
    errors: list[FieldProblem] | None = Field(None, description="Every field that is at fault.")


TITLES = {422: "Invalid content", 413: "Content too large"}
"""Where the name of the status is not the one in use today."""

DETAILS: Mapping[int, str] = {
    400: "The body is no JSON; check its quotation marks, commas and brackets.",
    404: "There is nothing at this address; GET /api/v1/openapi.json lists all there is.",
    413: "The body is too large; report one contact at a time, with no more than is needed of it.",
    429: "That was too much with one key at once; wait a minute, and send what you have more slowly.",
    500: "Something went wrong here that you cannot mend; it has been noted. Try again later.",
}

REMEDIES: Mapping[str, tuple[str, str]] = {
    "missing": ("it is missing", "add it"),
    "string_type": ("it is no text", "write it in quotation marks"),
    "string_too_short": ("it is too short", "give at least {min_length}"),
    "string_too_long": ("it is too long", "shorten it to {max_length} characters"),
    "string_pattern_mismatch": ("it is blank, or holds signs that cannot be printed", "write what people can read"),
    "string_unicode": ("it holds characters that do not exist", "send it as UTF-8"),
    "bool_type": ("it is neither true nor false", "write true or false, without quotation marks"),
    "bool_parsing": ("it is neither true nor false", "write true or false"),
    "int_parsing": ("it is no whole number", "write digits"),
    "greater_than_equal": ("it is too small", "give at least {ge}"),
    "less_than_equal": ("it is too large", "give at most {le}"),
    "dict_type": ("it is no object", 'write names and texts, as in {{"product": "fibre"}}'),
    "enum": ("it is none of the possible values", "choose from {expected}"),
    "literal_error": ("it is none of the possible values", "choose from {expected}"),
    "model_type": ("it is no object", 'write {{"name": "value"}}'),
    "timezone_aware": ("it has no time zone", "write it as in 2026-01-31T14:05:00+01:00"),
}
"""By pydantic's type of error: what is wrong, and what to do."""

DAY = r"^\d{4}-\d{2}-\d{2}$"
PATTERNS: Mapping[str, tuple[str, str]] = {DAY: ("this is no day", "write it as in 2026-01-31")}
"""The same by the pattern that a text does not have."""

ANY_TIME = ("it is no date and time", "write it as in 2026-01-31T14:05:00+01:00")


def problem(
    status: int, detail: str, errors: Iterable[FieldProblem] = (), headers: Mapping[str, str] | None = None
) -> Response:
    """A problem as a response."""
    title = TITLES.get(status) or HTTPStatus(status).phrase.capitalize()
    found = Problem(title=title, status=status, detail=detail, errors=list(errors) or None)
    response = jsonify(found.model_dump(exclude_none=True))
    response.status_code = status
    response.mimetype = MEDIA_TYPE
    response.headers.update(headers or {})
    return response


def refuse(status: int, detail: str, headers: Mapping[str, str] | None = None) -> NoReturn:
    """Ends the request with a problem."""
    abort(problem(status, detail, headers=headers))


def invalid(errors: Sequence[FieldProblem]) -> Response:
    """The problem that some fields cannot be taken as they are; its detail names them all."""
    told = [f"{each.parameter or (each.pointer or '').removeprefix('#/') or 'body'}: {each.detail}" for each in errors]
    return problem(422, f"{'; '.join(told)}. Nothing was taken; mend this and send it again.", errors)


def faulty(faults: Iterable[Fault]) -> Response:
    """The same for what was found in a contact or a number."""
    return invalid([_at(fault.field.split(".", 1), fault.problem, fault.remedy) for fault in faults])


def mistaken(error: ValidationError, model: type[BaseModel] | None = None) -> Response:
    """The same for what pydantic has found. model: what was expected, to find the name that was probably meant."""
    return invalid([_told(fault, model) for fault in error.errors(include_url=False, include_input=False)])


def from_http(error: HTTPException) -> Response:
    """Whatever else ends a request: no such address, another method, a body that cannot be read."""
    if error.response is not None:
        assert isinstance(error.response, Response)  # noqa: S101 -- made by `abort(problem(...))`; for mypy
        return error.response
    status = error.code or 500
    detail = DETAILS.get(status, error.description or "")
    headers = {name: value for name, value in error.get_headers() if name in ("Allow", "Retry-After")}
    if status == 429:
        headers["Retry-After"] = "60"
    if status == 405:
        detail = f"{request.method} is not done here; use {headers.get('Allow', 'another method')}."
    return problem(status, detail, headers=headers)


def from_outage(error: UnavailableError) -> Response:
    """The database does not answer, or has given up the question."""
    if took_too_long(error):
        return problem(503, "There is too much to count for this question; choose a shorter period or narrow it.")
    detail = f"The database does not answer at the moment; nothing was taken. Try again in {BUSY_SECONDS} seconds."
    return problem(503, detail, headers={"Retry-After": str(BUSY_SECONDS)})


def from_frame(_: DefinitionError) -> Response:
    """The code frame, without which nothing can be told by theme."""
    return problem(503, "The code frame cannot be read, so nothing can be told by theme; `nawoord check` says why.")


def _told(fault: Any, model: type[BaseModel] | None) -> FieldProblem:
    place, kind = [str(part) for part in fault["loc"]], fault["type"]
    if kind == "extra_forbidden":
        return _at(place, "there is no such field", _nearest(place[-1], model))
    default = ANY_TIME if kind.startswith(("datetime", "date")) else (fault["msg"].lower(), "see the documentation")
    context = fault.get("ctx", {})
    wrong, remedy = PATTERNS.get(context.get("pattern", "")) or REMEDIES.get(kind, default)
    return _at(place, wrong, remedy.format(**context))


def _at(place: Sequence[str], detail: str, remedy: str) -> FieldProblem:
    if request.method in ("GET", "HEAD"):
        return FieldProblem(parameter=".".join(place), detail=detail, remedy=remedy)
    pointer = "".join("/" + part.replace("~", "~0").replace("/", "~1") for part in place)
    return FieldProblem(pointer=f"#{pointer}", detail=detail, remedy=remedy)


def _nearest(name: str, model: type[BaseModel] | None) -> str:
    known = list(model.model_fields) if model else []
    near = difflib.get_close_matches(name, known, n=1)
    return f"did you mean {near[0]}?" if near else f"leave it out; known are {', '.join(known)}"
