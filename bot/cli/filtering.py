"""The filter as options of a command, as it stands in the URL of a page."""

from collections.abc import Callable, Iterable, Mapping
from typing import Any

import click

from flows.filters import DIMENSIONS, Filter, FilterError, read


def filtered(command: Callable[..., Any]) -> Callable[..., Any]:
    """Gives a command `--from`, `--to` and an option for each dimension; they arrive as `wanted_of` takes them."""
    for name in reversed(DIMENSIONS):
        command = click.option(f"--{name}", multiple=True, help="Only these; may be given several times.")(command)
    command = click.option("--to", metavar="DAY", help="The last day, as in 2026-01-31.")(command)
    return click.option("--from", "from_", metavar="DAY", help="The first day, as in 2026-01-01.")(command)


def wanted_of(told: Mapping[str, str | Iterable[str] | None]) -> Filter:
    """The filter that these options mean. Raises BadParameter, which names the option and the remedy."""
    days = [(name, told[option] or "") for name, option in (("from", "from_"), ("to", "to"))]
    values = [(name, value) for name in DIMENSIONS for value in told[name] or ()]
    try:
        return read([*((name, str(day)) for name, day in days), *values])
    except FilterError as error:
        fault = error.faults[0]
        raise click.BadParameter(f"{fault.problem}; {fault.remedy}", param_hint=f"--{fault.field}") from None
