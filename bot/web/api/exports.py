"""Exports through the API: a file in whichever format, sent as it is read, or JSON page by page."""

import logging

from flask import Response, g
from flask_openapi3.blueprint import APIBlueprint
from flask_openapi3.models.tag import Tag

from bot.accounts import Role
from bot.cursors import cursor_of, place_of
from bot.intake import Fault
from bot.reporting.exports import Export, export
from bot.reporting.source import Source
from bot.reporting.writers import TYPES, in_json
from bot.web.api.admission import KEY, NOT_FOUND, READING
from bot.web.api.figures import misfiltered
from bot.web.api.replies import reply
from bot.web.downloads import download
from bot.web.export_schemas import CONTENT, ColumnOut, ColumnsOut, ExportPath, ExportQuery
from bot.web.problems import faulty, refuse
from bot.web.roles import READERS, allowed
from flows.filters import Filter, FilterError
from flows.narrowing import read_with_filter
from storage.encryption import Keys
from storage.places import Place
from storage.responses import BEGINNING

log = logging.getLogger(__name__)


def exports(source: Source, keys: Keys) -> APIBlueprint:
    """The endpoints under /v1/exports."""
    tag = Tag(name="Exports", description="Answers and verbatims to take away, any number of them.")
    routes = APIBlueprint("exports", __name__, url_prefix="/v1", abp_tags=[tag], abp_security=KEY)

    @routes.get(
        "/exports/<what>",
        operation_id="export",
        summary="Take answers or verbatims away",
        description="Survey by survey, the first begun first; verbatims are masked. A file is whole only if the"
        " response ends as it should: the connection is cut where anything goes wrong on the way.",
        responses={200: {"description": "The export.", "content": CONTENT}, **READING, **NOT_FOUND},
    )
    @allowed(*READERS)
    def take_away(path: ExportPath, query: ExportQuery) -> Response:
        after = place_of(query.cursor) if query.cursor else BEGINNING
        if after is None:
            return faulty([Fault("cursor", "it is none of ours", "send `next` of a page as it was given")])
        try:
            wanted, narrowing = read_with_filter(query.pairs())
        except FilterError as error:
            return misfiltered(error)
        if query.phones and g.key.role != Role.ADMIN:
            refuse(403, "Numbers are for keys of role admin; leave `phones` out, or use such a key.")
        found = export(source, keys, path.what, wanted, narrowing, has_phones=query.phones)
        if query.phones:
            log.warning("%s with numbers taken away with the key %s", path.what, g.key.name)
        if query.format == "json":
            return _page(found, after, query.limit)
        return download(found, query.format, bom=query.bom)

    @routes.get(
        "/exports/<what>/columns",
        operation_id="list_columns",
        summary="Read what the columns of an export mean",
        responses={200: ColumnsOut, **READING, **NOT_FOUND},
    )
    @allowed(*READERS)
    def columns(path: ExportPath) -> Response:
        found = export(source, keys, path.what, Filter()).columns
        return reply(
            ColumnsOut(columns=[ColumnOut(name=it.name, type=TYPES[it.type], meaning=it.meaning) for it in found])
        )

    return routes


def _page(found: Export, after: Place, limit: int) -> Response:
    rows, more = found.page(after, limit)
    pieces = in_json(found.columns, rows)
    following = f'"{cursor_of(more)}"' if more else "null"
    body = f'{{"rows": [{", ".join(pieces)}], "next": {following}}}'
    return Response(body.encode("utf-8", "replace"), mimetype="application/json")
