"""Small shifts that last: the latest periods held against the earlier ones, where single periods show nothing."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from flows.charts import Chart, Cusum, Individuals, cusum, ewma, standardised, xmr
from flows.measures import pooled
from flows.scoring import net, variance
from flows.trends import Point

FEWEST = 12
"""Periods it takes to tell a shift from a process."""


@dataclass(frozen=True, slots=True)
class Shifts:
    """What the periods show together. baseline: how many of the first ones the others are held against, half of them;
    individuals: an XmR chart of the scores, for periods of about equal volume; average: an EWMA chart; sums: CUSUM;
    onset: the first day of the period in which a shift is likely to have begun, None where none is seen.
    """

    baseline: int
    individuals: Individuals
    average: Chart
    sums: Cusum
    onset: date | None


def shifts(periods: Sequence[Point]) -> Shifts | None:
    """The shifts in periods of one stretch, all of which may be shown; None where there are too few."""
    if len(periods) < FEWEST:
        return None
    baseline = len(periods) // 2
    counts = [each.counts for each in periods]
    usual = pooled(counts[:baseline])
    target = net(usual)
    # Where everybody agreed so far, any other answer would be infinitely many errors away.
    if not (spread := variance(usual)):
        return None
    scores, errors, deviations = standardised(counts, target, spread)
    sums = cusum(deviations)
    onset = periods[sums.onset].first if sums.onset is not None else None
    return Shifts(baseline, xmr(scores, baseline), ewma(scores, errors, target), sums, onset)
