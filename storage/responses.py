"""What respondents answered: one survey after the other, in memory only a page of them at a time."""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import (
    ColumnElement,
    Connection,
    Select,
    String,
    Table,
    bindparam,
    exists,
    func,
    select,
    tuple_,
    type_coerce,
)

from flows.session import Gap
from storage.answers import VERBATIM
from storage.database import Database
from storage.encryption import Keys
from storage.models import Moment, answers, sessions
from storage.models.moments import read
from storage.places import Place


class Given(NamedTuple):
    """The answer to one question: a value, a verbatim, or why there is neither."""

    instrument: str | None
    series: str
    value: int | None
    verbatim: str | None
    missing: Gap | None
    corrected_from: int | None
    confidence: float | None
    late: bool
    answered_at: datetime


class Response(NamedTuple):
    """One session and its answers by question. version: of the survey; ended_at, outcome: None while it is open."""

    session: str
    survey: str
    version: str
    channel: str
    language: str
    reference: str | None
    agent: str | None
    queue: str | None
    touchpoint: str | None
    started_at: datetime
    ended_at: datetime | None
    outcome: str | None
    last_question: str | None
    answers: Mapping[str, Given]
    country: str | None = None


OF_SESSION = (
    *("id", "survey", "survey_version", "channel", "language", "reference", "agent", "queue", "touchpoint"),
    *("started_at", "ended_at", "outcome", "last_question", "country"),
)
OF_ANSWER = (
    *("question", "instrument", "series", "value", "verbatim", "missing", "corrected_from", "confidence", "late"),
    "answered_at",
)
QUESTIONS = select(answers.c.question, func.max(answers.c.instrument).label("instrument")).group_by(answers.c.question)
AFTER = tuple_(sessions.c.started_at, sessions.c.id) > tuple_(bindparam("started_at", type_=Moment), bindparam("id"))
BEGINNING = Place()
"""Before the session that began first."""
COMMENTED = exists().where(answers.c.session_id == sessions.c.id, answers.c.verbatim.is_not(None))
"""Holds of sessions in which anything was answered in words."""


def questions(connection: Connection) -> Mapping[str, str | None]:
    """Every question that was ever put, and the instrument it measures by; None for an open one."""
    return {row.question: row.instrument for row in connection.execute(QUESTIONS)}


def count(connection: Connection, where: Sequence[ColumnElement[bool]] = ()) -> int:
    """How many sessions there are under these conditions."""
    return connection.scalar(select(func.count()).select_from(sessions).where(*where)) or 0


def pages(
    database: Database,
    keys: Keys,
    where: Sequence[ColumnElement[bool]] = (),
    after: Place = BEGINNING,
    batch: int = 1000,
) -> Iterator[list[Response]]:
    """Every session behind that place under these conditions, the first begun first, `batch` at a time.

    No connection is held in between, however long somebody takes to read on. Raises Unreadable.
    """
    while True:
        with database.read() as connection:
            found = page(connection, keys, after, batch, where)
        if found:
            yield found
            after = Place(found[-1].started_at, found[-1].session)
        if len(found) < batch:
            return


def page(
    connection: Connection, keys: Keys, after: Place, most: int, where: Sequence[ColumnElement[bool]] = ()
) -> list[Response]:
    """At most so many sessions behind that place, the first begun first, under these conditions. Raises Unreadable."""
    some = _page(where) if where else EVERY
    found = connection.execute(some, {"started_at": after.at, "id": after.id, "batch": most}).all()
    # By a statement of its own: beside each answer its whole session would be read again.
    answered = _answered(connection, keys, [row[0] for row in found])
    return [_response(row, answered[row[0]]) for row in found]


def _page(where: Sequence[ColumnElement[bool]]) -> Select[Any]:
    some = select(*_as_kept(sessions, OF_SESSION)).where(AFTER, *where)
    return some.order_by(sessions.c.started_at, sessions.c.id).limit(bindparam("batch"))


def _as_kept(table: Table, names: Sequence[str]) -> list[ColumnElement[Any]]:
    """These columns, moments as the driver gives them: `read` is quicker than a type that is asked of every cell."""
    columns = [table.c[name] for name in names]
    return [type_coerce(each, String) if isinstance(each.type, Moment) else each for each in columns]


EVERY = _page(())
THEIRS = (
    select(answers.c.session_id, *_as_kept(answers, OF_ANSWER))
    .where(answers.c.session_id.in_(bindparam("sessions", expanding=True)))
    .order_by(answers.c.session_id, answers.c.question)
)


def _answered(connection: Connection, keys: Keys, of: Sequence[str]) -> Mapping[str, Mapping[str, Given]]:
    """By session and question."""
    found: dict[str, dict[str, Given]] = defaultdict(dict)
    for session, question, *rest in connection.execute(THEIRS, {"sessions": of}):
        found[session][question] = _given(keys, *rest)
    return found


def _response(row: Sequence[Any], answered: Mapping[str, Given]) -> Response:
    *about, started_at, ended_at, outcome, last_question, country = tuple(row)
    ended = None if ended_at is None else read(ended_at)
    cells: Sequence[Any] = (*about, read(started_at), ended, outcome, last_question, answered, country)
    return Response(*cells)


def _given(
    keys: Keys,
    instrument: str | None,
    series: str,
    value: int | None,
    verbatim: bytes | None,
    missing: str | None,
    corrected_from: int | None,
    confidence: float | None,
    late: bool,
    answered_at: str | datetime,
) -> Given:
    words = None if verbatim is None else keys.decrypt(verbatim, VERBATIM)
    why = None if missing is None else Gap(missing)
    return Given(instrument, series, value, words, why, corrected_from, confidence, late, read(answered_at))
