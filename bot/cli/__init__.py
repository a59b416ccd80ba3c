"""The command line: data to standard output, talk to standard error.

Exit codes: 0 done, 1 something was found wrong, 2 it could not be tried (settings, definitions or usage).
"""

import sys

import click

from bot import telemetry
from bot.cli import access, callbacks, contacts, data, demo, exporting, report, running, trying
from bot.cli.deferred import Deferred
from bot.config import ConfigError
from flows.loader import DefinitionError
from storage.database import UnavailableError, UnknownRevisionError
from storage.encryption import Unreadable


@click.group()
@click.version_option(package_name="nawoord")
def cli() -> None:
    """Nawoord asks customers one question about recommending you, one about effort, and why."""
    telemetry.log_to_stderr()


for command in (
    *running.COMMANDS,
    *trying.COMMANDS,
    *exporting.COMMANDS,
    *data.COMMANDS,
    *access.COMMANDS,
    *contacts.COMMANDS,
    *report.COMMANDS,
    *demo.COMMANDS,
    *callbacks.COMMANDS,
):
    cli.add_command(command)
cli.add_command(
    Deferred(
        "themes",
        "What verbatims speak of, and how that is learned.",
        ("bot.cli.themes", "bot.cli.learning", "bot.cli.frames"),
    )
)


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
