"""Scores of a sample made to look like those it is drawn from, beside the score as it was counted."""

import math
from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass
from typing import TypeVar

from flows.estimates import LEVEL, Estimate, Method, NothingCountedError
from flows.measures import Counts, pooled
from flows.quantiles import normal
from flows.scoring import ADDED, score, shown

Key = TypeVar("Key", bound=Hashable)


@dataclass(frozen=True, slots=True)
class Stratum:
    """Answers that all weigh the same. weight: of each, above 0; only the relation of weights matters."""

    counts: Counts
    weight: float

    def __post_init__(self) -> None:
        if not 0 < self.weight < math.inf:
            raise ValueError(f"a weight is above 0 and is not {self.weight}")


@dataclass(frozen=True, slots=True)
class Weighted:
    """A weighted score, which cannot mend that people stay silent because of what happened to them.

    standard_error: in points; effective_n: how many answers of equal weight would tell as much; unweighted: always
    shown beside it; covered: the share of the population, from 0 to 1, in whose strata anybody has answered.
    """

    score: Estimate
    standard_error: float
    effective_n: float
    unweighted: Estimate
    covered: float = 1.0


def weighted(strata: Sequence[Stratum], level: float = LEVEL) -> Weighted:
    """Sum of w x over sum of w, x being 1, 0 or -1, in points.

    SE = root of the sum of w^2 (x - s)^2, over the sum of w (linearised); effective n = (sum w)^2 / sum w^2 (Kish).
    The interval is the adjusted one: `flows.scoring.ADDED` answers more, at the mean weight sum w^2 / sum w, so that
    with equal weights it is that of the unweighted score. Raises IncomparableError and NothingCountedError.
    """
    everybody = pooled(stratum.counts for stratum in strata)
    if not everybody.n:
        raise NothingCountedError(f"nobody has answered {everybody.measure.instrument}")
    answers = [
        (stratum.weight, x, times)
        for stratum in strata
        for x, times in zip((1, 0, -1), _bands(stratum.counts), strict=True)
    ]
    value, error = _mean(answers)
    total, squares = (sum(times * weight**power for weight, _, times in answers) for power in (1, 2))
    added = [(squares / total, x, times) for x, times in zip((1, 0, -1), ADDED, strict=True)]
    middle, spread = _mean([*answers, *added])
    reach = normal(level) * spread
    return Weighted(
        shown(value, (middle - reach, middle + reach), everybody.n, Method.ADJUSTED_WALD, level),
        error,
        total**2 / squares,
        score(everybody, level=level),
    )


def adjusted_to_mix(strata: Mapping[Key, Counts], population: Mapping[Key, float], level: float = LEVEL) -> Weighted:
    """The score as it would be had the strata (channels, queues, reasons) answered in proportion to the population.

    Post-stratification: an answer weighs its stratum's share of the population over the number of answers in it.
    population: sizes or shares by stratum, 0 or more. A stratum without answers cannot be made up for: the others take
    its place, and `covered` says so. Raises ValueError where answers come from a stratum that the population does not
    know or has nobody in, IncomparableError, and NothingCountedError.
    """
    if strangers := sorted(str(key) for key, counts in strata.items() if counts.n and not population.get(key, 0) > 0):
        raise ValueError(f"the population has nobody in {', '.join(strangers)}, where answers come from")
    answered = {key: counts for key, counts in strata.items() if counts.n}
    if not answered:
        raise NothingCountedError("nobody has answered in any stratum")
    found = weighted([Stratum(counts, population[key] / counts.n) for key, counts in answered.items()], level)
    covered = sum(population[key] for key in answered) / sum(population.values())
    return Weighted(found.score, found.standard_error, found.effective_n, found.unweighted, covered)


def _bands(counts: Counts) -> tuple[int, int, int]:
    return counts.good, counts.middle, counts.bad


def _mean(answers: Sequence[tuple[float, int, float]]) -> tuple[float, float]:
    """Weighted mean and its standard error, in points."""
    total = sum(times * weight for weight, _, times in answers)
    value = sum(times * weight * x for weight, x, times in answers) / total
    squares = sum(times * (weight * (x - value)) ** 2 for weight, x, times in answers)
    return 100 * value, 100 * math.sqrt(squares) / total
