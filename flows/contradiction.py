"""Whether the words of a message say another end of the scale than its number does."""

from collections.abc import Sequence
from functools import lru_cache

from flows.marks import Mark
from flows.roles import HARMLESS, VERDICTS, Role
from flows.survey import Anchors, Direction, Rating, Scale
from flows.words import words


def contradicts(marks: Sequence[Mark], value: int, question: Rating, anchors: Anchors) -> bool:
    """Whether these marks speak for the half of the scale in which the value is not."""
    half = _half(value, question.scale)
    return any(
        lean * half < 0
        for lean in (*_leans(marks, question, _noun(anchors.low, anchors.high)), _verdict(marks, value, question))
    )


def _leans(marks: Sequence[Mark], question: Rating, noun: str | None) -> list[int]:
    """Towards the low end (-1) or the high end (1): what is said of the noun, such as "a lot of effort".

    Also "easy" and "difficult", on a scale whose low end is the good one: there the numbers run against the habit.
    """
    weighed = _EASY_OR_HARD if question.scale.direction is Direction.LOW_IS_GOOD else {}
    found = []
    for place, one in enumerate(marks):
        if _is(one, noun) or one.role in weighed:
            before = [mark.role for mark in marks[max(0, place - 3) : place]]
            negated = not _NEGATIONS.isdisjoint(before)
            if one.role in weighed:
                found.append(0 if negated else weighed[one.role])
            else:
                found.append(-1 if negated else _OF_NOUNS.get(before[-1], 0) if before else 0)
    return found


def _is(one: Mark, noun: str | None) -> bool:
    """Whether the mark is that noun, in the singular or the plural; a French "d'" may have become part of it."""
    if noun is None or len(one.words) != 1:
        return False
    word, noun = one.words[0].removesuffix("s"), noun.removesuffix("s")
    return noun in (word, f"d{word}") or word == f"d{noun}"


def _verdict(marks: Sequence[Mark], value: int, question: Rating) -> int:
    """Towards the low end (-1), the high end (1) or neither (0): praise or blame, as in "0, super".

    It counts where nothing but the verdict is said, for "8, slow" may be meant; on a scale whose low end is the good
    one, and next to the ends of any scale, it counts wherever no word takes it back.
    """
    roles = {one.role for one in marks}
    low_is_good = question.scale.direction is Direction.LOW_IS_GOOD
    counts = low_is_good or abs(_half(value, question.scale)) >= question.scale.high - question.scale.low - 2
    if (Role.GOOD in roles) == (Role.BAD in roles) or not (roles <= _BARE or (counts and not roles & _TAKES_BACK)):
        return 0
    return 1 if (Role.GOOD in roles) != low_is_good else -1


@lru_cache(maxsize=256)
def _noun(low: str, high: str) -> str | None:
    """What both anchors are about, such as "effort": the longest word they share and do not begin with."""
    shared = set(words(low)[1:]) & set(words(high)[1:])
    return max(shared, key=lambda word: (len(word), word), default=None)


def _half(value: int, scale: Scale) -> int:
    """Negative in the lower half of the scale, 0 in its middle, positive in the upper half."""
    return 2 * value - scale.low - scale.high


_NEGATIONS = frozenset({Role.NO, Role.NEGATION})
_EASY_OR_HARD = {Role.EASY: -1, Role.HARD: 1}
# a hinge before a noun is "without"
_OF_NOUNS = {Role.MUCH: 1, Role.LITTLE: -1, Role.HINGE: -1}
_BARE = HARMLESS | VERDICTS | {Role.NUMBER, Role.ANCHOR, Role.ARTICLE, Role.ONE, Role.QUERY}
_TAKES_BACK = frozenset({Role.NO, Role.NEGATION, Role.OPENER, Role.OTHERS, Role.EASY, Role.HARD})
