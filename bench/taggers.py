"""Ways to tag verbatims by theme, all with the same face: taught with labels, asked for themes."""

import pickle
import random
import tempfile
from abc import ABC, abstractmethod
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, ClassVar

import numpy as np
import spacy
from numpy.typing import NDArray
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import FeatureUnion
from spacy.language import Language
from spacy.training import Example
from thinc.api import fix_random_seed

from nlp.calibration import best
from nlp.codeframe import CodeFrame
from nlp.coding import Coded
from nlp.fitting import FOLDS, learn
from nlp.pipeline import rules_pipeline
from nlp.training import label, read, with_model

Truths = NDArray[np.bool_]
Scores = NDArray[np.float64]


class Tagger(ABC):
    """Tags verbatims by the themes of a code frame."""

    def __init__(self, frame: CodeFrame, seed: int) -> None:
        self.frame, self.seed = frame, seed
        self.themes = [theme.key for theme in frame.themes]

    @abstractmethod
    def teach(self, examples: Sequence[Coded]) -> None:
        """Learns from the examples, thresholds included."""

    @abstractmethod
    def tag(self, examples: Sequence[Coded]) -> Truths:
        """Whether each example (rows) has each theme (columns); all that is read of them is what a customer gives."""

    @abstractmethod
    def size(self) -> int:
        """How many bytes the tagger is when it is kept."""


class Piped(Tagger):
    """The product's own pipeline."""

    pipeline: Language

    def tag(self, examples: Sequence[Coded]) -> Truths:
        decided = [document.user_data["decided"] for document in read(self.pipeline, examples)]
        return np.array([[theme in themes for theme in self.themes] for themes in decided], dtype=bool)

    def size(self) -> int:
        with tempfile.TemporaryDirectory() as folder:
            self.pipeline.to_disk(folder, exclude=["vocab"])
            return sum(path.stat().st_size for path in Path(folder).rglob("*") if path.is_file())


class Rules(Piped):
    """Seeds alone; labels teach it nothing."""

    def teach(self, examples: Sequence[Coded]) -> None:  # noqa: ARG002 -- nothing to learn
        self.pipeline = rules_pipeline(self.frame)


class Ours(Piped):
    """Seeds and what was learned; without labels, seeds alone."""

    def teach(self, examples: Sequence[Coded]) -> None:
        self.pipeline = rules_pipeline(self.frame)
        if examples:
            folds = np.random.default_rng(self.seed).permutation(len(examples)) % FOLDS
            self.pipeline = with_model(self.frame, learn(label(self.pipeline, self.frame, examples), folds))


class Linear(Tagger):
    """TF-IDF of words and pieces of words, and logistic regression, with the threshold chosen by cross-validation."""

    def teach(self, examples: Sequence[Coded]) -> None:
        texts, truths = [one.text for one in examples], given(examples, self.themes)
        folds = np.random.default_rng(self.seed).permutation(len(texts)) % FOLDS
        unseen = np.full(truths.shape, -np.inf)
        for fold in range(FOLDS):
            rest, own = np.flatnonzero(folds != fold), np.flatnonzero(folds == fold)
            self._fit([texts[row] for row in rest], truths[rest])
            unseen[own] = self._scores([texts[row] for row in own])
        self._fit(texts, truths)
        self._threshold = best(unseen.ravel(), truths.ravel()) or 0.0

    def tag(self, examples: Sequence[Coded]) -> Truths:
        return np.asarray(self._scores([one.text for one in examples]) >= self._threshold)

    def size(self) -> int:
        return len(pickle.dumps((self._features, self._lines)))

    def _fit(self, texts: Sequence[str], truths: Truths) -> None:
        words = TfidfVectorizer(ngram_range=(1, 2), sublinear_tf=True)
        pieces = TfidfVectorizer(analyzer="char_wb", ngram_range=(2, 5), sublinear_tf=True)
        self._features = FeatureUnion([("words", words), ("pieces", pieces)])
        matrix = self._features.fit_transform(texts)
        self._lines = [_line(matrix, column) if column.any() and not column.all() else None for column in truths.T]

    def _scores(self, texts: Sequence[str]) -> Scores:
        """Minus infinity for themes that nobody had: a constant score would pin the threshold."""
        matrix = self._features.transform(texts)
        none = np.full(len(texts), -np.inf)
        return np.stack([line.decision_function(matrix) if line else none for line in self._lines], axis=1)


def _line(matrix: Any, truths: Truths) -> LogisticRegression:
    return LogisticRegression(C=10, class_weight="balanced", solver="liblinear").fit(matrix, truths)


class Neural(Tagger):
    """spaCy's own `textcat_multilabel`; a part of the labels tells when to stop, and the threshold."""

    architecture: ClassVar[dict[str, Any]]
    held_out, rate, batch = 0.15, 0.001, 16

    def teach(self, examples: Sequence[Coded]) -> None:
        fix_random_seed(self.seed)
        self.pipeline = spacy.blank(examples[0].language or "xx")
        self.pipeline.add_pipe("textcat_multilabel", config={"model": self.architecture} if self.architecture else {})
        truths = given(examples, self.themes)
        made = [self._example(one.text, truth) for one, truth in zip(examples, truths, strict=True)]
        order = np.random.default_rng(self.seed).permutation(len(made))
        kept = max(int(self.held_out * len(made)), 2)
        held, lessons = order[:kept], [made[row] for row in order[kept:]]
        optimizer = self.pipeline.initialize(lambda: lessons)
        optimizer.learn_rate = self.rate
        # With few labels an epoch is a step or two, so patience is counted in steps as well.
        steps = -(-len(lessons) // self.batch)
        patience, most_epochs = max(3, 100 // steps), max(30, 500 // steps)
        best_f1, best_state, waited = -1.0, b"", 0
        draw = random.Random(self.seed)  # noqa: S311 -- no secret
        for _ in range(most_epochs):
            draw.shuffle(lessons)
            for start in range(0, len(lessons), self.batch):
                self.pipeline.update(lessons[start : start + self.batch], sgd=optimizer, drop=0.2)
            scores = self._scores([examples[row].text for row in held])
            threshold = best(scores.ravel(), truths[held].ravel())
            found = scores >= (0.5 if threshold is None else threshold)
            f1 = micro(found, truths[held])
            waited = 0 if f1 > best_f1 else waited + 1
            if f1 > best_f1:
                best_f1, best_state = f1, self.pipeline.to_bytes()
                self._threshold = 0.5 if threshold is None else threshold
            if waited >= patience:
                break
        self.pipeline.from_bytes(best_state)

    def tag(self, examples: Sequence[Coded]) -> Truths:
        return np.asarray(self._scores([one.text for one in examples]) >= self._threshold)

    def size(self) -> int:
        return len(self.pipeline.to_bytes(exclude=["vocab"]))

    def _example(self, text: str, truth: Truths) -> Example:
        cats = {theme: float(has_it) for theme, has_it in zip(self.themes, truth, strict=True)}
        return Example.from_dict(self.pipeline.make_doc(text), {"cats": cats})

    def _scores(self, texts: Sequence[str]) -> Scores:
        return np.array([[doc.cats[theme] for theme in self.themes] for doc in self.pipeline.pipe(texts)])


class Bow(Neural):
    """A bag of single words, as spaCy's quick start proposes where speed counts."""

    architecture: ClassVar[dict[str, Any]] = {
        "@architectures": "spacy.TextCatBOW.v3",
        "exclusive_classes": False,
        "ngram_size": 1,
        "no_output_layer": False,
    }


class Ensemble(Neural):
    """spaCy's default: a bag of words and a convolutional network together."""

    architecture: ClassVar[dict[str, Any]] = {}


TAGGERS: dict[str, Callable[[CodeFrame, int], Tagger]] = {
    "rules": Rules,
    "bow": Bow,
    "ensemble": Ensemble,
    "tf-idf": Linear,
    "ours": Ours,
}


def given(examples: Sequence[Coded], themes: Sequence[str]) -> Truths:
    """The themes that people gave each example."""
    return np.array([[one.known.get(theme, False) for theme in themes] for one in examples], dtype=bool)


def micro(found: Truths, truths: Truths) -> float:
    """F1 over all tags, from 0 to 1."""
    return float(2 * (found & truths).sum() / max(found.sum() + truths.sum(), 1))


def macro(found: Truths, truths: Truths) -> float:
    """The mean F1 over the themes that occur, from 0 to 1."""
    both, either = (found & truths).sum(axis=0), found.sum(axis=0) + truths.sum(axis=0)
    occurs = truths.any(axis=0)
    return float((2 * both / np.maximum(either, 1))[occurs].mean()) if occurs.any() else 0.0
