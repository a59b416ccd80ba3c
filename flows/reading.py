"""What an input means as an answer to a question: a number, words, a command, or nothing that can be taken safely."""

from dataclasses import dataclass
from enum import StrEnum

from flows.language import Language
from flows.survey import Question
from flows.turn import Keyed, Reason, Spoken, Typed


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
    """An answer: a number for a rating, words for an open question. remark: words that came along with the number."""

    value: int | str
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
    """What the input means as an answer to the question."""
    return Unclear(Reason.NO_NUMBER)
