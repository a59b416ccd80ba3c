"""The course of one score on a page: what is more than chance, since when, and each group beside its own past."""

from dataclasses import dataclass

from flask import Blueprint, abort, render_template, request
from flask.typing import ResponseReturnValue

from bot.reporting import trends as reporting
from bot.reporting.source import YEAR, Source
from bot.reporting.trends import WINDOW, WINDOWS, Trend
from bot.web.charts import sent
from bot.web.pages import filtering
from bot.web.pages.courses import charts, left_out
from bot.web.pages.filtering import Link, Meant
from bot.web.pages.lately import Lately
from bot.web.pages.movements import broken, moved
from bot.web.pages.names import band_names, instrument_name
from bot.web.roles import READERS, allowed
from flows.filters import query
from flows.measures import Band, Measure
from flows.survey import Rating
from flows.trends import Every


@dataclass(frozen=True, slots=True)
class View:
    """What of a course is looked at: a question with its measure, in which periods, in which of `WINDOWS`."""

    question: str
    measure: Measure
    every: Every
    window: str

    @property
    def key(self) -> str:
        """As the address names the measure."""
        return f"{self.question}-{self.measure.instrument}"


def trend(source: Source) -> Blueprint:
    """The page about the course of a score."""
    pages = Blueprint("trend", __name__)
    lately: Lately[Trend] = Lately()

    @pages.get("/trend")
    @allowed(*READERS)
    def shown() -> ResponseReturnValue:
        bar, view = filtering.asked(source, YEAR), _view(source)
        found = lately.put(_named(bar, view), _made(source, bar, view)) if not bar.faults else None
        names = band_names(view.measure)
        return render_template(
            "trend.html",
            bar=bar,
            view=view,
            found=found,
            charts={chart.key: chart for chart in charts(found, view.measure)} if found else {},
            left_out=left_out(found.groups) if found else {},
            measures=[
                Link(instrument_name(instrument), f"{question}-{instrument}", f"{question}-{instrument}" == view.key)
                for question, instrument in dict.fromkeys((*_asked(source), (view.question, view.measure.instrument)))
            ],
            everies=list(Every),
            windows=WINDOWS,
            good=names[Band.GOOD],
            bad=names[Band.BAD],
            moved=moved,
            broken=broken,
            asked_for=request.query_string.decode(),
        ), bar.status

    @pages.get("/trend/<key>.<form>")
    @allowed(*READERS)
    def chart(key: str, form: str) -> ResponseReturnValue:
        told, view = filtering.meant(source, YEAR), _view(source)
        if told.faults:
            abort(404)
        found = lately.take(_named(told, view), lambda: _made(source, told, view))
        return sent(list(charts(found, view.measure)), key, form)

    return pages


def _made(source: Source, told: Meant, view: View) -> Trend:
    wanted = told.wanted.between(*told.period)
    return reporting.trend(source, wanted, view.question, view.measure.instrument, view.every, WINDOWS[view.window])


def _named(told: Meant, view: View) -> str:
    return f"{query(told.wanted.between(*told.period))} {view.key} {view.every} {view.window}"


def _view(source: Source) -> View:
    """As the address has it; what it does not know is the first question, in weeks, in four weeks."""
    question, _, instrument = request.args.get("measure", "").rpartition("-")
    measure = source.measure_of(question, instrument)
    if measure is None:
        question, instrument = next(iter(_asked(source)), ("", ""))
        measure = source.measure_of(question, instrument) or abort(404)
    every, window = request.args.get("every", ""), request.args.get("window", "")
    return View(
        question,
        measure,
        Every(every) if every in set(Every) else Every.WEEK,
        window if window in WINDOWS else WINDOW,
    )


def _asked(source: Source) -> list[tuple[str, str]]:
    """The questions of today with a measure, NPS as the others in the order of the survey."""
    ratings = [each for each in source.survey.questions if isinstance(each, Rating)]
    return [(each.key, each.instrument) for each in ratings if source.measure_of(each.key, each.instrument)]
