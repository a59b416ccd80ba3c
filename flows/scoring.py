"""Net scores, such as NPS: the score with its interval, the difference of two, and how many answers either needs."""

import math
from dataclasses import dataclass

from flows.estimates import LEVEL, Estimate, Method, NothingCountedError, holding
from flows.measures import Counts, same
from flows.quantiles import normal, power, two_sided

ADDED = (0.75, 1.5, 0.75)
"""What the adjusted interval adds to the good, middle and bad band (Rocks 2016, The American Statistician 70)."""
NARROW = 5.0
"""Points to either side of a score within which an interval is usually wanted."""
POWER = 0.8
"""How often a change of the size looked for is to be found."""


def score(counts: Counts, method: Method = Method.ADJUSTED_WALD, level: float = LEVEL) -> Estimate:
    """Good minus bad in points, from -100 to 100, with an interval to show beside it. Raises NothingCountedError."""
    return shown(net(counts), interval(counts, method, level), counts.n, method, level)


def shown(value: float, limits: tuple[float, float], n: int, method: Method, level: float) -> Estimate:
    """A score in points with limits kept within -100 to 100, and never without the score itself."""
    return Estimate(value, *holding(value, limits, 100.0), n, method, level)


def net(counts: Counts) -> float:
    """Good minus bad as a share of all, in points from -100 to 100; full precision. Raises NothingCountedError."""
    if not counts.n:
        raise NothingCountedError(f"nobody has answered {counts.measure.instrument}")
    return 100 * (counts.good - counts.bad) / counts.n


def variance(counts: Counts) -> float:
    """Of one answer counted as 1, 0 or -1: p + d - (p - d)^2, from 0 to 1 (Rocks 2016). Raises NothingCountedError."""
    net(counts)
    return _moments(counts.good, counts.middle, counts.bad)[1]


def adjusted_variance(counts: Counts) -> float:
    """The same once `ADDED` has been added, so that a few answers that are all alike do not pass for certainty."""
    return _with_added(counts)[1]


def standard_error(counts: Counts) -> float:
    """Of the score, in points: 100 times the root of variance over n. Raises NothingCountedError."""
    return 100 * math.sqrt(variance(counts) / counts.n)


def interval(counts: Counts, method: Method = Method.ADJUSTED_WALD, level: float = LEVEL) -> tuple[float, float]:
    """The limits in points as the formula gives them, which can lie beyond 100.

    WALD: the score plus and minus z standard errors; a point where all answers are in one band.
    ADJUSTED_WALD: the same once `ADDED` has been added (Rocks 2016); the middle is that of the adjusted score.
    SCORE: Tango's for the difference of paired shares (1998, Statistics in Medicine 17), solved by bisection.
    Raises NothingCountedError, and ValueError for another method.
    """
    net(counts)
    z = normal(level)
    match method:
        case Method.WALD:
            middle, reach = net(counts), z * standard_error(counts)
        case Method.ADJUSTED_WALD:
            middle, reach = _adjusted(counts)[0], z * _adjusted(counts)[1]
        case Method.SCORE:
            low = _tango(counts.good, counts.bad, counts.n, z)
            return 100 * low, -100 * _tango(counts.bad, counts.good, counts.n, z)
        case _:
            raise ValueError(f"{method} is no interval of a net score: take adjusted_wald, score or wald")
    return middle - reach, middle + reach


@dataclass(frozen=True, slots=True)
class Difference:
    """By how many points one net score is above another that was counted from other people.

    value: from the scores as they are; centre, z, p: as the method has it; low, high: the same, never without the
    value. p: the chance of a difference at least this large where there is none. n: the answers of both.
    """

    value: float
    centre: float
    low: float
    high: float
    standard_error: float
    z: float
    p: float
    n: tuple[int, int]
    method: Method
    level: float = LEVEL


def difference(one: Counts, other: Counts, method: Method = Method.ADJUSTED_WALD, level: float = LEVEL) -> Difference:
    """One minus the other, of two groups without a person in common, in points from -200 to 200.

    z is the difference over the root of the sum of both squared standard errors; by default each group has been
    adjusted first (MeasuringU, two-sample NPS test). Raises IncomparableError, NothingCountedError, and ValueError for
    a method other than ADJUSTED_WALD and WALD.
    """
    same(one.measure, other.measure)
    value = net(one) - net(other)
    match method:
        case Method.ADJUSTED_WALD:
            (first, first_error), (second, second_error) = _adjusted(one), _adjusted(other)
        case Method.WALD:
            (first, first_error), (second, second_error) = ((net(each), standard_error(each)) for each in (one, other))
        case _:
            raise ValueError(f"{method} does not compare two net scores: take adjusted_wald or wald")
    centre, error = first - second, math.hypot(first_error, second_error)
    z = centre / error if error else math.copysign(math.inf, centre) if centre else 0.0
    reach = normal(level) * error
    low, high = holding(value, (centre - reach, centre + reach), 200.0)
    return Difference(value, centre, low, high, error, z, two_sided(z), (one.n, other.n), method, level)


def needed_for_margin(variance: float, margin: float, level: float = LEVEL) -> int:
    """How many answers bring the adjusted interval down to so many points to either side.

    n = z^2 V / h^2 - 3 (MeasuringU, solved from the adjusted interval). variance: from 0 to 1, where 1 is the worst.
    """
    _above_zero(margin)
    return _whole(normal(level) ** 2 * variance / (margin / 100) ** 2 - sum(ADDED))


def needed_to_narrow(counts: Counts, margin: float = NARROW, level: float = LEVEL) -> int:
    """How many answers that differ as much as these do bring the adjusted interval down to so many points to either
    side: no more than there are where it is as narrow already. Raises NothingCountedError.
    """
    net(counts)
    return needed_for_margin(adjusted_variance(counts), margin, level)


def needed_to_detect(variances: tuple[float, float], change: float, level: float = LEVEL, chance: float = POWER) -> int:
    """How many answers each of two groups needs so that a change of so many points is found with this chance.

    n = (z_level + z_chance)^2 (V1 + V2) / d^2 - 3 (MeasuringU, sample size for the two-sample NPS test).
    """
    _above_zero(change)
    return _whole((normal(level) + power(chance)) ** 2 * sum(variances) / (change / 100) ** 2 - sum(ADDED))


def _moments(good: float, middle: float, bad: float) -> tuple[float, float, float]:
    """Mean and variance of answers counted as 1, 0 and -1, and how many there are."""
    n = good + middle + bad
    mean = (good - bad) / n
    return mean, max(0.0, (good + bad) / n - mean * mean), n


def _adjusted(counts: Counts) -> tuple[float, float]:
    """Score and standard error in points once `ADDED` has been added."""
    mean, spread, n = _with_added(counts)
    return 100 * mean, 100 * math.sqrt(spread / n)


def _with_added(counts: Counts) -> tuple[float, float, float]:
    """As `_moments`, once `ADDED` has been added."""
    added = zip((counts.good, counts.middle, counts.bad), ADDED, strict=True)
    return _moments(*(counted + more for counted, more in added))


def _tango(good: int, bad: int, n: int, z: float) -> float:
    """The lower limit of (good - bad) / n: the smallest true value at which so many good ones are no surprise.

    Bisection between -1, where it always would be one, and the value found, where it never is.
    """
    low, high = -1.0, (good - bad) / n
    for _ in range(60):
        middle = (low + high) / 2
        b = (2 * n - good + bad) * middle - good - bad
        c = -bad * middle * (1 - middle)
        q = (math.sqrt(max(0.0, b * b - 8 * n * c)) - b) / (4 * n)
        spread = math.sqrt(max(0.0, n * (2 * q + middle * (1 - middle))))
        if good - bad - n * middle > z * spread:
            low = middle
        else:
            high = middle
    return (low + high) / 2


def _above_zero(points: float) -> None:
    if points <= 0:
        raise ValueError(f"give a number of points above 0 rather than {points}")


def _whole(n: float) -> int:
    # Less than one answer is asked for where answers do not differ at all; and a rounding error asks for none more.
    return max(1, math.ceil(n - 1e-9))
