"""How tables and reports look in a terminal."""

from collections.abc import Sequence

import click
from rich.console import Console
from rich.table import Table as Printed
from rich.text import Text

from nlp.evaluation import Report

WIDEST = 1000
"""Characters of a table's line where nobody looks at it, so that programs find each row on one."""


def print_report(title: str, report: Report) -> None:
    print_table(
        title,
        ("theme", "n", "precision", "recall", "F1", "from", "to"),
        [(name, str(n), *(f"{100 * share:.1f}" for share in shares)) for name, n, *shares in report.rows()],
    )
    click.echo(f"macro-F1 {100 * report.macro:.1f} ({100 * report.macro_low:.1f} to {100 * report.macro_high:.1f})")


def print_table(title: str, names: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
    """One row on each line for programs. What is called id stays whole, for it is typed into the next command."""
    printed = Printed(title=title, title_justify="left")
    for name in names:
        printed.add_column(name, overflow="fold", no_wrap=name == "id")
    for row in rows:
        printed.add_row(*map(Text, row))
    console = Console()
    console.print(printed, width=None if console.is_terminal else WIDEST)


def share(alpha: float | None) -> str:
    return "n/a" if alpha is None else f"{alpha:.2f}"
