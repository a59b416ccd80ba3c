"""What has been counted: answers to one published measure, by number or by band, never mixed with another measure."""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import reduce
from operator import add

from flows.survey import Direction, Scale


class IncomparableError(ValueError):
    """Answers to different measures, or to scales of different direction, were about to be put together."""


class Band(StrEnum):
    """Where on its scale an answer lies, by what is good for the customer and not by which number is high."""

    GOOD = "good"
    MIDDLE = "middle"
    BAD = "bad"


@dataclass(frozen=True, slots=True)
class Measure:
    """A published instrument with its scale and bands.

    good, bad: how many numbers at the good and at the bad end of the scale belong to that band, each at least 1.
    names: what one answer in the good, the middle and the bad band is called.
    """

    instrument: str
    scale: Scale
    good: int
    bad: int
    names: tuple[str, str, str]

    def __post_init__(self) -> None:
        if self.good < 1 or self.bad < 1 or self.good + self.bad > self.scale.high - self.scale.low + 1:
            raise ValueError(f"the bands of {self.instrument} do not fit on its scale")

    def band(self, value: int) -> Band:
        """The band of a number on the scale. Raises ValueError for any other: it is rejected, never moved."""
        if value not in self.scale or isinstance(value, bool) or not isinstance(value, int):
            raise ValueError(f"{value} is no answer to {self.instrument}: {self.scale.low} to {self.scale.high}")
        from_good, from_bad = value - self.scale.low, self.scale.high - value
        if self.scale.direction is Direction.HIGH_IS_GOOD:
            from_good, from_bad = from_bad, from_good
        if from_good < self.good:
            return Band.GOOD
        return Band.BAD if from_bad < self.bad else Band.MIDDLE


_OF_EFFORT = ("low", "middle", "high")

NPS = Measure("nps", Scale(0, 10, Direction.HIGH_IS_GOOD), 2, 7, ("promoter", "passive", "detractor"))
"""Net Promoter Score: 9 and 10 promote, 0 to 6 detract."""
CES_EFFORT = Measure("ces_effort", Scale(1, 5, Direction.LOW_IS_GOOD), 2, 2, _OF_EFFORT)
"""Customer Effort Score 1.0: 1 and 2 are low effort, 4 and 5 high."""
CES_EASE = Measure("ces_ease", Scale(1, 5, Direction.HIGH_IS_GOOD), 2, 2, _OF_EFFORT)
"""The same asked as ease: 4 and 5 are low effort, 1 and 2 high."""
CES_AGREEMENT = Measure("ces_agreement", Scale(1, 7, Direction.HIGH_IS_GOOD), 3, 3, _OF_EFFORT)
"""Customer Effort Score 2.0: who agrees at all (5 to 7) had low effort, who disagrees (1 to 3) high."""

PUBLISHED: Mapping[str, Measure] = {each.instrument: each for each in (NPS, CES_EFFORT, CES_EASE, CES_AGREEMENT)}


def measure(instrument: str, scale: Scale) -> Measure:
    """The measure of that name; an instrument of one's own has two numbers in either band, on a short scale one.

    Raises IncomparableError where a published instrument comes with a scale that is not its own: 1 to 10 is not NPS.
    """
    published = PUBLISHED.get(instrument)
    if published and published.scale != scale:
        raise IncomparableError(f"{instrument} runs {published.scale}; give one {scale} a name of its own")
    ends = 2 if scale.high - scale.low >= 4 else 1
    return published or Measure(instrument, scale, ends, ends, ("good", "middle", "bad"))


@dataclass(frozen=True, slots=True)
class Counts:
    """How many answers to one measure lie in its good, middle and bad band, as promoters, passives and detractors."""

    measure: Measure
    good: int
    middle: int
    bad: int

    def __post_init__(self) -> None:
        if min(self.good, self.middle, self.bad) < 0:
            raise ValueError(f"fewer than no answers: {self.good}, {self.middle}, {self.bad}")

    @property
    def n(self) -> int:
        return self.good + self.middle + self.bad

    def __add__(self, other: "Counts") -> "Counts":
        """Pooled. Raises IncomparableError where the measures differ."""
        same(self.measure, other.measure)
        return Counts(self.measure, self.good + other.good, self.middle + other.middle, self.bad + other.bad)

    def __sub__(self, part: "Counts") -> "Counts":
        """Those that are not in the part. Raises IncomparableError, or ValueError where it is no part of these."""
        same(self.measure, part.measure)
        return Counts(self.measure, self.good - part.good, self.middle - part.middle, self.bad - part.bad)


@dataclass(frozen=True, slots=True)
class Distribution:
    """How often each number was answered. missing: asked and not answered, in no figure but counted."""

    measure: Measure
    counts: Mapping[int, int]
    missing: int = 0

    def __post_init__(self) -> None:
        for value in self.counts:
            self.measure.band(value)
        if min((self.missing, *self.counts.values())) < 0:
            raise ValueError(f"fewer than no answers: {dict(self.counts)}, {self.missing} missing")

    @classmethod
    def of(cls, measure: Measure, answers: Iterable[int | None]) -> "Distribution":
        """Counted one by one; None is a question asked and not answered."""
        counts = Counter(answers)
        missing = counts.pop(None, 0)
        return cls(measure, {value: n for value, n in counts.items() if value is not None}, missing)

    @property
    def n(self) -> int:
        return sum(self.counts.values())

    @property
    def banded(self) -> Counts:
        in_band = Counter(dict.fromkeys(Band, 0))
        for value, n in self.counts.items():
            in_band[self.measure.band(value)] += n
        return Counts(self.measure, in_band[Band.GOOD], in_band[Band.MIDDLE], in_band[Band.BAD])

    def __add__(self, other: "Distribution") -> "Distribution":
        """Pooled. Raises IncomparableError where the measures differ."""
        same(self.measure, other.measure)
        pooled = Counter(self.counts) + Counter(other.counts)
        return Distribution(self.measure, dict(pooled), self.missing + other.missing)

    def __sub__(self, part: "Distribution") -> "Distribution":
        """Those that are not in the part. Raises IncomparableError, or ValueError where it is no part of these."""
        same(self.measure, part.measure)
        left = Counter(self.counts)
        left.subtract(part.counts)
        return Distribution(self.measure, dict(left), self.missing - part.missing)


def same(one: Measure, other: Measure) -> None:
    """Raises IncomparableError unless both are the same measure, scale, direction and bands included."""
    if one != other:
        raise IncomparableError(
            f"{one.instrument} ({one.scale.direction}) and {other.instrument} ({other.scale.direction})"
            " are different measures; show them side by side and never as one figure"
        )


def pooled(counts: Iterable[Counts]) -> Counts:
    """All of these as one. Raises IncomparableError where measures differ, ValueError where there are none."""
    found = list(counts)
    if not found:
        raise ValueError("there is nothing to pool")
    return reduce(add, found)
