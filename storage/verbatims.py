"""Verbatims to be read: those not tagged yet, or all of them, each with what helps to understand it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, and_, bindparam, func, or_, select, tuple_

from storage.answers import VERBATIM
from storage.encryption import Keys
from storage.models import Moment, answers, respondents, sessions, taggings
from storage.places import BEGINNING as BEGINNING
from storage.places import Place as Place
from storage.respondents import ADDRESS


@dataclass(frozen=True, slots=True)
class Said:
    """One verbatim and what is known beside it.

    language: of the session; scores: the same respondent's ratings by question; own: their number.
    """

    session: str
    question: str
    text: str
    language: str
    answered_at: datetime
    scores: Mapping[str, int]
    own: str | None = field(repr=False)

    @property
    def id(self) -> str:
        """How the verbatim is named outside."""
        return f"{self.session}.{self.question}"


def place(said: Said) -> Place:
    """Where this verbatim stands; what comes after it is read next."""
    return Place(said.answered_at, said.session, said.question)


_order = (answers.c.answered_at, answers.c.session_id, answers.c.question)
_after = tuple_(*_order) > tuple_(bindparam("answered_at", type_=Moment), bindparam("session"), bindparam("question"))
_tagged = and_(
    taggings.c.session_id == answers.c.session_id,
    taggings.c.question == answers.c.question,
    taggings.c.answered_at == answers.c.answered_at,
)
UNTAGGED = taggings.c.session_id.is_(None)
BATCH = (
    select(*_order, answers.c.verbatim, answers.c.language, respondents.c.address)
    .select_from(
        answers.join(sessions, sessions.c.id == answers.c.session_id)
        .outerjoin(respondents, respondents.c.id == sessions.c.respondent_id)
        .outerjoin(taggings, _tagged)
    )
    .where(answers.c.verbatim.is_not(None), _after)
    .order_by(*_order)
    .limit(bindparam("limit"))
)
COUNT = (
    select(func.count())
    .select_from(answers.outerjoin(taggings, _tagged))
    .where(answers.c.verbatim.is_not(None), answers.c.answered_at >= bindparam("since", type_=Moment), UNTAGGED)
)
SCORES = select(answers.c.session_id, answers.c.question, answers.c.value).where(
    answers.c.session_id.in_(bindparam("sessions", expanding=True)), answers.c.value.is_not(None)
)


def untagged(connection: Connection, keys: Keys, after: Place, limit: int) -> list[Said]:
    """Verbatims nobody has read as they stand now, the longest waiting first."""
    return _batch(connection, keys, after, limit, UNTAGGED)


def tagged_otherwise(
    connection: Connection, keys: Keys, after: Place, limit: int, frame: str, model: str
) -> list[Said]:
    """Verbatims not read, or read with another code frame or model than these."""
    return _batch(connection, keys, after, limit, or_(UNTAGGED, taggings.c.frame != frame, taggings.c.model != model))


def every(connection: Connection, keys: Keys, after: Place, limit: int) -> list[Said]:
    """All verbatims, in order."""
    return _batch(connection, keys, after, limit)


def among(connection: Connection, keys: Keys, wanted: Sequence[tuple[str, str]]) -> list[Said]:
    """The verbatims of these sessions and questions, in order."""
    return _batch(connection, keys, Place(), len(wanted), tuple_(answers.c.session_id, answers.c.question).in_(wanted))


def backlog(connection: Connection, since: datetime) -> int:
    """How many verbatims answered since then are not tagged yet."""
    return connection.scalar(COUNT, {"since": since}) or 0


def _batch(connection: Connection, keys: Keys, after: Place, limit: int, *only: ColumnElement[bool]) -> list[Said]:
    where = {"answered_at": after.at, "session": after.id, "question": after.question, "limit": limit}
    rows = connection.execute(BATCH.where(*only), where).all()
    scores: dict[str, dict[str, int]] = {}
    for session, question, value in connection.execute(SCORES, {"sessions": [row.session_id for row in rows]}):
        scores.setdefault(session, {})[question] = value
    return [_said(keys, row, scores.get(row.session_id, {})) for row in rows]


def _said(keys: Keys, row: Any, scores: Mapping[str, int]) -> Said:
    return Said(
        session=row.session_id,
        question=row.question,
        text=keys.decrypt(row.verbatim, VERBATIM),
        language=row.language,
        answered_at=row.answered_at,
        scores=scores,
        own=None if row.address is None else keys.decrypt(row.address, ADDRESS),
    )
