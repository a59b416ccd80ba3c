"""Control charts: what of a course is more than the noise of the process it comes from."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from itertools import accumulate, pairwise

from flows.measures import Counts, pooled
from flows.scoring import net, variance

RUN = 8
"""So many periods in a row on one side of the centre are a signal (Western Electric rules)."""

SLACK = 0.5
"""Of a cumulated sum, in standard errors: it finds shifts of twice that the fastest."""


class Rule(StrEnum):
    """What makes a point a signal."""

    OUTSIDE = "outside"
    RUN = "run"


@dataclass(frozen=True, slots=True)
class Signal:
    """The point, counted from 0, at which a rule spoke."""

    place: int
    rule: Rule


@dataclass(frozen=True, slots=True)
class Limited:
    """One period of a chart, with the limits it has to stay within. n: its answers, None where it does not matter."""

    value: float
    low: float
    high: float
    n: int | None = None

    @property
    def is_outside(self) -> bool:
        # On the limit is within it, also where a sum of fractions misses it by a hair.
        return self.value < self.low - 1e-9 or self.value > self.high + 1e-9


@dataclass(frozen=True, slots=True)
class Chart:
    """A centre line, the periods with their limits, and what is more than noise."""

    centre: float
    points: tuple[Limited, ...]
    signals: tuple[Signal, ...]


def xmr(values: Sequence[float], baseline: int | None = None) -> Chart:
    """Centre plus and minus 2.66 mean moving ranges, which are the steps between neighbours (Wheeler, Shewhart).

    For periods of about equal volume. baseline: how many of the first values the limits are made of, all by default.
    Raises ValueError for a baseline of less than two.
    """
    known = values[:baseline]
    if len(known) < 2:
        raise ValueError("limits are made of at least two values")
    mean = sum(abs(after - before) for before, after in pairwise(known)) / (len(known) - 1)
    centre = sum(known) / len(known)
    points = [Limited(value, centre - 2.66 * mean, centre + 2.66 * mean) for value in values]
    return _chart(centre, points)


def share_chart(hits: Sequence[int], sizes: Sequence[int]) -> Chart:
    """A p-chart of a share in percent: the pooled share plus and minus 3 root (p (1 - p) / n), within 0 to 100.

    A score can stand still while its promoters and detractors both move: they have a chart each. Raises ValueError
    where a period is empty or has more hits than answers.
    """
    if not sizes or any(not 0 <= hit <= n or n < 1 for hit, n in zip(hits, sizes, strict=True)):
        raise ValueError("a share needs answers in every period, and no more hits than answers")
    p = sum(hits) / sum(sizes)
    points = []
    for hit, n in zip(hits, sizes, strict=True):
        reach = 3 * math.sqrt(p * (1 - p) / n)
        points.append(Limited(100 * hit / n, 100 * max(0.0, p - reach), 100 * min(1.0, p + reach), n))
    return _chart(100 * p, points)


def score_chart(periods: Sequence[Counts]) -> Chart:
    """A net score a period against the pooled score plus and minus `noise` at its own number of answers.

    Raises IncomparableError where measures differ, NothingCountedError where a period is empty.
    """
    whole = pooled(periods)
    centre, spread = net(whole), variance(whole)
    points = []
    for counts in periods:
        value, reach = net(counts), noise(spread, counts.n)
        points.append(Limited(value, max(-100.0, centre - reach), min(100.0, centre + reach), counts.n))
    return _chart(centre, points)


def noise(variance: float, n: int) -> float:
    """How many points chance alone moves a score of n answers to either side: three standard errors, 300 root (V/n)."""
    return 300 * math.sqrt(variance / n)


def ewma(values: Sequence[float], sigmas: Sequence[float], target: float, weight: float = 0.2) -> Chart:
    """An exponentially weighted moving average, z = weight x + (1 - weight) z before, which begins at the target.

    Its variance is weight^2 sigma^2 + (1 - weight)^2 of the one before, so that every period has the standard error
    that its own number of answers gives it; with equal ones the limits come to target plus and minus 3 sigma
    root(weight / (2 - weight)) (NIST/SEMATECH handbook 6.3.2.4). Raises ValueError for a weight not in (0, 1].
    """
    if not 0 < weight <= 1:
        raise ValueError(f"the weight of the latest period is above 0 and at most 1 rather than {weight}")
    z, spread, points = target, 0.0, []
    for value, sigma in zip(values, sigmas, strict=True):
        z = weight * value + (1 - weight) * z
        spread = math.hypot(weight * sigma, (1 - weight) * spread)
        points.append(Limited(z, target - 3 * spread, target + 3 * spread))
    outside = tuple(Signal(place, Rule.OUTSIDE) for place, each in enumerate(points) if each.is_outside)
    # Neighbours of a moving average lie on one side by their making, so a run of them tells nothing.
    return Chart(target, tuple(points), outside)


def standardised(periods: Sequence[Counts], target: float, variance: float) -> tuple[tuple[float, ...], ...]:
    """The scores, their standard errors in points at that variance, and how many of them each is above the target."""
    scores = tuple(net(counts) for counts in periods)
    errors = tuple(noise(variance, counts.n) / 3 for counts in periods)
    return scores, errors, tuple((value - target) / error for value, error in zip(scores, errors, strict=True))


@dataclass(frozen=True, slots=True)
class Cusum:
    """Cumulated deviations. up, down: each never below 0, and a signal above the limit."""

    up: tuple[float, ...]
    down: tuple[float, ...]
    limit: float


def cusum(deviations: Sequence[float], limit: float = 5.0) -> Cusum:
    """C+ = max(0, C+ before + x - `SLACK`), C- likewise of -x, of values in standard errors from the target.

    Made for small shifts that stay (NIST/SEMATECH handbook 6.3.2.3; slack k, limit h).
    """
    up, down = (
        tuple(accumulate((sign * x for x in deviations), lambda sum_, x: max(0.0, sum_ + x - SLACK), initial=0.0))[1:]
        for sign in (1, -1)
    )
    return Cusum(up, down, limit)


def _chart(centre: float, points: Sequence[Limited]) -> Chart:
    signals = [Signal(place, Rule.OUTSIDE) for place, each in enumerate(points) if each.is_outside]
    run, side = 0, 0
    for place, each in enumerate(points):
        now = (each.value > centre) - (each.value < centre)
        run, side = (run + 1 if now == side and now else abs(now)), now
        if run >= RUN:
            signals.append(Signal(place, Rule.RUN))
    return Chart(centre, tuple(points), tuple(sorted(signals, key=lambda each: each.place)))
