"""Writes an export to a file that is there whole or not at all, with what its columns mean beside it."""

import os
import secrets
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from bot.reporting.exports import Export
from bot.reporting.writers import STREAMED, explained, write


def write_file(
    export: Export, path: Path, format: str, *, bom: bool = False, step: Callable[[int], object] = lambda _: None
) -> None:
    """Writes it under that name, and for formats that cannot say so themselves `NAME.README.md` beside it.

    step: as of `Export.table`; where it raises, nothing is left behind. Raises FileExistsError where there is such a
    file, which is left as it is, and OSError where none can be written.
    """
    _refuse(path)
    with appearing(path) as draft:
        with draft.open("xb") as file:
            write(export.table(step), file, format, bom)
            file.flush()
            os.fsync(file.fileno())  # else a machine that loses power may keep the name alone
        if format in STREAMED:
            with appearing(readme(path)) as explaining:
                explaining.write_text(explained(export.columns), encoding="utf-8")
        _refuse(path)


@contextmanager
def appearing(path: Path) -> Iterator[Path]:
    """A name to write under that nobody takes for the file; it takes the file's place when the block is left in peace,
    and leaves what is there as it is when something is raised.
    """
    draft = path.with_name(f".{path.name}.{secrets.token_hex(4)}.part")
    try:
        yield draft
        draft.replace(path)
    finally:
        draft.unlink(missing_ok=True)


def readme(path: Path) -> Path:
    """What explains the columns of that file."""
    return path.with_name(f"{path.name}.README.md")


def sweep(path: Path) -> None:
    """Takes away what was begun under that name and never finished, by a process that was ended. Raises OSError."""
    for draft in path.parent.glob(f".{path.name}.*.part"):
        draft.unlink(missing_ok=True)


def _refuse(path: Path) -> None:
    if path.exists():
        raise FileExistsError(f"{path} is there already; it is left as it is")
