"""Who chooses the respondents: per agent or queue, how many contacts came how far, and who ended the call."""

import json
from collections import Counter
from typing import Any, Literal

from sqlalchemy import ColumnElement, Connection, and_, case, exists, func, literal, or_, select

from flows.filters import UNKNOWN, Filter
from flows.selection import Chain
from storage.contacts import ATTRIBUTES
from storage.encryption import Keys
from storage.models import answers, attempts, contacts, invitations, sessions
from storage.selected import of_contacts

ENDED_BY = "ended_by"
"""The attribute of a contact that tells who ended its call first: `agent`, or anybody else."""

ARRIVED = ("delivered", "read", "in-progress", "completed")

_has_number = answers.c.value.is_not(None)
_by_attempt = sessions.join(attempts, attempts.c.session_id == sessions.c.id)
_with_answers = answers.c.session_id == sessions.c.id
_is_tried = attempts.c.invitation_id == invitations.c.id
_is_called = sessions.c.carrier_ref == invitations.c.call
_has_spoken = or_(sessions.c.channel == "call", sessions.c.revision > 0)


def _any(of: Any, *conditions: ColumnElement[bool]) -> ColumnElement[bool]:
    return exists(select(literal(1)).select_from(of).where(*conditions).correlate(invitations))


OFFERED = or_(contacts.c.source == "offer", _any(attempts, _is_tried))
REACHED = and_(
    OFFERED,
    or_(
        _any(attempts, _is_tried, attempts.c.status.in_(ARRIVED)),
        _any(_by_attempt, _is_tried, _has_spoken),
        _any(sessions, _is_called, _has_spoken),
    ),
)
ANSWERED = and_(
    REACHED,
    or_(
        _any(_by_attempt.join(answers, _with_answers), _is_tried, _has_number),
        _any(sessions.join(answers, _with_answers), _is_called, _has_number),
    ),
)


def chains(connection: Connection, keys: Keys, wanted: Filter, zone: str, by: Literal["agent", "queue"]) -> list[Chain]:
    """One chain for each agent or queue, `UNKNOWN` for contacts without.

    Eligible are those who were invited; offered, to whom anything was sent or said; connected, whom it reached;
    answered, who gave a number. Each step is counted among those who passed the one before. Raises Unreadable.
    """
    offered, reached, answered = (func.sum(case((step, 1), else_=0)) for step in (OFFERED, REACHED, ANSWERED))
    rows = connection.execute(
        select(func.coalesce(contacts.c[by], UNKNOWN), func.count(), offered, reached, answered)
        .select_from(contacts.join(invitations, invitations.c.reference == contacts.c.reference))
        .where(*of_contacts(wanted, zone))
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
        select(func.coalesce(contacts.c[by], UNKNOWN), contacts.c.attributes)
        .select_from(contacts.outerjoin(invitations, invitations.c.reference == contacts.c.reference))
        .where(contacts.c.attributes.is_not(None), *of_contacts(wanted, zone))
    )
    for unit, sealed in rows:
        if who := json.loads(keys.decrypt(sealed, ATTRIBUTES)).get(ENDED_BY):
            ended[unit] += 1
            hung_up[unit] += who.strip().lower() == "agent"
    return ended, hung_up
