"""Open hours as an operator writes them, with the public holidays of each country."""

import re
from collections.abc import Container, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from functools import cache
from zoneinfo import ZoneInfo

import holidays

from bot.addresses import zones_of_country
from flows.hours import Hours, Window

DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
STRETCH = re.compile(r"(\d{1,2}):(\d{2})\s*-\s*(\d{1,2}):(\d{2})", flags=re.ASCII)
ORDINARY_WEEKS = 3
"""In so many weeks there is an open hour, or there is never one."""


@dataclass(frozen=True, slots=True)
class Holidays(Container[date]):
    """The public holidays of a country, and of those of its parts that are named."""

    country: str
    subdivisions: tuple[str, ...] = ()

    def __contains__(self, day: object) -> bool:
        return isinstance(day, date) and day in _holidays(self.country, self.subdivisions, day.year)


def read_hours(
    country: str, week: Mapping[str, str], zones: Sequence[str], subdivisions: Sequence[str], *, heed_holidays: bool
) -> Hours:
    """The open hours of a country. zones: none for all that the country has.

    Raises ValueError, with the remedy, where they cannot be read or there is no hour that is open in all zones.
    """
    places = tuple(_zone(name) for name in zones or zones_of_country(country))
    days_off: Container[date] = Holidays(country, tuple(subdivisions)) if heed_holidays else ()
    if heed_holidays:
        _check_holidays(country, subdivisions)
    hours = Hours(read_week(week), places, days_off)
    someday = datetime(2026, 3, 2, tzinfo=UTC)
    if hours.next_open(someday, someday + timedelta(weeks=ORDINARY_WEEKS)) is None:
        raise ValueError(
            "there is no hour that is open in all time zones of the country: name those where your customers live,"
            " as in zones: [America/New_York]"
        )
    return hours


def read_week(week: Mapping[str, str]) -> tuple[tuple[Window, ...], ...]:
    """The windows of each day, from `mon-fri: 09:00-20:00` and its like; a day that is not named is closed.

    Raises ValueError for what cannot be read.
    """
    open_on: dict[str, tuple[Window, ...]] = {}
    for days, stretches in week.items():
        first, _, last = days.strip().lower().partition("-")
        if first not in DAYS or (last or first) not in DAYS or DAYS.index(last or first) < DAYS.index(first):
            raise ValueError(f"{days}: write a day or days as in mon, sat or mon-fri (of {', '.join(DAYS)})")
        for day in DAYS[DAYS.index(first) : DAYS.index(last or first) + 1]:
            if day in open_on:
                raise ValueError(f"{days}: {day} is named twice; join its hours with a comma")
            open_on[day] = tuple(_window(days, stretch) for stretch in stretches.split(","))
    return tuple(open_on.get(day, ()) for day in DAYS)


def _window(days: str, stretch: str) -> Window:
    if not (read := STRETCH.fullmatch(stretch.strip())):
        raise ValueError(f"{days}: {stretch.strip()!r} is no stretch of a day; write it as in 09:00-20:00")
    opens_hour, opens_minute, closes_hour, closes_minute = map(int, read.groups())
    if max(opens_minute, closes_minute) > 59:
        raise ValueError(f"{days}: {stretch.strip()!r}: an hour has 60 minutes")
    try:
        return Window(opens_hour * 60 + opens_minute, closes_hour * 60 + closes_minute)
    except ValueError as error:
        raise ValueError(f"{days}: {stretch.strip()!r}: {error}") from None


def _zone(name: str) -> ZoneInfo:
    try:
        return ZoneInfo(name)
    except (ValueError, KeyError, OSError):
        raise ValueError(f"there is no time zone {name!r}; write it as in Europe/Amsterdam") from None


def _check_holidays(country: str, subdivisions: Sequence[str]) -> None:
    known = holidays.list_supported_countries(include_aliases=False)
    if country not in known:
        raise ValueError("its public holidays are not known here; set holidays: false if nobody minds")
    for part in subdivisions:
        if part not in known[country]:
            raise ValueError(f"it has no part {part!r}; known: {', '.join(known[country]) or 'none'}")


@cache
def _holidays(country: str, subdivisions: tuple[str, ...], year: int) -> frozenset[date]:
    parts: Sequence[str | None] = subdivisions or (None,)
    return frozenset(day for part in parts for day in holidays.country_holidays(country, subdiv=part, years=year))
