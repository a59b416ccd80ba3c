"""How far invitations can come, as conditions on the lines of the ledger, and who has said anything."""

from collections.abc import Mapping
from typing import Any

from sqlalchemy import ColumnElement, and_, case, exists, func, literal, or_, select

from storage.ledger import STATE
from storage.models import answers, attempts, contacts, invitations, sessions

ARRIVED = ("delivered", "read", "in-progress", "completed")


def has_spoken(table: Any) -> ColumnElement[bool]:
    """Whether anything has come from the respondent of a session, who at least took the call; that a message has
    expired is a turn as well, and none of theirs. table: of sessions, or another name of it."""
    silent = case((table.c.outcome == "expired", 1), else_=0)
    return or_(table.c.channel == "call", table.c.revision > silent)


# Any attempt and any session: a line of the ledger knows one of each.
_attempts, _sessions = attempts.alias("tried"), sessions.alias("held")
_has_number = exists(
    select(literal(1)).where(answers.c.session_id == _sessions.c.id, answers.c.value.is_not(None)).correlate(_sessions)
)
_has_spoken = has_spoken(_sessions)
_said: tuple[tuple[ColumnElement[bool], int], ...] = ((and_(_has_spoken, _has_number), 4), (_has_spoken, 3))
_by_attempts = (
    select(func.max(case(*_said, (_attempts.c.status.in_(ARRIVED), 2), else_=1)))
    .select_from(_attempts.outerjoin(_sessions, _sessions.c.id == _attempts.c.session_id))
    .where(_attempts.c.invitation_id == invitations.c.id)
    .correlate(invitations)
    .scalar_subquery()
)
_by_call = (
    select(func.max(case(*_said, else_=0)))
    .where(_sessions.c.carrier_ref == invitations.c.call)
    .correlate(invitations)
    .scalar_subquery()
)
_tried = func.coalesce(_by_attempts, case((contacts.c.source == "offer", 1), else_=0))

DEPTH: ColumnElement[int] = case(
    (or_(invitations.c.call.is_(None), _tried == 0), _tried),
    (func.coalesce(_by_call, 0) > _tried, _by_call),
    else_=_tried,
)
"""How far somebody who was invited has come, as the place in `DEPTHS`."""
DEPTHS = ("invited", "offered", "connected", "started", "answered")
"""Invited; to whom anything was sent or said; whom it reached; who said anything or took the call; who gave a number.
Each is a part of the one before."""

STEPS: Mapping[str, ColumnElement[bool]] = {
    "invited": invitations.c.id.is_not(None),
    **{name: place <= DEPTH for place, name in enumerate(DEPTHS) if place},
    "completed": STATE == "completed",
}
"""The same by name, and who answered everything, as conditions."""
