"""Who chooses the respondents: per agent or queue, how many contacts came how far, and who ended the call."""

import json
from collections import Counter
from collections.abc import Mapping
from typing import Any, Literal

from sqlalchemy import ColumnElement, Connection, and_, case, exists, func, literal, or_, select

from flows.filters import UNKNOWN, Filter
from flows.selection import Chain
from storage.contacts import ATTRIBUTES
from storage.encryption import Keys
from storage.ledger import LINES, STATE
from storage.models import answers, attempts, contacts, invitations, sessions
from storage.selected import of_contacts

ENDED_BY = "ended_by"
"""The attribute of a contact that tells who ended its call first: `AGENT`, or anybody else."""
AGENT = "agent"

ARRIVED = ("delivered", "read", "in-progress", "completed")

_has_number = answers.c.value.is_not(None)
# Any attempt and any session: a line of the ledger knows one of each.
_attempts, _sessions = attempts.alias("tried"), sessions.alias("held")
_by_attempt = _sessions.join(_attempts, _attempts.c.session_id == _sessions.c.id)
_with_answers = answers.c.session_id == _sessions.c.id
_is_tried = _attempts.c.invitation_id == invitations.c.id
_is_called = _sessions.c.carrier_ref == invitations.c.call
_has_spoken = or_(_sessions.c.channel == "call", _sessions.c.revision > 0)


def _any(of: Any, *conditions: ColumnElement[bool]) -> ColumnElement[bool]:
    return exists(select(literal(1)).select_from(of).where(*conditions).correlate(invitations, contacts))


OFFERED = or_(contacts.c.source == "offer", _any(_attempts, _is_tried))
STARTED = and_(OFFERED, or_(_any(_by_attempt, _is_tried, _has_spoken), _any(_sessions, _is_called, _has_spoken)))
REACHED = or_(STARTED, and_(OFFERED, _any(_attempts, _is_tried, _attempts.c.status.in_(ARRIVED))))
ANSWERED = and_(
    STARTED,
    or_(
        _any(_by_attempt.join(answers, _with_answers), _is_tried, _has_number),
        _any(_sessions.join(answers, _with_answers), _is_called, _has_number),
    ),
)
STEPS: Mapping[str, ColumnElement[bool]] = {
    "invited": invitations.c.id.is_not(None),
    "offered": OFFERED,
    "connected": REACHED,
    "started": STARTED,
    "answered": ANSWERED,
    "completed": STATE == "completed",
}
"""How far an invitation can come, as conditions on the lines of the ledger: to whom anything was sent or said, whom it
reached, who said anything or took the call, who gave a number, and who answered everything.
"""


def ended_by(attributes: Mapping[str, str]) -> str | None:
    """Who ended the call first, `AGENT` or anybody else; None where nobody has told."""
    return attributes.get(ENDED_BY, "").strip().lower() or None


def passed(connection: Connection, wanted: Filter, zone: str) -> dict[str, int]:
    """How many of those invited have come to each of the steps."""
    sums = [func.coalesce(func.sum(case((step, 1), else_=0)), 0) for step in STEPS.values()]
    lines = LINES.with_only_columns(*sums).where(invitations.c.id.is_not(None), *of_contacts(wanted, zone))
    return dict(zip(STEPS, map(int, connection.execute(lines).one()), strict=True))


def chains(connection: Connection, keys: Keys, wanted: Filter, zone: str, by: Literal["agent", "queue"]) -> list[Chain]:
    """One chain for each agent or queue, `UNKNOWN` for contacts without.

    Eligible are those who were invited; offered, to whom anything was sent or said; connected, whom it reached;
    answered, who gave a number. Each step is counted among those who passed the one before. Raises Unreadable.
    """
    offered, reached, answered = (func.sum(case((step, 1), else_=0)) for step in (OFFERED, REACHED, ANSWERED))
    rows = connection.execute(
        LINES.with_only_columns(func.coalesce(contacts.c[by], UNKNOWN), func.count(), offered, reached, answered)
        .where(invitations.c.id.is_not(None), *of_contacts(wanted, zone))
        .group_by(contacts.c[by])
        .order_by(contacts.c[by])
    ).all()
    ended, hung_up = _ended(connection, keys, wanted, zone, by)
    return [
        Chain(unit, eligible, int(tried), int(connected), int(scored), hung_up[unit], ended[unit])
        for unit, eligible, tried, connected, scored in rows
    ]


def _ended(connection: Connection, keys: Keys, wanted: Filter, zone: str, by: str) -> tuple[Counter[str], Counter[str]]:
    """Calls of which it is known who ended them, and those that the agent did."""
    ended: Counter[str] = Counter()
    hung_up: Counter[str] = Counter()
    rows = connection.execute(
        LINES.with_only_columns(func.coalesce(contacts.c[by], UNKNOWN), contacts.c.attributes).where(
            contacts.c.attributes.is_not(None), *of_contacts(wanted, zone)
        )
    )
    for unit, sealed in rows:
        if who := ended_by(json.loads(keys.decrypt(sealed, ATTRIBUTES))):
            ended[unit] += 1
            hung_up[unit] += who == AGENT
    return ended, hung_up
