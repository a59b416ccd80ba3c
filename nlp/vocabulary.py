"""Reads a word as the elements of phrases that it may be, however it was typed."""

from collections.abc import Iterable

from nlp.seeds import GAP, NUMBER
from nlp.spelling import halves, is_slip, shortened
from nlp.words import Words

_REMEMBERED = 50_000
_LONGEST_READ = 40
_SHORTEST_SLIP = 7
"""Of shorter words too many others are one letter away."""


class Vocabulary:
    """The elements of all phrases of one language. What was read once is remembered, up to a bound."""

    def __init__(self, language: Words, elements: Iterable[str]) -> None:
        self._language = language
        self._remembered: dict[str, tuple[str, ...]] = {}
        known = [element for element in elements if element not in (GAP, NUMBER)]
        self._exact = frozenset(element for element in known if "*" not in element)
        self._begin = frozenset(element[:-1] for element in known if element.endswith("*") and element[0] != "*")
        self._end = frozenset(element[1:] for element in known if element.startswith("*") and element[-1] != "*")
        self._within = frozenset(element[1:-1] for element in known if element[0] == "*" == element[-1])
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
            found = self._remembered[token] = self._read(token[:_LONGEST_READ])
        return found

    def _read(self, token: str) -> tuple[str, ...]:
        if token[0].isdigit():
            return (token,) if token in ("0", "1") else (NUMBER, token)
        word = self._language.fold(token)
        found = self._elements(word)
        if not found:
            for other in shortened(word):
                other = self._language.spellings.get(other, other)
                found = found or self._elements(other)
        if not found and word not in self._language.ordinary:
            found = self._elements_of_slip(word)
        return (*found, NUMBER) if self._language.numbers.get(word, 0) > 1 else found

    def _elements(self, word: str) -> tuple[str, ...]:
        found = [word] if word in self._exact else []
        found += [f"{word[:end]}*" for end in range(3, len(word) + 1) if word[:end] in self._begin]
        found += [f"*{word[start:]}" for start in range(len(word) - 2) if word[start:] in self._end]
        if self._within:
            parts = {word[a:b] for a in range(len(word) - 2) for b in range(a + 3, len(word) + 1)}
            found += [f"*{part}*" for part in sorted(parts & self._within)]
        return tuple(found)

    def _elements_of_slip(self, word: str) -> tuple[str, ...]:
        """The elements that this word would be without a slip of the finger, if the words it may be are known."""
        if len(word) < _SHORTEST_SLIP:
            return ()
        meant = {other for half in halves(word) for other in self._slips.get(half, ()) if is_slip(word, other)}
        for other in sorted(meant):
            if other[0] == word[0]:
                return self._elements(other)
        return ()
