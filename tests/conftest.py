"""A real SQLite file and a real PostgreSQL server: an empty, migrated database for every test, once on each."""

import shutil
from collections.abc import Iterator
from pathlib import Path
from uuid import uuid4

import psycopg
import pytest
from hypothesis import HealthCheck, settings
from playwright.sync_api import Browser, sync_playwright
from psycopg import sql

from flows.loader import SHIPPED
from storage.database import Database, migrate
from storage.encryption import Keys
from storage.models import metadata
from tests.once import once
from tests.postgresql import running_postgresql

SECRET = "a secret for tests and long enough to be one"
KINDS = ["sqlite", "postgresql"]

# How fast the machine is says nothing about what is tested.
settings.register_profile("untimed", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("untimed")

CHROMIUMS = ("chromium", "chromium-browser", "google-chrome")
SWITCHES = (
    "--headless --no-sandbox --disable-gpu --disable-quic --no-first-run --disable-background-networking"
    " --disable-component-update --disable-sync"
)


@pytest.fixture(scope="session", autouse=True)
def done_once(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """Applications are made hundreds of times, and share what is the same in all of them."""
    with once(tmp_path_factory.mktemp("once")):
        yield


def new_database(server: str) -> str:
    """Makes an empty database on a running server; gives its URL."""
    name = f"fresh_{uuid4().hex}"
    with psycopg.connect(server, autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name}".encode())
    return server.replace("/postgres?", f"/{name}?")


@pytest.fixture(scope="session")
def postgresql() -> Iterator[str]:
    """A URL on a running server."""
    with running_postgresql() as server:
        with psycopg.connect(server, autocommit=True) as connection:
            # None of these databases has to outlive a crash.
            connection.execute("ALTER SYSTEM SET fsync = off")
            connection.execute("SELECT pg_reload_conf()")
        yield server


@pytest.fixture(scope="session")
def migrated_postgresql(postgresql: str) -> str:
    """The URL of a migrated database, which tests use one after the other."""
    url = new_database(postgresql)
    migrate(url)
    return url


@pytest.fixture(scope="session")
def migrated_sqlite(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A migrated file, of which every test has a copy."""
    path = tmp_path_factory.mktemp("sqlite") / "migrated.db"
    migrate(f"sqlite:///{path}")
    return path


@pytest.fixture(params=KINDS)
def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """The URL of a migrated and empty database; a test that asks for it runs once on each kind."""
    if request.param == "sqlite":
        copy = shutil.copy(request.getfixturevalue("migrated_sqlite"), tmp_path / "nawoord.db")
        return f"sqlite:///{copy}"
    url: str = request.getfixturevalue("migrated_postgresql")
    _empty(url)
    return url


@pytest.fixture(params=KINDS)
def blank_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """The URL of a database without any table; a test that asks for it runs once on each kind."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path / 'folder' / 'nawoord.db'}"
    return new_database(request.getfixturevalue("postgresql"))


@pytest.fixture
def database(database_url: str) -> Iterator[Database]:
    """A migrated and empty database; a test that asks for it runs once on each kind."""
    opened = Database.open(database_url)
    yield opened
    opened.dispose()


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """The system's Chromium, which asks nobody outside."""
    chromium = next(filter(None, map(shutil.which, CHROMIUMS)), None)
    if not chromium:
        pytest.fail("no Chromium on this machine; `make chromium` installs it")
    with sync_playwright() as playwright:
        launched = playwright.chromium.launch(executable_path=chromium, args=SWITCHES.split())
        yield launched
        launched.close()


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """An operator's folder that holds a copy of everything shipped."""
    for kind in ("surveys", "instruments", "languages"):
        shutil.copytree(SHIPPED / kind, tmp_path / kind)
    return tmp_path


@pytest.fixture(scope="session")
def keys() -> Keys:
    """Keys made from a secret for tests."""
    return Keys.derive(SECRET)


def _empty(url: str) -> None:
    with psycopg.connect(url, autocommit=True) as connection:
        # What an earlier test left behind, such as a process it killed, must not hold a lock any more.
        connection.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
            " WHERE datname = current_database() AND pid <> pg_backend_pid()"
        )
        # Of nearly empty tables rows go ten times faster than files do; no trigger has to take note of it.
        connection.execute("SET session_replication_role = replica")
        emptied = [sql.SQL("DELETE FROM {}").format(sql.Identifier(table)) for table in metadata.tables]
        connection.execute(sql.SQL("; ").join(emptied))
