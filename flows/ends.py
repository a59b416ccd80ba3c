"""Whether a wording states both ends of a scale: each number with its own words."""

import re
from collections.abc import Iterable, Sequence

from flows.survey import Anchors, Scale

_NEAR = 40
"""Characters that may stand between a number and its words."""
_BREAK = 200
"""What a sentence or a line that ends between them counts for."""

Span = tuple[int, int]


def omitted(wording: str, scale: Scale, anchors: Anchors) -> tuple[str, ...]:
    """The numbers and words of the two ends that the wording does not say."""
    parts = {
        str(scale.low): _numbers(wording, scale.low),
        str(scale.high): _numbers(wording, scale.high),
        anchors.low: _words(wording, anchors.low, anchors.high),
        anchors.high: _words(wording, anchors.high, anchors.low),
    }
    return tuple(part for part, spans in parts.items() if not spans)


def misplaced(wording: str, scale: Scale, anchors: Anchors) -> str:
    """What is wrong with where numbers and words stand in a wording that omits none of them; empty where nothing is."""
    low, high = _numbers(wording, scale.low), _numbers(wording, scale.high)
    low_words = _words(wording, anchors.low, anchors.high)
    high_words = _words(wording, anchors.high, anchors.low)
    right = _distance(wording, low, low_words), _distance(wording, high, high_words)
    turned = _distance(wording, low, high_words), _distance(wording, high, low_words)
    if sum(turned) < sum(right):
        return f"says {anchors.low!r} beside {scale.high} and {anchors.high!r} beside {scale.low}"
    far = [
        f"{number} far from {words!r}"
        for number, words, distance in zip((scale.low, scale.high), (anchors.low, anchors.high), right, strict=True)
        if distance > _NEAR
    ]
    return f"says {' and '.join(far)}" if far else ""


def _numbers(wording: str, number: int) -> Sequence[Span]:
    return [found.span() for found in re.finditer(rf"(?<![\w.,]){number}(?![\w]|[.,]\d)", wording)]


def _words(wording: str, words: str, others: str) -> Sequence[Span]:
    """Where the words stand, but not within the words of the other end ("likely" in "not at all likely")."""
    taken = _find(wording, others) if _find(others, words) else ()
    return [
        (start, end)
        for start, end in _find(wording, words)
        if not any(from_ <= start and end <= to for from_, to in taken)
    ]


def _find(text: str, words: str) -> Sequence[Span]:
    pattern = r"\s+".join(re.escape(word) for word in words.split())
    return [found.span() for found in re.finditer(rf"(?<!\w){pattern}(?!\w)", text, re.IGNORECASE)]


def _distance(wording: str, numbers: Iterable[Span], words: Sequence[Span]) -> int:
    """How far apart the nearest two are."""
    return min(_between(wording, *sorted((number, word))) for number in numbers for word in words)


def _between(wording: str, first: Span, second: Span) -> int:
    between = wording[first[1] : second[0]]
    return len(between) + _BREAK * len(re.findall(r"[.!?](?=\s)|\n", between))
