"""Signing in: sessions in a signed cookie that ends when nothing is done, the password changes or the account goes."""

from collections.abc import Sequence
from datetime import timedelta
from typing import cast
from urllib.parse import urlsplit

from flask import Flask, Request, session
from flask.sessions import SecureCookieSession, SecureCookieSessionInterface
from flask_login import LoginManager, UserMixin, current_user, login_user, logout_user

from bot.accounts import Accounts, User


class SignedIn(UserMixin):  # type: ignore[misc]  # flask-login has no types
    """A user in the eyes of the session."""

    def __init__(self, user: User) -> None:
        self.user = user

    def get_id(self) -> str:
        """What the cookie names: the user, and since when their sessions hold."""
        return f"{self.user.id}.{self.user.generation}"


class Sessions(SecureCookieSessionInterface):
    """Sessions in a signed cookie, for which nothing is computed where there is no cookie: webhooks never bring one."""

    def open_session(self, app: Flask, request: Request) -> SecureCookieSession | None:
        """The session of the cookie, or an empty one."""
        if self.get_cookie_name(app) not in request.cookies:
            return self.session_class()
        return super().open_session(app, request)


def keep_sessions(app: Flask, accounts: Accounts, secrets: Sequence[bytes], base_url: str, idle: timedelta) -> None:
    """Lets the application remember who has signed in. secrets: sign the cookie, the newest first."""
    is_https = urlsplit(base_url).scheme == "https"
    app.config.update(
        SECRET_KEY=secrets[0],
        SECRET_KEY_FALLBACKS=list(secrets[1:]),
        # The prefix makes browsers refuse it from anybody but this very host.
        SESSION_COOKIE_NAME="__Host-nawoord" if is_https else "nawoord",
        SESSION_COOKIE_SECURE=is_https,
        SESSION_COOKIE_HTTPONLY=True,
        SESSION_COOKIE_SAMESITE="Lax",
        PERMANENT_SESSION_LIFETIME=idle,
        # A form that was left open is as good as its session.
        WTF_CSRF_TIME_LIMIT=None,
    )
    app.session_interface = Sessions()
    manager = LoginManager()

    @manager.user_loader  # type: ignore[untyped-decorator]
    def load(id_: str) -> SignedIn | None:
        user, _, generation = id_.rpartition(".")
        found = accounts.signed_in(user, int(generation)) if generation.isdecimal() else None
        return SignedIn(found) if found else None

    # Not init_app, which would look for a cookie of another kind after every webhook.
    app.login_manager = manager  # type: ignore[attr-defined]


def enter(user: User) -> None:
    """From now on this browser is that user's, with nothing left of who was there before."""
    session.clear()
    session.permanent = True
    login_user(SignedIn(user))


def leave() -> None:
    """Nobody is signed in with this browser any more; a copy of its cookie is ended by `Accounts.end_sessions`."""
    logout_user()
    session.clear()


def who() -> User | None:
    """The user who asks, None where nobody has signed in."""
    return cast(User, current_user.user) if current_user.is_authenticated else None


def name() -> str:
    """What the user who asks is called, on pages that only who has signed in sees."""
    return cast(User, who()).name


def own_address(target: str | None) -> str | None:
    """The address if it is one of our own pages, so that nobody can be led elsewhere after signing in."""
    if not target or not target.startswith("/") or not target.isprintable() or "\\" in target:
        return None
    parts = urlsplit(target)
    return None if parts.scheme or parts.netloc or target.startswith("//") else target
