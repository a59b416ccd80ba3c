"""Opens what a command works with, and closes it when the command is done."""

import click

from bot import app


def ready() -> app.Parts:
    """The parts with the settings of this environment. Raises ConfigError where the tables are not up to date."""
    parts = app.ready()
    click.get_current_context().call_on_close(parts.database.dispose)
    return parts
