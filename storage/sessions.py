"""Sessions as they stand: read without a lock, saved only where nobody else was faster."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, bindparam, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.exc import IntegrityError

from flows.course import last_counted
from flows.session import Over, Session, from_plain, to_plain
from flows.survey import Channel, Survey
from storage import respondents
from storage.answers import changed, taken_back
from storage.attempts import absorb
from storage.database import is_duplicate, raced
from storage.driver import run
from storage.encryption import Keys
from storage.journal import Entry, enter, sealed
from storage.models import read, sessions, written
from storage.saving import keep, write

SNAPSHOT = "sessions.snapshot"


@dataclass(frozen=True, slots=True)
class NewSession:
    """A session that is about to begin.

    respondent: the id its person is given where they are not known yet; address: where they are, None where that is
    withheld; carrier_ref: the carrier's id of a call, None for texts; country: where they are, as ISO 3166 code, None
    where it cannot be told. Ids are opaque and unique.
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
    country: str | None = None


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
class Place:
    """Where a session goes on. carrier_ref: the carrier's id of a call, None for texts."""

    channel: Channel
    ours: str
    carrier_ref: str | None
    expires_at: datetime


READ = (
    "SELECT id, revision, channel, ours, theirs, respondent_id, reference, agent, queue, touchpoint,"
    " started_at, expires_at, ended_at, snapshot FROM sessions WHERE "
)
LATEST = "channel = :channel AND ours = :ours AND theirs IN ({}) ORDER BY started_at DESC, id DESC LIMIT 1"

NEWEST = (
    "id IN (SELECT id FROM sessions WHERE respondent_id = :person AND (revision > 0 OR channel = 'call')"
    " ORDER BY started_at DESC, id DESC LIMIT 1)"
)

ANSWERED = (
    "id IN (SELECT s.id FROM sessions AS s WHERE s.respondent_id = :person AND s.reference = :reference"
    " AND s.id <> :other AND EXISTS (SELECT 1 FROM answers AS a WHERE a.session_id = s.id"
    " AND (a.missing IS NULL OR a.missing <> 'silent')) ORDER BY s.started_at DESC, s.id DESC LIMIT 1)"
)

OVERDUE = (
    select(sessions.c.id)
    .where(sessions.c.ended_at.is_(None))
    .where(sessions.c.expires_at <= bindparam("now"))
    .order_by(sessions.c.expires_at)
    .limit(bindparam("most"))
)
BEGIN = insert(sessions).on_conflict_do_nothing().inline().execution_options(preserve_rowcount=True)


def find(connection: Connection, keys: Keys, id: str) -> Kept | None:
    """The session of that id."""
    return _kept(keys, run(connection, f"{READ} id = :id", {"id": id}).fetchone())


def find_by_call(connection: Connection, keys: Keys, carrier_ref: str) -> Kept | None:
    """The session held over that call."""
    return _kept(keys, run(connection, f"{READ} carrier_ref = :call", {"call": carrier_ref}).fetchone())


def latest(connection: Connection, keys: Keys, channel: Channel, ours: str, theirs: Sequence[str]) -> Kept | None:
    """The session last begun between our address and theirs; `theirs` is its blind index under every key."""
    indexes = {f"index_{i}": index for i, index in enumerate(theirs)}
    between = LATEST.format(", ".join(f":{name}" for name in indexes))
    return _kept(keys, run(connection, READ + between, {"channel": str(channel), "ours": ours, **indexes}).fetchone())


def newest(connection: Connection, keys: Keys, person: str) -> Kept | None:
    """The session last begun with this respondent, over whichever channel, but for messages nobody has answered."""
    return _kept(keys, run(connection, READ + NEWEST, {"person": person}).fetchone())


def answered_beside(connection: Connection, keys: Keys, kept: Kept) -> Kept | None:
    """The session in which this respondent has answered about the same contact, where it is another than this."""
    values = {"person": kept.respondent, "reference": kept.reference, "other": kept.id}
    return _kept(keys, run(connection, READ + ANSWERED, values).fetchone())


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
    if connection.execute(BEGIN, row(keys, survey, new, person, entry.at)).rowcount == 0:
        return raced(connection)
    if not enter(connection, keys, new.id, entry):
        return raced(connection)
    keep(connection, new.id, _answered(connection, keys, new.channel, survey, None, new.session, entry.at))
    return True


def row(keys: Keys, survey: Survey, new: NewSession, person: str | None, at: datetime) -> dict[str, Any]:
    """A session as it is stored at first. at: when it came to stand as it does."""
    ended_at, outcome = _end(new.session, None, at)
    return {
        "id": new.id,
        "respondent_id": person,
        "survey": new.session.survey,
        "channel": new.channel,
        "ours": new.ours,
        "theirs": None if new.address is None else keys.index(new.address),
        "carrier_ref": new.carrier_ref,
        "reference": new.reference,
        "agent": new.agent,
        "queue": new.queue,
        "touchpoint": new.touchpoint,
        "country": new.country,
        "started_at": new.started_at,
        "expires_at": new.expires_at,
        "ended_at": ended_at,
        "outcome": outcome,
        "revision": 0,
        **_standing(keys, survey, new.session),
    }


def save(connection: Connection, keys: Keys, kept: Kept, after: Session, survey: Survey, entry: Entry) -> bool:
    """Keeps what came of one turn; False when the session has moved on since it was read, or the turn is known already.

    False has undone the whole transaction: leave the block of `write()`, and start over from what is stored now.
    Where nothing else is written beside it, `write(at_once=True)` is enough and faster.
    """
    kind = connection.dialect.name
    standing = {"session": kept.id, "seen": kept.revision, **_standing(keys, survey, after)}
    if kept.ended_at or isinstance(after.state, Over):
        ended_at, outcome = _end(after, kept.ended_at, entry.at)
        standing |= {"ended_at": ended_at and written(ended_at, kind), "outcome": outcome}
    line = {**sealed(keys, entry), "at": written(entry.at, kind)}
    answered = _answered(connection, keys, kept.channel, survey, kept.session, after, entry.at)
    try:
        return write(connection, standing, line, answered, taken_back(kept.session, after)) or raced(connection)
    except IntegrityError as error:
        # The turn is known; or it would open the session again while a newer one is open with the same person.
        if is_duplicate(error):
            return raced(connection)
        raise


def carry_over(
    connection: Connection, keys: Keys, kept: Kept, place: Place, after: Session, survey: Survey, entry: Entry
) -> bool:
    """Keeps a session that goes on somewhere else; False as `save` says it, also while a text conversation is open
    there. A message about the same contact that nobody has answered is none: from now on it belongs to this session."""
    if kept.reference and kept.respondent and place.channel is not Channel.CALL:
        absorb(connection, kept.id, kept.respondent, kept.reference, place.channel, place.ours)
    moved = (
        update(sessions)
        .where(sessions.c.id == kept.id, sessions.c.revision == kept.revision)
        .values(
            channel=place.channel,
            ours=place.ours,
            carrier_ref=place.carrier_ref,
            expires_at=place.expires_at,
            ended_at=None,
            outcome=None,
            revision=kept.revision + 1,
            **_standing(keys, survey, after),
        )
        .execution_options(preserve_rowcount=True)
    )
    try:
        if connection.execute(moved).rowcount == 0 or not enter(connection, keys, kept.id, entry):
            return raced(connection)
    except IntegrityError as error:
        if is_duplicate(error):
            return raced(connection)
        raise
    keep(connection, kept.id, _answered(connection, keys, place.channel, survey, kept.session, after, entry.at))
    return True


def _standing(keys: Keys, survey: Survey, session: Session) -> dict[str, Any]:
    return {
        "survey_version": session.version,
        "language": session.language,
        "last_question": last_counted(survey, session),
        "snapshot": keys.encrypt(json.dumps(to_plain(session)), SNAPSHOT),
    }


def _end(session: Session, ended_at: datetime | None, at: datetime) -> tuple[datetime | None, str | None]:
    over = session.state if isinstance(session.state, Over) else None
    return (ended_at or at, str(over.outcome)) if over else (None, None)


def _answered(
    connection: Connection,
    keys: Keys,
    channel: Channel,
    survey: Survey,
    before: Session | None,
    after: Session,
    at: datetime,
) -> list[dict[str, Any]]:
    whereabouts = {"channel": str(channel), "answered_at": written(at, connection.dialect.name)}
    return [row | whereabouts for row in changed(keys, survey, before, after)]


def _kept(keys: Keys, row: tuple[Any, ...] | None) -> Kept | None:
    if row is None:
        return None
    id, revision, channel, ours, theirs, person, *about, started_at, expires_at, ended_at, snapshot = row
    reference, agent, queue, touchpoint = about
    return Kept(
        id=id,
        revision=revision,
        channel=Channel(channel),
        ours=ours,
        theirs=theirs,
        respondent=person,
        reference=reference,
        agent=agent,
        queue=queue,
        touchpoint=touchpoint,
        started_at=read(started_at),
        expires_at=read(expires_at),
        ended_at=ended_at and read(ended_at),
        session=from_plain(json.loads(keys.decrypt(snapshot, SNAPSHOT))),
    )
