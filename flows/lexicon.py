"""Builds the words by which answers are read from the `reading` section of a language."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping
from typing import Any

from flows.language import Lexicon
from flows.roles import Meaning, Role
from flows.words import words

LISTS = (
    *(Role.ONE, Role.ARTICLE, Role.FILLER, Role.COURTESY, Role.CAUSE, Role.OPENER, Role.OTHERS, Role.CONCLUSION),
    *(Role.AND, Role.HINGE, Role.TO, Role.FROM, Role.OUT_OF, Role.SCALE, Role.POINT, Role.PART, Role.UNIT, Role.LABEL),
    *(Role.TALLY, Role.ORDINAL, Role.NO, Role.NEGATION, Role.INEXACT, Role.DOUBT, Role.GOOD, Role.BAD),
    *(Role.EASY, Role.HARD, Role.MUCH, Role.LITTLE, Role.WORD),
)
"""The roles whose words are listed under the role's name in small letters."""

WISHES = ("start", "help", "repeat", "skip", "back")
"""The wishes that are whole messages, and that every language has words of its own for."""


def lexicon(plain: Mapping[str, Any], stop: Collection[str]) -> Lexicon:
    """The lexicon that a `reading` section describes, with the messages for stop that every language shares.

    plain: for every role in `LISTS` its words; `numbers`, the words by number; `wishes`, the messages by wish, and
    for stop only those that are not shared; `consent`, what says yes and no to one; `correct`, the words that stand
    before and after the number that was meant.
    Raises ValueError with everything that is missing, unknown, no text, or listed twice.
    """
    section = _Section(plain)
    meanings = [Meaning(phrase, role) for role in LISTS for phrase in section.phrases(role.name.lower())]
    meanings += [Meaning(phrase, Role.NUMBER, value) for value, phrase in section.numbers()]
    corrections = [Meaning(phrase, Role.TAKES_NEXT) for phrase in section.phrases("correct", "before")]
    corrections += [Meaning(phrase, Role.TAKES_LAST) for phrase in section.phrases("correct", "after")]
    consents = [Meaning(phrase, Role.ANCHOR, 1) for phrase in section.phrases("consent", "yes")]
    consents += [Meaning(phrase, Role.ANCHOR, 0) for phrase in section.phrases("consent", "no")]
    wishes = [(phrase, wish) for wish in WISHES for phrase in section.phrases("wishes", wish)]
    wishes += [(phrase, "stop") for phrase in section.phrases("wishes", "stop", optional=True)]
    wishes += [(words(text), "stop") for text in stop]
    section.complain_of_others({*(role.name.lower() for role in LISTS), "numbers", "correct", "consent", "wishes"})
    section.complain_of_twins(meaning.words for meaning in meanings)
    section.complain_of_twins(meaning.words for meaning in corrections)
    section.complain_of_twins(meaning.words for meaning in consents)
    section.complain_of_twins(phrase for phrase, _ in wishes)
    if section.faults:
        raise ValueError("; ".join(section.faults))
    by_first_word = _by_first_word(meanings), _by_first_word(corrections)
    return Lexicon(*by_first_word, dict(wishes), _pieces(meanings), _by_first_word(consents))


class _Section:
    """What stands in the section, and what is wrong with it."""

    def __init__(self, plain: Mapping[str, Any]) -> None:
        self.plain = plain
        self.faults: list[str] = []

    def phrases(self, *keys: str, optional: bool = False) -> list[tuple[str, ...]]:
        """The phrases listed under these keys, one within the other."""
        found: Any = self.plain
        for key in keys:
            found = found.get(key) if isinstance(found, Mapping) else None
        return [] if optional and found is None else list(self._listed(found, ".".join(keys)))

    def numbers(self) -> Iterator[tuple[int, tuple[str, ...]]]:
        """Every number word with its number; each up to 10 needs one, apart from 1, which may be an article."""
        found = self.plain.get("numbers")
        if not isinstance(found, Mapping):
            self.faults.append("'numbers' is missing: the words by number")
            return
        for value in [value for value in range(11) if value not in found and value != 1]:
            self.faults.append(f"'numbers' has no words for {value}")
        for value, listed in found.items():
            if not isinstance(value, int) or isinstance(value, bool):
                self.faults.append(f"'numbers' has {value!r} for a number")
                continue
            for phrase in self._listed(listed, f"numbers.{value}"):
                yield value, phrase

    def complain_of_others(self, known: set[str]) -> None:
        self.faults += [f"{key!r} is unknown" for key in self.plain if key not in known]

    def complain_of_twins(self, phrases: Iterable[tuple[str, ...]]) -> None:
        seen: set[tuple[str, ...]] = set()
        for phrase in phrases:
            if phrase in seen:
                self.faults.append(f"{' '.join(phrase)!r} is listed twice")
            seen.add(phrase)

    def _listed(self, found: Any, place: str) -> Iterator[tuple[str, ...]]:
        if not isinstance(found, list):
            self.faults.append(f"{place!r} is missing: a list of words")
            return
        for text in found:
            if isinstance(text, str) and (phrase := words(text)):
                yield phrase
            else:
                self.faults.append(f"{place!r} holds {text!r}, which is no text: put it in quotes")


def _by_first_word(meanings: Iterable[Meaning]) -> Mapping[str, tuple[Meaning, ...]]:
    found: defaultdict[str, list[Meaning]] = defaultdict(list)
    for meaning in sorted(meanings, key=lambda meaning: -len(meaning.words)):
        found[meaning.words[0]].append(meaning)
    return {word: tuple(listed) for word, listed in found.items()}


def _pieces(meanings: Iterable[Meaning]) -> Mapping[str, Role]:
    """Single words that make compounds, such as the German ones for 28, for 8½ and for 8.5."""
    parts = {Role.NUMBER, Role.ONE, Role.AND, Role.PART, Role.POINT}
    return {one.words[0]: one.role for one in meanings if one.role in parts and len(one.words) == 1}
