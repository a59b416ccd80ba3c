"""Surveys as a list, the newest first, for any filter: how each came about, and what came of its questions."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import ColumnElement, Connection, and_, exists, func, literal, or_, select, tuple_

from flows.filters import Filter
from storage.fellows import IS_BESIDE
from storage.models import answers, sessions
from storage.places import Place
from storage.recount import IS_INVITED
from storage.selected import of_surveys


class Came(StrEnum):
    """What may have come of a question."""

    PUT = "put"
    """It was put, whatever came of it."""
    ANSWERED = "answered"
    """A number or words."""
    LEFT = "left"
    """The survey ended at it, without an answer to it."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which surveys, beside a filter: everything that is not None has to hold.

    came: what came of `question`, of any where none is named, and of the survey that stands for its invitation;
    invited: whether anybody was invited to it.
    """

    question: str | None = None
    came: Came | None = None
    invited: bool | None = None


@dataclass(frozen=True, slots=True)
class Said:
    """What came of a question that was put and left. missing: why it has no answer; without that or a value, words."""

    question: str
    instrument: str | None
    value: int | None
    missing: str | None


@dataclass(frozen=True, slots=True)
class Begun:
    """A survey. reference: of the contact it came of; outcome: None while it is open; last_question: put last."""

    session: str
    started_at: datetime
    channel: str
    language: str
    queue: str | None
    agent: str | None
    reference: str | None
    outcome: str | None
    last_question: str | None
    is_invited: bool
    said: tuple[Said, ...]

    @property
    def place(self) -> Place:
        return Place(self.started_at, self.session)

    @property
    def left_at(self) -> str | None:
        """The question at which it ended, without an answer to it."""
        is_answered = any(each.question == self.last_question for each in self.said)
        return self.last_question if self.outcome is not None and not is_answered else None


_order = (sessions.c.started_at, sessions.c.id)
_about = ("channel", "language", "queue", "agent", "reference", "outcome", "last_question")
_begun = select(*_order, *(sessions.c[name] for name in _about), IS_INVITED.label("is_invited"))
_given = select(answers.c.session_id, answers.c.question, answers.c.instrument, answers.c.value, answers.c.missing)


def newest(
    connection: Connection, wanted: Filter, more: Wanted, zone: str, most: int, before: Place | None = None
) -> list[Begun]:
    """At most so many of those meant, from the newest on, or from behind that place."""
    rows = _begun.where(*conditions(wanted, more, zone))
    if before is not None:
        place = (literal(value, column.type) for value, column in zip((before.at, before.id), _order, strict=True))
        rows = rows.where(tuple_(*_order) < tuple_(*place))
    rows = rows.order_by(*(column.desc() for column in _order)).limit(most)
    found: Sequence[Any] = connection.execute(rows).all()
    said = _said(connection, {row.id for row in found})
    return [
        Begun(
            session=row.id,
            started_at=row.started_at,
            is_invited=bool(row.is_invited),
            said=tuple(said[row.id]),
            **{name: getattr(row, name) for name in _about},
        )
        for row in found
    ]


def count(connection: Connection, wanted: Filter, more: Wanted, zone: str, most: int) -> int:
    """How many are meant; whoever has counted that many goes no further."""
    rows = select(sessions.c.id).where(*conditions(wanted, more, zone)).limit(most)
    return connection.scalar(select(func.count()).select_from(rows.subquery())) or 0


def conditions(wanted: Filter, more: Wanted, zone: str) -> list[ColumnElement[bool]]:
    """What holds of the surveys meant, told apart as they are counted."""
    found = of_surveys(wanted, zone)
    if more.came is not None:
        found += [_came(more.came, more.question), ~IS_BESIDE]
    if more.invited is not None:
        found.append(IS_INVITED if more.invited else ~IS_INVITED)
    return found


def _came(came: Came, question: str | None) -> ColumnElement[bool]:
    of_it = [answers.c.session_id == sessions.c.id, *([answers.c.question == question] if question else [])]
    is_last = sessions.c.last_question == question if question else sessions.c.last_question.is_not(None)
    last_is_answered = exists().where(
        answers.c.session_id == sessions.c.id, answers.c.question == sessions.c.last_question
    )
    match came:
        case Came.PUT:
            return or_(is_last, exists().where(*of_it))
        case Came.ANSWERED:
            return exists().where(*of_it, answers.c.missing.is_(None))
        case Came.LEFT:
            return and_(is_last, sessions.c.outcome.is_not(None), ~last_is_answered)


def _said(connection: Connection, of: Collection[str]) -> Mapping[str, Sequence[Said]]:
    found: dict[str, list[Said]] = {session: [] for session in of}
    rows = _given.where(answers.c.session_id.in_(of)).order_by(answers.c.answered_at, answers.c.question)
    for session, *said in connection.execute(rows):
        found[session].append(Said(*said))
    return found
