"""When each wording was answered over each channel: as much of it as it takes to see where a series breaks."""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from datetime import date

from sqlalchemy import Connection, select

from flows.filters import Filter
from storage.figures import Counts, dated, named
from storage.models import figures
from storage.slices import Part, Slice

Line = tuple[str, str, str, str]
"""A question with its instrument, a channel and a language."""


def courses(
    connection: Connection, wanted: Filter, counts: Counts, by: str | None = None
) -> Iterator[tuple[date, Slice]]:
    """Days on which numbers were answered, in any order: of each slice the first, and every day of those whose question
    was put in several wordings over the same channel in the same language.

    Where there is only one wording, later days can break nothing. counts: of the same filter.
    """
    begun = [(day, slice) for day, slice in counts.days if slice.said == "number"]
    several = set() if counts.is_whole else _reworded(slice for _, slice in begun)
    yield from ((day, slice) for day, slice in begun if _line(slice) not in several)
    if several:
        parts, known = named(connection, wanted, Part.SURVEYS, ("answer",), by)
        changing = [id for id, slice in known.items() if slice.said == "number" and _line(slice) in several]
        every = select(figures.c.day, figures.c.slice).distinct().where(figures.c.part.in_(parts))
        for day, id in connection.execute(dated(every, wanted).where(figures.c.slice.in_(changing))):
            yield day, known[id]


def _reworded(slices: Iterable[Slice]) -> set[Line]:
    wordings: dict[Line, set[str]] = defaultdict(set)
    for slice in slices:
        wordings[_line(slice)].add(slice.series)
    return {line for line, series in wordings.items() if len(series) > 1}


def _line(slice: Slice) -> Line:
    return slice.question, slice.instrument, slice.channel, slice.language
