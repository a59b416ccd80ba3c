"""How fast anything goes out holds for everyone together, and who works shows it."""

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta

from storage import heartbeats, pace
from storage.database import Database

NOW = datetime(2026, 3, 2, 10, tzinfo=UTC)
LONG, SHORT = timedelta(hours=1), timedelta(seconds=2)


def taken(database: Database, channel: str = "sms", now: datetime = NOW, longest: timedelta = LONG) -> datetime | None:
    """A turn at ten a second."""
    with database.write() as connection:
        return pace.take(connection, channel, 10, now, longest)


def test_turns_are_as_far_apart_as_the_pace_says(database: Database) -> None:
    """Ten a second, each at a moment of its own, from now on."""
    assert [taken(database) for _ in range(5)] == [NOW + n * timedelta(milliseconds=100) for n in range(5)]


def test_nobody_shares_a_turn(database: Database) -> None:
    """However many ask at the same moment."""
    with ThreadPoolExecutor(8) as pool:
        turns = list(pool.map(lambda _: taken(database), range(60)))
    assert sorted(turn for turn in turns if turn) == [NOW + n * timedelta(milliseconds=100) for n in range(60)]


def test_time_not_used_is_not_saved_up(database: Database) -> None:
    """After a quiet hour there is no burst."""
    taken(database)
    later = NOW + timedelta(hours=1)
    assert [taken(database, now=later) for _ in range(3)] == [later + n * timedelta(milliseconds=100) for n in range(3)]


def test_whose_turn_would_come_too_late_takes_none(database: Database) -> None:
    """They do not stand in the way of others either."""
    turns = [taken(database, longest=SHORT) for _ in range(30)]
    assert len([turn for turn in turns if turn]) == 21
    with database.read() as connection:
        assert pace.free_at(connection, "sms", NOW) == NOW + timedelta(milliseconds=2100)


def test_channels_do_not_wait_for_each_other(database: Database) -> None:
    """Each has a pace of its own."""
    assert taken(database, "sms") == taken(database, "call") == NOW


def test_a_channel_that_stands_still_does_so_for_everyone(database: Database) -> None:
    """Whoever stops it first is told so, and it goes on by itself."""
    until = NOW + timedelta(minutes=5)
    taken(database)
    with database.write() as connection:
        stops = [pace.stop(connection, "sms", NOW, until, SHORT) for _ in range(3)]
    assert stops == [True, False, False]
    assert taken(database, longest=SHORT) is None
    assert taken(database, now=until, longest=SHORT) == until


def test_a_worker_shows_when_it_last_came_by(database: Database) -> None:
    """The last of all of them is told, and those long gone are forgotten."""
    with database.read() as connection:
        assert heartbeats.last(connection) is None
    with database.write() as connection:
        heartbeats.beat(connection, "w1", NOW)
        heartbeats.beat(connection, "w2", NOW + timedelta(seconds=5))
        heartbeats.beat(connection, "w1", NOW + timedelta(seconds=9))
    with database.write() as connection:
        assert heartbeats.last(connection) == NOW + timedelta(seconds=9)
        heartbeats.forget(connection, NOW + timedelta(minutes=1))
        assert heartbeats.last(connection) is None
