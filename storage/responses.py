"""What respondents answered: one survey after the other, in memory only a page of them at a time."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import groupby
from operator import attrgetter
from typing import Any

from sqlalchemy import ColumnElement, Connection, Select, bindparam, exists, func, select, tuple_

from flows.session import Gap
from storage.answers import VERBATIM
from storage.database import Database
from storage.encryption import Keys
from storage.models import Moment, answers, sessions


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


_given = [column for column in answers.c if column.name not in ("session_id", "language", "channel", "raw")]
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
    return [_response(keys, list(of_session)) for _, of_session in groupby(rows, attrgetter("id"))]


def _page(where: Sequence[ColumnElement[bool]]) -> Select[Any]:
    some = select(sessions).where(AFTER, *where).order_by(sessions.c.started_at, sessions.c.id)
    few = some.limit(bindparam("batch")).subquery()
    return (
        select(few, *_given)
        .select_from(few.outerjoin(answers, answers.c.session_id == few.c.id))
        .order_by(few.c.started_at, few.c.id, answers.c.question)
    )


EVERY = _page(())


def _response(keys: Keys, rows: list[Any]) -> Response:
    one = rows[0]
    return Response(
        session=one.id,
        survey=one.survey,
        version=one.survey_version,
        channel=one.channel,
        language=one.language,
        reference=one.reference,
        agent=one.agent,
        queue=one.queue,
        touchpoint=one.touchpoint,
        started_at=one.started_at,
        ended_at=one.ended_at,
        outcome=one.outcome,
        last_question=one.last_question,
        country=one.country,
        answers={row.question: _given_in(keys, row) for row in rows if row.question is not None},
    )


def _given_in(keys: Keys, row: Any) -> Given:
    return Given(
        instrument=row.instrument,
        series=row.series,
        value=row.value,
        verbatim=None if row.verbatim is None else keys.decrypt(row.verbatim, VERBATIM),
        missing=None if row.missing is None else Gap(row.missing),
        corrected_from=row.corrected_from,
        confidence=row.confidence,
        late=row.late,
        answered_at=row.answered_at,
    )
