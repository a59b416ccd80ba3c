"""The database, SQLite on one machine or PostgreSQL over many: read without a lock, written in short transactions."""

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from sqlite3 import sqlite_version, sqlite_version_info
from time import monotonic
from typing import Any, Literal

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from alembic.util import CommandError
from sqlalchemy import URL, Engine, create_engine, event, make_url, text
from sqlalchemy import Connection as Connection
from sqlalchemy.exc import ArgumentError, DisconnectionError, IntegrityError, OperationalError
from sqlalchemy.pool import ConnectionPoolEntry

from storage.driver import run
from storage.turnstile import Turnstile

UnavailableError = OperationalError
"""The database does not answer, or not in time."""

TOO_LONG = "57014"
"""What PostgreSQL says of a statement that it gives up for the time it takes."""

UnknownRevisionError = CommandError
"""There is no migration of that name."""

OLDEST_SQLITE = (3, 35)
"""The first that returns what it has inserted."""

BUSY = 10_000
"""Milliseconds SQLite waits for a lock that is not ours, such as that of a backup."""

QUEUE = 30
"""Seconds a thread waits for a connection of its own before it gives up."""

IDLE = 5
"""Seconds after which a PostgreSQL connection is tried before it is used: the server may have restarted meanwhile."""

MIGRATING = 0x6E61776F
"""The number of PostgreSQL's advisory lock that lets one process migrate at a time."""

POSTGRESQL = "-c synchronous_commit=on -c statement_timeout=10000 -c lock_timeout=5000 -c timezone=UTC"
"""What every session on a PostgreSQL is set to; times in milliseconds."""


class Database:
    """Connections for every thread of one process. Safe to share between threads; open another after a fork."""

    def __init__(self, reader: Engine, writer: Engine, turnstile: Turnstile | None) -> None:
        self._reader = reader
        self._writer = writer
        self._at_once = writer.execution_options(isolation_level="AUTOCOMMIT")
        self._turnstile = turnstile
        self._process = os.getpid()

    @classmethod
    def open(cls, url: str, *, pool: int = 8) -> "Database":
        """Opens `sqlite:///path` (made where it does not exist) or `postgresql://...`.

        pool: connections kept open for reading; on PostgreSQL as many for writing. As many again open under pressure.
        Raises ValueError for any other URL, without repeating it.
        """
        try:
            parsed = make_url(url)
        except ArgumentError:
            raise ValueError(f"this is no database URL; {ACCEPTED}") from None
        match parsed.get_backend_name():
            case "sqlite":
                return cls(*_sqlite(_path(parsed), pool))
            case "postgresql" | "postgres" if parsed.drivername in ("postgres", "postgresql", "postgresql+psycopg"):
                return cls(*_postgresql(parsed.set(drivername="postgresql+psycopg"), pool))
        raise ValueError(f"a database of the kind {parsed.drivername} cannot be used; {ACCEPTED}")

    @property
    def kind(self) -> str:
        """`sqlite` or `postgresql`."""
        return self._writer.dialect.name

    @contextmanager
    def read(self) -> Iterator[Connection]:
        """A connection that can only read: each statement sees what was committed before it, and holds no lock."""
        self._check_process()
        with self._reader.connect() as connection:
            yield connection

    @contextmanager
    def write(self, *, at_once: bool = False) -> Iterator[Connection]:
        """A transaction: committed, and safe against a crash of the machine, when the block is left; undone when it
        raises. Keep it short, and never open one within another: on SQLite nobody else can write meanwhile.

        at_once: the block writes by one call of ours, which on PostgreSQL is one statement that commits itself and so
        saves two of four journeys.
        """
        self._check_process()
        if self._turnstile is None:
            with (self._at_once if at_once else self._writer).begin() as connection:
                yield connection
        else:
            with self._turnstile.alone(), self._writer.begin() as connection:
                run(connection, "BEGIN IMMEDIATE", {})
                yield connection

    def dispose(self) -> None:
        """Closes everything; the database cannot be used afterwards."""
        self._reader.dispose()
        self._writer.dispose()
        if self._turnstile is not None:
            self._turnstile.close()

    def _check_process(self) -> None:
        if os.getpid() != self._process:
            raise RuntimeError("this database was opened before a fork: open it again in every process")


def raced(connection: Connection) -> Literal[False]:
    """Undoes the transaction because somebody else was faster; always False, the answer of the function that lost.

    The connection refuses everything further, so that nothing half done can be committed: leave the block of `write()`.
    """
    transaction = connection.get_transaction()
    assert transaction is not None  # noqa: S101 -- `write()` has begun one; for mypy
    transaction.rollback()
    return False


def took_too_long(error: UnavailableError) -> bool:
    """Whether the database does answer, and has given up one question for the time it takes."""
    return getattr(error.orig, "sqlstate", None) == TOO_LONG


def is_duplicate(error: IntegrityError) -> bool:
    """Whether a row was refused because one with that key exists, and not because it is nonsense."""
    codes = {getattr(error.orig, "sqlstate", None), getattr(error.orig, "sqlite_errorname", None)}
    return not codes.isdisjoint({"23505", "SQLITE_CONSTRAINT_UNIQUE", "SQLITE_CONSTRAINT_PRIMARYKEY"})


def upgrade(database: Database, revision: str = "head") -> None:
    """Brings the tables up to the newest migration. Processes that start at once do it one after the other."""
    with _migrating(database) as config:
        command.upgrade(config, revision)


def downgrade(database: Database, revision: str = "base") -> None:
    """Takes migrations back, and with them everything stored in what they had added."""
    with _migrating(database) as config:
        command.downgrade(config, revision)


def migrate(url: str) -> None:
    """Opens the database, brings it up to the newest migration and closes it."""
    database = Database.open(url)
    try:
        upgrade(database)
    finally:
        database.dispose()


def at_head(database: Database) -> bool:
    """Whether the tables are those this code was written for."""
    with database.read() as connection:
        heads = MigrationContext.configure(connection).get_current_heads()
    return set(heads) == set(ScriptDirectory.from_config(_config()).get_heads())


ACCEPTED = "use sqlite:///path/to/file or postgresql://user:password@host/name"


def _path(url: URL) -> Path:
    if sys.platform == "win32":
        raise ValueError("SQLite is kept safe by file locks that Windows lacks: use a postgresql:// URL")
    if not url.database or url.database == ":memory:" or url.database.startswith("file:"):
        raise ValueError(f"SQLite needs a file, for several processes share it; {ACCEPTED}")
    if url.query or url.host:
        raise ValueError(f"an SQLite URL holds a path and nothing else; {ACCEPTED}")
    return Path(url.database).expanduser().resolve()


def _sqlite(path: Path, pool: int) -> tuple[Engine, Engine, Turnstile]:
    if sqlite_version_info < OLDEST_SQLITE:
        raise ValueError(f"SQLite {sqlite_version} is too old: 3.35 is needed, or a postgresql:// URL")
    try:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        # Made before SQLite would make it, so that nobody else can read it, nor the files SQLite puts beside it.
        os.close(os.open(path, os.O_RDWR | os.O_CREAT, 0o600))
        turnstile = Turnstile(path.with_name(f"{path.name}.lock"))
    except OSError as error:
        raise ValueError(f"the database cannot be kept there: {error}") from None
    url = URL.create("sqlite+pysqlite", database=str(path))
    driver = {"isolation_level": None, "check_same_thread": False, "timeout": BUSY / 1000}
    reader = create_engine(
        url, connect_args=driver, pool_size=pool, max_overflow=pool, pool_timeout=QUEUE, hide_parameters=True
    )
    writer = create_engine(
        url, connect_args=driver, pool_size=1, max_overflow=0, pool_timeout=QUEUE, hide_parameters=True
    )
    _on_connect(reader, "foreign_keys=ON", "query_only=ON")
    _on_connect(writer, "foreign_keys=ON", "synchronous=FULL")
    with turnstile.alone(), writer.connect() as connection:
        run(connection, "PRAGMA journal_mode=WAL", {})
    return reader, writer, turnstile


def _on_connect(engine: Engine, *pragmas: str) -> None:
    @event.listens_for(engine, "connect")
    def prepare(connection: Any, _: ConnectionPoolEntry) -> None:
        for pragma in pragmas:
            connection.execute(f"PRAGMA {pragma}")


def _postgresql(url: URL, pool: int) -> tuple[Engine, Engine, None]:
    def engine(options: str, **rest: Any) -> Engine:
        # What the URL asks for comes last, which is what the server heeds.
        asked = {"connect_timeout": "5", **url.query}
        asked["options"] = f"{POSTGRESQL} {options} {url.query.get('options', '')}".strip()
        made = create_engine(
            url.update_query_dict(asked),
            pool_size=pool,
            max_overflow=pool,
            pool_use_lifo=True,
            pool_timeout=QUEUE,
            hide_parameters=True,
            **rest,
        )
        _try_when_idle(made)
        return made

    reader = engine("-c default_transaction_read_only=on", isolation_level="AUTOCOMMIT")
    return reader, engine("-c default_transaction_isolation=read\\ committed"), None


def _try_when_idle(engine: Engine) -> None:
    @event.listens_for(engine, "checkin")
    def stamp(_: Any, entry: ConnectionPoolEntry) -> None:
        entry.info["used"] = monotonic()

    @event.listens_for(engine, "checkout")
    def test(connection: Any, entry: ConnectionPoolEntry, _: Any) -> None:
        if monotonic() - entry.info.get("used", monotonic()) < IDLE:
            return
        try:
            engine.dialect.do_ping(connection)
        except engine.dialect.loaded_dbapi.Error as error:
            raise DisconnectionError from error


@contextmanager
def _migrating(database: Database) -> Iterator[Config]:
    with database.write() as connection:
        if database.kind == "postgresql":
            for wait in ("statement_timeout", "lock_timeout"):
                connection.execute(text(f"SET LOCAL {wait} = 0"))
            connection.execute(text("SELECT pg_advisory_xact_lock(:number)"), {"number": MIGRATING})
        config = _config()
        config.attributes["connection"] = connection
        yield config


def _config() -> Config:
    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent / "migrations").replace("%", "%%"))
    config.set_main_option("path_separator", "os")
    return config
