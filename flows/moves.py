"""The moves of a conversation: taking an answer, missing one, taking one back, going on, ending."""

from dataclasses import replace

from flows import course, wording
from flows.session import (
    Answer,
    Cause,
    Confirming,
    Gap,
    Missing,
    Outcome,
    Over,
    Permission,
    Rated,
    Session,
    Verbatim,
    Waiting,
)
from flows.survey import Consent, Medium, Open, Question, Rating, Survey
from flows.turn import (
    Answered,
    Asked,
    Ended,
    Event,
    Keyed,
    LeftOpen,
    Misunderstood,
    Permitted,
    Reason,
    Reply,
    Spoken,
    Turn,
    Typed,
    Withdrawn,
    confidence,
    raw,
)


def answer(
    survey: Survey,
    session: Session,
    waiting: Waiting,
    value: bool | int | str,
    remark: str,
    given: Keyed | Typed | Spoken,
) -> Turn:
    """An answer understood: keep it, say back what is easily mistaken, go on."""
    question = survey.question(waiting.question)
    late = isinstance(session.state, Over)
    if isinstance(question, Consent):
        session, event, said = permit(survey, session, question, bool(value), given, late)
        return go_on(survey, session, (event,), said)
    if isinstance(value, str):
        words = Verbatim(value, raw(given), confidence(given), late)
        return go_on(survey, keep(session, question.key, words), (Answered(question.key, None, late),))
    rated = Rated(value, raw(given), waiting.replacing, confidence(given), late)
    session = keep(session, question.key, rated)
    events: tuple[Event, ...] = (Answered(question.key, value, late),)
    if remark and isinstance(question, Rating) and (why := course.open_for_remark(survey, question)):
        before = session.answers.get(why.key)
        text = f"{before.text}\n{remark}" if isinstance(before, Verbatim) else remark
        session = keep(session, why.key, Verbatim(text, raw(given), confidence(given), late))
        events += (Answered(why.key, None, late),)
    if not isinstance(question, Rating) or value not in question.read_back:
        return go_on(survey, session, events)
    if session.medium is Medium.VOICE and not late:
        session = replace(session, state=Confirming(question.key))
        return Turn(session, events, wording.read_back(survey, session, question))
    return go_on(survey, session, events, (wording.value_said(survey, session, question),))


def permit(
    survey: Survey, session: Session, question: Consent, granted: bool, given: Keyed | Typed | Spoken, late: bool
) -> tuple[Session, Permitted, tuple[str, ...]]:
    """The session with consent given or refused, what happened, and what is said to it."""
    session = keep(session, question.key, Permission(granted, raw(given), confidence(given), late))
    said = wording.phrase(survey, session, f"callback_{session.medium}" if granted else "no_callback")
    return session, Permitted(question.key, granted, late), (said,)


def miss(
    survey: Survey, session: Session, waiting: Waiting, reason: Reason, given: Keyed | Typed | Spoken | None = None
) -> Turn:
    """An input that cannot be taken: say why and ask again, shorter; after the last try leave the question."""
    question = survey.question(waiting.question)
    events: tuple[Event, ...] = (Misunderstood(question.key, reason),)
    misses = waiting.misses + 1
    if misses < wording.prompt(session, question).tries:
        session = replace(session, state=replace(waiting, misses=misses))
        return Turn(
            session, events, wording.put(survey, session, question, misses, (wording.phrase(survey, session, reason),))
        )
    gap = _gap(question, reason, given)
    session = keep(session, question.key, Missing(gap, raw(given), confidence(given)))
    events += (LeftOpen(question.key, gap),)
    if gap is Gap.SILENT:
        return end(survey, session, Cause.SILENT, events)
    return go_on(survey, session, events, (wording.phrase(survey, session, "left_out"),))


def ask_despite_hash(survey: Survey, session: Session, waiting: Waiting) -> Turn | None:
    """Ask again where a # may have been meant for the number before, which was complete without it; else None.

    A ten is taken at its second key, and a number of one key at the first, so a # behind it reaches the next question.
    There it is no answer; only what is read back swallows it. Pressed again it skips an open question after all.
    """
    question = survey.question(waiting.question)
    if isinstance(question, Rating):
        said = wording.bridge(survey, session, question)
        return Turn(session, (), wording.put(survey, session, question, 0, said))
    before = course.last_rated(survey, session)
    if before is None or list(session.answers)[-1] != before.key:
        return None
    rated = session.answers[before.key]
    if isinstance(rated, Rated) and rated.value in before.read_back:
        return None
    session = replace(session, state=replace(waiting, misses=1))
    return Turn(session, (), wording.put(survey, session, question, 1))


def withdraw(survey: Survey, session: Session, question: Rating) -> Turn:
    """The respondent takes a number back: it counts no longer, whatever follows, and the question is asked again."""
    rated = session.answers[question.key]
    assert isinstance(rated, Rated)  # noqa: S101 -- both callers have just found it so; for mypy
    answers = {key: answer for key, answer in session.answers.items() if key != question.key}
    waiting = Waiting(question.key, replacing=rated.value)
    session = course.asked(survey, replace(session, answers=answers, state=waiting), question)
    events = (Withdrawn(question.key, rated.value), Asked(question.key))
    return Turn(
        session, events, wording.put(survey, session, question, 1, (wording.phrase(survey, session, "asked_again"),))
    )


def replaced(session: Session, question: Rating, value: int, given: Keyed | Typed | Spoken) -> tuple[int, Session]:
    """The old value, and the session with the new one."""
    before = session.answers[question.key]
    assert isinstance(before, Rated)  # noqa: S101 -- it was the last one rated; for mypy
    after = replace(before, value=value, raw=raw(given), corrected_from=before.value)
    return before.value, keep(session, question.key, after)


def go_on(survey: Survey, session: Session, events: tuple[Event, ...], said: tuple[str, ...] = ()) -> Turn:
    """Ask the next question that applies, or end.

    In writing a consent is asked for after the end: whoever leaves that open has answered everything that counts, and
    counts at once. A call goes on until somebody hangs up.
    """
    question = course.next_question(survey, session.answers)
    if question is None:
        return end(survey, session, Cause.FINISHED, events, said)
    waiting = Waiting(question.key)
    session = course.asked(survey, replace(session, state=waiting), question)
    events += (Asked(question.key),)
    said += wording.bridge(survey, session, question)
    reply = wording.put(survey, session, question, 0, said)
    if isinstance(question, Consent) and session.medium is Medium.TEXT:
        how = course.outcome(survey, session, Cause.FINISHED)
        session, events = replace(session, state=Over(how, Cause.FINISHED, waiting)), (*events, Ended(how))
    return Turn(session, events, reply)


def end(
    survey: Survey,
    session: Session,
    cause: Cause,
    events: tuple[Event, ...] = (),
    said: tuple[str, ...] = (),
) -> Turn:
    """The end, with the last words that fit what brought it about."""
    how = course.outcome(survey, session, cause)
    match cause:
        case Cause.HUNG_UP | Cause.EXPIRED:
            said = ()
        case Cause.OPTED_OUT:
            said += (wording.phrase(survey, session, "opted_out"),)
        case _ if cause is Cause.FINISHED or how is Outcome.COMPLETED:
            said += (survey.say(survey.thanks[session.language, session.medium]),)
        case _:
            said += (wording.phrase(survey, session, "goodbye"),)
    was = session.state
    cut_off = cause in (Cause.HUNG_UP, Cause.EXPIRED)
    over = Over(how, cause, was if cut_off and not isinstance(was, Over) else None)
    return Turn(replace(session, state=over), (*events, Ended(how)), Reply(said, None))


def keep(session: Session, key: str, answer: Answer) -> Session:
    return replace(session, answers={**session.answers, key: answer})


def _gap(question: Question, reason: Reason, given: Keyed | Typed | Spoken | None) -> Gap:
    if reason is Reason.SILENT:
        return Gap.SILENT
    if isinstance(given, Spoken) and isinstance(question, Open):
        return Gap.INAUDIBLE
    return Gap.UNCLEAR
