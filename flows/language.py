"""What one language brings: the bot's phrases in it, and the words by which answers in it are understood."""

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Lexicon:
    """The words by which answers are read."""


@dataclass(frozen=True, slots=True)
class Language:
    """A language the bot speaks.

    code: ISO 639-1, as in surveys, the API and exports; locale: BCP 47 tag for speech; name: the language's own name;
    phrases: everything the bot says that belongs to no question, by key, with placeholders in braces.
    """

    code: str
    locale: str
    name: str
    phrases: Mapping[str, str]
    lexicon: Lexicon
