"""The component that tags by what was learned, beside what the seeds say."""

from collections.abc import Iterable, Iterator, Sequence
from itertools import islice
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_matrix
from spacy.language import Language
from spacy.tokens import Doc, Span

from nlp import learned
from nlp.features import Occurrences, occurrences
from nlp.learned import Learned, Seen

NAME = "nawoord_classifier"

BATCH = 256
"""How many verbatims are judged at once; the outcome does not depend on it."""

_SHOWN = 3
_TELLING, _LEAST = 0.5, 1e-6


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


def borders(pipeline: Language) -> dict[str, float]:
    """The probability from which on each theme is tagged; empty where nothing was learned."""
    classifier = pipeline.get_pipe(NAME) if pipeline.has_pipe(NAME) else None
    return classifier.learned.borders() if isinstance(classifier, Classifier) and classifier.learned else {}


def seen(doc: Doc) -> Seen:
    """What the rules, and whoever made the document, say of it."""
    told = doc.user_data
    return Seen(doc.text, frozenset(told.get("decided", ())), told.get("question"), told.get("scores") or {})


def _judge(docs: Sequence[Doc], model: Learned) -> None:
    before = [seen(doc) for doc in docs]
    found = occurrences([one.text for one in before])
    weighed = model.weigh(before, found)
    scores = model.scores(weighed, before)
    probabilities = model.calibration.probabilities(scores)
    stands: NDArray[np.bool_] = np.greater_equal(scores, model.thresholds)
    evidence = _evidence(model, weighed, found, stands)
    for row, doc in enumerate(docs):
        sure = probabilities[row].tolist()
        doc.cats = dict(zip(model.themes, sure, strict=True))
        themes = np.flatnonzero(stands[row]).tolist()
        doc.user_data["decided"] = {
            model.themes[j]: (sure[j], "rule" if model.themes[j] in before[row].hits else "model") for j in themes
        }
        shown = [(model.themes[j], *bounds) for j in themes for bounds in evidence.get((row, j), ())]
        text = before[row].text
        doc.spans["model"] = [span for theme, start, end in shown if (span := _span(doc, text, start, end, theme))]


def _evidence(
    model: Learned, weighed: csr_matrix, found: Occurrences, stands: NDArray[np.bool_]
) -> dict[tuple[int, int], list[tuple[int, int]]]:
    """For each row and theme that stands, the stretches of text that add most to it, in characters.

    Those that add at least half of what the strongest does, and no more than three.
    """
    stretches, added = model.contributions(weighed, found, np.asarray(stands.any(axis=1)))
    bounds = np.searchsorted(found.owner[stretches], np.arange(len(stands) + 1)).tolist()
    starts, ends = found.starts[stretches].tolist(), found.ends[stretches].tolist()
    gains = added.T.tolist()
    evidence = {}
    for row, theme in np.argwhere(stands).tolist():
        gain = gains[theme]
        strongest = sorted(range(bounds[row], bounds[row + 1]), key=gain.__getitem__, reverse=True)[:_SHOWN]
        least = _TELLING * gain[strongest[0]] if strongest else 0.0
        evidence[row, theme] = [(starts[at], ends[at]) for at in sorted(strongest) if gain[at] >= max(least, _LEAST)]
    return evidence


def _span(doc: Doc, text: str, start: int, end: int, theme: str) -> Span | None:
    """The stretch without the signs on either side, as words of the document, whose text is given."""
    first = next((place for place in range(start, end) if text[place].isalnum()), start)
    last = next((place for place in range(end, start, -1) if text[place - 1].isalnum()), end)
    return doc.char_span(first, last, label=theme, alignment_mode="expand")
