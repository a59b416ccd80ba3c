"""What a survey is: questions in order, each with its scale and its words in every language and medium."""

import hashlib
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from flows.language import Language

_PLACEHOLDER = re.compile(r"\{([a-z_]+)\}")


class Medium(StrEnum):
    """What wording depends on."""

    VOICE = "voice"
    TEXT = "text"


class Channel(StrEnum):
    """What the carrier depends on."""

    CALL = "call"
    SMS = "sms"
    WHATSAPP = "whatsapp"

    @property
    def medium(self) -> Medium:
        return Medium.VOICE if self is Channel.CALL else Medium.TEXT


class Direction(StrEnum):
    """Which end of a scale is the good one."""

    LOW_IS_GOOD = "low_is_good"
    HIGH_IS_GOOD = "high_is_good"


@dataclass(frozen=True, slots=True)
class Scale:
    """The whole numbers a rating can take, both ends included."""

    low: int
    high: int
    direction: Direction

    def __contains__(self, value: int) -> bool:
        return self.low <= value <= self.high

    def __str__(self) -> str:
        return f"from {self.low} to {self.high}, {self.direction}"


@dataclass(frozen=True, slots=True)
class Anchors:
    """The words at the two ends of a scale, in one language."""

    low: str
    high: str


@dataclass(frozen=True, slots=True)
class Prompt:
    """How a question is put in one language over one medium: first in full, then shorter each time it is asked again.

    There are as many tries as there are wordings; after the last the question is left unanswered.
    """

    ask: str
    again: tuple[str, ...] = ()

    @property
    def tries(self) -> int:
        return 1 + len(self.again)

    def on_try(self, number: int) -> str:
        """The wording for try `number`, counted from 0; tries past the last repeat the last wording."""
        wordings = (self.ask, *self.again)
        return wordings[min(number, len(self.again))]


@dataclass(frozen=True, slots=True)
class Condition:
    """Holds when the named rating was answered with a number from `low` to `high`; unanswered, it never holds."""

    question: str
    low: int
    high: int


Prompts = Mapping[tuple[str, Medium], Prompt]


@dataclass(frozen=True, slots=True)
class Rating:
    """A question answered by a number on a scale whose ends have names.

    instrument: which published measure this is; answers to different instruments are never averaged.
    anchors, bridges: by language. A bridge is said first when the rating before ran in the other direction.
    read_back: the values that are read back over the telephone with one key to change them.
    """

    key: str
    instrument: str
    scale: Scale
    anchors: Mapping[str, Anchors]
    prompts: Prompts
    bridges: Mapping[str, str]
    read_back: frozenset[int] = frozenset()
    only_if: tuple[Condition, ...] = ()


@dataclass(frozen=True, slots=True)
class Open:
    """A question answered in the respondent's own words."""

    key: str
    prompts: Prompts
    only_if: tuple[Condition, ...] = ()


@dataclass(frozen=True, slots=True)
class Consent:
    """A yes or no asked once everything else has been, for a purpose of its own; no figure counts it.

    ask_when: one of these must hold, and where none does nobody is asked.
    """

    key: str
    prompts: Prompts
    ask_when: tuple[Condition, ...]


Question = Rating | Open | Consent


@dataclass(frozen=True, slots=True)
class Survey:
    """A survey, loaded and found faultless: every language has every word that can be needed.

    version: a hash of everything that can be asked, so that two versions never mix unseen.
    callback: asks, at the end, whether the respondent may be called back about it. A survey is complete without.
    greeting, thanks: by language and medium. company: who asks; its name is in no version and in no series.
    Wordings still hold {company}, and phrases their own placeholders: `say` fills them in.
    """

    key: str
    version: str
    questions: tuple[Rating | Open, ...]
    languages: Mapping[str, Language]
    greeting: Mapping[tuple[str, Medium], str]
    thanks: Mapping[tuple[str, Medium], str]
    company: str = ""
    callback: Consent | None = None

    @property
    def everything(self) -> tuple[Question, ...]:
        """All that can be asked, in its order."""
        return (*self.questions, self.callback) if self.callback else self.questions

    def say(self, template: str, **values: object) -> str:
        """The template with the company's name and the given values in their placeholders."""
        return fill(template, company=self.company, **values)

    def question(self, key: str) -> Question:
        """The question of that key. Raises KeyError where the survey has none."""
        for question in self.everything:
            if question.key == key:
                return question
        raise KeyError(key)


def fill(template: str, **values: object) -> str:
    """The template with each {name} replaced by the value of that name, and nothing replaced within a value."""
    return _PLACEHOLDER.sub(lambda found: str(values.get(found[1], found[0])), template)


def series(question: Question, language: str, medium: Medium) -> str:
    """Twelve hex digits that change with the wording, anchors or scale of a question in this language and medium.

    Answers with different series are different measurements and are never put in one trend unmarked.
    """
    prompt = question.prompts[language, medium]
    asked: list[object] = [prompt.ask, prompt.again]
    if isinstance(question, Rating):
        anchors = question.anchors[language]
        scale = question.scale
        asked += [question.instrument, scale.low, scale.high, scale.direction, anchors.low, anchors.high]
        asked += [question.bridges.get(language, "")]
    return hashlib.sha256(json.dumps(asked).encode()).hexdigest()[:12]
