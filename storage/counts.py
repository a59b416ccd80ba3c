"""How much there has been of everything, without counting again what was counted before."""

import json
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Column, Connection, bindparam, func, select
from sqlalchemy.dialects.postgresql import insert

from storage.database import Database
from storage.models import Moment, attempts, contacts, invitations, sessions, tallies, turns

Key = tuple[str, ...]
"""What is counted, and the values of its labels."""

SETTLED = timedelta(minutes=2)
"""After so long every transaction is over, so that nothing more appears among what is older."""

BATCH = 5000
"""Rows counted at a time: some hundredths of a second."""

BATCHES = 50
"""How many of them until others may have their turn; after a long time the rest comes with the next."""


@dataclass(frozen=True, slots=True)
class Growing:
    """A table that only grows. place: the column by which it grows; time: when a row came; parts: what rows are told
    apart by."""

    name: str
    place: Column[Any]
    time: Column[Any]
    parts: tuple[Column[Any], ...]


TURNS = Growing("turns", turns.c.id, turns.c.at, (sessions.c.channel, turns.c.events))
GROWING = (
    Growing("contacts", contacts.c.received_at, contacts.c.received_at, (contacts.c.source, contacts.c.reason)),
    Growing("attempts", attempts.c.made_at, attempts.c.made_at, (attempts.c.channel, attempts.c.kind)),
    Growing("ended", invitations.c.ended_at, invitations.c.ended_at, (invitations.c.outcome,)),
    Growing("begun", sessions.c.started_at, sessions.c.started_at, (sessions.c.channel,)),
    TURNS,
)


@dataclass(frozen=True, slots=True)
class Workload:
    """How much there is at this moment.

    due, scheduled: invitations for which something is to be done now, and later; oldest_due: since when the first of
    them has been due; open_sessions: conversations that can be answered; made: attempts of late by channel and status.
    """

    due: int
    oldest_due: datetime | None
    scheduled: int
    open_sessions: int
    made: dict[tuple[str, str], int]


_open = invitations.c.ended_at.is_(None)
DUE = select(func.count(), func.min(invitations.c.due_at, type_=Moment)).where(
    _open, invitations.c.due_at <= bindparam("now", type_=Moment)
)
SCHEDULED = select(func.count()).where(_open, invitations.c.due_at > bindparam("now", type_=Moment))
OPEN = select(func.count()).select_from(sessions).where(sessions.c.ended_at.is_(None))
MADE = (
    select(attempts.c.channel, attempts.c.status, func.count())
    .where(attempts.c.made_at >= bindparam("since", type_=Moment))
    .group_by(attempts.c.channel, attempts.c.status)
)


def workload(connection: Connection, now: datetime, since: datetime) -> Workload:
    """How much there is now; attempts are those made since then."""
    due, oldest = connection.execute(DUE, {"now": now}).one()
    return Workload(
        due=due,
        oldest_due=oldest,
        scheduled=connection.execute(SCHEDULED, {"now": now}).scalar_one(),
        open_sessions=connection.execute(OPEN).scalar_one(),
        made={(channel, status): made for channel, status, made in connection.execute(MADE, {"since": since})},
    )


def totals(connection: Connection) -> Counter[Key]:
    """Everything there has ever been: what was counted before, and what came since, which is the less the faster."""
    found: Counter[Key] = Counter()
    for growing in GROWING:
        upto, counted = _tally(connection, growing)
        found += counted + _count(connection, growing, upto, None)
    return found


def count_on(database: Database, now: datetime) -> None:
    """Counts what has settled since the last time, at most `BATCHES` of each table.

    Any number of processes may do so; nothing is counted twice.
    """
    for growing in GROWING:
        for _ in range(BATCHES):
            if not _count_some(database, growing, now - SETTLED):
                break


def _count_some(database: Database, growing: Growing, before: datetime) -> bool:
    """Counts one batch; whether there may be another."""
    with database.read() as connection:
        seen, counted = _tally(connection, growing)
        batch = select(growing.place).where(growing.time < before).order_by(growing.place).limit(BATCH)
        places = (batch if seen is None else batch.where(growing.place > seen)).subquery()
        number, upto = connection.execute(select(func.count(), func.max(places.c[0]))).one()
        if number == 0:
            return False
        counted += _count(connection, growing, seen, upto)
    plain = json.dumps([[*key, number] for key, number in counted.items()])
    new = insert(tallies).values(source=growing.name, upto=_written(upto), counts=plain)
    with database.write() as connection:
        connection.execute(
            new.on_conflict_do_update(
                index_elements=["source"],
                set_={"upto": new.excluded.upto, "counts": new.excluded.counts},
                where=tallies.c.upto == _written(seen),  # otherwise somebody else has counted meanwhile
            )
        )
    return bool(number == BATCH)


def _tally(connection: Connection, growing: Growing) -> tuple[Any, Counter[Key]]:
    """Up to where a table has been counted, None where it never was, and what was found there."""
    row = connection.execute(select(tallies).where(tallies.c.source == growing.name)).first()
    if row is None:
        return None, Counter()
    upto = int(row.upto) if growing is TURNS else datetime.fromisoformat(row.upto)
    return upto, Counter({tuple(key): number for *key, number in json.loads(row.counts)})


def _count(connection: Connection, growing: Growing, after: Any, upto: Any) -> Counter[Key]:
    """What there is behind one place and up to another."""
    rows = select(*growing.parts, func.count()).group_by(*growing.parts).where(growing.place.is_not(None))
    if growing is TURNS:
        rows = rows.select_from(turns.outerjoin(sessions, sessions.c.id == turns.c.session_id))
    if after is not None:
        rows = rows.where(growing.place > after)
    if upto is not None:
        rows = rows.where(growing.place <= upto)
    counted: Counter[Key] = Counter()
    for *parts, number in connection.execute(rows):
        for key in _keys(growing, parts):
            counted[key] += number
    return counted


def _keys(growing: Growing, parts: Sequence[str | None]) -> Iterator[Key]:
    """What rows that have these parts count as."""
    if growing is not TURNS:
        yield growing.name, *(part or "" for part in parts)
        return
    channel, events = parts
    yield growing.name, channel or ""
    for event in json.loads(events or "[]"):
        match event:
            case {"is": "Answered"}:
                yield "answers", channel or ""
            case {"is": "Misunderstood", "reason": reason}:
                yield "misunderstood", channel or "", reason
            case {"is": "Ended", "outcome": outcome}:
                yield "sessions", channel or "", outcome
            case {"is": "OptedOut"}:
                yield "opted_out", channel or ""


def _written(place: Any) -> str:
    return place.isoformat() if isinstance(place, datetime) else str(place)
