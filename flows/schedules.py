"""Which days an export is of that is made again and again, by the clock of the centre."""

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from enum import StrEnum

DAY = timedelta(days=1)


class Every(StrEnum):
    """How often: each day, on Mondays, or on the first of the month."""

    DAY = "day"
    WEEK = "week"
    MONTH = "month"


@dataclass(frozen=True, slots=True)
class Period:
    """A whole day, week or month. first, last: both included."""

    first: date
    last: date

    @property
    def name(self) -> str:
        """As it stands in the name of a file."""
        return f"{self.first}_{self.last}" if self.first < self.last else f"{self.first}"


def latest(every: Every, at: time, now: datetime) -> Period:
    """The last period that was over when it was `at` o'clock for the last time. now: by the centre's clock."""
    today = now.date() if now.time() >= at else now.date() - DAY
    match every:
        case Every.DAY:
            return Period(today - DAY, today - DAY)
        case Every.WEEK:
            monday = today - timedelta(days=today.weekday())
            return Period(monday - 7 * DAY, monday - DAY)
        case Every.MONTH:
            last = today.replace(day=1) - DAY
            return Period(last.replace(day=1), last)
