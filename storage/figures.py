"""Counts of surveys and contacts for any filter: from the roll-up, or from the rows where only they can tell."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, Connection, Select, case, func, or_, select

from flows.filters import UNKNOWN, Filter
from storage.models import figures, sessions, slices, tags
from storage.recount import Rows, recount
from storage.rollup import part_of
from storage.slices import STORED, Cells, Part, Slice
from storage.speaking import speaking

Halves = Counter[tuple[bool, Slice, int]]
"""How many by half of the time, slice and value."""


@dataclass(frozen=True, slots=True)
class Counts:
    """What was counted in two halves of the time, the earlier as False.

    days: on which each slice was counted: all of them where it is about agents, otherwise the first one only.
    """

    halves: Halves
    days: frozenset[tuple[date, Slice]]

    def of_half(self, is_later: bool) -> Counter[tuple[Slice, int]]:
        """What was counted in the earlier or the later half."""
        return Counter({(slice, value): n for (half, slice, value), n in self.halves.items() if half is is_later})


SELECTED = ("channel", "language", "country", "queue", "touchpoint", "survey")
OF_ANSWERS = ("instrument", "series")
"""Names of a filter that every slice has, and those that only answers by an instrument have."""


def counted(
    connection: Connection, part: Part, wanted: Filter, zone: str, split: date, of: Iterable[str], by: str | None = None
) -> Counts:
    """The counts of slices of those kinds before (False) and from the split on (True).

    Of contacts, instrument, series and theme of the filter mean nothing and change nothing. by: a dimension that is to
    be told apart; without it queue and touchpoint may be left out, and agent is.
    """
    if wanted.agent or by == "agent":
        cells = _cells(connection, part, wanted, zone, of, by, None if part is Part.SURVEYS else split)
        return Counts(_halved(cells, split), frozenset((day, slice) for day, slice, _ in cells))
    halves: Halves = Counter()
    begun: dict[Slice, date] = {}
    half = case((figures.c.day >= split, 1), else_=0)
    # A wording is in use whatever those who answer it speak of.
    for is_later, first, slice, value, n in _kept(connection, part, wanted, of, by, half):
        halves[bool(is_later), slice, value] += n
        begun[slice] = min(first, begun.get(slice, first))
    if is_of_rows(wanted, part, by):
        halves = _halved(_cells(connection, part, wanted, zone, of, by, split), split)
    return Counts(halves, frozenset((day, slice) for slice, day in begun.items()))


def daily(
    connection: Connection, part: Part, wanted: Filter, zone: str, of: Iterable[str], by: str | None = None
) -> Cells:
    """The same by day."""
    if is_of_rows(wanted, part, by):
        return _cells(connection, part, wanted, zone, of, by)
    kept = _kept(connection, part, wanted, of, by, figures.c.day)
    return Counter({(day, slice, value): n for day, _, slice, value, n in kept})


def span(connection: Connection, part: Part) -> tuple[date, date] | None:
    """The first and the last day of which anything was counted; None where nothing was."""
    days = select(func.min(figures.c.day), func.max(figures.c.day)).where(figures.c.part == part)
    first, last = connection.execute(days).one()
    return (first, last) if first else None


def values_of(connection: Connection, name: str) -> list[str]:
    """Every value that this dimension has had, unknown ones left out; of agents those of surveys."""
    column = sessions.c.agent if name == "agent" else tags.c.theme if name == "theme" else slices.c[name]
    found = connection.execute(select(column).distinct().where(column.is_not(None), column != "").order_by(column))
    return list(found.scalars())


def is_of_rows(wanted: Filter, part: Part, by: str | None = None) -> bool:
    """Whether only the rows can tell, for agents and themes are not in the roll-up."""
    return bool(wanted.agent or by == "agent" or (wanted.theme and part is Part.SURVEYS))


def named(
    connection: Connection, wanted: Filter, part: Part, of: Iterable[str], by: str | None = None
) -> tuple[list[str], Mapping[int, Slice]]:
    """The parts of the roll-up to read, and the slices that are meant there by id."""
    kinds = list(of)
    fine = bool(wanted.queue or wanted.touchpoint or by in ("queue", "touchpoint"))
    conditions = [slices.c.of.in_(kinds), *_conditions(wanted, part)]
    if not fine:
        conditions += [slices.c.queue == "", slices.c.touchpoint == ""]
    found = connection.execute(_NAMED.where(*conditions))
    return sorted({part_of(part, fine, kind) for kind in kinds}), {row[0]: Slice(*row[1:]) for row in found}


def dated(rows: Select[Any], wanted: Filter) -> Select[Any]:
    """The rows of the roll-up that lie on the days meant."""
    if wanted.first:
        rows = rows.where(figures.c.day >= wanted.first)
    return rows.where(figures.c.day <= wanted.last) if wanted.last else rows


def _kept(
    connection: Connection,
    part: Part,
    wanted: Filter,
    of: Iterable[str],
    by: str | None,
    bucket: ColumnElement[Any],
) -> Iterator[tuple[Any, date, Slice, int, int]]:
    """Bucket, first day in it, slice, value and how many, from the roll-up."""
    parts, known = named(connection, wanted, part, of, by)
    first, n = func.min(figures.c.day), func.sum(figures.c.n)
    kept = select(bucket.label("bucket"), first, figures.c.slice, figures.c.value, n).where(figures.c.part.in_(parts))
    kept = dated(kept, wanted).group_by("bucket", figures.c.slice, figures.c.value)
    found: Iterable[Any] = connection.execute(kept)
    for place, begun, slice, value, times in found:
        if slice in known:
            yield place, begun, known[slice], value, int(times)


def _halved(cells: Cells, split: date) -> Halves:
    halves: Halves = Counter()
    for (day, slice, value), n in cells.items():
        halves[day >= split, slice, value] += n
    return halves


def _cells(
    connection: Connection,
    part: Part,
    wanted: Filter,
    zone: str,
    of: Iterable[str],
    by: str | None,
    split: date | None = None,
) -> Cells:
    """The same from the rows, by day, or by half where it is said on which day the later one begins."""
    kinds = tuple(of)
    if (days := span(connection, part)) is None:
        return Counter()
    rows = Rows(
        kind=connection.dialect.name,
        zone=zone,
        first=max(wanted.first or days[0], days[0]),
        last=min(wanted.last or days[1], days[1]),
        agents=tuple(None if each == UNKNOWN else each for each in wanted.agent),
        also=[speaks_of(wanted.theme)] if wanted.theme and part is Part.SURVEYS else [],
        by_agent=by == "agent",
        left_out=[name for name in _spared(kinds) if name != by and not wanted.of(name)],
        split=split and max(split, wanted.first or days[0], days[0]),
    )
    cells = recount(connection, part, rows, kinds) if rows.first <= rows.last else Counter()
    return Counter({key: n for key, n in cells.items() if key[1].of in kinds and _matches(key[1], wanted, part)})


def _spared(kinds: Iterable[str]) -> Sequence[str]:
    """The dimensions that nobody tells apart who does not ask for them."""
    return SELECTED if set(kinds) == {"step"} else ("queue", "touchpoint")


_NAMED = select(slices.c.id, *(slices.c[name] for name in STORED))


def _conditions(wanted: Filter, part: Part) -> list[ColumnElement[bool]]:
    found = [_among(slices.c[name], wanted.of(name)) for name in SELECTED if wanted.of(name)]
    if part is Part.SURVEYS:
        found += [
            or_(_among(slices.c[name], wanted.of(name)), slices.c.instrument == "")
            for name in OF_ANSWERS
            if wanted.of(name)
        ]
    return found


def _among(column: Any, values: Iterable[str]) -> ColumnElement[bool]:
    found: ColumnElement[bool] = column.in_(["" if value == UNKNOWN else value for value in values])
    return found


def _matches(slice: Slice, wanted: Filter, part: Part) -> bool:
    """Whether a slice that was counted from rows is meant; the same as `_conditions` says of those that were kept."""
    names = SELECTED if part is Part.CONTACTS or not slice.instrument else (*SELECTED, *OF_ANSWERS)
    return all((getattr(slice, name) or UNKNOWN) in wanted.of(name) for name in names if wanted.of(name))


def speaks_of(themes: Iterable[str]) -> ColumnElement[bool]:
    """Whether any verbatim of a session speaks of any of these themes."""
    return sessions.c.id.in_(speaking(list(themes)))
