"""Commands that report contacts and note who wants no more questions."""

import sys
from collections.abc import Sequence
from pathlib import Path
from zoneinfo import ZoneInfo

import click

from bot import app, imports, sheets
from bot.cells import moment_of, phone_of
from bot.cli.opening import ready
from bot.cli.progress import progressing
from bot.imports import Summary, columns_of, zone_of
from bot.intake import InvalidContact, NewContact, Source
from bot.invitations import Decided
from bot.optouts import OptOuts
from flows.eligibility import explain
from flows.survey import Channel

PHONE_HELP = "With its country's code; `-` reads it from standard input, so that it stands in no shell's history."


@click.command("contact")
@click.argument("reference")
@click.option("--phone", help=PHONE_HELP + " Left out where it was withheld.")
@click.option("--ended-at", help="As in 2026-01-31T14:05:00+01:00; now, if left out.")
@click.option("--channel", type=click.Choice([str(each) for each in Channel]), help="Tried first.")
@click.option("--language", help="The customer's, as in nl.")
@click.option("--country", help="Where the customer is, as in NL.")
@click.option("--queue")
@click.option("--agent")
@click.option("--touchpoint")
@click.option("--attribute", "attributes", multiple=True, metavar="KEY=VALUE", help="May be given several times.")
def contact_command(
    phone: str | None, ended_at: str | None, channel: str | None, attributes: Sequence[str], **told: str
) -> None:
    """Report a contact that has ended, and print what was decided about it."""
    parts = ready()
    rules = parts.settings.eligibility
    contact = NewContact(
        **told,  # the reference and what else is a word or nothing
        phone=phone_of(sys.stdin.readline() if phone == "-" else phone),
        ended_at=moment_of(ended_at, zone_of(parts.settings), rules.default_country) if ended_at else app.now(),
        source=Source.CLI,
        channel=Channel(channel) if channel else None,
        attributes=dict(map(_pair, attributes)),
    )
    _tell(parts.invitations.take(contact), ZoneInfo(parts.settings.pages.time_zone))


@click.command("import")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--dry-run", is_flag=True, help="Look every row over, and take none.")
def import_command(file: Path, dry_run: bool) -> None:
    """Take contacts from a CSV or XLSX file; may be run again, for every reference counts once."""
    parts = ready()
    summary = Summary()
    with sheets.opened(file) as sheet, progressing("contacts", max(sheet.lines - 1, 0) or None) as step:
        columns = columns_of(sheet.header)
        if columns.unused:
            _say(f"not taken: {', '.join(columns.unused)}; name a column attribute.… to keep it")
        for faulty in imports.take(parts.invitations, parts.settings, sheet, columns, summary, decide=not dry_run):
            step(1)
            if faulty:
                _say(f"line {faulty.line}: {' | '.join(map(str, faulty.faults))}")
    _print(summary)
    sys.exit(1 if summary.faulty else 0)


@click.command("opt-out")
@click.argument("number")
@click.option("--undo", is_flag=True, help="The person may be asked again.")
def opt_out(number: str, undo: bool) -> None:
    """Ask a person nothing more over any channel; `-` reads numbers from standard input, one a line."""
    parts = ready()
    opted_out = OptOuts(parts.database, parts.keys, app.now, parts.settings.eligibility.default_country)
    noted, faulty = 0, 0
    for line, each in enumerate(sys.stdin if number == "-" else [number], start=1):
        if each.strip():
            try:
                opted_out.undo(each) if undo else opted_out.note(each, "cli")
                noted += 1
            except InvalidContact as error:
                faulty += 1
                click.echo(f"line {line}: {error}" if number == "-" else str(error), err=True)
    click.echo(f"{noted} {'may be asked again' if undo else 'will not be asked again'}")
    sys.exit(0 if not faulty else 1 if number == "-" else 2)


def _pair(attribute: str) -> tuple[str, str]:
    key, sign, value = attribute.partition("=")
    if not sign:
        raise click.BadParameter(f"{attribute!r} is no pair; write it as in --attribute order=A17")
    return key.strip(), value.strip()


def _tell(decided: Decided, zone: ZoneInfo) -> None:
    if decided.reason:
        click.echo(f"not invited: {decided.reason}")
    else:
        due = f", due {decided.due_at.astimezone(zone):%Y-%m-%d %H:%M} ({zone})" if decided.due_at else ""
        click.echo(f"invited: {', '.join(decided.channels)}, {decided.state}{due}")
    click.echo(decided.sentence if decided.is_new else f"{decided.sentence} This was decided when it came first.")


def _say(line: str) -> None:
    """A line above the bar; click would write across it."""
    sys.stderr.write(f"{line}\n")


def _print(summary: Summary) -> None:
    for count, what in (
        (summary.invited, "invited"),
        (summary.valid, "can be taken"),
        (summary.known, "known before"),
        *((count, f"not invited: {reason}: {explain(reason)}") for reason, count in sorted(summary.reasons.items())),
        (summary.faulty, "faulty"),
    ):
        if count:
            click.echo(f"{count:>7} {what}")


COMMANDS = (contact_command, import_command, opt_out)
