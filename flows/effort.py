"""Customer effort: the mean with its interval, how many had it easy and how many hard, and one less the other."""

import math
from dataclasses import dataclass

from flows.estimates import LEVEL, Estimate, Method, NothingCountedError, holding, share
from flows.measures import Distribution, Measure, same
from flows.quantiles import student
from flows.scoring import score
from flows.survey import Direction


@dataclass(frozen=True, slots=True)
class Effort:
    """Everything that is reported of one effort measure; the distribution is always shown beside it.

    mean: on the measure's own scale, in its own direction; low, high: percent with low and with high effort;
    net: low minus high effort in points, so that more is better whichever way the scale runs.
    """

    distribution: Distribution
    mean: Estimate
    low: Estimate
    high: Estimate
    net: Estimate


def effort(distribution: Distribution, level: float = LEVEL) -> Effort:
    """The figures of an effort measure. Raises NothingCountedError."""
    banded = distribution.banded
    return Effort(
        distribution,
        mean(distribution, level),
        share(banded.good, banded.n, level),
        share(banded.bad, banded.n, level),
        score(banded, level=level),
    )


def mean(distribution: Distribution, level: float = LEVEL) -> Estimate:
    """The mean on the scale, with Student's interval: mean plus and minus t times s over the root of n.

    Where all answers are alike that would be a point; the interval is then as wide as it is when as many people as
    such a sample can miss, 1 - (1 - level)^(1 / n) of all, are at the far end of the scale. Raises NothingCountedError.
    """
    n, (middle, spread) = distribution.n, moments(distribution)
    scale = distribution.measure.scale
    if spread == 0:
        unseen = 1 - (1 - level) ** (1 / n)
        low, high = middle - unseen * (middle - scale.low), middle + unseen * (scale.high - middle)
        return Estimate(middle, low, high, n, Method.EXACT, level)
    reach = student(level, n - 1) * math.sqrt(spread / n)
    return Estimate(middle, max(scale.low, middle - reach), min(scale.high, middle + reach), n, Method.STUDENT, level)


def mean_difference(one: Distribution, other: Distribution, level: float = LEVEL) -> Estimate:
    """The mean of one group minus that of another without a person in common, with Welch's interval (1947, Biometrika
    34): the degrees of freedom are those of Satterthwaite.

    Where all answers of a group are alike it is the distances to the limits of both means, squared and added (Zou and
    Donner 2008, Statistics in Medicine 27). Raises IncomparableError and NothingCountedError.
    """
    same(one.measure, other.measure)
    (first, first_spread), (second, second_spread) = moments(one), moments(other)
    value, n = first - second, one.n + other.n
    most = float(one.measure.scale.high - one.measure.scale.low)
    if not first_spread or not second_spread:
        here, there = mean(one, level), mean(other, level)
        down, up = math.hypot(first - here.low, there.high - second), math.hypot(here.high - first, second - there.low)
        return Estimate(value, *holding(value, (value - down, value + up), most), n, Method.SQUARE_AND_ADD, level)
    errors = first_spread / one.n, second_spread / other.n
    freedom = sum(errors) ** 2 / (errors[0] ** 2 / (one.n - 1) + errors[1] ** 2 / (other.n - 1))
    reach = student(level, freedom) * math.sqrt(sum(errors))
    return Estimate(value, *holding(value, (value - reach, value + reach), most), n, Method.WELCH, level)


def moments(distribution: Distribution) -> tuple[float, float]:
    """The mean and the sample variance, which is 0 for one answer. Raises NothingCountedError."""
    n = distribution.n
    if not n:
        raise NothingCountedError(f"nobody has answered {distribution.measure.instrument}")
    middle = sum(value * times for value, times in distribution.counts.items()) / n
    squares = sum(times * (value - middle) ** 2 for value, times in distribution.counts.items())
    return middle, squares / (n - 1) if n > 1 else 0.0


def top(distribution: Distribution, boxes: int, level: float = LEVEL) -> Estimate:
    """The percentage of answers in so many numbers at the good end, such as the top two of CES 2.0.

    Raises NothingCountedError, and ValueError where the scale has no more numbers than that.
    """
    scale = distribution.measure.scale
    if not 0 < boxes <= scale.high - scale.low:
        raise ValueError(f"a scale from {scale.low} to {scale.high} has no top {boxes}")
    if scale.direction is Direction.HIGH_IS_GOOD:
        best = range(scale.high - boxes + 1, scale.high + 1)
    else:
        best = range(scale.low, scale.low + boxes)
    return share(sum(distribution.counts.get(value, 0) for value in best), distribution.n, level)


def ease(measure: Measure, value: float) -> float:
    """How far a number or a mean lies from the bad end to the good one, from 0 to 1, whichever way the scale runs.

    It lays measures side by side on one axis; it does not make them one measure.
    """
    scale = measure.scale
    from_low = (value - scale.low) / (scale.high - scale.low)
    return from_low if scale.direction is Direction.HIGH_IS_GOOD else 1 - from_low
