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
class Use:
    """That somebody has answered on that day. series: of the wording, as `flows.survey.series` gives it."""

    day: date
    channel: Channel
    language: str
    series: str


@dataclass(frozen=True, slots=True)
class Slice(Use):
    """The answers of one day that were asked alike."""

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


def breaks(uses: Iterable[Use]) -> tuple[Break, ...]:
    """Every break of a question, in order of time; the channels of the first week break nothing.

    A language that comes in is a series of its own and breaks none. uses: of everybody, for in a small group a channel
    or a wording is easily unseen for weeks; `concerning` tells which breaks are also those of a group.
    """
    found: list[Break] = []
    ordered = sorted(uses, key=lambda each: each.day)
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


def concerning(breaks: Iterable[Break], uses: Iterable[Use]) -> tuple[Break, ...]:
    """The breaks that lie within the course of a group: it has answers to what came in, and others from before that, to
    another wording over that channel in that language or, of a channel, over any.

    uses: of the group; the first of each channel, language and series are enough.
    """
    used = list(uses)

    def is_met(each: Break) -> bool:
        line = [use for use in used if (use.channel, use.language) == (each.channel, each.language)]
        if each.why is Why.CHANNEL:
            return any(use.channel is each.channel for use in used) and any(use.day < each.day for use in used)
        return any(use.series == each.series for use in line) and any(use.day < each.day for use in line)

    return tuple(each for each in breaks if is_met(each))


@dataclass(frozen=True, slots=True)
class Point:
    """A score of all answers from `first` to `last`, both days included. estimate: None where they are too few."""

    first: date
    last: date
    counts: Counts
    standing: Standing
    estimate: Estimate | None


def rolling_days(
    slices: Iterable[Slice], breaks: Iterable[Break], since: date, days: int, thresholds: Thresholds = SMALL
) -> tuple[Point, ...]:
    """For every day the score of so many days up to it, itself included, pooled from counts and never averaged.

    Only whole windows make a point: all their days lie after the last break before, and from `since` on, the day from
    which every answer is known. One without answers makes none. Neighbours share most of their answers: they show a
    course and are not to be tested against each other. Raises IncomparableError where slices differ in measure, and
    ValueError for a window without a day.
    """
    if days < 1:
        raise ValueError(f"a window has at least 1 day rather than {days}")
    points: list[Point] = []
    for stretch in _stretches(slices, breaks):
        begins, ends = min(stretch.days), max(stretch.days)
        whole = max(stretch.first, since) + timedelta(days=days - 1)
        counts = stretch.nothing
        for last in (begins + timedelta(days=place) for place in range((ends - begins).days + 1)):
            counts += stretch.days.get(last, stretch.nothing)
            counts -= stretch.days.get(last - timedelta(days=days), stretch.nothing)
            if counts.n and last >= whole:
                points.append(point(last - timedelta(days=days - 1), last, counts, thresholds))
    return tuple(points)


def rolling_answers(
    slices: Iterable[Slice], breaks: Iterable[Break], answers: int = 200, thresholds: Thresholds = SMALL
) -> tuple[Point, ...]:
    """For every day with answers the score of as many days up to it as it takes to have so many answers.

    Where there are fewer, such as right after a break, there is no point. Raises as `rolling_days` does.
    """
    if answers < 1:
        raise ValueError(f"a window has at least 1 answer rather than {answers}")
    points: list[Point] = []
    for stretch in _stretches(slices, breaks):
        within: deque[date] = deque()
        counts = stretch.nothing
        for day in sorted(stretch.days):
            within.append(day)
            counts += stretch.days[day]
            while counts.n - stretch.days[within[0]].n >= answers:
                counts -= stretch.days[within.popleft()]
            if counts.n >= answers:
                points.append(point(within[0], day, counts, thresholds))
    return tuple(points)


class Every(StrEnum):
    """What a period is."""

    DAY = "day"
    WEEK = "week"
    MONTH = "month"


def periods(
    slices: Iterable[Slice],
    breaks: Iterable[Break],
    every: Every,
    within: tuple[date, date] = (date.min, date.max),
    thresholds: Thresholds = SMALL,
) -> tuple[Point, ...]:
    """Periods without a day in common, which may be tested against each other; a break ends one and begins another.

    Weeks begin on Monday; a period without answers makes no point. within: the first and the last day of which answers
    are given, which cut periods off. Raises IncomparableError where slices differ in measure.
    """
    points: list[Point] = []
    for stretch in _stretches(slices, breaks):
        begins, ends = max(stretch.first, within[0]), min(stretch.last, within[1])
        for (first, last), days in groupby(sorted(stretch.days), key=lambda day: around(day, every)):
            counts = pooled(stretch.days[day] for day in days)
            points.append(point(max(first, begins), min(last, ends), counts, thresholds))
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


def _goes_on(line: Mapping[str, date], each: Use) -> bool:
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


def _stretches(slices: Iterable[Slice], breaks: Iterable[Break]) -> Iterator[_Stretch]:
    ordered = sorted((each for each in slices if each.counts.n), key=lambda each: each.day)
    edges = [date.min, *sorted({each.day for each in breaks}), date.max]
    stretches = list(pairwise(edges))
    for place, within in groupby(ordered, key=lambda each: bisect(edges, each.day, hi=len(stretches)) - 1):
        first, following = stretches[place]
        days = {day: pooled(each.counts for each in same) for day, same in groupby(within, key=lambda each: each.day)}
        yield _Stretch(first, following if following == date.max else following - timedelta(days=1), days)
