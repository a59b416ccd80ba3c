"""The commands about themes, as an analyst uses them."""

import json
from collections.abc import Iterator
from pathlib import Path

import openpyxl
import pyarrow
import pyarrow.parquet
import pytest
from click.testing import CliRunner, Result

from bot import app
from bot.cli import cli
from tests.wire import Wire, texted

SECRET = "a secret for tests that is long enough to be one"


@pytest.fixture
def wire(database_url: str) -> Iterator[Wire]:
    opened = Wire.to(database_url)
    yield opened
    opened.close()


@pytest.fixture
def run(database_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> CliRunner:
    (tmp_path / "config.yaml").write_text("definitions: own\n")
    monkeypatch.setenv("NAWOORD_CONFIG", str(tmp_path / "config.yaml"))
    monkeypatch.setenv("NAWOORD_DATABASE_URL", database_url)
    monkeypatch.setenv("NAWOORD_SECRET_KEY", SECRET)
    return CliRunner()


def ran(run: CliRunner, *words: object, exits: int = 0) -> Result:
    result = run.invoke(cli, ["themes", *map(str, words)])
    assert result.exit_code == exits, result.output
    return result


def say(wire: Wire, why: str, number: int) -> None:
    for turn, body in enumerate(("survey", "3", "4", why)):
        wire.post(texted(f"SM{number}-{turn}", body, f"+3160000{number:04}"))


def test_a_sheet_is_made_corrected_and_taken_back(wire: Wire, run: CliRunner, tmp_path: Path) -> None:
    """What was changed is decided, what was only read is confirmed, the rest stays open; twice makes no difference."""
    for number, why in enumerate(("lang gewacht", "lang gewacht", "lang gewacht")):
        say(wire, why, number)
    ran(run, "tag")
    path = tmp_path / "sheet.xlsx"
    ran(run, "review", "--file", path, "--by", "coder")
    book = openpyxl.load_workbook(path)
    columns = {str(cell.value): cell.column or 0 for cell in book["data"][1]}
    book["data"].cell(2, columns["themes"], "price_invoice: negative; waiting_time")
    book["data"].cell(2, columns["read"], "yes")
    book["data"].cell(3, columns["read"], "yes")
    book.save(path)
    assert "2 taken, 0 in conflict, 0 refused" in ran(run, "review", "--file", path, "--by", "coder").stderr
    ran(run, "review", "--file", path, "--by", "coder")
    decided = {row["session_id"] for row in wire.rows("reviews")}
    assert len(decided) == 2
    assert {row["theme"] for row in wire.rows("corrections") if row["present"]} >= {"price_invoice", "waiting_time"}


def test_a_conflict_is_shown_and_not_taken(wire: Wire, run: CliRunner, tmp_path: Path) -> None:
    """Who decided meanwhile is not overruled unseen."""
    say(wire, "lang gewacht", 1)
    ran(run, "tag")
    path = tmp_path / "sheet.csv"
    ran(run, "review", "--file", path, "--by", "first")
    id = f"{wire.rows('sessions')[0]['id']}.why"
    wire.clock.now = app.now()
    wire.parts.verbatims.decide(id, "second", {"price_invoice": None})
    table = path.read_text().replace(",,2", ",yes,2")
    path.write_text(table)
    shown = ran(run, "review", "--file", path, "--by", "first", exits=1)
    assert "second decided since: price_invoice" in shown.stdout
    assert [tag.theme for tag in wire.parts.verbatims.show(id).tags] == ["price_invoice"]
    ran(run, "review", "--file", path, "--by", "first", "--overrule")
    assert [tag.theme for tag in wire.parts.verbatims.show(id).tags] != ["price_invoice"]


def test_a_row_that_makes_no_sense_is_refused_alone(wire: Wire, run: CliRunner, tmp_path: Path) -> None:
    """The fault is named with its line; the other rows are taken."""
    for number in range(4):
        say(wire, "lang gewacht", number)
    path = tmp_path / "sheet.xlsx"
    ran(run, "review", "--file", path, "--by", "coder")
    book = openpyxl.load_workbook(path)
    columns = {str(cell.value): cell.column or 0 for cell in book["data"][1]}
    book["data"].cell(2, columns["themes"], "the weather")
    book["data"].cell(3, columns["themes"], "waiting_time: furious")
    book["data"].cell(4, columns["themes"], "waiting_time")
    book["data"].cell(4, columns["made_at"], "yesterday")
    book["data"].cell(5, columns["themes"], "waiting_time")
    book.save(path)
    done = ran(run, "review", "--file", path, "--by", "coder", exits=1)
    assert "line 2: there is no theme the weather" in done.stdout
    assert "line 3: furious is no feeling" in done.stdout
    assert "line 4: made_at: this is no day with a time of day" in done.stdout
    assert "1 taken, 0 in conflict, 3 refused" in done.stderr


@pytest.mark.parametrize("kind", ["csv", "jsonl", "parquet", "xlsx"])
@pytest.mark.parametrize("into", ["csv", "jsonl", "parquet", "xlsx"])
def test_a_file_of_comments_is_tagged(run: CliRunner, tmp_path: Path, kind: str, into: str) -> None:
    """Every row comes back, with its own columns and the feeling about each theme it speaks of."""
    rows = [{"id": "1", "comment": "lang gewacht"}, {"id": "2", "comment": "vriendelijke medewerker"}, {"id": "3"}]
    source, output = tmp_path / f"comments.{kind}", tmp_path / f"tagged.{into}"
    if kind == "csv":
        source.write_text("id;comment\n1;lang gewacht\n2;vriendelijke medewerker\n3;\n")
    elif kind == "jsonl":
        source.write_text("".join(json.dumps(row) + "\n" for row in rows))
    elif kind == "parquet":
        pyarrow.parquet.write_table(pyarrow.Table.from_pylist(rows), source)
    else:
        book = openpyxl.Workbook()
        sheet = book.create_sheet("data", 0)
        sheet.append(["id", "comment"])
        for row in rows:
            sheet.append([row["id"], row.get("comment")])
        book.save(source)
    ran(run, "tag", "--input", source, "--text-column", "comment", "--language", "nl", "--output", output)
    read = read_back(output)
    assert [row["id"] for row in read] == ["1", "2", "3"]
    assert [row["waiting_time"] or None for row in read] == ["negative", None, None]
    assert [row["friendliness"] or None for row in read] == [None, "positive", None]


def read_back(path: Path) -> list[dict[str, str | None]]:
    if path.suffix == ".parquet":
        return pyarrow.parquet.read_table(path).to_pylist()  # type: ignore[no-any-return]
    if path.suffix == ".jsonl":
        return [json.loads(line) for line in path.read_text().splitlines()]
    if path.suffix == ".xlsx":
        names, *rows = openpyxl.load_workbook(path)["data"].iter_rows(values_only=True)
        return [dict(zip(map(str, names), map(_text, row), strict=True)) for row in rows]
    header, *lines = (line.split(",") for line in path.read_text().splitlines())
    return [dict(zip(header, line, strict=True)) for line in lines]


def _text(cell: object) -> str | None:
    return None if cell is None else str(cell)


def test_a_column_that_is_not_there_is_named(run: CliRunner, tmp_path: Path) -> None:
    """The message says which columns there are."""
    source = tmp_path / "comments.csv"
    source.write_text("id,comment\n1,lang gewacht\n")
    told = ran(run, "tag", "--input", source, "--text-column", "text", "--output", tmp_path / "t.csv", exits=2)
    assert "there is no column text; the file has id, comment" in told.stderr


def test_tagging_is_measured_on_a_file(run: CliRunner, tmp_path: Path) -> None:
    """Precision and recall come as a table and as JSON."""
    source = tmp_path / "coded.jsonl"
    source.write_text(
        json.dumps({"text": "lang gewacht", "themes": ["waiting_time"]})
        + "\n"
        + json.dumps({"text": "vriendelijk geholpen", "themes": ["friendliness"]})
        + "\n"
    )
    assert "waiting_time" in ran(run, "evaluate", source).stdout
    report = json.loads(ran(run, "evaluate", source, "--json").stdout)
    assert report["themes"]["waiting_time"]["recall"] == 1.0


def test_too_little_to_learn_from_is_told(wire: Wire, run: CliRunner) -> None:
    """Nothing is put to work, and the message says what is missing."""
    assert "code some first" in ran(run, "train", exits=1).stderr


def test_renaming_keeps_what_was_decided(wire: Wire, run: CliRunner, tmp_path: Path) -> None:
    """The code frame is written where it is the operator's own, and decisions count under the new key."""
    say(wire, "lang gewacht", 1)
    id = f"{wire.rows('sessions')[0]['id']}.why"
    wire.parts.verbatims.decide(id, "coder", {"waiting_time": None})
    ran(run, "rename", "waiting_time", "queueing")
    assert (tmp_path / "own" / "themes" / "service.yaml").exists()
    ran(run, "tag", "--retag")
    sheet = tmp_path / "agreement"
    assert not sheet.exists()
    assert "queueing" in ran(run, "agreement").stdout
    ran(run, "rename", "queueing", "waiting_time", exits=2)


def test_suggestions_name_what_to_code(wire: Wire, run: CliRunner) -> None:
    """Verbatims nobody has coded come with the reason why they are worth it."""
    for number in range(4):
        say(wire, "koekjes waren op, geen koekjes", number)
    ran(run, "tag")
    shown = ran(run, "suggest", "--most", 3).stdout
    assert "random" in shown
    assert "koekjes" in shown


def test_what_was_coded_with_a_theme_that_was_split_is_proposed_again(wire: Wire, run: CliRunner) -> None:
    """Nobody knows which of the parts was meant, until somebody reads it again."""
    say(wire, "lang gewacht", 1)
    id = f"{wire.rows('sessions')[0]['id']}.why"
    wire.parts.verbatims.decide(id, "coder", {"waiting_time": None}, of=["waiting_time"])
    assert id[:8] not in ran(run, "suggest").stdout
    ran(run, "split", "waiting_time", "--into", "on_the_phone", "--into", "for_an_answer")
    assert id[:8] in ran(run, "suggest").stdout
