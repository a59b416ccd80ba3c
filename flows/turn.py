"""One input and what came of it: the inputs, the events they cause and the reply that follows."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from flows.plain import tagged
from flows.session import Gap, Outcome, Session
from flows.survey import Question


@dataclass(frozen=True, slots=True)
class Keyed:
    """Keys pressed on a telephone: 0-9, * and #."""

    keys: str


@dataclass(frozen=True, slots=True)
class Typed:
    """A text message, exactly as sent; empty when it held only media."""

    text: str


@dataclass(frozen=True, slots=True)
class Tapped:
    """A button touched. question: the one it was shown with; text: what it stands for."""

    question: str
    text: str


@dataclass(frozen=True, slots=True)
class Spoken:
    """What the carrier's speech recognition heard; confidence from 0 to 1, None where it gives none."""

    text: str
    confidence: float | None = None


@dataclass(frozen=True, slots=True)
class Silence:
    """The time to answer passed without any input."""


@dataclass(frozen=True, slots=True)
class HungUp:
    """The call ended, on whichever side."""


@dataclass(frozen=True, slots=True)
class Expired:
    """The time in which a session can be answered is over."""


Input = Keyed | Typed | Tapped | Spoken | Silence | HungUp | Expired


def raw(given: Input | None) -> str:
    """What came, exactly; nothing of an input without words."""
    match given:
        case Keyed(keys=raw) | Typed(text=raw) | Tapped(text=raw) | Spoken(text=raw):
            return raw
        case _:
            return ""


def confidence(given: Input | None) -> float | None:
    """How sure the carrier is of what it heard; None of what it did not hear."""
    return given.confidence if isinstance(given, Spoken) else None


class Reason(StrEnum):
    """Why an input could not be taken as an answer; each has a phrase of that key in every language."""

    OUT_OF_RANGE = "out_of_range"
    SEVERAL_NUMBERS = "several_numbers"
    FRACTION = "fraction"
    NOT_EXACT = "not_exact"
    QUANTITY = "quantity"
    CONTRADICTION = "contradiction"
    NO_NUMBER = "no_number"
    YES_OR_NO = "yes_or_no"
    WRONG_KEY = "wrong_key"
    UNSURE = "unsure"
    EMPTY = "empty"
    SILENT = "silent"


@dataclass(frozen=True, slots=True)
class Asked:
    question: str


@dataclass(frozen=True, slots=True)
class Answered:
    """value: the number given; None for an answer in words, which are kept with the answer and never in the journal."""

    question: str
    value: int | None
    late: bool = False


@dataclass(frozen=True, slots=True)
class Permitted:
    """Consent was given, or refused, or taken back."""

    question: str
    granted: bool
    late: bool = False


@dataclass(frozen=True, slots=True)
class Misunderstood:
    question: str
    reason: Reason


@dataclass(frozen=True, slots=True)
class Confirmed:
    question: str


@dataclass(frozen=True, slots=True)
class Withdrawn:
    """The respondent took a number back; the question is asked again."""

    question: str
    value: int


@dataclass(frozen=True, slots=True)
class Corrected:
    question: str
    old: int
    new: int


@dataclass(frozen=True, slots=True)
class LeftOpen:
    """The question was given up without an answer."""

    question: str
    why: Gap


@dataclass(frozen=True, slots=True)
class OptedOut:
    """The respondent wants no further questions, over any channel."""


@dataclass(frozen=True, slots=True)
class OptedIn:
    """The respondent takes an earlier opt-out back."""


@dataclass(frozen=True, slots=True)
class Reopened:
    """An answer that came after the end opened the session again."""


@dataclass(frozen=True, slots=True)
class Ended:
    outcome: Outcome


Event = (
    Asked
    | Answered
    | Permitted
    | Misunderstood
    | Confirmed
    | Withdrawn
    | Corrected
    | LeftOpen
    | OptedOut
    | OptedIn
    | Reopened
    | Ended
)


@dataclass(frozen=True, slots=True)
class Reply:
    """What to say, and what we then await.

    notice: lines that must be heard in full; lines: the rest, which an answer may interrupt.
    awaits: the question whose answer is awaited; None ends the conversation.
    attempt: how often this question was asked before; confirming: a number is being read back.
    """

    lines: tuple[str, ...]
    awaits: Question | None
    notice: tuple[str, ...] = ()
    attempt: int = 0
    confirming: bool = False

    @property
    def text(self) -> str:
        """The whole reply as one message."""
        return "\n".join((*self.notice, *self.lines))


@dataclass(frozen=True, slots=True)
class Turn:
    """The session after the input, what happened, and the reply."""

    session: Session
    events: tuple[Event, ...]
    reply: Reply


def event_to_plain(event: Event) -> dict[str, Any]:
    """The event as values that JSON can hold, named by its kind."""
    return tagged(event)
