"""Verbatims through the API: read them with their themes, and decide what they speak of."""

from flask import Response, g
from flask_openapi3.blueprint import APIBlueprint
from flask_openapi3.models.tag import Tag

from bot import verbatims as reading
from bot.cursors import cursor_of, place_of
from bot.intake import Fault
from bot.reporting.source import Source
from bot.verbatims import UnknownThemeError, UnknownVerbatimError
from bot.web.api.admission import KEY, NOT_FOUND, READING, WRITING
from bot.web.api.figures import misfiltered
from bot.web.api.replies import reply
from bot.web.coding_schemas import (
    CodeFrameOut,
    Coding,
    ThemeOut,
    Verbatim,
    VerbatimPath,
    Verbatims,
    VerbatimsQuery,
)
from bot.web.problems import faulty, refuse
from bot.web.roles import READERS, allowed
from flows.filters import FilterError
from flows.narrowing import read_with_filter
from storage import listed
from storage.places import Place
from storage.verbatims import place

UNKNOWN = "There is no verbatim of this id; `GET /v1/verbatims` lists those there are."


def verbatims(all_of_them: reading.Verbatims, source: Source) -> APIBlueprint:
    """The endpoints under /v1/verbatims and /v1/themes."""
    tag = Tag(name="Verbatims", description="What respondents said in their own words, and what it speaks of.")
    routes = APIBlueprint("verbatims", __name__, url_prefix="/v1", abp_tags=[tag], abp_security=KEY)

    @routes.get(
        "/verbatims",
        operation_id="list_verbatims",
        summary="Page through verbatims",
        description="The first answered first, with the themes that count at present. Ask again with the same filter.",
        responses={200: Verbatims, **READING},
    )
    @allowed(*READERS)
    def page(query: VerbatimsQuery) -> Response:
        after = place_of(query.cursor) if query.cursor else Place()
        if after is None:
            return faulty([Fault("cursor", "it is none of ours", "send `next` of a page as it was given")])
        try:
            wanted, narrowing = read_with_filter(query.pairs())
        except FilterError as error:
            return misfiltered(error)
        meant = source.narrowed(wanted), narrowing, source.zone
        with source.database.read() as connection:
            found = listed.oldest(connection, *meant, query.limit, after)
        shown = all_of_them.among(found)
        more = cursor_of(place(shown[-1].said)) if shown and len(found) == query.limit else None
        return reply(Verbatims(verbatims=[Verbatim.of(each) for each in shown], next=more))

    @routes.get(
        "/verbatims/<id>",
        operation_id="find_verbatim",
        summary="Look up a verbatim",
        responses={200: Verbatim, **READING, **NOT_FOUND},
    )
    @allowed(*READERS)
    def find(path: VerbatimPath) -> Response:
        try:
            return reply(Verbatim.of(all_of_them.show(path.id)))
        except UnknownVerbatimError:
            refuse(404, UNKNOWN)

    @routes.put(
        "/verbatims/<id>/tags",
        operation_id="decide_tags",
        summary="Decide what a verbatim speaks of",
        description="Goes before everything found, now and after every retagging, and stands under the name of the"
        " key. The last decision counts; earlier ones are kept.",
        responses={200: Verbatim, **WRITING, **NOT_FOUND},
    )
    @allowed(*READERS)
    def decide(path: VerbatimPath, body: Coding) -> Response:
        speaks_of = {tag.theme: tag.sentiment for tag in body.tags}
        try:
            return reply(Verbatim.of(all_of_them.decide(path.id, g.key.name, speaks_of, body.themes or ())))
        except UnknownThemeError as error:
            return faulty([Fault("tags", str(error), "use the keys of GET /v1/themes")])
        except UnknownVerbatimError:
            refuse(404, UNKNOWN)

    @routes.get(
        "/themes",
        operation_id="show_themes",
        summary="Show the code frame",
        responses={200: CodeFrameOut, **READING},
    )
    @allowed(*READERS)
    def themes() -> Response:
        frame = all_of_them.frame
        listed = [ThemeOut.of(theme) for theme in frame.themes]
        return reply(CodeFrameOut(frame=frame.key, number=frame.number, version=frame.version, themes=listed))

    return routes
