"""A figure with what makes it trustworthy: its interval, how many answers it rests on, and the method."""

import math
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from enum import StrEnum

from flows.quantiles import beta, normal

LEVEL = 0.95
"""How often an interval holds the truth, unless somebody asks for another."""


class NothingCountedError(ValueError):
    """There is no answer to make the figure from: it is not 0, it does not exist."""


class Method(StrEnum):
    """What an interval was made by; each function says where its formula comes from."""

    ADJUSTED_WALD = "adjusted_wald"
    SCORE = "score"
    WALD = "wald"
    WILSON = "wilson"
    EXACT = "exact"
    STUDENT = "t"
    WELCH = "welch"
    SQUARE_AND_ADD = "square_and_add"
    ORDER = "order"
    DELTA = "delta"


@dataclass(frozen=True, slots=True)
class Estimate:
    """A figure with its interval. n: the answers it rests on; level: how often such an interval holds the truth."""

    value: float
    low: float
    high: float
    n: int
    method: Method
    level: float = LEVEL


def holding(value: float, limits: tuple[float, float], most: float) -> tuple[float, float]:
    """Limits to show beside a value: kept within -most to most, and never without the value itself.

    Adjusted limits can leave it out where answers are few or all alike, for their middle is another.
    """
    low, high = limits
    return max(-most, min(low, value)), min(most, max(high, value))


def share(hits: int, n: int, level: float = LEVEL) -> Estimate:
    """So many of n in percent, with Wilson's score interval (Wilson 1927, JASA 22). Raises NothingCountedError."""
    low, high = wilson(*_part(hits, n), level)
    return Estimate(100 * hits / n, 100 * low, 100 * high, n, Method.WILSON, level)


def exact_share(hits: int, n: int, level: float = LEVEL) -> Estimate:
    """So many of n in percent, with the interval of Clopper and Pearson (1934, Biometrika 26).

    It holds the truth at least as often as it says, whatever the truth is. Raises NothingCountedError.
    """
    _part(hits, n)
    tail = (1 - level) / 2
    low = beta(tail, hits, n - hits + 1) if hits else 0.0
    high = beta(1 - tail, hits + 1, n - hits) if hits < n else 1.0
    return Estimate(100 * hits / n, 100 * low, 100 * high, n, Method.EXACT, level)


def wilson(hits: float, n: float, level: float = LEVEL) -> tuple[float, float]:
    """The limits of a share, from 0 to 1; n above 0 need not be whole, as in a rate with an estimated denominator."""
    z = normal(level)
    p, squared = hits / n, z * z
    middle = (p + squared / (2 * n)) / (1 + squared / n)
    reach = z * math.sqrt(p * (1 - p) / n + squared / (4 * n * n)) / (1 + squared / n)
    # What is exactly 0 or 1 must not miss its own interval by a rounding error.
    return min(p, max(0.0, middle - reach)), max(p, min(1.0, middle + reach))


def rounded(value: float, digits: int = 0) -> float:
    """Rounded for display, once and at the end: halves go away from zero, and zero has no sign."""
    step = Decimal(1).scaleb(-digits)
    return float(Decimal(repr(value)).quantize(step, ROUND_HALF_UP)) + 0.0


def about(n: float) -> int:
    """A number of answers to two figures, as it is said in a sentence: 3828 is about 3800."""
    if n < 100:
        return math.ceil(n)
    size: int = 10 ** (math.floor(math.log10(n)) - 1)
    return int(rounded(n / size)) * size


def _part(hits: int, n: int) -> tuple[int, int]:
    if n < 1:
        raise NothingCountedError("a share of nothing does not exist")
    if not 0 <= hits <= n:
        raise ValueError(f"{hits} is no part of {n}")
    return hits, n
