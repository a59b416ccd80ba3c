"""Finds the phrases of one language in a row of words: exact ones, compounds, gaps and numbers, in one pass."""

from collections.abc import Iterable, Sequence
from typing import NamedTuple

from nlp.automaton import Node, Sense, State
from nlp.seeds import FREE, Pattern
from nlp.vocabulary import Vocabulary
from nlp.words import Words

_WIDEST_GAP = 3

Read = Sequence[tuple[str, ...]]
"""Of each word the elements of phrases that it may be."""


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


class Matcher:
    """The phrases of a language, ready to be found."""

    def __init__(self, language: Words, phrases: Iterable[tuple[Pattern, Sense]]) -> None:
        anywhere, whole = Node(), Node()
        self._barriers: set[str] = set()
        elements: dict[str, None] = {}
        for pattern, sense in phrases:
            (whole if pattern.is_whole else anywhere).add(pattern, sense)
            elements.update(dict.fromkeys(pattern.elements()))
            if sense.name == "parts":
                self._barriers.update(pattern.elements())
        self._anywhere, self._whole = State([anywhere]), State([whole])
        self._weights = {e: 2 * len(e.strip("*~")) + ("*" not in e) for e in elements}
        self._free = {element for element in elements if element.endswith(FREE)}
        self.vocabulary = Vocabulary(language, elements)

    def find(self, read: Read, stops: Sequence[int]) -> list[Match]:
        """Every phrase in words that were read by the vocabulary.

        stops: for each word the place where its clause ends, beyond which no phrase that holds it can go.
        """
        found: list[Match] = []
        first = self._anywhere
        for place, elements in enumerate(read):
            for element in elements:
                if element in first.opens:
                    self._walk(first.after(element), read, stops[place], (place,), (element,), found)
        return found

    def find_whole(self, read: Read) -> list[Match]:
        """The phrases that all these words are when taken together, whatever signs stand between them."""
        found: list[Match] = []
        for element in read[0]:
            if element in self._whole.opens:
                self._walk(self._whole.after(element), read, len(read), (0,), (element,), found)
        return [match for match in found if match.end == len(read)]

    def find_nothing(self) -> list[Match]:
        """What a verbatim of signs without a word stands for, as if its first sign were a word."""
        return [Match((0,), 0, sense) for sense in self._whole.senses]

    def _walk(
        self,
        state: State,
        read: Read,
        stop: int,
        places: tuple[int, ...],
        elements: tuple[str, ...],
        found: list[Match],
    ) -> None:
        """Note what is complete in a state that these places led to, and go on from it."""
        for sense in state.senses:
            found.append(self._match(places, elements, sense))
        place = places[-1] + 1
        if place >= stop:
            return
        if state.opens:
            for element in read[place]:
                if element in state.opens:
                    self._walk(state.after(element), read, stop, (*places, place), (*elements, element), found)
        gap = state.gap
        if gap is not None:
            for later in range(place, min(place + _WIDEST_GAP + 1, stop)):
                for element in read[later]:
                    if element in gap.opens:
                        self._walk(gap.after(element), read, stop, (*places, later), (*elements, element), found)
                if not self._barriers.isdisjoint(read[later]):
                    break

    def _match(self, places: tuple[int, ...], elements: tuple[str, ...], sense: Sense) -> Match:
        weight = sum([self._weights[element] for element in elements])
        if self._free.isdisjoint(elements):
            return Match(places, weight, sense)
        free = tuple(place for place, element in zip(places, elements, strict=True) if element in self._free)
        return Match(places, weight, sense, free)
