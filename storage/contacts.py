"""Contacts and what was decided about them, kept so that nobody is invited twice, whoever asks at the same moment."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, fields
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import Connection, bindparam, delete, exists, select, update

# PostgreSQL's form of the upsert is SQLite's as well.
from sqlalchemy.dialects.postgresql import insert

from storage import respondents
from storage.encryption import Keys
from storage.models import contacts, daily, invitations, quarantines

ATTRIBUTES = "contacts.attributes"


@dataclass(frozen=True, slots=True)
class Contact:
    """A contact as it is kept. theirs: the blind index of the number, None where it was withheld.

    reason, until: why nobody is invited, and from when that no longer holds; None where somebody is.
    """

    reference: str
    theirs: str | None
    source: str
    received_at: datetime
    ended_at: datetime
    channel: str | None = None
    language: str | None = None
    country: str | None = None
    queue: str | None = None
    agent: str | None = None
    touchpoint: str | None = None
    attributes: Mapping[str, str] = field(default_factory=dict)
    reason: str | None = None
    until: datetime | None = None


@dataclass(frozen=True, slots=True)
class NewInvitation:
    """What comes of a contact whose respondent is invited.

    respondent: the id the person is given if they are not known yet; address: where they are, None where that is
    withheld; channels: in the order in which they are tried; call: the carrier's id of the call it was offered in.
    """

    id: str
    respondent: str
    address: str | None
    survey: str
    language: str
    channels: Sequence[str]
    due_at: datetime
    expires_at: datetime
    call: str | None = None


COLUMNS = tuple(each.name for each in fields(Contact))

KEEP = insert(contacts).on_conflict_do_nothing().execution_options(preserve_rowcount=True)
LAST_INVITED = (
    select(quarantines.c.invited_at)
    .where(quarantines.c.theirs.in_(bindparam("indexes", expanding=True)))
    .order_by(quarantines.c.invited_at.desc())
    .limit(1)
)
INVITED_ON = select(daily.c.invited).where(daily.c.day == bindparam("day"))

# Whoever comes second at the same moment waits for the first and then finds the condition no longer met. A row under
# an older key counts as well; then none is proposed.
_in_quarantine_still = exists().where(
    quarantines.c.theirs.in_(bindparam("older", expanding=True)), quarantines.c.invited_at > bindparam("before")
)
_reservation = insert(quarantines).from_select(
    ["theirs", "invited_at", "reference"],
    select(
        bindparam("theirs", type_=quarantines.c.theirs.type),
        bindparam("at", type_=quarantines.c.invited_at.type),
        bindparam("reference", type_=quarantines.c.reference.type),
    ).where(~_in_quarantine_still),
)
RESERVE = _reservation.on_conflict_do_update(
    index_elements=["theirs"],
    set_={"invited_at": _reservation.excluded.invited_at, "reference": _reservation.excluded.reference},
    where=quarantines.c.invited_at <= bindparam("before", type_=quarantines.c.invited_at.type),
).returning(quarantines.c.theirs)
RELEASE = delete(quarantines).where(
    quarantines.c.theirs == bindparam("theirs"), quarantines.c.reference == bindparam("reference")
)

COUNT = (
    insert(daily)
    .values(day=bindparam("day"), invited=1)
    .on_conflict_do_update(
        index_elements=["day"], set_={"invited": daily.c.invited + 1}, where=daily.c.invited < bindparam("most")
    )
    .returning(daily.c.invited)
)
UNCOUNT = update(daily).where(daily.c.day == bindparam("of")).values(invited=daily.c.invited - 1)

INVITE = insert(invitations).on_conflict_do_nothing().execution_options(preserve_rowcount=True)
CANCEL = (
    update(invitations)
    .where(invitations.c.theirs.in_(bindparam("indexes", expanding=True)), invitations.c.ended_at.is_(None))
    .values(due_at=None, ended_at=bindparam("at"), outcome="opted_out", revision=invitations.c.revision + 1)
)


def last_invited(connection: Connection, indexes: Sequence[str]) -> datetime | None:
    """When this person was last invited; `indexes` are those of the number under every key."""
    return connection.execute(LAST_INVITED, {"indexes": indexes}).scalar()


def invited_on(connection: Connection, day: date) -> int:
    """How many were invited on that day (UTC), as far as it was counted."""
    return connection.execute(INVITED_ON, {"day": day}).scalar() or 0


def reserve(
    connection: Connection, indexes: Sequence[str], reference: str, at: datetime, quarantine: timedelta
) -> bool:
    """Puts this person in quarantine from `at` on; False where they are already, whoever was a moment faster.

    indexes: those of the number under every key, the newest first.
    """
    newest, *older = indexes
    values = {"theirs": newest, "older": older, "reference": reference, "at": at, "before": at - quarantine}
    return connection.execute(RESERVE, values).first() is not None


def release(connection: Connection, theirs: str, reference: str) -> None:
    """Takes the quarantine back that came of this contact, because its invitation never reached anybody."""
    connection.execute(RELEASE, {"theirs": theirs, "reference": reference})


def count(connection: Connection, day: date, most: int) -> bool:
    """Counts one more invitation of that day; False where there are `most` already. It stays counted if released."""
    return connection.execute(COUNT, {"day": day, "most": most}).first() is not None


def uncount(connection: Connection, day: date) -> None:
    """Takes back what was counted in this transaction."""
    connection.execute(UNCOUNT, {"of": day})


def keep(connection: Connection, keys: Keys, contact: Contact) -> bool:
    """Keeps a contact with its decision; False where its reference is known already, also to a racing transaction."""
    return connection.execute(KEEP, row(keys, contact)).rowcount == 1


def invite(connection: Connection, keys: Keys, contact: Contact, new: NewInvitation) -> bool:
    """Invites the respondent of a contact kept just now; False where the same call has brought an invitation already.

    What is known of the contact is copied, so that a later change elsewhere never moves an answer to another agent.
    """
    person = None
    if new.address is not None:
        person = respondents.remember(connection, keys, new.respondent, new.address, contact.received_at)
    return connection.execute(INVITE, invitation_row(contact, new, person)).rowcount == 1


def row(keys: Keys, contact: Contact) -> dict[str, Any]:
    """A contact as it is stored."""
    found: dict[str, Any] = {name: getattr(contact, name) for name in COLUMNS}
    found["attributes"] = None
    if contact.attributes:
        found["attributes"] = keys.encrypt(json.dumps(dict(contact.attributes), ensure_ascii=False), ATTRIBUTES)
    return found


def invitation_row(contact: Contact, new: NewInvitation, person: str | None) -> dict[str, Any]:
    """An invitation as it is stored at first."""
    found = {
        name: getattr(contact, name) for name in ("reference", "theirs", "country", "queue", "agent", "touchpoint")
    }
    found |= {name: getattr(new, name) for name in ("id", "survey", "language", "due_at", "expires_at", "call")}
    found |= {"respondent_id": person, "channels": ",".join(new.channels), "invited_at": contact.received_at}
    return found | {"revision": 0, "failures": 0}


def cancel(connection: Connection, indexes: Sequence[str], at: datetime) -> int:
    """Ends every open invitation of a person who wants no more questions; returns how many there were."""
    cancelled = connection.execute(CANCEL, {"indexes": indexes, "at": at})
    return cancelled.rowcount
