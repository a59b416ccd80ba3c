"""How one score runs through time: rolling windows and periods, each beside the noise it could be."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Final

from bot.reporting.shifts import Shifts, shifts
from bot.reporting.source import YEAR, Period, Source
from flows import trends
from flows.charts import Chart, score_chart, share_chart
from flows.disclosure import Standing, Thresholds, concealed, needed
from flows.filters import UNKNOWN, Filter, query
from flows.measures import Counts, Distribution, Measure
from flows.movement import Movement, compare, sentence, with_mean
from flows.survey import Channel
from flows.trends import Every, Point
from storage.courses import courses
from storage.days import DAY
from storage.figures import daily
from storage.slices import Part, Slice


@dataclass(frozen=True, slots=True)
class Window:
    """What a rolling window holds: so many days, or as many days as it takes to have so many answers."""

    size: int
    is_of_answers: bool = False

    def before(self, day: date) -> date:
        """The first day of a window that ends on this one; of answers it is not looked for further back than that."""
        return day - (YEAR if self.is_of_answers else timedelta(days=self.size - 1))

    def over(
        self, slices: Sequence[trends.Slice], breaks: Sequence[trends.Break], since: date, thresholds: Thresholds
    ) -> tuple[Point, ...]:
        """The score at the end of every window. since: the day from which on every answer is given."""
        if self.is_of_answers:
            return trends.rolling_answers(slices, breaks, self.size, thresholds)
        return trends.rolling_days(slices, breaks, since, self.size, thresholds)


WINDOWS: Mapping[str, Window] = {"28": Window(28), "56": Window(56), "91": Window(91), "200-answers": Window(200, True)}
"""By name in an address. Of the days each holds every weekday equally often; 200 answers are about as exact at every
point, also in a queue where few answer."""
WINDOW: Final = "28"
"""The one that is meant where nobody names one."""

MISSING = "Not compared: these days do not hold two whole {every} that are over."
"""What is said of the latest period, in English, where it has nothing beside it."""

ALONE = ("channel", "language", "country")
"""The dimensions of which every value is shown beside its own past."""

Answer = tuple[date, Slice, int, int]
"""On a day, of whom and to what, which number, and how often."""


@dataclass(frozen=True, slots=True)
class Latest:
    """The last whole period that is over beside the one before it."""

    before: Point
    last: Point
    movement: Movement


Groups = Mapping[str, Mapping[str, tuple[Point, ...]]]
"""By dimension and value, in the order of values, the periods of that group."""


@dataclass(frozen=True, slots=True)
class Trend:
    """The course of one score.

    rolling: the score of the window up to each day on which there is a whole one, to look at and not to test; periods:
    without a day in common; breaks: no line is drawn across them; stretch: the periods since the last break that may be
    shown, none for less than two; chart, good, bad: these against the noise of the process; shifts: what of them is
    small and lasts, None where they are too few; groups: with no score where one could be told from the total; latest:
    None where the days hold no two whole periods; sentence: the same in English.
    """

    question: str
    instrument: str
    period: Period
    every: Every
    window: Window
    rolling: tuple[Point, ...]
    periods: tuple[Point, ...]
    breaks: tuple[trends.Break, ...]
    stretch: tuple[Point, ...]
    chart: Chart | None
    good: Chart | None
    bad: Chart | None
    shifts: Shifts | None
    groups: Groups
    latest: Latest | None
    sentence: str
    query: str


def trend(
    source: Source,
    wanted: Filter,
    question: str,
    instrument: str,
    every: Every = Every.WEEK,
    window: Window = WINDOWS[WINDOW],
) -> Trend:
    """The course of that score in the period meant. Raises ValueError where nobody knows the instrument, and
    DefinitionError where a theme is named and the code frame cannot be read.
    """
    if (measure := source.measure_of(question, instrument)) is None:
        raise ValueError(f"nobody knows what numbers mean on {instrument} any more")
    _, period = source.periods(wanted)
    within = source.narrowed(wanted).between(*period).among("instrument", instrument)
    reading = window.before(period[0]), period[1]
    with source.fresh() as connection:
        cells = daily(connection, Part.SURVEYS, within.between(*reading), source.zone, ("answer",))
        used = [_use(*each) for each in courses(connection, *reading, question) if each[1].instrument == instrument]
    known = [(*key, n) for key, n in cells.items() if key[1].question == question]
    answers = [each for each in known if each[0] >= period[0]]
    thresholds = needed(wanted)
    slices = _slices(measure, known)
    every_break = trends.breaks(used)
    broken = trends.concerning(every_break, slices)
    since = max(reading[0], min((each.day for each in used), default=reading[0]))
    rolling = window.over(slices, broken, since, thresholds)
    course = _Course(measure, every_break, every, period, thresholds)
    periods = course.periods(answers)
    last = _last_stretch(periods, broken)
    stretch = [each.counts for each in last]
    latest = course.latest(source.today, answers)
    return Trend(
        question=question,
        instrument=instrument,
        period=period,
        every=every,
        window=window,
        rolling=tuple(each for each in rolling if each.last >= period[0]),
        periods=periods,
        breaks=tuple(each for each in broken if each.day > period[0]),
        stretch=tuple(last),
        chart=score_chart(stretch) if stretch else None,
        good=_share(stretch, [each.good for each in stretch]),
        bad=_share(stretch, [each.bad for each in stretch]),
        shifts=shifts(last),
        groups={dimension: course.groups(answers, dimension) for dimension in ALONE},
        latest=latest,
        sentence=sentence(latest.movement) if latest else MISSING.format(every=f"{every}s"),
        query=query(within),
    )


def _slices(measure: Measure, cells: Iterable[Answer]) -> list[trends.Slice]:
    found: dict[tuple[date, str, str, str], Counter[int]] = defaultdict(Counter)
    for day, slice, value, n in cells:
        if _is_number(measure, slice, value):
            found[day, slice.channel, slice.language, slice.series][value] += n
    return [
        trends.Slice(day, Channel(channel), language, series, Distribution(measure, numbers).banded)
        for (day, channel, language, series), numbers in found.items()
    ]


def _use(day: date, slice: Slice) -> trends.Use:
    return trends.Use(day, Channel(slice.channel), slice.language, slice.series)


def _is_number(measure: Measure, slice: Slice, value: int) -> bool:
    return slice.said == "number" and bool(slice.instrument) and value in measure.scale


@dataclass(frozen=True, slots=True)
class _Course:
    """How periods are made. breaks: of everybody, from which each group takes its own."""

    measure: Measure
    breaks: Sequence[trends.Break]
    every: Every
    period: Period
    thresholds: Thresholds

    def periods(self, answers: Iterable[Answer]) -> tuple[Point, ...]:
        slices = _slices(self.measure, answers)
        broken = trends.concerning(self.breaks, slices)
        return trends.periods(slices, broken, self.every, self.period, self.thresholds)

    def groups(self, answers: Iterable[Answer], dimension: str) -> Mapping[str, tuple[Point, ...]]:
        """The periods of each value; where a period is too small, the next smallest of it says nothing either."""
        of_value: dict[str, list[Answer]] = defaultdict(list)
        for answer in answers:
            of_value[getattr(answer[1], dimension) or UNKNOWN].append(answer)
        found = {value: self.periods(of_value[value]) for value in sorted(of_value)}
        sizes: dict[date, Counter[str]] = defaultdict(Counter)
        for value, points in found.items():
            for each in points:
                sizes[self._begin(each.first)][value] += each.counts.n
        hidden = {begin: concealed(of_period, thresholds=self.thresholds) for begin, of_period in sizes.items()}

        def told(value: str, each: Point) -> Point:
            return replace(each, estimate=None) if value in hidden[self._begin(each.first)] else each

        return {value: tuple(told(value, each) for each in points) for value, points in found.items()}

    def latest(self, today: date, answers: Sequence[Answer]) -> Latest | None:
        """Of a period that is not over, or lies partly outside, nobody knows what it comes to."""
        last = trends.around(min(self.period[1], today - DAY), self.every)
        if last[1] > min(self.period[1], today - DAY):
            last = trends.around(last[0] - DAY, self.every)
        before = trends.around(last[0] - DAY, self.every)
        if before[0] < self.period[0]:
            return None
        both = [self._distribution(each, answers) for each in (before, last)]
        earlier, later = (
            trends.point(*days, each.banded, self.thresholds) for days, each in zip((before, last), both, strict=True)
        )
        broken = trends.concerning(self.breaks, _slices(self.measure, answers))
        return Latest(earlier, later, with_mean(compare(earlier, later, broken), *both))

    def _begin(self, day: date) -> date:
        return trends.around(day, self.every)[0]

    def _distribution(self, period: Period, answers: Sequence[Answer]) -> Distribution:
        numbers: Counter[int] = Counter()
        for day, slice, value, n in answers:
            if period[0] <= day <= period[1] and _is_number(self.measure, slice, value):
                numbers[value] += n
        return Distribution(self.measure, numbers)


def _last_stretch(periods: Sequence[Point], breaks: Sequence[trends.Break]) -> list[Point]:
    """The periods since the last break that may be shown; none where there are less than two."""
    since = max((each.day for each in breaks), default=date.min)
    shown = [each for each in periods if each.first >= since and each.standing is not Standing.SUPPRESSED]
    return shown if len(shown) > 1 else []


def _share(stretch: Sequence[Counts], hits: Sequence[int]) -> Chart | None:
    return share_chart(hits, [each.n for each in stretch]) if stretch else None
