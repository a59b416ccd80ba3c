"""Commands that keep running: everything, the web, the worker."""

from os import environ

import click

from bot import app, server
from bot.config import load
from bot.settings import CarrierName
from bot.worker import work
from storage.database import upgrade


@click.command()
def run() -> None:
    """Start everything: tables, web and worker."""
    parts = app.assemble(load(environ))
    upgrade(parts.database)
    parts.database.dispose()
    settings = parts.settings
    if settings.carrier is CarrierName.SANDBOX:
        click.echo(f"\n  Open {settings.base_url}/sandbox and dial. Stop with Ctrl-C.\n", err=True)
    with server.supervised_worker():
        server.serve(settings)


@click.command()
def web() -> None:
    """Answer webhooks and show pages."""
    server.serve(app.ready().settings)


@click.command()
def worker() -> None:
    """Do what is due in the background; any number may run."""
    parts = app.ready()
    dispatch = app.dispatch_of(parts)
    schedule = app.schedule_of(parts, dispatch)
    work(dispatch, parts.verbatims, parts.callbacks, app.announcements_of(parts), schedule)


COMMANDS = (run, web, worker)
