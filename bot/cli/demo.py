"""The command that fills an empty database with invented contacts."""

import sys

import click

from bot.cli.opening import ready
from bot.cli.progress import progressing
from bot.demo.filling import FilledError, fill, finish

NEW = "sqlite:///var/demo.db"


@click.command()
@click.option("--contacts", default=12_000, show_default=True, type=click.IntRange(1, 1_000_000))
@click.option("--seed", default=1, show_default=True, help="Another one gives other contacts.")
def demo(contacts: int, seed: int) -> None:
    """Fill an empty database with a year of invented contacts, to try everything."""
    parts = ready()
    try:
        with progressing("contacts", contacts) as step:
            fill(parts, contacts, seed, step)
    except FilledError as error:
        click.echo(
            f"{error}; name a new database, as in NAWOORD_DATABASE_URL={NEW}, and run `nawoord db upgrade`", err=True
        )
        sys.exit(1)
    with progressing("verbatims", parts.verbatims.backlog()) as step:
        for read in finish(parts, seed):
            step(read)
    click.echo(f"{contacts} invented contacts. Sign in after: nawoord users add NAME --role admin --generate", err=True)


COMMANDS = (demo,)
