"""Which days an export is of that is made again and again, by the clock of the centre."""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from enum import StrEnum

DAY = timedelta(days=1)

MOST = 62
"""Files made up after a standstill: two months of days, more than a year of weeks. What is older is left out."""


class Every(StrEnum):
    """How often: each day, on Mondays, or on the first of the month."""

    DAY = "day"
    WEEK = "week"
    MONTH = "month"


@dataclass(frozen=True, slots=True, order=True)
class Period:
    """A whole day, week or month. first, last: both included."""

    first: date
    last: date

    @property
    def name(self) -> str:
        """As it stands in the name of a file."""
        return f"{self.first}_{self.last}" if self.first < self.last else f"{self.first}"

    @classmethod
    def named(cls, name: str) -> "Period":
        """The period of that name. Raises ValueError."""
        first, _, last = name.partition("_")
        return cls(date.fromisoformat(first), date.fromisoformat(last or first))


@dataclass(frozen=True, slots=True)
class Due:
    """periods: to be written, the oldest first; left_out: those before them, which would be too many."""

    periods: Sequence[Period]
    left_out: Sequence[Period]


def latest(every: Every, at: time, now: datetime) -> Period:
    """The last period that was over when it was `at` o'clock for the last time. now: by the centre's clock."""
    today = now.date() if now.time() >= at else now.date() - DAY
    return _before(every, _around(every, today))


def due(every: Every, upto: Period, written: Period | None, begun: Collection[Period]) -> Due:
    """What is to be written: whatever was begun and not finished, and every period behind the last one written.

    upto: the latest; written: the last that was, None where none ever was; begun: not written yet. A schedule that has
    never run begins with the latest.
    """
    before = written.last if written else min((each.first for each in begun), default=upto.first) - DAY
    all_of_them = sorted({*begun, *_behind(every, upto, before)})
    return Due(all_of_them[-MOST:], all_of_them[:-MOST])


def gaps(written: Collection[Period]) -> list[Period]:
    """The days between the first and the last of these periods that are in none of them."""
    found: list[Period] = []
    behind: date | None = None
    for each in sorted(written):
        if behind is not None and each.first > behind + DAY:
            found.append(Period(behind + DAY, each.first - DAY))
        behind = each.last if behind is None else max(behind, each.last)
    return found


def _behind(every: Every, upto: Period, before: date) -> Iterator[Period]:
    """Every period that ends behind that day, the latest first."""
    while upto.last > before:
        yield upto
        upto = _before(every, upto)


def _before(every: Every, period: Period) -> Period:
    return _around(every, period.first - DAY)


def _around(every: Every, day: date) -> Period:
    match every:
        case Every.DAY:
            return Period(day, day)
        case Every.WEEK:
            monday = day - timedelta(days=day.weekday())
            return Period(monday, monday + 6 * DAY)
        case Every.MONTH:
            first = day.replace(day=1)
            return Period(first, (first + 31 * DAY).replace(day=1) - DAY)
