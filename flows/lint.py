"""What a survey that loads may still do wrong to those who answer it."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from itertools import chain, pairwise, product

from flows.consent import find_consent
from flows.document import nearest
from flows.ends import misplaced, omitted
from flows.keywords import HELP, KEYWORDS, START, STOP
from flows.loader import voices
from flows.outgoing import LONGEST_MESSAGE, neighbours, outgoing
from flows.reading import YES_OR_NO_KEYS
from flows.survey import Consent, Medium, Open, Prompt, Question, Rating, Survey

MOST_AGAIN: Mapping[Medium, int] = {Medium.VOICE: 2, Medium.TEXT: 1}
"""How often a question may be asked again before it is left."""
_INSTRUCTIONS = (STOP, START, HELP)
"""Those that a text may tell how to use. None of the others may be asked for, and none at all may be an answer."""


class Severity(StrEnum):
    """An error misleads respondents or fails at the carrier; a warning costs money or may be meant so."""

    ERROR = "error"
    WARNING = "warning"


@dataclass(frozen=True, slots=True)
class Finding:
    """Something wrong or doubtful, where, and what to do about it."""

    severity: Severity
    place: str
    problem: str
    remedy: str

    def __str__(self) -> str:
        return f"{self.severity}: {self.place}: {self.problem}; {self.remedy}"


def lint(survey: Survey, most_segments: int = 3) -> tuple[Finding, ...]:
    """Everything found, rule by rule.

    most_segments: SMS segments that one message may take without a warning, with the company's name as it stands.
    """
    rules = (_ends, _bridges, _again, _keys, _yes_and_no, _carrier_words)
    return tuple(chain(*(rule(survey) for rule in rules), _sizes(survey, most_segments)))


def lint_voices(chosen: Mapping[str, tuple[str, str]]) -> tuple[Finding, ...]:
    """Everything found about the voices chosen: for each language code the carrier's voice name and the locale."""
    known = {name: locale for locale, names in voices().items() for name in names}
    return tuple(finding for code, (name, locale) in chosen.items() for finding in _voice(code, name, locale, known))


def _ends(survey: Survey) -> Iterator[Finding]:
    """Every wording of a rating states both ends of its scale, in the same words over every medium."""
    for question, code, medium, prompt in _prompts(survey):
        if not isinstance(question, Rating):
            continue
        scale, anchors = question.scale, question.anchors[code]
        other = Medium.TEXT if medium is Medium.VOICE else Medium.VOICE
        said_otherwise = omitted(question.prompts[code, other].ask, scale, anchors)
        for place, wording in _wordings(question, code, medium, prompt):
            if missing := omitted(wording, scale, anchors):
                though = f", though {other} does" if not set(missing) & set(said_otherwise) else ""
                remedy = "state both ends, each number with its words: {low} {low_words}, {high} {high_words}"
                yield Finding(Severity.ERROR, place, f"does not say {_listed(missing)}{though}", remedy)
            elif problem := misplaced(wording, scale, anchors):
                yield Finding(Severity.ERROR, place, problem, "put each number beside the words of its own end")


def _bridges(survey: Survey) -> Iterator[Finding]:
    """Whoever goes from one rating to one that runs the other way is told so."""
    for before, after in neighbours([question for question in survey.questions if isinstance(question, Rating)]):
        if after is None or before.scale.direction is after.scale.direction:
            continue
        for code in survey.languages:
            if not after.bridges.get(code):
                problem = f"no bridge, though this scale runs the other way than that of {before.key!r}"
                yield Finding(Severity.ERROR, f"{after.key}.{code}.bridge", problem, "say what a low number means now")


def _again(survey: Survey) -> Iterator[Finding]:
    """A question is asked again shorter each time, and not too often."""
    for question, code, medium, prompt in _prompts(survey):
        for (_, earlier), (place, wording) in pairwise(_wordings(question, code, medium, prompt)):
            if len(wording) >= len(earlier):
                yield Finding(Severity.ERROR, place, "is no shorter than the wording before it", "shorten it")
        if len(prompt.again) > MOST_AGAIN[medium]:
            problem = f"the question is asked again {len(prompt.again)} times"
            remedy = f"ask again at most {MOST_AGAIN[medium]} times over {medium}"
            yield Finding(Severity.ERROR, f"{question.key}.{code}.{medium}.again", problem, remedy)


def _keys(survey: Survey) -> Iterator[Finding]:
    """A caller is told which keys want no more questions, repeat a rating, end two digits or skip an open question."""
    for code, language in survey.languages.items():
        star, greeting = language.phrases["star"], survey.greeting[code, Medium.VOICE]
        if not re.search(rf"(?<!\w){re.escape(star)}\W+0(?!\w)", greeting, re.IGNORECASE):
            problem = f"does not say how to be asked no more ('{star} 0')"
            yield Finding(Severity.ERROR, f"greeting.{code}.voice", problem, f"say that {star} 0 stops all questions")
    for question, code, medium, prompt in _prompts(survey):
        if medium is not Medium.VOICE:
            continue
        phrases = survey.languages[code].phrases
        for (place, wording), (key, purpose) in product(
            _wordings(question, code, medium, prompt), _purposes(question).items()
        ):
            name = phrases[key]
            if not re.search(rf"(?<!\w){re.escape(name)}(?!\w)", wording, re.IGNORECASE):
                problem = f"does not mention the {key} key ({name!r})"
                yield Finding(Severity.ERROR, place, problem, f"say that it {purpose}")


def _yes_and_no(survey: Survey) -> Iterator[Finding]:
    """A consent says how yes and how no is said, and takes what it says for what it means."""
    callback = survey.callback
    if callback is None:
        return
    for code, medium in product(survey.languages, Medium):
        lexicon = survey.languages[code].lexicon
        for place, wording in _wordings(callback, code, medium, callback.prompts[code, medium]):
            said = {word for word in re.findall(r"\w+", wording) if medium is Medium.VOICE or word.isupper()}
            meant = (
                YES_OR_NO_KEYS if medium is Medium.VOICE else {word: find_consent(word, lexicon, {}) for word in said}
            )
            missing = {True, False} - {meaning for word, meaning in meant.items() if word in said}
            for which in sorted(missing, reverse=True):
                how = "name the keys 1 for yes and 2 for no" if medium is Medium.VOICE else "write them in capitals"
                yield Finding(Severity.ERROR, place, f"does not say how to answer {'yes' if which else 'no'}", how)


def _carrier_words(survey: Survey) -> Iterator[Finding]:
    """No text asks for an answer at which the carrier would act by itself."""
    remedy = "ask for numbers or for other words: the carrier acts on this one by itself"
    for place, text in _written(survey):
        for word in KEYWORDS:
            shouted = rf"(?<!\w){word}(?!\w)" + rf"|(?i:['\"“„«‘] ?{word} ?['\"”»’])"
            chosen = rf"(?im:=\s*{word}\W*$)"
            if re.search(chosen, text) or (word not in _INSTRUCTIONS and re.search(shouted, text)):
                yield Finding(Severity.ERROR, place, f"offers {word} as an answer", remedy)
    for question in survey.questions:
        for code, anchors in question.anchors.items() if isinstance(question, Rating) else ():
            for words in {anchors.low.upper(), anchors.high.upper()} & set(KEYWORDS):
                yield Finding(Severity.ERROR, f"{question.key}.{code}.anchors", f"{words} names an end", remedy)


def _sizes(survey: Survey, most_segments: int) -> Iterator[Finding]:
    """No message is longer than it need be, or than can be sent."""
    for sent in outgoing(survey):
        if len(sent.text) > LONGEST_MESSAGE:
            problem = f"the longest message here has {len(sent.text)} characters, and {LONGEST_MESSAGE} can be sent"
            yield Finding(Severity.ERROR, sent.place, problem, "shorten it")
        elif sent.size.segments > most_segments:
            forced = sent.size.forcing
            cause = f" because of {' '.join(forced)}" if forced else ""
            problem = f"the longest message here takes {sent.size.segments} SMS segments in {sent.size.encoding}{cause}"
            remedy = "find words without these characters, or shorten it" if forced else "shorten it"
            yield Finding(Severity.WARNING, sent.place, problem, remedy)


def _voice(code: str, name: str, locale: str, known: Mapping[str, str]) -> Iterator[Finding]:
    place = f"voices.{code}"
    google = re.fullmatch(r"Google\.([a-z]{2,3}-[A-Z]{2})-.+", name)
    spoken = google[1] if google else known.get(name)
    if not locale.startswith(f"{code}-"):
        problem = f"{locale!r} is no locale of the language {code!r}"
        yield Finding(Severity.ERROR, place, problem, f"name one that begins with '{code}-'")
    elif name in ("man", "woman"):
        problem = f"{name!r} is whatever voice the carrier has for {locale}"
        yield Finding(Severity.WARNING, place, problem, "name a voice, so that it stays the same")
    elif spoken is None:
        yield Finding(Severity.WARNING, place, f"the voice {name!r} is not known here", nearest(name, known))
    elif spoken != locale:
        there = sorted(voice for voice, of in known.items() if of == locale)
        problem = f"the voice {name!r} speaks {spoken}, not {locale}"
        yield Finding(
            Severity.ERROR, place, problem, f"choose a voice of {locale}: {', '.join(there) or 'none is known here'}"
        )


def _purposes(question: Question) -> Mapping[str, str]:
    """What a caller must know of the keys * and # at this question, by the phrase that names the key."""
    if isinstance(question, Consent):
        return {}
    if isinstance(question, Open):
        return {"hash": "skips the question"}
    return {"star": "repeats the question"} | ({"hash": "ends a number"} if question.scale.high > 9 else {})


def _prompts(survey: Survey) -> Iterator[tuple[Question, str, Medium, Prompt]]:
    for question in survey.everything:
        for code in survey.languages:
            for medium in Medium:
                yield question, code, medium, question.prompts[code, medium]


def _wordings(question: Question, code: str, medium: Medium, prompt: Prompt) -> Iterator[tuple[str, str]]:
    """Each wording with its place, in the order in which they are said."""
    yield f"{question.key}.{code}.{medium}.ask", prompt.ask
    for number, wording in enumerate(prompt.again):
        yield f"{question.key}.{code}.{medium}.again.{number}", wording


def _written(survey: Survey) -> Iterator[tuple[str, str]]:
    """Everything that is sent as text, with its place."""
    for question, code, medium, prompt in _prompts(survey):
        if medium is Medium.TEXT:
            yield from _wordings(question, code, medium, prompt)
    for code, language in survey.languages.items():
        yield f"greeting.{code}.text", survey.greeting[code, Medium.TEXT]
        yield f"thanks.{code}.text", survey.thanks[code, Medium.TEXT]
        yield from ((f"phrases.{key}.{code}", phrase) for key, phrase in language.phrases.items())


def _listed(things: tuple[str, ...]) -> str:
    return " and ".join(repr(thing) for thing in things)
