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
        text = self._text(read)
        first = self._anywhere
        for place, elements in enumerate(read):
            for element in elements:
                if element in first.opens:
                    state = first.after(element)
                    if state.is_end:
                        text.found.extend([self._match((place,), (element,), sense) for sense in state.senses])
                    else:
                        self._walk(state, text, stops[place], (place,), (element,))
        return text.found

    def find_whole(self, read: Read) -> list[Match]:
        """The phrases that all these words are when taken together, whatever signs stand between them."""
        text = self._text(read)
        for element in read[0]:
            if element in self._whole.opens:
                self._walk(self._whole.after(element), text, len(read), (0,), (element,))
        return [match for match in text.found if match.end == len(read)]

    def find_nothing(self) -> list[Match]:
        """What a verbatim of signs without a word stands for, as if its first sign were a word."""
        return [Match((0,), 0, sense) for sense in self._whole.senses]

    def _text(self, read: Read) -> "_Text":
        present = {element for elements in read for element in elements}
        return _Text(read, present, present & self._barriers, [])

    def _walk(self, state: State, text: "_Text", stop: int, places: tuple[int, ...], elements: tuple[str, ...]) -> None:
        """Note what is complete in a state that these places led to, and go on from it."""
        for sense in state.senses:
            text.found.append(self._match(places, elements, sense))
        place = places[-1] + 1
        if place >= stop:
            return
        for element in text.read[place]:
            if element in state.opens:
                self._walk(state.after(element), text, stop, (*places, place), (*elements, element))
        gap = state.gap
        if gap is None or text.present.isdisjoint(gap.opens):
            return
        for later in range(place, min(place + _WIDEST_GAP + 1, stop)):
            for element in text.read[later]:
                if element in gap.opens:
                    self._walk(gap.after(element), text, stop, (*places, later), (*elements, element))
            if text.barriers and not text.barriers.isdisjoint(text.read[later]):
                break

    def _match(self, places: tuple[int, ...], elements: tuple[str, ...], sense: Sense) -> Match:
        weight = sum(map(self._weights.__getitem__, elements))
        if self._free.isdisjoint(elements):
            return Match(places, weight, sense)
        free = tuple(place for place, element in zip(places, elements, strict=True) if element in self._free)
        return Match(places, weight, sense, free)


class _Text(NamedTuple):
    """The words that are walked over, which elements there are among them, and what was found on the way."""

    read: Read
    present: set[str]
    barriers: set[str]
    found: list[Match]
