"""Figures: rounding, shares with their intervals, and counts that never mix measures."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from flows.estimates import NothingCountedError, about, exact_share, rounded, share, wilson
from flows.measures import CES_EFFORT, NPS, Band, Counts, Distribution, IncomparableError
from flows.scoring import (
    difference,
    interval,
    net,
    score,
    standard_error,
    variance,
)


def nps(promoters: int, passives: int, detractors: int) -> Counts:
    return Counts(NPS, promoters, passives, detractors)


@pytest.mark.parametrize(
    ("value", "digits", "shown"),
    [(12.5, 0, 13), (-12.5, 0, -13), (-0.4, 0, 0), (0.5, 0, 1), (2.5, 0, 3), (2.25, 1, 2.3), (1.005, 2, 1.01)],
)
def test_halves_are_rounded_away_from_zero(value: float, digits: int, shown: float) -> None:
    """On both sides alike, and zero never has a sign."""
    assert str(rounded(value, digits)) == str(float(shown))


def test_scores_are_rounded_once_and_at_the_end() -> None:
    """Of 300 answers, 130 less 71 is 20; from rounded percentages it would be 19. Ten less five of forty is 13."""
    assert rounded(net(nps(130, 99, 71))) == 20
    assert rounded(net(nps(10, 25, 5))) == 13
    assert rounded(net(nps(5, 25, 10))) == -13


@pytest.mark.parametrize(
    ("n", "said"), [(3828, 3800), (6277, 6300), (955, 960), (94, 94), (12.2, 13), (99_600, 100_000)]
)
def test_numbers_of_answers_are_said_to_two_figures(n: float, said: int) -> None:
    """Nobody plans for 3828 answers."""
    assert about(n) == said


@given(st.lists(st.sampled_from([None, *range(11)]), min_size=1))
def test_a_score_is_that_of_the_answers_one_by_one(answers: list[int | None]) -> None:
    """Counting by number and by band loses nobody, and who did not answer is in no figure."""
    counted = Distribution.of(NPS, answers)
    given = [answer for answer in answers if answer is not None]
    assert counted.missing == len(answers) - len(given)
    assert counted.banded.n == counted.n == len(given)
    if given:
        signs = [(answer >= 9) - (answer <= 6) for answer in given]
        assert net(counted.banded) == pytest.approx(100 * sum(signs) / len(signs))
        assert variance(counted.banded) == pytest.approx(float(np.var(signs)), abs=1e-12)


@given(st.integers(0, 300), st.integers(0, 300), st.sampled_from([0.9, 0.95, 0.99]))
def test_shares_lie_within_their_intervals(hits: int, others: int, level: float) -> None:
    """Wilson's and the exact interval hold the share, within 0 to 100, and mirror each other for those who are not."""
    n = hits + others
    if not n:
        return
    for method in (share, exact_share):
        found, turned = method(hits, n, level), method(others, n, level)
        assert 0 <= found.low <= found.value <= found.high <= 100
        assert (turned.low, turned.high) == pytest.approx((100 - found.high, 100 - found.low), abs=1e-6)


def test_shares_have_their_published_intervals() -> None:
    """Newcombe's examples (1998): 81 of 263, 15 of 148 and none of 20."""
    assert wilson(81, 263) == pytest.approx((0.2553, 0.3662), abs=5e-5)
    assert wilson(15, 148) == pytest.approx((0.0624, 0.1605), abs=5e-5)
    assert wilson(0, 20) == pytest.approx((0, 0.1611), abs=5e-5)
    found = exact_share(81, 263)
    assert (found.low, found.high) == pytest.approx((25.27, 36.76), abs=5e-3)


def test_nothing_counted_is_not_zero() -> None:
    """Without an answer there is no score, share or difference to show."""
    for figure in (net, score, variance, standard_error, interval):
        with pytest.raises(NothingCountedError):
            figure(nps(0, 0, 0))
    with pytest.raises(NothingCountedError):
        share(0, 0)
    with pytest.raises(NothingCountedError):
        difference(nps(1, 0, 0), nps(0, 0, 0))


@pytest.mark.parametrize("value", [-1, 11, 100])
def test_a_number_off_the_scale_is_rejected(value: int) -> None:
    """It is neither moved onto the scale nor left out unseen."""
    with pytest.raises(ValueError, match=f"{value} is no answer"):
        Distribution.of(NPS, [9, value])


def test_measures_are_never_put_together() -> None:
    """NPS and effort have no common score, pool or difference."""
    recommend, solve = nps(5, 3, 2), Counts(CES_EFFORT, 5, 3, 2)
    with pytest.raises(IncomparableError, match="side by side"):
        _ = recommend + solve
    with pytest.raises(IncomparableError):
        difference(recommend, solve)


def test_bands_are_those_published() -> None:
    """0 to 6 detract, 7 and 8 neither, 9 and 10 promote."""
    assert [NPS.band(value) for value in range(11)] == 7 * [Band.BAD] + 2 * [Band.MIDDLE] + 2 * [Band.GOOD]
