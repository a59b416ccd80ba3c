"""Attempts to reach somebody: written down before the carrier is asked, so that nothing can be sent unseen."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, bindparam, case, delete, exists, func, insert, or_, select, update

from storage.models import Moment, answers, attempts, sessions, turns

_session_of_turn = select(turns.c.session_id).where(turns.c.key == bindparam("turn")).scalar_subquery()
MAKE = insert(attempts)
LINK = update(attempts).where(attempts.c.id == bindparam("attempt")).values(session_id=_session_of_turn)
ADVANCE = (
    update(attempts)
    .where(attempts.c.id == bindparam("attempt"), attempts.c.status.in_(bindparam("below", expanding=True)))
    .values(
        status=bindparam("becomes"),
        code=func.coalesce(bindparam("why"), attempts.c.code),
        carrier_ref=func.coalesce(attempts.c.carrier_ref, bindparam("ref")),
        changed_at=bindparam("at", type_=Moment),
    )
    .execution_options(preserve_rowcount=True)
)
NAME = (
    update(attempts)
    .where(attempts.c.id == bindparam("attempt"), attempts.c.carrier_ref.is_(None))
    .values(carrier_ref=bindparam("ref"))
)
UNLINK = update(attempts).where(attempts.c.session_id == bindparam("session")).values(session_id=None)
UNDO = (
    delete(attempts)
    .where(attempts.c.id == bindparam("attempt"), attempts.c.status == bindparam("made"))
    .execution_options(preserve_rowcount=True)
)
# Locked, so that no reply can come in between; whoever brings one then finds that there is nothing to reply to.
UNTOUCHED = (
    select(sessions.c.id)
    .where(sessions.c.id == bindparam("session"), sessions.c.revision == 0, sessions.c.ended_at.is_(None))
    .with_for_update()
)
ABSORBED = (
    select(sessions.c.id)
    .where(sessions.c.respondent_id == bindparam("person"), sessions.c.reference == bindparam("contact"))
    .where(sessions.c.channel == bindparam("over"), sessions.c.ours == bindparam("our_end"))
    .where(sessions.c.id != bindparam("session"), sessions.c.revision == 0, sessions.c.ended_at.is_(None))
    .with_for_update()
)
RELINK = update(attempts).where(attempts.c.session_id == bindparam("absorbed")).values(session_id=bindparam("session"))
FORGET = delete(sessions).where(sessions.c.id == bindparam("session"))
FIND = select(attempts).where(attempts.c.id == bindparam("attempt"))
OF = (
    select(attempts)
    .where(attempts.c.invitation_id == bindparam("invitation"))
    .order_by(attempts.c.made_at, attempts.c.id)
)
KNOWN = select(attempts.c.carrier_ref).where(attempts.c.carrier_ref.in_(bindparam("refs", expanding=True)))
SAID = select(turns.c.reply).where(turns.c.session_id == bindparam("session")).order_by(turns.c.id).limit(1)
_spoke = exists().where(
    answers.c.session_id == sessions.c.id, or_(answers.c.missing.is_(None), answers.c.missing != "silent")
)
CONVERSATIONS = (
    select(
        sessions.c.id,
        sessions.c.channel,
        sessions.c.carrier_ref,
        sessions.c.expires_at,
        sessions.c.ended_at,
        sessions.c.outcome,
        sessions.c.revision,
        case((_spoke, 1), else_=0).label("has_spoken"),
    )
    .where(or_(sessions.c.respondent_id == bindparam("person"), sessions.c.carrier_ref == bindparam("call")))
    .where(or_(sessions.c.ended_at.is_(None), sessions.c.ended_at >= bindparam("since", type_=Moment)))
    .order_by(sessions.c.started_at)
)


@dataclass(frozen=True, slots=True)
class Made:
    """An attempt as it is kept. ref: the carrier's id; code: of its error; words are those of flows.fates."""

    id: str
    invitation: str
    channel: str
    kind: str
    session: str | None
    ref: str | None
    status: str
    code: int | None
    made_at: datetime
    changed_at: datetime


@dataclass(frozen=True, slots=True)
class Conversation:
    """A session with somebody. call: the carrier's id of it; has_spoken: some question has more of an answer than
    silence; revision: 0 while nothing has come from them."""

    id: str
    channel: str
    call: str | None
    expires_at: datetime
    ended_at: datetime | None
    outcome: str | None
    revision: int
    has_spoken: bool


def make(connection: Connection, new: Made) -> None:
    """Keeps an attempt that is about to be made."""
    connection.execute(MAKE, row(new))


def row(new: Made) -> dict[str, Any]:
    """An attempt as it is stored."""
    return {
        "id": new.id,
        "invitation_id": new.invitation,
        "channel": new.channel,
        "kind": new.kind,
        "session_id": new.session,
        "carrier_ref": new.ref,
        "status": new.status,
        "code": new.code,
        "made_at": new.made_at,
        "changed_at": new.changed_at,
    }


def link(connection: Connection, id: str, turn: str) -> None:
    """Notes that the session which that turn of the journal belongs to came of this attempt."""
    connection.execute(LINK, {"attempt": id, "turn": turn})


def advance(
    connection: Connection,
    id: str,
    status: str,
    below: Sequence[str],
    at: datetime,
    ref: str | None = None,
    code: int | None = None,
) -> bool:
    """Whether the attempt was at one of the statuses below, and now is at this one; if not, nothing is changed."""
    values = {"attempt": id, "becomes": status, "below": list(below), "at": at, "ref": ref, "why": code}
    return connection.execute(ADVANCE, values).rowcount == 1


def name(connection: Connection, id: str, ref: str) -> None:
    """Notes the carrier's id of an attempt that has none yet."""
    connection.execute(NAME, {"attempt": id, "ref": ref})


def undo(connection: Connection, id: str, status: str) -> bool:
    """Takes back an attempt of which nothing has come and nothing can; False where it is no longer at that status."""
    return connection.execute(UNDO, {"attempt": id, "made": status}).rowcount == 1


def forget(connection: Connection, session: str) -> None:
    """Removes a session nobody has heard of; one to which anything has come stays."""
    if connection.execute(UNTOUCHED, {"session": session}).first():
        connection.execute(UNLINK, {"session": session})
        connection.execute(FORGET, {"session": session})


def absorb(connection: Connection, session: str, person: str, reference: str, channel: str, ours: str) -> None:
    """Lets this session take the place of the one about the same contact which is open there and nobody has answered.

    What was sent there counts as sent for this session. Of the other goes only its greeting, which nobody replied to.
    """
    there = {"session": session, "person": person, "contact": reference, "over": channel, "our_end": ours}
    if absorbed := connection.execute(ABSORBED, there).scalar():
        connection.execute(RELINK, {"absorbed": absorbed, "session": session})
        connection.execute(FORGET, {"session": absorbed})


def find(connection: Connection, id: str) -> Made | None:
    """The attempt of that id."""
    row = connection.execute(FIND, {"attempt": id}).first()
    return Made(*row) if row else None


def of(connection: Connection, invitation: str) -> list[Made]:
    """Every attempt for an invitation, the oldest first."""
    return [Made(*row) for row in connection.execute(OF, {"invitation": invitation})]


def known(connection: Connection, refs: Sequence[str]) -> set[str]:
    """Which of these ids of the carrier's belong to an attempt."""
    return set(connection.execute(KNOWN, {"refs": list(refs)}).scalars())


def said_first(connection: Connection, session: str) -> str | None:
    """What a session began with, exactly as it was sent."""
    return connection.execute(SAID, {"session": session}).scalar()


def conversations(connection: Connection, person: str | None, call: str | None, since: datetime) -> list[Conversation]:
    """The sessions with this respondent, or in that call, that go on, or have ended since then.

    Of somebody whose number is withheld only the call is known.
    """
    rows = connection.execute(CONVERSATIONS, {"person": person, "call": call, "since": since})
    return [Conversation(*row[:-1], has_spoken=bool(row.has_spoken)) for row in rows]
