"""What pulls a score up and down: themes beside it, answers that contradict themselves, and what the mix has done."""

from collections.abc import Sequence

from flask import Blueprint, abort, render_template, request
from flask.typing import ResponseReturnValue

from bot.accounts import Role
from bot.reporting.drivers import Drivers, driven
from bot.reporting.overview import Measured, overview
from bot.reporting.source import Source
from bot.web.charts import Chart, Heading, Look, Spec, sent
from bot.web.language import gettext as _
from bot.web.language import language, number
from bot.web.pages.cards import theme_name
from bot.web.pages.filtering import Bar, Link, asked
from bot.web.pages.frame import seen_by
from bot.web.pages.names import instrument_name, value_name
from bot.web.scatters import Bubble, bubbles
from flows.disclosure import Standing
from flows.document import DefinitionError
from flows.drivers import Driver
from flows.measures import NPS
from storage.suspects import suspects

MAY_SEE = (Role.ANALYST, Role.ADMIN)

UP = ("gap", "sentiment")
"""What the bubbles can be told apart by upwards."""

LISTED = 500
"""Contradictions on a page at most."""


def themes(source: Source) -> Blueprint:
    """The pages about themes."""
    pages = Blueprint("themes", __name__)

    @pages.get("/themes")
    @seen_by(*MAY_SEE)
    def shown() -> ResponseReturnValue:
        bar = asked(source)
        measures = _scored(source, bar)
        measured = _chosen(measures)
        found = _driven(source, bar, measured) if measured else None
        return render_template(
            "themes.html",
            bar=bar,
            measures=[
                Link(
                    instrument_name(each.instrument), bar.to("pages.themes.shown", measure=_key(each)), each is measured
                )
                for each in measures
            ],
            measured=measured,
            found=found,
            chart=_chart(source, found) if found else None,
            query=request.query_string.decode(),
            up=_up(),
            ways=[
                Link(_titles()[way], bar.to("pages.themes.shown", measure=_key(measured), up=way), way == _up())
                for way in (UP if measured else ())
                if measured
            ],
            name=lambda key: theme_name(source.frame(), key, language()),
            verbatims=lambda key: bar.rows("pages.verbatims.listing", theme=key),
            doubtful=bar.to("pages.themes.contradictions", measure=_key(measured)) if measured else None,
            instrument_name=instrument_name,
            value_name=value_name,
        ), bar.status

    @pages.get("/themes/contradictions")
    @seen_by(*MAY_SEE)
    def contradictions() -> ResponseReturnValue:
        bar = asked(source)
        measured = _chosen(_scored(source, bar)) or abort(404)
        wanted = source.narrowed(bar.wanted).between(*bar.period)
        with source.database.read() as connection:
            found = suspects(connection, wanted, source.zone, measured.question, measured.instrument)
        return render_template(
            "contradictions.html",
            bar=bar,
            measured=measured,
            count=len(found),
            suspects=found[:LISTED],
            back=bar.to("pages.themes.shown", measure=_key(measured)),
            instrument_name=instrument_name,
            value_name=value_name,
        ), bar.status

    @pages.get("/themes/<key>.<form>")
    @seen_by(*MAY_SEE)
    def chart(key: str, form: str) -> ResponseReturnValue:
        bar = asked(source)
        measured = _chosen(_scored(source, bar)) or abort(404)
        found = _driven(source, bar, measured) or abort(404)
        drawn = _chart(source, found)
        return sent([drawn] if drawn else [], key, form)

    return pages


def _scored(source: Source, bar: Bar) -> list[Measured]:
    """Every measure of these days, NPS before others."""
    found = overview(source, bar.wanted).measures
    return sorted(found, key=lambda each: each.instrument != NPS.instrument)


def _key(measured: Measured) -> str:
    return f"{measured.question}.{measured.instrument}"


def _chosen(measures: Sequence[Measured]) -> Measured | None:
    """The measure that the address names, or else the first."""
    named = [each for each in measures if _key(each) == request.args.get("measure")]
    return next(iter([*named, *measures]), None)


def _up() -> str:
    up = request.args.get("up", "")
    return up if up in UP else UP[0]


def _driven(source: Source, bar: Bar, measured: Measured) -> Drivers | None:
    """None where the code frame cannot be read."""
    try:
        return driven(source, bar.wanted, measured.question, measured.instrument)
    except DefinitionError:
        return None


def _titles() -> dict[str, str]:
    return {"gap": _("Gap between scores, in points"), "sentiment": _("Sentiment, in points")}


def _chart(source: Source, found: Drivers) -> Chart | None:
    """The themes that may be shown, as bubbles; None where there is none."""
    up, frame = _up(), source.frame()
    spots = [
        Bubble(
            theme_name(frame, each.key, language()), each.prevalence.value, height, each.with_it.n, each.is_detectable
        )
        for each in found.drivers
        if each.with_it and (height := _height(each, up)) is not None
    ]
    if not spots:
        return None
    across, title = _("Prevalence, in percent of comments"), _titles()[up]

    def draw(look: Look) -> Spec:
        return bubbles(spots, across, title, look)

    low = min(spots, key=lambda each: each.up)
    headings = (
        Heading("theme", _("Theme"), str),
        Heading("prevalence", across, float),
        Heading(up, title, float),
        Heading("n", _("Respondents"), int),
        Heading("detectable", _("More than chance"), str),
    )
    rows = [(each.name, each.across, each.up, each.n, _("yes") if each.is_clear else _("no")) for each in spots]
    finding = _(
        "%(n)s themes; lowest lies %(name)s with %(points)s points.",
        n=number(len(spots)),
        name=low.name,
        points=number(low.up, 1, signed=True),
    )
    return Chart("themes", _("Themes: how common, and what goes with them"), finding, draw, headings, rows)


def _height(driver: Driver, up: str) -> float | None:
    if driver.standing is Standing.SUPPRESSED:
        return None
    if up == "gap":
        return driver.gap.value if driver.gap else None
    return driver.sentiment.value if driver.sentiment else None
