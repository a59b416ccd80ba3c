"""The command that prints the overview: every measure with its interval, and who was asked."""

import json
from collections.abc import Iterator
from datetime import date
from typing import Any

import click
from rich.console import Console, Group, RenderableType
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from bot import app
from bot.cli.filtering import filtered, wanted_of
from bot.reporting.drivers import driven
from bot.reporting.figures import Compared, Figure
from bot.reporting.funnel import Asked
from bot.reporting.overview import Measured, Overview, overview
from bot.reporting.plain import Plain, plain_asked, plain_overview
from bot.reporting.plain_drivers import plain_driven
from bot.reporting.source import Source
from bot.reporting.strata import STRATA
from bot.web.pages.names import instrument_name
from flows.adjusting import Adjusted
from flows.disclosure import Standing
from flows.document import DefinitionError
from flows.eligibility import explain
from flows.estimates import Estimate, about, rounded
from flows.filters import DIMENSIONS
from flows.scoring import NARROW
from flows.trends import Why

BY = (*STRATA, "agent")
"""Dimensions by which groups can be told apart; channel, language and country always are."""

MANY = {**{name: f"{name}s" for name in STRATA}, "country": "countries"}
"""What several of a stratum are called."""

MENDS = "An adjusted score mends that some {many} answer more often than others."
MENDS_NOT = "It cannot mend that people stay silent because of what happened to them."

WHY = {Why.TEXT: "the wording changed", Why.CHANNEL: "this channel came in"}


@click.command("report")
@filtered
@click.option("--by", type=click.Choice(BY), help="What to tell groups apart by and to adjust for.")
@click.option("--json", "as_json", is_flag=True, help="Everything, as JSON.")
def report(by: str | None, as_json: bool, **told: Any) -> None:
    """Print where scores stand, whether they have moved, and who was asked.

    Without days it is about the last four weeks.
    """
    source = app.source_of(app.ready())
    found = overview(source, wanted_of(told), by)
    if as_json:
        more = {"funnel": plain_asked(found.asked), "drivers": _driven(source, found)}
        click.echo(json.dumps({**plain_overview(found), **more}, ensure_ascii=False))
    else:
        Console(highlight=False).print(printed(found))


def _driven(source: Source, found: Overview) -> list[Plain] | None:
    """The themes beside each measure; None where the code frame cannot be read."""
    try:
        return [plain_driven(driven(source, found.filter, each.question, each.instrument)) for each in found.measures]
    except DefinitionError:
        return None


def printed(found: Overview) -> RenderableType:
    """The overview as it is printed; fits into 80 columns."""
    parts: list[RenderableType] = [
        Text.assemble(_days(found.period), "  beside  ", _days(found.before), style="bold"),
        *(Text(f"{name}: {', '.join(found.filter.of(name))}") for name in DIMENSIONS if found.filter.of(name)),
        "",
    ]
    if not found.measures:
        parts += [Text("Nobody has answered in these days."), ""]
    for measured in found.measures:
        parts += [*_measured(measured, found.stratum), ""]
    if found.measures:
        parts += [Text("* more than chance alone moves a score", style="dim"), ""]
    if any(measured.adjusted for measured in found.measures):
        parts += [Text(f"{MENDS.format(many=MANY[found.stratum])} {MENDS_NOT}", style="dim"), ""]
    parts += [
        Text(f"{name}: its instrument is no longer known; in no figure", style="yellow") for name in found.unknown
    ]
    return Group(*parts, *_asked(found.asked))


def _measured(measured: Measured, stratum: str) -> Iterator[RenderableType]:
    both, now = measured.compared, measured.compared.now
    name = instrument_name(measured.instrument)
    yield Text.assemble((f"{name}  ", "bold"), (_headline(now), "bold cyan"), f"   {_count(now.n)}", _warning(now))
    if now.effort:
        shares = f"low effort {_percent(now.effort.low)}, high effort {_percent(now.effort.high)}"
        yield _under(f"mean {_estimate(now.effort.mean, 2)}; {shares}")
    if now.needed and now.needed > now.n:
        yield _under(f"about {about(now.needed):,} answers would bring the interval to ±{NARROW:.0f} points")
    if measured.adjusted:
        yield _under(f"had every {stratum} answered equally often: {_adjusted(measured.adjusted)}")
    yield _under(both.sentence)
    for each in measured.breaks:
        what = f"{WHY[each.why]} ({each.channel}, {each.language})"
        yield _under(f"{each.day}: {what}; not one series with what was before", "yellow")
    if measured.mix and both.movement.difference:
        rate, mix = _signed(measured.mix.rate.value), _signed(measured.mix.mix)
        other_way = " Each of them moved the other way." if measured.mix.is_reversed else ""
        yield _under(f"Of the change {rate} within {MANY[stratum]}, {mix} by their shares.{other_way}")
    if beside := _beside(now, measured):
        yield _under(beside)
    if measured.contradictions:
        doubt = measured.contradictions
        without = f"; without them {_signed(doubt.without.net.value)}" if doubt.without else ""
        yield _under(f"{_percent(doubt.suspected)} may have been meant the other way round{without}")
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
                _interval(both.now.score),
                _score(both.before),
                _change(both),
            )
    return table


def _asked(asked: Asked) -> Iterator[RenderableType]:
    funnel, every = asked.funnel, asked.rates
    yield Text.assemble(("Who was asked  ", "bold"), f"{funnel.contacts:,} contacts, {funnel.invited:,} invited")
    for name, rate, meaning in (("RR1", every.rr1, "complete"), ("RR2", every.rr2, "complete or partial")):
        if rate.value is not None and rate.low is not None and rate.high is not None:
            bounds = f"interval {100 * rate.low:.1f} to {100 * rate.high:.1f} %"
            yield _under(
                f"{name} {100 * rate.value:.1f} %, {bounds}: {rate.numerator:,} of {rate.denominator:,} {meaning}"
            )
        else:
            yield _under(f"{name} n/a: nobody invited has come to an end")
    places = Table(box=None, padding=(0, 2, 0, 0), show_header=False)
    places.add_column(justify="right")
    places.add_column()
    for name, n in sorted(asked.endings.items()):
        places.add_row(f"{n:,}", name)
    for reason, n in sorted(funnel.outside.items()):
        places.add_row(f"{n:,}", Text(f"kept out: {explain(reason)}", style="dim"))
    for outcome, n in sorted(asked.walk_ins.items()):
        places.add_row(f"{n:,}", Text(f"came by themselves: {outcome}", style="dim"))
    yield Padding(places, (0, 0, 0, 2))
    yield Padding(_steps(asked), (1, 0, 0, 2))
    if asked.seconds:
        yield _under(f"half of those who answered did so within {_time(asked.seconds.value)}")
    if asked.ignored:
        yield _under(f"not narrowed by {', '.join(asked.ignored)}: it says nothing of a contact", "yellow")


def _steps(asked: Asked) -> Table:
    table = Table(box=None, padding=(0, 2, 0, 0), header_style="dim")
    for heading in ("question", "put to", "answered", "", "left there", ""):
        table.add_column(heading, justify="left" if heading == "question" else "right")
    for each in asked.steps:
        step = each.step
        shares = [f"{rounded(share.value):.0f} %" if share else "" for share in (each.answered, each.left)]
        table.add_row(step.question, f"{step.asked:,}", f"{step.answered:,}", shares[0], f"{step.left:,}", shares[1])
    return table


def _headline(figure: Figure) -> str:
    return f"{_score(figure)}, interval {_interval(figure.score)}" if figure.score else "too few answers to show"


def _adjusted(told: Adjusted) -> str:
    score, covered = told.weighted.score, rounded(100 * told.weighted.covered)
    parts = [
        f"{_signed(score.value)}, interval {_interval(score)}",
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
        return _signed(figure.score.value)
    return "hidden" if figure.is_hidden else "too few" if figure.n else "-"


def _interval(score: Estimate | None) -> str:
    return f"{_signed(score.low)} to {_signed(score.high)}" if score else ""


def _change(both: Compared) -> str:
    if not (found := both.movement.difference):
        return both.movement.kind.replace("_", " ")
    return _signed(found.value) + (" *" if found.low > 0 or found.high < 0 else "  ")


def _estimate(estimate: Estimate, digits: int) -> str:
    value, low, high = (f"{rounded(each, digits):.{digits}f}" for each in (estimate.value, estimate.low, estimate.high))
    return f"{value}, interval {low} to {high}"


def _percent(estimate: Estimate) -> str:
    return f"{rounded(estimate.value):.0f} %"


def _signed(points: float) -> str:
    whole = int(rounded(points))
    return f"{whole:+d}".replace("-", "−") if whole else "0"


def _count(n: int) -> str:
    return f"{n:,} answers" if n != 1 else "1 answer"


def _time(seconds: float) -> str:
    minutes = seconds / 60
    if minutes < 2:
        return f"{seconds:.0f} seconds"
    return f"{minutes:.0f} minutes" if minutes < 120 else f"{minutes / 60:.1f} hours"


def _days(period: tuple[date, date]) -> str:
    return f"{period[0]} to {period[1]}"


def _under(line: str, style: str = "") -> RenderableType:
    return Padding(Text(line, style=style), (0, 0, 0, 2))


COMMANDS: tuple[Any, ...] = (report,)
