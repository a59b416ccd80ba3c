"""Invitations that still await their answer, by the person: for whoever comes by themselves instead of replying."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import Connection, and_, bindparam, exists, or_, select

from storage.models import answers, attempts, invitations, sessions

_has_spoken = exists().where(
    answers.c.session_id == sessions.c.id, or_(answers.c.missing.is_(None), answers.c.missing != "silent")
)
_is_on_the_line = and_(sessions.c.channel == "call", sessions.c.ended_at.is_(None))
_has_begun = exists().where(
    attempts.c.invitation_id == invitations.c.id,
    sessions.c.id == attempts.c.session_id,
    or_(_has_spoken, _is_on_the_line),
)
_is_of_no_call = invitations.c.call.is_(None)
_was_agreed_to = and_(invitations.c.call != bindparam("call_sid"), invitations.c.agreed_at.is_not(None))
AWAITED = (
    select(*(invitations.c[name] for name in ("id", "reference", "language", "agent", "queue", "touchpoint")))
    .where(invitations.c.theirs.in_(bindparam("whose", expanding=True)))
    .where(invitations.c.ended_at.is_(None), ~_has_begun, _is_of_no_call | _was_agreed_to)
    .order_by(invitations.c.invited_at.desc(), invitations.c.id.desc())
    .limit(1)
)
RETURNED = select(attempts.c.id).where(
    attempts.c.carrier_ref == bindparam("call_sid"), attempts.c.kind == bindparam("of_kind")
)


@dataclass(frozen=True, slots=True)
class Awaited:
    """An invitation that goes on and that nobody has answered, with what is known of its contact."""

    id: str
    reference: str
    language: str
    agent: str | None
    queue: str | None
    touchpoint: str | None


def awaited(connection: Connection, whose: Sequence[str], call: str | None) -> Awaited | None:
    """The newest such invitation of the person with these blind indexes. None while they are on the line for it.

    call: the one they are in, if any; what was offered in it, or offered and not agreed to, is a matter of transfers.
    """
    row = connection.execute(AWAITED, {"whose": list(whose), "call_sid": call or ""}).first()
    return Awaited(*row) if row else None


def attempt_of(connection: Connection, call: str, kind: str) -> str | None:
    """The id of the attempt of that kind which is this call."""
    return connection.execute(RETURNED, {"call_sid": call, "of_kind": kind}).scalar()
