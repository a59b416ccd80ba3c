"""When somebody may be disturbed: the open hours of a week, in every time zone they may be in, but for holidays."""

from collections.abc import Collection, Container, Iterator
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta, tzinfo

DAY = 24 * 60


@dataclass(frozen=True, slots=True)
class Window:
    """A stretch of one day in minutes after midnight: from `opens` (0 to 1439) until just before `closes` (to 1440).

    Raises ValueError where it is empty or leaves its day.
    """

    opens: int
    closes: int

    def __post_init__(self) -> None:
        if not 0 <= self.opens < self.closes <= DAY:
            raise ValueError("a window opens before it closes, on the same day: 00:00 to 24:00 at most")


@dataclass(frozen=True, slots=True)
class Hours:
    """Open hours of one country.

    week: the windows of each day, Monday first; zones: every time zone the person may be in: it is open only while it
    is open in all of them; holidays: the days, by the calendar of the place, on which nobody is disturbed.
    """

    week: tuple[tuple[Window, ...], ...]
    zones: tuple[tzinfo, ...]
    holidays: Container[date] = ()

    def is_open(self, at: datetime) -> bool:
        """Whether anybody may be disturbed at that moment."""
        return self.next_open(at, at) is not None

    def next_open(self, at: datetime, last: datetime) -> datetime | None:
        """The first open moment from `at` to `last`, both included; None where there is none. In UTC."""
        moment = at.astimezone(UTC)
        while moment <= last:
            # Where one zone is still closed, the others are asked about the moment it opens.
            opens = [self._next_open_in(zone, moment, last) for zone in self.zones]
            if not opens or None in opens:
                return None
            latest = max(filter(None, opens))
            if latest == moment:
                return moment
            moment = latest
        return None

    def last_open(self, at: datetime, last: datetime) -> datetime | None:
        """The last open moment from `at` to `last`, both included, to the minute before it closes; None where there
        is none. In UTC."""
        ends = [last.astimezone(UTC)]
        for zone in self.zones:
            day = at.astimezone(zone).date()
            while day <= last.astimezone(zone).date():
                ends += [closes - timedelta(minutes=1) for _, closes in self._stretches(zone, day)]
                day += timedelta(days=1)
        return max((end for end in ends if at <= end <= last and self.is_open(end)), default=None)

    def within(self, zones: Collection[str]) -> "Hours":
        """The same hours for somebody known to be in one of these zones, by name; all stay where none is among ours."""
        known = tuple(zone for zone in self.zones if str(zone) in zones)
        return replace(self, zones=known) if known else self

    def _next_open_in(self, zone: tzinfo, at: datetime, last: datetime) -> datetime | None:
        day = at.astimezone(zone).date()
        while day <= last.astimezone(zone).date():
            for opens, closes in self._stretches(zone, day):
                if at < closes and opens <= last:
                    return max(at, opens)
            day += timedelta(days=1)
        return None

    def _stretches(self, zone: tzinfo, day: date) -> Iterator[tuple[datetime, datetime]]:
        if day not in self.holidays:
            for window in self.week[day.weekday()]:
                # An hour the clock shows twice opens at its second showing and closes at its first.
                opens = max(_moments(zone, day, window.opens))
                closes = min(_moments(zone, day, window.closes))
                if opens < closes:
                    yield opens, closes


def _moments(zone: tzinfo, day: date, minute: int) -> tuple[datetime, datetime]:
    """When the clock there shows that minute of the day; two moments in the night the clock is changed."""
    whole_days, rest = divmod(minute, DAY)
    shown = datetime.combine(day + timedelta(days=whole_days), time(rest // 60, rest % 60), tzinfo=zone)
    return shown.astimezone(UTC), shown.replace(fold=1).astimezone(UTC)
