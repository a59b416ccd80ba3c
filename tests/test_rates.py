"""Outcome rates: the published vectors, the class of every ending, and where people leave."""

from typing import get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from flows.cases import Ending
from flows.eligibility import Reason
from flows.estimates import NothingCountedError
from flows.funnel import Funnel, Step, drop_off, median
from flows.rates import Class, Dispositions, Rate, Rates, classify, dispositions, rates
from flows.session import Outcome

COUNTED = st.builds(Dispositions, *[st.integers(0, 50)] * 8)

# classes; e; RR1 to RR6; COOP1 to COOP4; REF1 to REF3; CON1 to CON3; how many decimals are published
VECTORS = [
    (
        Dispositions(4, 2, 1, 1, 1, 1, 1, 1),
        0.9,
        (0.364, 0.545, 0.370, 0.556, 0.444, 0.667),
        (0.500, 0.750, 0.571, 0.857),
        (0.091, 0.093, 0.111),
        (0.727, 0.741, 0.889),
        3,
    ),
    (
        Dispositions(5, 3, 2, 1, 2, 1, 1),
        0.5,
        (1 / 3, 8 / 15, 5 / 14, 4 / 7, 5 / 13, 8 / 13),
        (5 / 12, 2 / 3, 1 / 2, 4 / 5),
        (2 / 15, 1 / 7, 2 / 13),
        (4 / 5, 6 / 7, 12 / 13),
        9,
    ),
    (
        Dispositions(180, 20, 60, 640, 10, 0, 70, 20),
        None,
        (0.18367, 0.20408, 0.18396, 0.20440, 0.19780, 0.21978),
        (0.66667, 0.74074, 0.69231, 0.76923),
        (0.06122, 0.06132, 0.06593),
        (0.27551, 0.27593, 0.29670),
        5,
    ),
]


@pytest.mark.parametrize(("counts", "e", "response", "cooperation", "refusal", "contact", "decimals"), VECTORS)
def test_rates_are_those_of_published_examples(
    counts: Dispositions,
    e: float | None,
    response: tuple[float, ...],
    cooperation: tuple[float, ...],
    refusal: tuple[float, ...],
    contact: tuple[float, ...],
    decimals: int,
) -> None:
    """Every rate of each example, to the decimals it is published with."""
    found, near = rates(counts, e), 0.51 * 10**-decimals
    assert values(found, "rr", 6) == pytest.approx(response, abs=near)
    assert values(found, "coop", 4) == pytest.approx(cooperation, abs=near)
    assert values(found, "ref", 3) == pytest.approx(refusal, abs=near)
    assert values(found, "con", 3) == pytest.approx(contact, abs=near)


def test_the_eligible_part_of_the_unknown_is_estimated() -> None:
    """910 known ones of 930 whose eligibility is known make 0.97849."""
    assert rates(VECTORS[2][0]).e == pytest.approx(0.97849, abs=5e-6)


def test_rates_of_nobody_known_are_not_available() -> None:
    """Where all is unknown nobody has responded, and rates among the known do not exist."""
    found = rates(Dispositions(uo=5))
    assert values(found, "rr", 4) == [0, 0, 0, 0]
    assert (found.rr5.value, found.rr6.value) == (None, None)
    assert values(found, "coop", 4) == [None] * 4
    assert found.e is None


def test_without_invitations_there_is_no_rate_at_all() -> None:
    """Not 0, and no division by it."""
    found = rates(Dispositions())
    assert {getattr(found, name).value for name in Rates.__slots__ if name != "e"} == {None}


@given(COUNTED)
def test_rates_are_parts_of_a_whole_in_their_order(counts: Dispositions) -> None:
    """All lie between 0 and 1 within their intervals; partials and a smaller denominator never lower a rate."""
    found = rates(counts)
    for name in Rates.__slots__:
        rate = getattr(found, name)
        if isinstance(rate, Rate) and rate.value is not None and rate.low is not None and rate.high is not None:
            assert 0 <= rate.low <= rate.value <= rate.high <= 1
    for lower, higher in (("rr1", "rr2"), ("rr1", "rr3"), ("rr3", "rr5"), ("rr2", "rr4"), ("rr4", "rr6")):
        less, more = getattr(found, lower).value, getattr(found, higher).value
        assert less is None or more is None or less <= more + 1e-12


@given(COUNTED, st.integers(0, 50))
def test_rr1_and_rr2_do_not_depend_on_what_is_called_unknown(counts: Dispositions, moved: int) -> None:
    """Counting non-contacts as unknown, or the other way round, changes neither."""
    moved = min(moved, counts.nc)
    other = Dispositions(
        counts.i, counts.p, counts.r, counts.nc - moved, counts.o, counts.uh, counts.uo + moved, counts.ne
    )
    assert (rates(other).rr1, rates(other).rr2) == (rates(counts).rr1, rates(counts).rr2)


def test_every_ending_has_a_class() -> None:
    """However an invitation ends it is counted, and in one class."""
    endings = [*Outcome, *Ending]
    assert {type(ending) for ending in endings} == set(get_args(Outcome | Ending))
    counts = dispositions(dict.fromkeys(endings, 1))
    assert counts.n == len(endings)
    assert {classify(ending) for ending in endings} <= set(Class)


@pytest.mark.parametrize(
    ("ending", "expected"),
    [
        (Outcome.COMPLETED, "I"),
        (Outcome.PARTIAL, "P"),
        (Outcome.REFUSED, "R"),
        (Outcome.BROKEN_OFF, "R"),
        (Outcome.EXPIRED, "NC"),
        (Ending.OPTED_OUT, "R"),
        (Ending.UNREACHED, "NC"),
        (Ending.UNDELIVERABLE, "UO"),
        (Ending.TOO_LATE, "UO"),
        (Ending.IN_CONVERSATION, "NE"),
    ],
)
def test_endings_are_classed_as_the_standard_has_it(ending: Outcome | Ending, expected: str) -> None:
    """A stop is a refusal, silence after delivery a non-contact, and what was never delivered is unknown."""
    assert classify(ending).value == expected


def test_bad_numbers_and_missing_receipts_are_classed_apart() -> None:
    """Nobody is there to be asked at a bad number; and without a receipt nobody knows whether anything arrived."""
    endings: dict[Outcome | Ending, int] = {Ending.UNDELIVERABLE: 10, Outcome.EXPIRED: 20, Outcome.COMPLETED: 5}
    found = dispositions(endings, bad_numbers=4, unconfirmed=3)
    assert found == Dispositions(i=5, nc=17, uo=9, ne=4)
    with pytest.raises(ValueError, match="11 of 10 undeliverable"):
        dispositions(endings, bad_numbers=11)
    with pytest.raises(ValueError, match="21 of 20 expired"):
        dispositions(endings, unconfirmed=21)


def test_counts_and_estimates_out_of_range_are_refused() -> None:
    """There are no negative invitations, and a share is a share."""
    with pytest.raises(ValueError, match="fewer than no"):
        Dispositions(i=-1)
    with pytest.raises(ValueError, match="between 0 and 1"):
        rates(Dispositions(i=1), e=1.1)


def test_who_was_kept_out_stands_beside_the_rates() -> None:
    """Quarantine and sampling are in the number of contacts and in no denominator."""
    funnel = Funnel(Dispositions(i=20, nc=60), open=20, outside={Reason.QUARANTINED: 50, Reason.SAMPLED_OUT: 50})
    assert (funnel.contacts, funnel.invited) == (200, 100)
    assert rates(funnel.ended).rr1.value == 0.25
    assert funnel.kept_out(Reason.QUARANTINED).value == 25
    assert funnel.kept_out(Reason.DAILY_CAP).value == 0


def test_people_leave_question_by_question() -> None:
    """Of those a question was put to, how many answered and how many left; nobody asked is no share."""
    nps, why, later = drop_off([Step("nps", 200, 150, 40), Step("why", 150, 60, 90), Step("callback", 0, 0, 0)])
    assert nps.answered is not None
    assert nps.left is not None
    assert (nps.answered.value, nps.left.value) == (75, 20)
    assert why.left is not None
    assert why.left.value == 60
    assert (later.answered, later.left) == (None, None)
    with pytest.raises(ValueError, match="nps: 150 answered and 60 left, of 200 asked"):
        Step("nps", 200, 150, 60)


def test_the_median_time_has_an_interval() -> None:
    """Of 1 to 11 it is 6, and between the second and the tenth lies the truth 95 times in 100 or more."""
    found = median(dict.fromkeys(range(1, 12), 1))
    assert (found.value, found.low, found.high, found.n) == (6, 2, 10, 11)
    assert median({10: 3, 20: 3}).value == 15
    assert (median({40: 1}).low, median({40: 1}).high) == (40, 40)
    with pytest.raises(NothingCountedError):
        median({30: 0})


@given(st.dictionaries(st.integers(0, 100), st.integers(0, 9), min_size=1).filter(lambda times: any(times.values())))
def test_half_lies_on_either_side_of_the_median(times: dict[int, int]) -> None:
    """However often each value came."""
    found = median({float(value): n for value, n in times.items()})
    assert sum(n for value, n in times.items() if value <= found.value) * 2 >= found.n
    assert sum(n for value, n in times.items() if value >= found.value) * 2 >= found.n
    assert found.low <= found.value <= found.high


def values(found: Rates, family: str, n: int) -> list[float | None]:
    return [getattr(found, f"{family}{number}").value for number in range(1, n + 1)]
