"""Reads comments from files that never were surveys, and gives them back with their themes."""

import contextlib
import json
from collections.abc import Callable, Collection, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from itertools import tee
from pathlib import Path
from typing import Any

from pyarrow import ArrowInvalid
from pyarrow.parquet import ParquetFile

from bot import sheets
from bot.reporting.writers import Cell, Column, Table
from bot.sheets import SheetError
from nlp.tagger import Tagger
from nlp.tags import Tagging, Verbatim

BATCH = 1000


@dataclass(frozen=True, slots=True)
class Comments:
    """Rows of a file. columns: their names in order; rows: to be read once, each with what stands in it by name."""

    columns: tuple[str, ...]
    rows: Iterator[Mapping[str, Any]]


@contextmanager
def opened(path: Path) -> Iterator[Comments]:
    """The rows of a CSV, XLSX, Parquet or JSONL file, in memory only a few at a time. Raises SheetError."""
    match path.suffix.lower():
        case ".parquet":
            with _parquet(path) as file:
                rows = (row for batch in file.iter_batches(BATCH) for row in batch.to_pylist())
                yield Comments(tuple(file.schema_arrow.names), rows)
        case ".jsonl" | ".ndjson":
            # Once for the columns, for any row may bring one of its own.
            columns = dict.fromkeys(name for row in _objects(path) for name in row)
            yield Comments(tuple(columns), _objects(path))
        case _:
            with sheets.opened(path) as sheet:
                yield Comments(tuple(filter(None, sheet.header)), (row.cells for row in sheet.rows))


def tagged(
    comments: Comments,
    tagger: Tagger,
    text: str,
    language: str | None,
    languages: str | None,
    step: Callable[[], object],
) -> Table:
    """The rows with a column for every theme, which holds the feeling where the comment speaks of it.

    text: the column of the comment; language: of all, or languages: the column that tells it. step: called after each.
    Raises SheetError for a column that is not there.
    """
    for name in filter(None, (text, languages)):
        if name not in comments.columns:
            raise SheetError(f"there is no column {name}; the file has {', '.join(comments.columns)}")
    own = [Column(name, str, "As in the file.") for name in comments.columns]
    found = [
        Column("language", str, "The language in which the comment was read; empty where it could not be told."),
        Column("untagged", str, "Why the comment was not read, such as language; empty where it was."),
        *(
            Column(theme.key, str, f"{_name(theme.names)}: how the customer feels about it; empty: not spoken of.")
            for theme in tagger.frame.themes
        ),
        Column("evidence", str, "The words that show each theme."),
        Column("code_frame", str, "The version of the code frame."),
        Column("model", str, "The version of what read the comment."),
    ]
    taken = {column.name for column in own}
    renamed = {column.name: _free(column.name, taken) for column in found}
    columns = (*own, *(Column(renamed[column.name], column.type, column.meaning) for column in found))
    return Table.by_name(columns, _rows(comments, tagger, text, language, languages, renamed, step))


def _rows(
    comments: Comments,
    tagger: Tagger,
    text: str,
    language: str | None,
    languages: str | None,
    renamed: Mapping[str, str],
    step: Callable[[], object],
) -> Iterator[Mapping[str, Cell]]:
    rows, again = tee(comments.rows)
    verbatims = (
        Verbatim(str(row.get(text) or ""), str(row.get(languages) or "") or None if languages else language)
        for row in again
    )
    for row, tagging in zip(rows, tagger.tag(verbatims), strict=True):
        said = str(row.get(text) or "")
        read = {
            "language": tagging.language,
            "untagged": tagging.untagged,
            **{tag.theme: str(tag.sentiment) for tag in tagging.tags},
            "evidence": _evidence(said, tagging),
            "code_frame": tagger.frame.version,
            "model": tagger.version,
        }
        step()
        yield {name: _plain(cell) for name, cell in row.items()} | {renamed[name]: read[name] for name in read}


def _free(name: str, taken: Collection[str]) -> str:
    """The name, with a word before it as often as the file has a column of that name."""
    while name in taken:
        name = f"nawoord_{name}"
    return name


def _evidence(text: str, tagging: Tagging) -> str | None:
    shown = (
        f"{tag.theme}: {' … '.join(text[stretch.start : stretch.end] for stretch in tag.evidence)}"
        for tag in tagging.tags
        if tag.evidence
    )
    return "; ".join(shown) or None


def _plain(cell: Any) -> str | None:
    """What stood in the file, as text: columns of strangers have no type that holds for every row."""
    match cell:
        case None:
            return None
        case datetime():
            return (cell.astimezone(UTC) if cell.tzinfo else cell).isoformat()
        case date() | time():
            return cell.isoformat()
        case str() | int() | float():
            return str(cell)
        case _:
            return json.dumps(cell, ensure_ascii=False, default=str)


def _name(names: Mapping[str, str]) -> str:
    return names.get("en") or next(iter(names.values()))


def _parquet(path: Path) -> ParquetFile:
    try:
        return ParquetFile(path)
    except (OSError, ArrowInvalid) as error:
        raise SheetError(f"{path.name} cannot be read as Parquet: {error}") from None


def _objects(path: Path) -> Iterator[Mapping[str, Any]]:
    try:
        lines = path.open("rb")
    except OSError as error:
        raise SheetError(f"{path.name} cannot be read: {error.strerror}") from None
    with lines:
        for number, line in enumerate(lines, start=1):
            if line.strip():
                yield _object(path, number, line)


def _object(path: Path, number: int, line: bytes) -> Mapping[str, Any]:
    with contextlib.suppress(ValueError):
        if isinstance(row := json.loads(line), dict):
            return row
    raise SheetError(f"{path.name}, line {number}: not a JSON object; JSONL holds one in every line")
