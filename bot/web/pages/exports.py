"""Exports on a page: answers or verbatims under any filter, to keep as a file."""

from collections.abc import Sequence
from logging import getLogger

from flask import Blueprint, Response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from bot.accounts import Role
from bot.reporting.exports import What, export
from bot.reporting.source import Source
from bot.reporting.writers import FORMATS, explained
from bot.schedule import standing
from bot.sections import ScheduledExport
from bot.web import auth
from bot.web.downloads import download
from bot.web.pages.filtering import Bar
from bot.web.pages.forms import Plain
from bot.web.pages.narrowing import NarrowingBar, narrowed
from bot.web.roles import READERS, allowed
from flows.filters import Filter
from storage.encryption import Keys

LOG = getLogger(__name__)


def exports(source: Source, keys: Keys, scheduled: Sequence[ScheduledExport]) -> Blueprint:
    """The page on which answers and verbatims are taken away, and what it gives. scheduled: what is written besides by
    itself, of which it tells how that goes."""
    pages = Blueprint("exports", __name__)

    @pages.get("/exports")
    @allowed(*READERS)
    def chosen() -> ResponseReturnValue:
        return _page(narrowed(source))

    @pages.post("/exports")
    @allowed(*READERS)
    def file() -> ResponseReturnValue:
        bar, given = narrowed(source), request.form
        what, format = given.get("what", ""), given.get("format", "")
        if not Plain().validate_on_submit() or bar.faults or what not in set(What) or format not in FORMATS:
            return _page(bar, is_refused=True)
        has_phones = "phones" in given and _is_admin()
        if has_phones:
            LOG.warning("%s with numbers taken away by %s", what, auth.name())
        found = export(source, keys, What(what), _meant(bar), bar.narrowing, has_phones=has_phones)
        return download(found, format, bom="bom" in given)

    @pages.get("/exports/columns/<what>.md")
    @allowed(*READERS)
    def columns(what: str) -> ResponseReturnValue:
        if what not in set(What):
            return redirect(url_for("pages.exports.chosen"))
        text = explained(export(source, keys, What(what), Filter()).columns)
        headers = {"Content-Disposition": f'attachment; filename="nawoord-{what}.README.md"'}
        return Response(text, headers=headers, mimetype="text/markdown")

    def _page(bar: NarrowingBar, *, is_refused: bool = False) -> ResponseReturnValue:
        counts = {what: export(source, keys, what, _meant(bar), bar.narrowing).surveys for what in What}
        shown = render_template(
            "exports.html",
            bar=bar,
            counts=counts,
            form=Plain(),
            here=bar.to("pages.exports.file", **bar.chosen),
            what=request.values.get("what"),
            is_admin=_is_admin(),
            is_refused=is_refused,
            scheduled=[standing(source.database, each) for each in scheduled],
        )
        return shown, 422 if is_refused else bar.status

    return pages


def _meant(bar: Bar) -> Filter:
    """The filter with its days written out, four weeks where none are named: what the page counts is what one gets."""
    return bar.wanted.between(*bar.period)


def _is_admin() -> bool:
    user = auth.who()
    return user is not None and user.role == Role.ADMIN
