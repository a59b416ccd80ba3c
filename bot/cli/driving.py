"""How a score has run lately, and the themes beside it, as they are printed."""

from collections.abc import Iterator

from rich.console import RenderableType
from rich.padding import Padding
from rich.table import Table

from bot.cli.numbers import interval, percent, signed, under
from bot.reporting.drivers import Drivers
from bot.reporting.trends import Trend
from flows.disclosure import Standing
from flows.drivers import Driver

MOST = 6
"""Themes that are named; in JSON all of them are."""


def printed_course(course: Trend) -> Iterator[RenderableType]:
    """The last whole period beside the one before it; nothing where there are no two."""
    if course.sentence:
        yield under(f"the last whole {course.every}: {course.sentence}")


def printed_themes(found: Drivers) -> Iterator[RenderableType]:
    """The themes that pull a score furthest, down before up, and how those score who said nothing."""
    if found.standing is Standing.SUPPRESSED or found.commenters is None:
        return
    said = found.commenters
    yield under(f"{found.n + found.unread:,} said why, {percent(said.rate)} of those who answered")
    if said.commenting and said.silent and said.gap:
        gap = f"a difference of {signed(said.gap.value)}, interval {signed(said.gap.low)} to {signed(said.gap.high)}"
        yield under(f"they score {signed(said.commenting.value)}, the others {signed(said.silent.value)}; {gap}")
    known = sorted((each for each in found.drivers if each.impact), key=lambda each: -abs(_points(each)))
    if not known:
        return
    table = Table(box=None, padding=(0, 2, 0, 0), header_style="dim")
    for heading in ("theme", "n", "with", "without", "impact", "interval"):
        table.add_column(heading, justify="left" if heading == "theme" else "right", no_wrap=True)
    for each in sorted(known[:MOST], key=_points):
        if each.with_it and each.without_it and each.impact:
            table.add_row(
                each.key + (" *" if each.is_detectable else ""),
                f"{each.with_it.n:,}",
                signed(each.with_it.value),
                signed(each.without_it.value),
                signed(each.impact.value, 1),
                interval(each.impact, 1),
            )
    yield Padding(table, (0, 0, 0, 2))


def _points(driver: Driver) -> float:
    return driver.impact.value if driver.impact else 0.0
