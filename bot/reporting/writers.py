"""Writes a table in whichever format somebody can use, row by row, in memory only a few of them at a time."""

import csv
import json
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from io import StringIO
from itertools import islice
from typing import Any, BinaryIO

import pyarrow as pa
from pyarrow.parquet import ParquetWriter
from xlsxwriter import Workbook
from xlsxwriter.format import Format
from xlsxwriter.worksheet import Worksheet

Cell = str | int | float | bool | datetime | None

AT_ONCE = 1000
"""Rows that go out together as text."""

ROW_GROUP = 16_384
"""Rows that Parquet keeps together, and that are in memory at once."""

MOST_ROWS = 1_000_000
"""Rows on one sheet; Excel takes 1,048,576 with the header. What does not fit goes on another."""

LONGEST_CELL = 32_767
"""Characters in a cell that Excel can open; a longer text ends in an ellipsis there."""

LARGEST_NUMBER = 1 << 53
"""Beyond it Excel rounds whole numbers, so that they are written as text there."""

FORMULA = frozenset("=+-@\x7f") | {chr(code) for code in range(32)}
"""What a spreadsheet would take for the beginning of a formula, or would pass over on its way to one."""

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


def stream(table: Table, format: str, bom: bool = False) -> Iterator[bytes]:
    """The table piece by piece, the first as soon as its rows are there. format: one of STREAMED."""
    return STREAMED[format](table, bom)


def explained(columns: Iterable[Column]) -> str:
    """What each column means, as a table in Markdown that goes beside a file which cannot say so itself."""
    lines = [f"| `{column.name}` | {TYPES[column.type]} | {column.meaning} |" for column in columns]
    return "\n".join(["| column | type | meaning |", "|---|---|---|", *lines, ""])


def csv_pieces(table: Table, bom: bool = False) -> Iterator[bytes]:
    """As CSV, times in ISO 8601, with nothing in it that a spreadsheet would execute."""
    text = StringIO(newline="")
    writer = csv.writer(text, lineterminator="\r\n")
    writer.writerow([harmless(column.name) for column in table.columns])
    mark = "\ufeff" if bom else ""
    turned = _turned(table, {str: harmless, bool: int, datetime: _iso})
    while rows := list(islice(turned, AT_ONCE)):
        writer.writerows(rows)
        yield (mark + text.getvalue()).encode("utf-8", "replace")
        mark = ""
        text.seek(0)
        text.truncate()
    yield (mark + text.getvalue()).encode("utf-8", "replace")


def jsonl_pieces(table: Table, _bom: bool = False) -> Iterator[bytes]:
    """As a JSON object a line, with a name for every column; text stands in it as it came."""
    lines = in_json(table.columns, table.rows)
    while some := list(islice(lines, AT_ONCE)):
        yield ("\n".join(some) + "\n").encode("utf-8", "replace")
    yield b""


def in_json(columns: tuple[Column, ...], rows: Iterable[Mapping[str, Cell]]) -> Iterator[str]:
    """Each row as a JSON object, with a name for every column."""
    encode = json.JSONEncoder(ensure_ascii=False).encode
    names = [column.name for column in columns]
    return (encode(dict(zip(names, row, strict=True))) for row in _turned(Table(columns, rows), {datetime: _iso}))


def write_xlsx(table: Table, to: BinaryIO, _bom: bool = False) -> None:
    """As a workbook with real dates, in UTC, and a sheet that explains every column."""
    as_they_are = dict.fromkeys(("strings_to_formulas", "strings_to_urls", "strings_to_numbers"), False)
    with Workbook(to, {"constant_memory": True, **as_they_are}) as book:
        bold = book.add_format({"bold": True})
        moment = book.add_format({"num_format": "yyyy-mm-dd hh:mm:ss"})
        rows = iter(table.rows)
        number, is_full = 0, True
        while is_full:
            number += 1
            sheet = book.add_worksheet("data" if number == 1 else f"data {number}")
            is_full = _fill(sheet, table.columns, rows, bold, moment)
        _explain(book.add_worksheet("README"), table.columns, bold)


def write_parquet(table: Table, to: BinaryIO, _bom: bool = False) -> None:
    """As Parquet with types, and what each column means in its metadata; text stands in it as it came."""
    schema = pa.schema(
        [pa.field(column.name, ARROW[column.type], metadata={"meaning": column.meaning}) for column in table.columns]
    )
    turned = _turned(table, {str: _encodable})
    with ParquetWriter(to, schema, compression="zstd") as writer:
        while rows := list(islice(turned, ROW_GROUP)):
            cells = [
                pa.array(cells, type=field.type) for cells, field in zip(zip(*rows, strict=True), schema, strict=True)
            ]
            writer.write_table(pa.table(cells, schema=schema))


STREAMED: Mapping[str, Callable[[Table, bool], Iterator[bytes]]] = {"csv": csv_pieces, "jsonl": jsonl_pieces}
"""Formats of which the beginning can be sent before the end is known."""


def _whole(pieces: Callable[[Table, bool], Iterator[bytes]]) -> Callable[[Table, BinaryIO, bool], None]:
    def written(table: Table, to: BinaryIO, bom: bool) -> None:
        for piece in pieces(table, bom):
            to.write(piece)

    return written


FORMATS: Mapping[str, Callable[[Table, BinaryIO, bool], None]] = {
    **{name: _whole(pieces) for name, pieces in STREAMED.items()},
    "parquet": write_parquet,
    "xlsx": write_xlsx,
}

MEDIA_TYPES: Mapping[str, str] = {
    "csv": "text/csv",
    "jsonl": "application/x-ndjson",
    "parquet": "application/vnd.apache.parquet",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}

TYPES: Mapping[type, str] = {str: "text", int: "whole number", float: "number", bool: "yes or no", datetime: "moment"}

ARROW: Mapping[type, Any] = {
    str: pa.string(),
    int: pa.int64(),
    float: pa.float64(),
    bool: pa.bool_(),
    datetime: pa.timestamp("us", tz="UTC"),
}


def harmless(text: str) -> str:
    """The text, behind an apostrophe where it could be a formula, which a spreadsheet shows as nothing but text."""
    return f"'{text}" if text[:1] in FORMULA else text


def _turned(table: Table, turn: Mapping[type, Callable[[Any], Any]]) -> Iterator[list[Any]]:
    """The cells of each row in the order of the columns, those of some types turned into something else."""
    turns = [(column.name, turn.get(column.type)) for column in table.columns]
    for row in table.rows:
        read = row.get
        yield [
            cell if change is None or cell is None else change(cell)
            for cell, change in [(read(name), change) for name, change in turns]
        ]


def _encodable(text: str) -> str:
    """The text, with a question mark for half a character."""
    return text if text.isascii() else text.encode("utf-8", "replace").decode()


def _iso(at: datetime) -> str:
    return at.astimezone(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")


def _fill(
    sheet: Worksheet, columns: tuple[Column, ...], rows: Iterator[Mapping[str, Cell]], bold: Format, moment: Format
) -> bool:
    """Fills a sheet with as many rows as it takes; whether it is full."""
    sheet.freeze_panes(1, 0)
    for place, column in enumerate(columns):
        sheet.set_column(place, place, WIDTHS.get(column.type, max(10, len(column.name) + 2)))
        sheet.write_string(0, place, _legal(column.name), bold)
    writers: Mapping[type, Callable[[int, int, Any], object]] = {
        str: lambda line, place, cell: sheet.write_string(line, place, _legal(cell)),
        int: lambda line, place, cell: _whole_number(sheet, line, place, cell),
        float: sheet.write_number,
        bool: sheet.write_boolean,
        datetime: lambda line, place, cell: sheet.write_datetime(
            line, place, cell.astimezone(UTC).replace(tzinfo=None), moment
        ),
    }
    puts = [(place, column.name, writers[column.type]) for place, column in enumerate(columns)]
    written = 0
    for written, row in enumerate(islice(rows, MOST_ROWS), start=1):
        for place, name, put in puts:
            if (cell := row.get(name)) is not None:
                put(written, place, cell)
    return written == MOST_ROWS


WIDTHS: Mapping[type, int] = {str: 24, datetime: 20}


def _whole_number(sheet: Worksheet, line: int, place: int, cell: int) -> object:
    if abs(cell) < LARGEST_NUMBER:
        return sheet.write_number(line, place, cell)
    return sheet.write_string(line, place, str(cell))


def _explain(sheet: Worksheet, columns: tuple[Column, ...], bold: Format) -> None:
    sheet.freeze_panes(1, 0)
    for place, (heading, width) in enumerate((("column", 28), ("type", 14), ("meaning", 110))):
        sheet.set_column(place, place, width)
        sheet.write_string(0, place, heading, bold)
    for line, column in enumerate(columns, start=1):
        for place, text in enumerate((column.name, TYPES[column.type], column.meaning)):
            sheet.write_string(line, place, _legal(text))


def _legal(text: str) -> str:
    legal = ILLEGAL.sub("\N{REPLACEMENT CHARACTER}", harmless(text))
    return legal if len(legal) <= LONGEST_CELL else f"{legal[: LONGEST_CELL - 1]}…"
