"""The charts of a course: rolling windows, control charts, and every group on its own."""

from collections.abc import Callable, Iterable, Sequence
from datetime import date, timedelta
from functools import partial

from bot.reporting.shifts import Shifts
from bot.reporting.trends import Groups, Trend
from bot.web import plots
from bot.web.charts import Cell, Chart, Heading, Look, Spec
from bot.web.language import day, number
from bot.web.language import gettext as _
from bot.web.pages.names import band_names, dimension_name, value_name
from flows import charts as control
from flows.charts import Rule
from flows.measures import NPS, Band, Measure
from flows.trends import Break, Point, Why

NEAR = timedelta(days=14)
"""Breaks closer than this are one mark on a chart; the text above it has them all."""


def charts(found: Trend, measure: Measure, window: int) -> Iterable[Chart]:
    """Every chart there is enough for."""
    name, bands = _scored(measure), band_names(measure)
    if any(each.estimate for each in found.rolling):
        yield _rolling(found, name, window)
    told: dict[str, tuple[str, control.Chart | None]] = {
        "periods": (_("%(score)s of each period within its noise", score=name), found.chart),
        "good": (_("%(band)s, percent of each period", band=bands[Band.GOOD]), found.good),
        "bad": (_("%(band)s, percent of each period", band=bands[Band.BAD]), found.bad),
    }
    if found.shifts:
        told["average"] = _("Moving average (EWMA) against the earlier half"), found.shifts.average
        told["individuals"] = _("Individual periods (XmR), for periods of about equal volume"), _xmr(found.shifts)
    for key, (title, chart) in told.items():
        if chart:
            yield _control(key, title, chart, found, "wide" if key == "periods" else "half")
    yield from _alone(found.groups, found.breaks, name)


def _scored(measure: Measure) -> str:
    """What the score of a course is called: that of effort is net, so that more is better whichever way it is asked."""
    if measure == NPS:
        return _("NPS")
    return _("%(good)s minus %(bad)s", good=band_names(measure)[Band.GOOD], bad=band_names(measure)[Band.BAD])


def _xmr(shifts: Shifts) -> control.Chart:
    return shifts.individuals.chart


def _rolling(found: Trend, name: str, window: int) -> Chart:
    spots = _spots(found.rolling, [each.day for each in found.breaks], lambda each: each.last)
    marks = list(_marks(found.breaks))
    first, last = spots[0], spots[-1]
    return Chart(
        key="rolling",
        title=_("%(score)s over %(days)s days up to each day, with its interval", score=name, days=number(window)),
        finding=_(
            "%(score)s: %(before)s on %(first)s, %(after)s on %(last)s; lowest %(low)s, highest %(high)s.",
            score=name,
            before=number(first.value, signed=True),
            first=day(first.day),
            after=number(last.value, signed=True),
            last=day(last.day),
            low=number(min(each.value for each in spots), signed=True),
            high=number(max(each.value for each in spots), signed=True),
        ),
        draw=lambda look: plots.course(spots, marks, name, look),
        headings=_headings(),
        rows=[_row(each) for each in found.rolling],
    )


def _control(key: str, title: str, chart: control.Chart, found: Trend, width: str) -> Chart:
    signs = {Rule.OUTSIDE: _("outside the limits"), Rule.RUN: _("eight in a row on one side")}
    said = {each.place: signs[each.rule] for each in reversed(chart.signals)}
    periods = list(zip(found.stretch, chart.points, strict=True))
    limits = [
        plots.Limit(period.first, each.value, each.low, each.high, said.get(place, ""))
        for place, (period, each) in enumerate(periods)
    ]
    signals = ", ".join(f"{day(limits[place].day)} ({sign})" for place, sign in sorted(said.items()))
    return Chart(
        key=key,
        title=title,
        finding=_("%(title)s: signals on %(days)s.", title=title, days=signals)
        if signals
        else _("%(title)s: nothing but noise in %(count)s periods.", title=title, count=number(len(limits))),
        draw=lambda look: plots.control(limits, chart.centre, "", look),
        headings=(
            Heading("first_day", _("First day"), str),
            Heading("last_day", _("Last day"), str),
            Heading("n", _("Answers"), int),
            Heading("value", _("Value"), float),
            Heading("low", _("Lower limit"), float),
            Heading("high", _("Upper limit"), float),
            Heading("signal", _("Signal"), str),
        ),
        rows=[
            (period.first, period.last, period.counts.n, each.value, each.low, each.high, said.get(place, ""))
            for place, (period, each) in enumerate(periods)
        ],
        width=width,
    )


def _alone(groups: Groups, breaks: Sequence[Break], name: str) -> Iterable[Chart]:
    """A chart for each dimension that has anything to show, groups by name."""
    for dimension, points in groups.items():
        named = sorted((value_name(dimension, value), of_value) for value, of_value in points.items())
        texts = [each.day for each in breaks if each.why is Why.TEXT]
        spots = [spot for group, of_value in named for spot in _spots(of_value, texts, lambda each: each.first, group)]
        if not spots:
            continue
        title = _("%(score)s by %(dimension)s", score=name, dimension=dimension_name(dimension).lower())
        rows: list[Sequence[Cell]] = [(group, *_row(each)) for group, of_value in named for each in of_value]
        yield Chart(
            key=f"by-{dimension}",
            title=title,
            finding=_(
                "%(title)s, each beside its own past: %(groups)s.",
                title=title,
                groups=", ".join(dict.fromkeys(each.group for each in spots)),
            ),
            draw=partial(_multiples, spots, ""),
            headings=(Heading(dimension, dimension_name(dimension), str), *_headings()),
            rows=rows,
        )


def _multiples(spots: Sequence[plots.Spot], title: str, look: Look) -> Spec:
    return plots.multiples(spots, title, look)


def _spots(
    points: Sequence[Point], edges: Sequence[date], at: Callable[[Point], date], group: str = ""
) -> list[plots.Spot]:
    shown = [each for each in points if each.estimate]
    # Windows overlap: what counts is whether a day of the axis is missing between two of them.
    days = [(at(each), at(each)) if at(each) == each.last else (each.first, each.last) for each in shown]
    joined = plots.stretches(days, edges)
    return [
        plots.Spot(at(each), each.estimate.value, each.estimate.low, each.estimate.high, stretch, group)
        for each, stretch in zip(shown, joined, strict=True)
        if each.estimate
    ]


def _headings() -> tuple[Heading, ...]:
    return (
        Heading("first_day", _("First day"), str),
        Heading("last_day", _("Last day"), str),
        Heading("n", _("Answers"), int),
        Heading("score", _("Score"), float),
        Heading("low", _("From"), float),
        Heading("high", _("To"), float),
    )


def _row(each: Point) -> tuple[Cell, ...]:
    told = each.estimate
    scores = (told.value, told.low, told.high) if told else (None, None, None)
    return each.first, each.last, each.counts.n, *scores


def _marks(breaks: Sequence[Break]) -> Iterable[plots.Mark]:
    """One for what came in within two weeks, so that words do not lie on one another."""
    last = date.min
    for each in sorted(breaks, key=lambda each: each.day):
        if each.day - last >= NEAR:
            last = each.day
            came = _("%(channel)s comes in", channel=value_name("channel", each.channel))
            yield plots.Mark(each.day, _("new wording") if each.why is Why.TEXT else came)
