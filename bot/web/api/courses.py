"""The course of a score, and the themes that go with it, through the API."""

from typing import Any

from flask import Response
from flask_openapi3.blueprint import APIBlueprint
from flask_openapi3.models.tag import Tag

from bot.reporting.drivers import driven
from bot.reporting.plain_drivers import plain_driven
from bot.reporting.source import YEAR, Source
from bot.reporting.trends import WINDOWS, trend
from bot.web.api.admission import KEY, NOT_FOUND, READING
from bot.web.api.figures import misfiltered
from bot.web.api.replies import reply
from bot.web.course_schemas import DriversOut, DriversQuery, QuestionPath, TrendOut, TrendQuery
from bot.web.problems import refuse
from bot.web.roles import READERS, allowed
from flows.filters import Filter, FilterError, read
from flows.survey import Rating

NO_QUESTION: dict[str | int, Any] = {
    404: NOT_FOUND[404] | {"description": "Nobody is asked that question for a number."}
}


def courses(source: Source) -> APIBlueprint:
    """The endpoints under /v1/trend and /v1/drivers."""
    tag = Tag(name="Courses", description="How a score runs through time, and which themes go with it.")
    routes = APIBlueprint("courses", __name__, url_prefix="/v1", abp_tags=[tag], abp_security=KEY)

    @routes.get(
        "/trend/<question>",
        operation_id="read_trend",
        summary="Read the course of a score",
        description="Rolling windows, periods without a day in common, what broke the series, control charts of the"
        " periods since, shifts of level (with CUSUM, EWMA and XmR), and each group beside its own past."
        " Of the question as it is asked now, unless `instrument` names another measure.",
        responses={200: TrendOut, **READING, **NO_QUESTION},
    )
    @allowed(*READERS)
    def course(path: QuestionPath, query: TrendQuery) -> Response:
        try:
            wanted = read(query.pairs())
        except FilterError as error:
            return misfiltered(error)
        wanted, instrument = wanted.between(*source.period(wanted, YEAR)), _instrument(source, path.question, wanted)
        found = trend(source, wanted, path.question, instrument, query.every, WINDOWS[query.window])
        return reply(TrendOut.of(found))

    @routes.get(
        "/drivers/<question>",
        operation_id="read_drivers",
        summary="Read which themes go with a score",
        description="Of those who said why: how common each theme is, the score with and without it, gap, impact and"
        " sentiment, as people and then rules have read what was said. Measure as of the course.",
        responses={200: DriversOut, **READING, **NO_QUESTION},
    )
    @allowed(*READERS)
    def pulling(path: QuestionPath, query: DriversQuery) -> Response:
        try:
            wanted = read(query.pairs())
        except FilterError as error:
            return misfiltered(error)
        found = driven(source, wanted, path.question, _instrument(source, path.question, wanted))
        return reply(DriversOut.model_validate(plain_driven(found)))

    return routes


def _instrument(source: Source, question: str, wanted: Filter) -> str:
    """The first that is named, or the one of the question as it is asked now; else there is nothing to be found."""
    asked = [each.instrument for each in source.survey.questions if isinstance(each, Rating) and each.key == question]
    known = [each for each in (*wanted.instrument, *asked) if source.measure_of(question, each)]
    if not known:
        refuse(
            404, "Nobody is asked that question for a number; GET /api/v1/scores tells of every question by its key."
        )
    return known[0]
