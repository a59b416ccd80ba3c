"""The parts that words and signs can play in an answer."""

from dataclasses import dataclass
from enum import StrEnum


class Role(StrEnum):
    """Each is one character, so that a message can be looked at as a string of roles and searched with patterns."""

    # what answers are made of, and what turns out not to be one
    NUMBER = "N"
    ANCHOR = "A"
    ECHO = "E"  # the scale, said back to us: "out of 10", "on a scale of 0 to 10"
    FAULT = "X"  # a number that can be no answer, with the reason

    # words, as the `reading` section of a language lists them
    ONE = "1"  # the number one where it stands alone, an article everywhere else
    ARTICLE = "a"
    FILLER = "f"  # says that a number follows or was given, and nothing else
    COURTESY = "c"  # goes with anything, also with a command
    CAUSE = "b"  # begins a reason and is no part of it
    OPENER = "o"  # begins a remark and is part of it: but, I, it took
    OTHERS = "q"  # likewise, and somebody else is what it is about: they, he, for you
    CONCLUSION = "z"  # stands between a reason and the number that follows from it
    AND = "&"
    HINGE = "h"  # makes the number depend on what follows, or somebody else's: or, if, unless, says
    TO = "t"
    FROM = "F"
    OUT_OF = "O"
    SCALE = "s"
    POINT = "p"
    PART = "H"  # half, quarter
    UNIT = "u"  # what is counted
    TALLY = "y"  # points: what an answer may be counted in, and so may complaints
    LABEL = "l"  # what has a number for a name: room, order
    NO = "n"
    NEGATION = "x"
    INEXACT = "i"  # at least, almost, about, maybe
    DOUBT = "d"  # takes a number back where nothing else is said
    GOOD = "g"
    BAD = "B"
    EASY = "e"
    HARD = "r"
    MUCH = "m"
    LITTLE = "L"
    WORD = "w"  # any other word
    TAKES_NEXT = "T"  # corrects an earlier answer to the number that follows: "I meant"
    TAKES_LAST = "S"  # likewise to the number before it: "I meant" where it stands last

    # signs
    ORDINAL = "K"  # makes the number before it an ordinal where a word follows, and is a BREAK anywhere else
    BREAK = ","
    COLON = ":"
    DASH = "-"  # between spaces
    SLASH = "/"
    STAR = "*"
    OPEN = "("
    CLOSE = ")"
    QUERY = "?"
    AMOUNT = "%"  # percent, degrees, money
    ODD = "#"  # changes what a number means
    SIGN = "."  # changes nothing: quotes, emoji


SIGNS = frozenset({Role.BREAK, Role.COLON, Role.DASH, Role.SIGN, Role.OPEN, Role.CLOSE})
"""Signs that change no number."""

HARMLESS = SIGNS | {Role.FILLER, Role.COURTESY, Role.ECHO, Role.CONCLUSION, Role.TALLY}
"""What can stand on either side of a number and change nothing."""

VERDICTS = frozenset({Role.GOOD, Role.BAD, Role.EASY, Role.HARD})
"""Words that judge, and count nothing."""


@dataclass(frozen=True, slots=True)
class Meaning:
    """What words in this order mean. value: of number words only."""

    words: tuple[str, ...]
    role: Role
    value: int | None = None
