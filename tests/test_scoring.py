"""Net scores: the reference's figures, how often intervals hold the truth, and the laws that hold for any counts."""

import math
from collections.abc import Iterator

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from flows.estimates import Method
from flows.measures import NPS, Counts, Distribution
from flows.scoring import (
    difference,
    interval,
    needed_for_margin,
    needed_to_detect,
    net,
    score,
    standard_error,
    variance,
)


def nps(promoters: int, passives: int, detractors: int) -> Counts:
    return Counts(NPS, promoters, passives, detractors)


SCORED = [Method.ADJUSTED_WALD, Method.SCORE, Method.WALD]
ANY = st.builds(nps, *[st.integers(0, 400)] * 3).filter(lambda counts: counts.n > 0)

# promoters, passives, detractors; score; standard error; Wald; adjusted Wald; Tango
FIGURES = [
    ((50, 30, 20), 30.0000, 7.8102, (14.692, 45.308), (14.051, 44.201), (13.955, 44.339)),
    ((19, 10, 7), 33.3333, 13.0289, (7.797, 58.870), (6.248, 55.290), (5.759, 55.727)),
    ((9, 0, 2), 63.6364, 23.2583, (18.051, 109.222), (8.001, 91.999), (4.604, 89.726)),
    ((3, 2, 1), 33.3333, 30.4290, (-26.306, 92.973), (-26.743, 71.188), (-31.107, 75.396)),
    ((250, 675, 75), 17.5000, 1.7157, (14.137, 20.863), (14.086, 20.809), (14.140, 20.878)),
    ((80, 30, 20), 46.1538, 6.5411, (33.334, 58.974), (32.399, 57.827), (32.320, 57.861)),
    ((10, 0, 0), 100, 0, (100, 100), (47.504, 106.343), (44.493, 100)),
    ((0, 7, 0), 0, 0, (0, 0), (-24.005, 24.005), (-35.433, 35.433)),
    ((1, 1, 1), 0, 47.1405, (-92.394, 92.394), (-61.113, 61.113), (-69.240, 69.240)),
]


@pytest.mark.parametrize(("counts", "value", "error", "wald", "adjusted", "tango"), FIGURES)
def test_scores_and_intervals_are_those_of_the_reference(
    counts: tuple[int, int, int],
    value: float,
    error: float,
    wald: tuple[float, float],
    adjusted: tuple[float, float],
    tango: tuple[float, float],
) -> None:
    """Each method gives the limits that were worked out for it independently, before they are kept within 100."""
    counted = nps(*counts)
    assert net(counted) == pytest.approx(value, abs=5e-5)
    assert standard_error(counted) == pytest.approx(error, abs=5e-5)
    assert interval(counted, Method.WALD) == pytest.approx(wald, abs=6e-4)
    assert interval(counted, Method.ADJUSTED_WALD) == pytest.approx(adjusted, abs=6e-4)
    assert interval(counted, Method.SCORE) == pytest.approx(tango, abs=6e-4)


@pytest.mark.parametrize(
    ("counts", "value", "spread", "error"),
    [
        ((3, 2, 1), 1 / 3, 5 / 9, 0.304),
        ((1, 0, 1), 0, 1, 0.707),
        ((1, 1, 0), 0.5, 0.25, 0.354),
        ((1, 1, 1), 0, 2 / 3, 0.471),
        ((5, 0, 0), 1, 0, 0),
        ((0, 5, 0), 0, 0, 0),
        ((0, 0, 5), -1, 0, 0),
        ((162, 108, 54), 1 / 3, 5 / 9, 0.041409),
    ],
)
def test_variances_are_those_of_published_packages_and_textbooks(
    counts: tuple[int, int, int], value: float, spread: float, error: float
) -> None:
    """Small samples known from a published package, and the textbook's halves, thirds and sixths."""
    counted = nps(*counts)
    assert net(counted) / 100 == pytest.approx(value)
    assert variance(counted) == pytest.approx(spread)
    assert standard_error(counted) / 100 == pytest.approx(error, abs=5e-4 if counted.n < 324 else 5e-7)


def test_bands_of_ones_own_count_as_published() -> None:
    """Fifteen scores, seven of them high and six low, come to two thirtieths with a variance of 0.8622."""
    counted = nps(7, 2, 6)
    assert net(counted) / 100 == pytest.approx(2 / 30)
    assert variance(counted) == pytest.approx(0.8622, abs=5e-5)


def test_every_score_once_is_far_below_zero() -> None:
    """Seven of the eleven numbers detract and two promote."""
    counted = Distribution.of(NPS, range(11)).banded
    assert counted == nps(2, 2, 7)
    assert net(counted) == pytest.approx(-45.4545, abs=5e-5)


def test_another_level_makes_another_interval() -> None:
    """Nine times in ten is a narrower promise than nineteen in twenty."""
    assert interval(nps(50, 30, 20), level=0.9) == pytest.approx((16.47, 41.78), abs=5e-3)


@pytest.mark.parametrize(
    ("good", "bad", "n", "level", "low", "high"),
    [(28, 25, 618, 0.90, -0.0148, 0.0247), (1, 7, 21, 0.95, -0.517, -0.026)],
)
def test_score_intervals_are_those_published_for_paired_shares(
    good: int, bad: int, n: int, level: float, low: float, high: float
) -> None:
    """Promoters and detractors act as the discordant pairs of Tango's interval."""
    found = interval(nps(good, n - good - bad, bad), Method.SCORE, level)
    assert found == pytest.approx((100 * low, 100 * high), abs=0.05)


def test_promoters_and_detractors_are_not_taken_for_independent() -> None:
    """Without their covariance the interval would be 14.36 to 20.64, narrower than it may be."""
    low, high = interval(nps(250, 675, 75), Method.WALD)
    assert low < 14.36
    assert high > 20.64


def test_the_shown_interval_stays_on_the_scale() -> None:
    """Ten promoters reach 100 and no further, and the score itself stays as it is."""
    shown = score(nps(10, 0, 0))
    assert (shown.value, shown.high, shown.n, shown.method) == (100, 100, 10, Method.ADJUSTED_WALD)
    assert shown.low == pytest.approx(47.504, abs=6e-4)


COVERAGE = [
    ((0.5, 0.3, 0.2), 10, (89.6, 96.2, 94.7)),
    ((0.7, 0.2, 0.1), 30, (92.3, 95.4, 95.0)),
    ((0.9, 0.08, 0.02), 10, (64.9, 93.0, 95.9)),
    ((0.9, 0.08, 0.02), 30, (84.1, 95.8, 96.1)),
]


@pytest.mark.parametrize(("shares", "n", "expected"), COVERAGE)
def test_intervals_hold_the_truth_as_often_as_computed(
    shares: tuple[float, float, float], n: int, expected: tuple[float, float, float]
) -> None:
    """Over every possible sample, weighed by its chance, each method covers as the reference's table says."""
    for method, percent in zip((Method.WALD, Method.ADJUSTED_WALD, Method.SCORE), expected, strict=True):
        chances = (_chance(sample, shares) for sample in _samples(n) if _holds(sample, shares, method))
        assert 100 * sum(chances) == pytest.approx(percent, abs=0.051)


@pytest.mark.parametrize(("shares", "n", "expected"), COVERAGE)
def test_intervals_hold_the_truth_in_simulated_samples(
    shares: tuple[float, float, float], n: int, expected: tuple[float, float, float]
) -> None:
    """Among 20,000 seeded samples coverage is within a percent of the table."""
    drawn, times = np.unique(np.random.default_rng(7).multinomial(n, shares, 20_000), axis=0, return_counts=True)
    for method, percent in zip((Method.WALD, Method.ADJUSTED_WALD, Method.SCORE), expected, strict=True):
        held = [_holds((int(p), int(q), int(d)), shares, method) for p, q, d in drawn]
        assert 100 * times[held].sum() / times.sum() == pytest.approx(percent, abs=1)


def test_the_bootstrap_agrees_with_the_formula() -> None:
    """Resampling 50, 30 and 20 of a hundred gives 14 to 45, close to the adjusted interval."""
    drawn = np.random.default_rng(7).multinomial(100, (0.5, 0.3, 0.2), 20_000)
    low, high = np.percentile(drawn[:, 0] - drawn[:, 2], (2.5, 97.5))
    assert (low, high) == (14, 45)
    assert interval(nps(50, 30, 20)) == pytest.approx((low, high), abs=1)


# two samples; Wald: difference, standard error, z, p; adjusted: difference, z, p, low, high
PAIRS = [
    ((50, 30, 20), (45, 30, 25), (10, 11.2694, 0.8874, 0.375), (9.7087, 0.8758, 0.381, -12.019, 31.436)),
    ((60, 25, 15), (40, 30, 30), (35, 11.1243, 3.1463, 0.00165), (33.9806, 3.1012, 0.00193, 12.505, 55.456)),
    ((20, 0, 10), (12, 0, 18), (53.3333, 24.8253, 2.1483, 0.0317), (48.4848, 2.0852, 0.0371, 2.911, 94.058)),
    ((500, 300, 200), (450, 300, 250), (10, 3.5637, 2.8061, 0.00502), (9.9701, 2.8023, 0.00507, 2.997, 16.943)),
]


@pytest.mark.parametrize(("one", "other", "wald", "adjusted"), PAIRS)
def test_differences_are_those_of_the_reference(
    one: tuple[int, int, int],
    other: tuple[int, int, int],
    wald: tuple[float, float, float, float],
    adjusted: tuple[float, float, float, float, float],
) -> None:
    """Plain and adjusted, with the raw difference as the value of both."""
    found = difference(nps(*one), nps(*other), Method.WALD)
    assert (found.value, found.standard_error, found.z) == pytest.approx(wald[:3], abs=6e-5)
    assert found.p == pytest.approx(wald[3], rel=4e-3)
    found = difference(nps(*one), nps(*other))
    assert found.value == pytest.approx(wald[0], abs=5e-5)
    assert (found.centre, found.z) == pytest.approx(adjusted[:2], abs=6e-5)
    assert found.p == pytest.approx(adjusted[2], rel=4e-3)
    assert (found.low, found.high) == pytest.approx(adjusted[3:], abs=6e-4)


def test_unanimous_samples_differ_or_do_not() -> None:
    """Where nothing varies the plain method is certain either way, and the adjusted one is not."""
    same = difference(nps(9, 0, 0), nps(7, 0, 0), Method.WALD)
    assert (same.z, same.p) == (0, 1)
    opposite = difference(nps(9, 0, 0), nps(0, 0, 7), Method.WALD)
    assert (opposite.value, opposite.z, opposite.p) == (200, math.inf, 0)
    assert difference(nps(9, 0, 0), nps(0, 0, 7)).p > 0


@pytest.mark.parametrize(
    ("spread", "margins", "changes"),
    [(1.0, (94, 168, 382, 1534), (390, 1567, 6277)), (0.61, (56, 102, 232, 935), (237, 955, 3828))],
)
def test_sample_sizes_are_those_of_the_reference(
    spread: float, margins: tuple[int, ...], changes: tuple[int, ...]
) -> None:
    """Answers for a margin of 20, 15, 10 and 5 points, and per group to find a change of 20, 10 and 5."""
    assert tuple(needed_for_margin(spread, points) for points in (20, 15, 10, 5)) == margins
    assert tuple(needed_to_detect((spread, spread), points) for points in (20, 10, 5)) == changes


@pytest.mark.parametrize("points", [0, -5])
def test_no_number_of_answers_finds_nothing(points: float) -> None:
    """A margin or change of no points is refused, with what to give instead."""
    with pytest.raises(ValueError, match="above 0"):
        needed_for_margin(1, points)
    with pytest.raises(ValueError, match="above 0"):
        needed_to_detect((1, 1), points)


@given(ANY, st.sampled_from(SCORED), st.sampled_from([0.8, 0.9, 0.95, 0.99]))
def test_an_interval_is_on_the_scale_and_in_order(counts: Counts, method: Method, level: float) -> None:
    """Whatever was counted, the limits lie between -100 and 100, the lower one below."""
    found = score(counts, method, level)
    assert -100 <= found.low <= found.high <= 100
    assert -100 <= found.value <= 100


@given(st.builds(nps, *[st.integers(0, 5)] * 3).filter(lambda counts: counts.n > 0), st.sampled_from(SCORED))
def test_a_shown_interval_holds_the_score_itself(counts: Counts, method: Method) -> None:
    """Nobody reads of a score outside its own interval, not even of a single answer."""
    found = score(counts, method, 0.5)
    assert found.low <= found.value <= found.high


def test_one_answer_tells_next_to_nothing() -> None:
    """The adjusted limits of a single promoter leave 100 out; what is shown does not."""
    assert interval(nps(1, 0, 0))[1] < 100
    assert (score(nps(1, 0, 0)).value, score(nps(1, 0, 0)).high) == (100, 100)


@given(ANY, st.sampled_from(SCORED))
def test_promoters_and_detractors_mirror_each_other(counts: Counts, method: Method) -> None:
    """Swapping them turns the score and its limits over."""
    low, high = interval(counts, method)
    turned = nps(counts.bad, counts.middle, counts.good)
    assert interval(turned, method) == pytest.approx((-high, -low), abs=1e-6)
    assert net(turned) == -net(counts)


@given(ANY, st.sampled_from([Method.ADJUSTED_WALD, Method.SCORE]), st.integers(2, 20))
def test_more_answers_of_the_same_kind_narrow_the_interval(counts: Counts, method: Method, times: int) -> None:
    """The same shares of more people are known better."""
    low, high = interval(counts, method)
    more = interval(nps(times * counts.good, times * counts.middle, times * counts.bad), method)
    assert more[1] - more[0] < high - low


@given(ANY, ANY)
def test_a_difference_turns_over_with_its_sides(one: Counts, other: Counts) -> None:
    """Which of two came first changes the sign and nothing else."""
    there, back = difference(one, other), difference(other, one)
    assert (back.value, back.low, back.high, back.p) == pytest.approx((-there.value, -there.high, -there.low, there.p))


@given(ANY, ANY)
def test_a_test_and_its_interval_agree(one: Counts, other: Counts) -> None:
    """A difference is beyond chance exactly where its interval leaves out 0; unless the raw one, which adjusting has
    turned over, is on the other side of it."""
    found = difference(one, other)
    is_beyond = found.p < 0.05 and found.value * found.centre > 0
    assert is_beyond == (found.low > 0 or found.high < 0)


@given(ANY, ANY)
def test_a_difference_lies_in_its_own_interval(one: Counts, other: Counts) -> None:
    """Whatever adjusting does to its middle."""
    found = difference(one, other)
    assert -200 <= found.low <= found.value <= found.high <= 200


def test_ten_promoters_and_ten_detractors_differ_by_all_there_is() -> None:
    """200 points, adjusted to 20 (10 / 13) with errors of 15.01 each: from 112, and up to 200, not to 195."""
    found = difference(nps(10, 0, 0), nps(0, 0, 10))
    assert (found.value, round(found.low), found.high) == (200, 112, 200)
    assert round(found.centre + (found.centre - found.low)) == 195


def test_methods_are_for_what_they_are_made_for() -> None:
    """Another interval than the three of a net score, or than the two of a difference, is refused by name."""
    with pytest.raises(ValueError, match="wilson is no interval of a net score"):
        score(nps(1, 1, 1), Method.WILSON)
    with pytest.raises(ValueError, match="score does not compare"):
        difference(nps(1, 1, 1), nps(1, 1, 1), Method.SCORE)
    with pytest.raises(ValueError, match="between 0 and 1"):
        score(nps(1, 1, 1), level=95)


def _samples(n: int) -> Iterator[tuple[int, int, int]]:
    for good in range(n + 1):
        for middle in range(n + 1 - good):
            yield good, middle, n - good - middle


def _chance(sample: tuple[int, int, int], shares: tuple[float, float, float]) -> float:
    ways = math.factorial(sum(sample)) // math.prod(math.factorial(part) for part in sample)
    return ways * math.prod(share**part for share, part in zip(shares, sample, strict=True))


def _holds(sample: tuple[int, int, int], shares: tuple[float, float, float], method: Method) -> bool:
    low, high = interval(nps(*sample), method)
    return low - 1e-9 <= 100 * (shares[0] - shares[2]) <= high + 1e-9
