"""AAPOR's outcome rates as they are shown: each with what it was counted from, and how in a sentence."""

from collections.abc import Iterator
from dataclasses import dataclass

from bot.web.language import gettext as _
from bot.web.language import number
from flows.rates import Rate, Rates


@dataclass(frozen=True, slots=True)
class Told:
    """A rate. how: in a sentence; of: so many of so many; is_main: one of those to publish."""

    name: str
    how: str
    rate: Rate
    of: str
    is_main: bool


def told(rates: Rates) -> Iterator[Told]:
    """Every rate, the ones to publish first."""
    for key, how in _sentences().items():
        rate: Rate = getattr(rates, key)
        whole = float(rate.denominator).is_integer()
        of = f"{number(rate.numerator)} / {number(rate.denominator, 0 if whole else 1)}"
        yield Told(key.upper(), how, rate, of, key in ("rr1", "rr2"))


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
