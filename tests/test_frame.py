"""What is asked of every page before it looks at anything."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from flask.testing import FlaskClient

from bot.accounts import Role
from tests.staffed import Ticking, client_of, staffed, token


@pytest.fixture
def admin(database_url: str, tmp_path: Path) -> Iterator[FlaskClient]:
    with staffed(database_url, tmp_path, Ticking(), {"admin": Role.ADMIN}) as parts:
        yield client_of(parts, "admin")


def test_what_no_database_keeps_is_found_nowhere(admin: FlaskClient) -> None:
    """A NUL, wherever it stands, is no error of ours on either database."""
    for target in ("/callbacks/%00", "/verbatims/%00", "/contact?reference=%00", "/overview?x=1&queue=a&queue=%00"):
        assert admin.get(target).status_code == 404
    form = {"csrf_token": token(admin.get("/contacts")), "who": "a\0b"}
    assert admin.post("/contacts/find", data=form).status_code == 404
