"""What was learned of themes, as arrays: a straight line for each theme through the space of features.

A theme's score is what its seeds say of it, as a log-odds, and the sum of what each feature adds; so it can be taken
apart exactly into what each word adds. Without a single label the seeds alone speak, and every label moves it a little.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import coo_matrix, csr_matrix, hstack

from nlp.calibration import Calibration, Scores
from nlp.features import Integers, Occurrences
from nlp.space import Floats, Space

SEED_WEIGHT = 0.5
FACT_WEIGHT = 0.25
"""How large features other than words stand beside a text's words, whose length together is 1."""


@dataclass(frozen=True, slots=True)
class Seen:
    """What is known of a verbatim before it is judged. hits: the themes whose seeds it holds."""

    text: str
    hits: frozenset[str] = frozenset()
    question: str | None = None
    scores: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True)
class Learned:
    """A model: for each theme (in step) its weights and threshold.

    facts: what it knows beside words, such as `question=why` or `nps>=9`; weights: features by theme, those of the
    space first, then a column for each theme's seeds, then the facts; missed and hit: what a theme's seeds say of it
    where they are absent and present.
    """

    themes: tuple[str, ...]
    space: Space
    facts: tuple[str, ...]
    weights: Floats
    shift: Floats
    missed: Floats
    hit: Floats
    thresholds: Scores
    calibration: Calibration

    def weigh(self, seen: Sequence[Seen], found: Occurrences) -> csr_matrix:
        """Everything the model knows of in the verbatims, a row each, words first."""
        text = self.space.weigh(found, len(seen))
        return beside(text, hit_by(seen, self.themes), facts_of(seen, self.facts))

    def scores(self, weighed: csr_matrix, seen: Sequence[Seen]) -> Scores:
        """The log-odds of each theme (columns) in each verbatim (rows), as yet uncalibrated."""
        said = np.where(hit_by(seen, self.themes), self.hit, self.missed)
        return np.asarray((weighed @ self.weights + self.shift + said).astype(float))

    def contributions(
        self, weighed: csr_matrix, found: Occurrences, rows: NDArray[np.bool_]
    ) -> tuple[Integers, Floats]:
        """What each stretch of text adds to the score of each theme, in the verbatims that `rows` names.

        Gives the stretches, and by stretch and theme what they add; a text's stretches together add exactly what its
        words do.
        """
        column = self.space.columns(found.feature)
        wanted = rows[found.row] & (column >= 0)
        columns = column[wanted].astype(np.int64)
        width = weighed.shape[1]
        # The cells of the matrix stand in rising order, so that each occurrence finds its own.
        cells = np.repeat(np.arange(len(rows)) * width, np.diff(weighed.indptr)) + weighed.indices
        cell = np.searchsorted(cells, found.row[wanted] * width + columns)
        share = weighed.data[cell] / np.bincount(cell, minlength=len(cells))[cell].astype(np.float32)
        stretches, place = _places(found.word[wanted])
        parts = csr_matrix((share, (place, columns)), shape=(len(stretches), width))
        return stretches, np.asarray(parts @ self.weights)

    def borders(self) -> dict[str, float]:
        """The probability from which on each theme is tagged."""
        return dict(zip(self.themes, self.calibration.probabilities(self.thresholds).tolist(), strict=True))

    def save(self, folder: Path) -> None:
        """Writes the model as plain arrays and JSON, nothing that runs when it is read."""
        folder.mkdir(parents=True, exist_ok=True)
        np.savez_compressed(
            folder / "arrays.npz",
            features=self.space.features.astype(np.int32),
            rarity=self.space.rarity,
            weights=self.weights,
            shift=self.shift,
            missed=self.missed,
            hit=self.hit,
            thresholds=self.thresholds,
        )
        calibration = {"slope": self.calibration.slope, "shift": self.calibration.shift}
        told = {"themes": self.themes, "facts": self.facts, "calibration": calibration}
        (folder / "classifier.json").write_text(json.dumps(told, indent=1), encoding="utf-8")


def read(folder: Path) -> Learned:
    """The model that `save` wrote. Raises OSError, ValueError or KeyError where it is not whole."""
    told = json.loads((folder / "classifier.json").read_text(encoding="utf-8"))
    with np.load(folder / "arrays.npz", allow_pickle=False) as arrays:
        return Learned(
            themes=tuple(told["themes"]),
            space=Space(arrays["features"].astype(np.int64), arrays["rarity"]),
            facts=tuple(told["facts"]),
            weights=arrays["weights"],
            shift=arrays["shift"],
            missed=arrays["missed"],
            hit=arrays["hit"],
            thresholds=arrays["thresholds"],
            calibration=Calibration(**told["calibration"]),
        )


def hit_by(seen: Sequence[Seen], themes: Sequence[str]) -> NDArray[np.bool_]:
    """Which themes (columns) have seeds in which verbatim (rows)."""
    column = {theme: j for j, theme in enumerate(themes)}
    hits = np.zeros((len(seen), len(themes)), dtype=bool)
    for row, one in enumerate(seen):
        hits[row, [column[theme] for theme in one.hits if theme in column]] = True
    return hits


def told(one: Seen) -> list[str]:
    """The facts that one verbatim brings with it; a score of 9 is also at least 8, at least 7, and so on."""
    asked = [f"question={one.question}"] if one.question else []
    return asked + [f"{key}>={least}" for key, score in sorted(one.scores.items()) for least in range(1, score + 1)]


def facts_of(seen: Sequence[Seen], facts: Sequence[str]) -> csr_matrix:
    """Which of the facts (columns) hold of which verbatim (rows)."""
    column = {fact: j for j, fact in enumerate(facts)}
    places = [(row, column[fact]) for row, one in enumerate(seen) for fact in told(one) if fact in column]
    rows, columns = ([place[axis] for place in places] for axis in (0, 1))
    ones = np.ones(len(places), dtype=np.float32)
    return coo_matrix((ones, (rows, columns)), shape=(len(seen), len(facts))).tocsr()


def beside(text: csr_matrix, hits: NDArray[np.bool_], facts: csr_matrix) -> csr_matrix:
    """Words, seeds and facts next to each other."""
    seeds = csr_matrix(hits.astype(np.float32) * np.float32(SEED_WEIGHT))
    return hstack([text, seeds, facts * np.float32(FACT_WEIGHT)], format="csr", dtype=np.float32)


def _places(values: Integers) -> tuple[Integers, Integers]:
    """The different values in rising order, and the place of each among them; as np.unique, without sorting."""
    present = np.zeros(int(values.max(initial=-1)) + 1, dtype=bool)
    present[values] = True
    return np.flatnonzero(present), (np.cumsum(present) - 1)[values]
