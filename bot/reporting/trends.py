"""How one score runs through time: rolling windows and periods, each beside the noise it could be."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Final

from bot.reporting.shifts import Shifts, shifts
from bot.reporting.source import Period, Source
from flows import trends
from flows.charts import Chart, score_chart, share_chart
from flows.disclosure import Standing, Thresholds, concealed, needed
from flows.filters import UNKNOWN, Filter, query
from flows.measures import Counts, Distribution, Measure
from flows.movement import Movement, compare, sentence, with_mean
from flows.survey import Channel
from flows.trends import Every, Point
from storage.figures import daily
from storage.slices import Part, Slice


@dataclass(frozen=True, slots=True)
class Window:
    """What a rolling window holds: so many days, or as many days as it takes to have so many answers."""

    size: int
    is_of_answers: bool = False

    def over(self, slices: Sequence[trends.Slice], thresholds: Thresholds) -> tuple[Point, ...]:
        """The score at the end of every window."""
        rolling = trends.rolling_answers if self.is_of_answers else trends.rolling_days
        return rolling(slices, self.size, thresholds)


WINDOWS: Mapping[str, Window] = {"28": Window(28), "56": Window(56), "91": Window(91), "200-answers": Window(200, True)}
"""By name in an address. Of the days each holds every weekday equally often; 200 answers are about as exact at every
point, also in a queue where few answer."""
WINDOW: Final = "28"
"""The one that is meant where nobody names one."""

ALONE = ("channel", "language", "country")
"""The dimensions of which every value is shown beside its own past."""

Answer = tuple[date, Slice, int, int]
"""On a day, of whom and to what, which number, and how often."""

Groups = Mapping[str, Mapping[str, tuple[Point, ...]]]
"""By dimension and value, in the order of values, the periods of that group."""


@dataclass(frozen=True, slots=True)
class Trend:
    """The course of one score.

    rolling: the score of the window up to each day, to look at and not to test; periods: without a day in common;
    breaks: no line is drawn across them; stretch: the periods since the last break that may be shown, none for less
    than two; chart, good, bad: these against the noise of the process; shifts: what of them is small and lasts, None
    where they are too few; groups: with no score where one could be told from the total; latest: the last whole period
    beside the one before it, None where there are no two; sentence: the same in English.
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
    latest: Movement | None
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
    with source.fresh() as connection:
        cells = daily(connection, Part.SURVEYS, within, source.zone, ("answer",))
    answers = [(*key, n) for key, n in cells.items() if key[1].question == question]
    slices = _slices(measure, answers)
    thresholds = needed(wanted)
    broken, periods = trends.breaks(slices), trends.periods(slices, every, thresholds)
    last = _last_stretch(periods, broken)
    stretch = [each.counts for each in last]
    latest = _latest(source.today, measure, periods, broken, answers)
    return Trend(
        question=question,
        instrument=instrument,
        period=period,
        every=every,
        window=window,
        rolling=window.over(slices, thresholds),
        periods=periods,
        breaks=broken,
        stretch=tuple(last),
        chart=score_chart(stretch) if stretch else None,
        good=_share(stretch, [each.good for each in stretch]),
        bad=_share(stretch, [each.bad for each in stretch]),
        shifts=shifts(last),
        groups={dimension: _groups(measure, answers, dimension, every, thresholds) for dimension in ALONE},
        latest=latest,
        sentence=sentence(latest) if latest else "",
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


def _is_number(measure: Measure, slice: Slice, value: int) -> bool:
    return slice.said == "number" and bool(slice.instrument) and value in measure.scale


def _groups(
    measure: Measure,
    answers: Iterable[Answer],
    dimension: str,
    every: Every,
    thresholds: Thresholds,
) -> Mapping[str, tuple[Point, ...]]:
    """The periods of each value; where a period is too small, the next smallest of it says nothing either."""
    of_value: dict[str, list[Answer]] = defaultdict(list)
    for answer in answers:
        of_value[getattr(answer[1], dimension) or UNKNOWN].append(answer)
    found = {value: trends.periods(_slices(measure, of_value[value]), every, thresholds) for value in sorted(of_value)}
    sizes: dict[date, Counter[str]] = defaultdict(Counter)
    for value, points in found.items():
        for each in points:
            sizes[trends.around(each.first, every)[0]][value] += each.counts.n
    hidden = {begins: concealed(of_period, thresholds=thresholds) for begins, of_period in sizes.items()}

    def told(value: str, each: Point) -> Point:
        return replace(each, estimate=None) if value in hidden[trends.around(each.first, every)[0]] else each

    return {value: tuple(told(value, each) for each in points) for value, points in found.items()}


def _last_stretch(periods: Sequence[Point], breaks: Sequence[trends.Break]) -> list[Point]:
    """The periods since the last break that may be shown; none where there are less than two."""
    since = max((each.day for each in breaks), default=date.min)
    shown = [each for each in periods if each.first >= since and each.standing is not Standing.SUPPRESSED]
    return shown if len(shown) > 1 else []


def _share(stretch: Sequence[Counts], hits: Sequence[int]) -> Chart | None:
    return share_chart(hits, [each.n for each in stretch]) if stretch else None


def _latest(
    today: date, measure: Measure, periods: Sequence[Point], breaks: Sequence[trends.Break], answers: Sequence[Answer]
) -> Movement | None:
    """Of a period that is not over nobody knows yet what it will come to."""
    over = [each for each in periods if each.last < today][-2:]
    if len(over) < 2:
        return None
    return with_mean(compare(*over, breaks), *(_distribution(measure, each, answers) for each in over))


def _distribution(measure: Measure, period: Point, answers: Sequence[Answer]) -> Distribution:
    numbers: Counter[int] = Counter()
    for day, slice, value, n in answers:
        if period.first <= day <= period.last and _is_number(measure, slice, value):
            numbers[value] += n
    return Distribution(measure, numbers)
