"""Shifts that last: found with their day, direction and size wherever they lie, and seldom where there are none."""

from collections import Counter
from collections.abc import Sequence
from datetime import date, timedelta

import numpy as np
import pytest

from bot.reporting.shifts import shifts
from flows.levels import levels
from flows.measures import NPS, Counts
from flows.trends import Point, point

START = date(2026, 1, 5)
"""A Monday."""
RUNS = 60


def drawn(levels_: Sequence[float], n: int, chance: np.random.Generator) -> list[Counts]:
    """So many answers a period, of which two fifths are neither good nor bad, with these scores to expect."""
    shares = [(0.3 + level / 200, 0.4, 0.3 - level / 200) for level in levels_]
    return [Counts(NPS, *(int(each) for each in chance.multinomial(n, of_period))) for of_period in shares]


def weeks(counts: Sequence[Counts]) -> list[Point]:
    begins = [START + timedelta(weeks=place) for place in range(len(counts))]
    return [point(first, first + timedelta(days=6), each) for first, each in zip(begins, counts, strict=True)]


@pytest.mark.parametrize("periods", [12, 26, 52])
def test_a_process_that_stands_still_is_left_alone(periods: int) -> None:
    """Of 100 seeded courses at most five are said to have shifted, which is what is promised."""
    chance = np.random.default_rng(3)
    assert sum(len(levels(drawn([10] * periods, 50, chance))) > 1 for _ in range(100)) <= 5


@pytest.mark.parametrize(
    ("course", "began", "rises"),
    [
        ([5] * 10 + [30] * 42, 10, True),
        ([5] * 8 + [30] * 16, 8, True),
        ([20] * 26 + [-5] * 26, 26, False),
        ([10] * 47 + [-20] * 5, 47, False),
        ([10] * 30 + [35] * 10 + [-15] * 12, 40, False),
        ([30] * 8 + [5] * 10 + [30] * 34, 18, True),
    ],
    ids=["early", "early of few", "middle", "late", "two opposite ones", "down and back"],
)
def test_the_latest_shift_is_told_with_its_day_and_direction(course: Sequence[float], began: int, rises: bool) -> None:
    """In nine of ten seeded courses to the week or one beside it, and never the other way."""
    chance, found = np.random.default_rng(4), Counter[bool]()
    for _ in range(RUNS):
        told = shifts(weeks(drawn(course, 80, chance)))
        assert told
        latest = told.found[-1]
        assert (latest.size.value > 0) is rises
        found[abs((latest.after.first - START).days - 7 * began) <= 7] += 1
    assert found[True] >= 0.9 * RUNS


def test_levels_begin_where_they_explain_most() -> None:
    """Six weeks of forty that score 40, then 10, then 60: the sums of squares are least at the true places."""
    course = [Counts(NPS, 24, 8, 8)] * 6 + [Counts(NPS, 16, 12, 12)] * 6 + [Counts(NPS, 28, 8, 4)] * 6
    assert levels(course) == (0, 6, 12)
    assert levels(course[:6]) == (0,)


def test_a_single_week_is_no_level() -> None:
    """However far it lies off; and a level has at least fifty answers, here of the week before its first, too."""
    usual, odd = Counts(NPS, 12, 4, 4), Counts(NPS, 0, 0, 20)
    assert levels([usual] * 12 + [odd] + [usual] * 12) == (0,)
    assert levels([usual] * 24 + [odd]) == (0,)
    few, bad = Counts(NPS, 6, 2, 2), Counts(NPS, 0, 2, 8)
    assert levels([few] * 10 + [bad] * 4) == (0, 9)


def test_nothing_shifts_where_all_agree() -> None:
    """Whoever gives the same answer every week has no noise to stand out of."""
    assert levels([Counts(NPS, 20, 0, 0)] * 12) == (0,)
    assert shifts(weeks([Counts(NPS, 20, 0, 0)] * 12)) is None


def test_too_few_periods_tell_nothing() -> None:
    """Eleven are too few, twelve are enough."""
    assert shifts(weeks([Counts(NPS, 12, 4, 4)] * 11)) is None
    assert shifts(weeks([Counts(NPS, 12, 4, 4)] * 12)) is not None


def test_periods_are_held_against_the_level_before_the_latest_shift() -> None:
    """Thirty points are 1.677 errors of twenty answers at the variance of 0.64 of those ten weeks: 1.177 a week."""
    first, second, third = Counts(NPS, 6, 8, 6), Counts(NPS, 12, 4, 4), Counts(NPS, 8, 6, 6)
    found = shifts(weeks([first] * 6 + [second] * 10 + [third] * 6))
    assert found
    assert [(each.after.first - START).days // 7 for each in found.found] == [6, 16]
    assert [each.size.value for each in found.found] == [40, -30]
    assert (found.baseline, len(found.periods), found.periods[0].first) == (10, 16, START + timedelta(weeks=6))
    assert found.sums.down[:10] == (0,) * 10
    assert found.sums.down[10:] == pytest.approx([1.1771 * place for place in range(1, 7)], abs=1e-3)
    assert found.average.centre == found.individuals.centre == 40


def test_a_level_where_all_agreed_is_left_too() -> None:
    """Errors are then those of all periods together."""
    found = shifts(weeks([Counts(NPS, 20, 0, 0)] * 8 + [Counts(NPS, 10, 5, 5)] * 8))
    assert found
    assert found.found[-1].size.value == -75
    assert found.sums.down[-1] > found.sums.limit
