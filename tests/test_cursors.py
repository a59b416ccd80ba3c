"""Where a list goes on: an address brings back what was written into it, and nothing odd with it."""

from base64 import urlsafe_b64encode
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.cursors import cursor_of, moment_of, place_of
from bot.web.pages import coding
from storage.places import Place

NAMES = st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"]), max_size=20)
PLACES = st.builds(Place, st.datetimes(timezones=st.just(UTC)), NAMES, NAMES)

OUT_OF_TIME = ["0001-01-01T00:00:00+23:59", "9999-12-31T23:59:59-23:59", "2026-01-01T00:00:00", "now", ""]
"""Moments that have none in UTC."""


def encoded(told: str) -> str:
    return urlsafe_b64encode(told.encode("utf-8", "surrogatepass")).decode()


@given(PLACES)
def test_a_place_comes_back_as_it_was(place: Place) -> None:
    """Whatever stands in names."""
    assert place_of(cursor_of(place)) == place


@given(st.text(st.characters(exclude_categories=[]), max_size=40) | st.text(max_size=40).map(encoded))
def test_what_is_no_place_is_none(cursor: str) -> None:
    """Anybody can write what they like into an address."""
    assert place_of(cursor) is None


ODD = [
    *(f"{at}\0a\0b" for at in OUT_OF_TIME),
    "2026-01-01T00:00:00+00:00\0a",
    "2026-01-01T00:00:00+00:00\0a\0b\0",
    "2026-01-01T00:00:00+00:00\0\ud800\0b",
    "[" * 60_000,
]


@pytest.mark.parametrize("told", ODD, ids=lambda told: repr(told[:40]))
def test_a_place_that_no_database_could_look_for_is_none(told: str) -> None:
    """Moments beyond time, halves of characters, one name too few or too many."""
    assert place_of(encoded(told)) is None


@pytest.mark.parametrize("written", OUT_OF_TIME)
def test_a_moment_is_one_that_everybody_has(written: str) -> None:
    """So nothing is undone of a moment beyond time."""
    assert moment_of(written) is None
    assert coding.read({"do": f"undo {written}"}) is None


def test_a_moment_is_told_in_utc() -> None:
    """However it was written."""
    assert moment_of("2026-03-02T12:00:00+02:00") == datetime(2026, 3, 2, 10, tzinfo=UTC)
