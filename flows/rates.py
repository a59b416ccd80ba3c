"""How many of those asked have answered: AAPOR's classes of every invitation, and the rates that follow from them."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from flows.cases import Ending
from flows.estimates import LEVEL, wilson
from flows.session import AAPOR, Outcome


class Class(StrEnum):
    """AAPOR's classes of final dispositions (Standard Definitions, 10th edition)."""

    COMPLETE = "I"
    PARTIAL = "P"
    REFUSAL = "R"
    NON_CONTACT = "NC"
    OTHER = "O"
    UNKNOWN_HOUSEHOLD = "UH"
    UNKNOWN_OTHER = "UO"
    INELIGIBLE = "NE"


OF_ENDINGS: Mapping[Ending, Class] = {
    Ending.OPTED_OUT: Class.REFUSAL,
    Ending.UNREACHED: Class.NON_CONTACT,
    Ending.UNDELIVERABLE: Class.UNKNOWN_OTHER,
    Ending.TOO_LATE: Class.UNKNOWN_OTHER,
    Ending.IN_CONVERSATION: Class.INELIGIBLE,
}
"""Classes of what ended without a session of its own: who was invited and then asked to be left alone has refused;
what could not be delivered or was never sent tells nothing of the person; who was in conversation on another invitation
or of their own accord is counted there. Of the undeliverable, `dispositions` moves bad numbers to the ineligible."""


def classify(ending: Outcome | Ending) -> Class:
    """The class of an invitation that has ended so."""
    return Class(AAPOR[ending]) if isinstance(ending, Outcome) else OF_ENDINGS[ending]


@dataclass(frozen=True, slots=True)
class Dispositions:
    """How many invitations ended in each class, named by AAPOR's letters."""

    i: int = 0
    p: int = 0
    r: int = 0
    nc: int = 0
    o: int = 0
    uh: int = 0
    uo: int = 0
    ne: int = 0

    def __post_init__(self) -> None:
        if min(self.i, self.p, self.r, self.nc, self.o, self.uh, self.uo, self.ne) < 0:
            raise ValueError("fewer than no invitations")

    @property
    def eligible(self) -> int:
        """K: known to be somebody who should be asked."""
        return self.i + self.p + self.r + self.nc + self.o

    @property
    def unknown(self) -> int:
        """U: nobody knows whether they should have been."""
        return self.uh + self.uo

    @property
    def n(self) -> int:
        return self.eligible + self.unknown + self.ne


def dispositions(endings: Mapping[Outcome | Ending, int], bad_numbers: int = 0, unconfirmed: int = 0) -> Dispositions:
    """The classes of so many invitations by how they ended.

    bad_numbers: of the undeliverable, those whose number was at fault: nobody is there to be asked (NE).
    unconfirmed: of the expired, those of which the carrier never said that they arrived (UO).
    Raises ValueError where these are more than there are.
    """
    undeliverable, expired = endings.get(Ending.UNDELIVERABLE, 0), endings.get(Outcome.EXPIRED, 0)
    if not (0 <= bad_numbers <= undeliverable and 0 <= unconfirmed <= expired):
        raise ValueError(f"{bad_numbers} of {undeliverable} undeliverable, {unconfirmed} of {expired} expired")
    counts = dict.fromkeys(Class, 0)
    for ending, n in endings.items():
        counts[classify(ending)] += n
    for source, target, n in (
        (Class.UNKNOWN_OTHER, Class.INELIGIBLE, bad_numbers),
        (Class.NON_CONTACT, Class.UNKNOWN_OTHER, unconfirmed),
    ):
        counts[source] -= n
        counts[target] += n
    return Dispositions(**{each.lower(): n for each, n in counts.items()})


@dataclass(frozen=True, slots=True)
class Rate:
    """A part of those who could have answered.

    value: from 0 to 1, None ("n/a") where the denominator is empty; low, high: Wilson's interval. denominator: not
    whole where it holds an estimated number of eligible ones.
    """

    numerator: int
    denominator: float
    value: float | None
    low: float | None
    high: float | None


@dataclass(frozen=True, slots=True)
class Rates:
    """AAPOR's outcome rates. RR1 and RR2 are the ones to publish: nothing is assumed in them.

    e: the share of the unknown that is taken to be eligible, None where there is nothing to estimate it from. RR5 and
    RR6, REF3 and CON3 hold only where hardly anything is unknown.
    """

    rr1: Rate
    rr2: Rate
    rr3: Rate
    rr4: Rate
    rr5: Rate
    rr6: Rate
    coop1: Rate
    coop2: Rate
    coop3: Rate
    coop4: Rate
    ref1: Rate
    ref2: Rate
    ref3: Rate
    con1: Rate
    con2: Rate
    con3: Rate
    e: float | None


def rates(counts: Dispositions, e: float | None = None, level: float = LEVEL) -> Rates:
    """Every rate of these invitations (AAPOR, Standard Definitions, 10th edition, 2023).

    e: from 0 to 1; by default K / (K + NE), and all of the unknown where not one invitation tells of it.
    """
    if e is not None and not 0 <= e <= 1:
        raise ValueError(f"the share of eligible ones lies between 0 and 1 and is not {e}")
    k, u = counts.eligible, counts.unknown
    if e is None and k + counts.ne:
        e = k / (k + counts.ne)
    every, estimated = k + u, k + (1 if e is None else e) * u
    some, contacted = counts.i + counts.p, counts.i + counts.p + counts.r + counts.o
    willing = contacted - counts.o

    def rate(numerator: int, denominator: float) -> Rate:
        if not denominator:
            return Rate(numerator, denominator, None, None, None)
        return Rate(numerator, denominator, numerator / denominator, *wilson(numerator, denominator, level))

    return Rates(
        rr1=rate(counts.i, every),
        rr2=rate(some, every),
        rr3=rate(counts.i, estimated),
        rr4=rate(some, estimated),
        rr5=rate(counts.i, k),
        rr6=rate(some, k),
        coop1=rate(counts.i, contacted),
        coop2=rate(some, contacted),
        coop3=rate(counts.i, willing),
        coop4=rate(some, willing),
        ref1=rate(counts.r, every),
        ref2=rate(counts.r, estimated),
        ref3=rate(counts.r, k),
        con1=rate(contacted, every),
        con2=rate(contacted, estimated),
        con3=rate(contacted, k),
        e=e,
    )
