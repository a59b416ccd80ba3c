"""Weighted scores and what a changed mix does to a pooled one."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from flows.estimates import NothingCountedError
from flows.measures import CES_EFFORT, NPS, Counts, IncomparableError
from flows.mix import decompose
from flows.weighting import Stratum, adjusted_to_mix, weighted

STRATA = {"call": Counts(NPS, 15, 9, 6), "sms": Counts(NPS, 49, 14, 7)}
SOME = st.builds(Counts, st.just(NPS), *[st.integers(0, 50)] * 3).filter(lambda counts: counts.n > 0)


def scoring(net: int, n: int) -> Counts:
    """So many answers with that score and nobody in the middle."""
    promoters = n * (100 + net) // 200
    return Counts(NPS, promoters, 0, n - promoters)


def test_strata_count_for_their_part_of_the_population() -> None:
    """The reference's two strata of 30 and 70 answers, each half of the population."""
    found = adjusted_to_mix(STRATA, {"call": 0.5, "sms": 0.5})
    assert (found.unweighted.value, found.score.value) == pytest.approx((51, 45))
    assert found.standard_error == pytest.approx(8.320, abs=5e-4)
    assert found.effective_n == pytest.approx(84)
    assert (found.score.n, found.covered) == (100, 1)


def test_a_stratum_nobody_answered_in_is_not_made_up_for_unseen() -> None:
    """The others stand in for it and the result says how much of the population it covers."""
    found = adjusted_to_mix({**STRATA, "whatsapp": Counts(NPS, 0, 0, 0)}, {"call": 40, "sms": 40, "whatsapp": 20})
    assert found.covered == pytest.approx(0.8)
    assert found.score.value == pytest.approx(45)


def test_answers_from_outside_the_population_are_an_error() -> None:
    """They would otherwise weigh nothing, or everything."""
    with pytest.raises(ValueError, match="nobody in sms, where answers come from"):
        adjusted_to_mix(STRATA, {"call": 1})
    with pytest.raises(NothingCountedError):
        adjusted_to_mix({"call": Counts(NPS, 0, 0, 0)}, {"call": 1})


@pytest.mark.parametrize("weight", [0, -1, float("inf"), float("nan")])
def test_a_weight_is_above_zero(weight: float) -> None:
    """No answer is weighed away."""
    with pytest.raises(ValueError, match="above 0"):
        Stratum(STRATA["call"], weight)


def test_measures_are_not_weighted_together() -> None:
    """A weight does not make two measures one."""
    with pytest.raises(IncomparableError):
        weighted([Stratum(STRATA["call"], 1), Stratum(Counts(CES_EFFORT, 1, 1, 1), 1)])


@given(st.lists(SOME, min_size=1, max_size=5), st.floats(0.01, 100))
def test_equal_weights_weigh_nothing(counts: list[Counts], weight: float) -> None:
    """Score, interval and number of answers are those without weights."""
    found = weighted([Stratum(each, weight) for each in counts])
    assert found.effective_n == pytest.approx(found.score.n)
    assert (found.score.value, found.score.low, found.score.high) == pytest.approx(
        (found.unweighted.value, found.unweighted.low, found.unweighted.high)
    )


@given(st.lists(st.tuples(SOME, st.floats(0.1, 10)), min_size=1, max_size=5))
def test_weights_cost_answers(strata: list[tuple[Counts, float]]) -> None:
    """Unequal weights never tell more than there are answers, and the interval stays on the scale around the score."""
    found = weighted([Stratum(counts, weight) for counts, weight in strata])
    assert 0 < found.effective_n <= found.score.n + 1e-6
    assert -100 <= found.score.low <= found.score.high <= 100
    assert found.score.low - 1e-6 <= found.score.value <= found.score.high + 1e-6


def test_weighted_intervals_hold_the_truth() -> None:
    """Seeded samples from two strata that answer unevenly: the interval covers the population's score in 95 of 100."""
    draws = np.random.default_rng(7)
    calls, texts = draws.multinomial(40, (0.5, 0.3, 0.2), 3000), draws.multinomial(80, (0.8, 0.15, 0.05), 3000)
    found = [
        adjusted_to_mix(
            {"call": Counts(NPS, *map(int, call)), "sms": Counts(NPS, *map(int, text))}, {"call": 0.5, "sms": 0.5}
        ).score
        for call, text in zip(calls, texts, strict=True)
    ]
    held = sum(each.low <= 52.5 <= each.high for each in found) / len(found)
    assert held == pytest.approx(0.95, abs=0.015)


def test_both_segments_rise_and_the_whole_falls() -> None:
    """The reference's example: 25 becomes 16 while 50 becomes 52 and 0 becomes 4; mix -12.25, rate +3.25."""
    found = decompose({"a": scoring(50, 100), "b": scoring(0, 100)}, {"a": scoring(52, 50), "b": scoring(4, 150)})
    assert (found.total.value, found.rate.value, found.mix) == pytest.approx((-9, 3.25, -12.25))
    assert found.is_reversed
    assert [part.segment for part in found.parts] == ["a", "b"]
    assert [part.rate for part in found.parts] == pytest.approx([0.75, 2.5])
    assert [part.mix for part in found.parts] == pytest.approx([-7.625, -4.625])
    assert found.rate.low < 3.25 < found.rate.high


@given(*[st.dictionaries(st.sampled_from("abcd"), SOME, min_size=1)] * 2)
def test_rate_and_mix_are_all_there_is(before: dict[str, Counts], after: dict[str, Counts]) -> None:
    """They add up to the change, also where segments come and go."""
    found = decompose(before, after)
    assert found.rate.value + found.mix == pytest.approx(found.total.value, abs=1e-9)
    assert sum(part.rate + part.mix for part in found.parts) == pytest.approx(found.total.value, abs=1e-9)


@given(st.dictionaries(st.sampled_from("abcd"), SOME, min_size=1))
def test_nothing_moved_is_nothing_to_take_apart(counts: dict[str, Counts]) -> None:
    """The same period twice has no rate, no mix and no reversal."""
    found = decompose(counts, counts)
    assert (found.rate.value, found.mix, found.is_reversed) == (0, 0, False)


def test_a_new_segment_changes_the_mix_only() -> None:
    """It has no score of its own to have moved from."""
    found = decompose({"a": scoring(50, 100)}, {"a": scoring(50, 100), "b": scoring(0, 100)})
    assert found.rate.value == 0
    assert found.mix == pytest.approx(-25)
    assert found.parts[1].change is None
