"""Tells which figures in a text are somebody's number: a telephone, a card, or a reference such as an order number."""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import cache
from itertools import pairwise
from pathlib import Path
from typing import Any

from flows.document import parse
from nlp import references
from nlp.spoken import Figure, rows
from nlp.tags import Redaction

_FEWEST, _FEWEST_TOLD, _MOST = 7, 3, 19
"""How many digits a number has, at least if no word tells what it is, at least if one does, and at most."""

_NATIONAL = range(9, 13)
_ABROAD = range(8, 16)
_WITHOUT_ZERO = {(9,), (3, 3, 3), (3, 2, 2, 2), (2, 3, 2, 2), (3, 6), (2, 7), (1, 8), (1, 2, 2, 2, 2), (1, 4, 4)}
_AMERICAN = {(3, 3, 4), (1, 3, 3, 4)}
_CARDS = {(4, 4, 4, 4), (4, 4, 4, 4, 1), (4, 4, 4, 4, 2), (4, 4, 4, 4, 3), (4, 6, 5), (4, 6, 4)}
_MONEY = re.compile(r"[€$£¥]")
_AMOUNT = re.compile(r"\s?(?:,\d\d\b|,-)?\s?[€$£¥%°]")

Rule = Callable[[str, Sequence[Figure]], int]
"""How many of these figures, from the first, are the number looked for; 0 for none."""


def find(text: str, own: str | None = None) -> Iterator[Redaction]:
    """Every number of somebody's in the text. own: that of the respondent, which is known by its last digits."""
    told: list[tuple[str, Rule]] = [("", _date), ("", _amount), ("order", _reference)]
    long: list[tuple[str, Rule]] = [("", _date), ("card", _card), ("phone", _phone), *told[1:]]
    long += [("phone", _local), ("order", _bare)]
    if tail := _tail(own):
        long.insert(0, ("phone", lambda _, figures: _own(figures, tail)))
    for row in rows(text):
        rest, digits = [row], sum(len(figure.digits) for figure in row)
        for kind, rule in long if digits >= _FEWEST else told if digits >= _FEWEST_TOLD else ():
            parts, rest = rest, []
            for part in parts:
                yield from _claim(text, part, kind, rule, rest)


def is_card(digits: str) -> bool:
    """Whether the digits can be those of a payment card: 13 to 19 of them, with the check digit of ISO/IEC 7812-1."""
    if not 13 <= len(digits) <= 19 or digits[0] not in "23456":
        return False
    doubled = (int(digit) * (1 + place % 2) for place, digit in enumerate(reversed(digits)))
    return sum(number - 9 * (number > 9) for number in doubled) % 10 == 0


def _claim(text: str, row: Sequence[Figure], kind: str, rule: Rule, rest: list[list[Figure]]) -> Iterator[Redaction]:
    """What the rule finds in a row; the figures on either side of it are left over. Without a kind it is harmless."""
    left: list[Figure] = []
    at = 0
    while at < len(row):
        taken = rule(text, row[at : at + _MOST + 1])
        if taken:
            if kind:
                start, end = row[at].start, row[at + taken - 1].end
                is_open = text[start - 1 : start] == "(" and ")" in text[start:end]
                yield Redaction(start - is_open, end, kind)
            if left:
                rest.append(left)
            left = []
            at += taken
        else:
            left.append(row[at])
            at += 1
    if left:
        rest.append(left)


def _own(figures: Sequence[Figure], tail: str) -> int:
    for taken, digits in _windows(figures, 17):
        if digits.endswith(tail) and len(digits) - len(tail) <= 9:
            return taken
    return 0


def _tail(own: str | None) -> str:
    """The digits by which somebody's number is known in whatever form, empty for one that is too short."""
    digits = re.sub(r"\D", "", own or "")
    return digits[-8:] if len(digits) >= _FEWEST else ""


def _date(text: str, figures: Sequence[Figure]) -> int:
    """A date, in any order, which is not attached to more of its kind; or a year."""
    if figures[0].is_spoken or figures[0].has_plus:
        return 0
    if len(figures) >= 3:
        gaps = [text[a.end : b.start] for a, b in pairwise(figures[:4])]
        is_attached = len(gaps) == 3 and gaps[2] == gaps[1] and len(figures[2].digits) == 2
        has_year = 4 in (len(figures[0].digits), len(figures[2].digits))
        if gaps[0] == gaps[1] and (gaps[0] in ("-", ".", "/") or (gaps[0] == " " and has_year)) and not is_attached:
            return 3 * _is_date([figure.digits for figure in figures[:3]])
    digits = figures[0].digits
    if len(digits) == 8 and len(figures) == 1:
        return int(_is_date([digits[:2], digits[2:4], digits[4:]]) or _is_date([digits[:4], digits[4:6], digits[6:]]))
    return 0


def _is_date(parts: Sequence[str]) -> bool:
    lengths = tuple(map(len, parts))
    day, month, year = (int(part) for part in (reversed(parts) if lengths[0] == 4 else parts))
    fits = max(lengths[1:] if lengths[0] == 4 else lengths[:2]) <= 2 and (lengths[0] == 4 or lengths[2] in (2, 4))
    in_order = (1 <= day <= 31 and 1 <= month <= 12) or (1 <= month <= 31 and 1 <= day <= 12)
    return fits and in_order and (year < 100 or 1900 <= year < 2100)


def _card(_: str, figures: Sequence[Figure]) -> int:
    for taken, digits in _windows(figures, 19):
        if is_card(digits) and (taken == 1 or taken == len(digits) or _lengths(figures[:taken]) in _CARDS):
            return taken
    return 0


def _phone(_: str, figures: Sequence[Figure]) -> int:
    """A telephone number with its country or with a 0 in front, as long as it can be."""
    first = figures[0]
    digits = "".join(figure.digits for figure in figures[:_MOST])[:8]
    abroad = "" if first.has_plus else "00" if digits.startswith("00") else None
    if abroad is not None:
        return _longest(figures, _ABROAD, len(abroad), _most_abroad(digits[len(abroad) :], figures))
    if first.digits[0] != "0":
        return 0
    in_pairs = all(len(figure.digits) == 2 for figure in figures[:5])
    return _longest(figures, _NATIONAL, 0, 10 if digits.startswith("06") or in_pairs else _NATIONAL[-1])


def _most_abroad(digits: str, figures: Sequence[Figure]) -> int:
    """How many digits a number of that country has at most; one more with the 0 that is dialled at home."""
    known = _lengths_abroad()
    most = next((known[digits[:n]] for n in (3, 2, 1) if digits[:n] in known), _ABROAD[-1])
    return most + any(figure.digits[0] == "0" for figure in figures[1:2])


def _longest(figures: Sequence[Figure], usual: range, code: int, most: int) -> int:
    """How many figures make up a number of a usual length; a single digit typed behind them is not part of it."""
    fitting = [n for n, digits in _windows(figures, most + code) if len(digits) - code in usual]
    if len(fitting) > 1 and not all(len(figure.digits) == 1 for figure in figures[1:4]):
        last = figures[fitting[-1] - 1]
        if len(last.digits) == 1 and not last.is_spoken:
            fitting.pop()
    return fitting[-1] if fitting else 0


def _amount(text: str, figures: Sequence[Figure]) -> int:
    """A year, a sum of money, or a number of something."""
    taken = 1
    while taken < len(figures) and len(figures[taken].digits) == 3 and len(figures[0].digits) <= 3:
        taken += 1
    first, last = figures[0], figures[taken - 1]
    gaps = {text[a.end : b.start] for a, b in pairwise(figures[:taken])}
    is_counted = references.is_unit(text, last.end) and sum(len(f.digits) for f in figures[:taken]) <= 9
    if _MONEY.search(text[max(0, first.start - 2) : first.start]) or _AMOUNT.match(text, last.end) or is_counted:
        return taken
    return taken if taken > 1 and gaps == {"."} and first.digits[0] != "0" and len(first.digits) < 3 else 0


def _reference(text: str, figures: Sequence[Figure]) -> int:
    """Whatever number follows a word for a reference, to the end of the row."""
    fewest = references.fewest_digits(text, figures[0].start)
    if not fewest or (len(figures) == 1 and is_year(figures[0].digits)):
        return 0
    fitting = [n for n, digits in _windows(figures, _MOST) if len(digits) >= fewest]
    return fitting[-1] if fitting else 0


def _local(text: str, figures: Sequence[Figure]) -> int:
    """A telephone number without the 0, as they are dialled in Spain, or without 1 and in threes, as in America."""
    for taken, digits in _windows(figures, 11):
        shape = _lengths(figures[:taken])
        if (shape in _WITHOUT_ZERO and digits[0] in "6789") or shape in _AMERICAN or (taken == len(digits) == 9):
            return 0 if _is_glued(text, figures[0], figures[taken - 1]) else taken
    return 0


def _bare(text: str, figures: Sequence[Figure]) -> int:
    """A number too long to be an amount of anything: in one piece, in pieces of three and more, or spoken."""
    first = figures[0]
    if len(first.digits) >= _FEWEST and not _is_glued(text, first, first):
        return 1
    if first.is_spoken:
        fitting = [n for n, digits in _windows(figures, _MOST) if len(digits) >= _FEWEST]
        return fitting[-1] if fitting else 0
    taken = 0
    while taken < min(len(figures), _MOST) and len(figures[taken].digits) >= 3:
        taken += 1
    pieces = [figure.digits for figure in figures[:taken]]
    is_list = all(map(is_year, pieces)) or any(piece.endswith("00") for piece in pieces)
    gaps = {text[a.end : b.start] for a, b in pairwise(figures[:taken])}
    return taken if len("".join(pieces)) >= 9 and not is_list and gaps <= {" ", "-"} else 0


def is_year(digits: str) -> bool:
    """Whether the digits may be a year that somebody speaks of."""
    return len(digits) == 4 and digits[:2] in ("19", "20")


def _windows(figures: Sequence[Figure], most: int) -> Iterator[tuple[int, str]]:
    """The first of the figures, the first two and so on, each time with the digits they make, at most so many."""
    digits = ""
    for taken, figure in enumerate(figures, start=1):
        digits += figure.digits
        if len(digits) > most:
            return
        yield taken, digits


def _lengths(figures: Sequence[Figure]) -> tuple[int, ...]:
    return tuple(len(figure.digits) for figure in figures)


def _is_glued(text: str, first: Figure, last: Figure) -> bool:
    """Whether a letter stands right before or behind, so that this is part of a code, or an amount with its unit."""
    return text[max(0, first.start - 1) : first.start].isalpha() or text[last.end : last.end + 1].isalpha()


@cache
def lengths() -> Mapping[str, Any]:
    """How long numbers are: `ibans` and `phones`."""
    path = Path(__file__).parent / "numbers" / "lengths.yaml"
    found: dict[str, Any] = parse(path.read_bytes(), str(path), []).plain()
    return found


@cache
def _lengths_abroad() -> Mapping[str, int]:
    return {str(code): int(most) for code, most in lengths()["phones"].items()}
