"""Knows the words that tell what a number is: those before a reference, and the units behind an amount."""

import re
from functools import cache
from itertools import pairwise
from pathlib import Path

from flows.document import parse
from nlp import words

_WORD = re.compile(r"[^\W\d_]+")
_UNIT = re.compile(r"[ \u00a0]?([^\W\d_]{1,12})(?![^\W_])")
_SHORTEST_APART = 3
_LOOK_BACK = 70
_LONGEST = 3
_SURE = re.compile(r"number|nummer|numero|nr$|^no$|code|id$|kenmerk|referen|^ref$|aktenzeichen|^(?:bsn|dni|nie|nif)$")
_FEW, _SOME, _MANY = 3, 4, 5
_GAP = re.compile(r"[\s:#°º.=(/-]{0,4}")


def fewest_digits(text: str, place: int) -> int:
    """From how many digits on a number at this place of the text is a reference; 0 where no word announces one."""
    before = text[max(0, place - _LOOK_BACK) : place]
    found = list(_WORD.finditer(before))[-2 * _LONGEST :]
    ends = [*(match.start() for match in found[1:]), len(before)]
    is_told = False
    while found:
        if not _GAP.fullmatch(before, found[-1].end(), ends[len(found) - 1]):
            return 0
        for length in range(min(_LONGEST, len(found)), 0, -1):
            phrase = tuple(words.plain(match[0]) for match in found[-length:])
            if phrase in _references() and _in_one(before, found[-length:]):
                return _wanted(phrase, is_told)
        if words.plain(found[-1][0]) not in _listed("connecting"):
            return 0
        is_told = True
        found.pop()
    return 0


def is_unit(text: str, place: int) -> bool:
    """Whether the word at this place, right behind a number, says of what it is the amount."""
    found = _UNIT.match(text, place)
    if found is None:
        return False
    is_apart = found.start(1) > place
    return words.plain(found[1]) in _units() and (not is_apart or len(found[1]) >= _SHORTEST_APART)


def _wanted(phrase: tuple[str, ...], is_told: bool) -> int:
    """A word such as order is also said of what is ordered, and needs more digits than order number."""
    if len(phrase) == 1 and phrase[0] in _listed("vague"):
        return _SOME
    if any(_SURE.search(word) for word in phrase):
        return _FEW
    return _MANY if is_told else _SOME


def _in_one(before: str, found: list[re.Match[str]]) -> bool:
    """Whether nothing but a space, hyphen or apostrophe stands between these words."""
    return all(before[a.end() : b.start()] in (" ", "-", "'", "’") for a, b in pairwise(found))


@cache
def _references() -> frozenset[tuple[str, ...]]:
    listed = (phrase for language in words.LANGUAGES for phrase in words.of(language).references)
    return frozenset(tuple(words.plain(word) for word in _WORD.findall(phrase)) for phrase in listed)


@cache
def _units() -> frozenset[str]:
    return frozenset(words.plain(unit) for language in words.LANGUAGES for unit in words.of(language).units)


@cache
def _listed(name: str) -> frozenset[str]:
    path = Path(__file__).parent / "numbers" / "references.yaml"
    return frozenset(words.plain(word) for word in parse(path.read_bytes(), str(path), []).plain()[name])
