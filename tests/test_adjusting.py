"""Where a score would stand had every group answered equally often, and what is done where few have."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from flows.adjusting import Adjusted, adjusted
from flows.disclosure import OF_PEOPLE, Standing, together
from flows.measures import CES_EFFORT, NPS, Counts
from flows.scoring import NARROW, interval, needed_for_margin, needed_to_narrow, score

ANSWERS = {"call": Counts(NPS, 15, 9, 6), "sms": Counts(NPS, 49, 14, 7)}
"""Of the reference: 30 answers with a score of 30, and 70 with one of 60."""
NOBODY: dict[str, Counts] = {}

SOME = st.builds(Counts, st.just(NPS), *[st.integers(0, 30)] * 3)
KEYS = st.sampled_from("abcde")


def found(given: Adjusted | None) -> Adjusted:
    assert given
    return given


def test_groups_count_for_who_could_have_answered() -> None:
    """The reference's vector: of 200 people half are in each group, so 51 becomes 45, told by 84 effective answers."""
    told = found(adjusted(ANSWERS, NOBODY, {"call": 100, "sms": 100}))
    assert (told.weighted.unweighted.value, told.weighted.score.value) == pytest.approx((51, 45))
    assert told.weighted.standard_error == pytest.approx(8.320, abs=5e-4)
    assert told.weighted.effective_n == pytest.approx(84)
    assert (told.weighted.covered, told.left_out, told.standing) == (1, 0, Standing.SOUND)
    # An answer by phone stands for 100/30 people, one by text for 100/70, one of all for 200/100.
    assert [(each.values, each.eligible, each.answers) for each in told.strata] == [
        (("call",), 100, 30),
        (("sms",), 100, 70),
    ]
    assert [each.weight for each in told.strata] == pytest.approx([5 / 3, 5 / 7])


def test_who_came_by_themselves_is_left_out_and_counted() -> None:
    """They are no part of those who could have answered: the rest is adjusted without them."""
    with_guests = {**ANSWERS, "call": ANSWERS["call"] + Counts(NPS, 0, 0, 12)}
    told = found(adjusted(with_guests, {"call": Counts(NPS, 0, 0, 12)}, {"call": 100, "sms": 100}))
    assert (told.weighted.score.value, told.weighted.score.n, told.left_out) == pytest.approx((45, 100, 12))


def test_answers_from_where_nobody_was_eligible_are_left_out_and_counted() -> None:
    """Such as of people who have changed the language: they have no part of the population to stand for."""
    told = found(adjusted({**ANSWERS, "web": Counts(NPS, 0, 0, 40)}, NOBODY, {"call": 100, "sms": 100, "web": 0}))
    assert (told.weighted.score.value, told.left_out) == pytest.approx((45, 40))
    assert [each.values for each in told.strata] == [("call",), ("sms",)]


def test_a_group_without_answers_is_told_and_not_made_up_for() -> None:
    """The share covered says how many were eligible where somebody has answered."""
    told = found(adjusted(ANSWERS, NOBODY, {"call": 100, "sms": 100, "whatsapp": 50}))
    assert told.weighted.covered == pytest.approx(0.8)
    assert (told.strata[-1].values, told.strata[-1].answers, told.strata[-1].weight) == (("whatsapp",), 0, None)


def test_small_groups_count_as_one() -> None:
    """Neither is the score of a few told by the result, nor does one answer stand for a whole queue."""
    few = {"b": Counts(NPS, 0, 0, 1), "c": Counts(NPS, 9, 0, 0)}
    told = found(adjusted({"a": Counts(NPS, 20, 10, 10), **few}, NOBODY, {"a": 40, "b": 400, "c": 60}))
    assert [(each.values, each.eligible, each.answers) for each in told.strata] == [
        (("a",), 40, 40),
        (("b", "c"), 460, 10),
    ]
    # 40 of 500 people at 25, and 460 at 80.
    assert told.weighted.score.value == pytest.approx(75.6)


@pytest.mark.parametrize(
    ("answers", "eligible"),
    [
        ({}, {"a": 10}),
        ({"a": Counts(NPS, 50, 0, 0)}, {"a": 100, "b": 100}),
        ({"a": Counts(NPS, 50, 0, 0), "b": Counts(NPS, 0, 0, 9)}, {"a": 100, "b": 100}),
        ({"a": Counts(NPS, 4, 0, 0), "b": Counts(NPS, 0, 0, 5)}, {"a": 100, "b": 100}),
        (ANSWERS, {}),
    ],
    ids=["nobody", "one group", "a small one beside it", "too few", "nobody eligible"],
)
def test_what_cannot_be_adjusted_is_not_told(answers: dict[str, Counts], eligible: dict[str, int]) -> None:
    """It takes two groups that may be shown."""
    assert adjusted(answers, NOBODY, eligible) is None


def test_one_person_needs_more_answers() -> None:
    """Figures under a filter by agent take thirty, in each group."""
    answers = {"a": Counts(NPS, 10, 10, 0), "b": Counts(NPS, 10, 10, 5)}
    assert adjusted(answers, NOBODY, {"a": 50, "b": 50}) is not None
    assert adjusted(answers, NOBODY, {"a": 50, "b": 50}, OF_PEOPLE) is None


@given(st.dictionaries(KEYS, SOME, min_size=1), st.integers(1, 20))
def test_equal_response_adjusts_nothing(answers: dict[str, Counts], people: int) -> None:
    """Where every group has answered equally often, score, interval and n are those that were counted."""
    told = adjusted(answers, NOBODY, {value: people * counts.n for value, counts in answers.items()})
    if told:
        weighted, plain = told.weighted, told.weighted.unweighted
        assert (weighted.score.value, weighted.score.low, weighted.score.high) == pytest.approx(
            (plain.value, plain.low, plain.high)
        )
        assert (weighted.effective_n, weighted.covered, told.left_out) == pytest.approx((plain.n, 1, 0))
        assert [each.weight for each in told.strata if each.answers] == [pytest.approx(1)] * len(told.strata)


@given(st.dictionaries(KEYS, SOME), st.data(), st.dictionaries(KEYS, st.integers(0, 500)))
def test_every_answer_and_everybody_eligible_is_in_one_place(
    answers: dict[str, Counts], data: st.DataObject, eligible: dict[str, int]
) -> None:
    """Whatever is counted, nothing fails, nothing is lost, and nothing shown rests on fewer than ten answers."""
    walk_ins = {
        value: Counts(NPS, *(data.draw(st.integers(0, most)) for most in (counts.good, counts.middle, counts.bad)))
        for value, counts in answers.items()
    }
    if told := adjusted(answers, walk_ins, eligible):
        assert sum(each.answers for each in told.strata) == told.weighted.score.n
        assert told.weighted.score.n + told.left_out == sum(each.n for each in answers.values())
        assert sum(each.eligible for each in told.strata) == sum(eligible.values())
        assert all(each.answers >= 10 for each in told.strata if each.answers)
        assert 0 < told.weighted.covered <= 1
        assert told.standing is not Standing.SUPPRESSED
        mean = sum(each.answers * (each.weight or 0) for each in told.strata) / told.weighted.score.n
        assert mean == pytest.approx(1)


def test_what_is_small_in_either_period_stands_with_others_in_both() -> None:
    """So that its change gives nothing away."""
    before, now = {"a": 50, "b": 40, "c": 3, "d": 20}, {"a": 50, "b": 5, "c": 30, "d": 30, "e": 12}
    assert together(before, now) == [("a",), ("b", "c", "d", "e")]
    assert together({"a": 50, "b": 40}) == [("a",), ("b",)]


@given(SOME.filter(lambda counts: counts.n > 0))
def test_as_many_answers_as_needed_make_the_interval_narrow(counts: Counts) -> None:
    """There are as many as needed exactly where the interval is within five points to either side already."""
    low, high = interval(counts)
    assert (needed_to_narrow(counts) <= counts.n) is ((high - low) / 2 <= NARROW + 1e-9)
    assert needed_to_narrow(counts) > 0


def test_how_many_answers_are_needed_is_told_of_effort_as_well() -> None:
    """By hand: 30, 10 and 10 become 30.75, 11.5 and 10.75 of 53, V = 41.5 / 53 - (20 / 53)^2 = 0.64062; 1.95996^2 V /
    0.05^2 - 3 = 981.4."""
    counts = Counts(CES_EFFORT, 30, 10, 10)
    assert needed_to_narrow(counts) == 982
    assert needed_to_narrow(counts, margin=10) == needed_for_margin(0.640619, 10)
    assert score(counts).high - score(counts).low > 2 * NARROW
