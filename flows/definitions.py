"""What stands in the files of a survey, its instruments and its languages, as the types of `flows.survey`."""

import hashlib
import json
from collections.abc import Callable, Collection, Mapping
from dataclasses import replace
from itertools import product
from pathlib import PurePath

from flows.document import Part, nearest
from flows.language import Language, Lexicon
from flows.lexicon import lexicon
from flows.measures import PUBLISHED, Measure
from flows.survey import (
    Anchors,
    Condition,
    Consent,
    Direction,
    Medium,
    Open,
    Prompt,
    Rating,
    Scale,
    Survey,
    fill,
    series,
)
from flows.turn import Reason

PHRASES: Mapping[str, tuple[str, ...]] = {
    **{reason.value: () for reason in Reason},
    **dict.fromkeys(("left_out", "skipped", "asked_again", "nothing_to_correct"), ()),
    **dict.fromkeys(("callback_voice", "callback_text", "no_callback"), ()),
    "corrected": ("value", "old"),
    "read_back": ("value", "meaning"),
    "near": ("words",),
    "between": ("low_words", "high_words"),
    "change_key": (),
    "menu": ("key",),
    **dict.fromkeys(("offer", "offer_agreed"), ()),
    "no_survey": ("company",),
    **dict.fromkeys(("help_voice", "help_text", "resumed_voice", "resumed_text", "reminder"), ("company",)),
    **dict.fromkeys(("opted_out", "opted_in", "goodbye", "already_over", "star", "hash"), ()),
}
"""What every language must be able to say, with the placeholders each phrase must hold; {company} may stand in any."""

CALLBACK = "callback"
"""The key of the consent to be called back."""

_OF_RATING = ("company", "low", "high", "low_words", "high_words")
_MEDIA = tuple(medium.value for medium in Medium)
_DIRECTIONS = tuple(direction.value for direction in Direction)

Find = Callable[[Part], Part]
"""Gives the content of the file that a part names; where there is none, a fault is noted and the content is blank."""


def build_survey(part: Part, instrument: Find, language: Find, stop: Collection[str], company: str) -> Survey:
    """The survey defined by a file, with the instruments and languages it names; unusable where faults are noted.

    stop: the messages for stop that every language shares.
    """
    fields = part.fields(("survey", "languages", "greeting", "questions", "thanks"), ("callback",))
    key = _own_name(fields["survey"])
    spoken: dict[str, Language] = {}
    for item in fields["languages"].items(needed=True):
        code = item.name()
        if code in spoken:
            item.fault(f"the language {code!r} stands here twice", "remove one of the two")
        elif code:
            spoken[code] = build_language(language(item), stop)
    greeting, thanks = (_by_medium(fields[name], spoken) for name in ("greeting", "thanks"))
    questions: list[Rating | Open] = []
    before = len(part.faults)
    for item in fields["questions"].items(needed=True):
        questions.append(_question(item, questions, spoken, instrument))
    callback = None
    if "callback" in fields:
        # conditions on questions that are faulty are no faults of their own
        ask_of = questions if len(part.faults) == before else None
        callback = _callback(fields["callback"], ask_of, spoken)
    survey = Survey(key, "", tuple(questions), spoken, greeting, thanks, company, callback)
    return survey if part.faults else replace(survey, version=_version(survey))


def without_callback(survey: Survey) -> Survey:
    """The survey that nobody is asked for a callback by; what is asked differs, and so does its version."""
    rest = replace(survey, callback=None)
    return replace(rest, version=_version(rest))


def build_language(part: Part, stop: Collection[str]) -> Language:
    """The language defined by a file. stop: the messages for stop that every language shares."""
    fields = part.fields(("code", "locale", "name", "phrases", "reading"))
    phrases = fields["phrases"].fields(tuple(PHRASES))
    said = {key: phrases[key].text(required, ("company",)) for key, required in PHRASES.items()}
    code, locale, name = _own_name(fields["code"]), fields["locale"].text(), fields["name"].text()
    if code and locale and not locale.startswith(f"{code}-"):
        fields["locale"].fault(f"{locale!r} is no locale of {code!r}", f"write one that begins with '{code}-'")
    return Language(code, locale, name, said, _lexicon(fields["reading"], stop))


def build_instrument(part: Part, languages: Collection[str]) -> Rating:
    """The rating defined by a file, for these languages; it has no key yet, nor conditions."""
    fields = part.fields(("instrument", "scale", "languages"), ("read_back",))
    scale = _scale(fields["scale"], PUBLISHED.get(PurePath(part.file).stem))
    read_back = _read_back(fields["read_back"], scale) if "read_back" in fields else frozenset()
    anchors: dict[str, Anchors] = {}
    bridges: dict[str, str] = {}
    prompts: dict[tuple[str, Medium], Prompt] = {}
    for code, entry in _in_languages(fields["languages"], languages).items():
        wording = entry.fields(("anchors", *_MEDIA), ("bridge",))
        ends = wording["anchors"].fields(("low", "high"))
        anchors[code] = Anchors(ends["low"].text(), ends["high"].text())
        if anchors[code].low.casefold() == anchors[code].high.casefold() != "":
            wording["anchors"].fault("both ends have the same words", "give each end words of its own")
        known: dict[str, object] = {"low": scale.low, "high": scale.high}
        known |= {"low_words": anchors[code].low, "high_words": anchors[code].high}
        if "bridge" in wording:
            bridges[code] = fill(wording["bridge"].text(optional=_OF_RATING), **known)
        for medium in Medium:
            prompt = _prompt(wording[medium], _OF_RATING)
            prompts[code, medium] = Prompt(
                fill(prompt.ask, **known), tuple(fill(again, **known) for again in prompt.again)
            )
    return Rating("", _own_name(fields["instrument"]), scale, anchors, prompts, bridges, read_back)


def _question(part: Part, before: list[Rating | Open], languages: Collection[str], instrument: Find) -> Rating | Open:
    fields = part.fields(("key",), ("instrument", "open", "only_if"))
    key = fields["key"].name()
    if key and any(question.key == key for question in before):
        fields["key"].fault(f"there is a question {key!r} already", "give each question a key of its own")
    only_if = _conditions(fields["only_if"], before) if "only_if" in fields else ()
    match "instrument" in fields, "open" in fields:
        case True, False:
            rating = build_instrument(instrument(fields["instrument"]), languages)
        case False, True:
            return Open(key, _prompts(fields["open"], languages), only_if)
        case _:
            part.fault("a question is either a rating or an open one", "give it either 'instrument: NAME' or 'open:'")
            rating = build_instrument(replace(part, node=None), languages)
    return replace(rating, key=key, only_if=only_if)


def _callback(part: Part, before: list[Rating | Open] | None, languages: Collection[str]) -> Consent:
    fields = part.fields(("ask_when", "consent"))
    if any(question.key == CALLBACK for question in before or ()):
        part.fault(f"there is a question {CALLBACK!r} already", "give that question another key")
    conditions = () if before is None else _conditions(fields["ask_when"], before)
    if not conditions and not part.faults:
        fields["ask_when"].fault("nobody would ever be asked", "name a rating and its numbers, as in nps: 0-6")
    return Consent(CALLBACK, _prompts(fields["consent"], languages), conditions)


def _prompts(part: Part, languages: Collection[str]) -> dict[tuple[str, Medium], Prompt]:
    return {
        (code, medium): _prompt(wording[medium], ("company",))
        for code, entry in _in_languages(part, languages).items()
        for wording in (entry.fields(_MEDIA),)
        for medium in Medium
    }


def _conditions(part: Part, before: list[Rating | Open]) -> tuple[Condition, ...]:
    found: list[Condition] = []
    ratings = {question.key: question for question in before if isinstance(question, Rating)}
    for key, entry in part.entries().items():
        span = entry.span()
        if key not in ratings:
            is_open = any(question.key == key for question in before)
            what = "is open, and has no number" if is_open else "is not asked before this one"
            entry.fault(f"the question {key!r} {what}", nearest(key, ratings))
        elif span:
            scale = ratings[key].scale
            if scale.low < scale.high and not scale.low <= span[0] <= span[1] <= scale.high:
                entry.fault(
                    f"{span[0]}-{span[1]} does not lie on the scale of {key!r}",
                    f"name numbers from {scale.low} to {scale.high}, the lower one first",
                )
            found.append(Condition(key, *span))
    return tuple(found)


def _scale(part: Part, published: Measure | None) -> Scale:
    before = len(part.faults)
    fields = part.fields(("from", "to", "direction"))
    low, high, direction = fields["from"].number(), fields["to"].number(), fields["direction"].name()
    if low is not None and low < 0:
        fields["from"].fault("a scale below 0 cannot be keyed", "let it begin at 0 or 1")
    if low is not None and high is not None and low >= high:
        part.fault(f"the scale runs from {low} to {high}", "let 'from' be lower than 'to'")
    if high is not None and high > 99:
        fields["to"].fault("a scale above 99 takes more than two keys", "let it end at 99 or lower")
    if direction and direction not in _DIRECTIONS:
        fields["direction"].fault(f"unknown direction {direction!r}", nearest(direction, _DIRECTIONS))
    scale = Scale(low or 0, high or 0, Direction(direction if direction in _DIRECTIONS else _DIRECTIONS[0]))
    if published and scale != published.scale and len(part.faults) == before:
        part.fault(
            f"{published.instrument} is published {published.scale}, and this one runs {scale}",
            "give the file and the instrument a name of their own, so that figures tell the two apart",
        )
    return scale


def _read_back(part: Part, scale: Scale) -> frozenset[int]:
    if part.node is not None and part.node.value == "all":
        return frozenset(range(scale.low, min(scale.high, 99) + 1))
    found = frozenset(number for item in part.items(wanted="a list or 'all'") if (number := item.number()) is not None)
    for number in sorted(found):
        if number not in scale and scale.low < scale.high:
            part.fault(f"{number} is not on the scale", f"name numbers from {scale.low} to {scale.high}, or 'all'")
    return found


def _own_name(part: Part) -> str:
    """The name of a file, which must also stand in it, lest a copy pass for what it was copied from."""
    name, stem = part.name(), PurePath(part.file).stem
    if name and name != stem:
        part.fault(f"this file is called {stem!r} and says {name!r}", "let both be the same")
    return stem


def _prompt(part: Part, placeholders: Collection[str]) -> Prompt:
    fields = part.fields(("ask",), ("again",))
    again = fields["again"].items() if "again" in fields else []
    return Prompt(fields["ask"].text(optional=placeholders), tuple(item.text(optional=placeholders) for item in again))


def _by_medium(part: Part, languages: Collection[str]) -> dict[tuple[str, Medium], str]:
    return {
        (code, medium): wording[medium].text(optional=("company",))
        for code, entry in _in_languages(part, languages).items()
        for wording in (entry.fields(_MEDIA),)
        for medium in Medium
    }


def _in_languages(part: Part, languages: Collection[str]) -> dict[str, Part]:
    """The part of each language that is needed; others may stand beside them, for other surveys."""
    entries = part.entries()
    for code in languages:
        if code not in entries and part.node is not None:
            part.fault(f"the language {code!r} is missing", f"add {code!r}, or remove it from the survey's languages")
    return {code: entries[code] for code in languages if code in entries}


def _lexicon(part: Part, stop: Collection[str]) -> Lexicon:
    plain = part.plain()
    if not isinstance(plain, dict):
        part.entries()  # notes what stands here instead
        return Lexicon()
    try:
        return lexicon(plain, stop)
    except ValueError as error:
        part.fault(str(error), "see the other languages for how words are listed")
        return Lexicon()


def _version(survey: Survey) -> str:
    """Twelve hex digits that change with everything that can be asked, and with nothing else."""
    asked: list[object] = [
        [question.key, [(c.question, c.low, c.high) for c in question.only_if]] for question in survey.questions
    ]
    asked += [sorted(question.read_back) for question in survey.questions if isinstance(question, Rating)]
    asked += [[CALLBACK, c.question, c.low, c.high] for c in (survey.callback.ask_when if survey.callback else ())]
    for code, medium in product(survey.languages, Medium):
        asked += [code, medium, survey.greeting[code, medium]]
        asked += [series(question, code, medium) for question in survey.everything]
    return hashlib.sha256(json.dumps(asked).encode()).hexdigest()[:12]
