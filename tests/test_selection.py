"""Selection: how many contacts came to answer with each agent, and whose shares are no chance."""

from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from flows.estimates import Method
from flows.quantiles import at_most
from flows.selection import Chain, Place, Step, limits, plot, watch

QUIET = [Chain(f"agent {place}", 200, 150 + place % 3, 90, 60, 10, 100) for place in range(9)]


def test_each_step_is_a_share_of_the_one_before() -> None:
    """Offered of the eligible, connected of the offered, answered of the connected, and calls the agent ended first."""
    found = watch([Chain("anna", 200, 150, 90, 60, 10, 40)])
    assert {step: each.units[0].estimate.value for step, each in found.items()} == {
        Step.OFFERED: 75,
        Step.CONNECTED: 60,
        Step.ANSWERED: pytest.approx(200 / 3),
        Step.HUNG_UP: 25,
    }
    assert found[Step.OFFERED].units[0].estimate.method is Method.EXACT


def test_who_offers_the_survey_to_the_pleased_only_stands_out() -> None:
    """One agent of ten who offers it to a third less is beyond the outer limit, and no other is."""
    chooser = Chain("chooser", 200, 90, 60, 50, 10, 100)
    offered = watch([*QUIET, chooser])[Step.OFFERED]
    assert [unit.unit for unit in offered.units if unit.is_outlier] == ["chooser"]
    assert {unit.place for unit in offered.units if unit.unit == "chooser"} == {Place.FAR_LOW}


def test_who_hangs_up_first_stands_out_above() -> None:
    """An agent who ends most calls before the customer can be asked lies beyond the upper limit."""
    found = watch([*QUIET, Chain("hasty", 200, 150, 90, 60, 60, 100)])[Step.HUNG_UP]
    assert [(unit.unit, unit.place) for unit in found.units if unit.is_outlier] == [("hasty", Place.FAR_HIGH)]


def test_a_step_nobody_has_reached_has_no_plot() -> None:
    """And an agent without contacts in it is in none."""
    found = watch([Chain("anna", 20, 10, 0, 0), Chain("ben", 0, 0, 0, 0)])
    assert set(found) == {Step.OFFERED, Step.CONNECTED}
    assert [unit.unit for unit in found[Step.OFFERED].units] == ["anna"]
    with pytest.raises(ValueError, match="nothing to compare"):
        plot({"anna": (0, 0)})


@pytest.mark.parametrize("numbers", [(10, 11, 0, 0), (10, 5, 6, 0), (10, 5, 5, 6), (10, 5, 5, -1)])
def test_no_step_has_more_than_the_one_before(numbers: tuple[int, int, int, int]) -> None:
    """Such counts are wrong, and the error says whose."""
    with pytest.raises(ValueError, match="anna: no step can have more"):
        Chain("anna", *numbers)
    with pytest.raises(ValueError, match="no part of 3"):
        Chain("anna", 10, 5, 5, 5, 4, 3)


def test_limits_are_quantiles_between_whole_numbers() -> None:
    """At a fair coin and ten throws the inner limits lie between 1 and 2 and between 8 and 9 heads."""
    found = limits(0.5, 10)
    # P(X <= 1) is 11 / 1024 and P(X <= 2) is 56 / 1024: 0.025 lies 14.6 of 45 parts of the way.
    assert found.low == pytest.approx(10 * (2 - (56 - 25.6) / 45))
    assert found.high == pytest.approx(100 - found.low)
    assert found.far_low < found.low < 50 < found.high < found.far_high


@given(st.floats(0.01, 0.99), st.integers(1, 500))
def test_limits_leave_out_no_more_than_they_say(share: float, n: int) -> None:
    """Below the lower outer limit a unit like all others falls once in a thousand at most, and so above the upper."""
    found = limits(share, n)
    below = [hits for hits in range(n + 1) if 100 * hits / n < found.far_low - 1e-9]
    above = [hits for hits in range(n + 1) if 100 * hits / n > found.far_high + 1e-9]
    assert at_most(len(below) - 1, n, share) <= 0.001 + 1e-9
    assert 1 - at_most(n - len(above), n, share) <= 0.001 + 1e-9
    assert 0 <= found.far_low <= found.low <= found.high <= found.far_high <= 100


def test_the_funnel_narrows() -> None:
    """More contacts leave less room for chance."""
    widths = [each.far_high - each.far_low for each in (limits(0.7, n) for n in (20, 100, 500, 2500))]
    assert widths == sorted(widths, reverse=True)


@pytest.mark.parametrize("share", [0.0, 1.0])
def test_where_all_are_alike_nobody_stands_out(share: float) -> None:
    """All or none passed: the limits are where everybody is."""
    found = plot({"anna": (int(10 * share), 10), "ben": (int(500 * share), 500)})
    assert {unit.place for unit in found.units} == {Place.WITHIN}


def test_agents_by_lot_seldom_stand_out() -> None:
    """Of 2,000 seeded agents who all offer alike a handful is beyond the outer limits, a twentieth beyond the inner."""
    draws = np.random.default_rng(4)
    sizes = draws.integers(20, 300, 2000)
    hits: Any = draws.binomial(sizes, 0.7)
    found = plot({str(place): (int(hit), int(n)) for place, (hit, n) in enumerate(zip(hits, sizes, strict=True))})
    places = [unit.place for unit in found.units]
    assert sum(unit.is_outlier for unit in found.units) <= 8
    assert sum(place is not Place.WITHIN for place in places) <= 110


@given(st.integers(0, 200), st.integers(0, 200))
def test_exact_intervals_hold_the_share(hits: int, others: int) -> None:
    """Whatever one unit did, its share lies in its interval, and alone it is like itself."""
    if hits + others:
        (unit,) = plot({"anna": (hits, hits + others)}).units
        assert 0 <= unit.estimate.low <= unit.estimate.value <= unit.estimate.high <= 100
        assert unit.place is Place.WITHIN
