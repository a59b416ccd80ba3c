"""Parts of the day: who did not answer the telephone in one of them may do so in another."""

from collections.abc import Sequence
from datetime import UTC, datetime, time, timedelta, tzinfo
from enum import StrEnum

from flows.hours import Hours


class Daypart(StrEnum):
    MORNING = "morning"
    AFTERNOON = "afternoon"
    EVENING = "evening"


BEGINS = {Daypart.MORNING: time(0), Daypart.AFTERNOON: time(12), Daypart.EVENING: time(17)}
"""By the clock where the person is."""

REMEMBERED = 2
"""How many earlier calls a new one should differ from, so that a third may be in the third part of the day."""


def daypart(at: datetime, zone: tzinfo) -> Daypart:
    """The part of the day it then is."""
    shown = at.astimezone(zone).time()
    return next(part for part in reversed(Daypart) if BEGINS[part] <= shown)


def another_daypart(hours: Hours, called: Sequence[datetime], at: datetime, last: datetime) -> datetime | None:
    """The first open moment from `at` to `last` in another part of the day than the last calls.

    Where the open hours know only one, the same hour of another day will do; None where there is none either.
    """
    zone = hours.zones[0]
    tried = {daypart(moment, zone) for moment in called[-REMEMBERED:]}
    moment = hours.next_open(at, last)
    while moment and daypart(moment, zone) in tried:
        moment = hours.next_open(_next_part(moment, zone), last)
    return moment or hours.next_open(max(at, called[-1] + timedelta(days=1)), last)


def _next_part(at: datetime, zone: tzinfo) -> datetime:
    """When the next part of the day begins."""
    today = at.astimezone(zone).date()
    begins = (
        datetime.combine(day, time_, zone) for day in (today, today + timedelta(days=1)) for time_ in BEGINS.values()
    )
    return next(moment.astimezone(UTC) for moment in begins if moment > at)
