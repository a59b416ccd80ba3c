"""Verbatims on a page: listed under any filter, read with what shows their themes, and corrected."""

from collections.abc import Mapping
from logging import getLogger

from flask import Blueprint, abort, flash, jsonify, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from bot import verbatims as reading
from bot.accounts import Role
from bot.cursors import cursor_of, moment_of, place_of
from bot.reporting.source import Source
from bot.verbatims import Shown, UnknownThemeError, UnknownVerbatimError
from bot.web import auth
from bot.web.language import gettext as _
from bot.web.language import language, later
from bot.web.pages import coding
from bot.web.pages.cards import Card, card, last_decided, theme_name
from bot.web.pages.coding import Correction, Do, OverruledError
from bot.web.pages.forms import Plain
from bot.web.pages.names import value_name
from bot.web.pages.narrowing import narrowed
from bot.web.roles import READERS, allowed
from nlp.tags import Sentiment
from storage import listed
from storage.rollup import refresh
from storage.verbatims import BEGINNING

ON_A_PAGE = 25
COUNTED = 10_000
"""How many are counted at most, so that a page comes quickly however many there are."""

SAVED = {
    Do.ACCEPT: later("Saved: %(theme)s accepted."),
    Do.REMOVE: later("Saved: %(theme)s removed."),
    Do.FEEL: later("Saved: the feeling about %(theme)s."),
    Do.ADD: later("Saved: %(theme)s added."),
    Do.COMPLETE: later("Saved: read for every theme."),
}

LOG = getLogger(__name__)


def verbatims(said: reading.Verbatims, source: Source) -> Blueprint:
    """The pages about verbatims."""
    pages = Blueprint("verbatims", __name__)

    @pages.get("/verbatims")
    @allowed(*READERS)
    def listing() -> ResponseReturnValue:
        # So that the filter offers whatever has come in.
        refresh(source.database, source.zone)
        bar = narrowed(source)
        wanted = source.narrowed(bar.wanted).between(*bar.period)
        before = place_of(request.args.get("cursor", ""))
        meant = (wanted, bar.narrowing, source.zone)
        with source.database.read() as connection:
            found = listed.newest(connection, *meant, ON_A_PAGE + 1, before)
            count = listed.count(connection, *meant, COUNTED + 1)
        shown = {(each.said.session, each.said.question): each for each in said.among([one.key for one in found])}
        cards = [_card(one, shown[one.key]) for one in found[:ON_A_PAGE] if one.key in shown]
        last = cursor_of(found[ON_A_PAGE - 1].place) if len(found) > ON_A_PAGE else None
        return render_template(
            "verbatims.html",
            cards=cards,
            count=count,
            counted=COUNTED,
            bar=bar,
            newest=bar.to(request.endpoint or "", **bar.chosen) if before else None,
            older=bar.to(request.endpoint or "", **bar.chosen, cursor=last) if last else None,
            **_around(),
        ), bar.status

    @pages.get("/verbatims/<id>")
    @allowed(*READERS)
    def one(id: str) -> ResponseReturnValue:
        return _page(id)

    @pages.post("/verbatims/<id>/original")
    @allowed(Role.ADMIN)
    def original(id: str) -> ResponseReturnValue:
        if not Plain().validate_on_submit():
            return redirect(url_for("pages.verbatims.one", id=id))
        LOG.info("%s has asked for the original of a verbatim of survey %s", auth.name(), id.partition(".")[0])
        return _page(id, masked=False)

    @pages.post("/verbatims/<id>/tags")
    @allowed(*READERS)
    def correct(id: str) -> ResponseReturnValue:
        correction = coding.read(request.form)
        _found(id)
        if not Plain().validate_on_submit():
            again = _("You have signed in or out since this page was opened. Nothing was saved; try it again.")
            return _told(id, again, 422)
        if correction is None:
            return _told(id, _("Nothing was saved: choose a theme first."), 422)
        try:
            return _told(id, *_done(id, correction))
        except OverruledError as error:
            told = _("Not saved: %(name)s has decided otherwise meanwhile. Do it again to overrule it.", name=error.by)
            return _told(id, told, 409)
        except UnknownThemeError:
            return _told(id, _("Nothing was saved: the code frame has no such theme any more."), 422)

    def _done(id: str, correction: Correction) -> tuple[str, int, str | None]:
        """What is said of it, the status, and how it is undone."""
        if correction.do is Do.UNDO and correction.at:
            if said.take_back(id, auth.name(), correction.at):
                return _("Undone."), 200, None
            return _("There was nothing to undo."), 422, None
        seen = moment_of(request.form.get("seen", "")) or BEGINNING
        after = said.correct(id, auth.name(), lambda shown: correction.decided(shown, auth.name(), seen))
        name = theme_name(said.frame, correction.theme or "", language())
        return str(SAVED[correction.do]) % {"theme": name}, 200, f"undo {last_decided(after, auth.name()).isoformat()}"

    def _told(id: str, message: str, status: int, undo: str | None = None) -> ResponseReturnValue:
        """The verbatim as it now stands and what came of the correction: as data, or where the reader came from."""
        notice = {"id": id, "message": message, "undo": undo, "is_good": status == 200}
        if request.accept_mimetypes.best == "application/json":
            html = render_template("_verbatim.html", card=_one(id), notice=notice, back=_back(id), **_around())
            return jsonify(card=html, message=message, undo=undo), status
        flash(notice, "verbatim")  # type: ignore[arg-type]  # whatever JSON holds can be flashed
        return redirect(f"{_back(id)}#v-{id}", 303)

    def _page(id: str, *, masked: bool = True) -> str:
        shown = _one(id, masked=masked)
        return render_template("verbatim.html", card=shown, history=said.history(id), masked=masked, **_around())

    def _found(id: str) -> Shown:
        try:
            return said.show(id)
        except UnknownVerbatimError:
            abort(404)

    def _one(id: str, *, masked: bool = True) -> Card:
        shown = _found(id)
        with source.database.read() as connection:
            found = listed.find(connection, (shown.said.session, shown.said.question))
        return _card(found, shown, masked=masked) if found else abort(404)

    def _card(found: listed.Listed, shown: Shown, *, masked: bool = True) -> Card:
        return card(found, shown, said.frame, source.survey, language(), masked=masked)

    def _around() -> Mapping[str, object]:
        themes = sorted((theme_name(said.frame, theme.key, language()), theme.key) for theme in said.frame.themes)
        return {
            "all_themes": themes,
            "theme_names": {key: name for name, key in themes},
            "feelings": list(Sentiment),
            "value_name": value_name,
        }

    return pages


def _back(id: str) -> str:
    return auth.own_address(request.form.get("back")) or url_for("pages.verbatims.one", id=id)
