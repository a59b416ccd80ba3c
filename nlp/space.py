"""Weighs the features of texts: rare ones more, repeated ones a little more, those of long texts no more."""

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_matrix

from nlp.features import WIDTH, Integers, Occurrences

Floats = NDArray[np.float32]


@dataclass(frozen=True)
class Space:
    """The features that a model knows, as columns in rising order, and how rare each one is (idf)."""

    features: Integers
    rarity: Floats

    @cached_property
    def _column(self) -> NDArray[np.int32]:
        """The column of each feature there may be; -1 for those not known."""
        columns = np.full(WIDTH, -1, dtype=np.int32)
        columns[self.features] = np.arange(len(self.features), dtype=np.int32)
        return columns

    def columns(self, features: Integers) -> NDArray[np.int32]:
        """The columns of features; -1 where the model does not know them."""
        return np.asarray(self._column[features])

    def weigh(self, found: Occurrences, texts: int) -> csr_matrix:
        """The weighed features of as many texts, a row each."""
        column = self.columns(found.feature)
        known = column >= 0
        ones = np.ones(int(known.sum()), dtype=np.float32)
        shape = (texts, len(self.features))
        counts = csr_matrix((ones, (found.row[known], column[known])), shape=shape)
        counts.sum_duplicates()
        return weighed(counts, self)


def counted(found: Occurrences, texts: int) -> tuple[csr_matrix, Integers]:
    """How often each feature occurs in each text, and which features the columns stand for."""
    features, column = np.unique(found.feature, return_inverse=True)
    ones = np.ones(len(column), dtype=np.float32)
    counts = csr_matrix((ones, (found.row, column)), shape=(texts, len(features)))
    counts.sum_duplicates()
    return counts, features


def space_of(counts: csr_matrix, features: Integers) -> tuple[Space, Integers]:
    """The space of the features that occur in the counts, and the columns in which they stand there.

    Rarity: ln((1 + n) / (1 + df)) + 1, the smoothed inverse document frequency.
    """
    spread = np.bincount(counts.indices, minlength=counts.shape[1])
    kept = np.flatnonzero(spread)
    rarity = np.log((1 + counts.shape[0]) / (1 + spread[kept])) + 1
    return Space(features[kept], rarity.astype(np.float32)), kept


def weighed(counts: csr_matrix, space: Space) -> csr_matrix:
    """Counts as weights: (1 + ln count) times rarity, the words of a text of length 1, and its pieces of length 1."""
    values = (1 + np.log(counts.data)) * space.rarity[counts.indices]
    row = np.repeat(np.arange(counts.shape[0]), np.diff(counts.indptr))
    half = 2 * row + (space.features[counts.indices] >= WIDTH // 2)
    length = np.sqrt(np.bincount(half, values.astype(float) ** 2, minlength=2 * counts.shape[0]))
    return csr_matrix(((values / length[half]).astype(np.float32), counts.indices, counts.indptr), shape=counts.shape)
