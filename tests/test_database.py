"""The database keeps what it acknowledged, lets everybody through in turn, and survives whoever dies in the middle."""

import multiprocessing
import os
import signal
import subprocess
import sys
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import Connection, func, insert, select, text
from sqlalchemy.exc import DBAPIError, IntegrityError, InvalidRequestError

from storage import database as module
from storage import turnstile
from storage.database import Database, is_duplicate, raced
from storage.driver import run
from storage.models import opt_outs
from storage.turnstile import Turnstile

NOON = datetime(2026, 1, 2, 12, tzinfo=UTC)
ROOT = Path(__file__).resolve().parent.parent


def keep(database: Database, index: str, at: datetime = NOON) -> None:
    with database.write() as connection:
        connection.execute(insert(opt_outs), {"address_index": index, "at": at, "how": "test"})


def kept(database: Database) -> int:
    with database.read() as connection:
        return connection.scalar(select(func.count()).select_from(opt_outs)) or 0


@pytest.mark.parametrize(
    "url",
    [
        "mysql://somebody:s3cret@host/name",
        "postgresql+psycopg2://somebody:s3cret@host/name",
        "s3cret",
        "sqlite://",
        "sqlite:///:memory:",
        "sqlite:///file:s3cret?mode=memory&uri=true",
        "sqlite:///nawoord.db?timeout=5",
        "sqlite://s3cret/nawoord.db",
    ],
)
def test_refuses_what_it_cannot_keep_safe(url: str) -> None:
    """Any other URL is refused with what to write instead, and without repeating a password in it."""
    with pytest.raises(ValueError, match="sqlite:///path/to/file") as refusal:
        Database.open(url)
    assert "s3cret" not in str(refusal.value)


def test_place_that_cannot_be_written_is_told(tmp_path: Path) -> None:
    """Where no file can be made the error says where and why, before anybody calls."""
    (tmp_path / "file").touch()
    with pytest.raises(ValueError, match=r"cannot be kept there: .*file"):
        Database.open(f"sqlite:///{tmp_path}/file/nawoord.db")


def test_file_is_for_its_owner_only(tmp_path: Path) -> None:
    """The folder, the database and every file SQLite puts beside it cannot be read by other users."""
    database = Database.open(f"sqlite:///{tmp_path}/new/folder/nawoord.db")
    with database.write() as connection:
        connection.execute(text("CREATE TABLE something (id INTEGER)"))
        files = list((tmp_path / "new/folder").iterdir())
    assert {file.name for file in files} > {"nawoord.db", "nawoord.db-wal", "nawoord.db.lock"}
    assert {file.stat().st_mode & 0o777 for file in files} == {0o600}
    assert (tmp_path / "new/folder").stat().st_mode & 0o777 == 0o700
    database.dispose()


DURABLE: dict[str, dict[str, object]] = {
    "sqlite": {"synchronous": 2, "journal_mode": "wal", "foreign_keys": 1},
    "postgresql": {"synchronous_commit": "on", "transaction_isolation": "read committed", "lock_timeout": "5s"},
}


def test_acknowledged_means_durable(database: Database) -> None:
    """A commit waits until the disk has it, and SQLite holds to foreign keys."""
    wanted = DURABLE[database.kind]
    show = "PRAGMA" if database.kind == "sqlite" else "SHOW"
    with database.write() as connection:
        assert {name: connection.scalar(text(f"{show} {name}")) for name in wanted} == wanted


def test_url_has_the_last_word(migrated_postgresql: str) -> None:
    """What an operator writes into the URL of a PostgreSQL wins over our settings, and leaves the others alone."""
    database = Database.open(f"{migrated_postgresql}&options=-c%20statement_timeout%3D7s")
    with database.read() as connection:
        assert connection.scalar(text("SHOW statement_timeout")) == "7s"
        assert connection.scalar(text("SHOW lock_timeout")) == "5s"
    database.dispose()


def test_reading_cannot_write(database: Database) -> None:
    """A connection for reading refuses to change anything, since it takes no part in transactions."""
    with database.read() as connection, pytest.raises(Exception, match=r"readonly|read-only"):
        connection.execute(insert(opt_outs), {"address_index": "a", "at": NOON, "how": "test"})
    assert kept(database) == 0


def fail(connection: Connection) -> None:
    connection.execute(insert(opt_outs), {"address_index": "a", "at": NOON, "how": "test"})
    raise ZeroDivisionError


def test_failure_leaves_nothing_and_holds_nobody_up(database: Database) -> None:
    """Where a block of `write()` raises, all of it is undone and the next writer comes in at once."""
    with pytest.raises(ZeroDivisionError), database.write() as connection:
        fail(connection)
    with ThreadPoolExecutor(1) as other:
        other.submit(keep, database, "b").result(timeout=5)
    assert kept(database) == 1


def test_race_lost_undoes_everything(database: Database) -> None:
    """After a lost race the block can be left as usual, but nothing in it is kept and nothing more can be written."""
    with database.write() as connection:
        connection.execute(insert(opt_outs), {"address_index": "a", "at": NOON, "how": "test"})
        assert raced(connection) is False
        with pytest.raises(InvalidRequestError):
            connection.execute(select(opt_outs))
    assert kept(database) == 0


@pytest.mark.parametrize(("index", "how", "duplicate"), [("a", "test", True), ("b", None, False)])
def test_duplicates_are_told_from_nonsense(database: Database, index: str, how: str | None, duplicate: bool) -> None:
    """A row whose key is taken is a duplicate; one that lacks a value is not."""
    keep(database, "a")
    with pytest.raises(IntegrityError) as refusal, database.write() as connection:
        connection.execute(insert(opt_outs), {"address_index": index, "at": NOON, "how": how})
    assert is_duplicate(refusal.value) is duplicate


def test_errors_show_no_parameters(database: Database) -> None:
    """What was to be stored or looked up is not repeated in an error, which may end up in a log."""
    with pytest.raises(DBAPIError, match="parameters hidden") as refusal, database.read() as connection:
        connection.execute(text("SELECT :word FROM nowhere"), {"word": "s3cret"})
    assert "s3cret" not in str(refusal.value)
    with pytest.raises(DBAPIError, match="nowhere") as refusal, database.read() as connection:
        run(connection, "SELECT :word FROM nowhere", {"word": "s3cret"})
    assert "s3cret" not in str(refusal.value)


MOMENTS = st.datetimes(min_value=datetime(1000, 1, 1), max_value=datetime(9000, 1, 1), timezones=st.timezones())  # noqa: DTZ001


@given(at=MOMENTS, other=MOMENTS)
@settings(max_examples=30, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
def test_moments_come_back_in_utc_and_in_order(database: Database, at: datetime, other: datetime) -> None:
    """Every time comes back as the same moment in UTC, and times are sorted by moment, whatever zone they came in."""
    with database.write() as connection:
        connection.execute(text("DELETE FROM opt_outs"))
        for index, moment in (("a", at), ("b", other)):
            connection.execute(insert(opt_outs), {"address_index": index, "at": moment, "how": "test"})
        rows = list(connection.execute(select(opt_outs.c.at).order_by(opt_outs.c.at)).scalars())
    assert rows == sorted([at.astimezone(UTC), other.astimezone(UTC)])
    assert {row.tzinfo for row in rows} == {UTC}


def test_time_without_zone_is_refused(database: Database) -> None:
    """A time that does not say where it was read from a clock cannot be kept."""
    with pytest.raises(Exception, match="without its zone"):
        keep(database, "a", NOON.replace(tzinfo=None))


def test_moments_are_readable_to_the_databases_own_tools(database: Database) -> None:
    """The database's own functions understand the times we keep."""
    keep(database, "a", datetime(2026, 1, 2, 3, 4, 5, 678901, tzinfo=timezone(timedelta(hours=2))))
    hour = {"sqlite": "strftime('%H:%M', at)", "postgresql": "to_char(at, 'HH24:MI')"}[database.kind]
    with database.read() as connection:
        assert connection.scalar(select(text(hour)).select_from(opt_outs)) == "01:04"


def test_connection_lost_while_idle_is_replaced(migrated_postgresql: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """When the server restarts between two answers, the second is kept over a new connection, with no error."""
    monkeypatch.setattr(module, "IDLE", 0)
    database, other = Database.open(migrated_postgresql), Database.open(migrated_postgresql)
    kill = text("SELECT pg_terminate_backend(:pid)")
    for open_one in (database.read, database.write):
        with open_one() as connection:
            before = connection.scalar(text("SELECT pg_backend_pid()"))
        with other.read() as connection:
            connection.execute(kill, {"pid": before})
        with open_one() as connection:
            assert connection.scalar(text("SELECT pg_backend_pid()")) != before
    database.dispose()
    other.dispose()


def use_broken(connection: Connection, killer: Database) -> None:
    pid = connection.scalar(text("SELECT pg_backend_pid()"))
    with killer.read() as other:
        other.execute(text("SELECT pg_terminate_backend(:pid)"), {"pid": pid})
    run(connection, "SELECT 1", {})


def test_connection_lost_in_use_is_not_used_again(migrated_postgresql: str) -> None:
    """A connection that breaks in the middle fails once and never again."""
    database, other = Database.open(migrated_postgresql), Database.open(migrated_postgresql)
    with pytest.raises(Exception, match="terminating connection"), database.write() as connection:
        use_broken(connection, other)
    with database.write() as connection:
        assert connection.scalar(text("SELECT 1")) == 1
    database.dispose()
    other.dispose()


def test_every_process_opens_its_own(database: Database) -> None:
    """A database carried over a fork is refused: two processes on one connection would read each other's answers."""
    child = multiprocessing.get_context("fork").Process(target=_refused, args=(database,))
    child.start()
    child.join(timeout=30)
    assert child.exitcode == 0


def _refused(database: Database) -> None:
    with pytest.raises(RuntimeError, match="open it again"):
        keep(database, "a")
    os._exit(0)


STAYS_INSIDE = """
import sys, time
from datetime import UTC, datetime
from sqlalchemy import insert
from storage.database import Database
from storage.models import opt_outs

with Database.open(sys.argv[1]).write() as connection:
    connection.execute(insert(opt_outs), {"address_index": "a", "at": datetime.now(UTC), "how": "test"})
    print("in", flush=True)
    time.sleep(60)
"""


def test_killed_writer_holds_nobody_up(database: Database, database_url: str) -> None:
    """A process that is killed in the middle of writing leaves nothing, and the next writer comes in."""
    command = [sys.executable, "-c", STAYS_INSIDE, database_url]
    with subprocess.Popen(command, stdout=subprocess.PIPE, cwd=ROOT) as writer, ThreadPoolExecutor(1) as thread:
        assert writer.stdout is not None
        assert writer.stdout.readline() == b"in\n"
        waiting = thread.submit(keep, database, "a")
        with pytest.raises(TimeoutError):
            waiting.result(timeout=0.2)
        writer.send_signal(signal.SIGKILL)
        waiting.result(timeout=5)
    assert kept(database) == 1


def test_crowd_is_let_through(database: Database, database_url: str) -> None:
    """Two processes of eight threads write as fast as they can: nobody is refused, nothing acknowledged is lost."""
    context = multiprocessing.get_context("spawn")
    written = context.Queue()
    crowd = [context.Process(target=_write_for, args=(database_url, 2.0, name, written)) for name in ("a", "b")]
    for process in crowd:
        process.start()
    acknowledged = sum(written.get(timeout=60) for _ in crowd)
    for process in crowd:
        process.join(timeout=30)
    assert [process.exitcode for process in crowd] == [0, 0]
    assert kept(database) == acknowledged > 0


def _write_for(url: str, seconds: float, name: str, written: "multiprocessing.Queue[int]") -> None:
    database = Database.open(url)
    end = time.monotonic() + seconds

    def write(thread: int) -> int:
        count = 0
        while time.monotonic() < end:
            keep(database, f"{name} {thread} {count}")
            count += 1
        return count

    with ThreadPoolExecutor(8) as threads:
        written.put(sum(threads.map(write, range(8))))
    database.dispose()


def test_turnstile_keeps_the_order(tmp_path: Path) -> None:
    """Threads are let in one at a time in the order they came, whoever held the lock before."""
    gate, order = Turnstile(tmp_path / "lock"), list[int]()

    def pass_through(number: int) -> None:
        with gate.alone():
            order.append(number)

    threads = [threading.Thread(target=pass_through, args=(number,)) for number in range(10)]
    with gate.alone():
        for waiting, thread in enumerate(threads, start=1):
            thread.start()
            _until_waiting(gate, waiting)
    for thread in threads:
        thread.join(timeout=5)
    assert order == list(range(10))
    gate.close()


def test_turnstile_gives_up_and_goes_on(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever waits too long is told so; those behind still get in."""
    monkeypatch.setattr(turnstile, "PATIENCE", 0.05)
    gate = Turnstile(tmp_path / "lock")
    with gate.alone(), pytest.raises(TimeoutError, match="other threads"), gate.alone():
        pass
    with gate.alone():
        assert not gate._queue
    gate.close()


def _until_waiting(gate: Turnstile, threads: int) -> None:
    end = time.monotonic() + 5
    while len(gate._queue) < threads:
        assert time.monotonic() < end
        time.sleep(0.001)
