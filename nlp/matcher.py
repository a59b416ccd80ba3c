"""Finds the phrases of one language in a row of words: exact ones, compounds, gaps and numbers, in one pass."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from nlp import seeds
from nlp.seeds import FREE, GAP, Choice, Pattern
from nlp.vocabulary import Vocabulary
from nlp.words import Words

_WIDEST_GAP = 3

Read = Sequence[tuple[str, ...]]
"""Of each word the elements of phrases that it may be."""


class Sense(NamedTuple):
    """What a phrase stands for: a theme, with the feeling it tells of if any, or a role.

    rank: of two phrases for the same words the one with the lower rank is meant.
    """

    name: str
    is_theme: bool
    rank: int
    feeling: str = ""


class Match(NamedTuple):
    """A phrase that was met. places: of its words, in order; between them may lie those of a gap.

    weight: letters that were asked for; of two phrases for the same words the heavier one knows better; free: the
    places of words that may speak for another theme too.
    """

    places: tuple[int, ...]
    weight: int
    sense: Sense
    free: tuple[int, ...] = ()

    @property
    def start(self) -> int:
        return self.places[0]

    @property
    def end(self) -> int:
        """The first place after it."""
        return self.places[-1] + 1


@dataclass(slots=True, eq=False)
class _Node:
    """A place within phrases, and how they go on: with a word, or after a gap with one of the words there.

    is_free: the word that leads here may speak for another theme too.
    """

    following: dict[str, list["_Node"]] = field(default_factory=dict)
    gaps: list["_Node"] = field(default_factory=list)
    senses: list[Sense] = field(default_factory=list)
    is_free: bool = False


class Matcher:
    """The phrases of a language, ready to be found."""

    def __init__(self, language: Words, phrases: Iterable[tuple[Pattern, Sense]]) -> None:
        self._anywhere, self._whole = _Node(), _Node()
        self._barriers: set[str] = set()
        elements: dict[str, int] = {}
        for pattern, sense in phrases:
            root = self._whole if pattern.is_whole else self._anywhere
            for node in _extend([root], pattern.sequence, root):
                node.senses.append(sense)
            elements.update((element, _weight(element)) for element in pattern.elements())
            if sense.name == "parts":
                self._barriers.update(pattern.elements())
        self._weights = elements
        self.vocabulary = Vocabulary(language, elements)

    def find(self, read: Read, stops: Sequence[int]) -> list[Match]:
        """Every phrase in words that were read by the vocabulary.

        stops: for each word the place where its clause ends, beyond which no phrase that holds it can go.
        """
        found: list[Match] = []
        for place in range(len(read)):
            self._step(self._anywhere, _Path(read, stops[place], found), place)
        return found

    def find_whole(self, read: Read) -> list[Match]:
        """The phrases that all these words are when taken together, whatever signs stand between them."""
        found: list[Match] = []
        self._step(self._whole, _Path(read, len(read), found), 0)
        return [match for match in found if match.end == len(read)]

    def find_nothing(self) -> list[Match]:
        """What a verbatim of signs without a word stands for, as if its first sign were a word."""
        return [Match((0,), 0, sense) for sense in self._whole.senses]

    def _step(
        self,
        node: _Node,
        text: "_Path",
        place: int,
        places: tuple[int, ...] = (),
        weight: int = 0,
        free: tuple[int, ...] = (),
    ) -> None:
        """Go on from a node with the word at a place."""
        for element in text.read[place]:
            for following in node.following.get(element, ()):
                now_free = (*free, place) if following.is_free else free
                self._walk(following, text, (*places, place), weight + self._weights[element], now_free)

    def _walk(self, node: _Node, text: "_Path", places: tuple[int, ...], weight: int, free: tuple[int, ...]) -> None:
        """Note what is complete at a node, and go on from it."""
        text.found.extend(Match(places, weight, sense, free) for sense in node.senses)
        place = places[-1] + 1
        if node.following and place < text.stop:
            self._step(node, text, place, places, weight, free)
        for gap in node.gaps:
            text.found.extend(Match(places, weight, sense, free) for sense in gap.senses)
            for later in range(place, min(place + _WIDEST_GAP + 1, text.stop)):
                self._step(gap, text, later, places, weight, free)
                if not self._barriers.isdisjoint(text.read[later]):
                    break


class _Path(NamedTuple):
    """The words that are walked over, the place where to stop, and what was found on the way."""

    read: Read
    stop: int
    found: list[Match]


def _extend(nodes: list[_Node], sequence: seeds.Sequence, root: _Node) -> list[_Node]:
    """The nodes where the sequence has been met, coming from these. A gap before the first word is none."""
    for item in sequence:
        if isinstance(item, Choice):
            reached = [node for choice in item.sequences for node in _extend(nodes, choice, root)]
            nodes = list(dict.fromkeys(reached))
        elif item == GAP:
            gap = _Node()
            for node in nodes:
                if node is not root:
                    node.gaps.append(gap)
            nodes = [gap, *(node for node in nodes if node is root)]
        else:
            new = _Node(is_free=item.endswith(FREE))
            for node in nodes:
                node.following.setdefault(item.removesuffix(FREE), []).append(new)
            nodes = [new]
    return nodes


def _weight(element: str) -> int:
    """The letters that an element asks for, and one if it is a word as a whole."""
    return 2 * len(element.strip("*")) + ("*" not in element)
