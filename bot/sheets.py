"""Reads tables that others have made, row by row: CSV in whatever spelling, and XLSX."""

import codecs
import csv
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass
from datetime import date, datetime, time
from io import TextIOWrapper
from pathlib import Path
from typing import Any

Cell = str | int | float | bool | date | datetime | time | None
"""What stands in a cell; of CSV always text."""

DELIMITERS = (";", ",", "\t")
MARKS = {
    codecs.BOM_UTF8: "utf-8-sig",
    codecs.BOM_UTF16_LE: "utf-16",
    codecs.BOM_UTF16_BE: "utf-16",
}
ZIPPED, OLD_EXCEL = b"PK\x03\x04", b"\xd0\xcf\x11\xe0"
CHUNK = 1 << 20

LONGEST_CELL = 1 << 20
"""Characters; csv gives up at fewer."""


class SheetError(Exception):
    """A file that cannot be read as a table at all. The message says what to do."""


@dataclass(frozen=True, slots=True)
class Row:
    """One row below the header. line: where it begins in the file, from 1; cells: by the header's names, as written.

    surplus: how many filled cells there are beyond the last column of the header.
    """

    line: int
    cells: Mapping[str, Cell]
    surplus: int = 0


@dataclass(frozen=True, slots=True)
class Sheet:
    """A table. header: the names of the columns, as written; lines: about how many there are; rows: to be read once."""

    header: tuple[str, ...]
    lines: int
    rows: Iterator[Row]


@contextmanager
def opened(path: Path) -> Iterator[Sheet]:
    """The table in that file; it is told by what is in it, not by its name. Empty rows are left out.

    Raises SheetError, also while rows are read.
    """
    with ExitStack() as files:
        try:
            with path.open("rb") as file:
                start = file.read(4)
            if start == OLD_EXCEL:
                raise SheetError(f"{path.name} is in Excel's format of before 2007; save it as XLSX or CSV")
            lines, rows = files.enter_context(_xlsx(path) if start == ZIPPED else _csv(path))
            sheet = _sheet(path, lines, rows)
        except (OSError, UnicodeError) as error:
            raise _unreadable(path, error) from None
        yield sheet


def _unreadable(path: Path, error: OSError | UnicodeError) -> SheetError:
    if isinstance(error, UnicodeError):
        return SheetError(f"{path.name} holds signs in no encoding that is known; save it as CSV in UTF-8")
    return SheetError(f"{path.name} cannot be read: {error.strerror or error}")


def _sheet(path: Path, lines: int, rows: Iterator[tuple[int, list[Cell]]]) -> Sheet:
    for _, cells in rows:
        if any(map(_is_filled, cells)):
            header = tuple(str(cell).strip() if _is_filled(cell) else "" for cell in cells)
            return Sheet(header, lines, _rows(header, rows))
    raise SheetError(f"{path.name} is empty; the first row has to name the columns")


def _rows(header: tuple[str, ...], rows: Iterator[tuple[int, list[Cell]]]) -> Iterator[Row]:
    for line, cells in rows:
        if any(map(_is_filled, cells)):
            named = {name: cell for name, cell in zip(header, cells, strict=False) if name and _is_filled(cell)}
            yield Row(line, named, sum(map(_is_filled, cells[len(header) :])))


def _is_filled(cell: Cell) -> bool:
    return cell is not None and (not isinstance(cell, str) or bool(cell.strip()))


@contextmanager
def _csv(path: Path) -> Iterator[tuple[int, Iterator[tuple[int, list[Cell]]]]]:
    encoding, lines = _encoding_of(path)
    csv.field_size_limit(LONGEST_CELL)
    with path.open("rb") as raw, TextIOWrapper(raw, encoding=encoding, newline="") as text:
        first = text.readline()
        # Excel writes and heeds a first line such as `sep=;`, which is no part of the table.
        announced = first.strip().lower().removeprefix("sep=") if first.lower().startswith("sep=") else ""
        if len(announced) > 1:
            raise SheetError(f"{path.name} begins with {first.strip()}; write one sign behind sep=, or leave it out")
        if not announced:
            text.seek(0)
        delimiter = announced or max(DELIMITERS, key=_outside_quotes(first).count)
        yield lines, _csv_rows(path, csv.reader(text, delimiter=delimiter, strict=True), 1 if announced else 0)


def _csv_rows(path: Path, reader: Any, skipped: int) -> Iterator[tuple[int, list[Cell]]]:
    try:
        while True:
            line = reader.line_num + 1 + skipped
            yield line, next(reader)
    except StopIteration:
        return
    except (OSError, UnicodeError) as error:
        raise _unreadable(path, error) from None
    except csv.Error as error:
        where = f"{path.name}, line {reader.line_num + skipped}"
        raise SheetError(f"{where}: {error}; is a quotation mark left open, or is this no CSV?") from None


def _encoding_of(path: Path) -> tuple[str, int]:
    """The encoding, and about how many lines there are: both need one look at the whole file."""
    decoder = codecs.getincrementaldecoder("utf-8")()
    is_utf8, lines = True, 0
    with path.open("rb") as file:
        start = file.read(3)
        marked = next((encoding for mark, encoding in MARKS.items() if start.startswith(mark)), None)
        file.seek(0)
        while chunk := file.read(CHUNK):
            lines += chunk.count(b"\n")
            if is_utf8 and not marked:
                try:
                    decoder.decode(chunk)
                except UnicodeDecodeError:
                    is_utf8 = False
    # What is not UTF-8 comes from an older Windows, where nearly every byte is some letter.
    return marked or ("utf-8" if is_utf8 else "cp1252"), lines


def _outside_quotes(line: str) -> str:
    return "".join(line.split('"')[::2])


@contextmanager
def _xlsx(path: Path) -> Iterator[tuple[int, Iterator[tuple[int, list[Cell]]]]]:
    # Takes as long to import as everything else together, which only a workbook is worth.
    import openpyxl

    with path.open("rb") as file:
        try:
            # Handed over open, for of a path it would heed the ending.
            book = openpyxl.load_workbook(file, read_only=True, data_only=True)
            sheet: Any = next(iter(book.worksheets), None)
            lines = sheet.max_row or 0 if sheet else 0
        except Exception as error:  # a damaged file fails wherever in the library the damage is met
            raise SheetError(f"{path.name} is no workbook that can be read ({error}); save it as XLSX or CSV") from None
        if sheet is None:
            raise SheetError(f"{path.name} has no sheet with cells; save it as XLSX or CSV")
        # Some programs write a size that is wrong, and rows beyond it would be left out.
        sheet.reset_dimensions()
        with closing(book):
            yield lines, _xlsx_rows(path, sheet)


def _xlsx_rows(path: Path, sheet: Any) -> Iterator[tuple[int, list[Cell]]]:
    line = 0
    try:
        for line, cells in enumerate(sheet.iter_rows(values_only=True), start=1):
            yield line, list(cells)
    except Exception as error:  # as above
        raise SheetError(f"{path.name} is damaged behind row {line} ({error}); save it anew") from None
