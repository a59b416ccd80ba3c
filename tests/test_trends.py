"""Trends: windows that never reach across a break, and the plain sentence about a change."""

from collections.abc import Iterable
from datetime import date, timedelta
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from flows import trends
from flows.disclosure import Standing
from flows.measures import CES_EASE, CES_EFFORT, NPS, Counts, Distribution, IncomparableError, Measure, pooled
from flows.movement import MEANS, SENTENCES, Course, Kind, among, compare, sentence, with_mean
from flows.scoring import score
from flows.survey import Channel, Direction, Scale
from flows.trends import Every, Point, Slice, Why, breaks, concerning, point

START = date(2026, 3, 2)
"""A Monday."""


def on(day: int, n: int = 10, series: str = "a", channel: Channel = Channel.CALL, language: str = "nl") -> Slice:
    """So many promoters and half as many detractors, on that day counted from the first."""
    return Slice(START + timedelta(days=day), channel, language, series, Counts(NPS, n, 0, n // 2))


def rolling_days(slices: list[Slice], days: int, since: date = START) -> tuple[Point, ...]:
    return trends.rolling_days(slices, breaks(slices), since, days)


def rolling_answers(slices: list[Slice], answers: int) -> tuple[Point, ...]:
    return trends.rolling_answers(slices, breaks(slices), answers)


def periods(slices: list[Slice], every: Every) -> tuple[Point, ...]:
    return trends.periods(slices, breaks(slices), every)


def days(points: Iterable[Point]) -> list[tuple[int, int]]:
    return [((each.first - START).days, (each.last - START).days) for each in points]


def test_windows_pool_counts_of_the_days_up_to_each() -> None:
    """Three days; the score is of all their answers and not the mean of three scores."""
    slices = [on(0, 2), on(1, 20), on(3, 200)]
    points = rolling_days(slices, 3)
    assert days(points) == [(0, 2), (1, 3)]
    assert points[0].counts == Counts(NPS, 22, 0, 11)
    assert points[1].estimate == score(Counts(NPS, 220, 0, 110))


def test_a_window_that_is_not_whole_makes_no_point() -> None:
    """It would be a score of one day, and beside the next one tell that day's; days without answers are days, too."""
    slices = [on(4, 20), on(5, 20), on(6, 20)]
    assert days(rolling_days(slices, 3)) == [(2, 4), (3, 5), (4, 6)]
    assert days(rolling_days(slices, 3, START + timedelta(days=4))) == [(4, 6)]
    assert rolling_days(slices, 8) == ()


def test_a_day_without_answers_before_it_makes_no_point() -> None:
    """A window that is empty tells nothing."""
    assert days(rolling_days([on(0), on(5)], 2)) == [(0, 1), (4, 5)]


def test_a_small_window_is_counted_and_not_scored() -> None:
    """Below 10 answers there is a number of answers and nothing else, below 30 a warning."""
    first, second = rolling_days([on(6, 6), on(7, 8)], 7)
    assert (first.counts.n, first.standing, first.estimate) == (9, Standing.SUPPRESSED, None)
    assert (second.counts.n, second.standing) == (21, Standing.INDICATIVE)


def test_windows_can_hold_a_number_of_answers() -> None:
    """As many whole days as it takes, and no point where there are fewer."""
    points = rolling_answers([on(0, 10), on(1, 10), on(5, 20), on(6, 2)], 45)
    assert days(points) == [(1, 5), (1, 6)]
    assert [each.counts.n for each in points] == [45, 48]


@pytest.mark.parametrize("window", [lambda: rolling_days([on(0)], 0), lambda: rolling_answers([on(0)], 0)])
def test_a_window_holds_something(window: Any) -> None:
    """No days and no answers make no window."""
    with pytest.raises(ValueError, match="at least 1"):
        window()


def test_a_new_text_breaks_the_series() -> None:
    """No window and no period holds answers to both wordings."""
    slices = [on(0), on(1), on(2, series="b"), on(3, series="b")]
    found = breaks(slices)
    assert [(each.day, each.why, each.series) for each in found] == [(START + timedelta(days=2), Why.TEXT, "b")]
    assert days(rolling_days(slices, 2)) == [(0, 1), (2, 3)]
    assert days(rolling_answers(slices, 30)) == [(0, 1), (2, 3)]
    assert days(periods(slices, Every.WEEK)) == [(0, 1), (2, 6)]


def test_conversations_begun_before_the_change_break_nothing_again() -> None:
    """Answers to the old wording still come for some days; weeks later it has come back, and that is a break."""
    assert len(breaks([on(0), on(1, series="b"), on(2), on(3, series="b"), on(4)])) == 1
    again = breaks([on(0), on(1, series="b"), on(20, series="b"), on(21)])
    assert [(each.series, each.day) for each in again] == [
        ("b", START + timedelta(days=1)),
        ("a", START + timedelta(days=21)),
    ]


def test_a_line_with_few_answers_is_not_broken_by_pauses() -> None:
    """The same wording after a month is the same series, as long as no other was in its place."""
    assert breaks([on(0), on(40), on(90)]) == ()


def test_a_new_channel_breaks_what_is_counted_over_all() -> None:
    """Unless it was there in the first week, where not every channel has answers every day."""
    assert breaks([on(0), on(5, series="t", channel=Channel.SMS), on(9)]) == ()
    found = breaks([on(0), on(9, series="t", channel=Channel.SMS)])
    assert [(each.why, each.channel) for each in found] == [(Why.CHANNEL, Channel.SMS)]


def test_another_language_has_its_own_wording_and_breaks_nothing() -> None:
    """What is said in German changes nothing for the Dutch; a new German text does break."""
    assert breaks([on(0), on(3, series="d", language="de"), on(4)]) == ()
    found = breaks([on(0), on(3, series="d", language="de"), on(4, series="e", language="de")])
    assert [(each.language, each.series) for each in found] == [("de", "e")]


def test_days_without_answers_are_no_days() -> None:
    """An empty slice makes no point."""
    assert rolling_days([on(6, 0)], 7) == ()


def test_a_group_has_the_breaks_of_everybody() -> None:
    """Whatever day it first meets what came in; a channel that everybody had before is none that came in."""
    everybody = [on(place, channel=each, series=each) for place in range(40) for each in (Channel.CALL, Channel.SMS)]
    whatsapp = [on(place, channel=Channel.WHATSAPP, series="w") for place in range(20, 40)]
    found = breaks(everybody + whatsapp)
    group = [on(0, 1), on(15, 1, channel=Channel.SMS), on(30, 1)]
    assert [(each.day, each.channel) for each in found] == [(START + timedelta(days=20), Channel.WHATSAPP)]
    assert concerning(found, group) == ()
    assert concerning(found, [*group, on(35, 1, channel=Channel.WHATSAPP, series="w")]) == found
    assert concerning(found, whatsapp) == ()


def test_a_wording_breaks_the_groups_that_were_asked_both() -> None:
    """Not one that was asked the old one only, or the new one only, or over another channel."""
    found = breaks([*(on(place) for place in range(9)), *(on(place, series="b") for place in range(9, 30))])
    assert concerning(found, [on(2), on(25, series="b")]) == found
    assert concerning(found, [on(2), on(12)]) == concerning(found, [on(10, series="b")]) == ()
    assert concerning(found, [on(2, channel=Channel.SMS), on(25, series="b")]) == ()


def test_periods_are_cut_off_where_answers_are() -> None:
    """Half a week says that it is half a week."""
    found = trends.periods([on(2), on(9)], (), Every.WEEK, (START + timedelta(days=2), START + timedelta(days=9)))
    assert days(found) == [(2, 6), (7, 9)]


def test_periods_are_weeks_from_monday_or_months() -> None:
    """They cover the calendar and share no day."""
    slices = [on(place) for place in range(60)]
    weeks = periods(slices, Every.WEEK)
    assert days(weeks)[:2] == [(0, 6), (7, 13)]
    months = periods(slices, Every.MONTH)
    assert [(each.first, each.last) for each in months] == [
        (date(2026, 3, 1), date(2026, 3, 31)),
        (date(2026, 4, 1), date(2026, 4, 30)),
    ]
    assert days(periods(slices, Every.DAY))[:2] == [(0, 0), (1, 1)]
    december = Slice(date(2026, 12, 31), Channel.CALL, "nl", "a", Counts(NPS, 9, 1, 0))
    assert periods([december], Every.MONTH)[0].last == date(2026, 12, 31)


def test_trends_keep_to_one_measure() -> None:
    """Slices of NPS and effort make no course together."""
    effort = Slice(START, Channel.CALL, "nl", "c", Counts(CES_EFFORT, 1, 1, 1))
    with pytest.raises(IncomparableError):
        rolling_days([on(0), effort], 7)


SLICES = st.lists(
    st.builds(
        on,
        st.integers(0, 40),
        st.integers(0, 30),
        st.sampled_from("ab"),
        st.sampled_from([Channel.CALL, Channel.SMS]),
        st.sampled_from(["nl", "de"]),
    ),
    min_size=1,
    max_size=30,
)


@given(SLICES, st.sampled_from(Every))
def test_periods_hold_every_answer_once(slices: list[Slice], every: Every) -> None:
    """Whatever breaks there are, nobody is left out or counted twice, and no two periods share a day."""
    found = periods(slices, every)
    assert sum(each.counts.n for each in found) == sum(each.counts.n for each in slices)
    assert all(one.last < other.first for one, other in pairwise(found))


@given(SLICES, st.integers(1, 50))
def test_no_window_reaches_across_a_break(slices: list[Slice], width: int) -> None:
    """Windows lie between breaks, are no longer than asked, and pool exactly the days they name."""
    edges = [each.day for each in breaks(slices)]
    for each in (*rolling_days(slices, width), *rolling_answers(slices, 10 * width)):
        assert not any(each.first < edge <= each.last for edge in edges)
        inside = [part.counts for part in slices if each.first <= part.day <= each.last]
        assert each.counts == pooled(inside)
    assert all((each.last - each.first).days < width for each in rolling_days(slices, width))


BEFORE = Counts(NPS, 940, 564, 376)
"""1880 answers that score 30, with the usual variance of 0.61."""


def at(day: int, counts: Counts) -> Point:
    return point(START + timedelta(days=day), START + timedelta(days=day + 6), counts)


def test_no_detectable_change_says_what_it_would_take() -> None:
    """The sentence of a score that fell by two with room for chance, in whole points."""
    found = compare(at(0, BEFORE), at(7, Counts(NPS, 900, 606, 374)))
    assert found.kind is Kind.UNDETECTED
    assert sentence(found) == (
        "No detectable change: −2, interval −7 to +3; a change of 5 would need about 3,800 answers a period."
    )


@pytest.mark.parametrize(
    ("after", "said"),
    [
        (Counts(NPS, 1100, 404, 376), "Up by 9, interval +3 to +14."),
        (Counts(NPS, 780, 564, 536), "Down by 17, interval −22 to −12."),
        (
            Counts(NPS, 940, 564, 376),
            "No detectable change: 0, interval −5 to +5; a change of 5 would need",
        ),
        (Counts(NPS, 4, 3, 2), "Not compared: there are too few answers."),
    ],
)
def test_a_change_beyond_chance_is_said_plainly(after: Counts, said: str) -> None:
    """Up, down, no change or too few, each with its own sentence."""
    assert sentence(compare(at(0, BEFORE), at(7, after))).startswith(said)


def test_ten_alike_are_no_certainty() -> None:
    """Adjusted, ten promoters vary by 11.5 / 13 - (10 / 13)^2 = 0.2929; 7.849 times twice that over 0.0025, less 3."""
    found = compare(at(0, Counts(NPS, 10, 0, 0)), at(7, Counts(NPS, 10, 0, 0)))
    assert (found.kind, found.needed) == (Kind.UNDETECTED, 1837)


HARD, EASY = {5: 60, 1: 20}, {1: 60, 5: 20}


@pytest.mark.parametrize(
    ("measure", "before", "after", "said"),
    [
        (
            CES_EFFORT,
            HARD,
            EASY,
            "Less effort: the mean went from 4.00 to 2.00 (−2.00, interval −2.54 to −1.46). "
            "Low minus high effort: up by 100, interval +70 to +123.",
        ),
        (CES_EFFORT, EASY, HARD, "More effort: the mean went from 2.00 to 4.00 (+2.00, interval +1.46 to +2.54). "),
        (CES_EASE, HARD, EASY, "More effort: the mean went from 4.00 to 2.00 (−2.00, "),
        (Measure("own", Scale(1, 5, Direction.HIGH_IS_GOOD), 2, 2, ("good", "middle", "bad")), EASY, HARD, "Better: "),
        (
            CES_EFFORT,
            HARD,
            HARD,
            "No detectable change of the mean: from 4.00 to 4.00 (0.00, interval −0.54 ",
        ),
    ],
)
def test_a_mean_moves_in_words(measure: Measure, before: dict[int, int], after: dict[int, int], said: str) -> None:
    """Which way is easier is said in words, and which score it is that went up beside a mean that went down."""
    then, now = Distribution(measure, before), Distribution(measure, after)
    found = with_mean(compare(at(0, then.banded), at(7, now.banded)), then, now)
    assert sentence(found).startswith(said)


def test_nps_has_no_mean() -> None:
    """Its sentence is about the score alone."""
    found = compare(at(0, BEFORE), at(7, BEFORE))
    assert with_mean(found, Distribution(NPS, {9: 1880}), Distribution(NPS, {9: 1880})) is found


def test_of_many_groups_a_clear_change_may_be_chance() -> None:
    """Clear by itself, doubtful among all; what was not clear by itself, or still is among all, stays as it is."""
    up = compare(at(0, BEFORE), at(7, Counts(NPS, 1100, 404, 376)))
    assert among(up, 0.05, 0.05).kind is Kind.UP
    assert sentence(among(up, 0.051, 0.05)) == "May be chance, of so many groups: +9, interval +3 to +14."
    assert among(compare(at(0, BEFORE), at(7, BEFORE)), 0.9, 0.05).kind is Kind.UNDETECTED


def test_nothing_is_compared_across_a_break() -> None:
    """Instead it is said when the question changed; a break before or after both periods is no matter."""
    slices = [on(0), on(7, series="b")]
    found = compare(at(0, BEFORE), at(7, BEFORE), breaks(slices))
    assert (found.kind, found.difference) == (Kind.BROKEN, None)
    assert sentence(found) == "Not compared: the question, its wording or the channels changed on 2026-03-09."
    assert compare(at(14, BEFORE), at(21, BEFORE), breaks(slices)).kind is Kind.UNDETECTED


def test_periods_that_overlap_are_not_compared() -> None:
    """Neighbouring windows share their answers; a test of them would be of nothing."""
    with pytest.raises(ValueError, match="share answers"):
        compare(at(0, BEFORE), at(3, BEFORE))


def test_every_kind_has_a_sentence() -> None:
    """Whatever a comparison comes to can be said."""
    assert set(SENTENCES) == set(Kind)
    assert set(MEANS) == set(Course)
