"""When each wording was answered over each channel: as much of it as it takes to see where a series breaks."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator
from datetime import date, timedelta

from sqlalchemy import ColumnElement, Connection, func, select

from flows.filters import Filter
from storage.figures import named
from storage.models import figures
from storage.slices import Part, Slice

BEFORE = timedelta(weeks=4)
"""What was in use so shortly before is not looked for in the years before that."""

Line = tuple[str, str, str, str]
"""A question with its instrument, a channel and a language."""


def courses(connection: Connection, first: date, last: date, question: str = "") -> Iterator[tuple[date, Slice]]:
    """Days on which numbers were answered up to the last, in any order: of each slice one of the first, and every day
    of those whose question was put in several wordings over the same channel in the same language.

    Of everybody, whatever is asked for: in a small group a channel or a wording is easily unseen for weeks. From the
    first day on it tells truly which channels and wordings were new. question: this one only.
    """
    parts, known = named(connection, Filter(), Part.SURVEYS, ("answer",))
    numbers = {id: each for id, each in known.items() if each.said == "number" and question in ("", each.question)}
    of_parts, since = figures.c.part.in_(parts), first - BEFORE
    lately = of_parts, figures.c.day.between(since, last)
    begun = _begun(connection, numbers, *lately)
    usual = {_line(numbers[id]) for id, day in begun.items() if day < first}
    if new := {_line(numbers[id])[:3] for id in begun if _line(numbers[id]) not in usual}:
        of_them = [id for id, each in numbers.items() if _line(each)[:3] in new]
        begun |= _begun(connection, of_them, of_parts, figures.c.day < since)
    yield from ((day, numbers[id]) for id, day in begun.items())
    if several := _reworded(numbers[id] for id in begun):
        changing = [id for id in begun if _line(numbers[id]) in several]
        every = select(figures.c.day, figures.c.slice).distinct().where(*lately, figures.c.slice.in_(changing))
        yield from ((day, numbers[id]) for day, id in connection.execute(every))


def _begun(connection: Connection, ids: Collection[int], *where: ColumnElement[bool]) -> dict[int, date]:
    """The first day of each of these slices."""
    begun = select(figures.c.slice, func.min(figures.c.day)).where(*where, figures.c.slice.in_(ids))
    return {row[0]: row[1] for row in connection.execute(begun.group_by(figures.c.slice))}


def _reworded(slices: Iterable[Slice]) -> set[Line]:
    wordings: dict[Line, set[str]] = defaultdict(set)
    for slice in slices:
        wordings[_line(slice)].add(slice.series)
    return {line for line, series in wordings.items() if len(series) > 1}


def _line(slice: Slice) -> Line:
    return slice.question, slice.instrument, slice.channel, slice.language
