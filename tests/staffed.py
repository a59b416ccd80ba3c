"""An installation with a user of each role, and browsers in which they have signed in."""

import re
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from argon2 import PasswordHasher
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from bot.accounts import Role
from bot.app import Parts, assemble, create_app
from bot.settings import Settings
from storage.database import migrate
from tests.conftest import SECRET
from tests.tallied import NOON

PASSWORD = "vier woorden zonder verband"
EACH_ROLE: Mapping[str, Role] = {role: role for role in (Role.STAFF, Role.ANALYST, Role.ADMIN)}


class Ticking:
    """A clock that goes on by a second whenever it is asked; it begins on the day after `NOON`."""

    def __init__(self) -> None:
        self.now = NOON + timedelta(days=1)

    def __call__(self) -> datetime:
        self.now += timedelta(seconds=1)
        return self.now


@contextmanager
def staffed(
    url: str, folder: Path, now: Callable[[], datetime], users: Mapping[str, Role] = EACH_ROLE, **settings: Any
) -> Iterator[Parts]:
    """The installation on that database, which is migrated. users: roles by name."""
    plain = {"folder": folder, "database": {"url": url}, "secrets": {"secret_key": SECRET}, **settings}
    migrate(url)
    parts = assemble(Settings.model_validate(plain), now)
    # A real hash takes as long as it takes a guesser.
    parts.accounts._hasher = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)
    for name, role in users.items():
        parts.accounts.add_user(name, role, PASSWORD)
    yield parts
    parts.database.dispose()


def token(page: TestResponse | str) -> str:
    """The token that the forms of this page carry."""
    text = page if isinstance(page, str) else page.text
    found = re.search(r'name="csrf_token"[^>]*value="([^"]+)"', text)
    assert found, text
    return found[1]


def sign_in(client: FlaskClient, name: str, password: str = PASSWORD, **more: str) -> TestResponse:
    """What comes of signing in."""
    form = {"csrf_token": token(client.get("/sign-in")), "name": name, "password": password, **more}
    return client.post("/sign-in", data=form)


def client_of(parts: Parts, name: str = "analyst") -> FlaskClient:
    """A browser in which that user has signed in."""
    client = create_app(parts).test_client()
    assert sign_in(client, name).status_code in (302, 303)
    return client
