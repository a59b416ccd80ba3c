"""Commands about callbacks: who is to be called, and whether announcing them works."""

import sys
from zoneinfo import ZoneInfo

import click

from bot import app
from bot.callbacks import Listing
from bot.cli.opening import ready
from bot.cli.printing import print_table

MOST = 500

SHOWN = ("open", "overdue", "closed")


@click.group()
def callbacks() -> None:
    """Customers who agreed to be called back."""


@callbacks.command("list")
@click.option("--show", type=click.Choice(SHOWN), default="open")
def callbacks_list(show: str) -> None:
    """Who is to be called, the longest overdue first; without numbers."""
    parts = ready()
    all_of_them, zone = parts.callbacks, ZoneInfo(parts.settings.pages.time_zone)
    rows = [
        (
            line.reference or "-",
            f"{line.due_at.astimezone(zone):%Y-%m-%d %H:%M}",
            line.reasons.replace(" ", ", "),
            f"{'overdue, ' if all_of_them.is_overdue(line) else ''}{line.outcome or line.state}",
            line.claimed_by or "-",
            line.id,
        )
        for line in all_of_them.listed(Listing(show), "", MOST)
    ]
    print_table(f"Callbacks, times in {zone}", ("reference", "call before", "why", "state", "who", "id"), rows)


@callbacks.command("test")
def callbacks_test() -> None:
    """Send a test announcement over every way that is set."""
    troubles = app.announcements_of(ready()).test()
    if not troubles:
        click.echo("no way is set: see callbacks.webhook and callbacks.mail in config.yaml", err=True)
        sys.exit(2)
    for way, trouble in troubles.items():
        click.echo(f"{way}: {trouble or 'arrived'}")
    sys.exit(1 if any(troubles.values()) else 0)


COMMANDS = (callbacks,)
