"""The longest text message that can ask each question, or close the conversation, as it would be sent."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TypeVar

from flows.course import asked
from flows.engine import begin, step
from flows.segments import Segments, measure
from flows.session import Answer, Rated, Session, Verbatim, Waiting
from flows.survey import Consent, Medium, Open, Question, Rating, Survey
from flows.turn import Reason, Reply, Typed

Q = TypeVar("Q", bound=Rating | Open)

LONGEST_MESSAGE = 1600
"""Characters in a message that Twilio accepts."""
_BY_TELEPHONE = (Reason.SILENT, Reason.WRONG_KEY, Reason.UNSURE)
_REASONS = tuple(reason for reason in Reason if reason not in (*_BY_TELEPHONE, Reason.YES_OR_NO))
"""Why a text is not taken as a number."""
_WHY_AGAIN: Mapping[type[Question], tuple[Reason, ...]] = {
    Rating: _REASONS,
    Open: (Reason.EMPTY,),
    Consent: (Reason.EMPTY, Reason.YES_OR_NO),
}
_WISHES = ("help_text", "opted_in", "asked_again", "nothing_to_correct", "corrected", "reminder")
"""Phrases after which a question can be put in full once more."""
_ALONE = ("opted_out", "opted_in", "already_over", "no_survey", "goodbye")
"""Phrases that can be a whole message."""
_NUMBERS = {"value": 10, "old": 10}


@dataclass(frozen=True, slots=True)
class Outgoing:
    """A text message. place: the question it asks or what it closes with, and its language."""

    place: str
    text: str
    size: Segments


def outgoing(survey: Survey) -> tuple[Outgoing, ...]:
    """For each question and each closing, in each language, the message that is too long or takes the most segments."""
    longest: dict[str, Outgoing] = {}
    for place, text in _messages(survey):
        sent = Outgoing(place, text, measure(text))
        if place not in longest or _weight(sent) > _weight(longest[place]):
            longest[place] = sent
    return tuple(longest.values())


def neighbours(questions: Sequence[Q]) -> Iterator[tuple[Q, Q | None]]:
    """Each question with each that can come next after it; with None where it can be the last."""
    for place, before in enumerate(questions):
        for after in questions[place + 1 :]:
            yield before, after
            if not after.only_if:
                break
        else:
            yield before, None


def _weight(sent: Outgoing) -> tuple[bool, int, int]:
    return len(sent.text) > LONGEST_MESSAGE, sent.size.segments, sent.size.units


def _messages(survey: Survey) -> Iterator[tuple[str, str]]:
    """Every message that can be sent, with its place."""
    callback = survey.callback
    survey = replace(
        survey, questions=tuple(_bridged(question, survey) for question in survey.questions), callback=None
    )
    for code, language in survey.languages.items():
        yield _placed(begin(survey, code, Medium.TEXT).reply, code)
        if callback:
            yield from _of_consent(survey, callback, code)
        for question in survey.questions:
            for line in _put_again(survey, question, code):
                yield f"{question.key}.{code}.text", line
        for before, after in neighbours(survey.questions):
            for reply in _replies(survey, code, before, after):
                yield _placed(reply, code)
        for key in _ALONE:
            yield f"phrases.{key}.{code}", survey.say(language.phrases[key])


def _put_again(survey: Survey, question: Question, code: str) -> Iterator[str]:
    """The question after something was not understood, or after a wish about the conversation."""
    prompt, phrases = question.prompts[code, Medium.TEXT], survey.languages[code].phrases
    for reason in _WHY_AGAIN[type(question)]:
        for again in prompt.again:
            yield f"{phrases[reason]}\n{survey.say(again)}"
    for wish in _WISHES:
        yield f"{survey.say(phrases[wish], **_NUMBERS)}\n{survey.say(prompt.ask)}"


def _of_consent(survey: Survey, callback: Consent, code: str) -> Iterator[tuple[str, str]]:
    """The consent, however it comes to be put, and what closes the conversation after it."""
    phrases, thanks = survey.languages[code].phrases, survey.say(survey.thanks[code, Medium.TEXT])
    for line in _put_again(survey, callback, code):
        yield f"{callback.key}.{code}.text", line
    for key in ("callback_text", "no_callback", "left_out", "skipped"):
        yield f"closing.{code}.text", f"{survey.say(phrases[key])}\n{thanks}"


def _replies(survey: Survey, code: str, before: Rating | Open, after: Rating | Open | None) -> Iterator[Reply]:
    """What follows an answer to `before`, and its being left out, where `after` comes next."""
    earlier = survey.questions[: survey.questions.index(before)]
    path: tuple[Rating | Open, ...] = (*earlier, before)
    if after:
        path += (replace(after, only_if=()),)
    survey = replace(survey, questions=path)
    answers = {question.key: _any_answer(question) for question in earlier}
    session = Session(survey.key, survey.version, code, Medium.TEXT, Waiting(before.key), answers)
    session = asked(survey, session, before)
    scale = before.scale if isinstance(before, Rating) else None
    for given in map(str, range(scale.low, scale.high + 1)) if scale else ("abc",):
        yield step(survey, session, Typed(given)).reply
    tries = before.prompts[code, Medium.TEXT].tries
    left = step(survey, replace(session, state=Waiting(before.key, misses=tries - 1)), Typed("")).reply
    yield left
    for key in ("skipped", "corrected"):
        phrase = survey.say(survey.languages[code].phrases[key], **_NUMBERS)
        yield replace(left, lines=(phrase, *left.lines[1:]))


def _placed(reply: Reply, code: str) -> tuple[str, str]:
    return f"{reply.awaits.key if reply.awaits else 'closing'}.{code}.text", reply.text


def _any_answer(question: Rating | Open) -> Answer:
    return Rated(question.scale.low, "") if isinstance(question, Rating) else Verbatim("", "")


def _bridged(question: Rating | Open, survey: Survey) -> Rating | Open:
    """The question, with something where a bridge is missing: that is for others to report."""
    if isinstance(question, Open):
        return question
    return replace(question, bridges={code: question.bridges.get(code, "") for code in survey.languages})
