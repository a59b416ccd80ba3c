"""Whether a score has moved more than chance moves it, as a sentence that a page can say in any language."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from flows.disclosure import Standing
from flows.estimates import LEVEL, about, rounded
from flows.scoring import Difference, difference, needed_to_detect, variance
from flows.trends import Break, Point

WORTH_FINDING = 5.0
"""The change in points of which the sentence tells how many answers it would take to find it."""


class Kind(StrEnum):
    """What can be said of two periods."""

    UP = "up"
    DOWN = "down"
    UNDETECTED = "undetected"
    BROKEN = "broken"
    TOO_FEW = "too_few"


SENTENCES: Mapping[Kind, str] = {
    Kind.UP: "Up by {size}, interval {low} to {high}.",
    Kind.DOWN: "Down by {size}, interval {low} to {high}.",
    Kind.UNDETECTED: "No detectable change: {change}, interval {low} to {high};"
    " a change of {worth} would need about {needed} answers a period.",
    Kind.BROKEN: "Not compared: the question, its wording or the channels changed on {broken}.",
    Kind.TOO_FEW: "Not compared: there are too few answers.",
}
"""One sentence for each kind, in English; a page has the same keys in its reader's language."""


@dataclass(frozen=True, slots=True)
class Movement:
    """What became of a score from one period to another.

    difference: of the scores, later minus earlier, None where they are not compared; broken: the first break between;
    worth: a change in points; needed: how many answers a period it would take to find that change four times in five.
    """

    kind: Kind
    difference: Difference | None = None
    broken: Break | None = None
    worth: float = WORTH_FINDING
    needed: int | None = None


def compare(
    before: Point, after: Point, breaks: Sequence[Break] = (), worth: float = WORTH_FINDING, level: float = LEVEL
) -> Movement:
    """Compares two periods without a day in common; across a break, or where either is too small, it does not.

    Raises ValueError where the periods overlap or are in the wrong order, IncomparableError where measures differ.
    """
    if after.first <= before.last:
        raise ValueError(f"periods that share answers tell of no change: {before.last} is not before {after.first}")
    if between := [each for each in breaks if before.first < each.day <= after.last]:
        return Movement(Kind.BROKEN, broken=min(between, key=lambda each: each.day))
    if Standing.SUPPRESSED in (before.standing, after.standing):
        return Movement(Kind.TOO_FEW)
    found = difference(after.counts, before.counts, level=level)
    needed = needed_to_detect((variance(before.counts), variance(after.counts)), worth, level)
    if found.low <= 0 <= found.high:
        return Movement(Kind.UNDETECTED, found, worth=worth, needed=needed)
    return Movement(Kind.UP if found.low > 0 else Kind.DOWN, found, worth=worth, needed=needed)


def sentence(movement: Movement) -> str:
    """The movement in English, in whole points."""
    found = movement.difference
    return SENTENCES[movement.kind].format(
        change=_signed(found.value) if found else "",
        size=f"{rounded(abs(found.value)):.0f}" if found else "",
        low=_signed(found.low) if found else "",
        high=_signed(found.high) if found else "",
        worth=f"{movement.worth:g}",
        needed=f"{about(movement.needed):,}" if movement.needed else "",
        broken=movement.broken.day.isoformat() if movement.broken else "",
    )


def _signed(points: float) -> str:
    """With its sign, a true minus among them; 0 has none."""
    whole = int(rounded(points))
    return f"{whole:+d}".replace("-", "−") if whole else "0"
