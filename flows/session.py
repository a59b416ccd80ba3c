"""One respondent's way through one survey: where it stands, what was answered, how it ended."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from flows.plain import tagged
from flows.survey import Medium


class Outcome(StrEnum):
    """How a session ended. AAPOR's class of each is in `AAPOR`."""

    COMPLETED = "completed"
    PARTIAL = "partial"
    REFUSED = "refused"
    BROKEN_OFF = "broken_off"
    EXPIRED = "expired"


AAPOR: Mapping[Outcome, str] = {
    Outcome.COMPLETED: "I",
    Outcome.PARTIAL: "P",
    Outcome.REFUSED: "R",
    Outcome.BROKEN_OFF: "R",
    Outcome.EXPIRED: "NC",
}
"""Disposition classes of AAPOR's Standard Definitions: complete, partial, refusal or break-off, non-contact."""


class Cause(StrEnum):
    """What brought a session to its end."""

    FINISHED = "finished"
    SILENT = "silent"
    HUNG_UP = "hung_up"
    OPTED_OUT = "opted_out"
    EXPIRED = "expired"
    TOO_LONG = "too_long"


class Gap(StrEnum):
    """Why a question that was asked has no answer."""

    SKIPPED = "skipped"
    UNCLEAR = "unclear"
    SILENT = "silent"
    INAUDIBLE = "inaudible"


@dataclass(frozen=True, slots=True)
class Rated:
    """A number on the question's scale.

    raw: as it came; corrected_from: the number it replaces; confidence: from 0 to 1, of speech only; late: given after
    the session had expired.
    """

    value: int
    raw: str
    corrected_from: int | None = None
    confidence: float | None = None
    late: bool = False


@dataclass(frozen=True, slots=True)
class Verbatim:
    """An answer in the respondent's own words. raw: everything as it came, which may hold a number besides."""

    text: str
    raw: str
    confidence: float | None = None
    late: bool = False


@dataclass(frozen=True, slots=True)
class Missing:
    """Asked and not answered. raw: the last that came instead."""

    why: Gap
    raw: str = ""
    confidence: float | None = None


@dataclass(frozen=True, slots=True)
class Permission:
    """Given or refused. raw: as it came, which may say more than yes or no."""

    granted: bool
    raw: str
    confidence: float | None = None
    late: bool = False


Answer = Rated | Verbatim | Permission | Missing


@dataclass(frozen=True, slots=True)
class Waiting:
    """For an answer.

    misses: inputs to this question that were not understood; replacing: the number that the respondent took back;
    starred: the star was the last key, with which the one for no more questions begins.
    """

    question: str
    misses: int = 0
    replacing: int | None = None
    starred: bool = False


@dataclass(frozen=True, slots=True)
class Confirming:
    """The number just keyed is being read back; it stands unless it is changed. starred: as of `Waiting`."""

    question: str
    starred: bool = False


@dataclass(frozen=True, slots=True)
class Over:
    """Ended.

    pending: where it stood when it was cut off, since an answer given before may still arrive; of one that has
    finished, the consent that is asked for behind everything that counts.
    """

    outcome: Outcome
    cause: Cause
    pending: Waiting | Confirming | None = None


State = Waiting | Confirming | Over


@dataclass(frozen=True, slots=True)
class Session:
    """The snapshot: everything the next step depends on.

    asked: the question put last, series: the wording it was put in; turns: the number of the turn awaited, from 0.
    """

    survey: str
    version: str
    language: str
    medium: Medium
    state: State
    answers: Mapping[str, Answer] = field(default_factory=dict)
    asked: str | None = None
    series: str = ""
    turns: int = 0

    @property
    def awaited(self) -> Waiting | Confirming | None:
        """What it waits for; over, that can be a consent alone."""
        match self.state:
            case Over(cause=Cause.FINISHED, pending=pending):
                return pending
            case Over():
                return None
            case state:
                return state


def to_plain(session: Session) -> dict[str, Any]:
    """The session as values that JSON can hold."""
    return {
        **{
            name: getattr(session, name)
            for name in ("survey", "version", "language", "medium", "asked", "series", "turns")
        },
        "state": _state_as_plain(session.state),
        "answers": {key: tagged(answer) for key, answer in session.answers.items()},
    }


def from_plain(plain: Mapping[str, Any]) -> Session:
    """The session that `to_plain` was given."""
    return Session(
        survey=plain["survey"],
        version=plain["version"],
        language=plain["language"],
        medium=Medium(plain["medium"]),
        state=_state(plain["state"]),
        answers={key: _answer(answer) for key, answer in plain["answers"].items()},
        asked=plain["asked"],
        series=plain["series"],
        turns=plain["turns"],
    )


def _state_as_plain(state: State) -> dict[str, Any]:
    plain = tagged(state)
    if isinstance(state, Over) and state.pending:
        plain["pending"] = tagged(state.pending)
    return plain


def _state(plain: Mapping[str, Any]) -> State:
    match plain:
        case {"is": "Waiting", **fields}:
            return Waiting(**fields)
        case {"is": "Confirming", **fields}:
            return Confirming(**fields)
        case {"is": "Over", "outcome": outcome, "cause": cause, "pending": pending}:
            before = _state(pending) if pending else None
            assert not isinstance(before, Over)  # noqa: S101 -- an end cuts off something that went on; for mypy
            return Over(Outcome(outcome), Cause(cause), before)
    raise ValueError(f"no state is written as {plain!r}")


def _answer(plain: Mapping[str, Any]) -> Answer:
    match plain:
        case {"is": "Rated", **fields}:
            return Rated(**fields)
        case {"is": "Verbatim", **fields}:
            return Verbatim(**fields)
        case {"is": "Permission", **fields}:
            return Permission(**fields)
        case {"is": "Missing", "why": why, **fields}:
            return Missing(Gap(why), **{name: fields[name] for name in ("raw", "confidence")})
    raise ValueError(f"no answer is written as {plain['is']!r}")
