"""Drivers: what a theme takes from the score, how sure that is, and how many such finds may be chance."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from flows.disclosure import Standing
from flows.drivers import FEELING, Theme, commenters, drivers, false_discovery, impact, weighted_gap
from flows.estimates import NothingCountedError
from flows.importance import importance, shapley
from flows.measures import CES_EFFORT, NPS, Counts, IncomparableError
from flows.scoring import net, score

ALL = Counts(NPS, 90, 60, 50)
"""200 comments that score 20."""
WAITING = Counts(NPS, 5, 10, 25)
"""40 of them, which score -50."""
NOTHING = Counts(FEELING, 0, 0, 0)


def test_a_theme_takes_away_what_the_score_gains_without_it() -> None:
    """The reference's example: 37.5 without the theme, so it takes 17.5, which either published formula gives."""
    found = impact(ALL, WAITING)
    assert net(ALL - WAITING) == 37.5
    assert found.value == pytest.approx(-17.5)
    assert found.value == pytest.approx(40 * (-50 - 20) / (200 - 40))
    assert found.low < -17.5 < found.high < 0


def test_the_share_weighted_gap_is_another_figure() -> None:
    """Its share times the gap to the score of all is 14, and has a name of its own."""
    assert weighted_gap(ALL, WAITING) == pytest.approx(-14)


def test_a_theme_is_told_with_everything_it_rests_on() -> None:
    """Prevalence, scores with and without, gap, impact, feeling and clarity, each with its interval."""
    (found,) = drivers(ALL, [Theme("waiting", WAITING, Counts(FEELING, 4, 6, 30))])
    assert found.standing is Standing.SOUND
    assert found.prevalence.value == 20
    assert found.with_it == score(WAITING)
    assert found.without_it == score(ALL - WAITING)
    assert found.gap is not None
    assert found.gap.value == pytest.approx(-87.5)
    assert found.weighted_gap == pytest.approx(-14)
    assert found.impact == impact(ALL, WAITING)
    assert found.sentiment is not None
    assert (found.sentiment.value, found.sentiment.n) == (-65, 40)
    assert found.q == found.gap.p
    assert found.is_detectable


def test_themes_are_in_the_order_of_what_they_take() -> None:
    """First what pulls down most; what is too rare, or in nearly every comment, comes last with its prevalence only."""
    themes = [
        Theme("kindness", Counts(NPS, 30, 5, 1), NOTHING),
        Theme("rare", Counts(NPS, 0, 0, 9), NOTHING),
        Theme("waiting", WAITING, NOTHING),
        Theme("everywhere", Counts(NPS, 85, 58, 48), NOTHING),
    ]
    found = drivers(ALL, themes)
    assert [each.key for each in found] == ["waiting", "kindness", "rare", "everywhere"]
    assert [each.standing is Standing.SUPPRESSED for each in found] == [False, False, True, True]
    assert found[2].prevalence.value == 4.5
    assert (found[2].with_it, found[2].impact, found[2].q, found[2].is_detectable) == (None, None, None, False)


def test_a_theme_without_feelings_has_no_sentiment() -> None:
    """Not 0: nobody has told."""
    assert drivers(ALL, [Theme("waiting", WAITING, NOTHING)])[0].sentiment is None


def test_a_theme_is_part_of_all_comments() -> None:
    """More detractors than there are, or another measure, is an error and no figure."""
    with pytest.raises(ValueError, match="fewer than no answers"):
        drivers(ALL, [Theme("waiting", Counts(NPS, 0, 0, 51), NOTHING)])
    with pytest.raises(IncomparableError):
        drivers(ALL, [Theme("waiting", Counts(CES_EFFORT, 5, 10, 25), NOTHING)])


def test_false_discoveries_are_those_of_the_published_example() -> None:
    """Of Benjamini and Hochberg's fifteen comparisons four stand at 5 percent, where Bonferroni has three."""
    chances = [0.0001, 0.0004, 0.0019, 0.0095, 0.0201, 0.0278, 0.0298, 0.0344, 0.0459]
    chances += [0.3240, 0.4262, 0.5719, 0.6528, 0.7590, 1.0]
    q = false_discovery(chances)
    assert sum(each <= 0.05 for each in q) == 4
    assert sum(each <= 0.05 / 15 for each in chances) == 3
    assert q[3] == pytest.approx(0.0095 * 15 / 4)
    assert q[6] == pytest.approx(0.0298 * 15 / 7)
    assert q[5] == q[6]


def test_no_tests_make_no_discoveries() -> None:
    """Where every theme is too rare there is nothing to correct."""
    assert false_discovery([]) == ()


@given(st.lists(st.floats(0, 1), min_size=1, max_size=30))
def test_looking_at_more_themes_never_makes_one_clearer(chances: list[float]) -> None:
    """A q-value is at least its p-value and at most 1, and keeps their order."""
    q = false_discovery(chances)
    assert all(p <= each + 1e-12 and each <= 1 for p, each in zip(chances, q, strict=True))
    ordered = sorted(range(len(chances)), key=lambda place: chances[place])
    assert [q[place] for place in ordered] == sorted(q)


def test_of_many_themes_without_effect_hardly_any_is_called_detectable() -> None:
    """A hundred seeded rounds of thirty themes by lot: in at most ten rounds is any theme found."""
    draws = np.random.default_rng(5)
    everybody = Counts(NPS, 500, 300, 200)
    bands = np.repeat([0, 1, 2], [500, 300, 200])

    def lots() -> Counts:
        return Counts(NPS, *np.bincount(draws.choice(bands, 100, replace=False), minlength=3).tolist())

    rounds = [drivers(everybody, [Theme(str(place), lots(), NOTHING) for place in range(30)]) for _ in range(100)]
    assert sum(any(each.is_detectable for each in found) for found in rounds) <= 10


def test_impact_intervals_hold_the_truth() -> None:
    """Seeded samples of 300 comments of which a fifth speak of a theme: 95 of 100 intervals hold its true impact."""
    draws = np.random.default_rng(6)
    # With the theme: 0.04, 0.06, 0.10 of all; without it 0.45, 0.20, 0.15.
    truth = 100 * ((0.49 - 0.25) - (0.45 - 0.15) / 0.8)
    held = []
    for drawn in draws.multinomial(300, (0.04, 0.06, 0.10, 0.45, 0.20, 0.15), 2000).tolist():
        scored, rest = Counts(NPS, *drawn[:3]), Counts(NPS, *drawn[3:])
        found = impact(scored + rest, scored)
        held.append(found.low <= truth <= found.high)
    assert sum(held) / len(held) == pytest.approx(0.95, abs=0.015)


SOME = st.builds(Counts, st.just(NPS), *[st.integers(0, 60)] * 3).filter(lambda counts: counts.n > 0)


@given(SOME, SOME)
def test_impact_is_prevalence_times_gap(scored: Counts, rest: Counts) -> None:
    """However many speak of a theme, both ways of reckoning agree, and the two figures have one sign."""
    everybody = scored + rest
    found = impact(everybody, scored)
    assert found.value == pytest.approx(scored.n / everybody.n * (net(scored) - net(rest)), abs=1e-9)
    assert found.value * weighted_gap(everybody, scored) >= -1e-9
    assert found.low <= found.high


def test_commenters_are_not_everybody() -> None:
    """How many of those who scored said why, and whether they score alike."""
    everybody = Counts(NPS, 200, 150, 50)
    found = commenters(everybody, Counts(NPS, 40, 20, 40))
    assert found.rate.value == 25
    assert found.commenting
    assert found.silent
    assert found.gap
    assert (found.commenting.value, found.silent.value, found.gap.value) == (0, 50, -50)
    assert found.gap.p < 0.001
    assert commenters(everybody, everybody).silent is None


@pytest.mark.parametrize(("silent", "is_told"), [(9, False), (10, True)])
def test_a_few_who_said_nothing_are_not_scored(silent: int, is_told: bool) -> None:
    """Nor are the others beside them, for with the whole these would give them away."""
    commenting = Counts(NPS, 40, 20, 40)
    found = commenters(commenting + Counts(NPS, silent, 0, 0), commenting)
    assert {each is not None for each in (found.commenting, found.silent, found.gap)} == {is_told}
    assert found.rate.n == 100 + silent


def test_what_two_themes_explain_is_shared_out_over_all_orders() -> None:
    """The reference's example: alone they explain 0.20 and 0.16, both together 0.28; their parts are 0.16 and 0.12."""
    explained = {"": 0.0, "a": 0.20, "b": 0.16, "ab": 0.28}
    found = shapley("ab", {frozenset(themes): worth for themes, worth in explained.items()})
    assert found == {"a": pytest.approx(0.16), "b": pytest.approx(0.12)}


@given(st.lists(st.tuples(st.sampled_from([1, 0, -1]), st.booleans(), st.booleans(), st.booleans()), min_size=5))
def test_parts_of_themes_add_up_to_what_a_regression_explains(comments: list[tuple[int, bool, bool, bool]]) -> None:
    """Reckoned from counts alone, they come to the R squared of the regression on the comments one by one."""
    rows = np.array(comments, dtype=float)
    keys = "abc"
    scored = {key: counted([each[0] for each in comments if each[place]]) for place, key in enumerate(keys, 1)}
    together = {
        frozenset({keys[one], keys[other]}): sum(each[1 + one] and each[1 + other] for each in comments)
        for one, other in ((0, 1), (0, 2), (1, 2))
    }
    parts = importance(counted([each[0] for each in comments]), scored, together)
    design = np.column_stack([np.ones(len(rows)), rows[:, 1:]])
    left = rows[:, 0] - design @ np.linalg.lstsq(design, rows[:, 0], rcond=None)[0]
    explained = 1 - left.var() / rows[:, 0].var() if rows[:, 0].var() else 0.0
    assert sum(parts.values()) == pytest.approx(explained, abs=1e-9)
    assert all(part >= -1e-9 for part in parts.values())


def test_too_many_themes_and_no_comments_are_refused() -> None:
    """All combinations are looked at, so there is an end to them."""
    with pytest.raises(ValueError, match="at most 10 themes at once"):
        importance(ALL, {str(place): WAITING for place in range(11)}, {})
    with pytest.raises(NothingCountedError):
        importance(Counts(NPS, 0, 0, 0), {}, {})
    assert importance(ALL, {}, {}) == {}


def counted(answers: list[int]) -> Counts:
    return Counts(NPS, *(answers.count(x) for x in (1, 0, -1)))
