"""Writes one turn, all of it or nothing: the session moves on, the journal gets a line, the answers their rows."""

from collections.abc import Mapping, Sequence
from functools import cache
from typing import Any

from sqlalchemy import Connection, Dialect, Table
from sqlalchemy.dialects import postgresql

from storage.driver import run
from storage.models import answers, turns

POSTGRESQL: Dialect = postgresql.dialect()  # type: ignore[no-untyped-call]

STANDING = ["survey_version", "language", "last_question", "snapshot"]
END = ["ended_at", "outcome"]
ENTRY = ["key", "at", "input", "events", "reply"]
ASKED = ["question", "instrument", "series", "language", "channel"]
GIVEN = ["value", "missing", "corrected_from", "confidence", "late", "raw", "verbatim", "answered_at"]

INTO_TURNS = f"INSERT INTO turns (session_id, {', '.join(ENTRY)})"
ENTER = f"{INTO_TURNS} VALUES (:session, {', '.join(f':{name}' for name in ENTRY)})"
INTO_ANSWERS = f"INSERT INTO answers (session_id, {', '.join(ASKED + GIVEN)})"
# An answer that is changed still answers the question as it was put then, so how it was asked stays.
CHANGED = "ON CONFLICT (session_id, question) DO UPDATE SET " + ", ".join(f"{name} = excluded.{name}" for name in GIVEN)

TAKE_BACK = "DELETE FROM answers WHERE session_id = :session AND question = :question"


def write(
    connection: Connection,
    standing: Mapping[str, Any],
    entry: Mapping[str, Any],
    rows: Sequence[Mapping[str, Any]],
    gone: Sequence[str],
) -> bool:
    """Whether the turn was written; not so where the session has moved on.

    standing: the session's columns, its id as `session` and the revision `seen`; its end only where that changes; times
    as the database takes them; rows: the answers given; gone: the questions whose answers were taken back.
    Raises IntegrityError where the turn is in the journal already.
    """
    values = {**standing, **entry}
    move_on = _move_on("outcome" in standing)
    if connection.dialect.name == "postgresql":
        values |= {**_numbered(rows), "gone": list(gone)}
        return bool(run(connection, _at_once(move_on, len(rows), bool(gone)), values).fetchone()[0])
    if run(connection, move_on, values).rowcount == 0:
        return False
    run(connection, ENTER, values)
    keep(connection, standing["session"], rows)
    for question in gone:
        run(connection, TAKE_BACK, {"session": standing["session"], "question": question})
    return True


def keep(connection: Connection, session: str, rows: Sequence[Mapping[str, Any]]) -> None:
    """Writes the answers of a session, those given before over what they were."""
    if rows:
        run(connection, _keep(len(rows)), {"session": session, **_numbered(rows)})


def _numbered(rows: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    return {f"{name}_{i}": value for i, row in enumerate(rows) for name, value in row.items()}


@cache
def _move_on(ends: bool) -> str:
    # SQLite writes to every index that a column named here has a part in, whether its value changes or not.
    columns = ", ".join(f"{name} = :{name}" for name in STANDING + (END if ends else []))
    return f"UPDATE sessions SET {columns}, revision = revision + 1 WHERE id = :session AND revision = :seen"  # noqa: S608


@cache
def _keep(rows: int) -> str:
    each = [f"(:session, {', '.join(f':{name}_{i}' for name in ASKED + GIVEN)})" for i in range(rows)]
    return f"{INTO_ANSWERS} VALUES {', '.join(each)} {CHANGED}"


@cache
def _at_once(move_on: str, rows: int, gone: bool) -> str:
    # To a server every statement is a journey, so all are one. Only whoever moves the session on writes at all.
    parts = [f"moved AS ({move_on} RETURNING id)", f"entered AS ({INTO_TURNS} {_of_moved(turns, ENTRY)})"]
    if rows:
        each = [_of_moved(answers, ASKED + GIVEN, f"_{i}") for i in range(rows)]
        parts.append(f"kept AS ({INTO_ANSWERS} {' UNION ALL '.join(each)} {CHANGED})")
    if gone:
        parts.append(
            "taken_back AS (DELETE FROM answers USING moved WHERE session_id = moved.id AND question = ANY(:gone))"
        )
    return f"WITH {', '.join(parts)} SELECT count(*) FROM moved"  # noqa: S608


def _of_moved(table: Table, columns: Sequence[str], suffix: str = "") -> str:
    typed = [f":{name}{suffix}::{table.c[name].type.compile(dialect=POSTGRESQL)}" for name in columns]
    return f"SELECT id, {', '.join(typed)} FROM moved"  # noqa: S608
