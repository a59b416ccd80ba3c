"""The parts of a period between breaks of its series: each is a measurement of its own."""

from bisect import bisect
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta

from bot.reporting.figures import Counted, Figure, figure
from bot.reporting.source import Period
from flows.disclosure import Thresholds, together
from flows.measures import Distribution, Measure
from flows.trends import Break
from storage.slices import Slice


@dataclass(frozen=True, slots=True)
class Stretch:
    """The answers from one break to the eve of the next, or to the edges of the period; both days included."""

    first: date
    last: date
    figure: Figure


@dataclass(slots=True)
class _Sum:
    numbers: Counter[int] = field(default_factory=Counter)
    missing: int = 0
    late: int = 0

    def of(self, measure: Measure) -> Counted:
        return Counted(Distribution(measure, self.numbers, self.missing), self.late)


def edges(period: Period, breaks: Iterable[Break]) -> list[date]:
    """The days within the period on which something else came to be measured."""
    return sorted({each.day for each in breaks if period[0] < each.day <= period[1]})


def stretches(
    measure: Measure,
    period: Period,
    breaks: Iterable[Break],
    answers: Iterable[tuple[date, Slice, int, int]],
    thresholds: Thresholds,
) -> tuple[Stretch, ...]:
    """The parts in which anybody has answered; none where there are not two. Small ones, and as many as it takes to
    hide them beside the whole, without a figure.

    answers: of the period, to the question: on a day, how, which number, and how often.
    """
    cuts = edges(period, breaks)
    sums = [_Sum() for _ in range(len(cuts) + 1)]
    for day, slice, value, n in answers:
        _add(sums[bisect(cuts, day)], measure, slice, value, n)
    counted = [each.of(measure) for each in sums]
    sizes = {place: each.distribution.n for place, each in enumerate(counted)}
    hidden = {place for pool in together(sizes, thresholds=thresholds) if len(pool) > 1 for place in pool}
    spans = zip([period[0], *cuts], [*(cut - timedelta(days=1) for cut in cuts), period[1]], strict=True)
    found = tuple(
        Stretch(first, last, figure(each, place in hidden, thresholds))
        for place, ((first, last), each) in enumerate(zip(spans, counted, strict=True))
        if each.distribution.n
    )
    return found if len(found) > 1 else ()


def shown(found: Sequence[Stretch]) -> bool:
    """Whether any of them has a figure, which then stands in place of one over all."""
    return any(each.figure.score for each in found)


def _add(sum: _Sum, measure: Measure, slice: Slice, value: int, n: int) -> None:
    if slice.said != "number":
        sum.missing += n
    elif value in measure.scale:
        sum.numbers[value] += n
        sum.late += n if slice.late else 0
