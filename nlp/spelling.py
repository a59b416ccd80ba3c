"""Words as they are compared: without case, accents, apostrophes and whatever else people type in different ways."""

import re
import unicodedata
from collections.abc import Mapping

_LETTERS = {"œ": "oe", "æ": "ae", "ø": "o", "ł": "l", "đ": "d", "ı": "i", "’": "", "'": "", "ʼ": "", "´": "", "`": ""}
_REPEATED = re.compile(r"(.)\1{2,}")


def fold(word: str, digraphs: Mapping[str, str]) -> str:
    """The word in plain small letters. digraphs: what a language writes for a letter that keyboards may lack."""
    folded = word.lower() if word.isascii() else _bare(word)
    if "'" in folded or "`" in folded:
        folded = folded.replace("'", "").replace("`", "")
    for typed, letter in digraphs.items():
        folded = folded.replace(typed, letter)
    return folded


def shortened(word: str) -> tuple[str, ...]:
    """What a word may be in which letters were held down: with each of them once, and with each of them twice."""
    once, twice = _REPEATED.sub(r"\1", word), _REPEATED.sub(r"\1\1", word)
    return () if once == word else (once, twice)


def halves(word: str) -> list[str]:
    """The word, and the word without any one of its letters: two words one slip apart have one of these in common."""
    return [word, *(word[:place] + word[place + 1 :] for place in range(len(word)))]


def is_slip(typed: str, meant: str) -> bool:
    """Whether they differ by one letter that is missing, too many, or swapped with its neighbour.

    Not by a wrong one: most pairs of words that do are two words, such as cases and causes.
    """
    start = 0
    while start < min(len(typed), len(meant)) and typed[start] == meant[start]:
        start += 1
    a, b = typed[start:], meant[start:]
    return a[1:] == b or a == b[1:] or (a[2:] == b[2:] and a[:2] == b[1::-1] and len(a) > 1)


def _bare(word: str) -> str:
    parts = unicodedata.normalize("NFKD", unicodedata.normalize("NFKD", word).casefold())
    return "".join(_LETTERS.get(part, part) for part in parts if unicodedata.category(part)[0] not in "MC")
