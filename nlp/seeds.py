"""The syntax in which seeds and words are listed.

`lang gewacht` is these words next to each other. `wacht*`, `*tijd` and `*wacht*` are words that begin with, end with or
hold these letters. `...` is up to three words in between, or none. `(lang|eeuwig) wachten` is either; `(te|) lang` is
with or without. `<n>` is a number, in digits or in words. `=geen` is a whole verbatim, and `=-` one without words.
Case, accents, apostrophes and letters held down make no difference, nor does it whether a hyphen joins or parts.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass
from itertools import product

from nlp.tokens import TOKEN

GAP, NUMBER = "...", "<n>"
_PIECE = re.compile(r"[()|]|\.\.\.|<n>|[^\s()|]+")
_MOST = 200
_SHORTEST_STEM = 3

Fold = Callable[[str], str]
"""Gives a word as it is compared."""


@dataclass(frozen=True, slots=True)
class Pattern:
    """One way in which a seed may be met: words, stems, numbers and gaps.

    is_whole: nothing else may stand beside it.
    """

    elements: tuple[str, ...]
    is_whole: bool = False

    @property
    def weight(self) -> int:
        """How many letters it asks for, and one for each word that it asks for as a whole."""
        return sum(len(element.strip("*")) + ("*" not in element) for element in self.elements if element != GAP)


def patterns(seed: str, fold: Fold) -> tuple[Pattern, ...]:
    """All the ways in which a seed may be met. Raises ValueError with the first fault in how it is written."""
    is_whole = seed.startswith("=")
    pieces = _PIECE.findall(seed.removeprefix("="))
    sequences = _sequence(pieces, fold, 0)
    if pieces:
        raise ValueError("it closes a bracket not opened" if pieces[0] == ")" else "a | stands outside brackets")
    found: dict[Pattern, None] = {}
    for elements in sequences:
        _refuse_unmatchable(elements, is_whole)
        found[Pattern(elements, is_whole)] = None
    return tuple(found)


def _sequence(pieces: list[str], fold: Fold, depth: int) -> list[tuple[str, ...]]:
    """All the ways to read the pieces up to the end of this bracket; takes them from the list."""
    found: list[tuple[str, ...]] = [()]
    while pieces and pieces[0] not in (")", "|"):
        piece = pieces.pop(0)
        following = _bracket(pieces, fold, depth + 1) if piece == "(" else _words(piece, fold)
        found = [(*one, *other) for one, other in product(found, following)]
        if len(found) > _MOST:
            raise ValueError(f"this can be read in more than {_MOST} ways")
    return found


def _bracket(pieces: list[str], fold: Fold, depth: int) -> list[tuple[str, ...]]:
    found = _sequence(pieces, fold, depth)
    while pieces and pieces[0] == "|":
        pieces.pop(0)
        found += _sequence(pieces, fold, depth)
    if not pieces:
        raise ValueError("it opens a bracket that is not closed")
    pieces.pop(0)
    return found


def _words(piece: str, fold: Fold) -> list[tuple[str, ...]]:
    """The words of what stands between two spaces; with a hyphen in it, also as one word."""
    if piece in (GAP, NUMBER):
        return [(piece,)]
    if "*" in piece:
        return [(_stem(piece, fold),)]
    words = [token for token in TOKEN.findall(piece) if token.strip()]
    parted = tuple(fold(word) for word in words if is_word(word))
    joined = (fold("".join(words).replace("-", "")),)
    return [parted, joined] if len(parted) > 1 and "-" in words else [parted]


def _stem(piece: str, fold: Fold) -> str:
    letters = piece.strip("*")
    if "*" in letters or len(TOKEN.findall(letters)) != 1 or not is_word(letters):
        raise ValueError(f"{piece!r} is no part of a word: write wacht*, *tijd or *wacht*")
    if len(fold(letters)) < _SHORTEST_STEM:
        raise ValueError(f"{piece!r} would be met everywhere: give at least {_SHORTEST_STEM} letters")
    return f"{'*' * piece.startswith('*')}{fold(letters)}{'*' * piece.endswith('*')}"


def _refuse_unmatchable(elements: tuple[str, ...], is_whole: bool) -> None:
    if elements and GAP in (elements[0], elements[-1]):
        raise ValueError("a gap stands at its end: put a word on both sides of '...'")
    if all(element in (GAP, NUMBER) for element in elements) and not is_whole:
        raise ValueError("there is no word in it")


def is_word(token: str) -> bool:
    """Whether this counts as a word: it is no punctuation, no space and no control sign."""
    return token[0].isalnum() or token[0] > "\u2190"
