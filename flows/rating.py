"""The one number that a message gives for a rating, with the remark beside it, or why no number can be taken."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

from flows.contradiction import contradicts
from flows.language import Language
from flows.marks import Mark, mark
from flows.roles import HARMLESS, SIGNS, VERDICTS, Meaning, Role
from flows.settling import settle
from flows.survey import Rating, Scale
from flows.turn import Reason
from flows.words import words


@dataclass(frozen=True, slots=True)
class Found:
    """value: on the scale. remark: what else was said, as it was written; empty where that was mere courtesy."""

    value: int
    remark: str = ""


def find_rating(question: Rating, message: str, language: Language) -> Found | Reason:
    """What the message says for the rating.

    One number or anchor must stand out. Beside it may stand what never changes it (fillers, courtesies, the scale said
    back), and apart from a number, behind a comma or a "because", a remark; beside an anchor alone a remark may say
    whose effort it was. Anything else might mean another number, so the question is asked again: a number misread is
    worse than one asked for twice.
    """
    anchors = question.anchors[language.code]
    ends = _ends(anchors.low, anchors.high, question.scale)
    marks = settle(mark(message, language.lexicon, ends), question.scale)
    place = _stands_out(marks)
    if isinstance(place, Reason):
        return place
    answer = marks[place]
    if answer.value in question.scale and contradicts(marks, answer.value, question, anchors):
        return Reason.CONTRADICTION
    lead = _lead(marks, place)
    if isinstance(lead, Reason):
        return lead
    tail = _tail(marks, place)
    if isinstance(tail, Reason):
        return tail
    if answer.value not in question.scale:
        return Reason.OUT_OF_RANGE
    if (lead or tail < len(marks)) and answer.role is Role.ANCHOR and not _is_numbered(marks, place):
        return Reason.NO_NUMBER
    return Found(answer.value, _remark(message, marks, lead, tail))


@lru_cache(maxsize=256)
def _ends(low: str, high: str, scale: Scale) -> Mapping[str, tuple[Meaning, ...]]:
    ends = [Meaning(words(low), Role.ANCHOR, scale.low), Meaning(words(high), Role.ANCHOR, scale.high)]
    ends.sort(key=lambda end: -len(end.words))
    return {end.words[0]: tuple(other for other in ends if other.words[0] == end.words[0]) for end in ends}


def _stands_out(marks: Sequence[Mark]) -> int | Reason:
    """The place of the number or anchor that is the answer, if any is."""
    answers = [place for place, one in enumerate(marks) if one.role in _ANSWERS]
    if not answers:
        return _number_one(marks)
    first, others = marks[answers[0]], [marks[place] for place in answers[1:]]
    if any(Role.ANCHOR in (one.role, first.role) and one.value != first.value for one in others):
        return Reason.CONTRADICTION
    # "8 because one colleague was rude": further on, one is hardly ever a number
    numbers = [one for one in others if one.role is Role.NUMBER and (one.in_digits or one.value != 1)]
    # an anchor may have its number beside it
    if len(numbers) > (1 if first.role is Role.ANCHOR else 0):
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
        elif role is Role.OPENER and marks[place].role is Role.ANCHOR:
            continue  # "I strongly agree"
        elif role not in _HARMLESS_BEFORE and not _is_smile(marks[before]):
            if not apart or role in _UNSETTLES:
                return _why(marks[before], marks[place])
            return _lead_fault(marks[: before + 1]) or before + 1
    return 0


def _lead_fault(lead: Sequence[Mark]) -> Reason | None:
    """Why the number cannot be taken after this remark: a number in it may be the answer, an "if" may bend it."""
    bent = Reason.NOT_EXACT if any(one.role is Role.HINGE for one in lead) else None
    return next((one.reason for one in lead if one.reason is not None), bent) or _fault(lead)


def _tail(marks: Sequence[Mark], place: int) -> int | Reason:
    """Where the remark after the answer begins; the number of marks where there is none."""
    apart, begin = False, place + 1
    for after in range(place + 1, len(marks)):
        one = marks[after]
        if one.role in _BREAKS_AFTER:
            apart, begin = True, after + 1
        elif one.role in HARMLESS or _is_smile(one):
            continue
        elif one.role in _ANSWERS and one.value == marks[place].value:
            continue  # "5, a great deal of effort"
        elif one.role in _NEVER_BEGINS:
            return _why(one, marks[place])
        elif apart or all(mark.role in HARMLESS | VERDICTS for mark in marks[after:]):
            while marks[begin].role is Role.ECHO:
                begin += 1
            return _tail_fault(marks, place, begin) or begin
        elif one.role in (Role.CAUSE, Role.OPENER, Role.OTHERS):
            return _tail_fault(marks, place, after) or after
        else:
            return _why(one, marks[place])
    return len(marks)


def _tail_fault(marks: Sequence[Mark], place: int, begin: int) -> Reason | None:
    """Why the number cannot be taken before the remark that begins there: it may count what the remark tells."""
    if any(one.role is Role.TALLY for one in marks[place:begin]):
        return Reason.QUANTITY  # "2 points: the wait and the price"
    if marks[place].words == ("1",) and marks[place + 1].words == (".",):
        return Reason.NOT_EXACT  # "1. the wait": the first of a list
    if any(one.role is Role.HINGE for one in [one for one in marks[begin:] if one.role not in SIGNS][:3]):
        return Reason.NOT_EXACT  # "8, but only if it works"
    return _fault(marks[begin:])


def _is_numbered(marks: Sequence[Mark], place: int) -> bool:
    """Whether the anchor there has its number beside it: "a great deal of effort, 5"."""
    beside = (one.role for one in marks[place + 1 :] if one.role not in HARMLESS)
    return next(beside, None) is Role.NUMBER


def _is_smile(one: Mark) -> bool:
    """Praise or blame in the shape of an emoji, which can stand anywhere."""
    return one.role in (Role.GOOD, Role.BAD) and not one.words[0].isalnum()


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


def _remark(message: str, marks: Sequence[Mark], lead: int, tail: int) -> str:
    """The remark as it was written: before the answer, after it, or the whole message where it stands on both sides."""
    if lead and tail < len(marks):
        return message.strip()
    if lead:
        remark = message[: marks[lead].start].strip()
    else:
        while tail < len(marks) and marks[tail].role in SIGNS | {Role.CAUSE}:
            tail += 1
        remark = message[marks[tail].start :].strip() if tail < len(marks) else ""
        if "(" not in remark:
            remark = remark.removesuffix(")")
    return remark if any(sign.isalpha() for sign in remark) else ""


_ANSWERS = frozenset({Role.NUMBER, Role.ANCHOR})
_ALONE = SIGNS | {Role.ONE, Role.COURTESY, Role.ECHO}
_BREAKS_BEFORE = frozenset({Role.BREAK, Role.DASH, Role.QUERY, Role.CONCLUSION})
_BREAKS_AFTER = frozenset({Role.BREAK, Role.COLON, Role.DASH, Role.OPEN})
_HARMLESS_BEFORE = HARMLESS | {Role.ARTICLE, Role.ONE, Role.QUERY}
_CHANGES = frozenset({Role.STAR, Role.ODD, Role.SLASH, Role.POINT})
_UNSETTLES = frozenset(
    {Role.NO, Role.NEGATION, Role.INEXACT, Role.HINGE, Role.TO, Role.FROM, Role.OUT_OF, Role.AND, Role.PART}
)
_NEVER_BEGINS = _ANSWERS | _CHANGES | {Role.FAULT, Role.PART, Role.UNIT, Role.AMOUNT, Role.HINGE, Role.QUERY}
_EMPTY = _HARMLESS_BEFORE | _ANSWERS | _CHANGES | _UNSETTLES | {Role.DOUBT, Role.CAUSE, Role.OPENER}
