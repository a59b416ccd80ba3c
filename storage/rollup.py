"""Keeps counts by day, and counts those days anew of which the database has noted a change."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta

from sqlalchemy import Connection, bindparam, delete, func, insert, select
from sqlalchemy.dialects.postgresql import insert as upsert

from storage.database import Database, raced
from storage.days import DAY, day_of
from storage.models import changes, contacts, figures, rollups, sessions, slices
from storage.recount import STORED, Cells, Part, Rows, Slice, recount

BATCH = 2000
"""Changes looked at together: of some weeks where everything has to be counted, of today otherwise."""

FINE = " by queue"
"""Counts are kept twice: with queue and touchpoint, and without, which is less to read where nobody asks for them."""

NOTED = select(changes).order_by(changes.c.id).limit(BATCH)
TAKEN = delete(changes).where(changes.c.id.in_(bindparam("ids", expanding=True)))
# In order, so that two who count the same days wait for one another and never both.
LOCKED = (
    select(changes.c.id)
    .where(changes.c.id.in_(bindparam("ids", expanding=True)))
    .order_by(changes.c.id)
    .with_for_update()
)
FORGET = delete(figures).where(figures.c.part == bindparam("of"), figures.c.day == bindparam("on"))
NAME = upsert(slices).on_conflict_do_nothing()


@dataclass(frozen=True, slots=True)
class Noted:
    """Changes that were read, and the days they lie on."""

    ids: tuple[int, ...]
    days: Mapping[Part, Sequence[date]]


def refresh(database: Database, zone: str) -> int:
    """Counts anew whatever has changed since the last look; returns how many days that were. Safe to do at any time, in
    any number of processes: what was counted while something changed is thrown away, or counted again.
    """
    _set_clock(database, zone)
    days = 0
    while noted := _noted(database, zone):
        counted = {part: _counted(database, part, zone, on) for part, on in noted.days.items()}
        with database.write() as connection:
            taken = _take(connection, noted.ids)
            for part, cells in counted.items() if taken else ():
                _keep(connection, part, noted.days[part], cells)
        days += sum(map(len, noted.days.values())) if taken else 0
        # What came meanwhile is for the next look: where much happens, one who waits for silence waits for ever.
        if taken and len(noted.ids) < BATCH:
            break
    return days


def part_of(part: Part, fine: bool) -> str:
    """How the counts are named in the table."""
    return f"{part}{FINE}" if fine else str(part)


def _noted(database: Database, zone: str) -> Noted | None:
    with database.read() as connection:
        rows = connection.execute(NOTED).all()
    days = {part: sorted({day_of(row.at, zone) for row in rows if row.part == part}) for part in Part}
    return Noted(tuple(row.id for row in rows), days) if rows else None


def _counted(database: Database, part: Part, zone: str, days: Sequence[date]) -> Cells:
    cells: Cells = Counter()
    wanted = set(days)
    with database.read() as connection:
        for first, last in _stretches(days):
            found = recount(connection, part, Rows(database.kind, zone, first, last))
            cells.update({key: n for key, n in found.items() if key[0] in wanted})
    return cells


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
    if connection.dialect.name == "postgresql":
        connection.execute(LOCKED, {"ids": ids})
    return connection.execute(TAKEN, {"ids": ids}).rowcount == len(ids) or raced(connection)


def _keep(connection: Connection, part: Part, days: Sequence[date], cells: Cells) -> None:
    if not days:
        return
    coarse: Cells = Counter()
    for (day, slice, value), n in cells.items():
        coarse[day, replace(slice, queue="", touchpoint=""), value] += n
    ids = {slice: slice.id for _, slice, _ in (*cells, *coarse)}
    _name(connection, ids)
    for fine, of_grain in ((True, cells), (False, coarse)):
        name = part_of(part, fine)
        connection.execute(FORGET, [{"of": name, "on": day} for day in days])
        rows = [
            {"part": name, "day": day, "slice": ids[slice], "value": value, "n": n}
            for (day, slice, value), n in of_grain.items()
        ]
        if rows:
            connection.execute(insert(figures), rows)


def _name(connection: Connection, ids: Mapping[Slice, int]) -> None:
    """Keeps what slices there are; in order, so that two who do so cannot wait for each other."""
    known = set(connection.execute(select(slices.c.id)).scalars()) if len(ids) > BATCH else _known(connection, ids)
    new = [
        {"id": id, **{name: getattr(slice, name) for name in STORED}}
        for slice, id in sorted(ids.items(), key=lambda each: each[1])
        if id not in known
    ]
    if new:
        connection.execute(NAME, new)


def _known(connection: Connection, ids: Mapping[Slice, int]) -> set[int]:
    return set(connection.execute(select(slices.c.id).where(slices.c.id.in_(list(ids.values())))).scalars())


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
                connection.execute(
                    delete(figures).where(figures.c.part.in_([part_of(part, True), part_of(part, False)]))
                )
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
