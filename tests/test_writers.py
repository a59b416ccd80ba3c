"""A table read back from each format is what was written."""

import csv
import json
from collections.abc import Mapping
from datetime import UTC, datetime
from io import BytesIO, StringIO
from typing import Any

import openpyxl
import pyarrow.parquet
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.reporting import writers
from bot.reporting.writers import FORMATS, Cell, Column, Table, write

AT = datetime(2026, 3, 1, 12, 30, 15, tzinfo=UTC)
COLUMNS = (
    Column("reference", str, "What the contact is called."),
    Column("nps", int, "From 0 to 10."),
    Column("share", float, "From 0 to 1."),
    Column("late", bool, "Whether it came late."),
    Column("at", datetime, "When."),
)
ROWS: list[Mapping[str, Cell]] = [
    {"reference": "A-1", "nps": 0, "share": 0.5, "late": False, "at": AT},
    {"reference": 'é, "quoted"\nand a line', "nps": 10, "share": 1.0, "late": True, "at": AT},
    {},
]


def written(rows: list[Mapping[str, Cell]], format: str, **more: bool) -> bytes:
    file = BytesIO()
    write(Table.by_name(COLUMNS, iter(rows)), file, format, **more)
    return file.getvalue()


def sheet(data: bytes, name: str = "data") -> list[list[Any]]:
    return [list(row) for row in openpyxl.load_workbook(BytesIO(data))[name].iter_rows(values_only=True)]


def test_csv_is_read_back() -> None:
    """Empty cells are empty, a nought is a nought, times are ISO 8601 in UTC."""
    read = list(csv.DictReader(StringIO(written(ROWS, "csv").decode(), newline="")))
    assert [row["nps"] for row in read] == ["0", "10", ""]
    assert [row["late"] for row in read] == ["0", "1", ""]
    assert [row["at"] for row in read] == ["2026-03-01T12:30:15Z", "2026-03-01T12:30:15Z", ""]
    assert read[1]["reference"] == ROWS[1]["reference"]


def test_csv_can_begin_with_a_mark_for_excel() -> None:
    """With the mark Excel knows that it is UTF-8; without it no reader stumbles over it."""
    assert written(ROWS, "csv", bom=True) == b"\xef\xbb\xbf" + written(ROWS, "csv")


def test_jsonl_is_read_back() -> None:
    """Every line names every column."""
    read = [json.loads(line) for line in written(ROWS, "jsonl").splitlines()]
    assert read[0] == {"reference": "A-1", "nps": 0, "share": 0.5, "late": False, "at": "2026-03-01T12:30:15Z"}
    assert read[2] == dict.fromkeys(read[0])


def test_parquet_is_read_back() -> None:
    """Types are kept, and what a column means goes with it."""
    table = pyarrow.parquet.read_table(BytesIO(written(ROWS, "parquet")))
    assert table.to_pylist() == [{column.name: row.get(column.name) for column in COLUMNS} for row in ROWS]
    assert table.schema.field("nps").metadata == {b"meaning": b"From 0 to 10."}


def test_xlsx_is_read_back() -> None:
    """Dates are dates, numbers are numbers, and a sheet of its own explains the columns."""
    data = written(ROWS, "xlsx")
    header, first, second = sheet(data)
    assert header == [column.name for column in COLUMNS]
    assert first == ["A-1", 0, 0.5, False, AT.replace(tzinfo=None)]
    assert second[0] == ROWS[1]["reference"]
    assert sheet(data, "README")[1:] == [
        [column.name, kind, column.meaning]
        for column, kind in zip(COLUMNS, ("text", "whole number", "number", "yes or no", "moment"), strict=True)
    ]


@pytest.mark.parametrize("formula", ["=1+1", "+31", "-1", "@SUM(A1)", "\t=1", "\r=1"])
@pytest.mark.parametrize("format", ["csv", "xlsx"])
def test_nothing_is_executed(formula: str, format: str) -> None:
    """What a spreadsheet would run is text behind an apostrophe."""
    data = written([{"reference": formula}], format)
    rows = list(csv.reader(StringIO(data.decode(), newline=""))) if format == "csv" else sheet(data)
    assert str(rows[1][0]).startswith("'")


def test_what_does_not_fit_on_a_sheet_goes_on_the_next(monkeypatch: pytest.MonkeyPatch) -> None:
    """No row is lost for being one too many."""
    monkeypatch.setattr(writers, "MOST_ROWS", 2)
    data = written([{"nps": number} for number in range(3)], "xlsx")
    assert [row[1] for name in ("data", "data 2") for row in sheet(data, name)[1:]] == [0, 1, 2]


def test_a_sheet_that_is_just_full_is_the_last(monkeypatch: pytest.MonkeyPatch) -> None:
    """No empty sheet follows; without any row there is one sheet all the same."""
    monkeypatch.setattr(writers, "MOST_ROWS", 2)
    for numbers, names in ((range(4), ["data", "data 2", "README"]), (range(0), ["data", "README"])):
        data = written([{"nps": number} for number in numbers], "xlsx")
        assert openpyxl.load_workbook(BytesIO(data)).sheetnames == names


def test_a_novel_ends_in_an_ellipsis_where_excel_could_not_open_it() -> None:
    """Only there: every other format holds it whole."""
    novel = "x" * 40_000
    assert sheet(written([{"reference": novel}], "xlsx"))[1][0].endswith("x…")
    assert novel.encode() in written([{"reference": novel}], "csv")


def test_no_formula_begins_within_a_text() -> None:
    """A Dutch Excel separates cells by semicolons, and takes a quote for one only where a cell begins."""
    said = ["traag, duur;=1+1", "kort\t+1", 'eerst;"@sum(1)"', "een lijst:\n- traag\n-1"]
    text = written([{"reference": each} for each in said], "csv").decode()
    read = [row["reference"] for row in csv.DictReader(StringIO(text, newline=""))]
    assert read == ["traag, duur;'=1+1", "kort\t'+1", 'eerst;"\'@sum(1)"', "een lijst:\n- traag\n'-1"]
    for cell in csv.reader(StringIO(text.replace('""', ""), newline=""), delimiter=";"):
        assert not any(part.startswith(("=", "+", "@")) for part in cell)


@settings(deadline=None)
@given(st.lists(st.text(max_size=20), min_size=1, max_size=5), st.sampled_from(sorted(FORMATS)))
def test_any_text_can_be_written(texts: list[str], format: str) -> None:
    """Whatever somebody has sent, half a character or a control code, no export fails on it."""
    assert written([{"reference": text} for text in texts], format)
