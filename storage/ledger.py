"""The ledger of contacts as people read it: each with its decision, and how far its invitation has come."""

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import islice
from typing import Any

from sqlalchemy import ColumnElement, Connection, and_, bindparam, case, exists, func, literal, select, tuple_

from storage.contacts import ATTRIBUTES
from storage.encryption import Keys
from storage.models import attempts, contacts, invitations, sessions
from storage.places import Place

ANSWERED = ("partial", "refused", "broken_off")
"""Outcomes of a session in which somebody has said something."""

ARRIVED = ("delivered", "read")
BATCH = 1000
"""Lines read together where only their attributes can tell whether they are meant."""

Attributes = Mapping[str, str]

ON_ITS_WAY = (
    *("making", "unknown", "accepted", "scheduled", "queued", "sending", "sent"),
    *("initiated", "ringing", "in-progress", "completed"),
)


@dataclass(frozen=True, slots=True)
class Line:
    """A contact with its decision. What follows `attributes` is None where nobody is invited.

    channels: in the order in which they are tried; used: the channel that was tried last; state: how far it has come.
    """

    reference: str
    source: str
    received_at: datetime
    ended_at: datetime
    country: str | None
    queue: str | None
    agent: str | None
    touchpoint: str | None
    reason: str | None
    until: datetime | None
    attributes: Attributes
    invitation: str | None
    language: str | None
    channels: tuple[str, ...]
    used: str | None
    due_at: datetime | None
    state: str | None


_other = attempts.alias("other")
_last_attempt = (
    select(_other.c.id)
    .where(_other.c.invitation_id == invitations.c.id)
    .order_by(_other.c.made_at.desc(), _other.c.id.desc())
    .limit(1)
    .scalar_subquery()
)
_by_attempt = (
    select(_other.c.session_id)
    .where(_other.c.invitation_id == invitations.c.id, _other.c.session_id.is_not(None))
    .join(sessions, sessions.c.id == _other.c.session_id)
    # The one in which somebody has said most lately, before those that nobody has answered.
    .order_by(sessions.c.revision.desc(), _other.c.made_at.desc())
    .limit(1)
    .scalar_subquery()
)
_spoken = sessions.alias("spoken")
_by_call = select(_spoken.c.id).where(_spoken.c.carrier_ref == invitations.c.call).scalar_subquery()


def _has_come_to(statuses: tuple[str, ...]) -> ColumnElement[bool]:
    """Whether any attempt has, also where a later one has led to nothing."""
    return exists().where(_other.c.invitation_id == invitations.c.id, _other.c.status.in_(statuses))


HAS_ARRIVED = _has_come_to(ARRIVED)
STATE: ColumnElement[str | None] = case(
    (invitations.c.id.is_(None), None),
    # Somebody may finish late what was given up already, or opt out after having finished.
    (sessions.c.outcome == "completed", sessions.c.outcome),
    (invitations.c.outcome.is_not(None), invitations.c.outcome),
    (and_(sessions.c.revision > 0, sessions.c.ended_at.is_(None)), literal("answering")),
    (sessions.c.outcome.in_(ANSWERED), sessions.c.outcome),
    (HAS_ARRIVED, literal("delivered")),
    (_has_come_to(ON_ITS_WAY), literal("sent")),
    else_=literal("scheduled"),
)
TRIED = select(func.count()).where(_other.c.invitation_id == invitations.c.id).correlate(invitations).scalar_subquery()
CODE = func.coalesce(attempts.c.code, 0)
"""What the carrier said went wrong with the last attempt."""
LANGUAGE = func.coalesce(invitations.c.language, contacts.c.language)
CHANNEL = func.coalesce(*(each.c.channel for each in (sessions, attempts, contacts)), invitations.c.channels)
"""By which somebody answered or was tried last; several with commas between them where the first is still to come."""

LINES = (
    select(
        *(contacts.c[name] for name in ("reference", "source", "received_at", "ended_at", "country", "queue", "agent")),
        *(contacts.c[name] for name in ("touchpoint", "reason", "until", "attributes")),
        invitations.c.id.label("invitation"),
        LANGUAGE.label("language"),
        invitations.c.channels,
        attempts.c.channel.label("used"),
        invitations.c.due_at,
        STATE.label("state"),
    )
    .select_from(contacts)
    .outerjoin(invitations, invitations.c.reference == contacts.c.reference)
    .outerjoin(attempts, attempts.c.id == _last_attempt)
    .outerjoin(sessions, sessions.c.id == func.coalesce(_by_attempt, _by_call))
)
# Made once: what a statement of this size is cached by takes longer to work out than the database takes to answer.
FIND = LINES.where(contacts.c.reference == bindparam("reference"))
FIND_BY_CALL = LINES.where(invitations.c.call == bindparam("call"))


def find(connection: Connection, keys: Keys, reference: str) -> Line | None:
    """The contact of that reference."""
    return _line(keys, connection.execute(FIND, {"reference": reference}).first())


def find_by_call(connection: Connection, keys: Keys, call: str) -> Line | None:
    """The contact whose respondent was invited in that call."""
    return _line(keys, connection.execute(FIND_BY_CALL, {"call": call}).first())


def recent(
    connection: Connection,
    keys: Keys,
    meant: Sequence[ColumnElement[bool]],
    most: int,
    before: Place | None = None,
    holds: Callable[[Attributes], bool] | None = None,
) -> list[Line]:
    """At most so many lines of which all this holds, the newest first. before: where the last line seen stands, by
    when it was received and its reference; holds: of their attributes.
    """
    if holds is None:
        return _recent(connection, keys, meant, most, before)
    found: list[Line] = []
    while len(found) < most:
        lines = _recent(connection, keys, meant, BATCH, before)
        found += [line for line in lines if holds(line.attributes)]
        if len(lines) < BATCH:
            break
        before = Place(lines[-1].received_at, lines[-1].reference)
    return found[:most]


def count(
    connection: Connection,
    keys: Keys,
    meant: Sequence[ColumnElement[bool]],
    most: int,
    holds: Callable[[Attributes], bool] | None = None,
) -> int:
    """Of how many lines all this holds; whoever has counted that many goes no further."""
    if holds is None:
        lines = LINES.with_only_columns(contacts.c.reference).where(*meant).limit(most)
        return connection.scalar(select(func.count()).select_from(lines.subquery())) or 0
    sealed = connection.execute(LINES.with_only_columns(contacts.c.attributes).where(*meant)).scalars()
    return sum(1 for _ in islice(filter(holds, (_attributes(keys, each) for each in sealed)), most))


def _recent(
    connection: Connection,
    keys: Keys,
    meant: Sequence[ColumnElement[bool]],
    most: int,
    before: Place | None,
) -> list[Line]:
    lines = LINES.where(*meant)
    if before is not None:
        place = (literal(before.at, contacts.c.received_at.type), literal(before.id))
        lines = lines.where(tuple_(contacts.c.received_at, contacts.c.reference) < tuple_(*place))
    newest_first = lines.order_by(contacts.c.received_at.desc(), contacts.c.reference.desc()).limit(most)
    return [line for row in connection.execute(newest_first) if (line := _line(keys, row))]


def _line(keys: Keys, row: Any) -> Line | None:
    if row is None:
        return None
    plain = dict(row._mapping)
    sealed, channels = plain.pop("attributes"), plain.pop("channels")
    return Line(
        **plain,
        attributes=_attributes(keys, sealed),
        channels=tuple(channels.split(",")) if channels else (),
    )


def _attributes(keys: Keys, sealed: bytes | None) -> Attributes:
    found: Attributes = json.loads(keys.decrypt(sealed, ATTRIBUTES)) if sealed else {}
    return found
