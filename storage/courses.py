"""When each wording was answered over each channel: as much of it as it takes to see where a series breaks."""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from datetime import date

from sqlalchemy import Connection, func, select

from flows.filters import Filter
from storage.figures import daily, dated, is_of_rows, named
from storage.models import figures
from storage.slices import Part, Slice

Line = tuple[str, str, str, str]
"""A question with its instrument, a channel and a language."""


def courses(connection: Connection, wanted: Filter, zone: str, by: str | None = None) -> Iterator[tuple[date, Slice]]:
    """Days on which numbers were answered, in any order: of each slice the first, and every day of those whose question
    was put in several wordings over the same channel in the same language.

    Where there is only one wording, later days can break nothing.
    """
    if is_of_rows(wanted, Part.SURVEYS, by):
        found = daily(connection, Part.SURVEYS, wanted, zone, ("answer",), by)
        yield from {(day, slice) for day, slice, _ in found if slice.said == "number"}
        return
    part, known = named(connection, wanted, Part.SURVEYS, ("answer",), by)
    known = {id: slice for id, slice in known.items() if slice.said == "number"}
    within = dated(select(figures.c.slice, func.min(figures.c.day)).where(figures.c.part == part), wanted)
    begun = {id: day for id, day in connection.execute(within.group_by(figures.c.slice)).all() if id in known}
    several = _reworded(known[id] for id in begun)
    changing = [id for id in begun if _line(known[id]) in several]
    yield from ((day, known[id]) for id, day in begun.items() if id not in set(changing))
    if changing:
        every = dated(select(figures.c.day, figures.c.slice).distinct().where(figures.c.part == part), wanted)
        for day, id in connection.execute(every.where(figures.c.slice.in_(changing))):
            yield day, known[id]


def _reworded(slices: Iterable[Slice]) -> set[Line]:
    wordings: dict[Line, set[str]] = defaultdict(set)
    for slice in slices:
        wordings[_line(slice)].add(slice.series)
    return {line for line, series in wordings.items() if len(series) > 1}


def _line(slice: Slice) -> Line:
    return slice.question, slice.instrument, slice.channel, slice.language
