"""The filter of a page: read from its address, offered as a form, and carried on to other pages."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from urllib.parse import urlencode

from flask import request, url_for

from bot.reporting.source import LATELY, YEAR, Period, Source
from bot.web.language import gettext as _
from bot.web.language import language
from bot.web.pages.cards import theme_name
from bot.web.pages.names import dimension_name, value_name
from flows.filters import DAYS, DIMENSIONS, UNKNOWN, Filter, FilterError, query, read
from flows.loader import DefinitionError
from storage.figures import values_of

OFFERED = ("channel", "language", "country", "queue", "touchpoint", "agent", "theme")
"""What the form can narrow by, in this order; whatever else stands in the address stays."""

ALWAYS_KNOWN = ("channel", "language", "theme")
"""Of these nothing is unknown."""

PLACE = "cursor"
"""How the address names a place in a list, which is another one once the list is narrowed otherwise."""

QUARTER = timedelta(weeks=13)


@dataclass(frozen=True, slots=True)
class Choice:
    """A value that can be ticked, and what it is called."""

    value: str
    name: str
    is_chosen: bool


@dataclass(frozen=True, slots=True)
class Field:
    """Everything one name of the filter can be narrowed to."""

    name: str
    title: str
    choices: tuple[Choice, ...]

    @property
    def chosen(self) -> list[Choice]:
        """Those that are ticked."""
        return [each for each in self.choices if each.is_chosen]


@dataclass(frozen=True, slots=True)
class Link:
    """A title that leads somewhere. is_current: to where one is."""

    title: str
    address: str
    is_current: bool = False


@dataclass(frozen=True, slots=True)
class Meant:
    """What the address of a page means.

    wanted: without what could not be understood; faults: what is wrong, by name, to be read by people; period: the days
    meant.
    """

    wanted: Filter
    faults: Mapping[str, str]
    period: Period


@dataclass(frozen=True, slots=True)
class Bar(Meant):
    """The filter as it is shown above a page.

    days: first and last as they were typed; others: what the address tells besides the filter.
    """

    days: Mapping[str, str]
    fields: tuple[Field, ...]
    presets: tuple[Link, ...]
    chips: tuple[Link, ...]
    others: tuple[tuple[str, str], ...]

    @property
    def status(self) -> int:
        """Of the page that shows it."""
        return 422 if self.faults else 200

    def to(self, endpoint: str, **more: str | Sequence[str]) -> str:
        """The address of a page with the same filter, narrowed by and followed by whatever else is given."""
        return address(endpoint, self.wanted, **more)

    def rows(self, endpoint: str, **more: str | Sequence[str]) -> str:
        """The same with the days written out, for pages that mean all days where none are named."""
        return address(endpoint, self.wanted.between(*self.period), **more)


def address(endpoint: str, wanted: Filter, /, **more: str | Sequence[str]) -> str:
    """The address of a page with this filter; names of a filter replace what it has of them, others follow it."""
    for name in set(more) & set(DIMENSIONS):
        values = more.pop(name)
        wanted = wanted.among(name, *([values] if isinstance(values, str) else values))
    return _followed(url_for(endpoint), wanted, more.items())


def meant(source: Source, usual: timedelta = LATELY) -> Meant:
    """The same as `asked`, for what shows no filter."""
    wanted, faults = _understood(list(request.args.items(multi=True)))
    if wanted.theme and _themes(source) is None:
        faults["theme"] = _("the code frame cannot be read, so nothing can be told by theme")
        wanted = wanted.among("theme")
    return Meant(wanted, faults, source.period(wanted, usual))


def asked(source: Source, usual: timedelta = LATELY) -> Bar:
    """The filter of the page that is being asked for. usual: how far back it looks where nobody says since when."""
    given = [(name, value) for name, value in request.args.items(multi=True) if value.strip()]
    told, themes = meant(source, usual), _themes(source) or {}
    wanted = told.wanted
    others = tuple((name, value) for name, value in given if name not in (*DAYS, *DIMENSIONS, PLACE))
    return Bar(
        wanted=wanted,
        faults=told.faults,
        period=told.period,
        days={name: request.args.get(name, "").strip() for name in DAYS},
        fields=tuple(_fields(source, wanted, themes)),
        presets=tuple(_presets(source, wanted, usual, others)),
        chips=tuple(_chips(wanted, themes, others)),
        others=others,
    )


def told_faults(error: FilterError) -> dict[str, str]:
    """By name what is wrong and how it is mended, to be read by people."""
    return {each.field: f"{_(each.problem)}; {_(each.remedy)}" for each in error.faults}


def here(wanted: Filter, others: Iterable[tuple[str, str]]) -> str:
    """The address of the page that is being asked for under this filter, followed by others."""
    return _followed(request.path, wanted, others)


def _understood(given: Sequence[tuple[str, str]]) -> tuple[Filter, dict[str, str]]:
    """What can be understood of it, and what is wrong with the rest."""
    try:
        return read(given), {}
    except FilterError as error:
        faults = told_faults(error)
        return read(pair for pair in given if pair[0] not in faults), faults


def _themes(source: Source) -> Mapping[str, str] | None:
    """The names of themes by key; None where the code frame cannot be read."""
    try:
        frame = source.frame()
    except DefinitionError:
        return None
    return {each.key: theme_name(frame, each.key, language()) for each in frame.themes}


def _fields(source: Source, wanted: Filter, themes: Mapping[str, str]) -> Iterable[Field]:
    with source.fresh() as connection:
        found = {name: values_of(connection, name) for name in OFFERED if name != "theme"}
    found["theme"] = list(themes)
    for name, known in found.items():
        chosen = wanted.of(name)
        unknown = [UNKNOWN] if known and name not in ALWAYS_KNOWN else []
        values = dict.fromkeys((*known, *chosen, *unknown))
        choices = [Choice(value, _called(name, value, themes), value in chosen) for value in values]
        if choices:
            by_name = sorted(choices, key=lambda each: (each.value == UNKNOWN, each.name.casefold()))
            yield Field(name, dimension_name(name), tuple(by_name))


def _presets(source: Source, wanted: Filter, usual: timedelta, others: Sequence[tuple[str, str]]) -> Iterable[Link]:
    """Periods up to today. The usual one needs no day in its address, and so moves on with the days."""
    for title, length in {_("Last 4 weeks"): LATELY, _("13 weeks"): QUARTER, _("Year"): YEAR}.items():
        period = source.period(Filter(), length)
        is_current = source.period(wanted, usual) == period
        yield Link(title, here(wanted.between(None if length == usual else period[0], None), others), is_current)


def _chips(wanted: Filter, themes: Mapping[str, str], others: Sequence[tuple[str, str]]) -> Iterable[Link]:
    """What narrows the page, each leading to the page without it."""
    for name in DIMENSIONS:
        for value in wanted.of(name):
            rest = wanted.among(name, *(each for each in wanted.of(name) if each != value))
            yield Link(f"{dimension_name(name)}: {_called(name, value, themes)}", here(rest, others))


def _called(name: str, value: str, themes: Mapping[str, str]) -> str:
    return themes.get(value, value) if name == "theme" else value_name(name, value)


def _followed(path: str, wanted: Filter, more: Iterable[tuple[str, str | Sequence[str]]]) -> str:
    told = "&".join(filter(None, (query(wanted), urlencode(list(more), doseq=True))))
    return f"{path}?{told}" if told else path
