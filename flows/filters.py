"""Which answers and contacts are meant: one filter for pages, API, command line and exports, and its form in a URL."""

import re
from collections.abc import Iterable
from dataclasses import dataclass, fields, replace
from datetime import date, timedelta
from typing import Any
from urllib.parse import urlencode

from flows.survey import Channel

UNKNOWN = "-"
"""The value by which those are meant of whom it is not known, such as answers without a queue."""

LONGEST = 200
MOST = 50
"""Characters of a value, and values of one name."""
CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f]")
CHANNELS = frozenset(Channel)
YEARS = range(1970, 3000)
"""In which days lie, so that there is always a day before and after."""


@dataclass(frozen=True, slots=True)
class FilterFault:
    """What is wrong with one part of a filter, and how it is mended."""

    field: str
    problem: str
    remedy: str


class FilterError(ValueError):
    """A filter that cannot be taken as it stands, with everything that is wrong with it."""

    def __init__(self, faults: tuple[FilterFault, ...]) -> None:
        super().__init__("; ".join(f"{each.field}: {each.problem}; {each.remedy}" for each in faults))
        self.faults = faults


@dataclass(frozen=True, slots=True)
class Filter:
    """Everything named has to hold; of several values of one name any one; nothing named, everything.

    first, last: days on which a survey began or a contact was received, by the centre's clock, both included. theme: of
    a verbatim of the same survey; the others as they stand on surveys and contacts, `UNKNOWN` where nothing does.
    """

    first: date | None = None
    last: date | None = None
    channel: tuple[str, ...] = ()
    language: tuple[str, ...] = ()
    country: tuple[str, ...] = ()
    queue: tuple[str, ...] = ()
    agent: tuple[str, ...] = ()
    touchpoint: tuple[str, ...] = ()
    survey: tuple[str, ...] = ()
    instrument: tuple[str, ...] = ()
    series: tuple[str, ...] = ()
    theme: tuple[str, ...] = ()

    def among(self, name: str, *values: str) -> "Filter":
        """The same, and of that name only these values; without any, all of them."""
        named: dict[str, Any] = {name: tuple(sorted(set(values)))}
        return replace(self, **named)

    def between(self, first: date | None, last: date | None) -> "Filter":
        """The same, of other days."""
        return replace(self, first=first, last=last)

    def of(self, name: str) -> tuple[str, ...]:
        """The values of that name."""
        values: tuple[str, ...] = getattr(self, name)
        return values


DIMENSIONS = tuple(each.name for each in fields(Filter) if each.name not in ("first", "last"))
"""The names by which answers can be told apart, besides the day."""

DAYS = {"from": "first", "to": "last"}
"""How days are called outside."""


def read(pairs: Iterable[tuple[str, str]]) -> Filter:
    """The filter in the names and values of a query; names that are no part of it are left to others, blanks ignored.

    Raises FilterError with every fault found.
    """
    days: dict[str, Any] = {}
    values: dict[str, set[str]] = {}
    faults: list[FilterFault] = []
    for name, given in pairs:
        value = given.strip()
        if not value:
            continue
        if name in DAYS:
            if (day := _day(value)) is None:
                faults.append(FilterFault(name, "this is no day", "write it as in 2026-01-31"))
            else:
                days[DAYS[name]] = day
        elif name in DIMENSIONS:
            if len(value) > LONGEST or CONTROL.search(value):
                faults.append(FilterFault(name, "nothing is called that", "give something shorter that can be printed"))
            elif name == "channel" and value not in CHANNELS:
                faults.append(FilterFault(name, "there is no such channel", "choose from call, sms and whatsapp"))
            values.setdefault(name, set()).add(value)
    for name, given_values in values.items():
        if len(given_values) > MOST:
            faults.append(FilterFault(name, "these are too many values", "give fewer of them"))
    if "first" in days and "last" in days and days["last"] < days["first"]:
        faults.append(FilterFault("to", "it lies before `from`", "give a later day, or exchange the two"))
    if faults:
        raise FilterError(tuple(dict.fromkeys(faults)))
    named: dict[str, Any] = {name: tuple(sorted(of_name)) for name, of_name in values.items()}
    return Filter(**days, **named)


def query(wanted: Filter) -> str:
    """The filter as the query of a URL, as `read` takes it; equal filters give equal queries, an empty one nothing."""
    days = [(name, day.isoformat()) for name, field in DAYS.items() if (day := getattr(wanted, field))]
    return urlencode([*days, *((name, value) for name in DIMENSIONS for value in wanted.of(name))])


def period_before(first: date, last: date) -> tuple[date, date]:
    """As many days, right before these."""
    length = last - first
    return first - length - timedelta(days=1), first - timedelta(days=1)


def _day(value: str) -> date | None:
    try:
        day = date.fromisoformat(value) if len(value) == len("2026-01-31") else None
    except ValueError:
        return None
    return day if day and day.year in YEARS else None
