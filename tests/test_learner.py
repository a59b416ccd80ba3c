"""What was learned decides beside the seeds, shows the words it decided by, and depends on nothing but the verbatim."""

import random
from collections.abc import Sequence
from dataclasses import replace
from functools import cache
from pathlib import Path

import numpy as np
import pytest
import spacy
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.testing import assert_allclose
from spacy.tokens import Doc

from nlp import pipeline as pipelines
from nlp import training
from nlp.coding import Coded
from nlp.features import WIDTH, occurrences
from nlp.learned import Learned, Seen
from nlp.learner import NAME, Classifier, seen
from tests.coded import FRAME, examples

TEXTS = st.lists(st.text(max_size=60), min_size=1, max_size=6)


@cache
def trained() -> training.Trained:
    return training.train(FRAME, examples(150))


def model() -> Learned:
    classifier = trained().pipeline.get_pipe(NAME)
    assert isinstance(classifier, Classifier)
    assert classifier.learned
    return classifier.learned


def tagged(*texts: str) -> list[Doc]:
    return training.read(trained().pipeline, [Coded(str(n), text, "nl") for n, text in enumerate(texts)])


def outcome(doc: Doc) -> tuple[object, ...]:
    spans = [(span.label_, span.start_char, span.end_char) for span in doc.spans["model"]]
    return dict(doc.cats), doc.user_data["decided"], spans


def features(text: str) -> set[int]:
    return set(occurrences([text]).feature.tolist())


def test_case_and_accents_make_no_difference() -> None:
    """A telephone that writes everything large, or without accents, is understood alike."""
    assert features("HÉÉL lang gewacht") == features("heel lang gewacht") == features("he\u0301e\u0301l  lang\ngewacht")
    assert features("heel lang gewacht") != features("heel kort gewacht")


def test_a_compound_and_a_misspelling_share_pieces() -> None:
    """Pieces of words tie together what whole words keep apart."""
    whole = features("wachttijd")
    assert len(whole & features("wachttijdproblemen")) > len(whole) / 2
    assert len(whole & features("wachtijd")) > len(whole) / 2


@given(TEXTS)
def test_each_text_has_its_own_features_in_whatever_company(texts: list[str]) -> None:
    """The features of a text, and where they stand in it, do not depend on the texts beside it."""
    together = occurrences(texts)
    assert together.feature.min(initial=0) >= 0
    assert together.feature.max(initial=0) < WIDTH
    for row, text in enumerate(texts):
        alone = occurrences([text])
        assert sorted(together.feature[together.row == row]) == sorted(alone.feature)
        assert together.starts[together.owner == row].tolist() == alone.starts.tolist()
        assert not any(text[start:end].split()[1:] for start, end in zip(alone.starts, alone.ends, strict=True))


def test_what_is_learned_goes_beyond_the_seeds() -> None:
    """Ways to speak of a theme that no seed names are tagged, with the model as the source."""
    rules = pipelines.rules_pipeline(FRAME)
    text = "De factuur was torenhoog"
    assert not rules(rules.make_doc(text)).user_data["decided"]
    (doc,) = tagged(text)
    confidence, source = doc.user_data["decided"]["price"]
    assert source == "model"
    assert confidence == pytest.approx(doc.cats["price"])
    assert confidence > 0.5
    assert set(doc.user_data["decided"]) == {"price"}


def test_evidence_is_the_words_that_add_most() -> None:
    """What is shown for a theme is what speaks of it, and not the rest of the verbatim."""
    (doc,) = tagged("gisteren gebeld, de factuur was torenhoog, die dame was vriendelijk")
    shown = {theme: {s.text for s in doc.spans["model"] if s.label_ == theme} for theme in ("price", "staff")}
    assert shown["price"] <= {"factuur", "torenhoog", "de", "was"}
    assert shown["price"] & {"factuur", "torenhoog"}
    assert shown["staff"] & {"dame", "vriendelijk"}


def test_a_theme_that_nobody_coded_is_left_to_its_seeds() -> None:
    """Labels of other themes do not take away what the seeds of this one find."""
    (doc,) = tagged("nergens te parkeren, parkeerplaats vol")
    assert doc.user_data["decided"]["parking"][1] == "rule"


def test_what_words_add_is_exactly_the_score() -> None:
    """The evidence is no estimate: what the stretches of a text add is all that its words do."""
    texts = [one.text for one in examples(20, seed=5)]
    found = occurrences(texts)
    model_ = model()
    words = model_.space.weigh(found, len(texts)) @ model_.weights[: len(model_.space.features)]
    weighed = model_.weigh([Seen(text) for text in texts], found)
    stretches, added = model_.contributions(weighed, found, np.ones(len(texts), dtype=bool))
    total = np.zeros_like(words)
    np.add.at(total, found.owner[stretches], added)
    assert_allclose(total, words, atol=1e-5)


def test_company_and_order_change_nothing() -> None:
    """A verbatim is tagged alike alone, in any batch and in any order, to the last digit."""
    texts = [one.text for one in examples(40, seed=3)]
    once = [outcome(doc) for doc in tagged(*texts)]
    assert [outcome(doc) for text in texts for doc in tagged(text)] == once
    order = random.Random(1).sample(range(len(texts)), len(texts))  # noqa: S311 -- no secret
    assert [outcome(doc) for doc in tagged(*(texts[place] for place in order))] == [once[place] for place in order]


def test_a_saved_pipeline_tags_as_before(tmp_path: Path) -> None:
    """Saving and loading changes nothing, and needs no code to be run from the files."""
    texts = [one.text for one in examples(20, seed=4)]
    trained().pipeline.to_disk(tmp_path / "model")
    again = spacy.load(tmp_path / "model")
    assert not list(tmp_path.rglob("*.pkl"))
    docs = training.read(again, [Coded(str(n), text, "nl") for n, text in enumerate(texts)])
    assert [outcome(doc) for doc in docs] == [outcome(doc) for doc in tagged(*texts)]


@settings(max_examples=30, deadline=None)
@given(TEXTS)
def test_any_text_is_judged(texts: list[str]) -> None:
    """Nothing that people can type stops the component, and all it says is a probability."""
    for doc in tagged(*texts):
        assert all(0 <= probability <= 1 for probability in doc.cats.values())
        assert set(doc.cats) == {theme.key for theme in FRAME.themes}


def test_a_huge_text_costs_no_more_than_it_should() -> None:
    """A text of a hundred thousand characters, signs or accents is judged like any other."""
    for text in ("a" * 100_000, "\u0301" * 100_000, "🙂" * 100_000, "\x00 " * 50_000, "\ud800" * 1000):
        assert len(tagged(text)) == 1


def with_scores(given: Sequence[tuple[str, dict[str, int]]]) -> list[float]:
    """The probability of `staff` where all that is known is a text and scores."""
    coded = [
        replace(one, text="gisteren gebeld", known={"staff": one.scores["nps"] >= 9}) for one in examples(150, seed=2)
    ]
    pipeline = training.train(FRAME, coded).pipeline
    docs = training.read(pipeline, [Coded(str(n), text, "nl", scores=scores) for n, (text, scores) in enumerate(given)])
    return [doc.cats["staff"] for doc in docs]


def test_scores_tell_what_words_do_not() -> None:
    """Where promoters are the ones who praise staff, a high score makes it likelier, and no score is no obstacle."""
    low, high, none = with_scores([("gebeld", {"nps": 2}), ("gebeld", {"nps": 10}), ("gebeld", {})])
    assert high > 0.5 > low
    assert 0 <= none <= high


def test_without_a_model_the_rules_stand() -> None:
    """The component without anything learned passes on what the rules decided."""
    rules = pipelines.rules_pipeline(FRAME)
    doc = rules(rules.make_doc("lang gewacht"))
    before = dict(doc.user_data["decided"])
    assert Classifier()(doc).user_data["decided"] == before
    assert seen(doc).hits == {"waiting"}
