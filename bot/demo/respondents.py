"""How invented customers answer: what they say to each question, when, and where they give up."""

from collections.abc import Sequence
from datetime import timedelta
from random import Random

from bot.demo.customers import SLOW_QUEUE, Happened
from bot.demo.words import verbatim
from flows.engine import step
from flows.session import Confirming, Session
from flows.survey import Channel, Medium, Open, Rating, Survey
from flows.turn import Expired, HungUp, Input, Keyed, Silence, Spoken, Turn, Typed

ANSWERING = {Channel.SMS: 0.27, Channel.WHATSAPP: 0.36, Channel.CALL: 0.6}
"""The share of those reached who answer."""

KINDNESS = {Channel.SMS: 0.0, Channel.WHATSAPP: 0.1, Channel.CALL: 0.35}
"""People are kinder where they are spoken to."""

QUICK = 0.06
"""The share of those content who praise how short they have waited."""

LEAVING, STOPPING, MISREADING, MUDDLING, AGREEING = 0.05, 0.03, 0.03, 0.04, 0.6
"""The share that stops answering at a question, wants no more, takes the scale of effort the wrong way round, first
says something else, and may be called back."""

COMMENTING = {Medium.TEXT: 0.75, Medium.VOICE: 0.55}
MUDDLE = {"nl": "weet niet", "en": "not sure", "de": "weiß nicht", "fr": "je ne sais pas", "es": "no lo sé"}
YES = {"nl": "ja", "en": "yes", "de": "ja", "fr": "oui", "es": "sí"}
NO = {"nl": "nee", "en": "no", "de": "nein", "fr": "non", "es": "no"}
GOOD, BAD = (
    ("staff", "solved", "clear"),
    ("again", "unsolved", "staff", "clear", "site", "price", "delivery"),
)

Said = tuple[Input, Turn, timedelta]
"""An input, what came of it, and the time since the one before."""


def answered(chance: Random, survey: Survey, session: Session, of: Happened, channel: Channel) -> Sequence[Said]:
    """A whole conversation from the first answer on; it ends early where the respondent gives up."""
    medium, mood = session.medium, of.mood + KINDNESS[channel] + chance.gauss(0, 0.25)
    is_wrong_way = chance.random() < MISREADING
    said: list[Said] = []
    while session.awaited:
        given = _input(chance, survey, session, of, mood, is_wrong_way)
        if given is None:
            break
        turn = step(survey, session, given)
        session = turn.session
        said.append(
            (given, turn, timedelta(seconds=chance.randrange(4, 15) if medium is Medium.VOICE else _pause(chance)))
        )
    return said


def left(medium: Medium) -> Input:
    """What comes when the respondent no longer answers."""
    return HungUp() if medium is Medium.VOICE else Expired()


def _pause(chance: Random) -> int:
    return round(chance.lognormvariate(3.6, 0.8)) + 5


def _input(
    chance: Random, survey: Survey, session: Session, of: Happened, mood: float, is_wrong_way: bool
) -> Input | None:
    """The next input; None where none comes any more."""
    state, language = session.awaited, session.language
    if isinstance(state, Confirming):
        return Silence()
    assert state is not None  # noqa: S101 -- whoever asks has looked; for mypy
    is_voice = session.medium is Medium.VOICE
    question = survey.question(state.question)
    if state.misses > 1 or chance.random() < LEAVING:
        return None
    if chance.random() < STOPPING and not session.answers:
        return Keyed("*0") if is_voice else Typed("STOP")
    if isinstance(question, Rating):
        if chance.random() < MUDDLING and not is_voice:
            return Typed(MUDDLE[language])
        number = _number(mood, question, is_wrong_way)
        return Keyed(str(number)) if is_voice else Typed(str(number))
    if isinstance(question, Open):
        if chance.random() > COMMENTING[session.medium]:
            return Keyed("#") if is_voice else None
        words = _words(chance, language, of, mood)
        return Spoken(words, round(chance.uniform(0.7, 0.97), 2)) if is_voice else Typed(words)
    agrees = chance.random() < AGREEING
    return Keyed("1" if agrees else "2") if is_voice else Typed((YES if agrees else NO)[language])


def _number(mood: float, question: Rating, is_wrong_way: bool) -> int:
    """A number of the scale, from the mood by its thirds; an effort scale runs the other way."""
    scale = question.scale
    if scale.high == 10:
        return min(10, max(0, round(7.6 + 2.3 * mood)))
    value = min(scale.high, max(scale.low, round(2.4 - 0.95 * mood)))
    return scale.low + scale.high - value if is_wrong_way else value


def _words(chance: Random, language: str, of: Happened, mood: float) -> str:
    good = [f"{about}_good" for about in chance.sample(GOOD, 2)] if mood > 0.4 else []
    bad = [f"{about}_bad" for about in chance.sample(BAD, 2)] if mood < -0.3 else []
    if of.is_slow and chance.random() < (0.85 if of.queue == SLOW_QUEUE else 0.5):
        bad.insert(0, "waiting_bad")
    elif good and not of.is_slow and chance.random() < QUICK:
        good.insert(0, "waiting_good")
    how_many = chance.choice((1, 1, 2))
    if bad and good:
        return verbatim(chance, language, good[:1], bad[:1])
    return verbatim(chance, language, good[:how_many], bad[:how_many])
