"""The command line: data to standard output, talk to standard error.

Exit codes: 0 done, 1 something was found wrong, 2 it could not be tried (settings, definitions or usage).
"""

import click

from bot import telemetry
from bot.accounts import UnusableError
from bot.cells import UnreadableCellError
from bot.cli import access, callbacks, contacts, data, demo, exporting, report, running, trying
from bot.cli.deferred import Deferred
from bot.config import ConfigError
from bot.intake import InvalidContact
from bot.sheets import SheetError
from flows.loader import DefinitionError
from nlp.broken import BrokenModel
from storage.database import UnavailableError, UnknownRevisionError, took_too_long
from storage.encryption import Unreadable

MENDABLE = (
    ConfigError,
    DefinitionError,
    Unreadable,
    UnknownRevisionError,
    InvalidContact,
    SheetError,
    UnreadableCellError,
    UnusableError,
    BrokenModel,
)


class Commands(click.Group):
    """Commands that tell what the operator can mend without a traceback."""

    def invoke(self, ctx: click.Context) -> object:
        """Runs a command. Raises Exit for what is to be mended."""
        try:
            return super().invoke(ctx)
        except MENDABLE as error:
            click.echo(str(error), err=True)
        except UnavailableError as error:
            outage = f"the database does not answer: {str(error.orig).strip()}"
            click.echo("this takes too long; choose a shorter period" if took_too_long(error) else outage, err=True)
        raise click.exceptions.Exit(2)


@click.group(cls=Commands)
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
    """Run a command."""
    cli()
