"""Who may ask what of the API: a key, its role, how often, and a body that can be read."""

from collections.abc import Callable
from typing import Any

from flask import current_app, g, request

from bot.accounts import Accounts
from bot.web.problems import MEDIA_TYPE, refuse
from bot.web.roles import roles_of

KEY: list[dict[str, list[str]]] = [{"key": []}]


def _described(*statuses: int) -> dict[str | int, Any]:
    """These statuses as problems, for the document."""
    content = {MEDIA_TYPE: {"schema": {"$ref": "#/components/schemas/Problem"}}}
    return {status: {"description": DESCRIPTIONS[status], "content": content} for status in statuses}


DESCRIPTIONS = {
    400: "The body is no JSON.",
    401: "No key, or none that is in use.",
    403: "The key's role does not include this.",
    404: "There is no such contact.",
    409: "Somebody else has it.",
    413: "The body is too large.",
    415: "The body is not announced as JSON.",
    422: "Some fields cannot be taken; each is named, with what to do.",
    429: "Too many requests with this key; wait as long as `Retry-After` says.",
    503: "The database does not answer, try again; or the code frame cannot be read.",
}

READING = _described(401, 403, 422, 429, 503)
WRITING = READING | _described(400, 413, 415)
NOT_FOUND = _described(404)
CONFLICT = _described(409)


def is_open() -> bool:
    """Whether this is asked of nothing that needs a key: the document, its page, and addresses there are not."""
    return not request.blueprints


def whose() -> str:
    """The id of the key of this request."""
    return str(g.key.id)


def admission(accounts: Accounts) -> Callable[[], None]:
    """What is asked of every request before it is read any further."""

    def admit() -> None:
        if is_open():
            return
        scheme, _, key = request.headers.get("Authorization", "").partition(" ")
        if scheme.lower() != "bearer" or not key.strip():
            refuse(
                401,
                "This needs a key: send the header Authorization: Bearer nw_..., with a key of `nawoord keys add`.",
                {"WWW-Authenticate": 'Bearer realm="nawoord"'},
            )
        known = accounts.use_key(key.strip())
        if known is None:
            refuse(
                401,
                "No such key is in use: it is misspelt or was revoked; `nawoord keys list` shows those there are.",
                {"WWW-Authenticate": 'Bearer realm="nawoord", error="invalid_token"'},
            )
        g.key = known
        roles = roles_of(current_app, request.endpoint) or ()
        if known.role not in roles:
            scope = " ".join(roles)
            refuse(
                403,
                f"The role {known.role} of this key does not include this; use a key with one of these: {scope}.",
                {"WWW-Authenticate": f'Bearer realm="nawoord", error="insufficient_scope", scope="{scope}"'},
            )
        if request.method in ("POST", "PUT", "PATCH"):
            _check_body()

    return admit


def _check_body() -> None:
    if not request.is_json:
        refuse(415, "Send the body as JSON, with the header Content-Type: application/json.")
    try:
        body = request.get_json()
    except RecursionError:
        refuse(400, "The body is nested too deeply; send one flat object.")
    if not isinstance(body, dict):
        refuse(422, 'The body has to be one JSON object, as in {"name": "value"}.')
