"""What the bot says: questions, read-backs and phrases, in the words for the session's language and medium."""

from flows.session import Rated, Session
from flows.survey import Medium, Prompt, Question, Rating, Survey
from flows.turn import Reply


def put(survey: Survey, session: Session, question: Question, attempt: int = 0, said: tuple[str, ...] = ()) -> Reply:
    """The question in the wording for this attempt, after what is to be said first."""
    template = prompt(session, question).on_try(attempt)
    words = survey.say(template, **_scale_words(question, session.language))
    return Reply((*said, words), question, attempt=attempt)


def asked(survey: Survey, question: Question, language: str) -> str:
    """What the question asks, without how it is answered: its text up to the first question mark.

    In the survey's first language where it is not put in that one.
    """
    spoken = language if (language, Medium.TEXT) in question.prompts else next(iter(survey.languages))
    words = survey.say(question.prompts[spoken, Medium.TEXT].ask, **_scale_words(question, spoken))
    before, mark, _ = words.partition("?")
    return before + mark


def read_back(survey: Survey, session: Session, question: Rating) -> Reply:
    """The number just given, and the key that changes it."""
    lines = (value_said(survey, session, question), phrase(survey, session, "change_key"))
    return Reply(lines, question, confirming=True)


def value_said(survey: Survey, session: Session, question: Rating) -> str:
    """The number given with its meaning, in the words of the scale's ends."""
    rated = session.answers[question.key]
    assert isinstance(rated, Rated)  # noqa: S101 -- said back only once kept; for mypy
    scale, anchors = question.scale, question.anchors[session.language]
    middle = (scale.low + scale.high) / 2
    if rated.value in (scale.low, scale.high):
        meaning = anchors.low if rated.value == scale.low else anchors.high
    elif rated.value == middle:
        meaning = phrase(survey, session, "between", low_words=anchors.low, high_words=anchors.high)
    else:
        meaning = phrase(survey, session, "near", words=anchors.low if rated.value < middle else anchors.high)
    return phrase(survey, session, "read_back", value=rated.value, meaning=meaning)


def bridge(survey: Survey, session: Session, question: Question) -> tuple[str, ...]:
    """A warning that the scale now runs the other way than that of the rating before."""
    before = [q for q in survey.questions if isinstance(q, Rating) and q.key in session.answers]
    if isinstance(question, Rating) and before and before[-1].scale.direction is not question.scale.direction:
        return (survey.say(question.bridges[session.language], **_scale_words(question, session.language)),)
    return ()


def phrase(survey: Survey, session: Session, key: str, **words: str | int) -> str:
    """The phrase of that key, in the session's language."""
    return survey.say(survey.languages[session.language].phrases[key], **words)


def prompt(session: Session, question: Question) -> Prompt:
    """The question's wordings for this session."""
    return question.prompts[session.language, session.medium]


def _scale_words(question: Question, language: str) -> dict[str, str | int]:
    if not isinstance(question, Rating):
        return {}
    scale, anchors = question.scale, question.anchors[language]
    return {"low": scale.low, "high": scale.high, "low_words": anchors.low, "high_words": anchors.high}
