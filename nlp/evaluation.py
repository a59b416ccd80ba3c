"""Compares predicted themes with those given by hand: precision, recall and F1 per theme and in total."""

from collections.abc import Collection, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

DRAWS = 1000
"""How many times verbatims are drawn anew, with replacement, to see how far a figure depends on which they were."""

_BLOCK = 50

Pair = tuple[AbstractSet[str], AbstractSet[str]]
"""The themes predicted for a verbatim, and those it has."""


@dataclass(frozen=True, slots=True)
class Score:
    """How well a theme, or all together, was found; every share from 0 to 1.

    low, high: between these F1 lies in 95 of 100 drawings of as many verbatims from these (percentile bootstrap);
    actual, predicted, right: how many tags there are, how many were predicted, how many of those are right.
    """

    precision: float
    recall: float
    f1: float
    low: float
    high: float
    actual: int
    predicted: int
    right: int


@dataclass(frozen=True, slots=True)
class Report:
    """What came out of a comparison. macro: the mean F1 over the themes that occur, with its interval."""

    verbatims: int
    themes: dict[str, Score]
    micro: Score
    macro: float
    macro_low: float
    macro_high: float

    def plain(self) -> dict[str, Any]:
        """The report as dictionaries and numbers, for JSON."""
        return asdict(self)

    def rows(self) -> list[tuple[str, int, float, float, float, float, float]]:
        """Lines for a table: theme, n, precision, recall, F1, low and high; those most frequent first, then all."""
        ordered = sorted(self.themes.items(), key=lambda item: (-item[1].actual, item[0]))
        return [_row(name, score) for name, score in (*ordered, ("all", self.micro))]


def evaluate(pairs: Collection[Pair], themes: Sequence[str] = (), seed: int = 0) -> Report:
    """How well the predicted themes agree with the actual ones.

    themes: to report on even where nobody has them; a theme that occurs is always reported on.
    """
    names = sorted({*themes, *(theme for predicted, actual in pairs for theme in (*predicted, *actual))})
    tallies = tally(pairs, names)
    exact = _f1(tallies.sum(axis=0, keepdims=True))
    drawn = np.concatenate([_f1(block) for block in _drawings(tallies, seed)])
    low, high = np.percentile(drawn, (2.5, 97.5), axis=0)
    totals = tallies.sum(axis=0)
    occurs = totals[1] > 0
    scores = {name: _score(totals[:, j], low[j], high[j]) for j, name in enumerate(names)}
    means = drawn[:, :-1][:, occurs].mean(axis=1) if occurs.any() else np.zeros(1)
    macro = float(exact[0, :-1][occurs].mean()) if occurs.any() else 0.0
    ends = (float(end) for end in np.percentile(means, (2.5, 97.5)))
    return Report(len(pairs), scores, _score(totals.sum(axis=1), low[-1], high[-1]), macro, *ends)


def tally(pairs: Collection[Pair], themes: Sequence[str]) -> NDArray[np.int64]:
    """Counts by verbatim, kind (predicted, actual, right) and theme."""
    column = {theme: j for j, theme in enumerate(themes)}
    counts = np.zeros((len(pairs), 3, len(themes)), dtype=np.int64)
    for row, (predicted, actual) in enumerate(pairs):
        for kind, found in enumerate((predicted, actual, predicted & actual)):
            counts[row, kind, [column[theme] for theme in found]] = 1
    return counts


def drawings(verbatims: int, seed: int) -> Sequence[NDArray[np.int64]]:
    """How often each verbatim is in each drawing, in blocks of drawings; the same for the same seed."""
    rng = np.random.default_rng(seed)
    share = np.full(verbatims, 1 / max(verbatims, 1))
    return [rng.multinomial(verbatims, share, size=_BLOCK) for _ in range(DRAWS // _BLOCK)] if verbatims else []


def _drawings(tallies: NDArray[np.int64], seed: int) -> list[NDArray[np.int64]]:
    """The counts by drawing, kind and theme."""
    verbatims, kinds, themes = tallies.shape
    flat = tallies.reshape(verbatims, kinds * themes).astype(float)
    found = [
        np.rint(times @ flat).astype(np.int64).reshape(_BLOCK, kinds, themes) for times in drawings(verbatims, seed)
    ]
    return found or [np.zeros((1, kinds, themes), dtype=np.int64)]


def _f1(counts: NDArray[np.int64]) -> NDArray[np.float64]:
    """F1 by drawing and theme, and of all themes together in the last column."""
    whole = np.concatenate((counts, counts.sum(axis=2, keepdims=True)), axis=2)
    predicted, actual, right = whole[:, 0], whole[:, 1], whole[:, 2]
    return np.asarray(2 * right / np.maximum(predicted + actual, 1))


def _score(counts: NDArray[np.int64], low: float, high: float) -> Score:
    predicted, actual, right = (int(count) for count in counts)
    precision, recall = right / max(predicted, 1), right / max(actual, 1)
    f1 = 2 * right / max(predicted + actual, 1)
    return Score(precision, recall, f1, float(low), float(high), actual, predicted, right)


def _row(name: str, score: Score) -> tuple[str, int, float, float, float, float, float]:
    return name, score.actual, score.precision, score.recall, score.f1, score.low, score.high
