"""Who was asked and what came of it: every count with its rate and its rows, and who chooses the respondents."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from flask import Blueprint, render_template, request
from flask.typing import ResponseReturnValue

from bot.accounts import Role
from bot.reporting import funnel
from bot.reporting.endings import ends
from bot.reporting.source import Source
from bot.web.charts import Chart, Heading, Look, Spec, sent
from bot.web.language import gettext as _
from bot.web.language import number
from bot.web.pages.filtering import Bar, Link, asked
from bot.web.pages.frame import seen_by
from bot.web.pages.names import class_name, dimension_name, step_name, value_name
from bot.web.pages.rates import told
from bot.web.pages.times import duration
from bot.web.scatters import funnel_plot
from flows.estimates import Estimate, exact_share, share
from flows.filters import query
from flows.selection import Chain, Plot, Step, watch
from storage.chains import STEPS, chains, passed
from storage.encryption import Keys

MAY_SEE = (Role.ANALYST, Role.ADMIN)

BY = ("queue", "agent")

STEP_OF = {Step.OFFERED: "offered", Step.CONNECTED: "connected", Step.ANSWERED: "answered"}
"""How the rows of a step of the selection watch are asked for."""


@dataclass(frozen=True, slots=True)
class Passed:
    """How many came to a step. rows: the address of them; share: in percent of those before, None of none."""

    name: str
    n: int
    rows: str | None
    share: Estimate | None


def outcomes(source: Source, keys: Keys) -> Blueprint:
    """The page about who was asked."""
    pages = Blueprint("outcomes", __name__)

    @pages.get("/outcomes")
    @seen_by(*MAY_SEE)
    def shown() -> ResponseReturnValue:
        bar, by = asked(source), _by()
        people = funnel.asked(source, bar.wanted)
        of_contacts = _of_contacts(bar)
        with source.database.read() as connection:
            steps = passed(connection, of_contacts.wanted.between(*bar.period), source.zone)
        units = _units(bar, by)
        ended = ends(people)
        return render_template(
            "outcomes.html",
            bar=replace(bar, others=()),
            asked=people,
            steps=tuple(_steps(of_contacts, steps, people.funnel.contacts)),
            ended=[(way, n) for way, n in ended.items() if n],
            open=[(name, n) for name, n in people.endings.items() if name in funnel.OPEN],
            rates=tuple(told(people.rates)),
            kept_out=sorted(people.funnel.outside.items(), key=lambda each: (-each[1], each[0])),
            units=[(value_name(by, unit.unit), tuple(_chain(of_contacts, by, unit))) for unit in units],
            charts=_charts(units, by),
            ways=[Link(dimension_name(each), bar.to("pages.outcomes.shown", by=each), each == by) for each in BY],
            by=by,
            query=query(bar.wanted.between(*bar.period)) + f"&by={by}",
            rows=lambda **more: of_contacts.rows("pages.contacts.listed", **more),
            share=share,
            class_name=class_name,
            dimension_name=dimension_name,
            ignored=", ".join(map(dimension_name, people.ignored)),
            duration=duration,
        ), bar.status

    @pages.get("/outcomes/<key>.<form>")
    @seen_by(*MAY_SEE)
    def chart(key: str, form: str) -> ResponseReturnValue:
        by = _by()
        return sent(_charts(_units(asked(source), by), by), key, form)

    def _units(bar: Bar, by: str) -> list[Chain]:
        wanted = _of_contacts(bar).wanted.between(*bar.period)
        with source.database.read() as connection:
            return chains(connection, keys, wanted, source.zone, "agent" if by == "agent" else "queue")

    return pages


def _by() -> str:
    by = request.args.get("by", "")
    return by if by in BY else BY[0]


def _of_contacts(bar: Bar) -> Bar:
    """The same without what says nothing of a contact and has not narrowed its count."""
    wanted = bar.wanted
    for name in funnel.IGNORED:
        wanted = wanted.among(name)
    return replace(bar, wanted=wanted)


def _steps(bar: Bar, found: Mapping[str, int], contacts: int) -> Iterator[Passed]:
    yield Passed(_("Contacts"), contacts, bar.rows("pages.contacts.listed"), None)
    invited = found["invited"]
    for step in STEPS:
        of_contacts = share(found[step], contacts) if contacts else None
        of_invited = share(found[step], invited) if invited else None
        rows = bar.rows("pages.contacts.listed", step=step)
        yield Passed(step_name(step), found[step], rows, of_contacts if step == "invited" else of_invited)


def _chain(bar: Bar, by: str, unit: Chain) -> Iterator[Passed]:
    """What became of the contacts of one agent or queue, step by step."""
    of_unit = {by: unit.unit}
    yield Passed("", unit.eligible, bar.rows("pages.contacts.listed", step="invited", **of_unit), None)
    for step in Step:
        hits, n = unit.of(step)
        # Who ended a call stands in what only the secret key opens: no list can be narrowed by it.
        rows = bar.rows("pages.contacts.listed", step=STEP_OF[step], **of_unit) if step in STEP_OF else None
        yield Passed("", hits, rows, exact_share(hits, n) if n else None)


def _charts(units: Sequence[Chain], by: str) -> tuple[Chart, ...]:
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
