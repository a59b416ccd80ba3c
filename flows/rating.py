"""The one number that a message gives for a rating, with the remark beside it, or why no number can be taken."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

from flows.language import Language
from flows.marks import Mark, mark
from flows.roles import Meaning, Role
from flows.settling import settle
from flows.survey import Direction, Rating, Scale
from flows.turn import Reason
from flows.words import words


@dataclass(frozen=True, slots=True)
class Rated:
    """value: on the scale. remark: what else was said, as it was written; empty where that was mere courtesy."""

    value: int
    remark: str = ""


def find_rating(question: Rating, message: str, language: Language) -> Rated | Reason:
    """What the message says for the rating.

    One number or anchor must stand out. Beside it may stand what never changes it (fillers, courtesies, the scale said
    back), and apart from it, behind a comma or a "because", a remark. Anything else might mean another number, so the
    question is asked again: a number misread is worse than one asked for twice.
    """
    anchors = question.anchors[language.code]
    ends = _ends(anchors.low, anchors.high, question.scale)
    marks = settle(mark(message, language.lexicon, ends), question.scale)
    place = _stands_out(marks)
    if isinstance(place, Reason):
        return place
    answer = marks[place]
    if _words_lean_against(answer.value, marks, question, _noun(anchors.low, anchors.high)):
        return Reason.CONTRADICTION
    lead = _lead(marks, place)
    if isinstance(lead, Reason):
        return lead
    tail = _tail(marks, place)
    if isinstance(tail, Reason):
        return tail
    if answer.value not in question.scale:
        return Reason.OUT_OF_RANGE
    if _verdict_is_against(answer.value, [*marks[:lead], *marks[tail:]], question):
        return Reason.CONTRADICTION
    return Rated(answer.value, _remark(message, marks, lead, tail))


@lru_cache(maxsize=256)
def _ends(low: str, high: str, scale: Scale) -> Mapping[str, tuple[Meaning, ...]]:
    ends = [Meaning(words(low), Role.ANCHOR, scale.low), Meaning(words(high), Role.ANCHOR, scale.high)]
    ends.sort(key=lambda end: -len(end.words))
    return {end.words[0]: tuple(other for other in ends if other.words[0] == end.words[0]) for end in ends}


@lru_cache(maxsize=256)
def _noun(low: str, high: str) -> str | None:
    """What both anchors are about, such as "effort": the longest word they share and do not begin with."""
    shared = set(words(low)[1:]) & set(words(high)[1:])
    return max(shared, key=lambda word: (len(word), word), default=None)


def _stands_out(marks: Sequence[Mark]) -> int | Reason:
    """The place of the number or anchor that is the answer, if any is."""
    answers = [place for place, one in enumerate(marks) if one.role in (Role.NUMBER, Role.ANCHOR)]
    if not answers:
        return _number_one(marks)
    first, others = marks[answers[0]], [marks[place] for place in answers[1:]]
    if any(Role.ANCHOR in (one.role, first.role) and one.value != first.value for one in others):
        return Reason.CONTRADICTION
    # "8 because one colleague was rude": further on, one is hardly ever a number
    numbers = [one for one in others if one.role is Role.NUMBER and (one.in_digits or one.value != 1)]
    if len(numbers) > (first.role is Role.ANCHOR):
        return Reason.SEVERAL_NUMBERS
    return answers[0]


def _number_one(marks: Sequence[Mark]) -> int | Reason:
    """The word for one that is also an article, where it is all that is said; else why there is no number."""
    ones = [place for place, one in enumerate(marks) if one.role is Role.ONE]
    if len(ones) == 1 and _ALONE.issuperset(one.role for one in marks):
        return ones[0]
    roles = {one.role for one in marks}
    if Role.PART in roles and roles <= _ALONE | {Role.PART, Role.FILLER}:
        return Reason.FRACTION
    return next((one.reason for one in marks if one.reason is not None), Reason.NO_NUMBER)


def _lead(marks: Sequence[Mark], place: int) -> int | Reason:
    """How many marks before the answer are a remark of their own."""
    apart = False
    for before in range(place - 1, -1, -1):
        role = marks[before].role
        if role in _BREAKS_BEFORE:
            apart = True
        elif role in (Role.ONE, Role.ARTICLE) and marks[before + 1].role in _BREAKS_BEFORE:
            return Reason.NOT_EXACT
        elif role not in _HARMLESS_BEFORE and not (role is Role.OPENER and marks[place].role is Role.ANCHOR):
            if not apart or role in _UNSETTLING - {Role.DOUBT}:
                return _why(marks[before], marks[place])
            faults = [one.reason for one in marks[:before] if one.reason is not None]
            return faults[0] if faults else _fault(marks[: before + 1]) or before + 1
    return 0


def _tail(marks: Sequence[Mark], place: int) -> int | Reason:
    """Where the remark after the answer begins; the number of marks where there is none."""
    apart, begin = False, place + 1
    for after in range(place + 1, len(marks)):
        one = marks[after]
        if one.role in _BREAKS_AFTER:
            apart, begin = True, after + 1
        elif one.role in _HARMLESS_AFTER or (one.role in _ANSWERS and one.value == marks[place].value):
            continue
        elif one.role in _NEVER_BEGINS:
            return _why(one, marks[place])
        elif apart:
            return _fault(marks[begin:]) or begin
        elif one.role in (Role.CAUSE, Role.OPENER) or _VERDICT.issuperset(mark.role for mark in marks[after:]):
            return _fault(marks[after:]) or after
        else:
            return _why(one, marks[place])
    return len(marks)


def _fault(remark: Sequence[Mark]) -> Reason | None:
    """Why the number cannot be taken beside this remark."""
    for one in remark:
        if one.reason not in (None, Reason.QUANTITY):
            return one.reason
    # "8, maybe more": words that say nothing of their own are said about the number
    if all(one.role in _EMPTY for one in remark):
        return Reason.NOT_EXACT
    return None


def _why(one: Mark, answer: Mark) -> Reason:
    """Why the answer cannot be taken with this so near."""
    if one.reason is not None:
        return one.reason
    if one.role is Role.NUMBER:
        return Reason.SEVERAL_NUMBERS
    if one.role is Role.PART:
        return Reason.FRACTION
    if one.role in _EMPTY:
        return Reason.NOT_EXACT
    return Reason.NO_NUMBER if answer.role is Role.ANCHOR else Reason.QUANTITY


def _words_lean_against(value: int, marks: Sequence[Mark], question: Rating, noun: str | None) -> bool:
    """Whether words say the other end of the scale than the number does: "1, a lot of effort".

    Also "5, very easy" on a scale whose low end is the good one, for there the numbers run against the habit.
    """
    half = _half(value, question.scale)
    for place, one in enumerate(marks):
        before = [mark.role for mark in marks[max(0, place - 3) : place]]
        negated = Role.NEGATION in before or Role.NO in before
        lean = 0
        if noun is not None and one.words == (noun,) and before:
            lean = _MUCH_OR_LITTLE.get(before[-1], 0)
            lean = -1 if lean > 0 and negated else lean
        elif one.role in _EASY_OR_HARD and question.scale.direction is Direction.LOW_IS_GOOD and not negated:
            lean = _EASY_OR_HARD[one.role]
        if lean * half < 0:
            return True
    return False


def _verdict_is_against(value: int, remark: Sequence[Mark], question: Rating) -> bool:
    """Whether a remark that is nothing but praise or blame stands beside a number of the other half: "0, super"."""
    roles = {one.role for one in remark}
    if not _VERDICT.issuperset(roles) or (Role.GOOD in roles) == (Role.BAD in roles):
        return False
    good_half = 1 if question.scale.direction is Direction.HIGH_IS_GOOD else -1
    return _half(value, question.scale) * (good_half if Role.GOOD in roles else -good_half) < 0


def _half(value: int, scale: Scale) -> int:
    """Negative in the lower half of the scale, 0 in its middle, positive in the upper half."""
    return 2 * value - scale.low - scale.high


def _remark(message: str, marks: Sequence[Mark], lead: int, tail: int) -> str:
    """The remark as it was written: before the answer, after it, or the whole message where it stands on both sides."""
    if lead and tail < len(marks):
        return message.strip()
    if lead:
        remark = message[: marks[lead].start].strip()
    else:
        while tail < len(marks) and marks[tail].role in _NOT_ITS_BEGINNING:
            tail += 1
        remark = message[marks[tail].start :].strip() if tail < len(marks) else ""
        if "(" not in remark:
            remark = remark.removesuffix(")")
    return remark if any(sign.isalpha() for sign in remark) else ""


_ANSWERS = frozenset({Role.NUMBER, Role.ANCHOR})
_SIGNS = frozenset({Role.BREAK, Role.COLON, Role.DASH, Role.SIGN, Role.OPEN, Role.CLOSE})
_ALONE = _SIGNS | {Role.ONE, Role.COURTESY, Role.ECHO}
_BREAKS_BEFORE = frozenset({Role.BREAK, Role.DASH, Role.QUERY, Role.CONCLUSION})
_BREAKS_AFTER = frozenset({Role.BREAK, Role.COLON, Role.DASH, Role.OPEN})
_HARMLESS_AFTER = _SIGNS | {Role.FILLER, Role.COURTESY, Role.ECHO, Role.CONCLUSION}
_HARMLESS_BEFORE = _HARMLESS_AFTER | {Role.ARTICLE, Role.ONE, Role.QUERY}
_UNSETTLING = frozenset(
    {Role.NO, Role.NEGATION, Role.INEXACT, Role.DOUBT, Role.HINGE, Role.TO, Role.FROM, Role.OUT_OF, Role.AND, Role.PART}
)
_EMPTY = (
    _HARMLESS_BEFORE
    | _UNSETTLING
    | {Role.CAUSE, Role.OPENER, Role.POINT, Role.SLASH, Role.STAR, Role.ODD, Role.NUMBER, Role.ANCHOR}
)
_NEVER_BEGINS = frozenset(
    {Role.NUMBER, Role.ANCHOR, Role.FAULT, Role.PART, Role.UNIT, Role.AMOUNT, Role.HINGE, Role.QUERY}
    | {Role.ODD, Role.STAR, Role.SLASH, Role.POINT}
)
_NOT_ITS_BEGINNING = _SIGNS | {Role.CAUSE}
_VERDICT = _HARMLESS_AFTER | {Role.GOOD, Role.BAD, Role.EASY, Role.HARD}
_MUCH_OR_LITTLE = {Role.MUCH: 1, Role.LITTLE: -1, Role.NO: -1, Role.NEGATION: -1}
_EASY_OR_HARD = {Role.EASY: -1, Role.HARD: 1}
