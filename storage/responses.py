"""What respondents answered: one survey after the other, in memory only a page of them at a time."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import groupby
from operator import itemgetter
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Connection,
    FromClause,
    Row,
    Select,
    String,
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


@dataclass(frozen=True, slots=True)
class Given:
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


@dataclass(frozen=True, slots=True)
class Response:
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
Place = tuple[datetime, str]
"""When a session began, and its id."""
BEGINNING: Place = (datetime.min.replace(tzinfo=UTC), "")
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
            after = (found[-1].started_at, found[-1].session)
        if len(found) < batch:
            return


def page(
    connection: Connection, keys: Keys, after: Place, most: int, where: Sequence[ColumnElement[bool]] = ()
) -> list[Response]:
    """At most so many sessions behind that place, the first begun first, under these conditions. Raises Unreadable."""
    rows = connection.execute(
        _page(where) if where else EVERY, {"started_at": after[0], "id": after[1], "batch": most}
    ).all()
    return [_response(keys, list(of_session)) for _, of_session in groupby(rows, itemgetter(0))]


def _page(where: Sequence[ColumnElement[bool]]) -> Select[Any]:
    some = select(sessions).where(AFTER, *where).order_by(sessions.c.started_at, sessions.c.id)
    few = some.limit(bindparam("batch")).subquery()
    return (
        select(*_as_kept(few, OF_SESSION), *_as_kept(answers, OF_ANSWER))
        .select_from(few.outerjoin(answers, answers.c.session_id == few.c.id))
        .order_by(few.c.started_at, few.c.id, answers.c.question)
    )


def _as_kept(table: FromClause, names: Iterable[str]) -> list[ColumnElement[Any]]:
    """These columns, moments as the driver gives them: those of a session come again with each of its answers, and need
    be understood but once."""
    columns = [table.c[name] for name in names]
    return [type_coerce(each, String) if isinstance(each.type, Moment) else each for each in columns]


EVERY = _page(())


def _response(keys: Keys, rows: list[Row[Any]]) -> Response:
    *about, started_at, ended_at, outcome, last_question, country = rows[0][: len(OF_SESSION)]
    ended = None if ended_at is None else read(ended_at)
    given = [row[len(OF_SESSION) :] for row in rows]
    answered = {question: _given(keys, *rest) for question, *rest in given if question is not None}
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
