"""A message as marks: its words, numbers and signs, each with the part it plays by itself."""

import re
import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from flows.language import Lexicon
from flows.roles import Meaning, Role
from flows.turn import Reason
from flows.words import HALF, STRUCK, Kind, Token, tokens

Meanings = Mapping[str, tuple[Meaning, ...]]


@dataclass(frozen=True, slots=True)
class Mark:
    """Words, a number or a sign of a message.

    words: as tokens write them; start: its place in the message; value: of a NUMBER or an ANCHOR; reason: of a FAULT.
    """

    role: Role
    words: tuple[str, ...]
    start: int
    value: int = 0
    reason: Reason | None = None

    @property
    def in_digits(self) -> bool:
        return self.words[0].isdigit()


def mark(message: str, lexicon: Lexicon, first: Meanings) -> list[Mark]:
    """The marks of a message, in its order. first: meanings that go before those of the lexicon."""
    return _balance(list(_each(tokens(message), message, lexicon, first)))


def _each(found: Sequence[Token], message: str, lexicon: Lexicon, first: Meanings) -> Iterator[Mark]:
    """What each token is by itself, and what words are together."""
    texts = tuple(token.text for token in found)
    place = 0
    while place < len(found):
        meaning = _longest(texts, place, first, lexicon.meanings)
        if meaning is not None:
            yield _meant(meaning, found[place], message)
            place += len(meaning.words)
            continue
        yield from _alone(found[place], lexicon)
        place += 1


def _longest(texts: tuple[str, ...], place: int, *tables: Meanings) -> Meaning | None:
    """The meaning of as many tokens as possible from this place on; of equals the one in the first table."""
    best: Meaning | None = None
    for table in tables:
        for meaning in table.get(texts[place], ()):
            length = len(meaning.words)
            if best is not None and length <= len(best.words):
                break
            if texts[place : place + length] == meaning.words:
                best = meaning
                break
    return best


def _meant(meaning: Meaning, token: Token, message: str) -> Mark:
    if meaning.role is Role.ONE:
        # "één": an article that is stressed in writing is the number
        stressed = not message[token.start : token.end].isascii()
        return Mark(Role.NUMBER if stressed else Role.ONE, meaning.words, token.start, 1)
    return Mark(meaning.role, meaning.words, token.start, meaning.value or 0)


def _alone(token: Token, lexicon: Lexicon) -> Iterator[Mark]:
    """The marks of a token that has no meaning in the lexicon."""
    text, start = token.text, token.start

    def fault(reason: Reason) -> Mark:
        return Mark(Role.FAULT, (text,), start, reason=reason)

    match token.kind:
        case Kind.NUMBER:
            yield _number(text, start)
        case Kind.CHAIN:
            yield from _chain(text, start)
        case Kind.NEGATIVE:
            yield fault(Reason.OUT_OF_RANGE)
        case Kind.DECIMAL:
            yield fault(Reason.FRACTION)
        case Kind.PRIME:
            yield fault(Reason.QUANTITY)
        case Kind.MIXED:
            yield fault(_mixed(text, lexicon))
        case Kind.WORD if text == HALF:
            yield Mark(Role.PART, (text,), start)
        case Kind.WORD:
            reason = _compound(text, lexicon.pieces)
            yield Mark(Role.WORD, (text,), start) if reason is None else fault(reason)
        case Kind.DASH:
            yield Mark(Role.DASH, (text,), start)
        case Kind.SMILE:
            yield Mark(Role.SIGN, (text,), start)
        case _:
            yield Mark(_sign(text), (text,), start)


def _number(text: str, start: int) -> Mark:
    digits = text.lstrip("0")
    # a year, a telephone number, an order: too long for any scale, and too long to be taken for a slip
    if len(digits) > 3:
        return Mark(Role.FAULT, (text,), start, reason=Reason.QUANTITY)
    # 08 is a habit; more zeros are a code
    if len(text) - len(digits) > (1 if digits else 2):
        return Mark(Role.FAULT, (text,), start, reason=Reason.NOT_EXACT)
    return Mark(Role.NUMBER, (text,), start, int(digits or "0"))


def _chain(text: str, start: int) -> Iterator[Mark]:
    """Numbers joined without a space: a ratio, a range, a fraction, or a date, a time, a telephone number."""
    parts = re.split(r"([.,:/-])", text)
    joined = Role.SLASH if parts[1] == "/" else Role.TO
    if len(parts) == 3 and parts[1] in "/-" and max(len(parts[0]), len(parts[2])) < 4:
        yield _number(parts[0], start)
        yield Mark(joined, (parts[1],), start + len(parts[0]))
        yield _number(parts[2], start + len(parts[0]) + 1)
    elif len(parts) == 3 and parts[1] in ".,":
        yield Mark(Role.FAULT, (text,), start, reason=Reason.FRACTION)
    else:
        yield Mark(Role.FAULT, (text,), start, reason=Reason.QUANTITY)


def _mixed(text: str, lexicon: Lexicon) -> Reason:
    if HALF in text:
        return Reason.FRACTION
    for word in re.findall(r"[^\W\d_]+", text):
        if Meaning((word,), Role.UNIT) in lexicon.meanings.get(word, ()):
            return Reason.QUANTITY
    return Reason.NOT_EXACT


def _compound(word: str, pieces: Mapping[str, Role]) -> Reason | None:
    """Why a word put together from number words can be no answer; None if it is no such word."""
    if len(word) > 30:
        return None
    # the roles met on the way to each place that can be reached by whole pieces
    reached: dict[int, frozenset[Role]] = {0: frozenset()}
    for end in range(1, len(word) + 1):
        for begin in [begin for begin in reached if word[begin:end] in pieces]:
            reached[end] = reached.get(end, frozenset()) | reached[begin] | {pieces[word[begin:end]]}
    roles = reached.get(len(word), frozenset())
    if Role.NUMBER not in roles:
        return None
    return Reason.FRACTION if roles & {Role.PART, Role.POINT} else Reason.OUT_OF_RANGE


def _sign(sign: str) -> Role:
    return _SIGNS.get(sign[0]) or _KINDS.get(unicodedata.category(sign[0]), Role.SIGN)


_SIGNS: dict[str, Role] = {
    **dict.fromkeys(".,;!\n", Role.BREAK),
    **dict.fromkeys("%‰°×", Role.AMOUNT),
    **dict.fromkeys("#&@\\^|§-" + STRUCK, Role.ODD),
    **dict.fromkeys("*_", Role.STAR),
    **dict.fromkeys("([{", Role.OPEN),
    **dict.fromkeys(")]}", Role.CLOSE),
    "=": Role.SIGN,
    ":": Role.COLON,
    "/": Role.SLASH,
    "?": Role.QUERY,
}
# money; what calculates and compares; what is no character at all
_KINDS: dict[str, Role] = {"Sc": Role.AMOUNT, "Sm": Role.ODD, "Cn": Role.ODD, "Co": Role.ODD, "Cs": Role.ODD}


def _balance(marks: list[Mark]) -> list[Mark]:
    """A bracket that nothing opened, and a dash with nothing before or after it, are not what they look like."""
    opened = 0
    for place, one in enumerate(marks):
        if one.role is Role.OPEN:
            opened += 1
        elif one.role is Role.CLOSE and opened:
            opened -= 1
        elif one.role is Role.CLOSE or (one.role is Role.DASH and place in (0, len(marks) - 1)):
            marks[place] = replace(one, role=Role.ODD)
    return marks
