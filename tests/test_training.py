"""Training gives the same from the same, learns only from what is known, and never sees what it is measured on."""

import json
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from numpy.testing import assert_array_equal

from nlp import calibration, training
from nlp import pipeline as pipelines
from nlp.codeframe import CodeFrame
from nlp.coding import Coded, fingerprint, is_locked, meant
from nlp.learned import Learned
from nlp.learner import NAME, Classifier, borders
from tests.coded import FRAME, examples, frame


def learned(trained: training.Trained) -> Learned:
    classifier = trained.pipeline.get_pipe(NAME)
    assert isinstance(classifier, Classifier)
    assert classifier.learned
    return classifier.learned


def test_the_same_examples_give_the_same_model() -> None:
    """In whatever order they come, and the manifest tells them from others."""
    coded = examples(80)
    one, two = training.train(FRAME, coded), training.train(FRAME, coded[::-1])
    assert_array_equal(learned(one).weights, learned(two).weights)
    assert_array_equal(learned(one).thresholds, learned(two).thresholds)
    assert one.manifest == two.manifest
    assert one.manifest["data"] != training.train(FRAME, coded[1:]).manifest["data"]
    assert {"python", "nawoord", "spacy", "scipy"} <= set(one.manifest["made_with"])
    assert one.manifest["frame"]["version"] == FRAME.version


def test_the_last_word_on_a_verbatim_counts() -> None:
    """A verbatim coded twice is the same as coded once, as it was coded last."""
    coded = examples(40)
    again = [replace(coded[0], known={"staff": True}), *coded]
    assert training.train(FRAME, again).manifest == training.train(FRAME, coded).manifest


def test_locked_verbatims_are_never_learned_from() -> None:
    """Whatever the locked ones say, the model is the same; only the report changes."""
    coded = examples(120)
    locked = [one for one in coded if is_locked(one.id)]
    assert locked
    other = [replace(one, text="torenhoog", known={"staff": True}) if is_locked(one.id) else one for one in coded]
    true, false = training.train(FRAME, coded), training.train(FRAME, other)
    assert_array_equal(learned(true).weights, learned(false).weights)
    assert true.account.after.verbatims == len(locked) == true.manifest["locked"]
    assert false.account.after.micro.f1 < true.account.after.micro.f1
    assert not set(true.unseen) & {one.id for one in locked}


def test_a_fair_share_is_locked_for_good() -> None:
    """Between 10 and 20 in a hundred, by id alone."""
    share = sum(is_locked(f"verbatim-{number}") for number in range(2000)) / 2000
    assert 0.1 < share < 0.2
    assert is_locked("verbatim-1") == is_locked("verbatim-1")


def test_the_account_tells_before_and_after() -> None:
    """The rules, the new model and its cross-validation, all in plain figures."""
    trained = training.train(FRAME, examples(200))
    account = trained.account
    assert account.after.micro.f1 > account.before.micro.f1
    assert account.unseen.micro.f1 > account.before.micro.f1
    assert 0 <= account.off < 0.2
    assert json.loads(json.dumps(trained.manifest))["account"]["after"]["micro"]["f1"] == account.after.micro.f1


def test_a_model_is_measured_against_what_is_at_work() -> None:
    """Training on the same again is no reason for a change, however much better than the rules it is."""
    coded = examples(400)
    first = training.train(FRAME, coded)
    assert first.account.verdict.promote
    second = training.train(FRAME, coded, before=first.pipeline)
    assert not second.account.verdict.promote


def test_one_corrected_theme_says_nothing_of_the_others() -> None:
    """A verbatim that was not looked at completely gives labels for the corrected themes only."""
    coded = examples(80)
    lone = next(one for one in coded if "price" in one.known and not is_locked(one.id))
    corrected = replace(lone, known={"staff": False}, complete=False)
    rest = [one for one in coded if one is not lone]
    without, with_it = training.train(FRAME, rest), training.train(FRAME, [*rest, corrected])
    denied = training.train(FRAME, [*rest, replace(corrected, complete=True)])
    assert with_it.manifest["data"] != without.manifest["data"]
    price = [theme.key for theme in FRAME.themes].index("price")
    # With no label for it, what seeds are worth for `price` stays as it was.
    assert learned(with_it).missed[price] == learned(without).missed[price] != learned(denied).missed[price]


def known_today(code_frame: CodeFrame, complete: bool = True, **known: bool) -> dict[str, bool]:
    return meant(Coded("1", "text", known=known, complete=complete), code_frame)


def test_labels_outlive_changes_of_the_code_frame() -> None:
    """Renamed and merged themes carry over; of a split one nobody knows which part was meant."""
    changed = frame(
        history=[
            {"number": 2, "old": "queue", "into": ["waiting"]},
            {"number": 2, "old": "money", "into": ["price", "parking"]},
        ]
    )
    nothing = dict.fromkeys(("waiting", "price", "staff", "parking"), False)
    assert known_today(changed, queue=True) == nothing | {"waiting": True}
    assert known_today(changed, queue=False, waiting=True) == nothing | {"waiting": True}
    assert known_today(changed, money=True) == {"waiting": False, "staff": False}
    assert known_today(changed, money=False) == nothing
    assert known_today(changed, complete=False, queue=False, staff=True) == {"staff": True}
    assert known_today(changed, complete=False, never_there=True) == {}


def test_nothing_to_learn_from_is_said() -> None:
    """Without a single theme given there is no model, and the message says what to do."""
    with pytest.raises(training.TooFewLabels, match="code some first"):
        training.train(FRAME, [])
    with pytest.raises(training.TooFewLabels):
        training.train(FRAME, [replace(one, known={}) for one in examples(30)])


def test_few_labels_are_enough_to_begin() -> None:
    """A handful of verbatims trains without complaint, and the rules still stand."""
    coded = [one for one in examples(12) if not is_locked(one.id)]
    trained = training.train(FRAME, coded)
    (doc,) = training.read(trained.pipeline, [Coded("x", "nergens te parkeren, parkeerplaats vol", "nl")])
    assert set(doc.user_data["decided"]) == {"parking"}
    assert trained.account.verdict.needed


def test_candidates_are_judged_by_a_model_that_did_not_learn_from_them() -> None:
    """For coded verbatims the cross-validated probabilities, for others the pipeline's own, and by rules alone none."""
    coded = examples(80)
    trained = training.train(FRAME, coded)
    new = Coded("new", "lang gewacht, torenhoge kosten", "nl")
    learned_from = next(one for one in coded if not is_locked(one.id))
    locked = next(one for one in coded if is_locked(one.id))
    chosen = [new, learned_from, locked]
    fresh, own, kept = training.candidates(trained.pipeline, chosen, trained.unseen)
    assert fresh.rules == {"waiting"}
    assert set(fresh.likely) == set(borders(trained.pipeline)) == {theme.key for theme in FRAME.themes}
    assert own.likely == trained.unseen[learned_from.id]
    assert own.known == learned_from.known
    assert kept.likely
    assert training.candidates(trained.pipeline, [learned_from])[0].likely == {}
    rules = pipelines.rules_pipeline(FRAME)
    assert training.candidates(rules, [new])[0].likely == borders(rules) == {}


def test_fingerprints_follow_content() -> None:
    """Order is nothing; every field is something."""
    coded = examples(5)
    assert fingerprint(coded) == fingerprint(coded[::-1])
    changes: tuple[dict[str, Any], ...] = (
        {"text": "x"},
        {"language": "en"},
        {"question": "q"},
        {"known": {}},
        {"complete": False},
    )
    for change in changes:
        assert fingerprint([replace(coded[0], **change), *coded[1:]]) != fingerprint(coded)


def test_thresholds_leave_out_what_could_not_be_learned() -> None:
    """Scores of minus infinity do not pull the threshold down, as constant scores of 0 would."""
    truths = np.array([True, True, False, False, True])
    assert calibration.best(np.array([3.0, 2.0, 1.0, 0.5, -np.inf]), truths) == pytest.approx(1.5)
    assert calibration.best(np.full(5, -np.inf), truths) is None
    assert calibration.best(np.array([1.0, 1.0, 1.0, 0.0, 2.0]), truths) == pytest.approx(0.5)


def test_few_labels_move_thresholds_little() -> None:
    """The same finding counts more the more verbatims it rests on."""
    scores = np.array([[4.0], [3.0], [1.0], [0.0]])
    truths = np.array([[True], [True], [False], [False]])
    few, many = (
        calibration.thresholds(np.tile(scores, (times, 1)), np.tile(truths, (times, 1)), np.ones((4 * times, 1), bool))
        for times in (1, 200)
    )
    assert calibration.USUAL < few[0] < many[0] < 2


def test_calibration_brings_probabilities_to_what_proves_right() -> None:
    """Scores that promise too much come out as often as they are right."""
    draw = np.random.default_rng(0)
    scores = draw.normal(0, 3, 4000)
    truths = draw.random(4000) < 1 / (1 + np.exp(-scores / 3 + 1))
    found = calibration.calibrated(scores, truths)
    assert found.slope == pytest.approx(1 / 3, abs=0.05)
    assert found.shift == pytest.approx(-1, abs=0.15)
    assert calibration.error(found.probabilities(scores), truths) < 0.03
    assert calibration.error(calibration.Calibration().probabilities(scores), truths) > 0.1
