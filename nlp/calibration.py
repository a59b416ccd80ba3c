"""Turns a model's scores into probabilities, and chooses from which score on a theme is tagged."""

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize

USUAL = math.log(0.3 / 0.7)
"""The threshold before anything is known, as a log-odds: the best for F1 is about half the F1 that is reached."""

_FEW_TEXTS = 200
_FEW_TAGS = 50

Scores = NDArray[np.float64]
Truths = NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Calibration:
    """The probability that belongs to a score: the logistic function of slope times score plus shift."""

    slope: float = 1.0
    shift: float = 0.0

    def probabilities(self, scores: Scores) -> Scores:
        """From 0 to 1; a score of minus infinity has none."""
        return np.asarray(1 / (1 + np.exp(-np.clip(self.slope * scores + self.shift, -50, 50))))


def calibrated(scores: Scores, truths: Truths) -> Calibration:
    """Platt's scaling of scores that were given to texts not learned from.

    J. Platt, "Probabilistic Outputs for Support Vector Machines" (1999), with his smoothed targets; a slope of 1 and a
    shift of 0, the reading of scores as they are, count as much as one observation, so that few labels change little.
    """
    usable = np.isfinite(scores)
    seen, right = scores[usable], truths[usable]
    yes, no = int(right.sum()), int((~right).sum())
    target = np.where(right, (yes + 1) / (yes + 2), 1 / (no + 2))

    def loss(slope_and_shift: Scores) -> tuple[float, Scores]:
        slope, shift = slope_and_shift
        odds = slope * seen + shift
        wrong = 1 / (1 + np.exp(-np.clip(odds, -50, 50))) - target
        cost = (np.logaddexp(0, odds) - target * odds).sum() + ((slope - 1) ** 2 + shift**2) / 2
        return float(cost), np.array([(wrong * seen).sum() + slope - 1, wrong.sum() + shift])

    rising = [(0.05, None), (None, None)]
    slope, shift = minimize(loss, np.array([1.0, 0.0]), jac=True, method="L-BFGS-B", bounds=rising).x
    return Calibration(float(slope), float(shift))


def thresholds(scores: Scores, truths: Truths, known: Truths) -> Scores:
    """From which score on each theme is tagged, from scores of texts not learned from (rows) by theme (columns).

    The score with the best micro-F1 over all themes, drawn towards `USUAL` while labels are few; and for each theme its
    own best, drawn towards that one while it was seldom given: with n texts it counts n / (n + 200), with n tags of the
    theme n / (n + 50). Scores of minus infinity, of themes that could not be learned, have no part in it.
    """
    whole = _towards(USUAL, best(scores[known], truths[known]), len(scores), _FEW_TEXTS)
    found = np.full(scores.shape[1], whole)
    for j in range(scores.shape[1]):
        seen = known[:, j]
        own = best(scores[seen, j], truths[seen, j])
        found[j] = _towards(whole, own, int(truths[seen, j].sum()), _FEW_TAGS)
    return found


def best(scores: Scores, truths: Truths) -> float | None:
    """The threshold with the highest F1, halfway between two scores; None where there is nothing to find."""
    usable = np.isfinite(scores)
    total = int(truths.sum())
    scores, truths = scores[usable], truths[usable]
    if not truths.any():
        return None
    order = np.argsort(-scores, kind="stable")
    falling = scores[order]
    f1 = 2 * np.cumsum(truths[order]) / (np.arange(1, len(order) + 1) + total)
    # Between equal scores there is no threshold.
    f1[:-1][falling[:-1] == falling[1:]] = -1
    last = int(np.argmax(f1))
    return float((falling[last] + falling[min(last + 1, len(falling) - 1)]) / 2)


def error(probabilities: Scores, truths: Truths, bins: int = 10) -> float:
    """The expected calibration error: how far, on average, a probability is from how often it proved right."""
    place = np.minimum((probabilities * bins).astype(int), bins - 1)
    gaps = np.bincount(place, probabilities - truths, minlength=bins)
    return float(np.abs(gaps).sum() / max(len(probabilities), 1))


def _towards(usual: float, found: float | None, seen: int, few: int) -> float:
    """What was found, drawn towards the usual as if that had been seen `few` times."""
    return usual if found is None else usual + (found - usual) * seen / (seen + few)
