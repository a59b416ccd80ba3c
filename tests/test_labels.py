"""Words on charts: within the edges, and on nothing else, wherever their rules and signs lie."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.web import labels, marks
from bot.web.labels import Sign, beside
from bot.web.marks import Mark, padding, placed

START = date(2026, 1, 1)
YEAR = [START, START + timedelta(days=365)]


def on(day: int, label: str = "new wording") -> Mark:
    return Mark(START + timedelta(days=day), label)


@pytest.mark.parametrize(("width", "day", "x", "is_left_of"), [(730, 73, 146, False), (730, 360, 720, True)])
def test_words_stand_where_there_is_room(width: int, day: int, x: float, is_left_of: bool) -> None:
    """At the right of their rule, and up to it near the right edge: two pixels for each day of the year."""
    (found,) = placed([on(day)], YEAR, width)
    assert found.x == pytest.approx(x)
    assert (found.is_left_of, found.row) == (is_left_of, 0)


def test_words_that_would_meet_stand_above_one_another() -> None:
    """And below again where the way is free; a chart keeps as much room as its rows take."""
    found = placed([on(300), on(100), on(110)], YEAR, 730)
    assert [each.row for each in found] == [0, 1, 0]
    assert padding(found)["top"] == padding([])["top"] + 2 * marks.ROW


MARKS = st.lists(st.builds(on, st.integers(0, 365), st.text("abc ", min_size=1, max_size=36)), min_size=1, max_size=8)


@given(MARKS, st.sampled_from([280, 480, 940]))
def test_no_words_leave_the_chart(those: list[Mark], width: int) -> None:
    """On a telephone and on a screen, and no two of one row lie on each other."""
    rows: dict[int, float] = {}
    for each in placed(those, YEAR, width):
        long = len(each.mark.label) * marks.SIGN
        begins = each.x - long if each.is_left_of else each.x
        assert begins >= -1e-9
        assert begins + long <= width + 1e-9
        assert rows.get(each.row, -1e9) <= begins
        rows[each.row] = begins + long


def test_a_name_goes_round_its_sign_until_it_fits() -> None:
    """Right of it, left of it near the edge, else above; and not at all where everything is taken."""
    free, edge = Sign("waiting", 50, 50, 10), Sign("waiting", 190, 150, 10)
    assert [(each.x, each.align) for each in beside([free, edge], 200, 200, 199)] == [(63, "left"), (177, "right")]
    between = [Sign("waiting", 100, 100, 10), Sign("", 126, 100, 10), Sign("", 74, 100, 10)]
    above = next(each for each in beside(between, 200, 200, 199) if each.name)
    assert (above.x, above.y, above.align) == (100, 100 - 10 - labels.GAP - labels.ROW / 2, "center")
    assert [each.name for each in beside([Sign("waiting", 20, 20, 10)], 40, 40, 39)] == []


def test_no_name_is_struck_through() -> None:
    """A sign that lies on the line of nought has its name above it."""
    (found,) = beside([Sign("waiting", 100, 100, 10)], 200, 200, 100)
    assert (found.y < 100 - labels.ROW / 2, found.align) == (True, "center")


SIGNS = st.lists(
    st.builds(Sign, st.text("ab", min_size=1, max_size=25), st.floats(0, 270), st.floats(0, 340), st.floats(3, 17)),
    max_size=16,
)


@given(SIGNS)
def test_no_name_lies_on_another(signs: list[Sign]) -> None:
    """Nor outside the chart."""
    boxes = []
    for each in beside(signs, 270, 340, 170):
        long = len(each.name) * labels.SIGN
        left = each.x - {"left": 0, "center": long / 2, "right": long}[each.align]
        boxes.append((left, each.y - labels.ROW / 2, left + long, each.y + labels.ROW / 2))
    for place, (left, top, right, bottom) in enumerate(boxes):
        assert left >= 0
        assert right <= 270
        assert top >= 0
        assert bottom <= 340
        for other in boxes[:place]:
            assert right <= other[0] or other[2] <= left or bottom <= other[1] or other[3] <= top
