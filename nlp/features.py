"""Turns many texts at once into sparse features: hashed words, pairs of words and pieces of words.

Every feature is a number below `WIDTH`, got by hashing, so that a model needs no vocabulary of what people once said.
Words and pairs of words are one half, pieces of two to five characters of words (with the gap on either side) the
other; the pieces carry what whole words miss: compounds, inflections and the spelling of text messages.
"""

import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache

import numpy as np
from numpy.typing import NDArray

WIDTH = 1 << 21
"""How many different features there may be; the lower half are words and pairs of words, the upper half pieces."""

PIECES = range(2, 6)
"""How long pieces of words are, in characters, the gap beside a word counted as one."""

_HALF_BITS = 20
_BASE = np.uint64(0x9E3779B97F4A7C15)
_PAIR = np.uint64(0xC2B2AE3D27D4EB4F)
_FOLDED = 0x3000
_LETTER, _MARK = 1, 2
_SPACE = 32

Integers = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Occurrences:
    """Where features occur in a batch of texts; `row`, `feature` and `word` run in step.

    word: the stretch of text without a gap in which the feature occurs, or begins; starts and ends: where each of those
    stretches lies, in characters of its own text; owner: the row of each stretch.
    """

    row: Integers
    feature: Integers
    word: Integers
    starts: Integers
    ends: Integers
    owner: Integers


def occurrences(texts: Sequence[str]) -> Occurrences:
    """Every occurrence of every feature in the texts, in which case and accents make no difference."""
    codes, kinds, row, place = _laid_out(texts)
    gap = codes == _SPACE
    # Each text begins and ends with a gap, so a stretch begins after one and ends before one.
    begins = np.flatnonzero(gap[:-1] & ~gap[1:]) + 1
    finishes = np.flatnonzero(~gap[:-1] & gap[1:]) + 1
    stretch = np.cumsum(np.concatenate(([False], gap[:-1] & ~gap[1:]))) - 1
    found = [_words(codes, kinds == _LETTER, row, stretch), _pieces(codes, gap, row, stretch)]
    rows, features, words = (np.concatenate(parts) for parts in zip(*found, strict=True))
    return Occurrences(rows, features, words, place[begins], place[finishes - 1] + 1, row[begins])


def _laid_out(texts: Sequence[str]) -> tuple[NDArray[np.uint32], NDArray[np.uint8], Integers, Integers]:
    """All texts after one another, a single gap around each and between words: codes, kinds, row and place of each."""
    joined = " " + " ".join(texts) + " "
    raw = np.frombuffer(joined.encode("utf-32-le", "surrogatepass"), dtype=np.uint32)
    lengths = np.fromiter((len(text) + 1 for text in texts), dtype=np.int64, count=len(texts))
    row = np.concatenate(([0], np.repeat(np.arange(len(texts)), lengths)))
    place = np.arange(-1, len(raw) - 1) - np.concatenate(([0], np.repeat(np.cumsum(lengths) - lengths, lengths)))
    folded, kind = _folding()
    inside = np.minimum(raw, _FOLDED)
    codes = np.where(raw < _FOLDED, folded[inside], raw)
    kinds = kind[inside]
    gap = codes == _SPACE
    # Of a run of gaps one is kept; marks that only accent the letter before them are passed over.
    keep = (kinds != _MARK) & ~(gap & np.concatenate(([False], gap[:-1])))
    return codes[keep], kinds[keep], row[keep], place[keep]


@cache
def _folding() -> tuple[NDArray[np.uint32], NDArray[np.uint8]]:
    """What each character counts as, lower-cased and without accents, and whether it is a letter or a mark."""
    folded = np.arange(_FOLDED + 1, dtype=np.uint32)
    kind = np.zeros(_FOLDED + 1, dtype=np.uint8)
    for code in range(_FOLDED):
        character = chr(code)
        plain = unicodedata.normalize("NFD", character)[0].lower()[0]
        if character.isspace() or unicodedata.category(character) == "Cc":
            plain = " "
        elif unicodedata.combining(character):
            kind[code] = _MARK
        elif character.isalnum():
            kind[code] = _LETTER
        folded[code] = ord(plain)
    kind[_FOLDED] = _LETTER
    return folded, kind


def _words(
    codes: NDArray[np.uint32], letter: NDArray[np.bool_], row: Integers, stretch: Integers
) -> tuple[Integers, Integers, Integers]:
    """Runs of letters and digits, and pairs of runs that follow each other within a text."""
    begins = np.flatnonzero(letter[1:] & ~letter[:-1]) + 1
    if not len(begins):
        return (np.empty(0, np.int64),) * 3
    inside = np.flatnonzero(letter)
    word = np.cumsum(np.isin(inside, begins, assume_unique=True)) - 1
    position = inside - begins[word]
    powers = np.cumprod(np.full(int(position.max()) + 1, _BASE))
    terms = (codes[inside].astype(np.uint64) + np.uint64(1)) * powers[position]
    one = np.add.reduceat(terms, np.flatnonzero(position == 0))
    owner, home = row[begins], stretch[begins]
    same = owner[:-1] == owner[1:]
    two = (one[:-1] * _PAIR + one[1:])[same]
    features = _bucket(np.concatenate((one, two)), 1)
    return np.concatenate((owner, owner[:-1][same])), features, np.concatenate((home, home[:-1][same]))


def _pieces(
    codes: NDArray[np.uint32], gap: NDArray[np.bool_], row: Integers, stretch: Integers
) -> tuple[Integers, Integers, Integers]:
    """Pieces of words: as many characters as `PIECES` says, a gap only at either end."""
    gaps = np.concatenate(([0], np.cumsum(gap)))
    wide = codes.astype(np.uint64) + np.uint64(1)
    hashes = wide
    rows, features, words = ([np.empty(0, np.int64)] for _ in range(3))
    for length in PIECES:
        count = len(codes) - length + 1
        if count <= 0:
            break
        hashes = hashes[:count] * _BASE + wide[length - 1 :]
        at = np.flatnonzero(gaps[length - 1 : length - 1 + count] == gaps[1 : 1 + count])
        features.append(_bucket(hashes[at], length) + (1 << _HALF_BITS))
        # A piece that begins with the gap belongs to the stretch after it.
        rows.append(row[at + 1])
        words.append(stretch[at + gap[at]])
    return np.concatenate(rows), np.concatenate(features), np.concatenate(words)


def _bucket(hashes: NDArray[np.uint64], salt: int) -> Integers:
    """A well-mixed number of `_HALF_BITS` bits for each hash (the finalising steps of splitmix64, S. Vigna, 2015)."""
    mixed = hashes + np.uint64(salt * int(_BASE) % (1 << 64))
    mixed = (mixed ^ (mixed >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    mixed = (mixed ^ (mixed >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return (mixed >> np.uint64(64 - _HALF_BITS)).astype(np.int64)
