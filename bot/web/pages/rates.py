"""AAPOR's outcome rates as they are shown: each with what it was counted from, and how in a sentence."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from bot.web.language import gettext as _
from bot.web.language import number
from flows.rates import Class, Rate, Rates

Classes = tuple[Class, ...]

COMPLETE = (Class.COMPLETE,)
SOME = (*COMPLETE, Class.PARTIAL)
REFUSED = (Class.REFUSAL,)
WILLING = (*SOME, *REFUSED)
REACHED = (*WILLING, Class.OTHER)
ELIGIBLE = (*REACHED, Class.NON_CONTACT)
EVERY = (*ELIGIBLE, Class.UNKNOWN_HOUSEHOLD, Class.UNKNOWN_OTHER)

CLASSES: Mapping[str, tuple[Classes, Classes | None]] = {
    "rr1": (COMPLETE, EVERY),
    "rr2": (SOME, EVERY),
    "rr3": (COMPLETE, None),
    "rr4": (SOME, None),
    "rr5": (COMPLETE, ELIGIBLE),
    "rr6": (SOME, ELIGIBLE),
    "coop1": (COMPLETE, REACHED),
    "coop2": (SOME, REACHED),
    "coop3": (COMPLETE, WILLING),
    "coop4": (SOME, WILLING),
    "ref1": (REFUSED, EVERY),
    "ref2": (REFUSED, None),
    "ref3": (REFUSED, ELIGIBLE),
    "con1": (REACHED, EVERY),
    "con2": (REACHED, None),
    "con3": (REACHED, ELIGIBLE),
}
"""Of each rate the classes that are counted, and those among which; None where it takes an estimate."""


@dataclass(frozen=True, slots=True)
class Told:
    """A rate. how: in a sentence; hits, of: how many of how many; those, among: the classes of either, None where their
    number is an estimate; is_main: one of those to publish.
    """

    name: str
    how: str
    rate: Rate
    hits: str
    those: Classes
    of: str
    among: Classes | None
    is_main: bool


def told(rates: Rates) -> Iterator[Told]:
    """Every rate, the ones to publish first."""
    for key, how in _sentences().items():
        rate: Rate = getattr(rates, key)
        those, among = CLASSES[key]
        of = number(rate.denominator, 0 if float(rate.denominator).is_integer() else 1)
        yield Told(key.upper(), how, rate, number(rate.numerator), those, of, among, key in ("rr1", "rr2"))


def _sentences() -> dict[str, str]:
    return {
        "rr1": _("Complete surveys, of everybody invited who may be eligible."),
        "rr2": _("Complete and partial surveys, of everybody invited who may be eligible."),
        "rr3": _("Complete surveys; of the unknown only the share e counts as eligible."),
        "rr4": _("Complete and partial surveys; of the unknown only the share e counts as eligible."),
        "rr5": _("Complete surveys, of those known to be eligible: the highest it can be."),
        "rr6": _("Complete and partial surveys, of those known to be eligible: the highest it can be."),
        "coop1": _("Complete surveys, of everybody reached."),
        "coop2": _("Complete and partial surveys, of everybody reached."),
        "coop3": _("Complete surveys, of those reached who were able to answer."),
        "coop4": _("Complete and partial surveys, of those reached who were able to answer."),
        "ref1": _("Refusals and break-offs, of everybody invited who may be eligible."),
        "ref2": _("Refusals and break-offs; of the unknown only the share e counts as eligible."),
        "ref3": _("Refusals and break-offs, of those known to be eligible."),
        "con1": _("Everybody reached, of everybody invited who may be eligible."),
        "con2": _("Everybody reached; of the unknown only the share e counts as eligible."),
        "con3": _("Everybody reached, of those known to be eligible."),
    }
