"""Every way in which an invitation can end, with its AAPOR class and the rows that are counted there."""

from collections.abc import Mapping
from dataclasses import dataclass

from bot.carriers.errors import MEANINGS, Verdict
from bot.reporting.funnel import Asked
from flows.cases import Ending
from flows.rates import Class, classify
from flows.session import Outcome
from storage.asked import Ended

BAD_NUMBERS = frozenset(code for code, (verdict, _) in MEANINGS.items() if verdict is Verdict.BAD_NUMBER)


@dataclass(frozen=True, slots=True)
class Way:
    """Invitations that ended alike and are in one class. Of two classes are the undeliverable, by whether the number
    was at fault, and the expired, by whether anything had arrived.
    """

    ended: Ended
    aapor: Class


def _ways() -> Mapping[Outcome | Ending, tuple[Way, ...]]:
    plain = {ending: (Way(Ended(ending), classify(ending)),) for ending in (*Outcome, *Ending)}
    expired, undeliverable = Outcome.EXPIRED, Ending.UNDELIVERABLE
    return {
        **plain,
        expired: (
            Way(Ended(expired, arrived=True), Class.NON_CONTACT),
            Way(Ended(expired, arrived=False), Class.UNKNOWN_OTHER),
        ),
        undeliverable: (
            Way(Ended(undeliverable, codes=BAD_NUMBERS, is_among=False), Class.UNKNOWN_OTHER),
            Way(Ended(undeliverable, codes=BAD_NUMBERS), Class.INELIGIBLE),
        ),
    }


WAYS = tuple(way for ways in _ways().values() for way in ways)


def of_class(aapor: str) -> tuple[Ended, ...]:
    """Every way to end in that class."""
    return tuple(way.ended for way in WAYS if way.aapor == aapor)


def ends(asked: Asked) -> Mapping[Way, int]:
    """How many invitations ended in each way; they add up to those that have ended."""
    moved = {
        (Outcome.EXPIRED, Class.UNKNOWN_OTHER): asked.unconfirmed,
        (Outcome.EXPIRED, Class.NON_CONTACT): asked.endings.get(Outcome.EXPIRED, 0) - asked.unconfirmed,
        (Ending.UNDELIVERABLE, Class.INELIGIBLE): asked.bad_numbers,
        (Ending.UNDELIVERABLE, Class.UNKNOWN_OTHER): asked.endings.get(Ending.UNDELIVERABLE, 0) - asked.bad_numbers,
    }
    told = {(str(ending), aapor): n for (ending, aapor), n in moved.items()}
    return {
        way: told.get((str(way.ended.state), way.aapor), asked.endings.get(str(way.ended.state), 0)) for way in WAYS
    }
