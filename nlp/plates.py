"""Finds the licence plates of the Netherlands, Belgium, Germany, France and Spain."""

import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

from flows.document import parse
from nlp import words
from nlp.tags import Redaction

_FORM = re.compile(
    r"""(?<![^\W_]) (?<![-/]) (?:
      (?P<belgian> [1-9]-[A-Z]{3}-\d{3} )
    | (?P<french> [A-Z]{2}-\d{3}-[A-Z]{2} )
    | (?P<dutch> \d{1,3}-[A-Z]{1,3}-\d{1,3} | [A-Z]{1,3}-\d{1,3}-[A-Z]{1,2} | [A-Z]{1,2}-\d{2,3}-[A-Z]{1,3}
        | [A-Z]{2}-\d\d-\d\d | \d\d-\d\d-[A-Z]{2} | [A-Z]{2}-[A-Z]{2}-\d\d | \d\d-[A-Z]{2}-[A-Z]{2} )
    | (?P<german> [A-ZÄÖÜ]{1,3}-[A-Z]{2}[ ]?[1-9]\d{0,3}[EH]? )
    | (?P<spanish> \d{4}[ -]?[BCDFGHJ-NPR-TV-Z]{3} )
    ) (?![^\W_]) (?!-\w)""",
    re.VERBOSE | re.IGNORECASE,
)
_ANY = re.compile(
    r"""(?: \d{1,3}[ -]?[A-Z]{1,3}[ -]?\d{1,3} | [A-Z]{1,3}[ -]?\d{1,3}[ -]?[A-Z]{1,3} | [A-Z]{2}[ -]?\d\d[ -]?\d\d
    | \d\d[ -]?\d\d[ -]?[A-Z]{2} | [A-Z]{2}[ -]?[A-Z]{2}[ -]?\d\d | \d\d[ -]?[A-Z]{2}[ -]?[A-Z]{2}
    | [A-ZÄÖÜ]{1,3}[ -][A-Z]{1,2}[ -]?\d{1,4}[EH]? | [A-Z]{3}[ -]?\d{3} | \d{3}[ -]?[A-Z]{3}
    | \d{4}[ -]?[A-Z]{2,3}(?:[ -]?\d\d)? | [A-Z]{1,2}[ -]\d{4}[ -][A-Z]{1,2}) (?![^\W_])""",
    re.VERBOSE | re.IGNORECASE,
)
_GAP = re.compile(r"(?:\s|:|is|ist|est|es|luidt|lautet|nummer|number|no|nr|van|mijn|auto|my|car|=|\.|\(){0,8}", re.I)
_VOWELS = frozenset("AEIOU")
_LOOK_AHEAD = 40
_DUTCH_SIGNS = 6


def find(text: str) -> Iterator[Redaction]:
    """Every licence plate: in the form of one of these countries, or in any of their forms behind a word for it."""
    taken: set[int] = set()
    for match in _word().finditer(text):
        gap = _GAP.match(text, match.end(), match.end() + _LOOK_AHEAD)
        found = _ANY.match(text, gap.end()) if gap and gap.end() > match.end() else None
        if found and any(map(str.isdigit, found[0])):
            taken.update(range(*found.span()))
            yield Redaction(found.start(), found.end(), "plate")
    for match in _FORM.finditer(text):
        if match.lastgroup and taken.isdisjoint(range(*match.span())) and _is_likely(match[0], match.lastgroup):
            yield Redaction(match.start(), match.end(), "plate")


def _is_likely(plate: str, form: str) -> bool:
    """Whether something in the form of a plate is one, and not an amount, a year or a name with a number in it."""
    letters = "".join(filter(str.isalpha, plate))
    match form:
        case "dutch":
            is_long = len(plate) - plate.count("-") == _DUTCH_SIGNS
            is_shown = (letters.isupper() and not plate[0].isdigit()) or _VOWELS.isdisjoint(letters.upper())
            return is_long and is_shown and letters.upper() not in _amounts()
        case "german":
            return letters.isupper()
        case "spanish":
            return letters.isupper() and letters not in _amounts() and not (plate[:2] in ("19", "20") and " " in plate)
        case _:
            return True


@cache
def _word() -> re.Pattern[str]:
    listed = sorted((str(word) for word in _read()["words"]), key=len, reverse=True)
    return re.compile(rf"(?<!\w)(?:{'|'.join(map(re.escape, listed))})(?!\w)", re.IGNORECASE)


@cache
def _amounts() -> frozenset[str]:
    """What may stand behind a number as on a plate, and says of what it is the amount."""
    units = (unit for language in words.LANGUAGES for unit in words.of(language).units)
    return frozenset(word.upper() for word in (*units, *map(str, _read()["amounts"])))


@cache
def _read() -> dict[str, Any]:
    path = Path(__file__).parent / "numbers" / "plates.yaml"
    found: dict[str, Any] = parse(path.read_bytes(), str(path), []).plain()
    return found
