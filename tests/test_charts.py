"""Control charts: limits, signals and onsets as published, and no alarm where nothing has happened."""

import pytest

from flows.charts import Rule, cusum, ewma, noise, score_chart, share_chart, standardised, xmr
from flows.levels import levels
from flows.measures import NPS, Counts, pooled
from flows.scoring import score


def test_xmr_limits_are_those_of_the_reference() -> None:
    """Ten periods, mean 31.1 and mean range 4.6667."""
    found = xmr([32, 28, 35, 30, 27, 33, 31, 29, 36, 30])
    assert found.centre == pytest.approx(31.1)
    assert (found.points[0].low, found.points[0].high) == pytest.approx((18.687, 43.513), abs=5e-4)
    assert found.signals == ()


def test_limits_can_come_from_a_baseline() -> None:
    """What comes after does not widen them, and stands out."""
    found = xmr([32, 28, 35, 30, 27, 33, 31, 29, 36, 30, 50], baseline=10)
    assert found.centre == pytest.approx(31.1)
    assert [(each.place, each.rule) for each in found.signals] == [(10, Rule.OUTSIDE)]
    with pytest.raises(ValueError, match="at least two"):
        xmr([1])


def test_eight_in_a_row_on_one_side_are_a_signal() -> None:
    """The eighth is, the seventh is not, and a period on the line itself begins anew."""
    above = xmr([30, 32] * 5 + [32] * 7 + [30], baseline=10)
    assert [(each.place, each.rule) for each in above.signals] == [(16, Rule.RUN)]
    assert xmr([30, 32] * 5 + [32] * 3 + [31] + [32] * 7, baseline=10).signals == ()


def test_share_charts_have_the_limits_of_the_reference() -> None:
    """A fifth of fifty: 3.03 to 36.97 percent; each period has the limits of its own size."""
    found = share_chart([10, 20], [50, 100])
    assert found.centre == 20
    assert (found.points[0].low, found.points[0].high) == pytest.approx((3.03, 36.97), abs=5e-3)
    assert found.points[1].high < found.points[0].high
    with pytest.raises(ValueError, match="answers in every period"):
        share_chart([1], [0])


def test_a_score_can_stand_still_while_both_its_parts_move() -> None:
    """Promoters and detractors have a chart each, and both signal; the score's own does not."""
    before, after = Counts(NPS, 60, 100, 40), Counts(NPS, 100, 20, 80)
    counts = [before] * 8 + [after]
    assert Rule.OUTSIDE not in {each.rule for each in score_chart(counts).signals}
    for part in ([each.good for each in counts], [each.bad for each in counts]):
        assert Rule.OUTSIDE in {each.rule for each in share_chart(part, [200] * 9).signals}


@pytest.mark.parametrize(("n", "points"), [(20, 52.4), (50, 33.1), (100, 23.4), (200, 16.6), (500, 10.5)])
def test_noise_is_as_large_as_in_the_reference(n: int, points: float) -> None:
    """At the usual variance, three standard errors to either side."""
    assert noise(0.61, n) == pytest.approx(points, abs=0.051)


def test_a_score_chart_allows_each_period_its_noise() -> None:
    """Limits are the pooled score and the noise at the period's size, within the scale."""
    counts = [Counts(NPS, 100, 60, 40), Counts(NPS, 10, 6, 4), Counts(NPS, 1, 0, 0)]
    found = score_chart(counts)
    assert found.centre == score(pooled(counts)).value
    assert found.points[0].high - found.centre < found.points[1].high - found.centre
    assert found.points[2].high == 100


def test_a_moving_average_is_that_of_the_reference() -> None:
    """Target 50, weight 0.3; its limits come to 47.4116 and 52.5884 with time."""
    found = ewma([52, 47, 53, 49.3, 50.1], [2.0539] * 5, target=50, weight=0.3)
    assert [each.value for each in found.points] == pytest.approx([50.60, 49.52, 50.56, 50.18, 50.16], abs=5e-3)
    late = ewma([50] * 100, [2.0539] * 100, target=50, weight=0.3).points[-1]
    assert (late.low, late.high) == pytest.approx((47.4116, 52.5884), abs=5e-5)


def test_a_moving_average_knows_what_each_period_rests_on() -> None:
    """A period of few answers widens the limits; what would be a signal of many is none of few."""
    assert ewma([50, 62], [3, 3], target=50, weight=0.5).signals != ()
    assert ewma([50, 62], [3, 30], target=50, weight=0.5).signals == ()
    with pytest.raises(ValueError, match="weight"):
        ewma([1], [1], target=0, weight=0)


def test_small_shifts_add_up_as_in_the_reference() -> None:
    """The standardised values of the example and their upper sums."""
    found = cusum([0.2, -0.5, 0.4, 1.1, 0.9, 1.4, 0.8, 1.6, 1.0])
    assert found.up == pytest.approx((0, 0, 0, 0.6, 1.0, 1.9, 2.2, 3.3, 3.8))
    assert found.down == pytest.approx((0, 0, 0, 0, 0, 0, 0, 0, 0))


def test_a_fall_adds_up_as_a_rise_does() -> None:
    """The same values the other way round have the same sums below."""
    rising = cusum([0.2, -0.5, 0.4, 1.1, 0.9, 1.4, 0.8, 1.6, 1.0], limit=3)
    falling = cusum([-0.2, 0.5, -0.4, -1.1, -0.9, -1.4, -0.8, -1.6, -1.0], limit=3)
    assert (falling.down, falling.up, falling.limit) == (rising.up, rising.down, 3)


def test_a_shift_in_month_nine_is_dated_to_it() -> None:
    """Twelve months of 400 answers, around 30 and from the ninth on around 20: the sums find that and when it began."""
    promoters = [200, 206, 196, 201, 194, 203, 198, 204, 160, 164, 158, 162]
    counts = [Counts(NPS, good, 320 - good, 80) for good in promoters]
    scores, errors, deviations = standardised(counts, target=30, variance=0.61)
    assert errors == pytest.approx([3.905] * 12, abs=1e-3)
    assert scores[0] == score(counts[0]).value == 30
    falls = cusum(deviations).down
    assert falls[7] == 0
    assert falls[8] == pytest.approx(10 / 3.905 - 0.5, abs=1e-2)
    assert levels(counts) == (0, 8)
