"""Which themes go with a high or a low score: how common each is, the score with and without it, what it takes away."""

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace

from flows.disclosure import SMALL, Standing, Thresholds
from flows.estimates import LEVEL, Estimate, Method, holding, share
from flows.measures import Counts, Measure
from flows.quantiles import normal
from flows.scoring import Difference, difference, net, score
from flows.survey import Direction, Scale

FEELING = Measure("sentiment", Scale(-1, 1, Direction.HIGH_IS_GOOD), 1, 1, ("positive", "neutral", "negative"))
"""How a verbatim feels about a theme; a mixed feeling counts in the middle."""
DISCOVERIES = 0.05
"""The part of the themes called detectable that may be so by chance."""


@dataclass(frozen=True, slots=True)
class Theme:
    """What was counted of one theme. scored: the scores of those who speak of it; felt: how, counted as `FEELING`."""

    key: str
    scored: Counts
    felt: Counts


@dataclass(frozen=True, slots=True)
class Driver:
    """What a theme has to do with the score among those who commented; association is not effect.

    prevalence: percent of comments that speak of it. with_it, without_it: the score of those who do and do not; gap:
    the former minus the latter; weighted_gap: as the function has it. impact: the score of all minus the score without
    those who speak of it, in points; impacts of themes overlap and do not add up. sentiment: positive minus negative,
    in points, None where nobody tells.
    q: the share of chance finds among themes at least this clear; is_detectable: q is low enough.
    Where the theme or its absence is too rare, only prevalence is given.
    """

    key: str
    standing: Standing
    prevalence: Estimate
    with_it: Estimate | None = None
    without_it: Estimate | None = None
    gap: Difference | None = None
    weighted_gap: float | None = None
    impact: Estimate | None = None
    sentiment: Estimate | None = None
    q: float | None = None
    is_detectable: bool = False


def drivers(
    everybody: Counts,
    themes: Sequence[Theme],
    thresholds: Thresholds = SMALL,
    level: float = LEVEL,
    discoveries: float = DISCOVERIES,
) -> tuple[Driver, ...]:
    """The themes, first what pulls the score down most, last what is too rare to say.

    everybody: the scores of all who commented, those without any theme included. Raises ValueError where a theme has
    answers that everybody has not, IncomparableError where measures differ, NothingCountedError without comments.
    """
    found = [_driver(everybody, theme, thresholds, level) for theme in themes]
    tested = [each for each in found if each.gap]
    q_values = iter(false_discovery([each.gap.p for each in tested if each.gap]))
    known = [replace(each, q=q, is_detectable=q <= discoveries) for each, q in zip(tested, q_values, strict=True)]
    known.sort(key=lambda each: each.impact.value if each.impact else 0.0)
    return (*known, *(each for each in found if not each.gap))


def impact(everybody: Counts, scored: Counts, level: float = LEVEL) -> Estimate:
    """The score of all minus that of those who do not speak of the theme, in points: negative where it pulls down.

    It equals prevalence times gap; the interval is that of the product by the delta method, of independent factors with
    variances SE(gap)^2, adjusted, and q (1 - q) / n. Raises NothingCountedError where all speak of it or none does.
    """
    rest = everybody - scored
    gap = difference(scored, rest, level=level)
    part = scored.n / everybody.n
    spread = math.hypot(part * gap.standard_error, gap.centre * math.sqrt(part * (1 - part) / everybody.n))
    middle, reach = part * gap.centre, normal(level) * spread
    value = net(everybody) - net(rest)
    return Estimate(value, *holding(value, (middle - reach, middle + reach), 200.0), everybody.n, Method.DELTA, level)


def weighted_gap(everybody: Counts, scored: Counts) -> float:
    """Prevalence times (score of those who speak of it - score of all), in points: another figure than `impact`, which
    compares with the score of the others. No interval of it has been published."""
    return scored.n / everybody.n * (net(scored) - net(everybody))


def false_discovery(chances: Sequence[float]) -> tuple[float, ...]:
    """For each p-value the q-value: the share of false finds to be expected when it and all clearer ones are believed.

    Step-up procedure of Benjamini and Hochberg (1995, JRSS B 57): the least, over ranks from its own on, of p m / rank.
    """
    ordered = sorted(range(len(chances)), key=lambda place: chances[place], reverse=True)
    found = [1.0] * len(chances)
    lowest = 1.0
    for clearer, place in enumerate(ordered):
        lowest = min(lowest, chances[place] * len(chances) / (len(chances) - clearer))
        found[place] = lowest
    return tuple(found)


@dataclass(frozen=True, slots=True)
class Commenters:
    """Those who said why, who chose themselves. rate: percent of all who scored; commenting, silent: the scores of
    those who did and did not, gap: the former minus the latter; all None where either are too few."""

    rate: Estimate
    commenting: Estimate | None = None
    silent: Estimate | None = None
    gap: Difference | None = None


def commenters(
    everybody: Counts, commenting: Counts, thresholds: Thresholds = SMALL, level: float = LEVEL
) -> Commenters:
    """How far those who commented stand for everybody who scored. Raises as `drivers` does."""
    silent, rate = everybody - commenting, share(commenting.n, everybody.n, level)
    if thresholds.standing(min(silent.n, commenting.n)) is Standing.SUPPRESSED:
        return Commenters(rate)
    return Commenters(
        rate,
        score(commenting, level=level),
        score(silent, level=level),
        difference(commenting, silent, level=level),
    )


def _driver(everybody: Counts, theme: Theme, thresholds: Thresholds, level: float) -> Driver:
    rest = everybody - theme.scored
    standing = thresholds.standing(min(theme.scored.n, rest.n))
    prevalence = share(theme.scored.n, everybody.n, level)
    if standing is Standing.SUPPRESSED:
        return Driver(theme.key, standing, prevalence)
    return Driver(
        theme.key,
        standing,
        prevalence,
        score(theme.scored, level=level),
        score(rest, level=level),
        difference(theme.scored, rest, level=level),
        weighted_gap(everybody, theme.scored),
        impact(everybody, theme.scored, level),
        score(theme.felt, level=level) if theme.felt.n else None,
    )
