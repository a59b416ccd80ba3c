"""Trains a pipeline on what people coded by hand, and says how good it is on what it never saw."""

import importlib.metadata
import platform
from collections.abc import Collection, Mapping, Sequence
from dataclasses import asdict, dataclass
from types import MappingProxyType
from typing import Any, cast

import numpy as np
from spacy.language import Language

from nlp import pipeline as pipelines
from nlp.calibration import error
from nlp.codeframe import CodeFrame
from nlp.coding import Coded, fingerprint, fraction, is_locked, meant
from nlp.evaluation import Pair, Report, evaluate
from nlp.features import Integers
from nlp.fitting import FOLDS, Labelled, Lesson, learn
from nlp.learner import NAME, Classifier, seen
from nlp.promotion import Verdict, weigh
from nlp.suggestion import Candidate


class TooFewLabels(Exception):  # noqa: N818 -- said of the labels, as in "raise TooFewLabels"
    """There is nothing to learn from; the message says what is missing."""


@dataclass(frozen=True, slots=True)
class Account:
    """How good a pipeline became. before, after: on the locked verbatims, of what was at work and of the new one;
    unseen: the new one on all others, each tagged by a model that had not learned from it; off: by how much its
    probabilities are off on those, on average.
    """

    before: Report
    after: Report
    unseen: Report
    off: float
    verdict: Verdict


@dataclass(frozen=True, slots=True)
class Trained:
    """A new pipeline, how good it is, and what it was made from. unseen: for each verbatim it learned from, the
    probability of each theme by a model that had not."""

    pipeline: Language
    account: Account
    manifest: dict[str, Any]
    unseen: Mapping[str, Mapping[str, float]]


def train(frame: CodeFrame, examples: Collection[Coded], seed: int = 0, before: Language | None = None) -> Trained:
    """A pipeline that learned from all examples but the locked ones, reproducibly.

    Of two examples with the same id the last counts; their order makes no difference otherwise. before: what is at work
    now; without it, the rules of the code frame. Raises TooFewLabels where there is nothing to learn from.
    """
    unique = sorted({one.id: one for one in examples}.values(), key=lambda one: one.id)
    lessons = [one for one in unique if not is_locked(one.id)]
    locked = [one for one in unique if is_locked(one.id)]
    rules = pipelines.rules_pipeline(frame)
    labelled = label(rules, frame, lessons)
    if not (labelled.truth & labelled.known).any():
        raise TooFewLabels("nothing to learn from: no verbatim outside the locked ones has a theme; code some first")
    lesson = learn(labelled, _folds(lessons, seed))
    trained = with_model(frame, lesson)
    account = _account(frame, labelled, lesson, locked, before or rules, trained, seed)
    likely = lesson.model.calibration.probabilities(lesson.unseen)
    unseen = {one.id: dict(zip(labelled.themes, likely[row].tolist(), strict=True)) for row, one in enumerate(lessons)}
    return Trained(trained, account, _manifest(frame, unique, lessons, seed, account), unseen)


def with_model(frame: CodeFrame, lesson: Lesson) -> Language:
    """The rules of the code frame, and beside them what was learned."""
    pipeline = pipelines.rules_pipeline(frame)
    classifier = cast(Classifier, pipeline.add_pipe(NAME, before="nawoord_sentiment"))
    classifier.learned = lesson.model
    return pipeline


def label(rules: Language, frame: CodeFrame, examples: Sequence[Coded]) -> Labelled:
    """The examples as learning takes them: what the rules see in each, and what people said."""
    themes = tuple(theme.key for theme in frame.themes)
    said = [meant(one, frame) for one in examples]
    truth = np.array([[known.get(theme, False) for theme in themes] for known in said], dtype=bool)
    known = np.array([[theme in known for theme in themes] for known in said], dtype=bool)
    shape = (len(examples), len(themes))
    documents = read(rules, examples)
    return Labelled([seen(document) for document in documents], themes, truth.reshape(shape), known.reshape(shape))


def read(pipeline: Language, examples: Sequence[Coded]) -> list[Any]:
    """The examples as documents that went through the pipeline."""
    documents = []
    for one in examples:
        document = pipeline.make_doc(one.text)
        document.user_data |= {"language": one.language, "question": one.question, "scores": dict(one.scores)}
        documents.append(document)
    return list(pipeline.pipe(documents))


def judged(pipeline: Language, frame: CodeFrame, examples: Sequence[Coded]) -> list[Pair]:
    """The themes the pipeline gives each example, and those people gave, as far as anything is known of them."""
    pairs: list[Pair] = []
    for document, one in zip(read(pipeline, examples), examples, strict=True):
        known = meant(one, frame)
        given = frozenset(theme for theme in document.user_data["decided"] if theme in known)
        pairs.append((given, frozenset(theme for theme, has_it in known.items() if has_it)))
    return pairs


def candidates(
    pipeline: Language, examples: Sequence[Coded], unseen: Mapping[str, Mapping[str, float]] = MappingProxyType({})
) -> list[Candidate]:
    """What `nlp.suggestion.to_code` chooses from: verbatims, coded or not, as the pipeline judges them.

    unseen: as of the training whose model is at work; what a model learned from, it cannot judge.
    """
    found = []
    for document, one in zip(read(pipeline, examples), examples, strict=True):
        rules = frozenset(span.label_ for span in document.spans["rules"])
        likely = {} if one.known and not is_locked(one.id) else dict(document.cats)
        found.append(Candidate(one.id, rules, unseen.get(one.id, likely), one.known))
    return found


def _folds(examples: Sequence[Coded], seed: int) -> Integers:
    """Which fold each example is in: at random, but the same for the same ids and seed, and all alike in size."""
    order = sorted(range(len(examples)), key=lambda row: fraction(f"fold:{seed}:{examples[row].id}"))
    folds = np.empty(len(examples), dtype=np.int64)
    folds[order] = np.arange(len(examples)) % FOLDS
    return folds


def _account(
    frame: CodeFrame,
    labelled: Labelled,
    lesson: Lesson,
    locked: Sequence[Coded],
    before: Language,
    after: Language,
    seed: int,
) -> Account:
    old, new = judged(before, frame, locked), judged(after, frame, locked)
    themes = labelled.themes
    stands = (lesson.unseen >= lesson.model.thresholds) & labelled.known
    unseen = [(_names(themes, given), _names(themes, true)) for given, true in zip(stands, labelled.truth, strict=True)]
    likely = lesson.model.calibration.probabilities(lesson.unseen[labelled.known])
    verdict = weigh([actual for _, actual in new], [given for given, _ in old], [given for given, _ in new], seed)
    return Account(
        evaluate(old, themes, seed),
        evaluate(new, themes, seed),
        evaluate(unseen, themes, seed),
        error(likely, labelled.truth[labelled.known]),
        verdict,
    )


def _names(themes: Sequence[str], flags: Sequence[bool]) -> frozenset[str]:
    return frozenset(theme for theme, flag in zip(themes, flags, strict=True) if flag)


def _manifest(
    frame: CodeFrame, examples: Sequence[Coded], lessons: Sequence[Coded], seed: int, account: Account
) -> dict[str, Any]:
    return {
        "frame": {"key": frame.key, "number": frame.number, "version": frame.version},
        "seed": seed,
        "examples": len(examples),
        "locked": len(examples) - len(lessons),
        "data": fingerprint(examples),
        "made_with": {"python": platform.python_version()}
        | {name: importlib.metadata.version(name) for name in ("nawoord", "spacy", "numpy", "scipy")},
        "account": asdict(account),
    }
