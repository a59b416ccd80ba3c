"""Shifts that last: where the level of a score has changed, and the latest periods held against the level before."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from flows.charts import Chart, Cusum, cusum, ewma, standardised, xmr
from flows.levels import levels
from flows.measures import pooled
from flows.scoring import Difference, difference, net, variance
from flows.trends import Point, point

FEWEST = 12
"""Periods it takes to tell a shift from a process."""


@dataclass(frozen=True, slots=True)
class Shift:
    """A change of level: a hypothesis, for its day is the one that fits best. before, after: all periods of the level
    until then and of the one that began, up to the next shift; size: the later score less the earlier one. Its interval
    knows nothing of the search for the day, and is too narrow rather than too wide."""

    before: Point
    after: Point
    size: Difference


@dataclass(frozen=True, slots=True)
class Shifts:
    """What the periods show together. found: the earliest first; periods: those from the beginning of the level before
    the latest shift on, all of them where there is none; baseline: how many of them that level has, which the others
    are held against; individuals: an XmR chart of the scores, for periods of about equal volume; average: an EWMA
    chart; sums: CUSUM.
    """

    found: tuple[Shift, ...]
    periods: tuple[Point, ...]
    baseline: int
    individuals: Chart
    average: Chart
    sums: Cusum


def shifts(periods: Sequence[Point]) -> Shifts | None:
    """The shifts in periods of one stretch, all of which may be shown; None where there are too few."""
    if len(periods) < FEWEST:
        return None
    edges = (*levels([each.counts for each in periods]), len(periods))
    whole = [_whole(periods[begin:end]) for begin, end in pairwise(edges)]
    found = tuple(Shift(before, after, difference(after.counts, before.counts)) for before, after in pairwise(whole))
    latest = periods[edges[-3] :] if found else periods
    usual = (found[-1].before if found else whole[0]).counts
    # Where everybody agreed so far, any other answer would be infinitely many errors away.
    if not (spread := variance(usual) or variance(pooled(each.counts for each in periods))):
        return None
    baseline, target = edges[-2] - edges[-3] if found else len(periods), net(usual)
    scores, errors, deviations = standardised([each.counts for each in latest], target, spread)
    charts = xmr(scores, baseline), ewma(scores, errors, target), cusum(deviations)
    return Shifts(found, tuple(latest), baseline, *charts)


def _whole(periods: Sequence[Point]) -> Point:
    return point(periods[0].first, periods[-1].last, pooled(each.counts for each in periods))
