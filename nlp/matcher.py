"""Finds the phrases of one language in a row of words: exact ones, compounds, gaps and numbers, in one pass."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from nlp.seeds import GAP, Pattern
from nlp.vocabulary import Vocabulary
from nlp.words import Words

_WIDEST_GAP = 3


class Sense(NamedTuple):
    """What a phrase stands for: a theme, with the feeling it tells of if any, or a role.

    weight: letters that were asked for; of two phrases for the same words the heavier one knows better.
    """

    name: str
    is_theme: bool
    weight: int
    feeling: str = ""


class Match(NamedTuple):
    """A phrase that was met. places: of its own words, in order; between them may lie those of a gap."""

    places: tuple[int, ...]
    sense: Sense

    @property
    def start(self) -> int:
        return self.places[0]

    @property
    def end(self) -> int:
        """The first place after it."""
        return self.places[-1] + 1


@dataclass(slots=True)
class _Node:
    """A beginning that phrases have in common, and how they go on."""

    following: dict[str, "_Node"] = field(default_factory=dict)
    gap: "_Node | None" = None
    senses: list[Sense] = field(default_factory=list)


class Matcher:
    """The phrases of a language, ready to be found."""

    def __init__(self, language: Words, phrases: Iterable[tuple[Pattern, Sense]]) -> None:
        self._anywhere, self._whole = _Node(), _Node()
        self._barriers: set[str] = set()
        elements: dict[str, None] = {}
        for pattern, sense in phrases:
            node = self._whole if pattern.is_whole else self._anywhere
            for element in pattern.elements:
                elements[element] = None
                if element == GAP:
                    node.gap = node.gap or _Node()
                    node = node.gap
                else:
                    node = node.following.setdefault(element, _Node())
            node.senses.append(sense)
            if sense.name == "parts":
                self._barriers.update(pattern.elements)
        self.vocabulary = Vocabulary(language, elements)

    def find(self, read: Sequence[tuple[str, ...]], stops: Sequence[int]) -> list[Match]:
        """Every phrase in words that were read by the vocabulary.

        stops: for each word the place where its clause ends, beyond which no phrase that holds it can go.
        """
        found: list[Match] = []
        following = self._anywhere.following
        for place, elements in enumerate(read):
            for element in elements:
                node = following.get(element)
                if node is not None:
                    self._walk(node, read, (place,), stops[place], found)
        return found

    def find_whole(self, read: Sequence[tuple[str, ...]]) -> list[Match]:
        """The phrases that all these words are when taken together, whatever signs stand between them."""
        found: list[Match] = []
        for element in read[0]:
            node = self._whole.following.get(element)
            if node is not None:
                self._walk(node, read, (0,), len(read), found)
        return [match for match in found if match.end == len(read)]

    def find_nothing(self) -> list[Match]:
        """What a verbatim of signs without a word stands for, as if its first sign were a word."""
        return [Match((0,), sense) for sense in self._whole.senses]

    def _walk(
        self, node: _Node, read: Sequence[tuple[str, ...]], places: tuple[int, ...], stop: int, found: list[Match]
    ) -> None:
        found.extend(Match(places, sense) for sense in node.senses)
        place = places[-1] + 1
        if node.following and place < stop:
            self._step(node, read, places, place, stop, found)
        if node.gap is not None:
            for later in range(place, min(place + _WIDEST_GAP + 1, stop)):
                self._step(node.gap, read, places, later, stop, found)
                if not self._barriers.isdisjoint(read[later]):
                    break

    def _step(
        self,
        node: _Node,
        read: Sequence[tuple[str, ...]],
        places: tuple[int, ...],
        place: int,
        stop: int,
        found: list[Match],
    ) -> None:
        for element in read[place]:
            following = node.following.get(element)
            if following is not None:
                self._walk(following, read, (*places, place), stop, found)
