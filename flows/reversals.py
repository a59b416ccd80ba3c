"""Effort answers that may have been given with the scale upside down: counted and left as they are, never recoded."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from flows.effort import Effort, moments
from flows.estimates import Estimate
from flows.measures import NPS, Band, Distribution, Measure


class Suspicion(StrEnum):
    """What an effort answer at an end of its scale contradicts."""

    SCORE = "score"
    """The hardest with a recommendation, or the easiest with 0 to 3."""
    COMMENT = "comment"
    """The hardest with a comment that praises, or the easiest with one that complains."""


@dataclass(frozen=True, slots=True)
class Answered:
    """What is known of one respondent. effort: as answered; nps: None without; feeling: of the whole comment, 1 for
    praise, -1 for complaint, 0 for neither or none."""

    effort: int
    nps: int | None = None
    feeling: int = 0


@dataclass(frozen=True, slots=True)
class Examined:
    """The headline as answered, and beside it what it would be without the suspects.

    suspected: percent of the answers; all of them stay in `headline`; without: None where nobody is beyond suspicion.
    """

    headline: Effort
    without: Effort | None
    suspected: Estimate
    by_suspicion: Mapping[Suspicion, int]


@dataclass(frozen=True, slots=True)
class Mirrored:
    """Figures as they come out once a share of the answers is turned over. part: that share, in percent; mean: on the
    scale; low, high: percent; net: low less high, in points."""

    part: float
    mean: float
    low: float
    high: float

    @property
    def net(self) -> float:
        """More is better, whichever way the scale runs."""
        return self.low - self.high


PARTS = (5.0, 10.0, 20.0)
"""In percent: shares of answers turned over, to see what would hang on them."""


def suspicions(measure: Measure, answered: Answered) -> frozenset[Suspicion]:
    """What speaks against the effort answer; nothing does unless it is the very end of its scale.

    One suspicion is none yet of the person: a question that states the meaning settles it. Raises ValueError for an
    answer that is not on its scale.
    """
    band = measure.band(answered.effort)
    if answered.nps is not None:
        NPS.band(answered.nps)
    if answered.effort not in (measure.scale.low, measure.scale.high):
        return frozenset()
    if band is Band.GOOD:
        found = {
            Suspicion.SCORE: answered.nps is not None and answered.nps <= 3,
            Suspicion.COMMENT: answered.feeling < 0,
        }
    else:
        found = {
            Suspicion.SCORE: answered.nps is not None and NPS.band(answered.nps) is Band.GOOD,
            Suspicion.COMMENT: answered.feeling > 0,
        }
    return frozenset(suspicion for suspicion, holds in found.items() if holds)


def sensitivity(found: Examined) -> tuple[Mirrored, ...]:
    """What the figures would become with some shares of all answers turned over, the least first: `PARTS`, and as many
    as are suspected. It says how much hangs on the direction of the scale, and not that anybody mistook it.
    """
    parts = {*PARTS, found.suspected.value} - {0.0}
    return tuple(if_mirrored(found.headline.distribution, part) for part in sorted(parts))


def if_mirrored(distribution: Distribution, part: float) -> Mirrored:
    """What the figures become if this share of the respondents, in percent, mirrors the scale.

    On 1 to 5 the mean m becomes m + r (6 - 2 m), and low effort L becomes L + r (H - L), for a share r from 0 to 1.
    Raises NothingCountedError.
    """
    scale = distribution.measure.scale
    turned = Distribution(
        distribution.measure, {scale.low + scale.high - value: n for value, n in distribution.counts.items()}
    )
    as_is, over, r = _figures(distribution), _figures(turned), part / 100
    return Mirrored(part, *((1 - r) * one + r * other for one, other in zip(as_is, over, strict=True)))


def _figures(distribution: Distribution) -> tuple[float, float, float]:
    middle, _ = moments(distribution)
    banded = distribution.banded
    return middle, 100 * banded.good / banded.n, 100 * banded.bad / banded.n
