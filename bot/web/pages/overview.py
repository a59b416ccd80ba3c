"""The overview on a page: where every measure stands, whether it has moved, who was asked, and what pulls it down."""

from collections.abc import Iterable
from dataclasses import dataclass

from flask import Blueprint, abort, render_template, request
from flask.typing import ResponseReturnValue

from bot.reporting import overview as reporting
from bot.reporting import stretches
from bot.reporting.drivers import Drivers, driven
from bot.reporting.figures import Figure
from bot.reporting.overview import Measured, Overview
from bot.reporting.source import Source
from bot.reporting.strata import STRATA
from bot.web import plots
from bot.web.charts import Chart, Heading, sent
from bot.web.language import gettext as _
from bot.web.language import language, number
from bot.web.pages import filtering
from bot.web.pages.cards import theme_name
from bot.web.pages.filtering import Bar, Meant
from bot.web.pages.lately import Lately
from bot.web.pages.movements import broken, moved, score_moved, taken_apart
from bot.web.pages.names import answered_alike, band_names, instrument_name
from bot.web.pages.scores import anchors_of
from bot.web.roles import READERS, allowed
from flows.document import DefinitionError
from flows.estimates import Estimate, about, share
from flows.filters import query
from flows.measures import NPS, PUBLISHED, Band, Distribution
from flows.narrowing import Narrowing
from flows.survey import Anchors
from storage import listed

SHOWN_THEMES = 6
"""How many themes are named here; the page about themes has them all."""

COUNTED = 10_000
"""How many comments are counted at most, as on the page that lists them."""


@dataclass(frozen=True, slots=True)
class Part:
    """The answers of one band. verbatims: what narrows the page of verbatims to them, empty where nothing does."""

    band: Band
    name: str
    n: int
    share: Estimate
    verbatims: dict[str, str]


def overview(source: Source) -> Blueprint:
    """The page that everything else is reached from."""
    pages = Blueprint("overview", __name__)
    lately: Lately[Overview] = Lately()

    @pages.get("/overview")
    @allowed(*READERS)
    def shown() -> ResponseReturnValue:
        bar, by = filtering.asked(source), _by()
        found = lately.put(_named(bar, by), reporting.overview(source, bar.wanted, by)) if not bar.faults else None
        pulled = _pulled(source, found) if found else None
        charts = {chart.key: chart for chart in _charts(source, found)} if found else {}
        return render_template(
            "overview.html",
            bar=bar,
            found=found,
            pulled=pulled,
            charts=charts,
            most_counted=COUNTED,
            commented=_commented(source, bar, found) if found else {},
            key=_key,
            parts=_parts,
            by=by,
            dimensions=_dimensions(bar),
            about=about,
            moved=moved,
            score_moved=score_moved,
            is_apart=stretches.shown,
            taken_apart=taken_apart,
            answered_alike=answered_alike,
            broken=broken,
            theme_name=lambda theme: theme_name(source.frame(), theme, language()),
            asked_for=request.query_string.decode(),
            most=SHOWN_THEMES,
        ), bar.status

    @pages.get("/overview/<key>.<form>")
    @allowed(*READERS)
    def chart(key: str, form: str) -> ResponseReturnValue:
        told, by = filtering.meant(source), _by()
        if told.faults:
            abort(404)
        found = lately.take(_named(told, by), lambda: reporting.overview(source, told.wanted, by))
        return sent(list(_charts(source, found)), key, form)

    return pages


def _by() -> str | None:
    """The dimension that the address names to adjust and take apart by; None where it names none of them."""
    by = request.args.get("by", "").strip()
    return by if by in STRATA else None


def _named(told: Meant, by: str | None) -> str:
    return f"{query(told.wanted)} {by}"


def _dimensions(bar: Bar) -> list[str]:
    """Those that there is anything to adjust by: of which there have been two values."""
    several = {field.name for field in bar.fields if len(field.choices) > 1}
    return [name for name in STRATA if name in several]


def _pulled(source: Source, found: Overview) -> Drivers | None:
    """The themes beside the first score that may be shown, NPS before others; None where there is nothing to tell."""
    scored = [each for each in found.measures if each.compared.now.score]
    scored.sort(key=lambda each: each.instrument != NPS.instrument)
    try:
        return driven(source, found.filter, scored[0].question, scored[0].instrument) if scored else None
    except DefinitionError:
        return None


def _commented(source: Source, bar: Bar, found: Overview) -> dict[str, int]:
    """How many comments those have made who answered by each instrument."""
    with source.database.read() as connection:
        return {
            instrument: listed.count(
                connection,
                source.narrowed(bar.wanted.among("instrument", instrument)).between(*bar.period),
                Narrowing(),
                source.zone,
                COUNTED + 1,
            )
            for instrument in {each.instrument for each in found.measures}
        }


def _key(measured: Measured) -> str:
    return f"{measured.question}-{measured.instrument}"


def _parts(figure: Figure) -> list[Part]:
    """The answers by band, the good ones first."""
    if figure.distribution is None:
        return []
    measure, banded = figure.distribution.measure, figure.distribution.banded
    names = band_names(measure)
    sizes = {Band.GOOD: banded.good, Band.MIDDLE: banded.middle, Band.BAD: banded.bad}
    if measure == NPS:
        told = {Band.GOOD: "promoter", Band.MIDDLE: "passive", Band.BAD: "detractor"}
        verbatims = {band: {"band": name} for band, name in told.items()}
    else:
        told = dict(zip(Band, measure.names, strict=True)) if measure.instrument in PUBLISHED else {}
        verbatims = {band: {"effort": name} for band, name in told.items()}
    return [Part(band, names[band], n, share(n, banded.n), verbatims.get(band, {})) for band, n in sizes.items()]


def _charts(source: Source, found: Overview) -> Iterable[Chart]:
    for measured in found.measures:
        if distribution := measured.compared.now.distribution:
            anchors = anchors_of(source.survey, measured.question, measured.instrument, language())
            yield _distribution(measured, distribution, anchors)


def _distribution(measured: Measured, told: Distribution, anchors: Anchors | None) -> Chart:
    """How often each number was answered, and what those at the ends of the scale mean."""
    names, scale = band_names(told.measure), told.measure.scale
    shares = {value: share(told.counts.get(value, 0), told.n) for value in range(scale.low, scale.high + 1)}
    tolds = [
        plots.Bar(str(value), told.counts.get(value, 0), each.value, told.measure.band(value))
        for value, each in shares.items()
    ]
    meant = {scale.low: anchors.low, scale.high: anchors.high} if anchors else {}
    ends = [f"{value} = {words}" for value, words in meant.items()]
    said = "; ".join(f"{part.name} {number(part.share.value)}%" for part in _parts(measured.compared.now))
    return Chart(
        key=_key(measured),
        title=_("How often each number was given, in percent"),
        finding=_(
            "%(measure)s, %(count)s answers: %(shares)s.",
            measure=instrument_name(measured.instrument),
            count=number(told.n),
            shares="; ".join([said, *ends]),
        ),
        draw=lambda look: plots.distribution(tolds, (ends[0], ends[1]) if ends else None, look),
        headings=(
            Heading("answer", _("Answer"), int),
            Heading("band", _("Band"), str),
            Heading("n", _("Answers"), int),
            Heading("percent", _("Percent"), float),
            Heading("low", _("From"), float),
            Heading("high", _("To"), float),
            Heading("means", _("Means"), str),
        ),
        rows=[
            (
                value,
                names[told.measure.band(value)],
                told.counts.get(value, 0),
                each.value,
                each.low,
                each.high,
                meant.get(value, ""),
            )
            for value, each in shares.items()
        ],
        width="half",
    )
