"""The pages for people who sign in: a small module for each kind of page."""

from collections.abc import Callable
from contextlib import suppress
from datetime import timedelta
from zoneinfo import ZoneInfo

from flask import Flask, make_response, redirect, request, url_for
from flask.typing import ResponseReturnValue
from werkzeug.exceptions import NotFound

from bot.parts import Parts
from bot.reporting.source import Source
from bot.settings import CarrierName
from bot.web import auth, language
from bot.web.auth import keep_sessions
from bot.web.browsers import Browsers
from bot.web.pages.account import account
from bot.web.pages.callbacks import callbacks
from bot.web.pages.contacts import contacts
from bot.web.pages.exports import exports
from bot.web.pages.frame import frame, wrong
from bot.web.pages.optouts import opt_outs
from bot.web.pages.outcomes import outcomes
from bot.web.pages.overview import overview
from bot.web.pages.themes import themes
from bot.web.pages.times import Clock
from bot.web.pages.trend import trend
from bot.web.pages.verbatims import verbatims
from bot.web.roles import READERS, open_to_all
from bot.web.security import secured
from storage import demonstration
from storage.database import UnavailableError
from storage.histories import Step, history


def add_pages(app: Flask, parts: Parts, source: Source, hurry: Callable[[str], None] | None) -> None:
    """Gives the application everything that people who sign in can see.

    hurry: does at once what comes next for the invitation of a contact, at whatever hour; None where people are asked.
    """
    settings, survey, keys, accounts = parts.settings, parts.survey, parts.keys, parts.accounts
    clock = Clock(parts.conversations.now, ZoneInfo(settings.pages.time_zone))
    has_sandbox = settings.carrier is CarrierName.SANDBOX

    def happened(reference: str) -> list[Step]:
        with parts.database.read() as connection:
            return history(connection, reference)

    pages = frame(settings.company, clock, has_sandbox=has_sandbox)

    is_invented: bool | None = None

    @pages.context_processor
    def invented() -> dict[str, bool | None]:
        # Once there is anything, it stays what it is: nothing invented is mixed with what is not.
        nonlocal is_invented
        if is_invented is None:
            with suppress(UnavailableError), parts.database.read() as connection:
                is_invented = demonstration.is_invented(connection)
        return {"is_invented": is_invented}

    for page in (
        account(accounts, Browsers(keys.subs("browsers"), settings.base_url)),
        overview(source),
        trend(source),
        outcomes(source, keys),
        themes(source),
        contacts(parts.invitations, happened, survey.languages, clock, hurry),
        callbacks(parts.callbacks, survey, clock),
        opt_outs(parts.opt_outs),
        verbatims(parts.verbatims, source),
        exports(source, keys, settings.exports),
    ):
        pages.register_blueprint(page)

    @pages.get("/")
    @open_to_all
    def home() -> ResponseReturnValue:
        # Until anybody can sign in there is only the sandbox to see.
        if has_sandbox and not accounts.has_users():
            return redirect(url_for("sandbox.page"))
        if (user := auth.who()) is None:
            return redirect(url_for("pages.account.sign_in"))
        is_reader = user.role in READERS
        return redirect(url_for("pages.overview.shown" if is_reader else "pages.contacts.listed"))

    language.speak(app)
    keep_sessions(app, accounts, keys.subs("pages"), settings.base_url, timedelta(hours=settings.pages.idle_hours))
    app.register_blueprint(pages)
    app.register_error_handler(NotFound, _nothing_there)


def _nothing_there(error: NotFound) -> ResponseReturnValue:
    """No page has this address. A carrier is told so without one."""
    if request.path.startswith("/twilio/"):
        return error
    return secured(make_response(wrong(404)))
