"""A message as tokens: words, numbers and signs, alike however they were typed, each with its place in the message."""

import re
import unicodedata
from dataclasses import dataclass
from enum import Enum, auto
from functools import lru_cache


class Kind(Enum):
    """What a token looks like."""

    NUMBER = auto()
    CHAIN = auto()  # numbers joined without a space: 8/10, 7-8, 8.5, 10:30, 01-02-2003
    NEGATIVE = auto()
    DECIMAL = auto()  # .5
    PRIME = auto()  # 8' and 8": feet, minutes, inches
    MIXED = auto()  # digits and letters: 8th, 10min, A8
    WORD = auto()
    JOIN = auto()  # the hyphen inside a word
    DASH = auto()  # with space around it
    SMILE = auto()
    SIGN = auto()


@dataclass(frozen=True, slots=True)
class Token:
    """text: in plain letters and digits. start, end: its place in the message."""

    kind: Kind
    text: str
    start: int
    end: int


def tokens(message: str) -> list[Token]:
    """The message as tokens. Takes time in proportion to its length, and never fails."""
    plain, places = _plain(message)
    found = []
    for match in _TOKEN.finditer(plain):
        kind, text = Kind[match.lastgroup or "SIGN"], match[0]
        if kind is Kind.JOIN:
            continue
        if kind is Kind.WORD:
            text = text.replace("'", "").replace(".", "")
            if not text.isalpha() and text != HALF:
                kind = Kind.MIXED
        found.append(Token(kind, text, places[match.start()], places[match.end() - 1] + 1))
    return found


def words(phrase: str) -> tuple[str, ...]:
    """The words of a phrase, written as the words of a message are; of a phrase of signs, the signs."""
    found = tokens(phrase)
    return tuple(t.text for t in found if t.kind is Kind.WORD) or tuple(t.text for t in found)


HALF = "½"
"""Stands for every sign of a fraction."""

STRUCK = "\u0336"
"""Stands for every sign that crosses out or rings the one before it."""

_LETTER = r"[^\W\d_]"
_TOKEN = re.compile(
    rf"""
      (?P<PRIME> (?<!['"\w]) \d+ ['"]+ (?!\w) )
    | (?P<CHAIN> \d+ (?: [.,:/-] \d+ )+ (?!\w) )
    | (?P<NEGATIVE> (?<! [^\s(:,;=] ) -\d+ (?!\w) )
    | (?P<DECIMAL> (?<!\S) [.,] \d+ (?!\w) )
    | (?P<NUMBER> \d+ (?!\w) )
    | (?P<SMILE> [:;=] -? [()dpo] (?!\w) )
    | (?P<WORD> {_LETTER} (?: \. {_LETTER} (?!{_LETTER}) )+ \.?    # s.v.p.
        | (?<!\S) '{_LETTER} (?!\w)                                 # 't
        | [^\W_]+ (?: ' [^\W_]+ )* )
    | (?P<JOIN> (?<={_LETTER}) - (?={_LETTER}) )
    | (?P<DASH> (?<=\s) -+ (?=\s) )
    | (?P<SIGN> -+ | \S | \n )
    """,
    re.VERBOSE,
)


def _plain(message: str) -> tuple[str, list[int] | range]:
    """The message in plain small letters and digits, and where each of them stands in the message."""
    if message.isascii():
        return message.lower().translate(_CONTROLS), range(len(message))
    signs: list[str] = []
    places: list[int] = []
    for place, sign in enumerate(message):
        shape = _shape(sign)
        signs.append(shape)
        places.extend([place] * len(shape))
    return "".join(signs), places


_CONTROLS = dict.fromkeys((*range(32), 127), " ") | dict.fromkeys((10, 11, 12, 13), "\n")
_ALIKE = {"🔟": " 10 ", "💯": " 100 ", "−": "-", "⁄": "/", "∕": "/", "÷": "/"}
_ALIKE |= dict.fromkeys("’‘‚‛‹›ʼ´`′", "'") | dict.fromkeys("“”„‟«»″", '"')
_OVERRIDES = "\u202d\u202e\u2066\u2067\u2068"
_KEYCAP = "\u20e3"


@lru_cache(maxsize=4096)
def _shape(sign: str) -> str:
    """A sign as plain ones: without case, width, ornament or accent; nothing where it only shapes its neighbours."""
    if sign in _ALIKE:
        return _ALIKE[sign]
    category = unicodedata.category(sign)
    match category:
        case "Nd":
            return str(unicodedata.decimal(sign))
        case "No":
            # ½ is a fraction; ² and ⑧ stay as they are, for nobody knows what they were meant for
            return HALF if unicodedata.numeric(sign, 0.5) % 1 else sign
        case "Cc":
            return _CONTROLS.get(ord(sign), "\n" if sign == "\x85" else " ")
        case "Zl" | "Zp":
            return "\n"
        case "Cf":
            # what turns the direction of writing shows other digits than were sent
            return STRUCK if sign in _OVERRIDES else ""
        case "Pd":
            return "-"
        case "Me" if sign != _KEYCAP:
            return STRUCK
        case "Mn" | "Mc" | "Me":
            return _bare(sign)
    parts = unicodedata.normalize("NFKD", unicodedata.normalize("NFKD", sign).casefold())
    return "".join(_bare(part) for part in parts)


def _bare(sign: str) -> str:
    """The sign; nothing for an accent; for what crosses out, the sign that stands for that."""
    if unicodedata.combining(sign) == 1:
        return STRUCK
    return "" if unicodedata.category(sign).startswith("M") else sign
