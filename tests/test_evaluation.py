"""Predicted themes against given ones: counts by hand, intervals that hold the figure, and a fair decision."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nlp.evaluation import evaluate
from nlp.promotion import FEWEST, weigh

SETS = st.frozensets(st.sampled_from("abc"))
NONE: frozenset[str] = frozenset()
A, B, AB = frozenset("a"), frozenset("b"), frozenset("ab")


def test_figures_by_hand() -> None:
    """Four verbatims: of theme a two are right, one is wrong and one is missed; b is right once."""
    report = evaluate([(A, A), (AB, AB), (A, NONE), (NONE, A)])
    a, b = report.themes["a"], report.themes["b"]
    assert (a.actual, a.predicted, a.right) == (3, 3, 2)
    assert (a.precision, a.recall, a.f1) == pytest.approx((2 / 3, 2 / 3, 2 / 3))
    assert (b.precision, b.recall, b.f1) == (1, 1, 1)
    assert report.micro.f1 == pytest.approx(2 * 3 / (4 + 4))
    assert report.macro == pytest.approx((2 / 3 + 1) / 2)
    assert report.verbatims == 4


def test_themes_that_nobody_has_are_reported_but_do_not_count() -> None:
    """A theme without a verbatim is in the table, with nothing right, and leaves the mean over themes as it is."""
    report = evaluate([(A, A), (B, NONE)], themes=["c"])
    assert set(report.themes) == {"a", "b", "c"}
    assert report.themes["c"].actual == report.themes["c"].predicted == 0
    assert report.macro == 1
    assert report.micro.f1 == pytest.approx(2 / 3)


def test_nothing_to_compare() -> None:
    """Without verbatims there is a report all the same."""
    report = evaluate([], themes=["a"])
    assert report.verbatims == 0
    assert report.micro.f1 == report.macro == 0


@given(st.lists(st.tuples(SETS, SETS), min_size=1, max_size=30))
def test_intervals_and_shares(pairs: list[tuple[frozenset[str], frozenset[str]]]) -> None:
    """Every figure is a share, every interval the right way round, and the same pairs give the same report."""
    report = evaluate(pairs, seed=1)
    for score in (*report.themes.values(), report.micro):
        assert 0 <= score.low <= score.high <= 1
        assert 0 <= score.f1 <= 1
    assert evaluate(pairs, seed=1) == report


def test_more_verbatims_make_intervals_narrower() -> None:
    """The same shares over ten times as many verbatims are known better."""
    pairs = [(A, A), (A, NONE), (NONE, A), (AB, A)] * 10
    few, many = evaluate(pairs), evaluate(pairs * 10)
    assert few.micro.f1 == pytest.approx(many.micro.f1)
    assert few.micro.low <= few.micro.f1 <= few.micro.high
    assert many.micro.high - many.micro.low < few.micro.high - few.micro.low


def test_a_report_is_plain() -> None:
    """It becomes JSON as it is, and lines of a table with the most frequent theme first and all last."""
    report = evaluate([(A, A), (AB, AB), (A, NONE)])
    assert json.loads(json.dumps(report.plain()))["themes"]["a"]["right"] == 2
    assert [(row[0], row[1]) for row in report.rows()] == [("a", 2), ("b", 1), ("all", 3)]


ACTUAL = [A, B, AB, NONE] * 30


def test_what_is_clearly_better_is_promoted() -> None:
    """A model that finds what was missed takes the place of what was there, and says by how much."""
    verdict = weigh(ACTUAL, [A, NONE, A, NONE] * 30, ACTUAL)
    assert verdict.promote
    assert 0 < verdict.low < verdict.difference
    assert verdict.needed is None
    assert "rises" in verdict.reasons[0]


def test_what_is_as_good_or_worse_is_not() -> None:
    """No gain, no change."""
    same = weigh(ACTUAL, ACTUAL, ACTUAL)
    assert not same.promote
    assert "not better" in same.reasons[0]
    worse = weigh(ACTUAL, ACTUAL, [A, NONE, A, NONE] * 30)
    assert not worse.promote
    assert worse.needed is None


def test_a_gain_that_may_be_chance_is_not_enough() -> None:
    """One verbatim more of a hundred and twenty proves nothing; it says how many more would."""
    before = [*ACTUAL[:-3], NONE, *ACTUAL[-2:]]
    after = [ACTUAL[0], NONE, NONE, *ACTUAL[3:]]
    assert sum(map(len, before)) == sum(map(len, ACTUAL)) - 1
    verdict = weigh(ACTUAL, [NONE, NONE, *ACTUAL[2:]], [A, NONE, AB, A, *ACTUAL[4:]])
    assert not verdict.promote
    chance = weigh(ACTUAL, [NONE, *ACTUAL[1:]], [A, *ACTUAL[1:]])
    assert not chance.promote
    assert chance.difference > 0
    assert "may be chance" in chance.reasons[0]
    assert chance.needed is not None
    assert chance.needed > 0
    assert not weigh(ACTUAL, after, before).promote


def test_too_few_verbatims_say_how_many_more() -> None:
    """However good it looks, some verbatims are not enough."""
    verdict = weigh(ACTUAL[:20], [NONE] * 20, ACTUAL[:20])
    assert not verdict.promote
    assert verdict.needed == FEWEST - 20
    assert not weigh([], [], []).promote
    assert weigh([], [], []).needed == FEWEST


def test_no_theme_may_pay_for_the_others() -> None:
    """A gain in total does not make up for a frequent theme that is no longer found."""
    actual = [A] * 100 + [B] * 20
    before = [NONE] * 40 + [A] * 60 + [B] * 20
    after = [A] * 100 + [B] * 15 + [NONE] * 5
    verdict = weigh(actual, before, after)
    assert verdict.low > 0
    assert not verdict.promote
    assert "b loses 25 points of recall" in verdict.reasons[0]


def test_recall_may_be_given_up_for_precision() -> None:
    """A theme that was tagged far too often may be found a little less, if it comes out better."""
    actual = [A] * 100 + [B] * 20 + [NONE] * 60
    before = [A] * 100 + [B] * 80
    after = [A] * 100 + [B] * 18 + [NONE] * 62
    assert weigh(actual, before, after).promote
