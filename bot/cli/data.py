"""Commands that look after the database."""

from os import environ

import click

from bot import app
from bot.cli.opening import ready
from bot.config import load
from storage.database import downgrade, upgrade
from storage.rotation import rotate


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


COMMANDS = (db,)
