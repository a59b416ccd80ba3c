"""The control charts of a course: what is more than chance, and since when."""

from collections.abc import Iterable, Mapping, Sequence

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
from flows.trends import Point


def controls(found: Trend, name: str, bands: Mapping[Band, str]) -> Iterable[Chart]:
    """Every control chart there is enough for. name: of the score; bands: what they are called."""
    told: dict[str, tuple[str, control.Chart | None]] = {
        "periods": (_("%(score)s of each period within its noise", score=name), found.chart),
        "good": (_("%(band)s, percent of each period", band=bands[Band.GOOD]), found.good),
        "bad": (_("%(band)s, percent of each period", band=bands[Band.BAD]), found.bad),
    }
    for key, (title, chart) in told.items():
        if chart:
            yield _control(key, title, chart, found.stretch, onsets(found.shifts) if key == "periods" else [])
    if shifts := found.shifts:
        yield _control("average", _("Moving average (EWMA)"), shifts.average, shifts.periods)
        individuals = _("Individual periods (XmR), for periods of about equal volume")
        yield _control("individuals", individuals, shifts.individuals, shifts.periods)
        yield _sums(shifts)


def onsets(shifts: Shifts | None) -> list[Mark]:
    """The days on which shifts are likely to have begun."""
    found = shifts.found if shifts else ()
    return [Mark(each.after.first, _("likely shift"), is_break=False) for each in found]


def _control(key: str, title: str, chart: control.Chart, of: Sequence[Point], marks: Sequence[Mark] = ()) -> Chart:
    signs = {Rule.OUTSIDE: _("outside the limits"), Rule.RUN: _("eight in a row on one side")}
    said = {each.place: signs[each.rule] for each in reversed(chart.signals)}
    periods = list(zip(of, chart.points, strict=True))
    within = [
        limits.Limit(period.first, each.value, each.low, each.high, said.get(place, ""))
        for place, (period, each) in enumerate(periods)
    ]
    return Chart(
        key=key,
        title=title,
        finding=_finding(title, of, said),
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


def _sums(shifts: Shifts) -> Chart:
    title, limit = _("Deviations added up (CUSUM), in standard errors"), shifts.sums.limit
    marks = onsets(shifts)[-1:]
    periods = list(zip(shifts.periods, shifts.sums.up, shifts.sums.down, strict=True))
    signs = {
        place: _("upwards, beyond the limit") if up > limit else _("downwards, beyond the limit")
        for place, (_period_, up, down) in enumerate(periods)
        if max(up, down) > limit
    }
    sums = [limits.Sums(period.first, up, down, up > limit, down > limit) for period, up, down in periods]
    return Chart(
        key="sums",
        title=title,
        finding=_finding(title, shifts.periods, signs),
        draw=lambda look: limits.sums(sums, limit, marks, look),
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


def _finding(title: str, periods: Sequence[Point], signs: Mapping[int, str]) -> str:
    """signs: by place of the period, what makes it a signal."""
    if not signs:
        return _("%(title)s: nothing but noise in %(count)s periods.", title=title, count=number(len(periods)))
    days = ", ".join(f"{day(periods[place].first)} ({sign})" for place, sign in sorted(signs.items()))
    return _("%(title)s: signals on %(days)s.", title=title, days=days)


def _period() -> tuple[Heading, ...]:
    return (
        Heading("first_day", _("First day"), str),
        Heading("last_day", _("Last day"), str),
        Heading("n", _("Answers"), int),
    )
