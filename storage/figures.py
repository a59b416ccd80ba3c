"""Counts of surveys and contacts for any filter: from the roll-up, or from the rows where only they can tell."""

from collections import Counter
from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, Connection, Select, case, exists, func, literal, or_, select

from flows.filters import UNKNOWN, Filter
from storage.models import answers, corrections, figures, sessions, slices, tags
from storage.recount import Rows, recount
from storage.rollup import part_of
from storage.slices import STORED, Cells, Part, Slice

Bucket = date | bool
Counts = Counter[tuple[Bucket, Slice, int]]
"""How many by day or by half of the time, slice, and value."""

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
    found: Counts = Counter()
    half = case((figures.c.day >= split, literal(True)), else_=literal(False))
    for day, slice, value, n in _found(connection, part, wanted, zone, tuple(of), by, half):
        found[day if isinstance(day, bool) else day >= split, slice, value] += n
    return found


def daily(
    connection: Connection, part: Part, wanted: Filter, zone: str, of: Iterable[str], by: str | None = None
) -> Cells:
    """The same by day."""
    found: Cells = Counter()
    for day, slice, value, n in _found(connection, part, wanted, zone, tuple(of), by, figures.c.day):
        found[day, slice, value] += n
    return found


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
) -> tuple[str, Mapping[int, Slice]]:
    """The part of the roll-up to read, and the slices that are meant there by id."""
    fine = bool(wanted.queue or wanted.touchpoint or by in ("queue", "touchpoint"))
    conditions = [slices.c.of.in_(list(of)), *_conditions(wanted, part)]
    if not fine:
        conditions += [slices.c.queue == "", slices.c.touchpoint == ""]
    found = connection.execute(_NAMED.where(*conditions))
    return part_of(part, fine), {row[0]: Slice(*row[1:]) for row in found}


def dated(rows: Select[Any], wanted: Filter) -> Select[Any]:
    """The rows of the roll-up that lie on the days meant."""
    if wanted.first:
        rows = rows.where(figures.c.day >= wanted.first)
    return rows.where(figures.c.day <= wanted.last) if wanted.last else rows


def _found(
    connection: Connection,
    part: Part,
    wanted: Filter,
    zone: str,
    of: tuple[str, ...],
    by: str | None,
    bucket: ColumnElement[Any],
) -> Iterable[tuple[Any, Slice, int, int]]:
    """Bucket, slice, value and count; from rows the bucket is the day."""
    if not is_of_rows(wanted, part, by):
        name, known = named(connection, wanted, part, of, by)
        kept = select(bucket.label("bucket"), figures.c.slice, figures.c.value, func.sum(figures.c.n))
        kept = kept.where(figures.c.part == name).group_by("bucket", figures.c.slice, figures.c.value)
        found = connection.execute(dated(kept, wanted)).all()
        return [(day, known[slice], value, int(n)) for day, slice, value, n in found if slice in known]
    if (days := span(connection, part)) is None:
        return ()
    rows = Rows(
        kind=connection.dialect.name,
        zone=zone,
        first=max(wanted.first or days[0], days[0]),
        last=min(wanted.last or days[1], days[1]),
        agents=tuple(None if each == UNKNOWN else each for each in wanted.agent),
        also=[speaks_of(wanted.theme)] if wanted.theme and part is Part.SURVEYS else [],
        by_agent=by == "agent",
    )
    cells = recount(connection, part, rows) if rows.first <= rows.last else Counter()
    return [
        (day, slice, value, n)
        for (day, slice, value), n in cells.items()
        if slice.of in of and _matches(slice, wanted, part)
    ]


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


_words = answers.alias("words")


def speaks_of(themes: Iterable[str]) -> ColumnElement[bool]:
    """Whether any verbatim of a session speaks of any of these themes: the last decision goes before what was found."""
    keys = list(themes)
    last = (
        select(corrections.c.present)
        .where(
            corrections.c.session_id == _words.c.session_id,
            corrections.c.question == _words.c.question,
            corrections.c.theme.in_(keys),
        )
        .order_by(corrections.c.id.desc())
        .limit(1)
        .scalar_subquery()
    )
    was_found = exists().where(
        tags.c.session_id == _words.c.session_id, tags.c.question == _words.c.question, tags.c.theme.in_(keys)
    )
    return exists().where(
        _words.c.session_id == sessions.c.id, _words.c.verbatim.is_not(None), func.coalesce(last, was_found)
    )
