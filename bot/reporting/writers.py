"""Writes a table in whichever format somebody can use, row by row, in memory only a few of them at a time."""

import csv
import json
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from io import TextIOWrapper
from itertools import islice
from typing import Any, BinaryIO

import pyarrow as pa
from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.styles import Font
from openpyxl.utils import get_column_letter
from pyarrow.parquet import ParquetWriter

Cell = str | int | float | bool | datetime | None

ROW_GROUP = 16_384
"""Rows that Parquet keeps together, and that are in memory at once."""

MOST_ROWS = 1_000_000
"""Rows on one sheet; Excel takes some more. What does not fit goes on another."""

LONGEST_CELL = 32_767
"""Characters in a cell that Excel can open; a longer text ends in an ellipsis there."""

FORMULA = ("=", "+", "-", "@", "\t", "\r")
"""What a spreadsheet would take for the beginning of a formula."""

ILLEGAL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
"""What no XML, and so no XLSX, may hold."""


@dataclass(frozen=True, slots=True)
class Column:
    """A column: the type of its cells, any of which may be empty, and what they mean."""

    name: str
    type: type[str] | type[int] | type[float] | type[bool] | type[datetime]
    meaning: str


@dataclass(frozen=True, slots=True)
class Table:
    """Columns, and rows with a cell for each, or for some; to be read once."""

    columns: tuple[Column, ...]
    rows: Iterable[Mapping[str, Cell]]


def write(table: Table, to: BinaryIO, format: str, bom: bool = False) -> None:
    """Writes the table. format: one of FORMATS; bom: whether CSV begins with a mark that Excel knows UTF-8 by."""
    FORMATS[format](table, to, bom)


def write_csv(table: Table, to: BinaryIO, bom: bool = False) -> None:
    """As CSV, times in ISO 8601, with nothing in it that a spreadsheet would execute."""
    text = TextIOWrapper(to, encoding="utf-8-sig" if bom else "utf-8", errors="replace", newline="")
    names = [column.name for column in table.columns]
    writer = csv.writer(text, lineterminator="\r\n")
    writer.writerow(names)
    for row in table.rows:
        writer.writerow([_in_csv(row.get(name)) for name in names])
    text.flush()
    text.detach()


def write_jsonl(table: Table, to: BinaryIO, _bom: bool = False) -> None:
    """As a JSON object a line, with a name for every column."""
    names = [column.name for column in table.columns]
    for row in table.rows:
        line = json.dumps({name: _in_json(row.get(name)) for name in names}, ensure_ascii=False)
        to.write(line.encode("utf-8", "replace") + b"\n")


def write_xlsx(table: Table, to: BinaryIO, _bom: bool = False) -> None:
    """As a workbook with real dates, in UTC, and a sheet that explains every column."""
    book = Workbook(write_only=True)
    rows = iter(table.rows)
    number, more = 0, True
    while more:
        number += 1
        sheet = book.create_sheet("data" if number == 1 else f"data {number}")
        more = _fill(sheet, table.columns, rows)
    explained = book.create_sheet("README")
    explained.column_dimensions["A"].width, explained.column_dimensions["B"].width = 24, 100
    explained.append([_bold(explained, "column"), _bold(explained, "meaning")])
    for column in table.columns:
        explained.append([column.name, column.meaning])
    book.save(to)


def write_parquet(table: Table, to: BinaryIO, _bom: bool = False) -> None:
    """As Parquet with types, and what each column means in its metadata."""
    schema = pa.schema(
        [pa.field(column.name, ARROW[column.type], metadata={"meaning": column.meaning}) for column in table.columns]
    )
    with ParquetWriter(to, schema, compression="zstd") as writer:
        rows = iter(table.rows)
        while batch := list(islice(rows, ROW_GROUP)):
            cells = {column.name: [_in_parquet(row.get(column.name)) for row in batch] for column in table.columns}
            writer.write_table(pa.table(cells, schema=schema))


FORMATS: Mapping[str, Callable[[Table, BinaryIO, bool], None]] = {
    "csv": write_csv,
    "jsonl": write_jsonl,
    "parquet": write_parquet,
    "xlsx": write_xlsx,
}

ARROW: Mapping[type, Any] = {
    str: pa.string(),
    int: pa.int64(),
    float: pa.float64(),
    bool: pa.bool_(),
    datetime: pa.timestamp("us", tz="UTC"),
}


def harmless(text: str) -> str:
    """The text, behind an apostrophe where it could be a formula, which a spreadsheet shows as nothing but text."""
    return f"'{text}" if text.startswith(FORMULA) else text


def _in_csv(cell: Cell) -> Cell:
    match cell:
        case str():
            return harmless(cell)
        case bool():
            return int(cell)
        case datetime():
            return _iso(cell)
        case _:
            return cell


def _in_json(cell: Cell) -> Cell:
    return _iso(cell) if isinstance(cell, datetime) else cell


def _in_parquet(cell: Cell) -> Cell:
    return cell.encode("utf-8", "replace").decode() if isinstance(cell, str) else cell


def _iso(at: datetime) -> str:
    return at.astimezone(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")


def _fill(sheet: Any, columns: tuple[Column, ...], rows: Iterator[Mapping[str, Cell]]) -> bool:
    """Fills a sheet with as many rows as it takes; whether it is full."""
    sheet.freeze_panes = "A2"
    for place, column in enumerate(columns, start=1):
        sheet.column_dimensions[get_column_letter(place)].width = WIDTHS.get(column.type, 14)
    sheet.append([_bold(sheet, column.name) for column in columns])
    written = 0
    for row in islice(rows, MOST_ROWS):
        sheet.append([_in_xlsx(sheet, row.get(column.name)) for column in columns])
        written += 1
    return written == MOST_ROWS


WIDTHS: Mapping[type, int] = {str: 24, datetime: 20}


def _in_xlsx(sheet: Any, cell: Cell) -> Any:
    match cell:
        case str():
            legal = harmless(ILLEGAL.sub("\N{REPLACEMENT CHARACTER}", cell))
            made = WriteOnlyCell(sheet, legal if len(legal) <= LONGEST_CELL else f"{legal[: LONGEST_CELL - 1]}…")
            made.data_type = "s"
            return made
        case datetime():
            made = WriteOnlyCell(sheet, cell.astimezone(UTC).replace(tzinfo=None))
            made.number_format = "yyyy-mm-dd hh:mm:ss"
            return made
        case _:
            return cell


def _bold(sheet: Any, text: str) -> Any:
    made = WriteOnlyCell(sheet, text)
    made.font = Font(bold=True)
    return made
