"""How an interrupted survey goes on over another call or in another medium, from the question where it stopped."""

from dataclasses import replace

from flows import course, wording
from flows.session import Cause, Confirming, Missing, Over, Session, Waiting
from flows.survey import Consent, Medium, Question, Survey
from flows.turn import Asked, Confirmed, Event, Reopened, Turn


def may_resume(survey: Survey, session: Session) -> bool:
    """Whether something was answered, a question is left to ask, and the respondent never said no.

    A call is interrupted by hanging up only; while it goes on nobody else may take it over.
    """
    answered = any(not isinstance(answer, Missing) for answer in session.answers.values())
    left = course.next_question(survey, session.answers)
    return session.survey == survey.key and _stopped_at(session) is not None and answered and _is_worth_resuming(left)


def resume(survey: Survey, session: Session, medium: Medium) -> Turn:
    """The session in this medium, and the question it goes on with. Raises ValueError where it may not be resumed.

    A number that was being read back stands, as it does in silence. The turn awaited is a new one, so that an input to
    the conversation before is no answer to this one.
    """
    question, stopped_at = course.next_question(survey, session.answers), _stopped_at(session)
    if question is None or not may_resume(survey, session):
        raise ValueError("this session cannot go on")
    events: tuple[Event, ...] = (Reopened(),) if isinstance(session.state, Over) else ()
    waiting = Waiting(question.key)
    match stopped_at:
        case Confirming(question=key):
            events += (Confirmed(key),)
        case Waiting(question=question.key, replacing=replacing):
            waiting = Waiting(question.key, replacing=replacing)
    session = course.in_a_language_of(survey, session)
    session = replace(session, medium=medium, state=waiting, turns=session.turns + 1)
    session = course.asked(survey, session, question)
    notice = wording.phrase(survey, session, f"resumed_{medium}")
    reply = wording.put(survey, session, question, said=wording.bridge(survey, session, question))
    return Turn(session, (*events, Asked(question.key)), replace(reply, notice=(notice,)))


def _is_worth_resuming(left: Question | None) -> bool:
    """A survey is over once only a consent is left: nobody is sought out again for that."""
    return left is not None and not isinstance(left, Consent)


def _stopped_at(session: Session) -> Waiting | Confirming | None:
    """Where the conversation was interrupted; None where it was not."""
    match session.state:
        case Over(cause=Cause.HUNG_UP, pending=pending):
            return pending
        case Waiting() | Confirming() as state if session.medium is Medium.TEXT:
            return state
        case _:
            return None
