"""Keeps counts by day, and counts those days anew of which the database has noted a change."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from sqlalchemy import Connection, Select, and_, bindparam, delete, false, func, insert, or_, select
from sqlalchemy.dialects.postgresql import insert as upsert

from storage.database import Database, raced
from storage.days import DAY, begins, day_of
from storage.models import changes, contacts, figures, rollups, sessions, slices
from storage.recount import Rows, recount
from storage.slices import STORED, Part, Slice, id_of, without_queue

BATCH = 2000
"""Changes looked at together for the days on which they lie, and taken away together."""

MOST_DAYS = 7
"""Days counted together, of each part, whatever has changed on them; others wait for the next turn of the same look."""

FINE = " by queue"
"""Counts are kept twice: with queue and touchpoint, and without, which is less to read where nobody asks for them."""

TIMES = " times"
"""The part of a part that holds the times to an answer."""

OLDEST = select(changes.c.part, changes.c.at).order_by(changes.c.id).limit(BATCH)
TAKEN = delete(changes).where(changes.c.id.in_(bindparam("ids", expanding=True)))
# In order, so that two who count the same days wait for one another and never both.
LOCKED = (
    select(changes.c.id)
    .where(changes.c.id.in_(bindparam("ids", expanding=True)))
    .order_by(changes.c.id)
    .with_for_update()
)
# Straight to the driver, for there may be a hundred thousand of them.
PUT = (
    "INSERT INTO figures (part, day, slice, value, n) VALUES ({0}, {0}, {0}, {0}, {0})"
    " ON CONFLICT (part, day, slice, value) DO UPDATE SET n = excluded.n"
)
GONE = "DELETE FROM figures WHERE part = {0} AND day = {0} AND slice = {0} AND value = {0}"
NAME = upsert(slices).on_conflict_do_nothing()

Kept = dict[tuple[str, date, int, int], int]
"""The roll-up: how many by part, day, id of a slice, and value."""


@dataclass(frozen=True, slots=True)
class Noted:
    """Changes that were read, and the days they lie on. is_all: whether there were no others."""

    ids: Sequence[int]
    days: Mapping[Part, Sequence[date]]
    is_all: bool


def refresh(database: Database, zone: str) -> int:
    """Counts anew whatever has changed since the last look; returns how many days that were. Safe to do at any time, in
    any number of processes: what was counted while something changed is thrown away, or counted again.
    """
    _set_clock(database, zone)
    days = 0
    while noted := _noted(database, zone):
        # Whoever else counts the same days takes these changes with them: as long as they are there, what has been kept
        # of the days is what it was when it was read.
        names: dict[int, Slice] = {}
        now, before = _counted(database, zone, noted, names), _kept(database, noted)
        with database.write() as connection:
            taken = _take(connection, noted.ids)
            if taken:
                _keep(connection, before, now, names)
        days += sum(map(len, noted.days.values())) if taken else 0
        # What came meanwhile is for the next look: where much happens, one who waits for silence waits for ever.
        if taken and noted.is_all:
            break
    return days


def part_of(part: Part, fine: bool, of: str = "") -> str:
    """How the counts of that kind are named in the table. Times are many, and seldom asked for with anything else."""
    return f"{part}{TIMES if of == 'seconds' else ''}{FINE if fine else ''}"


def _noted(database: Database, zone: str) -> Noted | None:
    """The days on which the oldest changes lie, with whatever else has changed on them; None where nothing has."""
    with database.read() as connection:
        oldest = [(Part(row.part), day_of(row.at, zone)) for row in connection.execute(OLDEST)]
        days = {part: sorted({day for of, day in oldest if of is part})[:MOST_DAYS] for part in Part}
        ids = [id for part, some in days.items() for id in connection.scalars(_on(part, some, zone))]
    is_all = len(oldest) < BATCH and all(day in days[part] for part, day in oldest)
    return Noted(sorted(ids), days, is_all) if oldest else None


def _on(part: Part, days: Sequence[date], zone: str) -> Select[Any]:
    """What has changed of that part on these days."""
    within = (and_(changes.c.at >= begins(day, zone), changes.c.at < begins(day + DAY, zone)) for day in days)
    return select(changes.c.id).where(changes.c.part == part, or_(false(), *within))


def _counted(database: Database, zone: str, noted: Noted, names: dict[int, Slice]) -> Kept:
    """What is to be kept of these days, and what it is called."""
    found: Counter[tuple[str, date, int, int]] = Counter()
    for part, days in noted.days.items():
        wanted = set(days)
        for first, last in _stretches(days):
            with database.read() as connection:
                cells = recount(connection, part, Rows(database.kind, zone, first, last))
            for (day, slice, value), n in cells.items():
                if day in wanted:
                    whole = without_queue(slice)
                    names |= {id_of(slice): slice, id_of(whole): whole}
                    found[part_of(part, True, slice.of), day, id_of(slice), value] += n
                    found[part_of(part, False, slice.of), day, id_of(whole), value] += n
    return found


def _kept(database: Database, noted: Noted) -> Kept:
    """What has been kept of these days so far."""
    found: Kept = {}
    for part, days in noted.days.items():
        of_days = select(figures).where(figures.c.part.in_(_parts(part)), figures.c.day.in_(days))
        with database.read() as connection:
            found |= {(of, day, slice, value): n for of, day, slice, value, n in connection.execute(of_days)}
    return found


def _stretches(days: Sequence[date]) -> Iterator[tuple[date, date]]:
    """Days in a row together, so that there are few statements; a gap of one or two is filled."""
    first = last = None
    for day in days:
        if first is None or last is None:
            first = day
        elif day - last > timedelta(days=3):
            yield first, last
            first = day
        last = day
    if first is not None and last is not None:
        yield first, last


def _take(connection: Connection, ids: Sequence[int]) -> bool:
    """Whether these changes were still there: otherwise somebody else has counted them, and perhaps more."""
    for some in (ids[start : start + BATCH] for start in range(0, len(ids), BATCH)):
        if connection.dialect.name == "postgresql":
            connection.execute(LOCKED, {"ids": some})
        if connection.execute(TAKEN, {"ids": some}).rowcount < len(some):
            return raced(connection)
    return True


def _keep(connection: Connection, before: Kept, now: Kept, names: Mapping[int, Slice]) -> None:
    """Writes what is not as it was: a day holds thousands of counts, and an answer changes a handful."""
    put = {key: n for key, n in now.items() if before.get(key) != n}
    if new := {id for _, _, id, _ in put} - {id for _, _, id, _ in before}:
        # In order, so that two who name the same cannot wait for each other.
        named = [{"id": id, **dict(zip(STORED, names[id], strict=False))} for id in sorted(new)]
        connection.execute(NAME, named)
    _run_all(connection, PUT, [(*key, n) for key, n in put.items()])
    _run_all(connection, GONE, [key for key in before if key not in now])


def _run_all(connection: Connection, statement: str, rows: Sequence[tuple[str, date, int, *tuple[int, ...]]]) -> None:
    is_sqlite = connection.dialect.name == "sqlite"
    if rows:
        plain = [(part, day.isoformat() if is_sqlite else day, *rest) for part, day, *rest in rows]
        connection.exec_driver_sql(statement.format("?" if is_sqlite else "%s"), plain)


def _parts(part: Part) -> list[str]:
    return [part_of(part, fine, of) for fine in (True, False) for of in ("", "seconds")]


def _set_clock(database: Database, zone: str) -> None:
    """Where days have begun at other moments so far, everything has to be counted anew."""
    with database.read() as connection:
        known = dict(connection.execute(select(rollups.c.part, rollups.c.zone)).all())
    parts = [part for part in Part if known.get(part) != zone]
    if not parts:
        return
    first = upsert(rollups)
    with database.write() as connection:
        for part in parts:
            if part in known:
                connection.execute(delete(figures).where(figures.c.part.in_(_parts(part))))
                _mark_everything(connection, part)
        connection.execute(
            first.on_conflict_do_update(index_elements=["part"], set_={"zone": first.excluded.zone}),
            [{"part": part, "zone": zone} for part in parts],
        )


def _mark_everything(connection: Connection, part: Part) -> None:
    at = sessions.c.started_at if part is Part.SURVEYS else contacts.c.received_at
    first, last = connection.execute(select(func.min(at, type_=at.type), func.max(at, type_=at.type))).one()
    if first is not None:
        # Half days, for on some days the clock skips an hour.
        moments = [min(first + DAY / 2 * step, last) for step in range((last - first) // (DAY / 2) + 2)]
        connection.execute(insert(changes), [{"part": part, "at": at} for at in moments])
