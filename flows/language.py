"""What one language brings: the bot's phrases in it, and the words by which answers in it are understood."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from flows.roles import Meaning, Role


@dataclass(frozen=True, slots=True)
class Lexicon:
    """The words by which answers are read, all in plain small letters.

    meanings: what words mean in an answer, by the first of them, the longest first; corrections: the words by which an
    earlier answer is taken back, likewise; wishes: whole messages that ask something of the conversation, with the name
    of the wish; pieces: words of which compound number words are made; consents: what says yes (an anchor of the
    value 1) or no (of 0) to a consent, by the first word.
    """

    meanings: Mapping[str, tuple[Meaning, ...]] = field(default_factory=dict)
    corrections: Mapping[str, tuple[Meaning, ...]] = field(default_factory=dict)
    wishes: Mapping[tuple[str, ...], str] = field(default_factory=dict)
    pieces: Mapping[str, Role] = field(default_factory=dict)
    consents: Mapping[str, tuple[Meaning, ...]] = field(default_factory=dict)


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
