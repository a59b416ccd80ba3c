"""Effort: mean, shares and net in either direction, small numbers, and answers that look upside down."""

from collections.abc import Iterable, Mapping

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from flows.disclosure import OF_PEOPLE, SMALL, Standing, Thresholds, concealed
from flows.effort import ease, effort, mean, mean_difference, top
from flows.estimates import Method, NothingCountedError, share
from flows.loader import SHIPPED
from flows.measures import (
    CES_AGREEMENT,
    CES_EASE,
    CES_EFFORT,
    NPS,
    PUBLISHED,
    Band,
    Distribution,
    IncomparableError,
    Measure,
    measure,
)
from flows.reversals import Answered, Examined, Suspicion, if_mirrored, sensitivity, suspicions
from flows.scoring import interval
from flows.survey import Direction, Scale

EFFORT = Distribution(CES_EFFORT, {1: 40, 2: 30, 3: 15, 4: 10, 5: 5})


def test_effort_is_reported_as_in_the_reference() -> None:
    """Mean 2.10 with Student's interval; 70 percent low and 15 high effort; net 55 with either interval."""
    found = effort(EFFORT)
    assert found.mean.value == pytest.approx(2.10)
    assert (found.mean.low, found.mean.high) == pytest.approx((1.8649, 2.3351), abs=5e-5)
    assert (found.low.value, found.high.value, found.net.value) == (70, 15, 55)
    assert (found.net.low, found.net.high) == pytest.approx((39.02, 67.78), abs=5e-3)
    assert interval(EFFORT.banded, Method.WALD) == pytest.approx((40.50, 69.50), abs=5e-3)
    assert found.low.method is Method.WILSON
    assert found.mean.method is Method.STUDENT


def test_ease_is_effort_seen_from_the_other_end() -> None:
    """A mean effort of 2.10 on 1 to 5 is 3.90 in ease, and a scale of ease has the same place on the common axis."""
    assert 1 + 4 * ease(CES_EFFORT, 2.10) == pytest.approx(3.90)
    assert ease(CES_EASE, 3.90) == pytest.approx(ease(CES_EFFORT, 2.10))
    assert [ease(CES_AGREEMENT, value) for value in (1, 4, 7)] == [0, 0.5, 1]


def test_two_means_are_compared_as_welch_has_it() -> None:
    """60 fives and 20 ones less 60 ones and 20 fives: variances of 240 / 79 each, an error of 0.275589, 158 degrees of
    freedom, and so 2 plus and minus 1.975092 times the error."""
    hard, easy = Distribution(CES_EFFORT, {5: 60, 1: 20}), Distribution(CES_EFFORT, {1: 60, 5: 20})
    found = mean_difference(hard, easy)
    assert found.value == pytest.approx(2)
    assert (found.low, found.high) == pytest.approx((2 - 0.544313, 2 + 0.544313), abs=1e-6)
    assert (found.n, found.method) == (160, Method.WELCH)
    with pytest.raises(IncomparableError):
        mean_difference(hard, Distribution(CES_EASE, {5: 60, 1: 20}))


def test_means_of_samples_without_spread_differ_by_about_so_much() -> None:
    """Ten fives can miss 1 - 0.05 ^ (1 / 10) = 25.89 % of all, and their mean lies between 3.9645 and 5; ten ones have
    theirs between 1 and 2.0355: the difference of 4 may be as low as 4 - 1.0355 times the root of 2."""
    found = mean_difference(Distribution(CES_EFFORT, {5: 10}), Distribution(CES_EFFORT, {1: 10}))
    assert (found.value, found.high, found.method) == (4, 4, Method.SQUARE_AND_ADD)
    assert found.low == pytest.approx(4 - 1.035462 * 2**0.5, abs=1e-5)


@given(st.lists(st.integers(1, 5), min_size=1), st.lists(st.integers(1, 5), min_size=1))
def test_a_difference_of_means_lies_in_its_interval(one: list[int], other: list[int]) -> None:
    """Whatever was answered, and turned over where the sides are."""
    there, back = (
        mean_difference(Distribution.of(CES_EFFORT, first), Distribution.of(CES_EFFORT, second))
        for first, second in ((one, other), (other, one))
    )
    assert -4 <= there.low <= there.value <= there.high <= 4
    assert (back.value, back.low, back.high) == pytest.approx((-there.value, -there.high, -there.low))


@given(st.lists(st.integers(1, 5), min_size=1, max_size=200))
def test_both_directions_tell_the_same(answers: list[int]) -> None:
    """Who had it easy counts as that, whether 1 or 5 is the easy end."""
    one = effort(Distribution.of(CES_EFFORT, answers))
    other = effort(Distribution.of(CES_EASE, (6 - answer for answer in answers)))
    assert (one.low, one.high, one.net) == (other.low, other.high, other.net)
    assert ease(CES_EFFORT, one.mean.value) == pytest.approx(ease(CES_EASE, other.mean.value))
    assert (one.mean.low, one.mean.high) == pytest.approx((6 - other.mean.high, 6 - other.mean.low))


@given(st.lists(st.integers(1, 7), min_size=1, max_size=100))
def test_a_mean_lies_in_its_interval_and_that_on_the_scale(answers: list[int]) -> None:
    """One answer or a hundred, alike or not, and there is never a point for an interval."""
    found = mean(Distribution.of(CES_AGREEMENT, answers))
    assert 1 <= found.low <= found.value <= found.high <= 7
    assert found.low < found.high


def test_unanimity_is_no_certainty() -> None:
    """Twenty times 1 leaves room for people not met yet, and one answer leaves nearly everything open."""
    alike = mean(Distribution(CES_EFFORT, {1: 20}))
    assert (alike.value, alike.low, alike.method) == (1, 1, Method.EXACT)
    assert alike.high == pytest.approx(1 + 4 * (1 - 0.05 ** (1 / 20)))
    alone = mean(Distribution(CES_EFFORT, {3: 1}))
    assert (alone.low, alone.high) == pytest.approx((1.1, 4.9))


def test_the_top_boxes_are_at_the_good_end() -> None:
    """Of 1 to 7 the highest, of an effort scale the lowest."""
    agreed = Distribution(CES_AGREEMENT, {7: 20, 6: 30, 5: 10, 4: 10, 1: 30})
    assert (top(agreed, 2).value, top(agreed, 3).value) == (50, 60)
    assert top(EFFORT, 1).value == 40
    with pytest.raises(ValueError, match="no top 5"):
        top(EFFORT, 5)


def test_every_shipped_instrument_has_bands() -> None:
    """Whatever is shipped to be asked is known by name, with the scale it is asked on and its direction."""
    shipped = [yaml.safe_load(path.read_bytes()) for path in (SHIPPED / "instruments").glob("*.yaml")]
    scales = {each["instrument"]: each["scale"] for each in shipped}
    assert scales.keys() == PUBLISHED.keys()
    for instrument, scale in scales.items():
        known = measure(instrument, Scale(scale["from"], scale["to"], Direction(scale["direction"])))
        assert known is PUBLISHED[instrument]


@pytest.mark.parametrize(
    ("instrument", "good", "bad"),
    [(CES_EFFORT, {1, 2}, {4, 5}), (CES_EASE, {4, 5}, {1, 2}), (CES_AGREEMENT, {5, 6, 7}, {1, 2, 3})],
)
def test_bands_follow_the_direction(instrument: Measure, good: set[int], bad: set[int]) -> None:
    """The good band is at the good end, wherever that is."""
    scale = range(instrument.scale.low, instrument.scale.high + 1)
    assert {value for value in scale if instrument.band(value) is Band.GOOD} == good
    assert {value for value in scale if instrument.band(value) is Band.BAD} == bad


def test_a_published_name_has_its_own_scale() -> None:
    """1 to 10 is not NPS, and effort asked in the other direction is not the same instrument."""
    with pytest.raises(IncomparableError, match="a name of its own"):
        measure("nps", Scale(1, 10, Direction.HIGH_IS_GOOD))
    with pytest.raises(IncomparableError):
        measure("ces_effort", Scale(1, 5, Direction.HIGH_IS_GOOD))
    assert measure("nps", NPS.scale) is NPS


def test_an_instrument_of_ones_own_has_bands_at_both_ends() -> None:
    """Two numbers each, and one each where the scale is short."""
    stars = measure("stars", Scale(1, 5, Direction.HIGH_IS_GOOD))
    assert [stars.band(value).value for value in range(1, 6)] == ["bad", "bad", "middle", "good", "good"]
    solved = measure("solved", Scale(1, 3, Direction.LOW_IS_GOOD))
    assert [solved.band(value).value for value in range(1, 4)] == ["good", "middle", "bad"]


def test_directions_are_never_pooled() -> None:
    """Even on the same numbers."""
    with pytest.raises(IncomparableError, match=r"ces_effort \(low_is_good\) and ces_ease \(high_is_good\)"):
        _ = EFFORT + Distribution(CES_EASE, {1: 1})


def test_impossible_counts_cannot_be_made() -> None:
    """Fewer than none, off the scale, or bands that overlap."""
    with pytest.raises(ValueError, match="fewer than no"):
        Distribution(CES_EFFORT, {1: -1})
    with pytest.raises(ValueError, match="no answer to ces_effort"):
        Distribution(CES_EFFORT, {0: 1})
    with pytest.raises(ValueError, match="do not fit"):
        Measure("stars", Scale(1, 5, Direction.HIGH_IS_GOOD), 3, 3, ("good", "middle", "bad"))
    with pytest.raises(NothingCountedError):
        effort(Distribution(CES_EFFORT, {}, missing=4))


def test_pooled_and_parted_again_nothing_is_lost() -> None:
    """What is added can be taken away, the missing included."""
    more = Distribution(CES_EFFORT, {1: 2, 5: 3}, missing=4)
    whole = EFFORT + more
    assert (whole.n, whole.missing) == (105, 4)
    assert (whole - more).banded == EFFORT.banded
    with pytest.raises(ValueError, match="fewer than no"):
        _ = more - EFFORT


@pytest.mark.parametrize(
    ("n", "standing"),
    [(0, "suppressed"), (9, "suppressed"), (10, "indicative"), (29, "indicative"), (30, "sound"), (9999, "sound")],
)
def test_few_answers_are_not_shown_or_with_a_warning(n: int, standing: str) -> None:
    """Nothing below 10, a warning below 30; of people nothing below 30."""
    assert SMALL.standing(n).value == standing
    assert OF_PEOPLE.standing(n) is (Standing.SOUND if n >= 30 else Standing.SUPPRESSED)


def test_thresholds_are_in_order() -> None:
    """An operator cannot warn of what is not shown."""
    with pytest.raises(ValueError, match="suppressed below 30"):
        Thresholds(30, 10)


@pytest.mark.parametrize(
    ("sizes", "hidden"),
    [
        ({"a": 50, "b": 40}, ""),
        ({"a": 50, "b": 29, "c": 9}, "bc"),
        ({"a": 50, "b": 30, "c": 9}, "c"),
        ({"a": 50, "b": 20, "c": 6, "d": 7}, "cd"),
        ({"a": 50, "b": 20, "c": 4, "d": 5}, "bcd"),
        ({"a": 50, "b": 0, "c": 9}, "c"),
        ({"a": 9}, "a"),
        ({}, ""),
    ],
)
def test_a_hidden_part_takes_another_of_few_answers_with_it(sizes: dict[str, int], hidden: str) -> None:
    """So that neither can be told from the whole; what has 30 answers is never hidden, and empty ones hide nothing."""
    assert concealed(sizes) == set(hidden)


def test_no_agent_is_hidden_for_the_sake_of_another() -> None:
    """Of people there is nothing between too few and enough."""
    assert concealed({"agent-07": 134, "agent-08": 30, "-": 2}, OF_PEOPLE) == {"-"}


@given(st.dictionaries(st.integers(0, 20), st.integers(0, 60)))
def test_what_is_hidden_is_few_and_hardly_ever_alone(sizes: dict[int, int]) -> None:
    """All that is small and nothing sound; one alone, or few together, only where no other group is of few answers."""
    hidden = concealed(sizes)
    assert hidden >= {cell for cell, n in sizes.items() if 0 < n < 10}
    assert all(0 < sizes[cell] < 30 for cell in hidden)
    if hidden and hidden != {cell for cell, n in sizes.items() if 0 < n < 30}:
        assert len(hidden) > 1
        assert sum(sizes[cell] for cell in hidden) >= 10


def test_one_in_ten_who_mirrors_the_scale_moves_the_figures() -> None:
    """As computed: mean 2.10 becomes 2.28, and 70 percent low effort 64.5."""
    found = if_mirrored(EFFORT, 10)
    assert (found.mean, found.low, found.high) == pytest.approx((2.28, 64.5, 20.5))
    assert found.net == pytest.approx(44)
    assert if_mirrored(EFFORT, 100).mean == pytest.approx(3.90)


def examined(counts: Mapping[int, int], suspected: int) -> Examined:
    whole = Distribution(CES_EFFORT, counts)
    return Examined(effort(whole), None, share(suspected, whole.n), {})


def test_what_hangs_on_the_direction_is_told_for_some_shares() -> None:
    """For 5, 10 and 20 percent turned over, and for as many as are suspected: here 4 of 100."""
    found = sensitivity(examined({1: 40, 2: 30, 3: 15, 4: 10, 5: 5}, suspected=4))
    assert [each.part for each in found] == [4, 5, 10, 20]
    assert [each.mean for each in found] == pytest.approx([2.172, 2.19, 2.28, 2.46])
    assert [each.low for each in found] == pytest.approx([67.8, 67.25, 64.5, 59])
    assert [each.high for each in found] == pytest.approx([17.2, 17.75, 20.5, 26])
    assert [each.part for each in sensitivity(examined({3: 20}, suspected=0))] == [5, 10, 20]


@pytest.mark.parametrize(
    ("answered", "expected"),
    [
        (Answered(5, nps=9), ["score"]),
        (Answered(5, nps=8), []),
        (Answered(5, nps=2), []),
        (Answered(5, feeling=1), ["comment"]),
        (Answered(5, nps=10, feeling=1), ["score", "comment"]),
        (Answered(4, nps=10, feeling=1), []),
        (Answered(3), []),
        (Answered(1, nps=0), ["score"]),
        (Answered(1, nps=4), []),
        (Answered(1, feeling=-1), ["comment"]),
        (Answered(2, nps=0, feeling=-1), []),
    ],
)
def test_only_the_ends_of_the_scale_are_suspected(answered: Answered, expected: Iterable[str]) -> None:
    """The hardest with a recommendation or praise; the easiest with a low score or a complaint."""
    assert suspicions(CES_EFFORT, answered) == {Suspicion(each) for each in expected}


def test_the_easy_end_is_where_the_direction_says() -> None:
    """On a scale of ease 1 is the hardest, and is suspected with a recommendation."""
    assert suspicions(CES_EASE, Answered(1, nps=9)) == {Suspicion.SCORE}
    assert suspicions(CES_EASE, Answered(5, nps=9)) == frozenset()
