"""Reads the figures in a text, typed or spoken in any of our languages, in rows of those that stand together."""

import re
from collections.abc import Iterator, Mapping
from functools import cache, lru_cache
from typing import NamedTuple

from nlp import words

_FEWEST_SPOKEN = 3
_LONGEST_WORD = 24
_DIGIT = re.compile(r"\d")
_WORD = re.compile(r"[^\W\d_]+")
_PIECE = re.compile(r"\d+|[^\W\d_]+|\+")
_BETWEEN_TYPED = re.compile(r"[ \t\u00a0\u202f.\-‐‑–/()]{1,3}")
_BETWEEN = re.compile(r"[\s.,;\-‐‑–/()…]{0,4}")
_AND = re.compile(r"[\s-](?:et|y)[\s-]", re.IGNORECASE)
_OPENING = re.compile(r"[\s(]{0,2}")


class Figure(NamedTuple):
    """One number of a text and its digits. has_plus: a plus goes before it, where it then starts."""

    start: int
    end: int
    digits: str
    is_spoken: bool = False
    has_plus: bool = False


def may_hold(text: str) -> bool:
    """Whether there may be figures worth reading: most texts hold none, and this is a quick look."""
    if _DIGIT.search(text):
        return True
    known = _common()
    return len([word for word in _WORD.findall(text.lower()) if word in known]) >= _FEWEST_SPOKEN


def holds(text: str) -> bool:
    """Whether there is any figure, worth reading or not."""
    return bool(_DIGIT.search(text)) or any(map(_spoken, _WORD.findall(text)))


def rows(text: str) -> Iterator[list[Figure]]:
    """The figures of a text in rows between whose members nothing stands but a few signs."""
    row: list[Figure] = []
    for figure in _figures(text):
        if row:
            between = _BETWEEN if figure.is_spoken or row[-1].is_spoken else _BETWEEN_TYPED
            if not between.fullmatch(text, row[-1].end, figure.start):
                yield row
                row = []
        row.append(figure)
    if row:
        yield row


def _figures(text: str) -> list[Figure]:
    """Every figure; words that are one number together, such as twenty six or quatre-vingt-dix, are one figure."""
    found: list[Figure] = []
    before: re.Match[str] | None = None
    for piece in _PIECE.finditer(text):
        typed = piece[0].isdecimal()
        digits = _plain(piece[0]) if typed else _spoken(piece[0])
        if digits is None:
            before = piece
            continue
        start, has_plus = piece.start(), False
        if before and _OPENING.fullmatch(text, before.end(), start):
            if before[0] == "+" or before[0].lower() in _plus():
                start, has_plus = before.start(), True
            elif len(digits) == 1 and (copies := _copies().get(before[0].lower())):
                start, digits = before.start(), digits * copies
        figure = Figure(start, piece.end(), digits, not typed, has_plus)
        if found and (whole := _together(text, found[-1], figure)):
            found[-1] = whole
        else:
            found.append(figure)
        before = None
    return found


def _together(text: str, tens: Figure, rest: Figure) -> Figure | None:
    """The one number that two spoken ones are, such as sixty and four; None where they stay two."""
    if not tens.is_spoken or not rest.is_spoken or len(tens.digits) > 2 or len(rest.digits) > 2:
        return None
    gap = text[tens.end : rest.start]
    a, b = int(tens.digits), int(rest.digits)
    if gap not in ("-", " ") and not _AND.fullmatch(gap):
        return None
    last = text[tens.start : tens.end].lower()
    is_more = (20 <= a < 100 and a % 10 == 0 and 0 < b < 10) or (a in (60, 80) and 10 < b + 1 <= 20)
    if is_more or (last == "dix" and 7 <= b <= 9):
        return Figure(tens.start, rest.end, str(a + b), True, tens.has_plus)
    if a == 4 and text[rest.start : rest.end].lower().startswith("vingt"):
        return Figure(tens.start, rest.end, "80", True, tens.has_plus)
    return None


def _plain(typed: str) -> str:
    """Digits of any script as those from 0 to 9."""
    return typed if typed.isascii() else "".join(str(int(digit)) for digit in typed)


@lru_cache(maxsize=16_384)
def _spoken(word: str) -> str | None:
    """The digits of a word for a number below 100, in any of our languages; None for any other word."""
    if len(word) > _LONGEST_WORD:
        return None
    for language, known in _numbers().items():
        if (number := known.get(words.of(language).fold(word))) is not None:
            return str(number)
    return None


@cache
def _numbers() -> Mapping[str, Mapping[str, int]]:
    """By language every number that is one word."""
    return {language: _compounds(language) | dict(words.of(language).numbers) for language in words.LANGUAGES}


def _compounds(language: str) -> dict[str, int]:
    """Numbers written as one word: vierentwintig, vierundzwanzig, veinticuatro."""
    known = words.of(language)
    units = [(word, number) for word, number in known.numbers.items() if 0 < number < 10]
    tens = [(word, number) for word, number in known.numbers.items() if number >= 20]
    match language:
        case "nl" | "de":
            joint = "en" if language == "nl" else "und"
            return {unit + joint + ten: a + b for unit, a in units for ten, b in tens}
        case "es":
            return {known.fold("veinti" + unit): 20 + number for unit, number in units}
        case _:
            return {}


@cache
def _common() -> frozenset[str]:
    """Number words as they are usually written, and as those who leave out accents write them."""
    raw = (
        str(word) for each in words.LANGUAGES for listed in words.listed(each)["numbers"].values() for word in listed
    )
    return frozenset(raw) | {word for known in _numbers().values() for word in known}


@cache
def _plus() -> frozenset[str]:
    """How a plus is said."""
    return frozenset(word for language in words.LANGUAGES for word in words.of(language).spelt["plus"])


@cache
def _copies() -> Mapping[str, int]:
    """Words before a digit that stands several times, and how often."""
    several = [word for language in words.LANGUAGES for word in words.of(language).spelt["several"]]
    return {word: 3 if word.startswith("tr") else 2 for word in several}
