"""What goes into tagging and what comes out of it, as plain values: the rest of the product never sees spaCy."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum


class Sentiment(StrEnum):
    """How a verbatim feels about one theme."""

    POSITIVE = "positive"
    NEGATIVE = "negative"
    MIXED = "mixed"
    NEUTRAL = "neutral"


class Source(StrEnum):
    """Who says that a verbatim speaks of a theme."""

    RULE = "rule"
    MODEL = "model"
    HUMAN = "human"


@dataclass(frozen=True, slots=True)
class Stretch:
    """Part of a text, in characters from its beginning; end is the first that no longer belongs to it."""

    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Redaction:
    """Part of a text that tells who somebody is. kind: phone, email, iban, card, order or plate."""

    start: int
    end: int
    kind: str


@dataclass(frozen=True, slots=True)
class Verbatim:
    """An answer in somebody's own words.

    language: that of the session, None where nobody knows; question: the key of what was asked;
    scores: the same respondent's ratings by question, such as {"nps": 3}; own: their number, so that it is masked.
    """

    text: str
    language: str | None = None
    question: str | None = None
    scores: Mapping[str, int] = field(default_factory=dict)
    own: str | None = field(default=None, repr=False)


@dataclass(frozen=True, slots=True)
class Tag:
    """One theme of one verbatim.

    confidence: the calibrated probability, from 0 to 1, that somebody who codes by hand would say the same;
    evidence: the words that show it, in the order of the text.
    """

    theme: str
    sentiment: Sentiment
    confidence: float
    source: Source
    evidence: tuple[Stretch, ...] = ()


@dataclass(frozen=True, slots=True)
class Tagging:
    """All that was understood of one verbatim.

    language: in which it was read, None where that cannot be told; untagged: why it was left without tags, such as
    `language` or `empty`, None where it was read.
    """

    language: str | None
    tags: tuple[Tag, ...]
    redactions: tuple[Redaction, ...] = ()
    untagged: str | None = None
