"""Groups of commands that are imported only when one of them is needed, for that takes seconds."""

from collections.abc import Sequence
from importlib import import_module

import click


class Deferred(click.Group):
    """A group whose commands are the COMMANDS of these modules."""

    def __init__(self, name: str, help: str, modules: Sequence[str]) -> None:
        super().__init__(name, help=help)
        self._modules = tuple(modules)

    def list_commands(self, ctx: click.Context) -> list[str]:
        """The names of its commands."""
        self._import()
        return super().list_commands(ctx)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """The command of that name."""
        self._import()
        return super().get_command(ctx, cmd_name)

    def _import(self) -> None:
        modules, self._modules = self._modules, ()
        for module in modules:
            for command in import_module(module).COMMANDS:
                self.add_command(command)
