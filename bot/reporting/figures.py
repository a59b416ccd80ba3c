"""One figure as it is shown: how many answers, what may be said of them, and whether they have moved."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from flows.disclosure import SMALL, Standing, Thresholds
from flows.effort import Effort, effort
from flows.estimates import Estimate
from flows.measures import NPS, Distribution, Measure
from flows.movement import Movement, compare, sentence
from flows.scoring import score
from flows.trends import Break, point

Period = tuple[date, date]
"""First and last day, both included."""


@dataclass(frozen=True, slots=True)
class Figure:
    """Answers to one measure. n: answers with a number; missing: asked and left without one; late: of n, those given
    after the survey had expired.

    distribution, score, effort: None where they are too few to be shown, or hidden so that others cannot be told from
    the total (`is_hidden`). score: net, in points; effort: mean and shares, of every measure but NPS.
    """

    n: int
    missing: int
    late: int
    standing: Standing
    is_hidden: bool = False
    distribution: Distribution | None = None
    score: Estimate | None = None
    effort: Effort | None = None


@dataclass(frozen=True, slots=True)
class Compared:
    """A figure of one period beside that of the period before. sentence: what became of it, in English."""

    now: Figure
    before: Figure
    movement: Movement
    sentence: str


@dataclass(frozen=True, slots=True)
class Counted:
    """What was counted of one group of answers in one period."""

    distribution: Distribution
    late: int = 0

    def __add__(self, other: "Counted") -> "Counted":
        """Both together. Raises IncomparableError where the measures differ."""
        return Counted(self.distribution + other.distribution, self.late + other.late)


def nothing(measure: Measure) -> Counted:
    """What was counted where nobody has answered."""
    return Counted(Distribution(measure, {}))


def figure(counted: Counted, is_hidden: bool = False, thresholds: Thresholds = SMALL) -> Figure:
    """What may be shown of these answers."""
    told = counted.distribution
    standing = thresholds.standing(told.n)
    if is_hidden or standing is Standing.SUPPRESSED:
        return Figure(told.n, told.missing, counted.late, standing, is_hidden)
    means = None if told.measure == NPS else effort(told)
    return Figure(told.n, told.missing, counted.late, standing, False, told, score(told.banded), means)


def compared(
    counted: Mapping[Period, Counted],
    before: Period,
    now: Period,
    breaks: Sequence[Break],
    is_hidden: bool = False,
    thresholds: Thresholds = SMALL,
) -> Compared:
    """What was counted in the later period beside the earlier one; where either is hidden, nothing is said of both."""
    movement = compare(
        *(point(*period, counted[period].distribution.banded, thresholds) for period in (before, now)), breaks
    )
    if is_hidden:
        movement = compare(
            *(
                point(*period, nothing(counted[now].distribution.measure).distribution.banded)
                for period in (before, now)
            )
        )
    figures = (figure(counted[period], is_hidden, thresholds) for period in (now, before))
    return Compared(*figures, movement, sentence(movement))
