"""Why a pooled score moved: because its segments did, or because they became a larger or smaller part of the whole."""

from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

from flows.estimates import LEVEL, Estimate, Method, holding
from flows.measures import Counts, pooled
from flows.quantiles import normal
from flows.scoring import Difference, difference, net

Key = TypeVar("Key", bound=Hashable)


@dataclass(frozen=True, slots=True)
class Part(Generic[Key]):
    """What one segment has done to the whole, in points. change: of its own score, None where a period had none."""

    segment: Key
    rate: float
    mix: float
    change: Difference | None


@dataclass(frozen=True, slots=True)
class Decomposition(Generic[Key]):
    """A change of the pooled score, taken apart; all in points.

    total: as it is; rate: what the segments' own changes come to, with its interval; mix: what their shares have done.
    rate and mix add up to the total. is_reversed: every segment moved one way and the whole the other (Simpson).
    """

    total: Difference
    rate: Estimate
    mix: float
    parts: tuple[Part[Key], ...]
    is_reversed: bool


def decompose(before: Mapping[Key, Counts], after: Mapping[Key, Counts], level: float = LEVEL) -> Decomposition[Key]:
    """The change from one period to the next by segment, such as channel or queue.

    rate: the mean of a segment's two shares times the change of its score; mix: the mean of its two scores, over that
    of the whole, times the change of its share (Kitagawa 1955, JASA 50). A segment that comes or goes changes the mix
    only. The interval is for these shares, from each segment's adjusted standard error. Raises NothingCountedError
    where a period is empty, IncomparableError where measures differ.
    """
    whole_before, whole_after = pooled(before.values()), pooled(after.values())
    total = difference(whole_after, whole_before, level=level)
    middle = (net(whole_before) + net(whole_after)) / 2
    parts: list[Part[Key]] = []
    spread, centre = 0.0, 0.0
    for segment in dict.fromkeys((*before, *after)):
        then, now = _counted(before.get(segment)), _counted(after.get(segment))
        scores = [net(counts) for counts in (then, now) if counts]
        if not scores:
            continue
        shares = (then.n / whole_before.n if then else 0.0), (now.n / whole_after.n if now else 0.0)
        weight = sum(shares) / 2
        change = difference(now, then, level=level) if then and now else None
        if change:
            centre += weight * change.centre
            spread += (weight * change.standard_error) ** 2
        mix = (sum(scores) / len(scores) - middle) * (shares[1] - shares[0])
        parts.append(Part(segment, weight * change.value if change else 0.0, mix, change))
    reach = normal(level) * spread**0.5
    within = sum(part.rate for part in parts)
    limits = holding(within, (centre - reach, centre + reach), 200.0)
    rate = Estimate(within, *limits, sum(total.n), Method.ADJUSTED_WALD, level)
    return Decomposition(total, rate, sum(part.mix for part in parts), tuple(parts), _is_reversed(total, parts))


def _counted(counts: Counts | None) -> Counts | None:
    return counts if counts and counts.n else None


def _is_reversed(total: Difference, parts: Sequence[Part[Key]]) -> bool:
    changes = [part.change.value for part in parts if part.change]
    return bool(changes) and all(change * total.value < 0 for change in changes)
