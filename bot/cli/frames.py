"""Commands that change the code frame, so that what was tagged and decided keeps its meaning."""

import sys
from collections.abc import Callable

import click

from bot import app
from nlp import operations
from nlp.theme import CodeFrame


@click.command()
@click.argument("old")
@click.argument("new")
def rename(old: str, new: str) -> None:
    """Give a theme another key; what was tagged and decided counts under the new one."""
    _change(lambda frame: operations.rename(frame, old, new))


@click.command()
@click.argument("olds", nargs=-1, required=True)
@click.option("--into", required=True, help="The key of the theme that they become.")
def merge(olds: tuple[str, ...], into: str) -> None:
    """Make one theme of several; what was tagged and decided counts for it."""
    _change(lambda frame: operations.merge(frame, olds, into))


@click.command()
@click.argument("old")
@click.option("--into", multiple=True, required=True, help="A key of one of the new themes; several times.")
def split(old: str, into: tuple[str, ...]) -> None:
    """Make several themes of one; of what was decided nobody knows which is meant, and it is to be coded again."""
    _change(lambda frame: operations.split(frame, old, into))


COMMANDS = (rename, merge, split)


def _change(change: Callable[[CodeFrame], CodeFrame]) -> None:
    """Writes the changed code frame into the operator's own folder, where it goes before the one that is shipped."""
    settings = app.settings_of_environment()
    if settings.definitions is None:
        click.echo(
            "set `definitions` in config.yaml to a folder of your own, where the code frame can be kept", err=True
        )
        sys.exit(2)
    path = settings.folder / settings.definitions / "themes" / f"{settings.themes.frame}.yaml"
    try:
        changed = change(app.frame_of(settings))
    except ValueError as error:
        click.echo(str(error), err=True)
        sys.exit(2)
    path.parent.mkdir(parents=True, exist_ok=True)
    operations.write(changed, path)
    click.echo(
        f"{path}: number {changed.number}; run `nawoord themes tag --retag` to read what was said anew", err=True
    )
