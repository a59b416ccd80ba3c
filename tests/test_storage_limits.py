"""Who wants no questions gets none, and two machines that answer each other soon fall silent."""

import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta

from storage import optouts, respondents, sandbox, senders
from storage.database import Database
from storage.encryption import Keys
from storage.sandbox import Delivered

NOON = datetime(2026, 1, 2, 12, tzinfo=UTC)
DAY = timedelta(days=1)
OURS = "+31850000001"
THEIRS = "+31600000001"
OLDER = Keys.derive("an older secret for tests and long enough too")
ROTATING = Keys.derive("a newer secret for tests and long enough too,an older secret for tests and long enough too")


def test_person_keeps_the_first_id(database: Database, keys: Keys) -> None:
    """Somebody known is known under the id they were given first, also after the secret was changed."""
    with database.write() as connection:
        assert respondents.remember(connection, OLDER, "first", THEIRS, NOON) == "first"
        assert respondents.remember(connection, OLDER, "second", f"whatsapp:{THEIRS}", NOON) == "first"
        assert respondents.remember(connection, ROTATING, "third", THEIRS, NOON) == "first"
        assert respondents.remember(connection, ROTATING, "fourth", "+31600000002", NOON) == "fourth"
    with database.read() as connection:
        assert respondents.find(connection, ROTATING, THEIRS) == "first"
        assert respondents.find(connection, keys, THEIRS) is None
        assert respondents.address(connection, ROTATING, "first") == THEIRS
        assert respondents.address(connection, ROTATING, "nobody") is None


def test_opt_out_holds_until_opt_in(database: Database) -> None:
    """Whoever opts out is opted out under every key, as often as they say so, until they opt in."""
    indexes = ROTATING.indexes(THEIRS)
    with database.write() as connection:
        assert not optouts.is_opted_out(connection, indexes)
        optouts.opt_out(connection, OLDER.index(THEIRS), NOON, "sms")
        optouts.opt_out(connection, OLDER.index(THEIRS), NOON + DAY, "call")
        assert optouts.is_opted_out(connection, indexes)
        assert not optouts.is_opted_out(connection, ROTATING.indexes("+31600000002"))
        optouts.opt_in(connection, ROTATING.indexes("+31600000002"))
        assert optouts.is_opted_out(connection, indexes)
        optouts.opt_in(connection, indexes)
        assert not optouts.is_opted_out(connection, indexes)


def test_sender_is_greeted_once_a_day(database: Database) -> None:
    """A sender is greeted, then not for 24 hours, whatever the calendar says, then again; others have their own."""
    with database.write() as connection:

        def may_greet(after: timedelta, channel: str = "sms", ours: str = OURS, theirs: str = "them") -> bool:
            return senders.may_greet(connection, channel, ours, theirs, NOON + after)

        assert may_greet(timedelta())
        assert not may_greet(timedelta(seconds=1))
        assert not may_greet(DAY - timedelta(seconds=1))
        assert may_greet(DAY)
        assert not may_greet(DAY + timedelta(seconds=1))
        assert may_greet(timedelta(), channel="whatsapp")
        assert may_greet(timedelta(), ours="+31850000002")
        assert may_greet(timedelta(), theirs="others")


def test_sender_starts_a_few_times_a_day(database: Database) -> None:
    """A sender may start as many surveys a day as the limit says, and as many on the next; greeting counts apart."""
    with database.write() as connection:

        def may_start(at: datetime, limit: int = 2) -> bool:
            return senders.may_start(connection, "sms", OURS, "them", at, limit)

        assert senders.may_greet(connection, "sms", OURS, "them", NOON)
        assert [may_start(NOON) for _ in range(4)] == [True, True, False, False]
        assert may_start(NOON, limit=3)
        assert not senders.may_greet(connection, "sms", OURS, "them", NOON)
        assert [may_start(NOON + DAY) for _ in range(3)] == [True, True, False]
        assert not may_start(NOON + 2 * DAY, limit=0)


def test_limit_holds_when_all_come_at_once(database: Database) -> None:
    """Of many messages at the same moment no more start than may, and one is greeted."""
    ready = threading.Barrier(8)

    def come(_: int) -> tuple[bool, bool]:
        ready.wait(timeout=10)
        with database.write() as connection:
            started = senders.may_start(connection, "sms", OURS, "them", NOON, 3)
            return started, senders.may_greet(connection, "sms", OURS, "them", NOON)

    with ThreadPoolExecutor(8) as crowd:
        came = list(crowd.map(come, range(8)))
    assert [sum(column) for column in zip(*came, strict=True)] == [3, 1]


def test_sandbox_shows_what_is_new(database: Database, keys: Keys) -> None:
    """A phone sees its own messages, those after the last it has seen, in the order they were sent."""
    buttons = [{"payload": "1", "title": "Heel weinig moeite"}]
    theirs = keys.indexes(THEIRS)
    with database.write() as connection:
        first = sandbox.put(connection, NOON, "sms", OURS, theirs[0], "Één", None)
        sandbox.put(connection, NOON, "sms", OURS, keys.index("+31600000002"), "for others", None)
        second = sandbox.put(connection, NOON, "whatsapp", OURS, theirs[0], "twee", buttons)
    one = Delivered(first, NOON, "sms", OURS, "Één", None)
    two = Delivered(second, NOON, "whatsapp", OURS, "twee", buttons)
    with database.read() as connection:
        assert sandbox.since(connection, theirs) == [one, two]
        assert sandbox.since(connection, theirs, first) == [two]
        assert sandbox.since(connection, theirs, second) == []
