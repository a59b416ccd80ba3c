"""Whether a score has moved more than chance moves it, as a sentence that a page can say in any language."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum

from flows.disclosure import Standing
from flows.effort import mean_difference, moments
from flows.estimates import LEVEL, Estimate, about, rounded
from flows.measures import NPS, Distribution, Measure
from flows.scoring import Difference, adjusted_variance, difference, needed_to_detect
from flows.survey import Direction
from flows.trends import Break, Point

WORTH_FINDING = 5.0
"""The change in points of which the sentence tells how many answers it would take to find it."""


class Kind(StrEnum):
    """What can be said of two periods."""

    UP = "up"
    DOWN = "down"
    UNDETECTED = "undetected"
    DOUBTFUL = "doubtful"
    """Clear by itself, and to be expected by chance of one or another of so many groups."""
    BROKEN = "broken"
    TOO_FEW = "too_few"


SENTENCES: Mapping[Kind, str] = {
    Kind.UP: "Up by {size}, interval {low} to {high}.",
    Kind.DOWN: "Down by {size}, interval {low} to {high}.",
    Kind.UNDETECTED: "No detectable change: {change}, interval {low} to {high};"
    " a change of {worth} would need about {needed} answers a period.",
    Kind.DOUBTFUL: "May be chance, of so many groups: {change}, interval {low} to {high}.",
    Kind.BROKEN: "Not compared: the question, its wording or the channels changed on {broken}.",
    Kind.TOO_FEW: "Not compared: there are too few answers.",
}
"""One sentence for each kind, in English; a page has the same keys in its reader's language."""


class Course(StrEnum):
    """What it means that a mean moved, whichever way its scale runs."""

    LESS_EFFORT = "less_effort"
    MORE_EFFORT = "more_effort"
    BETTER = "better"
    WORSE = "worse"
    UNDETECTED = "undetected"


MEANS: Mapping[Course, str] = {
    Course.LESS_EFFORT: "Less effort: the mean went from {before} to {after} ({change}, interval {low} to {high}).",
    Course.MORE_EFFORT: "More effort: the mean went from {before} to {after} ({change}, interval {low} to {high}).",
    Course.BETTER: "Better: the mean went from {before} to {after} ({change}, interval {low} to {high}).",
    Course.WORSE: "Worse: the mean went from {before} to {after} ({change}, interval {low} to {high}).",
    Course.UNDETECTED: "No detectable change of the mean: from {before} to {after}"
    " ({change}, interval {low} to {high}).",
}
"""One sentence for each course, as `SENTENCES`."""

QUANTITIES: Mapping[str, str] = {"low": "Low minus high effort: {said}", "good": "Good minus bad: {said}"}
"""By what a measure calls its good band: which score it is that moved, where the mean is the first figure."""


@dataclass(frozen=True, slots=True)
class MeanMovement:
    """What became of a mean on its scale. change: later minus earlier, with its interval."""

    course: Course
    before: float
    after: float
    change: Estimate


@dataclass(frozen=True, slots=True)
class Movement:
    """What became of a score from one period to another.

    difference: of the scores, later minus earlier, None where they are not compared; mean: what became of the mean,
    None of NPS, which has none, and where it is not told; broken: the first break between; worth: a change in points;
    needed: how many answers a period it would take to find that change four times in five; q: of a group among others,
    the share of chance finds to be expected when it and all clearer ones are believed.
    """

    kind: Kind
    measure: Measure
    difference: Difference | None = None
    mean: MeanMovement | None = None
    broken: Break | None = None
    worth: float = WORTH_FINDING
    needed: int | None = None
    q: float | None = None


def compare(
    before: Point, after: Point, breaks: Sequence[Break] = (), worth: float = WORTH_FINDING, level: float = LEVEL
) -> Movement:
    """Compares two periods without a day in common; across a break, or where either is too small, it does not.

    Raises ValueError where the periods overlap or are in the wrong order, IncomparableError where measures differ.
    """
    if after.first <= before.last:
        raise ValueError(f"periods that share answers tell of no change: {before.last} is not before {after.first}")
    measure = after.counts.measure
    if between := [each for each in breaks if before.first < each.day <= after.last]:
        return Movement(Kind.BROKEN, measure, broken=min(between, key=lambda each: each.day))
    if Standing.SUPPRESSED in (before.standing, after.standing):
        return Movement(Kind.TOO_FEW, measure)
    found = difference(after.counts, before.counts, level=level)
    needed = needed_to_detect((adjusted_variance(before.counts), adjusted_variance(after.counts)), worth, level)
    kind = Kind.UP if found.low > 0 else Kind.DOWN if found.high < 0 else Kind.UNDETECTED
    return Movement(kind, measure, found, worth=worth, needed=needed)


def with_mean(movement: Movement, before: Distribution, after: Distribution) -> Movement:
    """The same with what became of the mean, where there is one and anything is compared."""
    if movement.difference is None or movement.measure == NPS:
        return movement
    change = mean_difference(after, before)
    course = _course(movement.measure, change)
    return replace(movement, mean=MeanMovement(course, moments(before)[0], moments(after)[0], change))


def among(movement: Movement, q: float, discoveries: float) -> Movement:
    """The movement of a group among others. q: as `flows.drivers.false_discovery` has it; discoveries: up to which it
    is believed."""
    is_doubtful = movement.kind in (Kind.UP, Kind.DOWN) and q > discoveries
    return replace(movement, q=q, kind=Kind.DOUBTFUL if is_doubtful else movement.kind)


def sentence(movement: Movement) -> str:
    """The movement in English, in whole points; of a measure with a mean, which score is meant, and the mean."""
    found, mean = movement.difference, movement.mean
    said = SENTENCES[movement.kind].format(
        change=_signed(found.value) if found else "",
        size=f"{rounded(abs(found.value)):.0f}" if found else "",
        low=_signed(found.low) if found else "",
        high=_signed(found.high) if found else "",
        worth=f"{movement.worth:g}",
        needed=f"{about(movement.needed):,}" if movement.needed else "",
        broken=movement.broken.day.isoformat() if movement.broken else "",
    )
    if mean is None:
        return said
    moved = MEANS[mean.course].format(
        before=f"{rounded(mean.before, 2):.2f}",
        after=f"{rounded(mean.after, 2):.2f}",
        change=_signed(mean.change.value, 2),
        low=_signed(mean.change.low, 2),
        high=_signed(mean.change.high, 2),
    )
    return f"{moved} {QUANTITIES[movement.measure.names[0]].format(said=f'{said[0].lower()}{said[1:]}')}"


def _course(measure: Measure, change: Estimate) -> Course:
    if change.low <= 0 <= change.high:
        return Course.UNDETECTED
    is_good = (change.value > 0) == (measure.scale.direction is Direction.HIGH_IS_GOOD)
    if measure.names[0] == "low":
        return Course.LESS_EFFORT if is_good else Course.MORE_EFFORT
    return Course.BETTER if is_good else Course.WORSE


def _signed(number: float, digits: int = 0) -> str:
    """With its sign, a true minus among them; 0 has none."""
    shown = rounded(number, digits)
    return f"{shown:+.{digits}f}".replace("-", "−") if shown else f"{shown:.{digits}f}"
