"""The syntax in which seeds and words are listed.

`lang gewacht` is these words next to each other. `wacht*`, `*tijd` and `*wacht*` are words that begin with, end with or
hold these letters. `...` is up to three words in between, or none. `(lang|eeuwig) wachten` is either; `(te|) lang` is
with or without. `<n>` is a number from two up, in digits or in words. `site~ ... bellen` asks for a word that may speak
for another theme as well, and `(site|app)~` for one of them. `=geen` is a whole verbatim, and `=-` one without words.
Case, accents, apostrophes and letters held down make no difference, nor does it whether a hyphen joins or parts.
"""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from nlp.signs import TOKEN

GAP, NUMBER, FREE = "...", "<n>", "~"
_PIECE = re.compile(r"\)~|[()|]|\.\.\.|<n>|[^\s()|]+")
_CLOSING = (")", ")~")
_SHORTEST_STEM = 3
_MOST_GAPS = 3

Fold = Callable[[str], str]
"""Gives a word as it is compared."""


@dataclass(frozen=True, slots=True)
class Choice:
    """Several sequences of which one is to be met."""

    sequences: tuple["Sequence", ...]


Sequence = tuple[str | Choice, ...]
"""What is to be met one after the other: words, stems, numbers, gaps, and choices; free ones end in FREE."""


@dataclass(frozen=True, slots=True)
class Pattern:
    """A seed as it was understood. is_whole: nothing else may stand beside it; is_spelt_out: it leaves no choice."""

    sequence: Sequence
    is_whole: bool
    is_spelt_out: bool

    def elements(self) -> Iterator[str]:
        """Every word, stem, number and gap in it; free ones end in FREE."""
        return _elements(self.sequence)


def parse(seed: str, fold: Fold) -> Pattern:
    """What a seed stands for. Raises ValueError with the first fault in how it is written."""
    is_whole = seed.startswith("=")
    pieces = _PIECE.findall(seed.removeprefix("="))
    if pieces and GAP in (pieces[0], pieces[-1]):
        raise ValueError("a gap stands at its end: put a word on both sides of '...'")
    if pieces.count(GAP) > _MOST_GAPS:
        raise ValueError(f"it has more than {_MOST_GAPS} gaps")
    spelt_out = "(" not in pieces
    sequence = _sequence(pieces, fold)
    if pieces:
        raise ValueError("it closes a bracket not opened" if pieces[0] in _CLOSING else "a | stands outside brackets")
    if not _fewest_words(sequence) and not (is_whole and spelt_out):
        raise ValueError("it can be met without a word")
    return Pattern(sequence, is_whole, spelt_out)


def is_word(token: str) -> bool:
    """Whether this counts as a word: it is no punctuation, no space and no control sign."""
    return token[0].isalnum() or token[0] > "\u2190"


def _sequence(pieces: list[str], fold: Fold) -> Sequence:
    """What stands up to the end of this bracket; takes it from the list."""
    found: list[str | Choice] = []
    while pieces and pieces[0] not in (*_CLOSING, "|"):
        piece = pieces.pop(0)
        if piece == "(":
            found.append(_choice(pieces, fold))
        else:
            found.extend([piece] if piece in (GAP, NUMBER) else _words(piece, fold))
    return tuple(found)


def _choice(pieces: list[str], fold: Fold) -> Choice:
    sequences = [_sequence(pieces, fold)]
    while pieces and pieces[0] == "|":
        pieces.pop(0)
        sequences.append(_sequence(pieces, fold))
    if not pieces:
        raise ValueError("it opens a bracket that is not closed")
    if pieces.pop(0) == ")~":
        sequences = [_freed(sequence) for sequence in sequences]
    return Choice(tuple(sequences))


def _freed(sequence: Sequence) -> Sequence:
    return tuple(
        Choice(tuple(map(_freed, item.sequences)))
        if isinstance(item, Choice)
        else item
        if item in (GAP, NUMBER) or item.endswith(FREE)
        else item + FREE
        for item in sequence
    )


def _words(piece: str, fold: Fold) -> Sequence:
    """The words of what stands between two spaces; with a hyphen in it, also as one word."""
    if piece.endswith(FREE):
        return _freed(_words(piece.removesuffix(FREE), fold))
    if "*" in piece:
        return (_stem(piece, fold),)
    parted = tuple(fold(word) for word in TOKEN.findall(piece) if is_word(word))
    if "-" in piece[1:-1] and len(parted) > 1:
        return (Choice((parted, (fold(piece.replace("-", "")),))),)
    return parted


def _stem(piece: str, fold: Fold) -> str:
    letters = piece.strip("*")
    if "*" in letters or len(TOKEN.findall(letters)) != 1 or not is_word(letters):
        raise ValueError(f"{piece!r} is no part of a word: write wacht*, *tijd or *wacht*")
    if len(fold(letters)) < _SHORTEST_STEM:
        raise ValueError(f"{piece!r} would be met everywhere: give at least {_SHORTEST_STEM} letters")
    return f"{'*' * piece.startswith('*')}{fold(letters)}{'*' * piece.endswith('*')}"


def _elements(sequence: Sequence) -> Iterator[str]:
    for item in sequence:
        if isinstance(item, Choice):
            for choice in item.sequences:
                yield from _elements(choice)
        else:
            yield item


def _fewest_words(sequence: Sequence) -> int:
    return sum(
        min(map(_fewest_words, item.sequences)) if isinstance(item, Choice) else item not in (GAP, NUMBER)
        for item in sequence
    )
