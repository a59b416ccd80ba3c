"""Contacts from tables and from the command line: whatever program wrote them, nothing good is lost or taken twice."""

import contextlib
import csv
import io
import re
import shutil
import tempfile
import zipfile
from collections.abc import Callable
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st
from openpyxl import Workbook

from bot.app import assemble
from bot.cells import UnreadableCellError, channel_of, moment_of, phone_of, text_of
from bot.config import load
from bot.imports import NAMES, columns_of
from bot.invitations import Decided, Source
from bot.reporting.writers import harmless
from bot.sheets import Cell, Row, SheetError, opened
from flows.survey import Channel
from tests.commands import nawoord, started

AMSTERDAM = ZoneInfo("Europe/Amsterdam")
TODAY = datetime.now(UTC).date()
# The latest full day has ended everywhere, and is never too old for these rules.
YESTERDAY = date.fromordinal(TODAY.toordinal() - 1)
RULES = """
eligibility:
  oldest_hours: 72
  hours: {mon-sun: 00:00-24:00}
  countries: {NL: {holidays: false}, BE: {holidays: false}}
"""


@pytest.fixture
def folder(tmp_path: Path, migrated_sqlite: Path) -> Path:
    """An installation with a database up to date, that invites at any hour."""
    (tmp_path / "config.yaml").write_text(RULES, encoding="utf-8")
    (tmp_path / "var").mkdir()
    shutil.copy(migrated_sqlite, tmp_path / "var" / "nawoord.db")
    return tmp_path


def found(folder: Path, reference: str) -> Decided:
    parts = assemble(load({"NAWOORD_CONFIG": str(folder / "config.yaml")}))
    decided = parts.invitations.find(reference)
    parts.database.dispose()
    assert decided is not None
    return decided


def table(path: Path, *lines: str, encoding: str = "utf-8", end: str = "\n") -> Path:
    path.write_bytes(end.join(lines).encode(encoding))
    return path


def workbook(path: Path, *rows: list[Any]) -> Path:
    book = Workbook()
    sheet = book.active
    assert sheet is not None
    for row in rows:
        sheet.append(row)
    book.save(path)
    return path


def read(path: Path) -> tuple[tuple[str, ...], list[Row]]:
    with opened(path) as sheet:
        return sheet.header, list(sheet.rows)


SPELLINGS = [
    ("commas", "naam,plaats\r\nZoë,Ürk\r\n", "utf-8"),
    ("semicolons, as Excel writes where the comma is for decimals", "naam;plaats\r\nZoë;Ürk\r\n", "utf-8"),
    ("tabs", "naam\tplaats\nZoë\tÜrk\n", "utf-8"),
    ("a mark at the beginning", "naam;plaats\nZoë;Ürk\n", "utf-8-sig"),
    ("an older Windows", "naam;plaats\nZoë;Ürk\n", "cp1252"),
    ("Excel's Unicode text", "naam\tplaats\r\nZoë\tÜrk\r\n", "utf-16"),
    ("a line that says what is between columns", "sep=;\nnaam;plaats\nZoë;Ürk\n", "utf-8"),
    ("quotation marks", '"naam";"plaats"\n"Zoë";"Ürk"\n', "utf-8"),
    ("empty lines", "\n;\nnaam;plaats\n\n ; \nZoë;Ürk\n\n", "utf-8"),
    ("a comma within the only quoted name", '"naam, ";plaats\nZoë;Ürk\n', "utf-8"),
]


@pytest.mark.parametrize(("text", "encoding"), [row[1:] for row in SPELLINGS], ids=[row[0] for row in SPELLINGS])
def test_a_table_is_read_whatever_wrote_it(tmp_path: Path, text: str, encoding: str) -> None:
    """The same header and the same row."""
    path = tmp_path / "table.txt"
    path.write_bytes(text.encode(encoding))
    header, (row,) = read(path)
    assert [name.rstrip(", ") for name in header] == ["naam", "plaats"]
    assert list(row.cells.values()) == ["Zoë", "Ürk"]


def test_a_workbook_is_read_with_what_its_cells_are(tmp_path: Path) -> None:
    """Numbers stay numbers and moments moments; the name of the file makes no difference."""
    ended = datetime(2026, 3, 4, 13, 5)  # noqa: DTZ001 -- a workbook knows no zones
    path = workbook(tmp_path / "table.csv", ["Id", None, "When"], [17, None, ended], [], [None, "x", None, "y"])
    header, rows = read(path)
    assert header == ("Id", "", "When")
    assert rows == [Row(2, {"Id": 17, "When": ended}), Row(4, {}, 1)]


def test_rows_know_where_they_begin(tmp_path: Path) -> None:
    """Also below a cell of several lines, which is how a person finds them."""
    path = table(tmp_path / "t.csv", "a;b", '1;"two', 'lines"', "2;x", "", "3;y")
    assert [row.line for row in read(path)[1]] == [2, 4, 6]


UNREADABLE = [
    (b"", "is empty"),
    (b"\n;;\n", "is empty"),
    (b"\xd0\xcf\x11\xe0rest", "before 2007"),
    (b"PK\x03\x04rest", "no workbook that can be read"),
    (b'a;b\n1;"never closed\n', "quotation mark left open"),
]


@pytest.mark.parametrize(("content", "told"), UNREADABLE, ids=[told for _, told in UNREADABLE])
def test_a_file_that_is_no_table_says_what_to_do(tmp_path: Path, content: bytes, told: str) -> None:
    """And none that is there but cannot be opened is an error of ours."""
    (tmp_path / "t.csv").write_bytes(content)
    with pytest.raises(SheetError, match=told):
        read(tmp_path / "t.csv")
    with pytest.raises(SheetError, match="cannot be read"):
        read(tmp_path)


def damaged(part: str, change: Callable[[bytes], bytes | None]) -> bytes:
    """A good workbook of which one part is another, or missing."""
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(GOOD_WORKBOOK)) as source, zipfile.ZipFile(out, "w") as target:
        for name in source.namelist():
            content = change(source.read(name)) if name == part else source.read(name)
            if content is not None:
                target.writestr(name, content)
    return out.getvalue()


def good_workbook() -> bytes:
    book, out = Workbook(), io.BytesIO()
    for row in (["reference", "phone"], ["A-1", "+31201234567"]):
        book.active.append(row)  # type: ignore[union-attr]
    book.save(out)
    return out.getvalue()


GOOD_WORKBOOK = good_workbook()
PACKED = GOOD_WORKBOOK.index(b"xl/worksheets/sheet1.xml") + 40
GOOD_CSV = "reference;phone\nCafé;+31201234567\n"

DAMAGED = {
    "the list of sheets is cut": damaged("xl/workbook.xml", lambda part: part[: len(part) // 2]),
    "the styles are cut": damaged("xl/styles.xml", lambda part: part[:100]),
    "the relations are nothing": damaged("xl/_rels/workbook.xml.rels", lambda _: b"<x"),
    "the rows are cut": damaged("xl/worksheets/sheet1.xml", lambda part: part[:300]),
    "there is no sheet": damaged("xl/worksheets/sheet1.xml", lambda _: None),
    "it does not unpack": GOOD_WORKBOOK.replace(GOOD_WORKBOOK[PACKED : PACKED + 60], b"\xff" * 60),
    "a byte that no Windows knows": b"reference;phone\nCaf\xe9\x81;1\n",
    "UTF-8 that is none": b"\xef\xbb\xbfreference;phone\nCaf\xe9;1\n",
    "half a character": b"\xff\xfer\x00e\x00\x00\xd8a\x00\n\x00",
}


@pytest.mark.parametrize("content", DAMAGED.values(), ids=DAMAGED)
def test_a_damaged_file_is_told_with_its_name(tmp_path: Path, content: bytes) -> None:
    """Wherever in it the damage is, and never with the inside of a program."""
    (tmp_path / "t.csv").write_bytes(content)
    with pytest.raises(SheetError, match=r"^t\.csv "):
        read(tmp_path / "t.csv")


@given(
    good=st.sampled_from([GOOD_WORKBOOK, *(GOOD_CSV.encode(code) for code in ("utf-8-sig", "utf-16", "cp1252"))]),
    changes=st.lists(st.tuples(st.integers(0, 10_000), st.binary(max_size=4)), max_size=6),
    length=st.integers(0, 10_000),
)
def test_nothing_but_a_table_or_what_is_wrong_comes_of_any_bytes(
    good: bytes, changes: list[tuple[int, bytes]], length: int
) -> None:
    """Good files with some bytes changed, and cut anywhere."""
    content = bytearray(good)
    for place, put in changes:
        at = place % len(good)
        content[at : at + len(put)] = put
    with tempfile.TemporaryDirectory() as folder, contextlib.suppress(SheetError):
        path = Path(folder) / "t"
        path.write_bytes(content[: length or None])
        read(path)


@pytest.mark.parametrize("header", [("Reference", "PHONE", "ended at"), ("call_id", "Telefoonnummer", "Eind-tijd")])
def test_columns_are_known_by_many_names(header: tuple[str, ...]) -> None:
    """In capitals or not, with whatever between the words."""
    assert columns_of(header).fields == dict(zip(("reference", "phone", "ended_at"), header, strict=True))


def test_attributes_are_named_and_the_rest_is_left() -> None:
    """Nothing is kept of a person that nobody asked to keep."""
    columns = columns_of(("id", "phone", "ended", "Birthday", "attribute.order", "Attributes: shop", ""))
    assert columns.attributes == {"order": "attribute.order", "shop": "Attributes: shop"}
    assert columns.unused == ("Birthday",)


@pytest.mark.parametrize(
    ("header", "told"),
    [
        (("phone", "ended"), "lacks a column for reference"),
        (("id", "phone", "ended", "mobile"), "phone and mobile both mean phone"),
    ],
)
def test_columns_that_are_missing_or_said_twice_are_told(header: tuple[str, ...], told: str) -> None:
    """Before any row is taken."""
    with pytest.raises(SheetError, match=told):
        columns_of(header)


def test_no_name_means_two_things() -> None:
    """Whatever is added to the names of one column."""
    names = [re.sub(r"\W", "", name) for spellings in NAMES.values() for name in spellings]
    assert len(set(names)) == len(names)


PHONES: list[tuple[Cell, str | None]] = [
    ("+31612345678", "+31612345678"),
    (31612345678, "31612345678"),
    (31612345678.0, "31612345678"),
    ("31612345678.0", "31612345678"),
    ("31612345678,00", "31612345678"),
    ("'+31612345678", "+31612345678"),
    ('="0612345678"', "0612345678"),
    ("  ", None),
    (None, None),
]


@pytest.mark.parametrize(("cell", "phone"), PHONES, ids=repr)
def test_a_number_is_read_though_a_spreadsheet_took_it_for_an_amount(cell: Cell, phone: str | None) -> None:
    """As far as all of its digits are still there."""
    assert phone_of(cell) == phone


@pytest.mark.parametrize("text", ["'t Loo", "'s-Hertogenbosch", "'", "''", "'24/7'", '="'])
def test_an_apostrophe_that_belongs_to_the_word_stays(text: str) -> None:
    """Half the Netherlands lives in places that begin with one."""
    assert text_of(text) == text


@pytest.mark.parametrize("text", ["=1+1", "+31", "-", "@SUM(A1)", "=1\n+2"])
def test_what_an_export_put_behind_an_apostrophe_is_read_as_it_was(text: str) -> None:
    """So that a table may go through a spreadsheet and come back."""
    assert harmless(text) != text
    assert text_of(harmless(text)) == text


@pytest.mark.parametrize("cell", ["3,16E+10", "3.16123E+10", "3E10", 31612345678.5])
def test_a_rounded_number_is_nobodys(cell: Cell) -> None:
    """It would belong to somebody else; how to format the column is said."""
    with pytest.raises(UnreadableCellError) as error:
        phone_of(cell)
    assert "format the column as text" in str(error.value.fault)


MOMENTS: list[tuple[Cell, str]] = [
    ("2026-03-04T13:05:00+01:00", "2026-03-04T12:05Z"),
    ("2026-03-04T12:05:00Z", "2026-03-04T12:05Z"),
    ("2026-03-04 13:05", "2026-03-04T12:05Z"),
    ("4-3-2026 13:05", "2026-03-04T12:05Z"),
    ("04/03/2026 13:05:00", "2026-03-04T12:05Z"),
    ("04.03.2026 9:05", "2026-03-04T08:05Z"),
    ("04-07-2026 13:05", "2026-07-04T11:05Z"),
    (datetime(2026, 3, 4, 13, 5), "2026-03-04T12:05Z"),  # noqa: DTZ001 -- a workbook knows no zones
]


@pytest.mark.parametrize(("cell", "moment"), MOMENTS, ids=repr)
def test_a_moment_is_read_as_most_write_it(cell: Cell, moment: str) -> None:
    """In the zone of the default country where it names none, summer or winter."""
    assert moment_of(cell, AMSTERDAM, "NL") == datetime.fromisoformat(moment)


def test_americans_write_the_month_first() -> None:
    """So the order is that of the default country."""
    assert moment_of("03/04/2026 13:05", UTC, "US") == datetime(2026, 3, 4, 13, 5, tzinfo=UTC)


@pytest.mark.parametrize(
    "cell", [None, "yesterday", "2026-03-04", date(2026, 3, 4), "31-02-2026 10:00", 46085.5, "1:2"]
)
def test_what_is_no_moment_says_how_to_write_one(cell: Cell) -> None:
    """A day alone is none: nobody could tell when the ten minutes after it are over."""
    with pytest.raises(UnreadableCellError) as error:
        moment_of(cell, AMSTERDAM, "NL")
    assert "2026-01-31T14:05:00+01:00" in str(error.value.fault)


def test_a_moment_without_a_zone_needs_one() -> None:
    """Where the default country has several, nobody guesses."""
    with pytest.raises(UnreadableCellError, match="no time zone"):
        moment_of("2026-03-04 13:05", None, "US")


def test_channels_have_several_names() -> None:
    """And what is none is told with those there are."""
    assert [channel_of(cell) for cell in ("SMS", "Voice", "WhatsApp", "")] == [*map(Channel, ("sms", "call")),
                                                                             Channel.WHATSAPP, None]  # fmt: skip
    with pytest.raises(UnreadableCellError) as error:
        channel_of("pigeon")
    assert "write call, sms, whatsapp" in str(error.value.fault)
    assert text_of(12.0) == "12"


CONTACTS = (
    "Case;Telefoonnummer;Ended at;Taal;Land;Agent;Shoe size;attribute.order",
    f"A1;0612345678;{YESTERDAY:%d-%m-%Y} 23:05;nl;;a17;44;77",
    f"A2;31612345679;{YESTERDAY}T23:05:00+01:00;;;;;",
    f"A3;3,16E+10;{YESTERDAY:%d-%m-%Y} 23:05;nl;;;;",
    "A4;0612345670;gisteren;nl;;;;",
    f"A5;06 12345678;{YESTERDAY:%d/%m/%Y} 23:05;nl;;;;",
    f";0612345671;{YESTERDAY:%d/%m/%Y} 23:05;nl;;;;",
    f"A6;0470 12 34 56;{YESTERDAY:%d/%m/%Y} 23:05;;BE;;;",
    f"A7;;{YESTERDAY:%d/%m/%Y} 23:05;;;;;",
    f"A8;0612345672;{YESTERDAY:%d/%m/%Y} 23:05;nl;;;;;surplus",
)


def test_an_import_takes_the_good_rows_and_tells_the_faulty(folder: Path) -> None:
    """Row by row with line, field, problem and remedy; what was decided is counted by reason."""
    done = nawoord(folder, "import", str(table(folder / "contacts.csv", *CONTACTS, encoding="cp1252")))
    assert done.returncode == 1
    assert done.stdout.splitlines() == [
        "      3 invited",
        "      1 not invited: no_number: The contact came without a telephone number, or the number was withheld.",
        "      1 not invited: quarantined: This person was invited not long ago.",
        "      4 faulty",
    ]
    told = done.stderr.splitlines()
    assert told[0] == "not taken: Shoe size; name a column attribute.… to keep it"
    assert [line.split(";")[0] for line in told[1:]] == [
        "line 4: phone: the spreadsheet has rounded the number",
        "line 5: ended_at: this is no day with a time of day",
        "line 7: reference: it is empty",
        "line 10: row: it has more cells than there are columns",
    ]
    first = found(folder, "A1")
    assert (first.source, first.agent, first.attributes) == (Source.IMPORT, "a17", {"order": "77"})
    assert (found(folder, "A6").country, found(folder, "A6").invited) == ("BE", True)


def test_an_import_may_be_run_twice(folder: Path) -> None:
    """The second time everything is known, and nobody is invited again."""
    path = table(folder / "contacts.csv", *CONTACTS)
    nawoord(folder, "import", str(path))
    again = nawoord(folder, "import", str(path))
    assert again.stdout.splitlines() == ["      5 known before", "      4 faulty"]
    assert again.returncode == 1


def test_a_dry_run_takes_nothing(folder: Path) -> None:
    """It tells the same faults, and the real run then begins from nothing."""
    path = table(folder / "contacts.csv", *CONTACTS)
    dry = nawoord(folder, "import", "--dry-run", str(path))
    assert dry.stdout.splitlines() == ["      5 can be taken", "      4 faulty"]
    real = nawoord(folder, "import", str(path))
    assert real.stderr == dry.stderr
    assert "3 invited" in real.stdout


def test_a_workbook_is_imported(folder: Path) -> None:
    """With numbers that lost their plus sign and moments that are none of text; a good file ends with 0."""
    ended = datetime(YESTERDAY.year, YESTERDAY.month, YESTERDAY.day, 23, 5)  # noqa: DTZ001 -- a workbook knows no zones
    header = ["reference", "phone", "ended_at", "channel"]
    path = workbook(
        folder / "contacts.xlsx", header, [4711, 31612345678, ended, "SMS"], ["x", 470123456.0, ended, None]
    )
    done = nawoord(folder, "import", str(path))
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout == "      2 invited\n"
    assert found(folder, "4711").channel is Channel.SMS


@pytest.mark.parametrize("lines", [("phone;ended at", "x;y"), ("just a line",)])
def test_a_file_without_the_columns_is_not_begun(folder: Path, lines: tuple[str, ...]) -> None:
    """It could not be tried: the exit code is 2, and the names that are known are told."""
    done = nawoord(folder, "import", str(table(folder / "contacts.csv", *lines)))
    assert (done.returncode, done.stdout) == (2, "")
    assert "the first row lacks a column for reference (reference, id," in done.stderr


def test_no_fault_shows_a_number(folder: Path) -> None:
    """What is told may end in a log or a ticket."""
    lines = ["id;phone;ended at", f"1;0612345678 or 0687654321;{YESTERDAY} 12:00", f"2;+31612345678x;{YESTERDAY} 12:00"]
    done = nawoord(folder, "import", str(table(folder / "contacts.csv", *lines)))
    assert done.stdout == "      2 faulty\n"
    assert not re.search(r"\d{6}", done.stderr.replace("+31600000001", ""))


def test_a_contact_is_reported_and_its_decision_printed(folder: Path) -> None:
    """Invited or not, it was reported: the exit code is 0."""
    first = nawoord(folder, "contact", "X1", "--phone", "0612345678", "--agent", "a17", "--attribute", "order=A=17")
    assert first.returncode == 0, first.stderr
    assert re.fullmatch(
        r"invited: sms, whatsapp, call, scheduled, due [\d-]+ [\d:]+ \(Europe/Amsterdam\)\nThis person is invited\.\n",
        first.stdout,
    )
    assert found(folder, "X1").attributes == {"order": "A=17"}
    again = nawoord(folder, "contact", "X1", "--phone", "0612345678")
    assert again.stdout.endswith("This person is invited. This was decided when it came first.\n")
    other = started(folder, "contact", "X2", "--phone", "-", typed="+31612345678\n")
    assert other.returncode == 0
    assert other.stdout.startswith("not invited: quarantined\nThis person was invited not long ago")


WRONG = [
    (["X", "--phone", "call me"], "phone: this is no telephone number; write it with the code of its country"),
    (["X", "--ended-at", "yesterday"], "ended_at: this is no day with a time of day; write it as in"),
    (["X", "--ended-at", "2999-01-01 12:00"], "ended_at: it lies in the future"),
    (["X", "--attribute", "order"], "write it as in --attribute order=A17"),
    (["X", "--channel", "pigeon"], "'pigeon' is not one of"),
]


@pytest.mark.parametrize(("command", "told"), WRONG, ids=[told for _, told in WRONG])
def test_a_contact_that_cannot_be_taken_says_why(folder: Path, command: list[str], told: str) -> None:
    """With the field, the remedy, exit code 2, and no traceback."""
    done = nawoord(folder, "contact", *command)
    assert (done.returncode, done.stdout) == (2, "")
    assert told in done.stderr
    assert "Traceback" not in done.stderr


def test_an_opt_out_ends_invitations_and_can_be_undone(folder: Path) -> None:
    """At once and in any spelling; afterwards nobody invites the person until it is taken back."""
    nawoord(folder, "contact", "X1", "--phone", "0612345678")
    done = nawoord(folder, "opt-out", "-", typed="+31 6 12345678\n\n0687654321\nnobody\n")
    assert (done.returncode, done.stdout) == (1, "2 will not be asked again\n")
    assert done.stderr.startswith("line 4: phone: this is no telephone number")
    assert found(folder, "X1").state == "opted_out"
    assert "not invited: opted_out" in nawoord(folder, "contact", "X2", "--phone", "0687654321").stdout
    assert nawoord(folder, "opt-out", "--undo", "0687654321").stdout == "1 may be asked again\n"
    assert "invited: sms" in nawoord(folder, "contact", "X3", "--phone", "0687654321").stdout
    assert nawoord(folder, "opt-out", "06").returncode == 2


def test_what_is_exported_can_be_imported(tmp_path: Path) -> None:
    """Python's own writer and ours agree about quotation marks and lines within cells."""
    text = io.StringIO()
    csv.writer(text, delimiter=";").writerows([["a", "b"], ['say "hi"', "two\nlines; and more"]])
    _, (row,) = read(table(tmp_path / "t.csv", text.getvalue()))
    assert row.cells == {"a": 'say "hi"', "b": "two\nlines; and more"}
