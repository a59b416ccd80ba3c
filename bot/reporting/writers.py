"""Writes a table in whichever format somebody can use, row by row, in memory only a few of them at a time."""

import json
import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import chain, islice
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

QUOTE = '"'
QUOTED = re.compile('[",\r\n]')
"""What makes a text stand between quotes in CSV (RFC 4180)."""

WITHIN = re.compile(r"""([;\t\r\n]["']?)(?=[=+\-@]\S)""")
"""Where a spreadsheet that separates cells by semicolons or tabs would begin a formula in the middle of a text."""

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
    """Columns, and rows with a cell for each in the same order; to be read once."""

    columns: tuple[Column, ...]
    rows: Iterable[Sequence[Cell]]

    @classmethod
    def by_name(cls, columns: tuple[Column, ...], rows: Iterable[Mapping[str, Cell]]) -> "Table":
        """The same of rows that name some of the columns and leave the others empty."""
        return cls(columns, map(placed(columns), rows))


def placed(columns: Iterable[Column]) -> Callable[[Mapping[str, Cell]], Sequence[Cell]]:
    """What puts the cells of a row that names its columns into their order."""
    names = [column.name for column in columns]
    return lambda row: [row.get(name) for name in names]


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
    mark = "\ufeff" if bom else ""
    lines = [mark + ",".join(_in_csv(column.name) for column in table.columns)]
    for cells in _batches(table, AT_ONCE):
        texts = [_each(column, some, _in_csv) for column, some in zip(table.columns, cells, strict=True)]
        yield _bytes([*lines, *map(",".join, zip(*texts, strict=True))], "\r\n")
        lines = []
    yield _bytes(lines, "\r\n")


def jsonl_pieces(table: Table, _bom: bool = False) -> Iterator[bytes]:
    """As a JSON object a line, with a name for every column; text stands in it as it came."""
    lines = in_json(table.columns, table.rows)
    while some := list(islice(lines, AT_ONCE)):
        yield _bytes(some, "\n")
    yield b""


def in_json(columns: tuple[Column, ...], rows: Iterable[Sequence[Cell]]) -> Iterator[str]:
    """Each row as a JSON object, with a name for every column."""
    named = [_member(column.name) for column in columns]
    for cells in _batches(Table(columns, rows), AT_ONCE):
        texts = [_each(*each) for each in zip(columns, cells, named, strict=True)]
        for row in zip(*texts, strict=True):
            yield f"{{{', '.join(row)}}}"


def write_xlsx(table: Table, to: BinaryIO, _bom: bool = False) -> None:
    """As a workbook with real dates, in UTC, and a sheet that explains every column."""
    as_they_are = dict.fromkeys(("strings_to_formulas", "strings_to_urls", "strings_to_numbers"), False)
    with Workbook(to, {"constant_memory": True, **as_they_are}) as book:
        bold = book.add_format({"bold": True})
        moment = book.add_format({"num_format": "yyyy-mm-dd hh:mm:ss"})
        rows, number = iter(table.rows), 0
        while (following := list(islice(rows, 1))) or not number:
            number += 1
            sheet = book.add_worksheet("data" if number == 1 else f"data {number}")
            _fill(sheet, table.columns, islice(chain(following, rows), MOST_ROWS), bold, moment)
        _explain(book.add_worksheet("README"), table.columns, bold)


def write_parquet(table: Table, to: BinaryIO, _bom: bool = False) -> None:
    """As Parquet with types, and what each column means in its metadata; text stands in it as it came."""
    schema = pa.schema(
        [pa.field(column.name, ARROW[column.type], metadata={"meaning": column.meaning}) for column in table.columns]
    )
    with ParquetWriter(to, schema, compression="zstd") as writer:
        for batch in _batches(table, ROW_GROUP):
            arrays = [_array(cells, field.type) for cells, field in zip(batch, schema, strict=True)]
            writer.write_table(pa.table(arrays, schema=schema))


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


Cells = Sequence[Any]
"""What stands in one column."""


def _batches(table: Table, size: int) -> Iterator[list[Cells]]:
    """So many rows at a time, column by column."""
    rows = iter(table.rows)
    while batch := list(islice(rows, size)):
        yield list(zip(*batch, strict=True))


def _each(column: Column, cells: Cells, change: Callable[[Cell], str]) -> Iterable[str]:
    """The cells as text, of those that are alike one for all: in most columns there are few others."""
    if column.type is float:
        # 0.0 and -0.0 are equal, and their texts are not.
        return map(change, cells)
    texts = {cell: change(cell) for cell in set(cells)}
    return map(texts.__getitem__, cells)


def _in_csv(cell: Cell) -> str:
    if isinstance(cell, str):
        text = WITHIN.sub(r"\1'", harmless(cell))
        return f'"{text.replace(QUOTE, 2 * QUOTE)}"' if QUOTED.search(text) else text
    if cell is None:
        return ""
    if isinstance(cell, datetime):
        return _moment(cell)
    return repr(int(cell) if isinstance(cell, bool) else cell)


def _member(name: str) -> Callable[[Cell], str]:
    """What makes a cell a member of a JSON object, behind its name."""
    encode = json.JSONEncoder(ensure_ascii=False).encode
    label = encode(name)
    return lambda cell: f"{label}: {encode(_moment(cell) if isinstance(cell, datetime) else cell)}"


def _moment(at: datetime) -> str:
    """In ISO 8601, to the second, in UTC."""
    return f"{at.astimezone(UTC).isoformat()[: len('2026-01-31T12:00:00')]}Z"


def _bytes(lines: Iterable[str], end: str) -> bytes:
    return "".join([f"{line}{end}" for line in lines]).encode("utf-8", "replace")


def _array(cells: Cells, type: Any) -> Any:
    """As Arrow has it, with a question mark for half a character."""
    try:
        return pa.array(cells, type=type)
    except UnicodeEncodeError:
        return pa.array([text and text.encode("utf-8", "replace").decode() for text in cells], type=type)


def _fill(
    sheet: Worksheet, columns: tuple[Column, ...], rows: Iterable[Sequence[Cell]], bold: Format, moment: Format
) -> None:
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
    puts = [(place, writers[column.type]) for place, column in enumerate(columns)]
    for line, row in enumerate(rows, start=1):
        for cell, (place, put) in zip(row, puts, strict=True):
            if cell is not None:
                put(line, place, cell)


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
