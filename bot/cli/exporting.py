"""The commands that take answers and verbatims away."""

import logging
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import click

from bot import app
from bot.cli.filtering import narrowed, selection_of
from bot.cli.opening import ready
from bot.cli.progress import progressing
from bot.reporting import exports
from bot.reporting.exports import What
from bot.reporting.files import write_file
from bot.reporting.writers import FORMATS, write

log = logging.getLogger(__name__)

STANDARD_OUTPUT = Path("-")


@click.group()
def export() -> None:
    """Take data away."""


def exporting(command: Callable[..., Any]) -> Callable[..., Any]:
    """The options that both commands have."""
    for option in (
        click.option("--phones", is_flag=True, help="With the respondents' numbers; the log says that this was done."),
        click.option("--unmasked", is_flag=True, help="Show in verbatims also what tells who somebody is."),
        click.option("--bom", is_flag=True, help="Begin CSV with a mark that Excel knows UTF-8 by."),
        click.option(
            "--output", type=click.Path(path_type=Path), default="-", help="A new file; else standard output."
        ),
        click.option("--format", type=click.Choice(sorted(FORMATS)), help="As the name of the file tells; else csv."),
    ):
        command = option(command)
    return narrowed(command)


@export.command("answers")
@exporting
def export_answers(**told: Any) -> None:
    """Every survey as one row."""
    _export(What.ANSWERS, **told)


@export.command("verbatims")
@exporting
def export_verbatims(**told: Any) -> None:
    """Every theme of each verbatim as one row, with its feeling, evidence and who found it."""
    _export(What.VERBATIMS, **told)


def _export(what: What, output: Path, format: str | None, bom: bool, unmasked: bool, phones: bool, **told: Any) -> None:
    wanted, narrowing = selection_of(told)
    suffix = output.suffix.lower().removeprefix(".")
    written_as = format or (suffix if suffix in FORMATS else "csv")
    parts = ready()
    source, shown = app.source_of(parts), {"is_masked": not unmasked, "has_phones": phones}
    found = exports.export(source, parts.keys, what, wanted, narrowing, **shown)
    if phones or unmasked:
        log.warning("%s taken away by the command line%s%s", what, ", unmasked" * unmasked, ", with numbers" * phones)
    with progressing("surveys", found.surveys if sys.stderr.isatty() else None) as step:
        if output == STANDARD_OUTPUT:
            write(found.table(step), sys.stdout.buffer, written_as, bom)
            return
        try:
            write_file(found, output, written_as, bom=bom, step=step)
        except OSError as error:
            raise click.UsageError(f"{output} cannot be written: {error.strerror or error}") from None


COMMANDS = (export,)
