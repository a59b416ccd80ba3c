"""Whether a message says yes or no to a consent; nothing is taken for a yes that might be none."""

from collections.abc import Mapping

from flows.language import Lexicon
from flows.marks import mark
from flows.roles import HARMLESS, Role
from flows.turn import Reason


def find_consent(message: str, lexicon: Lexicon, numbers: Mapping[str, bool]) -> bool | Reason:
    """Yes or no, where one of them begins the message and the other does not follow.

    Words may stand behind it ("yes, after five"), but none that could take a yes back ("yes, if it helps").
    numbers: what a number means where it is all that is said.
    """
    marks = [one for one in mark(message, lexicon, lexicon.consents) if one.role not in HARMLESS]
    if len(marks) == 1 and marks[0].role in (Role.NUMBER, Role.ONE):
        return numbers.get(str(marks[0].value or 1), Reason.YES_OR_NO)
    said = {one.value for one in marks if one.role is Role.ANCHOR}
    if len(said) != 1 or marks[0].role is not Role.ANCHOR:
        return Reason.YES_OR_NO
    if marks[0].value == 0:
        return False
    return Reason.YES_OR_NO if _TAKES_BACK & {one.role for one in marks} else True


def is_plain_no(message: str, lexicon: Lexicon) -> bool:
    """Whether the message says no and, apart from courtesies, nothing else."""
    marks = [one for one in mark(message, lexicon, lexicon.consents) if one.role not in HARMLESS]
    return bool(marks) and all(one.role is Role.ANCHOR and one.value == 0 for one in marks)


_TAKES_BACK = frozenset({Role.NO, Role.NEGATION, Role.INEXACT, Role.HINGE, Role.DOUBT, Role.QUERY, Role.ODD, Role.STAR})
