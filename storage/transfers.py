"""Invitations that belong to a call: offered in it, agreed to or declined, and reached or not."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Table, bindparam, exists, func, select, update

from storage.models import Moment, attempts, contacts, invitations

FIND = (
    select(
        *(invitations.c[name] for name in ("id", "reference", "language", "agent", "queue", "touchpoint")),
        contacts.c.source,
        invitations.c.agreed_at.is_not(None).label("has_agreed"),
        invitations.c.ended_at.is_not(None).label("is_over"),
        attempts.c.id.label("attempt"),
    )
    .join(contacts, contacts.c.reference == invitations.c.reference)
    .outerjoin(attempts, attempts.c.carrier_ref == invitations.c.call)
    .where(invitations.c.call == bindparam("call_sid"))
)
_of_call = invitations.c.call == bindparam("call_sid")
_is_open = invitations.c.ended_at.is_(None)
_is_unanswered = invitations.c.agreed_at.is_(None)
_is_untried = ~exists().where(attempts.c.invitation_id == invitations.c.id)
AGREE = (
    update(invitations)
    .where(_of_call, _is_open, _is_unanswered)
    .values(agreed_at=bindparam("at", type_=Moment), expires_at=bindparam("expires", type_=Moment))
    .values(revision=invitations.c.revision + 1)
)
DECLINE = (
    update(invitations)
    .where(_of_call, _is_open, _is_unanswered, _is_untried)
    .values(due_at=None, ended_at=bindparam("at", type_=Moment), outcome="refused", revision=invitations.c.revision + 1)
)
RELEASE = (
    update(invitations)
    .where(_of_call, _is_open, ~_is_unanswered, _is_untried, invitations.c.due_at > bindparam("due", type_=Moment))
    .values(due_at=bindparam("due", type_=Moment), expires_at=bindparam("expires", type_=Moment))
    .values(revision=invitations.c.revision + 1)
)
ADOPT = (
    update(invitations)
    .where(invitations.c.reference == bindparam("of_contact"), invitations.c.theirs == bindparam("of_person"))
    .where(_is_open, invitations.c.call.is_(None), _is_untried)
    .values(call=bindparam("call_sid"), agreed_at=bindparam("at", type_=Moment), revision=invitations.c.revision + 1)
)
LEARN = update(invitations).where(_of_call)
LEARN_OF_CONTACT = update(contacts).where(contacts.c.reference == bindparam("of_contact"))
ABOUT = ("agent", "queue", "touchpoint")


@dataclass(frozen=True, slots=True)
class Offered:
    """The invitation of a call. source: how we came to know of its contact; has_agreed: asked beforehand, and said yes;
    is_over: nothing more comes of it; attempt: the survey on this call, where it has begun."""

    id: str
    reference: str
    language: str
    agent: str | None
    queue: str | None
    touchpoint: str | None
    source: str
    has_agreed: bool
    is_over: bool
    attempt: str | None


def find(connection: Connection, call: str) -> Offered | None:
    """The invitation of that call."""
    row = connection.execute(FIND, {"call_sid": call}).first()
    if row is None:
        return None
    return Offered(**row._mapping)


def agree(connection: Connection, call: str, at: datetime, expires_at: datetime) -> None:
    """Notes that the caller wants to be asked, until then also by text; what was answered first stands."""
    connection.execute(AGREE, {"call_sid": call, "at": at, "expires": expires_at})


def decline(connection: Connection, call: str, at: datetime) -> None:
    """Ends an invitation that the caller has not agreed to and not reached."""
    connection.execute(DECLINE, {"call_sid": call, "at": at})


def release(connection: Connection, call: str, due_at: datetime, expires_at: datetime) -> None:
    """Lets an invitation that was agreed to and not reached by telephone be sent from then on. Said again, it stays."""
    connection.execute(RELEASE, {"call_sid": call, "due": due_at, "expires": expires_at})


def adopt(connection: Connection, reference: str, theirs: str, call: str, at: datetime) -> None:
    """Lets an invitation of this person, of which nothing has been sent, belong to the call they are in.

    It counts as agreed to, so that it is sent after all where the survey is not reached.
    """
    values = {"of_contact": reference, "of_person": theirs, "call_sid": call, "at": at}
    connection.execute(ADOPT, values)


def learn(connection: Connection, offered: Offered, call: str, ended_at: datetime, **about: str | None) -> None:
    """Completes what is known of a contact by what is known only after it: agent, queue, touchpoint, its end.

    What is known already is never changed.
    """
    told = {name: value for name in ABOUT if (value := about[name]) and getattr(offered, name) is None}
    if told:
        connection.execute(LEARN.values(_unless_known(invitations, told)), {"call_sid": call})
    late = {"ended_at": ended_at} if offered.source == "offer" else {}
    if told or late:
        known = {**_unless_known(contacts, told), **late}
        connection.execute(LEARN_OF_CONTACT.values(known), {"of_contact": offered.reference})


def _unless_known(table: Table, told: dict[str, str]) -> dict[str, Any]:
    return {name: func.coalesce(table.c[name], value) for name, value in told.items()}
