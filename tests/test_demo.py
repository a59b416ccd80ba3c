"""Invented contacts: always the same, in an empty database only, never sent anything, and marked on every page."""

from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from random import Random
from statistics import mean

import pytest
from sqlalchemy import Connection, func, select

from bot.app import Parts, assemble, create_app, source_of
from bot.demo import customers
from bot.demo.customers import CENTRE, PICKY_AGENT, SLOW_QUEUE, happened
from bot.demo.deciding import HOURS
from bot.demo.filling import FilledError, fill, finish
from bot.demo.words import phrases
from bot.invitations import NewContact, Source
from bot.reporting.trends import trend
from bot.settings import Settings
from flows.eligibility import Reason
from flows.filters import Filter
from flows.scoring import net
from flows.trends import Point
from storage import callbacks, demonstration, invitations
from storage.callbacks import Wanted
from storage.database import Database, migrate
from storage.journal import Replied
from storage.models import answers, attempts, changes, contacts, corrections, sessions, tags
from storage.models import invitations as table
from tests.conftest import KINDS, SECRET, new_database

NOW = datetime(2026, 3, 2, 11, tzinfo=UTC)
BANNER = b"Demonstration data"


def parts_of(url: str, folder: Path) -> Parts:
    plain = {"folder": folder, "database": {"url": url}, "secrets": {"secret_key": SECRET}}
    return assemble(Settings.model_validate(plain), lambda: NOW)


def copied(migrated: Path, folder: Path, name: str) -> str:
    (folder / name).write_bytes(migrated.read_bytes())
    return f"sqlite:///{folder / name}"


@contextmanager
def filling(url: str, folder: Path) -> Iterator[Parts]:
    parts = parts_of(url, folder)
    fill(parts, 500, 1, lambda _: None)
    assert sum(finish(parts, 1)) > 20
    yield parts
    parts.database.dispose()


@pytest.fixture(scope="module")
def filled_sqlite(migrated_sqlite: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Parts]:
    folder = tmp_path_factory.mktemp("demo")
    with filling(copied(migrated_sqlite, folder, "demo.db"), folder) as parts:
        yield parts


@pytest.fixture(scope="module")
def filled_postgresql(postgresql: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Parts]:
    url = new_database(postgresql)
    migrate(url)
    with filling(url, tmp_path_factory.mktemp("demo")) as parts:
        yield parts


@pytest.fixture(params=KINDS)
def filled(request: pytest.FixtureRequest) -> Parts:
    """A database with few invented contacts, one of each kind, of which everything is finished."""
    parts: Parts = request.getfixturevalue(f"filled_{request.param}")
    return parts


def rows(database: Database) -> list[tuple[object, ...]]:
    with database.read() as connection:
        asked = select(sessions.c.id, sessions.c.reference, sessions.c.outcome, sessions.c.ended_at)
        given = select(answers.c.session_id, answers.c.question, answers.c.value, answers.c.answered_at)
        found = [
            connection.execute(asked.order_by(sessions.c.id)),
            connection.execute(given.order_by(answers.c.session_id, answers.c.question)),
        ]
        return [tuple(row) for each in found for row in each]


def test_the_same_seed_gives_the_same_rows(filled_sqlite: Parts, filled_postgresql: Parts) -> None:
    """Whoever tries it twice sees the same twice, on whichever database."""
    assert rows(filled_sqlite.database) == rows(filled_postgresql.database)


def test_only_an_empty_database_is_filled(filled: Parts) -> None:
    """A second time is refused, and it is said what to do."""
    with pytest.raises(FilledError, match="delete it to start anew"):
        fill(filled, 10, 2, lambda _: None)


def test_nothing_is_ever_sent(filled: Parts) -> None:
    """Every reference tells what it is, every invitation and survey is over, and not in the future."""
    with filled.database.read() as connection:
        assert invitations.count_due(connection, datetime(2100, 1, 1, tzinfo=UTC), 10) == 0
        assert connection.scalar(select(func.count()).where(table.c.ended_at.is_(None))) == 0
        assert connection.scalar(select(func.count()).where(sessions.c.ended_at.is_(None))) == 0
        assert connection.scalar(select(func.max(sessions.c.ended_at))) < NOW
        assert all(each.startswith("demo-") for each in connection.scalars(select(contacts.c.reference)))
        reasons = set(connection.scalars(select(contacts.c.reason).distinct()))
    assert {Reason.QUARANTINED, Reason.SAMPLED_OUT, Reason.NO_NUMBER, Reason.NO_TIME, None} <= reasons


def test_nobody_is_disturbed_outside_the_hours(filled: Parts) -> None:
    """Every call and message, also over a second channel, is made while the country is open; transfers by day."""
    with filled.database.read() as connection:
        asked = select(attempts.c.made_at, contacts.c.country, contacts.c.source)
        asked = asked.join_from(attempts, table).join(contacts, contacts.c.reference == table.c.reference)
        made = connection.execute(asked).all()
    disturbed = [each for each in made if each.source == "api"]
    assert disturbed
    assert all(HOURS[each.country].is_open(each.made_at) for each in disturbed)
    transfers = [each for each in made if each.source == "transfer"]
    assert all(8 <= each.made_at.astimezone(CENTRE).hour < 20 for each in transfers)


def test_everything_is_told_of_every_channel(filled: Parts) -> None:
    """People answer by call, text and WhatsApp; themes carry evidence, a person has corrected some; all is counted."""
    with filled.database.read() as connection:
        assert set(connection.scalars(select(answers.c.channel).distinct())) == {"call", "sms", "whatsapp"}
        assert connection.scalar(select(func.count()).select_from(tags).where(tags.c.evidence != "[]"))
        assert set(connection.scalars(select(corrections.c.by))) == {"demo"}
        assert not connection.scalar(select(func.count()).select_from(changes))


def test_callbacks_are_in_every_state(filled: Parts) -> None:
    """Some still to be made, some overdue, some in somebody's hands and some closed, none of them announced."""
    with filled.database.read() as connection:
        open_ones = callbacks.listed(connection, Wanted(), 1000)
        closed = callbacks.listed(connection, Wanted(states=("closed",)), 1000)
    found = Counter((line.state, line.due_at < NOW) for line in open_ones)
    assert {("open", True), ("open", False), ("claimed", True)} <= set(found)
    assert closed


def test_an_interrupted_fill_leaves_nothing(tmp_path: Path, migrated_sqlite: Path) -> None:
    """All or nothing is written, so that it can be started again at once."""
    parts = parts_of(copied(migrated_sqlite, tmp_path, "demo.db"), tmp_path)

    def interrupt(_: int) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        fill(parts, 10, 1, interrupt)
    with parts.database.read() as connection:
        assert demonstration.is_invented(connection) is None
    parts.database.dispose()


def test_pages_say_that_contacts_are_invented(filled: Parts, tmp_path: Path, migrated_sqlite: Path) -> None:
    """The banner is there, and absent where contacts are real, whatever they are called, or there are none."""
    assert BANNER in create_app(filled).test_client().get("/sign-in").data
    empty = parts_of(copied(migrated_sqlite, tmp_path, "empty.db"), tmp_path)
    client = create_app(empty).test_client()
    assert BANNER not in client.get("/sign-in").data
    empty.invitations.take(NewContact("demo-000001", None, NOW, Source.API))
    assert BANNER not in client.get("/sign-in").data
    with pytest.raises(FilledError, match="nothing invented is mixed"):
        fill(empty, 10, 1, lambda _: None)
    assert BANNER not in create_app(empty).test_client().get("/sign-in").data
    empty.database.dispose()


def test_a_page_asks_once_whether_contacts_are_invented(filled: Parts, monkeypatch: pytest.MonkeyPatch) -> None:
    """Of a database that holds anything the answer never changes."""
    client, asked = create_app(filled).test_client(), Counter[str]()

    def replied(_: Connection, key: str) -> Replied | None:
        asked[key] += 1
        return Replied(None)

    monkeypatch.setattr(demonstration, "replied", replied)
    for _ in range(3):
        assert BANNER in client.get("/sign-in").data
    assert asked == {demonstration.MARK: 1}


def test_nps_falls_in_month_nine(tmp_path: Path, migrated_sqlite: Path) -> None:
    """By about twelve points, beginning near the day on which customers of one queue begin to wait."""
    parts = parts_of(copied(migrated_sqlite, tmp_path, "demo.db"), tmp_path)
    fill(parts, 5000, 2, lambda _: None)
    source = source_of(parts)
    begin = source.today - timedelta(days=customers.DAYS + 3)
    shift = begin + customers.SHIFT
    whole = trend(source, Filter().between(begin, source.today), "nps", "nps")
    earlier = [each for each in whole.periods if each.last < shift]
    later = [each for each in whole.periods if each.first >= shift]
    fall = _score(earlier) - _score(later)
    assert 5 < fall < 19
    assert whole.shifts is not None
    latest = whole.shifts.found[-1]
    assert latest.size.value < 0
    assert abs(latest.after.first - shift) < timedelta(days=45)
    parts.database.dispose()


def test_what_is_to_be_found_is_there() -> None:
    """Customers of one queue wait long late in the year, and many numbers of one agent lead nowhere."""
    every = list(happened(Random(2), 4000, date(2026, 3, 2)))  # noqa: S311
    late = min(each.ended_at for each in every) + customers.SHIFT
    slow = [each.is_slow for each in every if each.queue == SLOW_QUEUE and each.ended_at > late]
    assert mean(slow) > 3 * mean(each.is_slow for each in every if each.ended_at < late)
    theirs = [each.is_misnoted for each in every if each.agent == PICKY_AGENT]
    assert mean(theirs) > 5 * mean(each.is_misnoted for each in every if each.agent != PICKY_AGENT)


def _score(periods: Sequence[Point]) -> float:
    answered = sum(each.counts.n for each in periods)
    return sum(net(each.counts) * each.counts.n for each in periods if each.counts.n) / answered


@pytest.mark.parametrize("language", ["nl", "en", "de", "fr", "es"])
def test_every_language_has_much_to_say(language: str) -> None:
    """At least forty phrases."""
    assert sum(map(len, phrases(language).values())) >= 40
