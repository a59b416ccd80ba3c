"""A filter means the same wherever it is written: in a URL, on the command line, in the API."""

from datetime import date
from urllib.parse import parse_qsl

import pytest
from hypothesis import given
from hypothesis import strategies as st

from flows.filters import CHANNELS, DIMENSIONS, LONGEST, MOST, Filter, FilterError, period_before, query, read

VALUES = (
    st.text(st.characters(exclude_categories=["Cs", "Cc"]), min_size=1, max_size=20).filter(str.strip).map(str.strip)
)
DAYS = st.dates(date(1970, 1, 1), date(2999, 12, 31))
FILTERS = st.builds(
    lambda days, named: Filter(days[0], days[1], **{name: tuple(sorted(values)) for name, values in named.items()}),
    st.tuples(DAYS, DAYS).map(sorted) | st.tuples(st.none(), st.none()),
    st.fixed_dictionaries(
        {},
        optional={
            name: st.sets(st.sampled_from(sorted(CHANNELS)) if name == "channel" else VALUES, min_size=1, max_size=3)
            for name in DIMENSIONS
        },
    ),
)


@given(FILTERS)
def test_a_filter_comes_back_from_its_url(wanted: Filter) -> None:
    """What was written into a URL is read from it, whatever its values hold."""
    assert read(parse_qsl(query(wanted))) == wanted


@given(FILTERS, st.randoms())
def test_equal_filters_have_one_url(wanted: Filter, luck: object) -> None:
    """In whatever order names and values are given, and however often, the URL is one."""
    pairs = parse_qsl(query(wanted)) * 2
    luck.shuffle(pairs)  # type: ignore[attr-defined]
    assert query(read(pairs)) == query(wanted)


def test_what_is_no_part_of_a_filter_is_left_to_others() -> None:
    """A page has names of its own in its URL, and a form sends fields that nobody has filled in."""
    assert read([("cursor", "abc"), ("queue", ""), ("queue", " billing "), ("from", "")]) == Filter(queue=("billing",))


@pytest.mark.parametrize(
    ("pairs", "fields"),
    [
        ([("from", "yesterday")], ["from"]),
        ([("from", "2026-02-30"), ("to", "0001-01-01")], ["from", "to"]),
        ([("from", "20260101")], ["from"]),
        ([("channel", "sms"), ("channel", "fax")], ["channel"]),
        ([("from", "2026-02-02"), ("to", "2026-02-01")], ["to"]),
        ([("queue", "a\x00b"), ("agent", "x" * (LONGEST + 1))], ["queue", "agent"]),
        ([("theme", f"t{number}") for number in range(MOST + 1)], ["theme"]),
    ],
)
def test_every_fault_is_told_with_what_to_do(pairs: list[tuple[str, str]], fields: list[str]) -> None:
    """All at once, each with its field and a remedy; nothing is guessed."""
    with pytest.raises(FilterError) as told:
        read(pairs)
    assert [fault.field for fault in told.value.faults] == fields
    assert all(fault.problem and fault.remedy and fault.remedy in str(told.value) for fault in told.value.faults)


def test_the_period_before_has_as_many_days() -> None:
    """And ends on the eve of the period."""
    assert period_before(date(2026, 3, 1), date(2026, 3, 28)) == (date(2026, 2, 1), date(2026, 2, 28))
    assert period_before(date(2026, 3, 1), date(2026, 3, 1)) == (date(2026, 2, 28), date(2026, 2, 28))
