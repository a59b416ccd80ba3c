"""A text in pieces: what shows its themes marked, and what tells who somebody is left out."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

from nlp.tags import Redaction, Stretch


@dataclass(frozen=True, slots=True)
class Piece:
    """A part of a text as it is shown. themes: those it is evidence of; is_masked: it stands for what is left out."""

    text: str
    themes: tuple[str, ...] = ()
    is_masked: bool = False


def pieces(
    text: str, evidence: Mapping[str, Sequence[Stretch]], redactions: Iterable[Redaction] = ()
) -> tuple[Piece, ...]:
    """The text from its beginning to its end, cut wherever a stretch begins or ends.

    Joined they give the text, with a word in brackets for each redaction as `nlp.redaction.mask` has it. Stretches are
    places in the original text and may overlap; of those that reach beyond it, what lies within is taken.
    """
    hidden = sorted(redactions, key=lambda one: one.start)
    cuts = {0, len(text), *(cut for one in hidden for cut in (one.start, one.end))}
    cuts |= {
        cut
        for stretches in evidence.values()
        for one in stretches
        for cut in (one.start, one.end)
        # A redaction is one piece, however little of it is evidence.
        if 0 < cut < len(text) and not any(part.start < cut < part.end for part in hidden)
    }
    words = {(part.start, part.end): f"[{part.kind}]" for part in hidden}
    return tuple(
        Piece(words.get((start, end), text[start:end]), _shown_by(evidence, start, end), (start, end) in words)
        for start, end in pairwise(sorted(cuts))
    )


def _shown_by(evidence: Mapping[str, Sequence[Stretch]], start: int, end: int) -> tuple[str, ...]:
    return tuple(
        theme for theme, stretches in evidence.items() if any(one.start < end and start < one.end for one in stretches)
    )
