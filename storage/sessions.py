"""Sessions as they stand, and the journal of their turns: saved only where nobody else was faster."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, bindparam, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.exc import IntegrityError

from flows.session import Over, Session, from_plain, to_plain
from flows.survey import Channel, Survey
from flows.turn import Event, event_to_plain
from storage import respondents
from storage.answers import keep
from storage.database import is_duplicate, raced
from storage.encryption import Keys
from storage.models import sessions, turns

SNAPSHOT = "sessions.snapshot"
INPUT = "turns.input"


@dataclass(frozen=True, slots=True)
class NewSession:
    """A session that is about to begin.

    respondent: the id its person is given where they are not known yet; address: where they are, None where that is
    withheld; carrier_ref: the carrier's id of a call, None for texts. Ids are opaque and unique.
    """

    id: str
    channel: Channel
    ours: str
    address: str | None
    respondent: str
    carrier_ref: str | None
    started_at: datetime
    expires_at: datetime
    session: Session
    reference: str | None = None
    agent: str | None = None
    queue: str | None = None
    touchpoint: str | None = None


@dataclass(frozen=True, slots=True)
class Kept:
    """A session as it was read. revision: grows by one with every save; theirs: the blind index of the address."""

    id: str
    revision: int
    channel: Channel
    ours: str
    theirs: str | None
    respondent: str | None
    reference: str | None
    agent: str | None
    queue: str | None
    touchpoint: str | None
    started_at: datetime
    expires_at: datetime
    ended_at: datetime | None
    session: Session


@dataclass(frozen=True, slots=True)
class Entry:
    """One line of the journal.

    key: the carrier's own name for the input, unique over all sessions; input: its kind and what came, exactly, as
    values that JSON can hold; reply: the exact text returned, None where there was none to return.
    """

    key: str
    at: datetime
    input: Mapping[str, Any]
    events: tuple[Event, ...]
    reply: str | None


@dataclass(frozen=True, slots=True)
class Replied:
    """An input that was dealt with. reply: the exact text that was returned, None where there was none to return."""

    reply: str | None


_READ = select(
    sessions.c.id,
    sessions.c.revision,
    sessions.c.channel,
    sessions.c.ours,
    sessions.c.theirs,
    sessions.c.respondent_id,
    sessions.c.reference,
    sessions.c.agent,
    sessions.c.queue,
    sessions.c.touchpoint,
    sessions.c.started_at,
    sessions.c.expires_at,
    sessions.c.ended_at,
    sessions.c.snapshot,
)
FIND = _READ.where(sessions.c.id == bindparam("session"))
FIND_BY_CALL = _READ.where(sessions.c.carrier_ref == bindparam("call"))
LATEST = (
    _READ.where(sessions.c.channel == bindparam("channel"))
    .where(sessions.c.ours == bindparam("ours"))
    .where(sessions.c.theirs.in_(bindparam("indexes", expanding=True)))
    .order_by(sessions.c.started_at.desc(), sessions.c.id.desc())
    .limit(1)
)
OVERDUE = (
    select(sessions.c.id)
    .where(sessions.c.ended_at.is_(None))
    .where(sessions.c.expires_at <= bindparam("now"))
    .order_by(sessions.c.expires_at)
    .limit(bindparam("most"))
)
REPLIED = select(turns.c.reply).where(turns.c.key == bindparam("key"))
BEGIN = insert(sessions).on_conflict_do_nothing().inline().execution_options(preserve_rowcount=True)
MOVE_ON = (
    update(sessions)
    .where(sessions.c.id == bindparam("session"))
    .where(sessions.c.revision == bindparam("seen"))
    .values(
        language=bindparam("language"),
        ended_at=bindparam("ended_at"),
        outcome=bindparam("outcome"),
        last_question=bindparam("last_question"),
        snapshot=bindparam("snapshot"),
        revision=sessions.c.revision + 1,
    )
)
ENTER = insert(turns).on_conflict_do_nothing(index_elements=["key"]).inline().execution_options(preserve_rowcount=True)


def find(connection: Connection, keys: Keys, id: str) -> Kept | None:
    """The session of that id."""
    return _kept(keys, connection.execute(FIND, {"session": id}).first())


def find_by_call(connection: Connection, keys: Keys, carrier_ref: str) -> Kept | None:
    """The session held over that call."""
    return _kept(keys, connection.execute(FIND_BY_CALL, {"call": carrier_ref}).first())


def latest(connection: Connection, keys: Keys, channel: Channel, ours: str, theirs: Sequence[str]) -> Kept | None:
    """The session last begun between our address and theirs; `theirs` is its blind index under every key."""
    between = {"channel": channel, "ours": ours, "indexes": theirs}
    return _kept(keys, connection.execute(LATEST, between).first())


def replied(connection: Connection, key: str) -> Replied | None:
    """What was replied to the input of that key; None where no such input is known."""
    row = connection.execute(REPLIED, {"key": key}).first()
    return None if row is None else Replied(row.reply)


def overdue(connection: Connection, now: datetime, limit: int) -> list[str]:
    """The ids of at most `limit` open sessions whose time is over, the longest overdue first."""
    return list(connection.execute(OVERDUE, {"now": now, "most": limit}).scalars())


def begin(connection: Connection, keys: Keys, new: NewSession, survey: Survey, entry: Entry) -> bool:
    """Keeps a session with its first turn; False when the call, the open conversation or the turn is known already.

    False has undone the whole transaction: leave the block of `write()`, and look for what somebody else has begun.
    """
    person = None
    if new.address is not None:
        person = respondents.remember(connection, keys, new.respondent, new.address, new.started_at)
    row = {
        "id": new.id,
        "respondent_id": person,
        "survey": new.session.survey,
        "survey_version": new.session.version,
        "channel": new.channel,
        "ours": new.ours,
        "theirs": None if new.address is None else keys.index(new.address),
        "carrier_ref": new.carrier_ref,
        "reference": new.reference,
        "agent": new.agent,
        "queue": new.queue,
        "touchpoint": new.touchpoint,
        "started_at": new.started_at,
        "expires_at": new.expires_at,
        "revision": 0,
        **_standing(keys, new.session, None, entry.at),
    }
    if connection.execute(BEGIN, row).rowcount == 0 or not _entered(connection, keys, new.id, entry):
        return raced(connection)
    keep(connection, keys, new.id, survey, new.channel, {}, new.session, entry.at)
    return True


def save(connection: Connection, keys: Keys, kept: Kept, after: Session, survey: Survey, entry: Entry) -> bool:
    """Keeps what came of one turn; False when the session has moved on since it was read, or the turn is known already.

    False has undone the whole transaction: leave the block of `write()`, and start over from what is stored now.
    """
    seen = {"session": kept.id, "seen": kept.revision, **_standing(keys, after, kept.ended_at, entry.at)}
    try:
        moved = connection.execute(MOVE_ON, seen).rowcount == 1
    except IntegrityError as error:
        # A late answer would open the session again, but a newer one is open with the same person.
        if not is_duplicate(error):
            raise
        moved = False
    if not moved or not _entered(connection, keys, kept.id, entry):
        return raced(connection)
    keep(connection, keys, kept.id, survey, kept.channel, kept.session.answers, after, entry.at)
    return True


def _standing(keys: Keys, session: Session, ended_at: datetime | None, at: datetime) -> dict[str, Any]:
    over = session.state if isinstance(session.state, Over) else None
    return {
        "language": session.language,
        "ended_at": (ended_at or at) if over else None,
        "outcome": over.outcome if over else None,
        "last_question": session.asked,
        "snapshot": keys.encrypt(json.dumps(to_plain(session)), SNAPSHOT),
    }


def _entered(connection: Connection, keys: Keys, id: str, entry: Entry) -> bool:
    row = {
        "session_id": id,
        "key": entry.key,
        "at": entry.at,
        "input": keys.encrypt(json.dumps(dict(entry.input)), INPUT),
        "events": json.dumps([event_to_plain(event) for event in entry.events]),
        "reply": entry.reply,
    }
    return connection.execute(ENTER, row).rowcount == 1


def _kept(keys: Keys, row: Row[*tuple[Any, ...]] | None) -> Kept | None:
    if row is None:
        return None
    return Kept(
        id=row.id,
        revision=row.revision,
        channel=Channel(row.channel),
        ours=row.ours,
        theirs=row.theirs,
        respondent=row.respondent_id,
        reference=row.reference,
        agent=row.agent,
        queue=row.queue,
        touchpoint=row.touchpoint,
        started_at=row.started_at,
        expires_at=row.expires_at,
        ended_at=row.ended_at,
        session=from_plain(json.loads(keys.decrypt(row.snapshot, SNAPSHOT))),
    )
