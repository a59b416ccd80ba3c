"""Why somebody is asked whether they may be called back, and what can come of it."""

from enum import StrEnum

from flows.course import holds
from flows.measures import NPS
from flows.session import Session
from flows.survey import Condition, Rating, Survey


class Reason(StrEnum):
    """What let the respondent down."""

    LOW_SCORE = "low_score"
    HIGH_EFFORT = "high_effort"


class State(StrEnum):
    OPEN = "open"
    CLAIMED = "claimed"
    CLOSED = "closed"


class Ending(StrEnum):
    """What came of a callback. NOT_REACHED does not close it; WITHDRAWN is said by the respondent."""

    SOLVED = "solved"
    UNSOLVED = "unsolved"
    NOT_REACHED = "not_reached"
    UNWANTED = "unwanted"
    WITHDRAWN = "withdrawn"


def reasons(survey: Survey, session: Session) -> tuple[Reason, ...]:
    """Which of the conditions to ask for a callback hold, each kind once."""
    conditions = survey.callback.ask_when if survey.callback else ()
    held = [_reason(survey, condition) for condition in conditions if holds(condition, session.answers)]
    return tuple(reason for reason in Reason if reason in held)


def _reason(survey: Survey, condition: Condition) -> Reason:
    question = survey.question(condition.question)
    is_score = isinstance(question, Rating) and question.instrument == NPS.instrument
    return Reason.LOW_SCORE if is_score else Reason.HIGH_EFFORT
