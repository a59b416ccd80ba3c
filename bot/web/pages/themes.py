"""What pulls a score up and down: themes beside it, and answers that contradict themselves."""

from collections.abc import Sequence
from dataclasses import dataclass

from flask import Blueprint, abort, render_template, request
from flask.typing import ResponseReturnValue

from bot.reporting.drivers import Drivers, driven, explained
from bot.reporting.overview import Measured, overview
from bot.reporting.source import Source
from bot.web.charts import sent
from bot.web.language import language
from bot.web.pages import bubbles
from bot.web.pages.cards import theme_name
from bot.web.pages.filtering import Link, Meant, asked, meant
from bot.web.pages.lately import Lately
from bot.web.pages.names import instrument_name
from bot.web.roles import READERS, allowed
from flows.document import DefinitionError
from flows.filters import Filter, query
from flows.measures import NPS
from flows.reversals import sensitivity
from storage.suspects import suspects

LISTED = 500
"""Contradictions on a page at most."""


@dataclass(frozen=True, slots=True)
class Told:
    """What the page tells. measured: the measure looked at, None where nobody has answered; found: its themes, None
    where the code frame cannot be read."""

    measures: list[Measured]
    measured: Measured | None
    found: Drivers | None


def themes(source: Source) -> Blueprint:
    """The pages about themes."""
    pages = Blueprint("themes", __name__)

    lately: Lately[Told] = Lately()

    @pages.get("/themes")
    @allowed(*READERS)
    def shown() -> ResponseReturnValue:
        bar = asked(source)
        told = lately.put(_named(bar), _told(source, bar))
        measured, found, way = told.measured, told.found, bubbles.up()
        return render_template(
            "themes.html",
            bar=bar,
            measures=[
                Link(
                    instrument_name(each.instrument), bar.to("pages.themes.shown", measure=_key(each)), each is measured
                )
                for each in told.measures
            ],
            measured=measured,
            found=found,
            explains=explained(found) if found else {},
            chart=bubbles.chart(source, found) if found else None,
            query=request.query_string.decode(),
            up=way,
            ways=[
                Link(title, bar.to("pages.themes.shown", measure=_key(measured), up=each), each == way)
                for each, title in (bubbles.titles().items() if measured else ())
                if measured
            ],
            name=lambda key: theme_name(source.frame(), key, language()),
            verbatims=lambda key: bar.rows("pages.verbatims.listing", theme=key),
            doubtful=bar.to("pages.themes.contradictions", measure=_key(measured)) if measured else None,
        ), bar.status

    @pages.get("/themes/contradictions")
    @allowed(*READERS)
    def contradictions() -> ResponseReturnValue:
        bar = asked(source)
        scored = _scored(source, bar.wanted)
        measured = _chosen([each for each in scored if each.contradictions] or scored) or abort(404)
        wanted = source.narrowed(bar.wanted).between(*bar.period)
        with source.database.read() as connection:
            found = suspects(connection, wanted, source.zone, measured.question, measured.instrument)
        return render_template(
            "contradictions.html",
            bar=bar,
            measured=measured,
            count=len(found),
            suspects=found[:LISTED],
            doubt=measured.contradictions,
            mirrored=sensitivity(measured.contradictions) if measured.contradictions else (),
            back=bar.to("pages.themes.shown", measure=_key(measured)),
        ), bar.status

    @pages.get("/themes/<key>.<form>")
    @allowed(*READERS)
    def chart(key: str, form: str) -> ResponseReturnValue:
        told = meant(source)
        found = lately.take(_named(told), lambda: _told(source, told)).found or abort(404)
        drawn = bubbles.chart(source, found)
        return sent([drawn] if drawn else [], key, form)

    return pages


def _named(told: Meant) -> str:
    return f"{query(told.wanted.between(*told.period))} {request.args.get('measure')}"


def _told(source: Source, told: Meant) -> Told:
    measures = _scored(source, told.wanted)
    measured = _chosen(measures)
    return Told(measures, measured, _driven(source, told.wanted, measured) if measured else None)


def _scored(source: Source, wanted: Filter) -> list[Measured]:
    """Every measure of these days, NPS before others."""
    return sorted(overview(source, wanted).measures, key=lambda each: each.instrument != NPS.instrument)


def _key(measured: Measured) -> str:
    return f"{measured.question}.{measured.instrument}"


def _chosen(measures: Sequence[Measured]) -> Measured | None:
    """The measure that the address names, or else the first."""
    named = [each for each in measures if _key(each) == request.args.get("measure")]
    return next(iter([*named, *measures]), None)


def _driven(source: Source, wanted: Filter, measured: Measured) -> Drivers | None:
    """None where the code frame cannot be read."""
    try:
        return driven(source, wanted, measured.question, measured.instrument)
    except DefinitionError:
        return None
