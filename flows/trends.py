"""How a score runs through time: windows pooled from counts, which never reach across a break of the series."""

from bisect import bisect
from collections import deque
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from itertools import groupby, pairwise

from flows.disclosure import SMALL, Standing, Thresholds
from flows.estimates import LEVEL, Estimate
from flows.measures import Counts, pooled
from flows.scoring import score
from flows.survey import Channel

WEEK = timedelta(days=7)
"""A channel unseen in the first week has come in; a wording replaced for over a week has come back, before that answers
to it may be of conversations that had begun earlier."""


@dataclass(frozen=True, slots=True)
class Slice:
    """The answers of one day that were asked alike. series: of the wording, as `flows.survey.series` gives it."""

    day: date
    channel: Channel
    language: str
    series: str
    counts: Counts


class Why(StrEnum):
    """What broke a series."""

    TEXT = "text"
    """A question was put in other words, with other anchors or on another scale."""
    CHANNEL = "channel"
    """A channel came in that had not been asked over, which moves scores by itself."""


@dataclass(frozen=True, slots=True)
class Break:
    """From this day on answers are another measurement than those before. language, series: of what came in."""

    day: date
    why: Why
    channel: Channel
    language: str
    series: str


def breaks(slices: Iterable[Slice]) -> tuple[Break, ...]:
    """Every break of these slices, in order of time; the channels of the first week break nothing.

    A language that comes in is a series of its own and breaks none. A channel that comes in breaks what is counted over
    all of them; whoever looks at one channel or language gives the slices of that one only.
    """
    found: list[Break] = []
    ordered = sorted((each for each in slices if each.counts.n), key=lambda each: each.day)
    channels: set[Channel] = set()
    lines: dict[tuple[Channel, str], dict[str, date]] = {}
    for each in ordered:
        line = lines.setdefault((each.channel, each.language), {})
        if each.channel not in channels and each.day - ordered[0].day >= WEEK:
            found.append(Break(each.day, Why.CHANNEL, each.channel, each.language, each.series))
        elif line and not _goes_on(line, each):
            found.append(Break(each.day, Why.TEXT, each.channel, each.language, each.series))
        channels.add(each.channel)
        line[each.series] = each.day
    return tuple(found)


@dataclass(frozen=True, slots=True)
class Point:
    """A score of all answers from `first` to `last`, both days included. estimate: None where they are too few."""

    first: date
    last: date
    counts: Counts
    standing: Standing
    estimate: Estimate | None


def rolling_days(
    slices: Iterable[Slice], days: int, thresholds: Thresholds = SMALL, level: float = LEVEL
) -> tuple[Point, ...]:
    """For every day the score of the days up to it, itself included, pooled from counts and never averaged.

    A window that a break cuts off holds only what came after it; one without answers makes no point. Neighbours share
    most of their answers: they show a course and are not to be tested against each other. Raises IncomparableError
    where slices differ in measure, and ValueError for a window without a day.
    """
    if days < 1:
        raise ValueError(f"a window has at least 1 day rather than {days}")
    points: list[Point] = []
    for stretch in _stretches(slices):
        begins, ends = min(stretch.days), max(stretch.days)
        counts = stretch.nothing
        for last in (begins + timedelta(days=place) for place in range((ends - begins).days + 1)):
            counts += stretch.days.get(last, stretch.nothing)
            counts -= stretch.days.get(last - timedelta(days=days), stretch.nothing)
            if counts.n:
                first = max(begins, last - timedelta(days=days - 1))
                points.append(point(first, last, counts, thresholds, level))
    return tuple(points)


def rolling_answers(
    slices: Iterable[Slice], answers: int = 200, thresholds: Thresholds = SMALL, level: float = LEVEL
) -> tuple[Point, ...]:
    """For every day with answers the score of as many days up to it as it takes to have so many answers.

    There are fewer only right after a break. Raises as `rolling_days` does.
    """
    if answers < 1:
        raise ValueError(f"a window has at least 1 answer rather than {answers}")
    points: list[Point] = []
    for stretch in _stretches(slices):
        within: deque[date] = deque()
        counts = stretch.nothing
        for day in sorted(stretch.days):
            within.append(day)
            counts += stretch.days[day]
            while counts.n - stretch.days[within[0]].n >= answers:
                counts -= stretch.days[within.popleft()]
            points.append(point(within[0], day, counts, thresholds, level))
    return tuple(points)


class Every(StrEnum):
    """What a period is."""

    DAY = "day"
    WEEK = "week"
    MONTH = "month"


def periods(
    slices: Iterable[Slice], every: Every, thresholds: Thresholds = SMALL, level: float = LEVEL
) -> tuple[Point, ...]:
    """Periods without a day in common, which may be tested against each other; a break ends one and begins another.

    Weeks begin on Monday; a period without answers makes no point. Raises IncomparableError where slices differ in
    measure.
    """
    points: list[Point] = []
    for stretch in _stretches(slices):
        for (first, last), days in groupby(sorted(stretch.days), key=lambda day: around(day, every)):
            counts = pooled(stretch.days[day] for day in days)
            points.append(point(max(first, stretch.first), min(last, stretch.last), counts, thresholds, level))
    return tuple(points)


def around(day: date, every: Every) -> tuple[date, date]:
    """The first and the last day of the whole period in which the day lies."""
    match every:
        case Every.DAY:
            return day, day
        case Every.WEEK:
            monday = day - timedelta(days=day.weekday())
            return monday, monday + timedelta(days=6)
        case Every.MONTH:
            following = day.replace(day=28) + timedelta(days=4)
            return day.replace(day=1), following - timedelta(days=following.day)


def point(first: date, last: date, counts: Counts, thresholds: Thresholds = SMALL, level: float = LEVEL) -> Point:
    """The score of these answers, unless they are too few to show one."""
    standing = thresholds.standing(counts.n)
    return Point(first, last, counts, standing, None if standing is Standing.SUPPRESSED else score(counts, level=level))


def _goes_on(line: Mapping[str, date], each: Slice) -> bool:
    """Whether the wording is one in use: seen before, and no other has been in its place for long."""
    seen = line.get(each.series)
    if seen is None:
        return False
    return each.day - seen <= WEEK or not any(day > seen for series, day in line.items() if series != each.series)


@dataclass(frozen=True, slots=True)
class _Stretch:
    """The counts of each day with answers, from one break to the eve of the next."""

    first: date
    last: date
    days: Mapping[date, Counts]

    @property
    def nothing(self) -> Counts:
        return Counts(next(iter(self.days.values())).measure, 0, 0, 0)


def _stretches(slices: Iterable[Slice]) -> Iterator[_Stretch]:
    ordered = sorted((each for each in slices if each.counts.n), key=lambda each: each.day)
    edges = [date.min, *sorted({each.day for each in breaks(ordered)}), date.max]
    stretches = list(pairwise(edges))
    for place, within in groupby(ordered, key=lambda each: bisect(edges, each.day, hi=len(stretches)) - 1):
        first, following = stretches[place]
        days = {day: pooled(each.counts for each in same) for day, same in groupby(within, key=lambda each: each.day)}
        yield _Stretch(first, following if following == date.max else following - timedelta(days=1), days)
