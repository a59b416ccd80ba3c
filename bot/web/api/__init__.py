"""The API under /api: one small module for each kind of thing it gives."""

from flask import Flask, Response, jsonify, render_template
from flask_limiter import ApplicationLimit, Limiter
from flask_openapi3.models.info import Info
from flask_openapi3.models.security_scheme import SecurityScheme
from flask_openapi3.models.server import Server
from flask_openapi3.openapi import OpenAPI
from flask_openapi3.utils import parse_rule
from pydantic import ValidationError
from werkzeug.exceptions import HTTPException
from werkzeug.middleware.dispatcher import DispatcherMiddleware

from bot.parts import Parts
from bot.reporting.source import Source
from bot.web import problems
from bot.web.api.admission import admission, is_open, whose
from bot.web.api.callbacks import callbacks
from bot.web.api.contacts import contacts
from bot.web.api.courses import courses
from bot.web.api.exports import exports
from bot.web.api.figures import figures
from bot.web.api.optouts import opt_outs
from bot.web.api.reading import METHODS, PROBLEM, fields, operations
from bot.web.api.verbatims import verbatims
from bot.web.references import ReferenceConverter
from bot.web.roles import roles_of
from bot.web.schemas import taken
from bot.web.security import secured
from flows.document import DefinitionError
from storage.database import UnavailableError

VERSION = "1"

PER_KEY = "1200 per minute"
"""Requests with one key that each process answers; processes do not count together."""

DESCRIPTION = """Report a contact when it has ended, and Nawoord decides whether, when and over what channel the \
customer is invited to the survey. Every request needs a key in its `Authorization` header, as in `Bearer nw_...`; \
`nawoord keys add` makes one. Bodies are JSON. Telephone numbers never stand in an address."""


def add_api(whole: Flask, parts: Parts, source: Source) -> None:
    """Mounts the API at /api of the whole application, as one of its own that knows no cookies."""
    app = OpenAPI(
        "bot.web",
        info=Info(title="Nawoord", version=VERSION, description=DESCRIPTION),
        servers=[Server(url="/api")],
        security_schemes={
            "key": SecurityScheme(type="http", scheme="bearer", description="A key of `nawoord keys add`.")
        },
        validation_error_model=problems.Problem,
        validation_error_callback=_mistaken,
        doc_ui=False,
    )
    app.config["MAX_CONTENT_LENGTH"] = whole.config["MAX_CONTENT_LENGTH"]
    app.url_map.converters["reference"] = ReferenceConverter
    app.register_error_handler(HTTPException, problems.from_http)
    app.register_error_handler(UnavailableError, problems.from_outage)
    app.register_error_handler(DefinitionError, problems.from_frame)
    app.after_request(secured)
    app.before_request(admission(parts.accounts))
    limit = ApplicationLimit(PER_KEY, exempt_when=is_open)
    Limiter(whose, app=app, application_limits=[limit], storage_uri="memory://")
    for resource in (
        contacts(parts.invitations),
        opt_outs(parts.opt_outs),
        verbatims(parts.verbatims, source),
        figures(source, parts.keys),
        courses(source),
        exports(source, parts.keys),
        callbacks(parts.callbacks),
    ):
        app.register_api(resource)

    _tell_roles(app)

    @app.route("/v1/openapi.json")
    def document() -> Response:
        return jsonify(app.api_doc)

    @app.route("/v1/docs")
    def documentation() -> str:
        plain = app.api_doc
        return render_template(
            "api.html",
            document=plain,
            operations=operations(plain),
            problem=fields(plain, PROBLEM),
            origin=parts.settings.base_url,
        )

    whole.wsgi_app = DispatcherMiddleware(whole.wsgi_app, {"/api": app})  # type: ignore[method-assign]


def _mistaken(error: ValidationError) -> Response:
    return problems.mistaken(error, taken(error.title))


def _tell_roles(app: OpenAPI) -> None:
    """Writes into the document what `allowed` says."""
    for rule in app.url_map.iter_rules():
        roles = roles_of(app, rule.endpoint) or ()
        for method in METHODS if roles else ():
            if method.upper() in (rule.methods or ()):
                setattr(getattr(app.paths[parse_rule(rule.rule)], method), "x-roles", sorted(roles))
