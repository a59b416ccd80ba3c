"""The component that tags by what was learned, beside what the seeds say."""

from collections.abc import Iterable, Iterator, Sequence
from itertools import islice
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from spacy.language import Language
from spacy.tokens import Doc, Span

from nlp import learned
from nlp.features import Occurrences, occurrences
from nlp.learned import Learned, Seen

NAME = "nawoord_classifier"

BATCH = 256
"""How many verbatims are judged at once; the outcome does not depend on it."""

_SHOWN = 3
_TELLING = 0.5


@Language.factory(NAME, assigns=["doc.cats", "doc.spans"])
def make_classifier(nlp: Language, name: str) -> "Classifier":  # noqa: ARG001 -- spaCy passes it by name
    return Classifier(name)


class Classifier:
    """Decides on themes by seeds and words together; until it is given a model it changes nothing.

    Reads `doc.user_data`: "decided", what the rules say, and where known "question" and "scores". Writes `doc.cats`,
    the probability of every theme; `doc.user_data["decided"]`, the themes that stand, each with its probability and the
    source "rule" where its seeds are there, "model" where they are not; and `doc.spans["model"]`, for each theme that
    stands the words that add most to its score.
    """

    def __init__(self, name: str = NAME) -> None:
        self.name = name
        self.learned: Learned | None = None

    def __call__(self, doc: Doc) -> Doc:
        return next(self.pipe([doc]))

    def pipe(self, stream: Iterable[Doc], *, batch_size: int = BATCH) -> Iterator[Doc]:
        """Judges documents as they come, many at once."""
        documents = iter(stream)
        while batch := list(islice(documents, batch_size)):
            if self.learned:
                _judge(batch, self.learned)
            yield from batch

    def to_disk(self, path: Path, **_: Any) -> None:
        if self.learned:
            self.learned.save(Path(path))

    def from_disk(self, path: Path, **_: Any) -> "Classifier":
        self.learned = learned.read(Path(path))
        return self


def seen(doc: Doc) -> Seen:
    """What the rules, and whoever made the document, say of it."""
    told = doc.user_data
    return Seen(doc.text, frozenset(told.get("decided", ())), told.get("question"), told.get("scores") or {})


def _judge(docs: Sequence[Doc], model: Learned) -> None:
    before = [seen(doc) for doc in docs]
    found = occurrences([one.text for one in before])
    scores = model.scores(before, found)
    probabilities = model.calibration.probabilities(scores)
    stands: NDArray[np.bool_] = np.greater_equal(scores, model.thresholds)
    evidence = _evidence(model, found, stands)
    for row, doc in enumerate(docs):
        sure = probabilities[row].tolist()
        doc.cats = dict(zip(model.themes, sure, strict=True))
        themes = np.flatnonzero(stands[row]).tolist()
        doc.user_data["decided"] = {
            model.themes[j]: (sure[j], "rule" if model.themes[j] in before[row].hits else "model") for j in themes
        }
        shown = [(model.themes[j], *bounds) for j in themes for bounds in evidence.get((row, j), ())]
        doc.spans["model"] = [span for theme, start, end in shown if (span := _span(doc, start, end, theme))]


def _evidence(
    model: Learned, found: Occurrences, stands: NDArray[np.bool_]
) -> dict[tuple[int, int], list[tuple[int, int]]]:
    """For each row and theme that stands, the stretches of text that add most to it, in characters.

    Those that add at least half of what the strongest does, and no more than three.
    """
    stretches, added = model.contributions(found, stands.any(axis=1))
    owner = found.owner[stretches]
    bounds = np.searchsorted(owner, np.arange(len(stands) + 1))
    evidence = {}
    for row, theme in zip(*np.nonzero(stands), strict=True):
        first, last = bounds[row], bounds[row + 1]
        gain = added[first:last, theme]
        if not len(gain) or gain.max() <= 0:
            continue
        telling = np.flatnonzero(gain >= _TELLING * gain.max())
        strongest = np.sort(telling[np.argsort(-gain[telling], kind="stable")[:_SHOWN]])
        chosen = stretches[first:last][strongest]
        starts, ends = found.starts[chosen].tolist(), found.ends[chosen].tolist()
        evidence[int(row), int(theme)] = list(zip(starts, ends, strict=True))
    return evidence


def _span(doc: Doc, start: int, end: int, theme: str) -> Span | None:
    """The stretch without the signs on either side, as words of the document."""
    text = doc.text[start:end]
    left = next((place for place, character in enumerate(text) if character.isalnum()), 0)
    right = next((place for place, character in enumerate(reversed(text)) if character.isalnum()), 0)
    return doc.char_span(start + left, end - right, label=theme, alignment_mode="expand")
