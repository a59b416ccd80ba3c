"""What an input means as an answer to a question: a number, words, a command, or nothing that can be taken safely."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from itertools import groupby

from flows.consent import find_consent, is_plain_no
from flows.keywords import STOP
from flows.language import Language, Lexicon
from flows.marks import Mark, mark
from flows.rating import find_rating
from flows.roles import HARMLESS, Role
from flows.settling import settle
from flows.survey import Consent, Open, Question, Rating, Scale
from flows.turn import Keyed, Reason, Spoken, Typed

LEAST_CONFIDENCE = 0.5
"""Recognition less sure than this of what it heard is asked again for a rating: more likely wrong than right."""

NO_MORE_KEYS = "*0"
"""Keyed by whoever wants no more questions: no rating begins with a star, so none keyed too slowly becomes this."""

YES_OR_NO_KEYS = {"1": True, "2": False}

LONGEST_COMMAND = 400
"""Characters beyond which a message is a story, whatever it begins with; room for "stop" and many exclamation marks."""


class Wish(StrEnum):
    """What a respondent can ask of the conversation itself."""

    STOP = "stop"
    START = "start"
    HELP = "help"
    REPEAT = "repeat"
    SKIP = "skip"
    BACK = "back"
    CORRECT = "correct"


@dataclass(frozen=True, slots=True)
class Understood:
    """An answer: a number, words for an open question, yes or no for a consent. remark: words beside a number."""

    value: bool | int | str
    remark: str = ""


@dataclass(frozen=True, slots=True)
class Command:
    """A wish. value: the number meant instead, with CORRECT only; it may belong to the question before."""

    wish: Wish
    value: int | None = None


@dataclass(frozen=True, slots=True)
class Unclear:
    """Nothing that can be taken without guessing."""

    reason: Reason


def read(question: Question, given: Keyed | Typed | Spoken, language: Language) -> Understood | Command | Unclear:
    """What the input means as an answer to the question.

    A number for a rating is on its scale. A wish is only ever a whole message, apart from courtesies; words beside it
    make it a remark, or a verbatim. Only stop is also heard beside nothing but a number, and as a last sentence in
    capitals: "8. Stop", "Bad service. STOP". Takes any text of any length, in time that grows with its length alone.
    """
    match given:
        case Keyed(keys=keys):
            return _read_keys(question, keys)
        case Typed(text=text):
            return _read_text(question, text, language)
        case Spoken(text=text, confidence=confidence):
            sure = confidence is None or confidence >= LEAST_CONFIDENCE
            return _read_text(question, text, language, sure, said=True)


def _read_keys(question: Question, keys: str) -> Understood | Command | Unclear:
    if not keys:
        return Unclear(Reason.EMPTY)
    if keys == NO_MORE_KEYS:
        return Command(Wish.STOP)
    if keys in ("*", "**"):
        return Command(Wish.REPEAT)
    if not isinstance(question, Rating) and keys == "#":
        return Command(Wish.SKIP)
    if isinstance(question, Consent) and keys in YES_OR_NO_KEYS:
        return Understood(YES_OR_NO_KEYS[keys])
    if not isinstance(question, Rating):
        return Unclear(Reason.WRONG_KEY)
    if not re.fullmatch(r"[0-9]+", keys):
        return Unclear(Reason.WRONG_KEY)
    # 08 and 00 are 8 and 0 from a careful hand; of more keys nobody knows which were meant
    if len(keys) > 3 or int(keys) not in question.scale or (keys.startswith("00") and keys != "00"):
        return Unclear(Reason.OUT_OF_RANGE)
    return Understood(int(keys))


def _read_text(
    question: Question, text: str, language: Language, sure: bool = True, said: bool = False
) -> Understood | Command | Unclear:
    if not any(sign.isprintable() and not sign.isspace() for sign in text):
        return Unclear(Reason.EMPTY)
    if isinstance(question, Consent) and is_plain_no(text, language.lexicon):
        return Understood(False)  # "rather not" is an answer here, and elsewhere a wish to be left alone
    command = _command(question, text, language.lexicon)
    if command == Command(Wish.STOP) or _stops(question, text, language.lexicon):
        # also from a line so poor that nothing else is taken from it: who may want to be left alone is
        return Command(Wish.STOP)
    if not sure and not isinstance(question, Open):
        return Unclear(Reason.UNSURE)
    if command is not None and sure:
        return command
    if isinstance(question, Consent):
        consent = find_consent(text, language.lexicon, YES_OR_NO_KEYS if said else {})
        return Unclear(consent) if isinstance(consent, Reason) else Understood(consent)
    if isinstance(question, Open):
        return Understood(text.strip())
    found = find_rating(question, text, language)
    return Unclear(found) if isinstance(found, Reason) else Understood(found.value, found.remark)


def _command(question: Question, text: str, lexicon: Lexicon) -> Command | Unclear | None:
    """The wish that the whole message expresses, if it does; Unclear for one that takes back which number?"""
    if len(text.strip()) > LONGEST_COMMAND:
        return None
    marks = mark(text, lexicon, lexicon.corrections)
    return _wish(marks, lexicon) or _correction(marks, question.scale if isinstance(question, Rating) else None)


def _wish(marks: Sequence[Mark], lexicon: Lexicon) -> Command | None:
    """With courtesies or without, once or several times: "stop", "please stop", "stop stop"."""
    said = [one for one in marks if one.words[0].isalnum()]
    for some in (said, [one for one in said if one.role is not Role.COURTESY]):
        words = tuple(word for word, _ in groupby(word for one in some for word in one.words))
        if words in lexicon.wishes:
            return Command(Wish(lexicon.wishes[words]))
    return None


def _stops(question: Question, text: str, lexicon: Lexicon) -> bool:
    """Whether stop is asked for beside an answer: "8. Stop", "Bad service. STOP"."""
    last = _CLAUSE.split(text.rstrip(_ENDS))[-1]
    if last.isupper() and len(last) <= LONGEST_COMMAND and _is_stop(mark(last, lexicon, {}), lexicon):
        return True
    if isinstance(question, Open) or len(text) > LONGEST_COMMAND:
        return False
    if not text.isupper() and text.rstrip(_ENDS).endswith(f" {STOP}"):
        return True
    marks = mark(text, lexicon, {})
    return any(
        _is_stop(some, lexicon) and _NUMBERED.issuperset(one.role for one in others)
        for place in range(1, len(marks))
        for some, others in ((marks[place:], marks[:place]), (marks[:place], marks[place:]))
    )


def _is_stop(marks: Sequence[Mark], lexicon: Lexicon) -> bool:
    return _wish(marks, lexicon) == Command(Wish.STOP)


def _correction(marks: list[Mark], scale: Scale | None) -> Command | Unclear | None:
    """What takes an earlier answer back, such as "I meant 8", where every word of the message serves to say so."""
    if not any(one.role in (Role.TAKES_NEXT, Role.TAKES_LAST) for one in marks):
        return None
    marks = settle(marks, scale)
    roles = [one.role for one in marks]
    numbers = [place for place, role in enumerate(roles) if role is Role.NUMBER]
    faults = [one.reason for one in marks if one.reason is not None]
    if Reason.QUANTITY in faults or not (numbers or faults) or not _SAYS_SO.issuperset(roles):
        return None
    place = numbers[0] if numbers else len(roles)
    if Role.TAKES_NEXT not in roles[:place] and Role.TAKES_LAST not in roles[place:]:
        return None
    if len(numbers) > 1:
        return Unclear(Reason.SEVERAL_NUMBERS)
    if faults:
        return Unclear(faults[0])
    if not _SAYS_EXACTLY.issuperset(roles) or Role.NO in roles[1:]:
        return Unclear(Reason.NOT_EXACT)
    return Command(Wish.CORRECT, marks[place].value)


_ENDS = " .!\n"
_CLAUSE = re.compile(r"[.,;:!?\n]|\s-+\s")
_NUMBERED = HARMLESS | {Role.NUMBER, Role.ARTICLE, Role.ONE, Role.NO, Role.QUERY}
_SAYS_EXACTLY = (HARMLESS - {Role.TALLY}) | {
    *(Role.TAKES_NEXT, Role.TAKES_LAST, Role.NUMBER, Role.NO, Role.ARTICLE, Role.ONE),
}
_SAYS_SO = _SAYS_EXACTLY | {
    *(Role.FAULT, Role.NEGATION, Role.INEXACT, Role.DOUBT, Role.HINGE, Role.TO, Role.OUT_OF, Role.AND, Role.PART),
    *(Role.POINT, Role.SLASH, Role.QUERY, Role.ODD, Role.STAR),
}
