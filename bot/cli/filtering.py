"""The filter, and what narrows it, as options of a command, as they stand in the URL of a page."""

from collections.abc import Callable, Iterable, Mapping
from typing import Any

import click

from flows.filters import DIMENSIONS, Filter, FilterError, read
from flows.narrowing import NAMES, VALUES, Narrowing, read_with_filter


def filtered(command: Callable[..., Any]) -> Callable[..., Any]:
    """Gives a command `--from`, `--to` and an option for each dimension; they arrive as `wanted_of` takes them."""
    for name in reversed(DIMENSIONS):
        command = click.option(f"--{name}", multiple=True, help="Only these; may be given several times.")(command)
    command = click.option("--to", metavar="DAY", help="The last day, as in 2026-01-31.")(command)
    return click.option("--from", "from_", metavar="DAY", help="The first day, as in 2026-01-01.")(command)


def narrowed(command: Callable[..., Any]) -> Callable[..., Any]:
    """Gives a command the options of `filtered` and one for each name of the narrowing; `selection_of` takes them."""
    for name in reversed(NAMES):
        metavar = "NUMBER" if name.startswith("score") else "|".join(VALUES[name])
        command = click.option(_option(name), metavar=metavar, help=HELP[name])(command)
    return filtered(command)


HELP: Mapping[str, str] = {
    "score_from": "Only of respondents with at least this NPS answer, 0 to 10.",
    "score_to": "Only of respondents with at most this NPS answer, 0 to 10.",
    "band": "Only of those respondents.",
    "effort": "Only of respondents with low, middle or high effort.",
    "sentiment": "Only comments with a theme of this feeling; with --theme, with one of these themes.",
    "coding": "Only comments that were tagged so, or not at all.",
}


def wanted_of(told: Mapping[str, str | Iterable[str] | None]) -> Filter:
    """The filter that these options mean. Raises BadParameter, which names the option and the remedy."""
    try:
        return read(_pairs(told))
    except FilterError as error:
        raise _refused(error) from None


def selection_of(told: Mapping[str, str | Iterable[str] | None]) -> tuple[Filter, Narrowing]:
    """The filter that these options mean, and what narrows it. Raises BadParameter, likewise."""
    try:
        return read_with_filter([*_pairs(told), *((name, str(told[name] or "")) for name in NAMES)])
    except FilterError as error:
        raise _refused(error) from None


def _pairs(told: Mapping[str, str | Iterable[str] | None]) -> list[tuple[str, str]]:
    days = [(name, str(told[option] or "")) for name, option in (("from", "from_"), ("to", "to"))]
    return [*days, *((name, value) for name in DIMENSIONS for value in told[name] or ())]


def _refused(error: FilterError) -> click.BadParameter:
    fault = error.faults[0]
    return click.BadParameter(f"{fault.problem}; {fault.remedy}", param_hint=_option(fault.field))


def _option(name: str) -> str:
    return f"--{name.replace('_', '-')}"
