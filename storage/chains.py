"""Who chooses the respondents: per agent or queue, how many contacts came how far, and who ended the call."""

import json
from collections import Counter
from typing import Any, Literal

from sqlalchemy import Connection, and_, case, exists, func, literal, or_, select

from flows.filters import UNKNOWN, Filter
from flows.selection import Chain
from storage.contacts import ATTRIBUTES
from storage.encryption import Keys
from storage.models import answers, attempts, contacts, invitations, sessions
from storage.selected import of_contacts

ENDED_BY = "ended_by"
"""The attribute of a contact that tells who ended its call first: `agent`, or anybody else."""

ARRIVED = ("delivered", "read", "in-progress", "completed")

_made = attempts.alias("made")
_its_session = or_(
    sessions.c.id.in_(select(_made.c.session_id).where(_made.c.invitation_id == invitations.c.id)),
    sessions.c.carrier_ref == invitations.c.call,
)
_offered = or_(contacts.c.source == "offer", exists().where(attempts.c.invitation_id == invitations.c.id))
_arrived = exists().where(attempts.c.invitation_id == invitations.c.id, attempts.c.status.in_(ARRIVED))
_spoken = exists().where(_its_session, or_(sessions.c.channel == "call", sessions.c.revision > 0))
_answered = exists(
    select(answers.c.session_id)
    .join(sessions, sessions.c.id == answers.c.session_id)
    .where(_its_session, answers.c.value.is_not(None))
)


def chains(connection: Connection, keys: Keys, wanted: Filter, zone: str, by: Literal["agent", "queue"]) -> list[Chain]:
    """One chain for each agent or queue, `UNKNOWN` for contacts without.

    Eligible are those who were invited; offered, to whom anything was sent or said; connected, whom it reached;
    answered, who gave a number. Each step is counted among those who passed the one before. Raises Unreadable.
    """
    reached = and_(_offered, or_(_arrived, _spoken))
    steps = [literal(1), *(_as_number(step) for step in (_offered, reached, and_(reached, _answered)))]
    rows = connection.execute(
        select(func.coalesce(contacts.c[by], UNKNOWN), *(func.sum(step) for step in steps))
        .select_from(contacts.join(invitations, invitations.c.reference == contacts.c.reference))
        .where(*of_contacts(wanted, zone))
        .group_by(contacts.c[by])
        .order_by(contacts.c[by])
    ).all()
    ended, hung_up = _ended(connection, keys, wanted, zone, by)
    return [
        Chain(unit, int(eligible), int(offered), int(connected), int(answered), hung_up[unit], ended[unit])
        for unit, eligible, offered, connected, answered in rows
    ]


def _as_number(step: Any) -> Any:
    return case((step, 1), else_=0)


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
