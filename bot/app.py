"""Joins the parts: settings, survey, database, conversations, carrier and web."""

import gc
import secrets
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from os import environ
from tempfile import TemporaryDirectory
from time import sleep
from urllib.parse import urlsplit

from flask import Flask

from bot.accounts import Accounts
from bot.announcing import Announcements
from bot.callbacks import Callbacks
from bot.carriers import Carrier
from bot.carriers.network import SandboxCarrier, Telephones
from bot.carriers.sandbox import NUMBER, Sandbox
from bot.carriers.twilio import TwilioCarrier
from bot.config import ConfigError, load
from bot.conversations import Conversations
from bot.dispatch import Dispatch
from bot.invitations import Invitations
from bot.optouts import OptOuts
from bot.parts import Parts as Parts
from bot.readiness import Readiness
from bot.reporting.source import Source
from bot.schedule import Schedule
from bot.settings import CarrierName, Settings
from bot.tagging import Taggers
from bot.telemetry import log_to_stderr
from bot.transfers import Transfers
from bot.verbatims import Verbatims
from bot.web.api import add_api
from bot.web.health import health
from bot.web.pages import add_pages
from bot.web.sandbox import sandbox_pages
from bot.web.webhooks import webhooks
from bot.worker import worker_name
from flows import loader
from flows.definitions import without_callback
from flows.hours import DAY, Hours, Window
from flows.survey import Survey
from nlp import codeframe
from nlp.theme import CodeFrame
from storage.database import Database, at_head, upgrade
from storage.encryption import Keys

LONGEST_REQUEST = 64 * 1024
"""Bytes; carriers send a few thousand at most."""


def now() -> datetime:
    """The one clock."""
    return datetime.now(UTC)


def new_id() -> str:
    """An id nobody can guess: 128 random bits, in characters that mean nothing to a URL or a spreadsheet."""
    return secrets.token_hex(16)


def survey_of(settings: Settings) -> Survey:
    """The survey that is conducted. Raises DefinitionError."""
    folders = [settings.folder / settings.definitions] if settings.definitions else []
    survey = loader.load(settings.survey, company=settings.company, folders=folders)
    return survey if settings.callbacks.ask else without_callback(survey)


def assemble(settings: Settings, clock: Callable[[], datetime] = now) -> Parts:
    """The parts. Raises DefinitionError and ConfigError."""
    survey = survey_of(settings)
    if unspoken := [code for code in survey.languages if code not in settings.voice.voices]:
        raise ConfigError([f"voice.voices: nobody speaks {code}; name a voice, as in {code}: ..." for code in unspoken])
    try:
        keys = Keys.derive(settings.secret_key)
        database = Database.open(settings.database_url)
    except ValueError as error:
        raise ConfigError([str(error)]) from None
    conversations = Conversations(settings, survey, database, keys, clock, new_id)
    invitations = Invitations(settings, survey, database, keys, clock, new_id)
    accounts = Accounts(database, clock, new_id)
    opt_outs = OptOuts(database, keys, clock, settings.eligibility.default_country)
    taggers = taggers_of(settings)
    verbatims = Verbatims(database, keys, taggers, clock)
    kept = timedelta(days=settings.callbacks.keep_days)
    callbacks = Callbacks(database, keys, clock, kept, settings.pages.time_zone)
    return Parts(
        settings, survey, keys, database, conversations, invitations, accounts, opt_outs, taggers, verbatims, callbacks
    )


def ready() -> Parts:
    """The parts with the settings of this environment. Raises ConfigError where the tables are not up to date."""
    parts = assemble(settings_of_environment())
    if not at_head(parts.database):
        raise ConfigError(["the database is not up to date with this version: run `nawoord db upgrade`"])
    # All that is here stays, and need not be looked through again and again by every full collection.
    gc.freeze()
    return parts


def settings_of_environment() -> Settings:
    """The settings of config.yaml under those of the environment. Raises ConfigError."""
    return load(environ)


def frame_of(settings: Settings, named: str | None = None) -> CodeFrame:
    """The code frame that verbatims are read by, or another one by its key or file. Raises DefinitionError."""
    folders = [settings.folder / settings.definitions] if settings.definitions else []
    return codeframe.load(named or settings.themes.frame, folders)


def taggers_of(settings: Settings) -> Taggers:
    """What reads verbatims; needs no database."""
    return Taggers(settings.folder / settings.themes.models, lambda: frame_of(settings))


def source_of(parts: Parts) -> Source:
    """Where figures come from; days begin by the clock of the pages."""
    zone, now = parts.settings.pages.time_zone, parts.conversations.now
    return Source(parts.database, parts.survey, zone, now, lambda: parts.taggers.frame)


def schedule_of(parts: Parts, dispatch: Dispatch) -> Schedule:
    """What writes exports by itself, in the process that dispatches."""
    wanted, folder = parts.settings.exports, parts.settings.folder
    return Schedule(
        source_of(parts), parts.keys, wanted, folder, dispatch.worker, parts.conversations.now, dispatch.stopping
    )


def carrier_of(parts: Parts) -> Carrier:
    """Who carries our calls and messages, from whichever process sends them; needs no web application."""
    if parts.settings.carrier is CarrierName.TWILIO:
        return _twilio(parts.settings)
    return SandboxCarrier(parts.database, parts.keys, parts.conversations.now, new_id)


def dispatch_of(parts: Parts) -> Dispatch:
    """What sends the invitations that are due, in this process."""
    return _dispatch(parts, parts.invitations.policy.countries)


def announcements_of(parts: Parts) -> Announcements:
    """What tells others of callbacks, in this process."""
    return Announcements(parts.settings, parts.database, parts.conversations.now)


def sandbox_dispatch_of(parts: Parts) -> Dispatch:
    """The same at any hour: nobody sleeps in the sandbox."""
    always = Hours(week=((Window(0, DAY),),) * 7, zones=(UTC,))
    return _dispatch(parts, dict.fromkeys(parts.invitations.policy.countries, always))


def create_app(parts: Parts) -> Flask:
    """The web application. With the sandbox carrier it has a page with a telephone to try the survey on."""
    settings = parts.settings
    app = Flask("bot.web")
    app.config["MAX_CONTENT_LENGTH"] = LONGEST_REQUEST
    clock = parts.conversations.now
    readiness = Readiness(parts.database, clock, timedelta(seconds=settings.monitoring.worker_seconds))
    app.register_blueprint(health(settings, parts.database, parts.accounts, readiness, clock))
    tokens = settings.auth_tokens if settings.carrier is CarrierName.TWILIO else _sandbox(app, parts)
    signing_keys = list(reversed(parts.keys.subs("webhooks")))
    transfers = Transfers(parts.conversations, parts.invitations, new_id)
    app.register_blueprint(webhooks(settings, parts.conversations, transfers, carrier_of(parts), tokens, signing_keys))
    source = source_of(parts)
    hurry = sandbox_dispatch_of(parts).hurry if settings.carrier is CarrierName.SANDBOX else None
    add_pages(app, parts, source, hurry)
    add_api(app, parts, source)
    return app


def application() -> Flask:
    """The web application with the settings of this environment, as a server starts it in each of its processes."""
    log_to_stderr()
    return create_app(assemble(settings_of_environment()))


@contextmanager
def rehearsal(settings: Settings, survey: str) -> Iterator[Sandbox]:
    """Telephones that reach an application of their own, with a database that is gone when the block is left."""
    with TemporaryDirectory(prefix="nawoord-") as folder:
        database = settings.database.model_copy(update={"url": f"sqlite:///{folder}/rehearsal.db"})
        # Buttons would go to the mailbox, where a conversation in the terminal does not look.
        whatsapp = settings.whatsapp.model_copy(update={"buttons": {}})
        changed = {"database": database, "survey": survey, "carrier": CarrierName.SANDBOX, "whatsapp": whatsapp}
        parts = assemble(settings.model_copy(update=changed))
        upgrade(parts.database)
        try:
            yield sandbox_of(create_app(parts), parts)
        finally:
            parts.database.dispose()


def sandbox_of(app: Flask, parts: Parts) -> Sandbox:
    """The telephones that reach this application without leaving the process."""
    token = parts.keys.sub("sandbox").hex()
    return Sandbox(app, parts.settings.base_url, token, lambda: secrets.token_hex(16))


def _dispatch(parts: Parts, countries: Mapping[str, Hours]) -> Dispatch:
    return Dispatch(parts.settings, parts.conversations, carrier_of(parts), countries, worker_name(), new_id, sleep)


def _sandbox(app: Flask, parts: Parts) -> tuple[str, ...]:
    """Gives the application its page with telephones; returns what their webhooks are signed with."""
    sandbox = sandbox_of(app, parts)
    numbers = list(parts.settings.numbers) or [parts.settings.twilio.number or NUMBER]
    telephones = Telephones(parts.database, parts.keys, parts.conversations.now, sandbox)
    secret, keyword = parts.keys.sub("sandbox page"), parts.settings.text.keyword
    app.register_blueprint(sandbox_pages(sandbox, parts.settings.company, numbers, telephones, secret, keyword))
    app.config["TRUSTED_HOSTS"] = ["localhost", "127.0.0.1", urlsplit(parts.settings.base_url).hostname]
    return (sandbox.token,)


def _twilio(settings: Settings) -> Carrier:
    known = settings.secrets
    secret = known.twilio_api_secret.get_secret_value() if known.twilio_api_secret else settings.auth_tokens[0]
    account = known.twilio_account_sid or ""
    status_callback = f"{settings.base_url}/twilio/messages/status"
    api_url = str(settings.twilio.api_url) if settings.twilio.api_url else None
    return TwilioCarrier(account, known.twilio_api_key or account, secret, status_callback, api_url)
