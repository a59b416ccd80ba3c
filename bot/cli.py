"""The command line: data to standard output, talk to standard error.

Exit codes: 0 done, 1 something was found wrong, 2 it could not be tried (settings, definitions or usage).
"""

import sys
from os import environ
from pathlib import Path
from typing import TextIO

import click

from bot import app, checks, server, telemetry
from bot.config import CarrierName, ConfigError, load
from bot.play import play
from bot.reporting import exports
from bot.worker import work
from flows.lint import Severity
from flows.loader import DefinitionError
from flows.survey import Channel
from storage.database import UnavailableError, UnknownRevisionError, at_head, downgrade, upgrade
from storage.encryption import Unreadable
from storage.rotation import rotate

CHANNELS = {"voice": Channel.CALL, "sms": Channel.SMS, "whatsapp": Channel.WHATSAPP}


@click.group()
@click.version_option(package_name="nawoord")
def cli() -> None:
    """Nawoord asks customers one question about recommending you, one about effort, and why."""
    telemetry.log_to_stderr()


def main() -> None:
    """Run a command; what the operator can mend is told without a traceback."""
    try:
        cli()
    except (ConfigError, DefinitionError, Unreadable, UnknownRevisionError) as error:
        click.echo(str(error), err=True)
        sys.exit(2)
    except UnavailableError as error:
        click.echo(f"the database does not answer: {str(error.orig).strip()}", err=True)
        sys.exit(2)


@cli.command()
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


@cli.command()
def web() -> None:
    """Answer webhooks and show pages."""
    server.serve(_ready().settings)


@cli.command()
def worker() -> None:
    """Do what is due in the background; any number may run."""
    work(_ready().conversations)


@cli.command()
def check() -> None:
    """Look over settings, surveys, wordings and voices."""
    settings = load(environ)
    findings = checks.findings(settings, app.survey_of(settings))
    for finding in findings:
        click.echo(finding)
    errors = sum(finding.severity is Severity.ERROR for finding in findings)
    click.echo(f"{errors} errors, {len(findings) - errors} warnings", err=True)
    sys.exit(1 if errors else 0)


@cli.command("play")
@click.argument("survey", default="post_contact")
@click.option("--channel", type=click.Choice(list(CHANNELS)), default="voice", show_default=True)
@click.option("--language", default="nl", show_default=True, help="Or be, or anonymous, to be offered a choice.")
@click.option("--title", default="a conversation", help="What the transcript shows.")
@click.option("--save", type=click.Path(path_type=Path, dir_okay=False), help="Keep the transcript in this file.")
def play_command(survey: str, channel: str, language: str, title: str, save: Path | None) -> None:
    """Have the conversation here in the terminal; nothing of it is kept but the transcript."""
    with app.rehearsal(load(environ), survey) as sandbox:
        transcript = play(sandbox, CHANNELS[channel], language, input, click.echo, title)
    if save:
        save.write_text(transcript, encoding="utf-8")


@cli.group()
def export() -> None:
    """Take data away."""


@export.command("answers")
@click.option("--output", type=click.File("w", encoding="utf-8"), default="-", help="A file; else standard output.")
def export_answers(output: TextIO) -> None:
    """Every survey as one row of CSV."""
    parts = _ready()
    exports.write_csv(exports.answers(parts.database, parts.keys, parts.survey), output)


@cli.group()
def db() -> None:
    """Look after the database."""


@db.command("upgrade")
def db_upgrade() -> None:
    """Bring the tables up to date with this version."""
    upgrade(app.assemble(load(environ)).database)


@db.command("downgrade")
@click.argument("revision")
@click.confirmation_option(prompt="This deletes what later versions have added. Go on?")
def db_downgrade(revision: str) -> None:
    """Take the tables back to an earlier revision."""
    downgrade(app.assemble(load(environ)).database, revision)


@db.command("rotate-key")
def db_rotate_key() -> None:
    """Write everything anew with the first secret of NAWOORD_SECRET_KEY."""
    parts = _ready()
    done = rotate(parts.database, parts.keys)
    click.echo(f"{done.sealed} values and {done.people} people written anew", err=True)
    if done.left:
        click.echo(f"{done.left} opt-outs are known by an older secret only: keep it behind the newest", err=True)


def _ready() -> app.Parts:
    """The parts, with the tables this version needs."""
    parts = app.assemble(load(environ))
    if not at_head(parts.database):
        raise ConfigError(["the database is not up to date with this version: run `nawoord db upgrade`"])
    return parts
