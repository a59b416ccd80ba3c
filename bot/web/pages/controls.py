"""The control charts of a course: what is more than chance, and since when."""

from collections.abc import Iterable, Mapping

from bot.reporting.shifts import Shifts
from bot.reporting.trends import Trend
from bot.web import limits
from bot.web.charts import Chart, Heading
from bot.web.language import day, number
from bot.web.language import gettext as _
from bot.web.marks import Mark
from flows import charts as control
from flows.charts import Rule
from flows.measures import Band


def controls(found: Trend, name: str, bands: Mapping[Band, str]) -> Iterable[Chart]:
    """Every control chart there is enough for. name: of the score; bands: what they are called."""
    told: dict[str, tuple[str, control.Chart | None]] = {
        "periods": (_("%(score)s of each period within its noise", score=name), found.chart),
        "good": (_("%(band)s, percent of each period", band=bands[Band.GOOD]), found.good),
        "bad": (_("%(band)s, percent of each period", band=bands[Band.BAD]), found.bad),
    }
    if found.shifts:
        told["average"] = _("Moving average (EWMA) against the earlier half"), found.shifts.average
        individuals = found.shifts.individuals.chart
        told["individuals"] = _("Individual periods (XmR), for periods of about equal volume"), individuals
    for key, (title, chart) in told.items():
        if chart:
            yield _control(key, title, chart, found)
    if found.shifts:
        yield _sums(found, found.shifts)


def onset(found: Trend) -> list[Mark]:
    """The day on which a shift is likely to have begun, if any."""
    began = found.shifts.onset if found.shifts else None
    return [Mark(began, _("likely shift"), is_break=False)] if began else []


def _control(key: str, title: str, chart: control.Chart, found: Trend) -> Chart:
    signs = {Rule.OUTSIDE: _("outside the limits"), Rule.RUN: _("eight in a row on one side")}
    said = {each.place: signs[each.rule] for each in reversed(chart.signals)}
    periods = list(zip(found.stretch, chart.points, strict=True))
    within = [
        limits.Limit(period.first, each.value, each.low, each.high, said.get(place, ""))
        for place, (period, each) in enumerate(periods)
    ]
    marks = onset(found) if key == "periods" else []
    return Chart(
        key=key,
        title=title,
        finding=_finding(title, found, said),
        draw=lambda look: limits.control(within, chart.centre, marks, look),
        headings=(
            *_period(),
            Heading("value", _("Value"), float),
            Heading("low", _("Lower limit"), float),
            Heading("high", _("Upper limit"), float),
            Heading("signal", _("Signal"), str),
        ),
        rows=[
            (period.first, period.last, period.counts.n, each.value, each.low, each.high, said.get(place, ""))
            for place, (period, each) in enumerate(periods)
        ],
        width="wide" if key == "periods" else "half",
    )


def _sums(found: Trend, shifts: Shifts) -> Chart:
    title, limit = _("Deviations added up (CUSUM), in standard errors, against the earlier half"), shifts.sums.limit
    periods = list(zip(found.stretch, shifts.sums.up, shifts.sums.down, strict=True))
    signs = {
        place: _("upwards, beyond the limit") if up > limit else _("downwards, beyond the limit")
        for place, (_period_, up, down) in enumerate(periods)
        if max(up, down) > limit
    }
    sums = [limits.Sums(period.first, up, down, up > limit, down > limit) for period, up, down in periods]
    return Chart(
        key="sums",
        title=title,
        finding=_finding(title, found, signs),
        draw=lambda look: limits.sums(sums, limit, onset(found), look),
        headings=(
            *_period(),
            Heading("up", _("Sum upwards"), float),
            Heading("down", _("Sum downwards"), float),
            Heading("limit", _("Limit"), float),
            Heading("signal", _("Signal"), str),
        ),
        rows=[
            (period.first, period.last, period.counts.n, up, down, limit, signs.get(place, ""))
            for place, (period, up, down) in enumerate(periods)
        ],
    )


def _finding(title: str, found: Trend, signs: Mapping[int, str]) -> str:
    """signs: by place of the period, what makes it a signal."""
    if not signs:
        return _("%(title)s: nothing but noise in %(count)s periods.", title=title, count=number(len(found.stretch)))
    days = ", ".join(f"{day(found.stretch[place].first)} ({sign})" for place, sign in sorted(signs.items()))
    return _("%(title)s: signals on %(days)s.", title=title, days=days)


def _period() -> tuple[Heading, ...]:
    return (
        Heading("first_day", _("First day"), str),
        Heading("last_day", _("Last day"), str),
        Heading("n", _("Answers"), int),
    )
