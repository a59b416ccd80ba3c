"""Reads a word as the elements of phrases that it may be, however it was typed."""

from collections.abc import Iterable

from nlp.seeds import FREE, GAP, NUMBER
from nlp.spelling import halves, is_slip, shortened
from nlp.words import Words

_REMEMBERED = 50_000
_LONGEST_READ = 40
_SHORTEST_SLIP = 8
"""Of shorter words too many others are one letter away."""


class Vocabulary:
    """The elements of all phrases of one language. What was read once is remembered, up to a bound."""

    def __init__(self, language: Words, elements: Iterable[str]) -> None:
        self._language = language
        self._remembered: dict[str, tuple[str, ...]] = {}
        elements = set(elements)
        self._free = {element.removesuffix(FREE) for element in elements if element.endswith(FREE)}
        self._own = {element for element in elements if not element.endswith(FREE)}
        known = (self._own | self._free) - {GAP, NUMBER}
        self._exact = {element for element in known if "*" not in element}
        self._begin = {element[:-1] for element in known if element[0] != "*" == element[-1]}
        self._end = {element[1:] for element in known if element[0] == "*" != element[-1]}
        self._within = {element[1:-1] for element in known if element[0] == "*" == element[-1]}
        self._slips: dict[str, list[str]] = {}
        for word in sorted(word for word in self._exact | self._begin if len(word) >= _SHORTEST_SLIP):
            for half in halves(word):
                self._slips.setdefault(half, []).append(word)

    def read(self, token: str) -> tuple[str, ...]:
        """The elements that this token may be; none for one that no phrase holds."""
        found = self._remembered.get(token)
        if found is None:
            if len(self._remembered) >= _REMEMBERED:
                self._remembered.clear()
            known = self._read(token[:_LONGEST_READ])
            own = tuple(element for element in known if element in self._own or element == NUMBER)
            found = self._remembered[token] = own + tuple(e + FREE for e in known if e in self._free)
        return found

    def _read(self, token: str) -> tuple[str, ...]:
        if token[0].isdigit():
            return (token,) if token in ("0", "1") else (NUMBER, token)
        word = self._language.fold(token)
        found = self._elements(word)
        if not found:
            for other in map(self._language.fold, shortened(word)):
                found = found or self._elements(other)
        if not found and word not in self._language.ordinary:
            found = self._elements_of_slip(word)
        return (*found, NUMBER) if self._language.numbers.get(word, 0) > 1 else found

    def _elements(self, word: str) -> tuple[str, ...]:
        found = [word] if word in self._exact else []
        found += [f"{word[:end]}*" for end in range(3, len(word) + 1) if word[:end] in self._begin]
        found += [f"*{word[start:]}" for start in range(len(word) - 2) if word[start:] in self._end]
        parts = {word[a:b] for a in range(len(word) - 2) for b in range(a + 3, len(word) + 1)}
        return (*found, *(f"*{part}*" for part in sorted(parts & self._within)))

    def _elements_of_slip(self, word: str) -> tuple[str, ...]:
        """The elements that this word would be without a slip of the finger, if the word it may be is known."""
        if len(word) < _SHORTEST_SLIP:
            return ()
        meant = {other for half in halves(word) for other in self._slips.get(half, ()) if is_slip(word, other)}
        ends = word[0], word[-1]  # a slip at the end would be a plural, a gender or a tense
        return next((self._elements(other) for other in sorted(meant) if (other[0], other[-1]) == ends), ())
