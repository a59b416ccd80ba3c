"""Callbacks that were agreed to: kept with the yes, claimed by one at a time, closed with what was done."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, and_, delete, func, literal, or_, select, update
from sqlalchemy.dialects.postgresql import insert

from storage.encryption import Keys
from storage.models import callback_announcements, callbacks, sessions

NUMBER = "callbacks.number"
SAID = "callbacks.said"
NOTE = "callbacks.note"

OPEN, CLAIMED, CLOSED = "open", "claimed", "closed"

AGREE = insert(callbacks).on_conflict_do_nothing().returning(callbacks.c.id)
ANNOUNCE = insert(callback_announcements).on_conflict_do_nothing()

_columns = callbacks.c
ABOUT = ("channel", "queue", "agent", "touchpoint")
LINE = select(
    *(column for column in _columns if column.name not in ("number", "said", "note", "asked")),
    *(sessions.c[name] for name in ABOUT),
).join(sessions, sessions.c.id == _columns.session_id)


@dataclass(frozen=True, slots=True)
class NewCallback:
    """A consent that was just given. number: to call; said: the yes, exactly; asked: the words it answered."""

    id: str
    session: str
    reference: str | None
    reasons: str
    survey_version: str
    language: str
    asked: str
    said: str
    number: str
    consented_at: datetime
    due_at: datetime


@dataclass(frozen=True, slots=True)
class Line:
    """A callback without anything by which the person can be known. reasons: separated by spaces; tries: so far."""

    id: str
    session_id: str
    reference: str | None
    reasons: str
    survey_version: str
    language: str
    consented_at: datetime
    due_at: datetime
    state: str
    claimed_by: str | None
    claimed_at: datetime | None
    tries: int
    outcome: str | None
    closed_by: str | None
    closed_at: datetime | None
    revision: int
    channel: str
    queue: str | None
    agent: str | None
    touchpoint: str | None


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which callbacks: of these states, claimed by somebody, due before a moment; all that is given must hold."""

    states: Sequence[str] = (OPEN, CLAIMED)
    claimed_by: str | None = None
    due_before: datetime | None = None


@dataclass(frozen=True, slots=True)
class Words:
    """What belongs to a callback and is readable nowhere else. number: as the person is dialled."""

    number: str
    asked: str
    said: str
    note: str


@dataclass(frozen=True, slots=True)
class Count:
    """Callbacks not closed, and those of them past their time."""

    open: int
    overdue: int


def agree(connection: Connection, keys: Keys, new: NewCallback, ways: Sequence[str]) -> bool:
    """Keeps a callback and what is to be announced over each way; False where the session has one already."""
    row = {
        "id": new.id,
        "session_id": new.session,
        "reference": new.reference,
        "reasons": new.reasons,
        "survey_version": new.survey_version,
        "language": new.language,
        "asked": new.asked,
        "said": keys.encrypt(new.said, SAID),
        "number": keys.encrypt(new.number, NUMBER),
        "consented_at": new.consented_at,
        "due_at": new.due_at,
        "state": OPEN,
        "tries": 0,
        "revision": 0,
    }
    if connection.execute(AGREE, row).first() is None:
        return False
    announced = {"callback_id": new.id, "made_at": new.consented_at, "due_at": new.consented_at, "failures": 0}
    for way in ways:
        connection.execute(ANNOUNCE, {**announced, "way": way})
    return True


def withdraw(connection: Connection, session: str, at: datetime) -> None:
    """Closes the callback of a session whose respondent takes the yes back, or sees to it that a closed one stays so;
    what was not announced yet never is."""
    mine = select(_columns.id).where(_columns.session_id == session)
    unsent = callback_announcements.c.callback_id.in_(mine), callback_announcements.c.sent_at.is_(None)
    connection.execute(delete(callback_announcements).where(*unsent))
    closed_at = func.coalesce(_columns.closed_at, literal(at, _columns.closed_at.type))
    changed = _moved(state=CLOSED, outcome="withdrawn", closed_by=None, closed_at=closed_at)
    connection.execute(changed.where(_columns.session_id == session))


def listed(connection: Connection, wanted: Wanted, most: int, skip: int = 0) -> list[Line]:
    """At most so many callbacks: of those still open the longest due first, of closed ones the last closed."""
    is_closed = CLOSED in wanted.states
    order = (_columns.closed_at.desc(), _columns.id) if is_closed else (_columns.due_at, _columns.id)
    rows = connection.execute(LINE.where(*_conditions(wanted)).order_by(*order).limit(most).offset(skip))
    return [Line(**row) for row in rows.mappings()]


def find(connection: Connection, id: str) -> Line | None:
    """The callback of that id."""
    row = connection.execute(LINE.where(_columns.id == id)).mappings().first()
    return Line(**row) if row else None


def words(connection: Connection, keys: Keys, id: str) -> Words:
    """What was asked and said, where to call and what was noted. Raises Unreadable, and NoResultFound."""
    row = connection.execute(select(callbacks).where(_columns.id == id)).one()
    note = keys.decrypt(row.note, NOTE) if row.note is not None else ""
    return Words(keys.decrypt(row.number, NUMBER), row.asked, keys.decrypt(row.said, SAID), note)


def count(connection: Connection, now: datetime) -> Count:
    """How many are not closed, and how many of them overdue."""
    overdue = func.count().filter(_columns.due_at < now)
    row = connection.execute(select(func.count(), overdue).where(_columns.state != CLOSED)).one()
    return Count(row[0], row[1])


def claim(connection: Connection, id: str, who: str, at: datetime) -> bool:
    """Whether this callback now is theirs; of two who claim it at once one gets it."""
    return _moves(connection, _columns.state == OPEN, id, state=CLAIMED, claimed_by=who, claimed_at=at)


def take_up(connection: Connection, seen: Line, who: str, at: datetime) -> bool:
    """Whether a callback that somebody else has claimed, or that was closed, now is theirs; not so where it has moved
    on since it was seen."""
    afresh = {"outcome": None, "closed_by": None, "closed_at": None}
    unchanged = _columns.revision == seen.revision
    return _moves(connection, unchanged, seen.id, state=CLAIMED, claimed_by=who, claimed_at=at, **afresh)


def release(connection: Connection, seen: Line) -> bool:
    """Whether the callback is free for others again; not so where it has moved on since it was seen."""
    return _moves(connection, _unchanged(seen), seen.id, state=OPEN, claimed_by=None, claimed_at=None)


def postpone(connection: Connection, keys: Keys, seen: Line, note: str, due_at: datetime) -> bool:
    """Notes a try in vain and frees the callback for another at that time; False as `release` says it."""
    tried = {"tries": seen.tries + 1, "note": keys.encrypt(note, NOTE), "due_at": due_at}
    return _moves(connection, _unchanged(seen), seen.id, state=OPEN, claimed_by=None, claimed_at=None, **tried)


def close(connection: Connection, keys: Keys, seen: Line, note: str, outcome: str, at: datetime) -> bool:
    """Closes the callback in the name of whoever has claimed it; False as `release` says it."""
    done = {"outcome": outcome, "closed_by": seen.claimed_by, "closed_at": at, "tries": seen.tries + 1}
    return _moves(connection, _unchanged(seen), seen.id, state=CLOSED, note=keys.encrypt(note, NOTE), **done)


def purge(connection: Connection, before: datetime) -> int:
    """Deletes what was closed, or was due and never closed, before that moment; returns how many."""
    old = or_(_columns.closed_at < before, and_(_columns.state != CLOSED, _columns.due_at < before))
    return len(connection.execute(delete(callbacks).where(old).returning(_columns.id)).all())


def _conditions(wanted: Wanted) -> list[ColumnElement[bool]]:
    conditions: list[ColumnElement[bool]] = [_columns.state.in_(wanted.states)]
    if wanted.claimed_by is not None:
        conditions.append(_columns.claimed_by == wanted.claimed_by)
    if wanted.due_before is not None:
        conditions.append(_columns.due_at < wanted.due_before)
    return conditions


def _unchanged(seen: Line) -> ColumnElement[bool]:
    return and_(_columns.state == CLAIMED, _columns.revision == seen.revision)


def _moves(connection: Connection, condition: ColumnElement[bool], id: str, **values: Any) -> bool:
    moved = _moved(**values).where(_columns.id == id, condition).returning(_columns.id)
    return connection.execute(moved).first() is not None


def _moved(**values: Any) -> Any:
    return update(callbacks).values(**values, revision=_columns.revision + 1)
