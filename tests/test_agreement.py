"""Agreement is what Krippendorff's alpha says it is, on published and on hand-worked examples."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nlp.agreement import Coding, agree, alpha, masi


def units(*coders: str) -> list[list[str]]:
    """What the coders gave each unit; a dot is nothing."""
    return [[value for value in given if value != "."] for given in zip(*coders, strict=True)]


def test_the_published_example_with_many_coders_and_gaps() -> None:
    """Krippendorff (2011), example C: four observers, twelve units, missing data, nominal: 0.743."""
    coders = ("123321412...", "1233224125.3", ".3332342251.", "12332441251.")
    assert alpha(units(*coders)) == pytest.approx(0.743, abs=0.0005)


def test_the_published_example_with_two_coders_and_two_values() -> None:
    """Krippendorff (2011), example A: two observers, ten units, yes or no: 0.095."""
    assert alpha(units("0100000010", "1110010000")) == pytest.approx(0.095, abs=0.0005)


def test_an_example_worked_by_hand() -> None:
    """Two coders, units aa aa bb ab: observed are 2 unlike pairs, expected 2 * 5 * 3 / 7; 1 - 2 / (30 / 7) = 8 / 15."""
    assert alpha(["aa", "aa", "bb", "ab"]) == pytest.approx(8 / 15)


def test_perfect_chance_and_nothing_to_tell() -> None:
    """Full agreement is 1; where nobody ever differs there is nothing to say; opposite coders are below chance."""
    assert alpha(["aa", "bb"]) == 1
    assert alpha(["aa", "aa"]) is None
    assert alpha([]) is None
    assert alpha(["a", "b"]) is None
    opposite = alpha(["ab", "ba"])
    assert opposite is not None
    assert opposite < 0


def test_masi_distance_by_hand() -> None:
    """Equal sets, part of one another, overlapping, and nothing in common."""
    assert masi(set(), set()) == masi({"a"}, {"a"}) == 0
    assert masi({"a"}, {"a", "b"}) == pytest.approx(1 - 2 / 3 * 1 / 2)
    assert masi({"a", "b"}, {"b", "c"}) == pytest.approx(1 - 1 / 3 * 1 / 3)
    assert masi({"a"}, {"b"}) == masi({"a"}, set()) == 1


def test_sets_of_themes_by_hand() -> None:
    """Two coders on two verbatims, {a}{a} and {b}{a,b}: expected over 12 pairs, observed over two."""
    one, two, both = frozenset("a"), frozenset("b"), frozenset("ab")
    # Ordered pairs of different sets among a, a, b, ab: a-b 4 times at 1, a-ab 4 times at 2/3, b-ab twice at 2/3.
    expected = 4 * 1 + 4 * (2 / 3) + 2 * (2 / 3)
    observed = 2 * (2 / 3)
    assert alpha([[one, one], [two, both]], masi) == pytest.approx(1 - 3 * observed / expected)


@given(st.lists(st.lists(st.sampled_from("abc"), max_size=4), max_size=8))
def test_it_does_not_matter_who_is_who(given_: list[list[str]]) -> None:
    """Alpha is at most 1, and the order of verbatims and of coders is nothing to it."""
    measured = alpha(given_)
    assert measured is None or measured <= 1
    turned = alpha([unit[::-1] for unit in given_][::-1])
    assert (turned is None) == (measured is None)
    assert measured is None or measured == pytest.approx(turned)


def test_coders_are_compared_by_theme_and_by_set() -> None:
    """Only what two people coded counts, each person's last word, and conflicts come furthest apart first."""
    codings = [
        Coding("1", "ann", frozenset({"price"})),
        Coding("1", "bob", frozenset({"price"})),
        Coding("2", "ann", frozenset({"waiting", "price"})),
        Coding("2", "bob", frozenset({"waiting"})),
        Coding("3", "ann", frozenset({"staff"})),
        Coding("3", "bob", frozenset({"waiting"})),
        Coding("4", "ann", frozenset({"waiting"})),
        Coding("5", "ann", frozenset({"staff"})),
        Coding("5", "ann", frozenset()),
        Coding("5", "bob", frozenset()),
    ]
    found = agree(codings, ["price", "waiting", "staff", "parking"])
    assert found.verbatims == 4
    assert found.conflicts == ("3", "2")
    assert found.themes["parking"] is None
    assert found.themes["price"] == pytest.approx(1 - 7 * 2 / (2 * 3 * 5))
    assert found.sets is not None
    assert found.sets < 1
