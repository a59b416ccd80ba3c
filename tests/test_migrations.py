"""The migrations lead up to the tables the code is written for, down to nothing, and up again, on both databases."""

import multiprocessing
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import pytest
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from sqlalchemy import inspect, text

from storage.database import Database, at_head, downgrade, migrate, upgrade
from storage.models import metadata, opt_outs

NOON = datetime(2026, 1, 2, 12, tzinfo=UTC)


@pytest.fixture
def blank(blank_url: str) -> Iterator[Database]:
    """A database without any table."""
    database = Database.open(blank_url)
    yield database
    database.dispose()


def index(found: Any) -> str:
    """An index in words, with the condition of one that covers only a part of the table."""
    options = {name: str(value) for name, value in found.get("dialect_options", {}).items()}
    return str({**found, "dialect_options": options})


def shape(database: Database) -> dict[str, Any]:
    """Everything the database knows of its tables, but for the note of where the migrations stand."""
    with database.read() as connection:
        known = inspect(connection)
        return {
            table: {
                "columns": {
                    column["name"]: (str(column["type"]), column["nullable"]) for column in known.get_columns(table)
                },
                "options": known.get_table_options(table),
                "key": known.get_pk_constraint(table),
                "foreign keys": known.get_foreign_keys(table),
                "unique": sorted(map(str, known.get_unique_constraints(table))),
                "indexes": sorted(map(index, known.get_indexes(table))),
                "checks": sorted(map(str, known.get_check_constraints(table))),
            }
            for table in known.get_table_names()
            if table != "alembic_version"
        }


def test_up_down_and_up_again(blank: Database) -> None:
    """A blank database is brought up, all the way down, where nothing stays behind, and up again."""
    assert not at_head(blank)
    upgrade(blank)
    assert at_head(blank)
    first = shape(blank)
    assert set(first) == set(metadata.tables)
    downgrade(blank)
    assert not at_head(blank)
    assert shape(blank) == {}
    assert functions(blank) == 0
    upgrade(blank)
    assert shape(blank) == first


def functions(database: Database) -> int:
    """How many triggers or functions of ours there are."""
    ours = {
        "sqlite": "SELECT count(*) FROM sqlite_master WHERE type = 'trigger'",
        "postgresql": "SELECT count(*) FROM pg_proc WHERE pronamespace = 'public'::regnamespace",
    }
    with database.read() as connection:
        return int(connection.scalar(text(ours[database.kind])) or 0)


def test_upgrade_of_what_is_up_to_date_changes_nothing(database: Database) -> None:
    """Every start may upgrade: where there is nothing to do nothing is done, and what is kept stays."""
    with database.write() as connection:
        connection.execute(opt_outs.insert(), {"address_index": "a", "at": NOON, "how": "test"})
    upgrade(database)
    assert at_head(database)
    with database.read() as connection:
        assert connection.scalar(text("SELECT count(*) FROM opt_outs")) == 1


def test_migrations_say_what_the_code_says(blank_url: str, blank: Database) -> None:
    """Tables made by the migrations are those of the models to the last check and index."""
    upgrade(blank)
    with blank.read() as connection:
        assert compare_metadata(MigrationContext.configure(connection), metadata) == []
    migrated = shape(blank)
    downgrade(blank)
    with blank.write() as connection:
        metadata.create_all(connection)
    assert shape(blank) == migrated


def test_failed_migration_leaves_nothing_half_done(blank: Database) -> None:
    """A migration that cannot be finished is undone, also on SQLite, and can be tried again."""
    with blank.write() as connection:
        connection.execute(text("CREATE TABLE turns (id INTEGER)"))
    with pytest.raises(Exception, match="already exists"):
        upgrade(blank)
    assert set(shape(blank)) == {"turns"}
    with blank.write() as connection:
        connection.execute(text("DROP TABLE turns"))
    upgrade(blank)
    assert at_head(blank)


def test_processes_may_start_at_once(blank_url: str, blank: Database) -> None:
    """Processes that start together on a blank database each find it migrated, and none of them fails."""
    context = multiprocessing.get_context("spawn")
    starting = [context.Process(target=migrate, args=(blank_url,)) for _ in range(3)]
    for process in starting:
        process.start()
    for process in starting:
        process.join(timeout=60)
    assert [process.exitcode for process in starting] == [0, 0, 0]
    assert at_head(blank)
