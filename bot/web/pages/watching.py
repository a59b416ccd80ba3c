"""The charts of who chooses the respondents: a funnel plot for each step, with the numbers behind it."""

from collections.abc import Mapping, Sequence

from bot.web.charts import Chart, Heading, Look, Spec
from bot.web.language import gettext as _
from bot.web.language import number
from bot.web.pages.names import dimension_name, value_name
from bot.web.scatters import funnel_plot
from flows.selection import Chain, Plot, Step, watch


def charts(units: Sequence[Chain], by: str) -> tuple[Chart, ...]:
    """One for each step that anybody has reached. by: `agent` or `queue`."""
    return tuple(_chart(step, plot, by) for step, plot in watch(units).items())


def _chart(step: Step, plot: Plot, by: str) -> Chart:
    names = [value_name(by, unit.unit) for unit in plot.units]
    outliers = [name for name, unit in zip(names, plot.units, strict=True) if unit.is_outlier]
    across, up = _("Contacts"), _("Percent")

    def draw(look: Look) -> Spec:
        return funnel_plot(plot, names, across, up, look)

    headings = (
        Heading(by, dimension_name(by), str),
        Heading("hits", _("Passed"), int),
        Heading("n", _("Of"), int),
        Heading("percent", _("Percent"), float),
        Heading("low", _("Low"), float),
        Heading("high", _("High"), float),
        Heading("outlier", _("Outside the limits"), str),
    )
    rows = [
        (
            name,
            unit.hits,
            unit.estimate.n,
            unit.estimate.value,
            unit.estimate.low,
            unit.estimate.high,
            _("yes") if unit.is_outlier else _("no"),
        )
        for name, unit in zip(names, plot.units, strict=True)
    ]
    centre = _("Over all %(percent)s%%.", percent=number(plot.centre, 1))
    beyond = (
        _("Outside the limits: %(names)s.", names=", ".join(outliers))
        if outliers
        else _("Nobody is outside the limits.")
    )
    return Chart(step.replace("_", "-"), _titles()[step], f"{centre} {beyond}", draw, headings, rows, "half")


def _titles() -> Mapping[Step, str]:
    return {
        Step.OFFERED: _("Offered, of the eligible"),
        Step.CONNECTED: _("Connected, of the offered"),
        Step.ANSWERED: _("Answered, of the connected"),
        Step.HUNG_UP: _("Agent hung up first, of calls of which it is known"),
    }
