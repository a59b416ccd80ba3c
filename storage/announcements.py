"""The outbox of callbacks: what is still to be told of them, taken by one worker at a time."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, Connection, and_, func, select, tuple_, update

from storage.models import callback_announcements, callbacks

_columns = callback_announcements.c
_key = tuple_(_columns.callback_id, _columns.way)


@dataclass(frozen=True, slots=True)
class Due:
    """Something to be told, and what may be told of it. failures: so far; made_at: since when it is to be told."""

    callback_id: str
    way: str
    made_at: datetime
    failures: int
    reference: str | None
    reasons: str
    consented_at: datetime
    call_before: datetime


@dataclass(frozen=True, slots=True)
class Backlog:
    """What waits to be told, and what was given up."""

    waiting: int
    given_up: int


DUE = (
    select(_columns.callback_id, _columns.way, _columns.made_at, _columns.failures)
    .add_columns(*(callbacks.c[name] for name in ("reference", "reasons", "consented_at")))
    .add_columns(callbacks.c.due_at.label("call_before"))
    .join(callbacks, callbacks.c.id == _columns.callback_id)
)


def take(connection: Connection, now: datetime, until: datetime, most: int) -> list[Due]:
    """At most so many that are due; nobody else takes them until then, unless whoever has taken them is done."""
    due = select(_columns.callback_id, _columns.way).where(_columns.due_at <= now).order_by(_columns.due_at).limit(most)
    taken = (
        update(callback_announcements)
        .where(_key.in_(due), _columns.due_at <= now)
        .values(due_at=until)
        .returning(_columns.callback_id, _columns.way)
    )
    mine = [tuple(row) for row in connection.execute(taken)]
    return [Due(**row) for row in connection.execute(DUE.where(_key.in_(mine))).mappings()] if mine else []


def sent(connection: Connection, told: Due, at: datetime) -> None:
    """Notes that it was told."""
    connection.execute(update(callback_announcements).where(*_of(told)).values(sent_at=at, due_at=None, trouble=None))


def failed(connection: Connection, told: Due, trouble: str, again: datetime | None) -> None:
    """Notes why it could not be told, and when to try again; None gives it up."""
    values = {"trouble": trouble, "failures": told.failures + 1, "due_at": again}
    connection.execute(update(callback_announcements).where(*_of(told)).values(values))


def backlog(connection: Connection) -> Backlog:
    """How many wait, and how many were given up."""
    given_up = and_(_columns.due_at.is_(None), _columns.sent_at.is_(None))
    counted = select(func.count().filter(_columns.due_at.is_not(None)), func.count().filter(given_up))
    return Backlog(*connection.execute(counted).one())


def trouble(connection: Connection) -> list[tuple[str, str]]:
    """Ways over which something could not be told so far, or ever, of a callback that is still to be made; why not."""
    rows = connection.execute(
        select(_columns.way, _columns.trouble)
        .join(callbacks, callbacks.c.id == _columns.callback_id)
        .where(_columns.trouble.is_not(None), _columns.sent_at.is_(None), callbacks.c.state != "closed")
        .order_by(_columns.way, _columns.made_at)
    )
    return list({row.way: row.trouble for row in rows}.items())


def _of(told: Due) -> tuple[ColumnElement[bool], ColumnElement[bool]]:
    return (_columns.callback_id == told.callback_id, _columns.way == told.way)
