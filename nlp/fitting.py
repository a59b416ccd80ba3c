"""Learns themes from labelled verbatims: what seeds are worth, and a straight line for each theme on top of that."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize
from scipy.sparse import csr_matrix

from nlp.calibration import USUAL, Calibration, Scores, calibrated, thresholds
from nlp.features import Integers, occurrences
from nlp.learned import Learned, Seen, beside, facts_of, hit_by, told
from nlp.space import counted, space_of, weighed

FREEDOM = 10.0
"""How far weights may go to fit the labels: C of a logistic regression."""

BALANCE = 0.5
"""How much rare tags are made up for: 0 not at all, 1 so that yes and no weigh the same."""

FOLDS = 5

_FEW_TAGS, _FEW_TEXTS = 2, 50
_HITS_GIVEN, _HITS_RIGHT = 30, 0.6
_MISSES_GIVEN, _MISSES_RIGHT = 30, 0.03

Flags = NDArray[np.bool_]


@dataclass(frozen=True)
class Labelled:
    """Verbatims in a fixed order with what is known of them.

    truth, known: by verbatim and theme, whether it has it, and whether that was said at all.
    """

    seen: Sequence[Seen]
    themes: tuple[str, ...]
    truth: Flags
    known: Flags


@dataclass(frozen=True)
class Lesson:
    """What came of learning. unseen: the scores that each verbatim got from a model that had not learned from it."""

    model: Learned
    unseen: Scores


def learn(labelled: Labelled, fold: Integers) -> Lesson:
    """Learns from all verbatims, and calibrates on what each fold's verbatims get from a model of the other folds.

    fold: a number below `FOLDS` for each verbatim.
    """
    table = _table(labelled)
    unseen = np.full(labelled.truth.shape, -np.inf)
    for number in np.unique(fold):
        rest, own = np.flatnonzero(fold != number), np.flatnonzero(fold == number)
        if len(rest):
            unseen[own] = _scores(_fit(table, rest), table, own)
    model = _fit(table, np.arange(len(labelled.seen)))
    known = labelled.known
    model = replace(
        model,
        thresholds=thresholds(unseen, labelled.truth, known),
        calibration=calibrated(unseen[known], labelled.truth[known]),
    )
    return Lesson(model, unseen)


@dataclass(frozen=True)
class _Table:
    """Labelled verbatims with their features counted."""

    labelled: Labelled
    counts: csr_matrix
    features: Integers
    hits: Flags


def _table(labelled: Labelled) -> _Table:
    found = occurrences([one.text for one in labelled.seen])
    counts, features = counted(found, len(labelled.seen))
    return _Table(labelled, counts, features, hit_by(labelled.seen, labelled.themes))


def _fit(table: _Table, rows: Integers) -> Learned:
    """A model of these verbatims only, with the thresholds and calibration of one that knows nothing of its quality."""
    themes = table.labelled.themes
    seen = [table.labelled.seen[row] for row in rows]
    truth, known, hits = table.labelled.truth[rows], table.labelled.known[rows], table.hits[rows]
    space, kept = space_of(table.counts[rows], table.features)
    facts = tuple(sorted({fact for one in seen for fact in told(one)}))
    matrix = beside(weighed(table.counts[rows][:, kept], space), hits, facts_of(seen, facts)).astype(float)
    hit = _log_odds(hits & known, truth, _HITS_GIVEN, _HITS_RIGHT)
    missed = _log_odds(~hits & known, truth, _MISSES_GIVEN, _MISSES_RIGHT)
    lines = np.zeros((matrix.shape[1] + 1, len(themes)), dtype=np.float32)
    for j in range(len(themes)):
        at = np.flatnonzero(known[:, j])
        if len(at):
            lines[:, j] = _line(matrix[at], truth[at, j], np.where(hits[at, j], hit[j], missed[j]))
    said = missed.astype(np.float32), hit.astype(np.float32)
    return Learned(themes, space, facts, lines[:-1], lines[-1], *said, np.full(len(themes), USUAL), Calibration())


def _log_odds(given: Flags, truth: Flags, prior: float, share: float) -> Scores:
    """How likely each theme is where `given`, as log-odds; `prior` verbatims with that share are taken as read."""
    odds = ((given & truth).sum(axis=0) + prior * share) / ((given & ~truth).sum(axis=0) + prior * (1 - share))
    return np.asarray(np.log(odds))


def _line(matrix: csr_matrix, truth: Flags, said: Scores) -> Scores:
    """The weights, and last the shift, that best explain the labels beyond what the seeds said already.

    A logistic regression with the seeds' log-odds as offset and a penalty on the square of every weight. What it found
    counts n² / (n² + 50²) with n verbatims, so that seeds decide while labels are few, and n / (n + 2) with n of them
    that have the theme, so that a theme never seen is left to its seeds.
    """
    right = int(truth.sum())
    if not right:
        return np.zeros(matrix.shape[1] + 1)
    counts = np.where(truth, right, len(truth) - right)
    weight = FREEDOM * (len(truth) / (2 * counts)) ** BALANCE
    turned = matrix.T.tocsr()

    def loss(line: Scores) -> tuple[float, Scores]:
        odds = matrix @ line[:-1] + line[-1] + said
        wrong = weight * (1 / (1 + np.exp(-np.clip(odds, -50, 50))) - truth)
        cost = (weight * (np.logaddexp(0, odds) - truth * odds)).sum() + line @ line / 2
        return float(cost), line + np.append(turned @ wrong, wrong.sum())

    start = np.zeros(matrix.shape[1] + 1)
    line = minimize(loss, start, jac=True, method="L-BFGS-B", options={"gtol": 1e-3, "maxiter": 200}).x
    trust = right / (right + _FEW_TAGS) * len(truth) ** 2 / (len(truth) ** 2 + _FEW_TEXTS**2)
    return np.asarray(line * trust)


def _scores(model: Learned, table: _Table, rows: Integers) -> Scores:
    """The scores of these verbatims; minus infinity for a theme that the model saw nobody have and that has no seed."""
    column = model.space.columns(table.features)
    kept = np.flatnonzero(column >= 0)
    text = weighed(table.counts[rows][:, kept], model.space)
    hits = table.hits[rows]
    whole = beside(text, hits, facts_of([table.labelled.seen[row] for row in rows], model.facts))
    return np.asarray((whole @ model.weights + model.shift + np.where(hits, model.hit, model.missed)).astype(float))
