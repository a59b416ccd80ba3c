"""What became of one contact, step by step: its invitation, every attempt, and every conversation that came of it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

from sqlalchemy import Connection, bindparam, or_, select

from storage.models import attempts, invitations, sessions

_invitation = invitations.c.reference == bindparam("reference")
INVITATION = select(
    invitations.c.invited_at, invitations.c.agreed_at, invitations.c.ended_at, invitations.c.outcome
).where(_invitation)
ATTEMPTS = (
    select(*(attempts.c[name] for name in ("channel", "kind", "status", "code", "made_at", "changed_at")))
    .join(invitations, invitations.c.id == attempts.c.invitation_id)
    .where(_invitation)
)
_begun = (
    select(attempts.c.session_id).join(invitations, invitations.c.id == attempts.c.invitation_id).where(_invitation)
)
_called = select(invitations.c.call).where(_invitation)
# Before anybody has said anything there is no conversation yet, only a question that was sent.
SESSIONS = (
    select(*(sessions.c[name] for name in ("channel", "started_at", "ended_at", "outcome", "last_question")))
    .where(or_(sessions.c.id.in_(_begun), sessions.c.carrier_ref.in_(_called)))
    .where(sessions.c.revision > 0)
)

What = Literal["invited", "agreed", "tried", "changed", "answering", "answered", "closed"]

OF_INVITATION: Sequence[tuple[What, str]] = (("invited", "invited_at"), ("agreed", "agreed_at"), ("closed", "ended_at"))
OF_ATTEMPT: Sequence[tuple[What, str]] = (("tried", "made_at"), ("changed", "changed_at"))
OF_SESSION: Sequence[tuple[What, str]] = (("answering", "started_at"), ("answered", "ended_at"))
"""Which column says when."""


@dataclass(frozen=True, slots=True)
class Step:
    """Something that happened. details: the columns that say more about it."""

    at: datetime
    what: What
    details: Mapping[str, Any]


def history(connection: Connection, reference: str) -> list[Step]:
    """Everything that happened to the contact of that reference since somebody was invited, in order."""
    asked = {"reference": reference}
    happened: list[tuple[What, str, Any]] = [
        *((what, at, row) for row in connection.execute(INVITATION, asked).mappings() for what, at in OF_INVITATION),
        *((what, at, row) for row in connection.execute(ATTEMPTS, asked).mappings() for what, at in OF_ATTEMPT),
        *((what, at, row) for row in connection.execute(SESSIONS, asked).mappings() for what, at in OF_SESSION),
    ]
    steps = [Step(row[at], what, row) for what, at, row in happened if row[at] and not _is_first(what, row)]
    return sorted(steps, key=lambda step: step.at)


def _is_first(what: What, row: Mapping[str, Any]) -> bool:
    """Whether an attempt is still where it began, so that there is no change to tell."""
    return what == "changed" and bool(row["changed_at"] <= row["made_at"])
