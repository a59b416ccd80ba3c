"""One figure as it is shown: how many answers, what may be said of them, and whether they have moved."""

from collections.abc import Sequence
from dataclasses import dataclass

from bot.reporting.source import Period
from flows.disclosure import SMALL, Standing, Thresholds
from flows.effort import Effort, effort
from flows.estimates import Estimate
from flows.measures import NPS, Distribution, Measure
from flows.movement import Movement, compare, sentence, with_mean
from flows.scoring import needed_to_narrow, score
from flows.trends import Break, point


@dataclass(frozen=True, slots=True)
class Figure:
    """Answers to one measure. n: answers with a number; missing: asked and left without one; late: of n, those given
    after the survey had expired.

    distribution, score, effort: None where they are too few to be shown, or though enough, hidden so that fewer cannot
    be told from the total (`is_hidden`). score: net, in points; effort: mean and shares, of every measure but NPS;
    needed: how many answers would bring the interval of the score down to `flows.scoring.NARROW` points to either side.
    """

    n: int
    missing: int
    late: int
    standing: Standing
    is_hidden: bool = False
    distribution: Distribution | None = None
    score: Estimate | None = None
    effort: Effort | None = None
    needed: int | None = None


@dataclass(frozen=True, slots=True)
class Compared:
    """A figure of one period beside that of the period before."""

    now: Figure
    before: Figure
    movement: Movement

    @property
    def is_hidden(self) -> bool:
        """Whether either is hidden for the sake of others."""
        return self.now.is_hidden or self.before.is_hidden

    @property
    def sentence(self) -> str:
        """What became of it, in English."""
        return sentence(self.movement)


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
        is_hidden = standing is not Standing.SUPPRESSED
        return Figure(told.n, told.missing, counted.late, standing, is_hidden)
    return Figure(
        n=told.n,
        missing=told.missing,
        late=counted.late,
        standing=standing,
        distribution=told,
        score=score(told.banded),
        effort=None if told.measure == NPS else effort(told),
        needed=needed_to_narrow(told.banded),
    )


def compared(
    periods: tuple[Period, Period],
    halves: tuple[Counted, Counted],
    breaks: Sequence[Break] = (),
    hidden: tuple[bool, bool] = (False, False),
    thresholds: Thresholds = SMALL,
) -> Compared:
    """What was counted in one period beside an earlier one. Where either is hidden no change is told: it would give
    the hidden one away.
    """
    banded = [counted.distribution.banded for counted in halves]
    if any(hidden):
        # As if nobody had answered: too few.
        banded = [nothing(counted.distribution.measure).distribution.banded for counted in halves]
    before, now = (point(*period, counts, thresholds) for period, counts in zip(periods, banded, strict=True))
    movement = compare(before, now, () if any(hidden) else breaks)
    movement = with_mean(movement, *(counted.distribution for counted in halves))
    earlier, later = (figure(counted, is_hidden, thresholds) for counted, is_hidden in zip(halves, hidden, strict=True))
    return Compared(later, earlier, movement)
