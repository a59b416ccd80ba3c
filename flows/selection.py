"""Who chooses the respondents: how many of each agent's or queue's contacts came to answer, and whose stand out."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from flows.estimates import LEVEL, Estimate, exact_share
from flows.quantiles import at_most

WARNING, ALARM = 0.95, 0.998
"""How often a unit that is like all others lies within the inner and the outer limits (Spiegelhalter 2005)."""


class Step(StrEnum):
    """A part of the way from a contact to an answer."""

    OFFERED = "offered"
    """Of the eligible, those to whom the survey was offered."""
    CONNECTED = "connected"
    """Of those, who came as far as the first question."""
    ANSWERED = "answered"
    """Of those, who answered it."""
    HUNG_UP = "hung_up"
    """Of the calls of which it is known, those that the agent and not the customer ended."""


@dataclass(frozen=True, slots=True)
class Chain:
    """What became of the contacts of one agent or queue, each step a part of the one before.

    hung_up: calls that the agent ended first, of `ended` calls of which that is known. Raises ValueError otherwise.
    """

    unit: str
    eligible: int
    offered: int
    connected: int
    answered: int
    hung_up: int = 0
    ended: int = 0

    def __post_init__(self) -> None:
        if not (0 <= self.answered <= self.connected <= self.offered <= self.eligible):
            raise ValueError(
                f"{self.unit}: no step can have more than the one before: eligible {self.eligible},"
                f" offered {self.offered}, connected {self.connected}, answered {self.answered}"
            )
        if not 0 <= self.hung_up <= self.ended:
            raise ValueError(f"{self.unit}: {self.hung_up} calls ended by the agent are no part of {self.ended}")

    def of(self, step: Step) -> tuple[int, int]:
        """How many passed the step, and of how many."""
        return {
            Step.OFFERED: (self.offered, self.eligible),
            Step.CONNECTED: (self.connected, self.offered),
            Step.ANSWERED: (self.answered, self.connected),
            Step.HUNG_UP: (self.hung_up, self.ended),
        }[step]


class Place(StrEnum):
    """Where a unit lies among the others."""

    WITHIN = "within"
    HIGH = "high"
    LOW = "low"
    FAR_HIGH = "far_high"
    FAR_LOW = "far_low"


@dataclass(frozen=True, slots=True)
class Placed:
    """A unit's share in percent with its exact interval, and where it lies. hits of estimate.n passed the step."""

    unit: str
    hits: int
    estimate: Estimate
    place: Place

    @property
    def is_outlier(self) -> bool:
        """Whether a unit like all others would come out like this twice in a thousand times at most."""
        return self.place in (Place.FAR_HIGH, Place.FAR_LOW)


@dataclass(frozen=True, slots=True)
class Limits:
    """Between what percentages a unit of n contacts lies that is like all others."""

    n: int
    far_low: float
    low: float
    high: float
    far_high: float


@dataclass(frozen=True, slots=True)
class Plot:
    """A funnel plot. centre: percent over all units; units: by name; limits: the curve, over the sizes there are."""

    centre: float
    units: tuple[Placed, ...]
    limits: tuple[Limits, ...]


def watch(chains: Sequence[Chain], level: float = LEVEL) -> Mapping[Step, Plot]:
    """One plot for each step that anybody has reached. An outlier is a reason to look and proof of nothing."""
    parts = {step: {chain.unit: chain.of(step) for chain in chains} for step in Step}
    return {step: plot(units, level) for step, units in parts.items() if any(n for _, n in units.values())}


def plot(units: Mapping[str, tuple[int, int]], level: float = LEVEL) -> Plot:
    """Hits of so many for each unit; those without any contact are left out. Raises ValueError where all are."""
    known = {unit: part for unit, part in sorted(units.items()) if part[1]}
    if not known:
        raise ValueError("there is nothing to compare")
    centre = sum(hits for hits, _ in known.values()) / sum(n for _, n in known.values())
    curve = {n: limits(centre, n) for n in sorted({n for _, n in known.values()})}
    placed = (
        Placed(unit, hits, exact_share(hits, n, level), _place(100 * hits / n, curve[n]))
        for unit, (hits, n) in known.items()
    )
    return Plot(100 * centre, tuple(placed), tuple(curve.values()))


def limits(share: float, n: int) -> Limits:
    """The limits for n contacts where each passes with this chance, from 0 to 1.

    Quantiles of the binomial distribution, interpolated between whole numbers so that the curve is smooth
    (Spiegelhalter 2005, Statistics in Medicine 24, appendix A.1.1); the upper ones are the lower ones of those that do
    not pass, so that nowhere are more units of a kind outside than there should be.
    """
    far, near = (1 - ALARM) / 2, (1 - WARNING) / 2
    hits = (
        _least(far, n, share),
        _least(near, n, share),
        n - _least(near, n, 1 - share),
        n - _least(far, n, 1 - share),
    )
    return Limits(n, *(100 * each / n for each in hits))


def _least(chance: float, n: int, share: float) -> float:
    """Hits, not whole, below which a unit stays with at most this chance."""
    if share in (0.0, 1.0):
        return share * n
    low, high = -1, n
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (low, middle) if at_most(middle, n, share) > chance else (middle, high)
    over = at_most(high, n, share) - chance
    return max(0.0, high - over / (at_most(high, n, share) - at_most(high - 1, n, share)))


def _place(percent: float, within: Limits) -> Place:
    # A share equal to a limit is within it, rounding errors aside.
    hair = 1e-9
    if percent < within.far_low - hair:
        return Place.FAR_LOW
    if percent > within.far_high + hair:
        return Place.FAR_HIGH
    if percent < within.low - hair:
        return Place.LOW
    return Place.HIGH if percent > within.high + hair else Place.WITHIN
