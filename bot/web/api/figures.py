"""Figures and answers through the API: scores with their intervals, the funnel, and every survey page by page."""

from flask import Response
from flask_openapi3.blueprint import APIBlueprint
from flask_openapi3.models.tag import Tag

from bot.cursors import cursor_of, place_of
from bot.intake import Fault
from bot.reporting.funnel import asked
from bot.reporting.overview import overview
from bot.reporting.plain import plain_asked, plain_overview
from bot.reporting.source import Source
from bot.web.api.admission import KEY, READING
from bot.web.api.replies import reply
from bot.web.figure_schemas import Answers, AnswersQuery, FunnelOut, FunnelQuery, Scores, ScoresQuery, SurveyOut
from bot.web.problems import faulty
from bot.web.roles import READERS, allowed
from flows.filters import FilterError, read
from flows.narrowing import read_with_filter
from storage.encryption import Keys
from storage.narrowed import of_surveys
from storage.places import Place
from storage.responses import BEGINNING, page
from storage.selected import own_numbers


def figures(source: Source, keys: Keys) -> APIBlueprint:
    """The endpoints under /v1/scores, /v1/funnel and /v1/answers."""
    tag = Tag(name="Figures", description="What was answered, what it comes to, and who was asked.")
    routes = APIBlueprint("figures", __name__, url_prefix="/v1", abp_tags=[tag], abp_security=KEY)

    @routes.get(
        "/scores",
        operation_id="read_scores",
        summary="Read scores",
        description="Every measure with its interval and number of answers, beside as many days before, and whether it"
        " has moved more than chance. Measures and wordings are never averaged together.",
        responses={200: Scores, **READING},
    )
    @allowed(*READERS)
    def scores(query: ScoresQuery) -> Response:
        try:
            found = overview(source, read(query.pairs()), query.by)
        except FilterError as error:
            return misfiltered(error)
        return reply(Scores.model_validate(plain_overview(found)))

    @routes.get(
        "/funnel",
        operation_id="read_funnel",
        summary="Read who was asked and who answered",
        description="Every contact in one place, AAPOR's outcome rates, and where people leave the questions.",
        responses={200: FunnelOut, **READING},
    )
    @allowed(*READERS)
    def funnel(query: FunnelQuery) -> Response:
        try:
            found = asked(source, read(query.pairs()))
        except FilterError as error:
            return misfiltered(error)
        return reply(FunnelOut.model_validate(plain_asked(found)))

    @routes.get(
        "/answers",
        operation_id="list_answers",
        summary="Page through answers",
        description="Survey by survey, the first begun first; verbatims are masked. Ask again with the same filter.",
        responses={200: Answers, **READING},
    )
    @allowed(*READERS)
    def answers(query: AnswersQuery) -> Response:
        after = place_of(query.cursor) if query.cursor else BEGINNING
        if after is None:
            return faulty([Fault("cursor", "it is none of ours", "send `next` of a page as it was given")])
        try:
            wanted, narrowing = read_with_filter(query.pairs())
        except FilterError as error:
            return misfiltered(error)
        where = of_surveys(source.narrowed(wanted), narrowing, source.zone)
        with source.database.read() as connection:
            found = page(connection, keys, after, query.limit + 1, where)
            shown = found[: query.limit]
            own = own_numbers(connection, keys, [each.session for each in shown])
        more = cursor_of(Place(shown[-1].started_at, shown[-1].session)) if len(found) > query.limit else None
        return reply(Answers(surveys=[SurveyOut.of(each, own.get(each.session)) for each in shown], next=more))

    return routes


def misfiltered(error: FilterError) -> Response:
    """The problem that a filter cannot be taken as it stands."""
    return faulty([Fault(each.field, each.problem, each.remedy) for each in error.faults])
