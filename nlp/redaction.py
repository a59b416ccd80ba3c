"""Marks in a text what tells who somebody is: numbers, addresses, accounts, references and licence plates."""

import re
from collections.abc import Callable, Collection, Iterable, Iterator
from functools import cache

from nlp import numbers, plates, references, spoken, words
from nlp.tags import Redaction

_PASSES = 3
"""What stands next to something marked may only then show itself, so that a masked text would hold more."""


def redact(text: str, own: str | None = None) -> tuple[Redaction, ...]:
    """What tells who somebody is, in the order of the text; no two overlap. own: the respondent's number.

    Typed, or spoken digit by digit in any of our languages. Takes time in proportion to the length of the text, of
    which all is read.
    """
    if "@" not in text and not spoken.may_hold(text) and not _says_at(text):
        return ()
    found: list[Redaction] = []
    hidden = text
    of_figures = (_accounts, plates.find, lambda it: numbers.find(it, own), _codes)
    for _ in range(_PASSES):
        known = len(found)
        for look in (_addresses, _spoken_addresses, *(of_figures if spoken.holds(hidden) else ())):
            if more := list(look(hidden)):
                found += more
                hidden = _hide(hidden, more)
        more = list(_again(hidden, {text[one.start : one.end] for one in found if one.kind in ("order", "plate")}))
        found += more
        hidden = _hide(hidden, more)
        if len(found) == known:
            break
    return tuple(sorted(found, key=lambda one: one.start))


def mask(text: str, redactions: Iterable[Redaction]) -> str:
    """The text with the kind of each redaction in its place, such as `[phone]`."""
    return _replaced(text, redactions, lambda one: f"[{one.kind}]")


def is_iban(account: str) -> bool:
    """Whether an account, without spaces, has length and check digits of an IBAN (ISO 13616: modulo 97 it is 1)."""
    if not account.isascii() or not account.isalnum() or len(account) != _lengths().get(account[:2].upper()):
        return False
    return int("".join(str(int(sign, 36)) for sign in account[4:] + account[:4])) % 97 == 1


_EMAIL = re.compile(r"(?<![\w.+%-])[\w.+%-]++\s?@\s?[\w-]++(?:(?:\.|\s(?:dot|punt|punkt|point|punto)\s)[\w-]++)++")
_ACCOUNT = re.compile(r"(?<![^\W_])[A-Z]{2}\d{2}(?=[ .-]?[A-Z0-9])", re.IGNORECASE | re.ASCII)
_LONGEST_ACCOUNT = 80
_CODE = re.compile(r"(?<![A-Za-z0-9])[A-Za-z0-9]++(?:[-_][A-Za-z0-9]++)*+", re.ASCII)
_FEWEST_IN_CODE = 6
_LONGEST_CODE = 60
_UNSURE_AT = {"at", "chez"}


def _addresses(text: str) -> Iterator[Redaction]:
    """Mail addresses, also where one is dictated with a spoken dot."""
    if "@" in text:
        for match in _EMAIL.finditer(text):
            if match[0][-1].isalpha():
                yield Redaction(match.start(), match.end(), "email")


def _spoken_addresses(text: str) -> Iterator[Redaction]:
    """Mail addresses in words: jan punt de vries apenstaartje, and so on."""
    if _says_at(text):
        for match in _spoken_address().finditer(text):
            yield Redaction(match.start(), match.end(), "email")


def _accounts(text: str) -> Iterator[Redaction]:
    """IBANs, with or without anything between their groups."""
    after = 0
    for match in _ACCOUNT.finditer(text):
        length = _lengths().get(match[0][:2].upper())
        if length is None or match.start() < after:
            continue
        signs = [
            (place, sign)
            for place, sign in enumerate(text[match.start() : match.start() + _LONGEST_ACCOUNT], match.start())
            if sign not in " .-\u00a0"
        ][:length]
        after = signs[-1][0] + 1
        if is_iban("".join(sign for _, sign in signs)) and not text[after : after + 1].isalnum():
            yield Redaction(match.start(), after, "iban")


def _codes(text: str) -> Iterator[Redaction]:
    """Codes of letters and digits: those with many digits, and those behind a word for a reference."""
    for match in _CODE.finditer(text):
        if match[0].isalpha():
            continue
        code = match[0][:_LONGEST_CODE]
        digits = sum(map(str.isdigit, code)) - 4 * sum(map(numbers.is_year, re.findall(r"\d+", code)))
        if digits < 3 or code.isdigit() or _is_amount(code):
            continue
        fewest = _FEWEST_IN_CODE if digits >= _FEWEST_IN_CODE else references.fewest_digits(text, match.start())
        if 0 < fewest <= digits and any(map(str.isalpha, code)):
            yield Redaction(match.start(), match.end(), "order")


def _is_amount(code: str) -> bool:
    digits = len(code) - len(code.lstrip("0123456789"))
    return digits > 0 and references.is_unit(code, digits)


def _again(text: str, known: Collection[str]) -> Iterator[Redaction]:
    """What was marked in one place, wherever else it stands as a word."""
    if known:
        for match in _CODE.finditer(text):
            if match[0] in known:
                yield Redaction(match.start(), match.end(), "order")


def _hide(text: str, redactions: Iterable[Redaction]) -> str:
    """The text with each redaction out of sight, and everything else where it was."""
    return _replaced(text, redactions, lambda one: f"[{'x' * (one.end - one.start - 2)}]")


def _replaced(text: str, redactions: Iterable[Redaction], by: Callable[[Redaction], str]) -> str:
    parts: list[str] = []
    after = 0
    for one in sorted(redactions, key=lambda one: one.start):
        parts += [text[after : one.start], by(one)]
        after = one.end
    return "".join([*parts, text[after:]])


def _says_at(text: str) -> bool:
    """Whether some word may stand for the sign in a mail address."""
    return not _ats().isdisjoint(text.lower().split())


@cache
def _ats() -> frozenset[str]:
    return frozenset(word for language in words.LANGUAGES for word in words.of(language).spelt["at"])


@cache
def _spoken_address() -> re.Pattern[str]:
    dot = "|".join(sorted({word for language in words.LANGUAGES for word in words.of(language).spelt["dot"]}))
    sure, unsure = "|".join(sorted(_ats() - _UNSURE_AT)), "|".join(sorted(_UNSURE_AT))
    part, dotted = r"[\w+-]{1,40}+", rf"(?:\s(?:{dot})\s|\.)"
    name = rf"{part}(?:{dotted}{part}){{0,4}}+"
    place = rf"{part}(?:{dotted}{part}){{1,4}}+"
    spelt = rf"{part}(?:{dotted}{part}){{0,2}}\s(?:{dot})\s[^\W\d_]{{2,10}}+"
    return re.compile(rf"(?<!\w){name}\s(?:(?:{sure})\s{place}|(?:{unsure})\s{spelt})", re.IGNORECASE)


@cache
def _lengths() -> dict[str, int]:
    return {str(country): int(length) for country, length in numbers.lengths()["ibans"].items()}
