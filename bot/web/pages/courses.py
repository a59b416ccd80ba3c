"""The charts of a course: rolling windows, control charts, and every group by itself."""

from collections.abc import Callable, Iterable, Sequence
from datetime import date, timedelta
from functools import partial

from bot.reporting.trends import Groups, Trend, Window
from bot.web import plots
from bot.web.charts import Cell, Chart, Heading
from bot.web.language import day, number
from bot.web.language import gettext as _
from bot.web.marks import Mark
from bot.web.pages.controls import controls, onsets
from bot.web.pages.names import band_names, dimension_name, value_name
from flows.measures import NPS, Band, Measure
from flows.trends import Break, Point, Why

NEAR = timedelta(days=14)
"""Breaks closer than this are one mark on a chart; the text above it has them all."""


def charts(found: Trend, measure: Measure) -> Iterable[Chart]:
    """Every chart there is enough for."""
    name = _scored(measure)
    if any(each.estimate for each in found.rolling):
        yield _rolling(found, name)
    yield from controls(found, name, band_names(measure))
    yield from _alone(found.groups, found.breaks, name)


def left_out(groups: Groups) -> dict[str, list[str]]:
    """By dimension the groups without a chart, by name: in no period have enough of them answered."""
    return {
        dimension: sorted(
            value_name(dimension, value) for value, points in of.items() if not any(each.estimate for each in points)
        )
        for dimension, of in groups.items()
    }


def _scored(measure: Measure) -> str:
    """What the score of a course is called: that of effort is net, so that more is better whichever way it is asked."""
    if measure == NPS:
        return _("NPS")
    return _("%(good)s minus %(bad)s", good=band_names(measure)[Band.GOOD], bad=band_names(measure)[Band.BAD])


def _rolling(found: Trend, name: str) -> Chart:
    # Windows of days follow one another where no day is missing between their last ones, however much they overlap;
    # those of answers reach over the days on which nobody answered.
    spans = [(each.first if found.window.is_of_answers else each.last, each.last) for each in found.rolling]
    spots = _spots(found.rolling, spans, [each.day for each in found.breaks], lambda each: each.last)
    marks = [*_marks(found.breaks), *onsets(found.shifts)]
    first, last = spots[0], spots[-1]
    return Chart(
        key="rolling",
        title=_over(found.window, name),
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


def _over(window: Window, name: str) -> str:
    if window.is_of_answers:
        return _(
            "%(score)s over the last %(count)s answers up to each day, with its interval",
            score=name,
            count=number(window.size),
        )
    return _("%(score)s over %(days)s days up to each day, with its interval", score=name, days=number(window.size))


def _alone(groups: Groups, breaks: Sequence[Break], name: str) -> Iterable[Chart]:
    """A chart for each dimension that has anything to show, groups by name."""
    for dimension, points in groups.items():
        named = sorted((value_name(dimension, value), of_value) for value, of_value in points.items())
        texts = [each.day for each in breaks if each.why is Why.TEXT]
        spots = [spot for group, of_value in named for spot in _of_group(group, of_value, texts)]
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
            draw=partial(plots.multiples, spots, ""),
            headings=(Heading(dimension, dimension_name(dimension), str), *_headings()),
            rows=rows,
        )


def _of_group(group: str, points: Sequence[Point], texts: Sequence[date]) -> list[plots.Spot]:
    spans = [(each.first, each.last) for each in points]
    return _spots(points, spans, texts, lambda each: each.first, group)


def _spots(
    points: Sequence[Point],
    spans: Sequence[tuple[date, date]],
    edges: Sequence[date],
    at: Callable[[Point], date],
    group: str = "",
) -> list[plots.Spot]:
    shown = [(each, span) for each, span in zip(points, spans, strict=True) if each.estimate]
    joined = plots.stretches([span for _each, span in shown], edges)
    return [
        plots.Spot(at(each), each.estimate.value, each.estimate.low, each.estimate.high, stretch, group)
        for (each, _span), stretch in zip(shown, joined, strict=True)
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


def _marks(breaks: Sequence[Break]) -> Iterable[Mark]:
    """One for what came in within two weeks, so that words do not lie on one another."""
    last = date.min
    for each in sorted(breaks, key=lambda each: each.day):
        if each.day - last >= NEAR:
            last = each.day
            came = _("%(channel)s comes in", channel=value_name("channel", each.channel))
            yield Mark(each.day, _("new wording") if each.why is Why.TEXT else came)
