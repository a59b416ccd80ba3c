"""Invented contacts: always the same, in an empty database only, never sent anything, and marked on every page."""

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy import func, select

from bot.app import Parts, assemble, create_app
from bot.demo.filling import FilledError, fill, finish
from bot.demo.words import phrases
from bot.settings import Settings
from flows.eligibility import Reason
from storage import invitations
from storage.database import Database
from storage.models import answers, contacts, corrections, sessions, tags
from storage.models import invitations as table
from tests.conftest import SECRET

NOW = datetime(2026, 3, 2, 11, tzinfo=UTC)
BANNER = b"Demonstration data"


def parts_of(url: str, folder: Path) -> Parts:
    plain = {"folder": folder, "database": {"url": url}, "secrets": {"secret_key": SECRET}}
    return assemble(Settings.model_validate(plain), lambda: NOW)


@pytest.fixture
def filled(database_url: str, tmp_path: Path) -> Iterator[Parts]:
    """A database with few invented contacts."""
    parts = parts_of(database_url, tmp_path)
    fill(parts, 400, 1, lambda _: None)
    yield parts
    parts.database.dispose()


def rows(database: Database) -> list[tuple[object, ...]]:
    with database.read() as connection:
        asked = select(sessions.c.id, sessions.c.reference, sessions.c.outcome, sessions.c.ended_at)
        given = select(answers.c.session_id, answers.c.question, answers.c.value, answers.c.answered_at)
        found = [
            connection.execute(asked.order_by(sessions.c.id)),
            connection.execute(given.order_by(answers.c.session_id, answers.c.question)),
        ]
        return [tuple(row) for each in found for row in each]


def test_the_same_seed_gives_the_same_rows(filled: Parts, tmp_path: Path, migrated_sqlite: Path) -> None:
    """Whoever tries it twice sees the same twice."""
    copy = tmp_path / "again.db"
    copy.write_bytes(migrated_sqlite.read_bytes())
    again = parts_of(f"sqlite:///{copy}", tmp_path)
    fill(again, 400, 1, lambda _: None)
    assert rows(again.database) == rows(filled.database)
    again.database.dispose()


def test_only_an_empty_database_is_filled_and_nothing_is_ever_sent(filled: Parts) -> None:
    """A second time is refused, every reference tells what it is, and no invitation is open."""
    with pytest.raises(FilledError):
        fill(filled, 10, 2, lambda _: None)
    with filled.database.read() as connection:
        assert invitations.count_due(connection, datetime(2100, 1, 1, tzinfo=UTC), 10) == 0
        assert connection.scalar(select(func.count()).where(table.c.ended_at.is_(None))) == 0
        assert connection.scalar(select(func.count()).where(sessions.c.ended_at.is_(None))) == 0
        assert connection.scalar(select(func.max(sessions.c.ended_at))) < NOW
        assert all(each.startswith("demo-") for each in connection.scalars(select(contacts.c.reference)))
        reasons = set(connection.scalars(select(contacts.c.reason).distinct()))
    assert {Reason.QUARANTINED, Reason.SAMPLED_OUT, Reason.NO_NUMBER, Reason.NO_TIME, None} <= reasons


def test_what_was_said_is_read_and_partly_coded(filled: Parts) -> None:
    """Themes carry evidence, and a person has corrected some."""
    assert sum(finish(filled, 1)) > 20
    with filled.database.read() as connection:
        assert connection.scalar(select(func.count()).select_from(tags).where(tags.c.evidence != "[]"))
        assert set(connection.scalars(select(corrections.c.by))) == {"demo"}


def test_pages_say_that_contacts_are_invented(filled: Parts, tmp_path: Path, migrated_sqlite: Path) -> None:
    """The banner is there, and absent where contacts are real or there are none."""
    assert BANNER in create_app(filled).test_client().get("/sign-in").data
    copy = tmp_path / "empty.db"
    copy.write_bytes(migrated_sqlite.read_bytes())
    empty = parts_of(f"sqlite:///{copy}", tmp_path)
    assert BANNER not in create_app(empty).test_client().get("/sign-in").data
    empty.database.dispose()


@pytest.mark.parametrize("language", ["nl", "en", "de", "fr", "es"])
def test_every_language_has_much_to_say(language: str) -> None:
    """At least forty phrases."""
    assert sum(map(len, phrases(language).values())) >= 40
