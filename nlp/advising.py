"""Says what to do next with what is at work: which verbatims to code, and what a training would bring."""

from collections.abc import Collection, Mapping, Sequence
from typing import cast

from spacy.language import Language

from nlp import training
from nlp.broken import BrokenModel
from nlp.coding import Coded
from nlp.learner import NAME, Classifier
from nlp.models import Models
from nlp.pipeline import rules_pipeline
from nlp.suggestion import Candidate, Pick, to_code
from nlp.theme import CodeFrame
from nlp.training import Trained


def next_to_code(
    frame: CodeFrame, models: Models, uncoded: Sequence[Coded], coded: Mapping[str, int], most: int
) -> tuple[Pick, ...]:
    """Which of these verbatims, at most so many, are worth most to code. coded: how many verbatims have each theme."""
    pipeline = at_work(frame, models)
    documents = training.read(pipeline, uncoded)
    candidates = [
        Candidate(one.id, frozenset(span.label_ for span in document.spans["rules"]), dict(document.cats))
        for one, document in zip(uncoded, documents, strict=True)
    ]
    return to_code(candidates, most, _borders(pipeline), coded)


def train(frame: CodeFrame, models: Models, examples: Collection[Coded], seed: int) -> tuple[str, Trained]:
    """Trains, beside what is at work, and keeps the model, which is not at work yet; gives its version.

    Raises nlp.training.TooFewLabels.
    """
    trained = training.train(frame, examples, seed, at_work(frame, models))
    return models.save(trained), trained


def at_work(frame: CodeFrame, models: Models) -> Language:
    """The pipeline at work: the active model, or the rules alone where there is none that can be used."""
    try:
        return models.load(frame) or rules_pipeline(frame)
    except BrokenModel:
        return rules_pipeline(frame)


def _borders(pipeline: Language) -> Mapping[str, float]:
    """The probability from which on each theme is tagged; none where nothing was learned."""
    if not pipeline.has_pipe(NAME):
        return {}
    learned = cast(Classifier, pipeline.get_pipe(NAME)).learned
    return learned.borders() if learned else {}
