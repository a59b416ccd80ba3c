"""Where a session stands in its survey: what applies, what comes next, what was rated last, how it would count."""

from collections.abc import Mapping
from dataclasses import replace

from flows.session import Answer, Cause, Missing, Outcome, Rated, Session
from flows.survey import Condition, Consent, Open, Question, Rating, Survey, series


def next_question(survey: Survey, answers: Mapping[str, Answer]) -> Question | None:
    """The first question that applies and was neither answered nor given up; recomputed each time, never stored."""
    return next((q for q in survey.everything if q.key not in answers and applies(q, answers)), None)


def applies(question: Question, answers: Mapping[str, Answer]) -> bool:
    """Whether all conditions of the question hold for these answers; of a consent, whether any does."""
    if isinstance(question, Consent):
        return any(holds(condition, answers) for condition in question.ask_when)
    return all(holds(condition, answers) for condition in question.only_if)


def holds(condition: Condition, answers: Mapping[str, Answer]) -> bool:
    """Whether the named rating was answered with one of these numbers."""
    answer = answers.get(condition.question)
    return isinstance(answer, Rated) and condition.low <= answer.value <= condition.high


def outcome(survey: Survey, session: Session, cause: Cause) -> Outcome:
    """How a session counts that ends now: by the ratings answered out of those that applied, then by what ended it."""
    core: list[Question] = [q for q in survey.questions if isinstance(q, Rating)]
    core = core or list(survey.questions)
    answered = [not isinstance(session.answers.get(q.key), Missing | None) for q in core if applies(q, session.answers)]
    if all(answered):
        return Outcome.COMPLETED
    if any(answered):
        return Outcome.PARTIAL
    if cause is Cause.OPTED_OUT or (cause is Cause.HUNG_UP and session.turns == 0):
        return Outcome.REFUSED
    if cause is Cause.EXPIRED and session.turns == 0:
        return Outcome.EXPIRED
    return Outcome.BROKEN_OFF


def in_a_language_of(survey: Survey, session: Session) -> Session:
    """The session in its own language, or in the survey's first where that one was taken out meanwhile."""
    if session.language in survey.languages:
        return session
    return replace(session, language=next(iter(survey.languages)))


def asked(survey: Survey, session: Session, question: Question) -> Session:
    """The session with the question noted as put, in the wording of today."""
    put_as = series(question, session.language, session.medium)
    return replace(session, asked=question.key, series=put_as, version=survey.version)


def last_counted(survey: Survey, session: Session) -> str | None:
    """The question put last, a consent aside: whoever leaves at that has answered everything that is counted."""
    if survey.callback is None or session.asked != survey.callback.key:
        return session.asked
    return next((q.key for q in reversed(survey.questions) if q.key in session.answers), None)


def still_asked(survey: Survey, session: Session) -> bool:
    """Whether the question put last still is what it was; an answer to a changed one would be misattributed."""
    question = next((q for q in survey.everything if q.key == session.asked), None)
    return question is not None and series(question, session.language, session.medium) == session.series


def last_rated(survey: Survey, session: Session) -> Rating | None:
    """The question rated last, which is what a correction is about."""
    ratings = {q.key: q for q in survey.questions if isinstance(q, Rating)}
    rated = [key for key, answer in session.answers.items() if isinstance(answer, Rated) and key in ratings]
    return ratings[rated[-1]] if rated else None


def rating(survey: Survey, key: str) -> Rating:
    """The rating of that key. Raises KeyError."""
    question = survey.question(key)
    assert isinstance(question, Rating)  # noqa: S101 -- only numbers are rated and read back; for mypy
    return question


def open_for_remark(survey: Survey, question: Rating) -> Open | None:
    """Where the words belong that came along with a number: the next open question, else any."""
    place = survey.questions.index(question)
    around = survey.questions[place:] + survey.questions[:place]
    return next((q for q in around if isinstance(q, Open)), None)
