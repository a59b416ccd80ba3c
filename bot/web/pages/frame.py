"""What every page stands in: who may see it, what is around it, and what is shown when something goes wrong."""

from dataclasses import dataclass
from typing import Any

from flask import Blueprint, current_app, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from markupsafe import Markup, escape
from werkzeug.exceptions import HTTPException

from bot.invitations import Decided
from bot.web import auth
from bot.web.language import gettext as _
from bot.web.pages.forms import Plain
from bot.web.pages.movements import moved
from bot.web.pages.names import dimension_name, instrument_name, value_name
from bot.web.pages.times import Clock
from bot.web.roles import roles_of
from bot.web.security import secured
from flows.eligibility import SENTENCES
from storage.database import UnavailableError, took_too_long

UNKEPT = "\0"
"""No database keeps this character, so that whatever holds it leads nowhere."""


@dataclass(frozen=True, slots=True)
class Place:
    """An entry of the menu, seen by whoever may see the page. endpoint: of the page; title: its name."""

    endpoint: str
    title: str


MENU = (
    Place("pages.overview.shown", "Overview"),
    Place("pages.trend.shown", "Trend"),
    Place("pages.outcomes.shown", "Outcomes"),
    Place("pages.themes.shown", "Themes"),
    Place("pages.contacts.listed", "Contacts"),
    Place("pages.verbatims.listing", "Verbatims"),
    Place("pages.callbacks.listed", "Callbacks"),
    Place("pages.exports.chosen", "Exports"),
    Place("pages.opt_outs.noted", "Opt-outs"),
)


def frame(company: str, clock: Clock, *, has_sandbox: bool) -> Blueprint:
    """The blueprint in which all pages are."""
    pages = Blueprint("pages", __name__)

    @pages.before_request
    def admit() -> ResponseReturnValue | None:
        if any(UNKEPT in told for told in (request.path, *(value for _, value in request.values.items(multi=True)))):
            return wrong(404)
        roles = roles_of(current_app, request.endpoint)
        if roles is None:
            return None
        user = auth.who()
        if user is None:
            wanted = request.full_path.rstrip("?") if request.method == "GET" else None
            return redirect(url_for("pages.account.sign_in", next=wanted))
        return None if user.role in roles else wrong(403)

    @pages.context_processor
    def around() -> dict[str, Any]:
        user = auth.who()
        menu = [place for place in MENU if user and user.role in (roles_of(current_app, place.endpoint) or ())]
        return {
            "company": company,
            "user": user,
            "menu": menu,
            "has_sandbox": has_sandbox,
            "leaving": Plain(),
            "here": request.full_path.rstrip("?") if request.method == "GET" else request.path,
            "at": clock.show,
            "when": clock.say,
            "why_not": why_not,
            "moved": moved,
            "dimension_name": dimension_name,
            "instrument_name": instrument_name,
            "value_name": value_name,
        }

    def why_not(line: Decided) -> Markup:
        """Why nobody is invited, by our clock."""
        sentence = _(SENTENCES[line.reason]) if line.reason else line.sentence
        if line.until is None:
            return escape(sentence)
        told = Markup(_("%(sentence)s; this holds until %(moment)s."))  # noqa: S704  # our own words
        return told % {"sentence": sentence.removesuffix("."), "moment": clock.show(line.until)}

    @pages.errorhandler(HTTPException)
    def told(error: HTTPException) -> ResponseReturnValue:
        return wrong(error.code or 500)

    @pages.errorhandler(UnavailableError)
    def out_of_order(error: UnavailableError) -> ResponseReturnValue:
        return wrong(504 if took_too_long(error) else 503)

    pages.after_request(secured)
    return pages


def wrong(status: int) -> tuple[str, int]:
    """The page that says what went wrong and where to go."""
    return render_template("wrong.html", status=status), status
