"""Invitations as the queue they are: whoever claims one has it until the lease is over or somebody claims it anew."""

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, bindparam, func, select, update

from storage.models import Moment, invitations

_due = (
    select(invitations.c.id)
    .where(invitations.c.ended_at.is_(None), invitations.c.due_at <= bindparam("now", type_=Moment))
    .order_by(invitations.c.due_at)
    .limit(bindparam("most"))
)
_claim = {"due_at": bindparam("lease", type_=Moment), "revision": invitations.c.revision + 1}
CLAIM = {
    "sqlite": update(invitations).where(invitations.c.id.in_(_due)).values(_claim).returning(invitations),
    "postgresql": update(invitations)
    # An array is made once; a list of ids might be looked up anew, and lock others, for every row.
    .where(invitations.c.id == func.any(func.array(_due.with_for_update(skip_locked=True).scalar_subquery())))
    .values(_claim)
    .returning(invitations),
}
CLAIM_ONE = (
    update(invitations)
    .where(invitations.c.reference == bindparam("contact"), invitations.c.ended_at.is_(None))
    .values(_claim)
    .returning(invitations)
)
_held = (
    update(invitations)
    .where(invitations.c.id == bindparam("invitation"))
    .where(invitations.c.revision == bindparam("seen"), invitations.c.ended_at.is_(None))
    .execution_options(preserve_rowcount=True)
)
HOLD = _held.values(due_at=bindparam("due", type_=Moment), revision=invitations.c.revision + 1)
REST = _held.values(due_at=bindparam("due", type_=Moment), failures=bindparam("failed"))
CLOSE = _held.values(due_at=None, ended_at=bindparam("at", type_=Moment), outcome=bindparam("how"))
WAKE = (
    update(invitations)
    .where(invitations.c.id == bindparam("invitation"), invitations.c.ended_at.is_(None))
    .values(due_at=bindparam("now", type_=Moment), revision=invitations.c.revision + 1)
)
COUNT = select(func.count()).select_from(_due.subquery())
FIND = select(invitations).where(invitations.c.id == bindparam("invitation"))


@dataclass(frozen=True, slots=True)
class Invitation:
    """An invitation as it was read. channels: in order; call: the carrier's id of the call it was agreed to in.

    revision: grows with every claim and whenever news arrive, so that whoever has an older one changes nothing more.
    failures: how often in a row the carrier had no time for it.
    """

    id: str
    reference: str
    respondent: str | None
    theirs: str | None
    language: str
    country: str | None
    queue: str | None
    agent: str | None
    touchpoint: str | None
    channels: tuple[str, ...]
    invited_at: datetime
    expires_at: datetime
    call: str | None
    revision: int
    failures: int
    is_over: bool


def claim(connection: Connection, now: datetime, lease: datetime, most: int) -> list[Invitation]:
    """At most so many invitations that are due, the longest due first; nobody else is given them before `lease`."""
    rows = connection.execute(CLAIM[connection.dialect.name], {"now": now, "lease": lease, "most": most})
    return [_invitation(row) for row in rows]


def claim_one(connection: Connection, reference: str, lease: datetime) -> Invitation | None:
    """The invitation of that contact, whether it is due or not; None where there is none, or it is over."""
    row = connection.execute(CLAIM_ONE, {"contact": reference, "lease": lease}).first()
    return _invitation(row) if row else None


def count_due(connection: Connection, now: datetime, most: int) -> int:
    """How many are due, counted up to that many."""
    return int(connection.execute(COUNT, {"now": now, "most": most}).scalar_one())


def find(connection: Connection, id: str) -> Invitation | None:
    """The invitation of that id."""
    row = connection.execute(FIND, {"invitation": id}).first()
    return _invitation(row) if row else None


def hold(connection: Connection, mine: Invitation, lease: datetime) -> Invitation | None:
    """The invitation as it is from now on, where it is still mine as it was claimed; nobody else holds it until
    `lease`, and nobody can with what was claimed before. None where it is no longer mine.
    """
    values = {"invitation": mine.id, "seen": mine.revision, "due": lease}
    held = connection.execute(HOLD, values).rowcount == 1
    return replace(mine, revision=mine.revision + 1) if held else None


def rest(connection: Connection, mine: Invitation, until: datetime, failures: int = 0) -> bool:
    """Puts it back until then; False, and nothing is done, where it is no longer mine."""
    values = {"invitation": mine.id, "seen": mine.revision, "due": until, "failed": failures}
    return connection.execute(REST, values).rowcount == 1


def close(connection: Connection, mine: Invitation, outcome: str, at: datetime) -> bool:
    """Ends it; False, and nothing is done, where it is no longer mine."""
    values = {"invitation": mine.id, "seen": mine.revision, "at": at, "how": outcome}
    return connection.execute(CLOSE, values).rowcount == 1


def wake(connection: Connection, id: str, now: datetime) -> None:
    """There is news: it is due at once, and what somebody is about to decide without it no longer counts."""
    connection.execute(WAKE, {"invitation": id, "now": now})


def _invitation(row: Row[Any]) -> Invitation:
    return Invitation(
        id=row.id,
        reference=row.reference,
        respondent=row.respondent_id,
        theirs=row.theirs,
        language=row.language,
        country=row.country,
        queue=row.queue,
        agent=row.agent,
        touchpoint=row.touchpoint,
        channels=tuple(filter(None, row.channels.split(","))),
        invited_at=row.invited_at,
        expires_at=row.expires_at,
        call=row.call,
        revision=row.revision,
        failures=row.failures,
        is_over=row.ended_at is not None,
    )
