"""How far from the middle chance reaches: quantiles of the distributions that intervals are made of."""

import math
from functools import lru_cache
from statistics import NormalDist

from scipy.special import bdtr, betaincinv, stdtrit


@lru_cache(maxsize=64)
def normal(level: float) -> float:
    """How many standard deviations to either side hold this share of a normal distribution, such as 1.96 for 0.95.

    Raises ValueError where the level is not between 0 and 1.
    """
    if not 0 < level < 1:
        raise ValueError(f"a level lies between 0 and 1, such as 0.95, and is not {level}")
    return NormalDist().inv_cdf((1 + level) / 2)


def student(level: float, freedom: float) -> float:
    """The same for Student's t with so many degrees of freedom, at least 1."""
    return float(stdtrit(freedom, (1 + level) / 2))


def power(chance: float) -> float:
    """The standard normal quantile below which a value falls with this chance, such as 0.8416 for 0.8."""
    return NormalDist().inv_cdf(chance)


def two_sided(z: float) -> float:
    """The chance of a standard normal value at least this far from 0, to either side."""
    return math.erfc(abs(z) / math.sqrt(2))


def beta(chance: float, a: float, b: float) -> float:
    """The value below which a beta distribution with these shapes, both above 0, falls with this chance."""
    return float(betaincinv(a, b, chance))


def at_most(hits: int, n: int, share: float) -> float:
    """The chance of at most so many hits in n draws, each a hit with this chance; 0 for fewer than none."""
    return float(bdtr(hits, n, share)) if hits >= 0 else 0.0
