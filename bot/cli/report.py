"""The command that prints the overview: every measure with its interval, and who was asked."""

import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from typing import Any

import click
from rich.console import Console, Group, RenderableType
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from bot import app
from bot.cli.asked import printed_asked
from bot.cli.driving import printed_course, printed_themes
from bot.cli.filtering import filtered, wanted_of
from bot.cli.numbers import interval, percent, signed, under
from bot.reporting.drivers import Drivers, driven
from bot.reporting.figures import Compared, Figure
from bot.reporting.overview import Measured, Overview, overview
from bot.reporting.plain import Plain, plain_asked, plain_course, plain_overview
from bot.reporting.plain_drivers import plain_driven
from bot.reporting.source import YEAR, Source
from bot.reporting.strata import STRATA
from bot.reporting.stretches import shown
from bot.reporting.trends import Trend, trend
from bot.web.pages.names import instrument_name
from flows.adjusting import Adjusted
from flows.disclosure import Standing
from flows.document import DefinitionError
from flows.effort import Effort
from flows.estimates import Estimate, about, rounded
from flows.filters import DIMENSIONS, Filter
from flows.movement import Kind
from flows.scoring import NARROW
from flows.trends import Why

BY = (*STRATA, "agent")
"""Dimensions by which groups can be told apart; channel, language and country always are."""

MANY = {**{name: f"{name}s" for name in STRATA}, "country": "countries"}
"""What several of a stratum are called."""

MENDS = "An adjusted score mends that some {many} answer more often than others."
MENDS_NOT = "It cannot mend that people stay silent because of what happened to them."

STAR = (
    "* more than chance: of the changes and themes so marked at most 5 % are expected to be by chance"
    " (Benjamini and Hochberg, over the groups of the report and over the themes of a measure)"
)

LEGEND = {
    "too few": "too few: fewer than 10 answers, of one agent fewer than 30; of a change in either period",
    "hidden": "hidden: fewer than 30 answers, kept back so that fewer cannot be told from the total",
    "broken": "broken: the wording or the channels changed, so the two periods are not compared",
}
"""What words in the place of a figure mean."""

WHY = {Why.TEXT: "the wording changed", Why.CHANNEL: "this channel came in"}


@click.command("report")
@filtered
@click.option("--by", type=click.Choice(BY), help="What to tell groups apart by and to adjust for.")
@click.option("--json", "as_json", is_flag=True, help="Everything, as JSON.")
def report(by: str | None, as_json: bool, **told: Any) -> None:
    """Print where scores stand, whether they have moved, and who was asked.

    Without days it is about the last four weeks.
    """
    found = gathered(app.source_of(app.ready()), wanted_of(told), by)
    if as_json:
        click.echo(json.dumps(_plain(found), ensure_ascii=False))
    else:
        Console(highlight=False).print(printed(found))


@dataclass(frozen=True, slots=True)
class Gathered:
    """What is reported. courses, themes: of each measure; themes are None where the code frame cannot be read."""

    overview: Overview
    courses: tuple[Trend, ...]
    themes: tuple[Drivers, ...] | None


def gathered(source: Source, wanted: Filter, by: str | None = None) -> Gathered:
    """The overview, with how each score has run: over the year up to the last day, where no first day is named."""
    found = overview(source, wanted, by)
    named = [(each.question, each.instrument) for each in found.measures]
    days = wanted.between(*source.period(wanted, YEAR))
    courses = tuple(trend(source, days, *each) for each in named)
    try:
        return Gathered(found, courses, tuple(driven(source, wanted, *each) for each in named))
    except DefinitionError:
        return Gathered(found, courses, None)


def _plain(told: Gathered) -> Plain:
    return {
        **plain_overview(told.overview),
        "funnel": plain_asked(told.overview.asked),
        "trends": [plain_course(each) for each in told.courses],
        "drivers": None if told.themes is None else [plain_driven(each) for each in told.themes],
    }


def printed(told: Gathered) -> RenderableType:
    """What is reported as it is printed; fits into 80 columns."""
    found = told.overview
    parts: list[RenderableType] = [
        Text.assemble(_days(found.period), "  beside  ", _days(found.before), style="bold"),
        *(Text(f"{name}: {', '.join(found.filter.of(name))}") for name in DIMENSIONS if found.filter.of(name)),
        "",
    ]
    if not found.measures:
        parts += [Text("Nobody has answered in these days."), ""]
    for place, measured in enumerate(found.measures):
        parts += [*_measured(measured, found.stratum), *printed_course(told.courses[place])]
        parts += [*(printed_themes(told.themes[place]) if told.themes else ()), ""]
    if found.measures:
        parts += [Text(STAR, style="dim"), *(Text(each, style="dim") for each in _legend(found.measures)), ""]
    if any(measured.adjusted for measured in found.measures):
        parts += [Text(f"{MENDS.format(many=MANY[found.stratum])} {MENDS_NOT}", style="dim"), ""]
    parts += [
        Text(f"{name}: its instrument is no longer known; in no figure", style="yellow") for name in found.unknown
    ]
    return Group(*parts, *printed_asked(found.asked))


def _measured(measured: Measured, stratum: str) -> Iterator[RenderableType]:
    both, now = measured.compared, measured.compared.now
    name = instrument_name(measured.instrument)
    yield Text.assemble((f"{name}  ", "bold"), (_whole(measured), "bold cyan"), f"   {_count(now.n)}", _warning(now))
    if now.effort and not shown(measured.stretches):
        yield under(_effort(now.effort))
    for part in measured.stretches if shown(measured.stretches) else ():
        yield under(f"{part.first} to {part.last}: {_headline(part.figure)}, {_count(part.figure.n)}")
    if now.needed and now.needed > now.n and not measured.stretches:
        yield under(f"about {about(now.needed):,} answers would bring the interval to ±{NARROW:.0f} points")
    if measured.adjusted:
        yield under(f"had every {stratum} answered equally often: {_adjusted(measured.adjusted)}")
    yield under(both.sentence)
    for each in measured.breaks:
        what = f"{WHY[each.why]} ({each.channel}, {each.language})"
        yield under(f"{each.day}: {what}; not one series with what was before", "yellow")
    if measured.mix and both.movement.difference:
        rate, mix = signed(measured.mix.rate.value), signed(measured.mix.mix)
        other_way = " Each of them moved the other way." if measured.mix.is_reversed else ""
        yield under(f"Of the change {rate} within {MANY[stratum]}, {mix} by their shares.{other_way}")
    if beside := _beside(now, measured):
        yield under(beside)
    if measured.contradictions:
        doubt = measured.contradictions
        without = f"; without them {signed(doubt.without.net.value)}" if doubt.without else ""
        yield under(f"{percent(doubt.suspected)} may have been meant the other way round{without}")
    yield Padding(_groups(measured), (0, 0, 0, 2))


def _groups(measured: Measured) -> Table:
    table = Table(box=None, padding=(0, 2, 0, 0), header_style="dim")
    for heading in ("", "", "n", "score", "interval", "before", "change"):
        table.add_column(heading, justify="left" if heading == "" else "right", no_wrap=True)
    for dimension, groups in measured.groups.items():
        for place, group in enumerate(groups):
            both = group.compared
            table.add_row(
                "" if place else dimension,
                group.value,
                f"{both.now.n:,}",
                _score(both.now),
                interval(both.now.score),
                _score(both.before),
                _change(both),
            )
    return table


def _legend(measures: Iterable[Measured]) -> list[str]:
    """The words that stand in the tables, explained."""
    every = [group.compared for each in measures for groups in each.groups.values() for group in groups]
    words = {word for both in every for word in (_score(both.now), _score(both.before), _change(both))}
    return [said for word, said in LEGEND.items() if word in words]


def _whole(measured: Measured) -> str:
    return "not one series" if shown(measured.stretches) else _headline(measured.compared.now)


def _headline(figure: Figure) -> str:
    if figure.effort:
        return f"mean {_estimate(figure.effort.mean, 2)}"
    return f"{_score(figure)}, interval {interval(figure.score)}" if figure.score else "too few answers to show"


def _effort(effort: Effort) -> str:
    good, bad = ("low effort", "high effort") if effort.distribution.measure.names[0] == "low" else ("good", "bad")
    net = f"{signed(effort.net.value)}, interval {interval(effort.net)}"
    return f"{good} {percent(effort.low)}, {bad} {percent(effort.high)}; the one less the other {net}"


def _adjusted(told: Adjusted) -> str:
    score, covered = told.weighted.score, rounded(100 * told.weighted.covered)
    parts = [
        f"{signed(score.value)}, interval {interval(score)}",
        f"effective n {told.weighted.effective_n:,.0f}",
        *([f"covers {covered:.0f} %"] if told.weighted.covered < 1 else []),
        *([f"{told.left_out:,} left out"] if told.left_out else []),
        *(["indicative: few answers"] if told.standing is Standing.INDICATIVE else []),
    ]
    return "; ".join(parts)


def _beside(now: Figure, measured: Measured) -> str:
    parts = {"asked in vain": now.missing, "late": now.late, "on no scale of today": measured.off_scale}
    return ", ".join(f"{n:,} {what}" for what, n in parts.items() if n)


def _warning(figure: Figure) -> Text:
    return Text("   indicative: few answers" if figure.standing is Standing.INDICATIVE else "", style="yellow")


def _score(figure: Figure) -> str:
    if figure.score:
        return signed(figure.score.value)
    return "hidden" if figure.is_hidden else "too few" if figure.n else "-"


def _change(both: Compared) -> str:
    if not (found := both.movement.difference):
        return both.movement.kind.replace("_", " ")
    return signed(found.value) + (" *" if both.movement.kind in (Kind.UP, Kind.DOWN) else "  ")


def _estimate(estimate: Estimate, digits: int) -> str:
    value, low, high = (f"{rounded(each, digits):.{digits}f}" for each in (estimate.value, estimate.low, estimate.high))
    return f"{value}, interval {low} to {high}"


def _count(n: int) -> str:
    return f"{n:,} answers" if n != 1 else "1 answer"


def _days(period: tuple[date, date]) -> str:
    return f"{period[0]} to {period[1]}"


COMMANDS: tuple[Any, ...] = (report,)
