"""Knows a browser in which somebody has signed in before, by a signed cookie that opens nothing."""

from collections.abc import Sequence
from urllib.parse import urlsplit

from flask import request
from itsdangerous import BadData, URLSafeSerializer
from werkzeug import Response

from bot.accounts import User

YEAR = 365 * 24 * 60 * 60
"""Seconds for which a browser is known after somebody has signed in."""


class Browsers:
    """The browsers that we know. secrets: sign the cookie, the newest first."""

    def __init__(self, secrets: Sequence[bytes], base_url: str) -> None:
        self._is_https = urlsplit(base_url).scheme == "https"
        self._cookie = "__Host-nawoord-known" if self._is_https else "nawoord-known"
        self._signed = URLSafeSerializer([*reversed(secrets)])

    def known(self) -> str | None:
        """The id of the user who has signed in last with the browser that asks; None where nobody has."""
        try:
            return str(self._signed.loads(request.cookies.get(self._cookie, "")))
        except BadData:
            return None

    def remember(self, response: Response, user: User) -> None:
        """Lets the browser tell from now on that this user has signed in with it."""
        told = self._signed.dumps(user.id)
        response.set_cookie(self._cookie, told, max_age=YEAR, secure=self._is_https, httponly=True, samesite="Lax")
