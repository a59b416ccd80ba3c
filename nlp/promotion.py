"""Decides whether a newly trained model may take the place of what is at work."""

import math
from collections.abc import Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from nlp.evaluation import drawings, tally

FEWEST = 50
"""With fewer locked verbatims than these, no difference is told from chance."""

WEIGHTY = 20
"""From so many locked verbatims on, a theme must not lose more than `LOSS` of its recall."""

LOSS = 0.05


@dataclass(frozen=True, slots=True)
class Verdict:
    """Whether the new model is better, and why or why not, in sentences for an analyst.

    difference: in micro-F1, after less before; low: above this it lies in 95 of 100 drawings (the lower end of the 90 %
    interval of a paired bootstrap over the locked verbatims); needed: how many more locked verbatims would probably
    settle it, None where it is settled or more of them would not help.
    """

    promote: bool
    reasons: tuple[str, ...]
    difference: float
    low: float
    needed: int | None = None


def weigh(
    actual: Sequence[AbstractSet[str]],
    before: Sequence[AbstractSet[str]],
    after: Sequence[AbstractSet[str]],
    seed: int = 0,
) -> Verdict:
    """Compares what two taggers made of the same locked verbatims, in the same order.

    The new one is promoted only if its micro-F1 is higher, by more than chance would give (the lower end of the 90 %
    interval of the difference is above 0), and no theme with `WEIGHTY` verbatims or more loses over `LOSS` of recall
    without a gain in its F1.
    """
    themes = sorted(set().union(*actual, *before, *after))
    old = tally(list(zip(before, actual, strict=True)), themes)
    new = tally(list(zip(after, actual, strict=True)), themes)
    drawn = np.concatenate([_difference(times, old, new) for times in drawings(len(actual), seed)] or [np.zeros(1)])
    once = np.ones((1, len(actual)), dtype=np.int64)
    difference, low = float(_difference(once, old, new)[0]), float(np.percentile(drawn, 5))
    too_few = FEWEST - len(actual)
    reasons = [f"{len(actual)} locked verbatims are too few: it takes {FEWEST}"] if too_few > 0 else []
    if difference <= 0:
        reasons.append(f"it is not better: micro-F1 changes by {100 * difference:+.1f} points")
    elif low <= 0:
        reasons.append(f"{100 * difference:+.1f} points of micro-F1 may be chance: the lower end is {100 * low:+.1f}")
    reasons += _losses(themes, old, new)
    if not reasons:
        gained = f"micro-F1 rises by {100 * difference:.1f} points, by {100 * low:.1f} at least"
        return Verdict(True, (gained,), difference, low)
    needed = max(too_few, _lacking(len(actual), difference, low), 0)
    return Verdict(False, tuple(reasons), difference, low, needed or None)


def _difference(times: NDArray[np.int64], old: NDArray[np.int64], new: NDArray[np.int64]) -> NDArray[np.float64]:
    """Micro-F1 after less before, for each drawing."""
    return _micro(times, new) - _micro(times, old)


def _micro(times: NDArray[np.int64], counts: NDArray[np.int64]) -> NDArray[np.float64]:
    predicted, actual, right = (times @ counts.sum(axis=2).astype(float)).T
    return np.asarray(2 * right / np.maximum(predicted + actual, 1))


def _losses(themes: Sequence[str], old: NDArray[np.int64], new: NDArray[np.int64]) -> list[str]:
    (given, totals, right), (given_now, _, right_now) = old.sum(axis=0), new.sum(axis=0)
    lost = (right - right_now) / np.maximum(totals, 1)
    # Rules that tag too much have a high recall; giving some of it up for precision is no loss.
    is_worse = right_now * (given + totals) <= right * (given_now + totals)
    return [
        f"{theme} loses {100 * lost[j]:.0f} points of recall"
        for j, theme in enumerate(themes)
        if totals[j] >= WEIGHTY and lost[j] > LOSS and is_worse[j]
    ]


def _lacking(verbatims: int, difference: float, low: float) -> int:
    """How many more would bring the lower end above 0 if the difference stays: its distance shrinks with the root."""
    if difference <= 0 or low > 0:
        return 0
    return math.ceil(verbatims * ((difference - low) / difference) ** 2) - verbatims + 1
