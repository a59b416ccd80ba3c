"""Commands that take data away and look after the database."""

from os import environ
from typing import TextIO

import click

from bot import app
from bot.cli.opening import ready
from bot.config import load
from bot.reporting import exports
from storage.database import downgrade, upgrade
from storage.rotation import rotate


@click.group()
def export() -> None:
    """Take data away."""


@export.command("answers")
@click.option("--output", type=click.File("w", encoding="utf-8"), default="-", help="A file; else standard output.")
@click.option("--unmasked", is_flag=True, help="Show in verbatims also what tells who somebody is.")
def export_answers(output: TextIO, unmasked: bool) -> None:
    """Every survey as one row of CSV."""
    parts = ready()
    exports.write_csv(exports.answers(parts.database, parts.keys, parts.survey, not unmasked), output)


@click.group()
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
    parts = ready()
    done = rotate(parts.database, parts.keys)
    click.echo(f"{done.sealed} values and {done.people} people written anew", err=True)
    if done.left:
        click.echo(f"{done.left} opt-outs are known by an older secret only: keep it behind the newest", err=True)


COMMANDS = (export, db)
