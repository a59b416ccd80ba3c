"""Writes an export to a file that is there whole or not at all, with what its columns mean beside it."""

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
    with _appearing(path) as draft, draft.open("xb") as file:
        write(export.table(step), file, format, bom)
    if format in STREAMED:
        readme(path).write_text(explained(export.columns), encoding="utf-8")


def readme(path: Path) -> Path:
    """What explains the columns of that file."""
    return path.with_name(f"{path.name}.README.md")


@contextmanager
def _appearing(path: Path) -> Iterator[Path]:
    """A name to write under that nobody takes for the file; it gets its own when the block is left in peace."""
    _refuse(path)
    draft = path.with_name(f".{path.name}.{secrets.token_hex(4)}.part")
    try:
        yield draft
        _refuse(path)
        draft.rename(path)
    finally:
        draft.unlink(missing_ok=True)


def _refuse(path: Path) -> None:
    if path.exists():
        raise FileExistsError(f"{path} is there already; it is left as it is")
