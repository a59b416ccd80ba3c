"""What is taken away is what was answered: cell by cell in every format, by role and filter, from both databases."""

import io
import json
import logging
from collections.abc import Iterator, Mapping
from datetime import timedelta
from pathlib import Path
from typing import Any

import openpyxl
import polars
import pyarrow.parquet
import pytest
from flask.testing import FlaskClient
from markupsafe import escape
from openpyxl.utils.escape import unescape
from sqlalchemy import insert, update

from bot.accounts import Role
from bot.app import Parts, create_app, source_of
from bot.reporting.exports import What, export
from bot.reporting.files import readme, write_file
from bot.reporting.writers import FORMATS, write
from flows.filters import Filter
from flows.survey import Medium, series
from storage import respondents
from storage.models import answers, corrections, sessions, taggings, tags
from tests.staffed import client_of, staffed, token
from tests.tallied import NOON, Surveyed, survey

PHONE = "+31600000001"
NASTY = (
    "=1+1",
    "+31 zei hij",
    "@SUM(A1)",
    'say "hi", then\ngo; on',
    "emoji 👩‍👩‍👧 and \u202eright to left שלום",
    "a\0b",
    "007",
    "12345678901234567890",
    "'=already behind one",
    "_x0041_ as Excel would write a letter",
)


@pytest.fixture
def parts(database_url: str, tmp_path: Path) -> Iterator[Parts]:
    with staffed(database_url, tmp_path, lambda: NOON + timedelta(days=1)) as staffed_parts:
        yield staffed_parts


def say(parts: Parts, why: str, id: str | None = None, **more: Any) -> str:
    """A survey with both scores and a comment; gives its id."""
    with parts.database.write() as connection:
        return survey(connection, Surveyed({"nps": 3, "ces": 5, "why": why}, **more), id)


def read_for(parts: Parts, session: str, theme: str, evidence: tuple[int, int] = (0, 4), **more: Any) -> None:
    """What was found in the comment of a survey."""
    key = {"session_id": session, "question": "why"}
    read = {"tagged_at": NOON, "language": "nl", "frame": "f1", "model": "m1", "redactions": "[]"}
    found = {"theme": theme, "sentiment": "negative", "confidence": 0.75, "source": "rule"}
    with parts.database.write() as connection:
        connection.execute(
            insert(taggings), {**key, **read, "answered_at": NOON + timedelta(seconds=60), "untagged": None, **more}
        )
        connection.execute(insert(tags), {**key, **found, "evidence": json.dumps([evidence])})


def rows(parts: Parts, what: What, wanted: Filter = Filter(), **more: Any) -> list[Mapping[str, Any]]:  # noqa: B008
    table = export(source_of(parts), parts.keys, what, wanted, **more).table()
    return [dict(zip((column.name for column in table.columns), row, strict=True)) for row in table.rows]


def written(parts: Parts, what: What, format: str) -> bytes:
    file = io.BytesIO()
    write(export(source_of(parts), parts.keys, what, Filter()).table(), file, format)
    return file.getvalue()


@pytest.mark.parametrize("what", list(What))
def test_every_format_is_read_back_as_it_was(parts: Parts, what: What) -> None:
    """Whatever somebody has typed, every cell of every format is the cell of the row, but for what is made harmless."""
    for number, text in enumerate(NASTY):
        session = say(parts, text, agent=text[:3].replace("\0", ""), at=NOON + timedelta(seconds=number))
        read_for(parts, session, "waiting_time", answered_at=NOON + timedelta(seconds=number + 60))
    meant = export(source_of(parts), parts.keys, what, Filter())
    names = [column.name for column in meant.columns]
    truth = [list(row) for row in meant.table().rows]
    assert len(truth) == len(NASTY)

    parquet = pyarrow.parquet.read_table(io.BytesIO(written(parts, what, "parquet")))
    assert [list(row.values()) for row in parquet.to_pylist()] == truth
    assert parquet.equals(
        polars.read_parquet(io.BytesIO(written(parts, what, "parquet"))).to_arrow().cast(parquet.schema)
    )

    lines = [json.loads(line) for line in written(parts, what, "jsonl").decode().split("\n")[:-1]]
    assert [list(line) for line in lines] == [names] * len(truth)
    assert [list(line.values()) for line in lines] == [[iso(cell) for cell in row] for row in truth]

    table = polars.read_csv(io.BytesIO(written(parts, what, "csv")), infer_schema=False)
    assert table.columns == names
    assert [list(row) for row in table.iter_rows()] == [[in_csv(cell) for cell in row] for row in truth]

    book = openpyxl.load_workbook(io.BytesIO(written(parts, what, "xlsx")))
    header, *cells = book["data"].iter_rows(values_only=True)
    assert list(header) == names
    read = [[unescape(cell) if isinstance(cell, str) else cell for cell in row] for row in cells]
    assert read == [[in_xlsx(cell) for cell in row] for row in truth]
    assert [row[0] for row in book["README"].iter_rows(min_row=2, values_only=True)] == names
    assert not any(cell.data_type == "f" for row in book["data"].iter_rows() for cell in row)


def iso(cell: Any) -> Any:
    return cell.isoformat(timespec="seconds").replace("+00:00", "Z") if hasattr(cell, "isoformat") else cell


def in_csv(cell: Any) -> str | None:
    if isinstance(cell, bool):
        return str(int(cell))
    if isinstance(cell, str):
        return f"'{cell}" if cell[0] in "=+-@" else cell
    return None if cell is None else str(iso(cell))


def in_xlsx(cell: Any) -> Any:
    if isinstance(cell, str):
        return (f"'{cell}" if cell[0] in "=+-@" else cell).replace("\0", "\ufffd")
    return cell.replace(tzinfo=None) if hasattr(cell, "isoformat") else cell


def test_an_answer_says_how_it_was_asked(parts: Parts) -> None:
    """Anchors, direction, scale and band stand beside a number, and anchors where the wording is the present one."""
    (nps,) = [each for each in parts.survey.questions if each.key == "nps"]
    say(parts, "lang gewacht", id="now")
    with parts.database.write() as connection:
        connection.execute(
            update(answers).where(answers.c.question == "nps").values(series=series(nps, "nl", Medium.TEXT))
        )
    (row,) = rows(parts, What.ANSWERS)
    assert (row["nps"], row["nps_band"], row["nps_low"], row["nps_high"]) == (3, "detractor", 0, 10)
    assert row["nps_low_anchor"] == nps.anchors["nl"].low  # type: ignore[union-attr]
    assert (row["ces"], row["ces_band"], row["ces_direction"], row["ces_low_anchor"]) == (
        5,
        "high",
        "low_is_good",
        None,
    )
    assert (row["outcome"], row["outcome_class"], row["late"], row["contradictory"]) == ("completed", "I", False, False)
    assert row["started_at"] == NOON


def test_a_contradiction_is_marked_and_nothing_is_changed(parts: Parts) -> None:
    """Who recommends and says it was as hard as can be may have meant the other end."""
    with parts.database.write() as connection:
        survey(connection, Surveyed({"nps": 10, "ces": 5}))
        survey(connection, Surveyed({"nps": 10}))
    assert [(row.get("ces"), row["contradictory"]) for row in rows(parts, What.ANSWERS)] == [(5, True), (None, None)]


def test_a_verbatim_has_a_row_for_every_theme(parts: Parts) -> None:
    """What a machine found and what a person decided, with who and by which version; one without has a row too."""
    session = say(parts, "lang gewacht", id="a")
    say(parts, "niets bijzonders", id="b", at=NOON + timedelta(seconds=1))
    read_for(parts, session, "waiting_time", (0, 12))
    decided = {"session_id": "a", "question": "why", "theme": "price_invoice", "present": True, "sentiment": "mixed"}
    with parts.database.write() as connection:
        connection.execute(insert(corrections), {**decided, "suggested": False, "by": "an", "at": NOON, "frame": "f2"})
    names = ("id", "theme", "sentiment", "evidence", "confidence", "tagged_by", "coder", "code_frame", "model")
    told = {tuple(row.get(name) for name in names) for row in rows(parts, What.VERBATIMS)}
    assert told == {
        ("a.why", "waiting_time", "negative", "lang gewacht", 0.75, "machine", None, "f1", "m1"),
        ("a.why", "price_invoice", "mixed", None, 1.0, "person", "an", "f2", None),
        ("b.why", None, None, None, None, None, None, None, None),
    }
    assert next(iter(rows(parts, What.ANSWERS)))["themes"] == "waiting_time: negative; price_invoice: mixed"


def test_numbers_beside_a_verbatim_tell_their_scale(parts: Parts) -> None:
    """Instrument, direction, ends and series, so that nobody reads a 5 the wrong way."""
    say(parts, "lang gewacht")
    (row,) = rows(parts, What.VERBATIMS)
    of = ("instrument", "direction", "low", "high", "band", "series")
    assert [row[f"nps_{each}"] for each in of] == ["nps", "high_is_good", 0, 10, "detractor", "first nps"]
    assert [row[f"ces_{each}"] for each in of] == ["ces_effort", "low_is_good", 1, 5, "high", "first ces"]
    assert (row["nps"], row["ces"]) == (3, 5)


def test_evidence_is_masked_as_the_verbatim_is(parts: Parts) -> None:
    """Also where it holds only a part of what tells who somebody is."""
    session = say(parts, "bel me op 06 12345678 want ik wacht")
    read_for(parts, session, "waiting_time", (0, 15))
    (row,) = rows(parts, What.VERBATIMS)
    assert (row["verbatim"], row["evidence"]) == ("bel me op [phone] want ik wacht", "bel me op [phone]")


def test_what_was_found_in_other_words_is_left_out(parts: Parts) -> None:
    """An answer that changed since it was read has no themes until it is read again."""
    session = say(parts, "lang gewacht")
    read_for(parts, session, "waiting_time", answered_at=NOON)
    (row,) = rows(parts, What.VERBATIMS)
    assert row.get("theme") is None


def test_a_file_is_there_whole_or_not_at_all(parts: Parts, tmp_path: Path) -> None:
    """Nothing is overwritten, nothing is left of an export that failed, and a file that cannot say so is explained."""
    say(parts, "snel geholpen")
    found = export(source_of(parts), parts.keys, What.ANSWERS, Filter())
    path = tmp_path / "out" / "a.csv"
    path.parent.mkdir()

    def fail(_: int) -> None:
        raise RuntimeError

    with pytest.raises(RuntimeError):
        write_file(found, path, "csv", step=fail)
    assert list(path.parent.iterdir()) == []
    write_file(found, path, "csv")
    assert "`nps_band`" in readme(path).read_text(encoding="utf-8")
    with pytest.raises(FileExistsError):
        write_file(found, path, "csv")
    assert len(list(path.parent.iterdir())) == 2


@pytest.fixture
def client(parts: Parts) -> FlaskClient:
    return create_app(parts).test_client(use_cookies=False)


def key(parts: Parts, role: Role) -> dict[str, str]:
    return {"Authorization": f"Bearer {parts.accounts.add_key(role, role)}"}


def test_the_api_gives_every_format(parts: Parts, client: FlaskClient) -> None:
    """The same bytes as anywhere else, named as a file, under the filter of the address."""
    say(parts, "snel", queue="billing")
    say(parts, "traag", queue="orders")
    header = key(parts, Role.ANALYST)
    for what in What:
        for format in FORMATS:
            response = client.get(f"/api/v1/exports/{what}?format={format}", headers=header)
            assert response.status_code == 200
            assert (
                response.headers["Content-Disposition"] == f'attachment; filename="nawoord-{what}-2026-03-03.{format}"'
            )
            if format != "xlsx":
                assert response.data == written(parts, what, format)
    narrowed = client.get("/api/v1/exports/answers?format=jsonl&queue=billing", headers=header).text.splitlines()
    assert [json.loads(line)["verbatim"] for line in narrowed] == ["snel"]
    (column, *_) = client.get("/api/v1/exports/answers/columns", headers=header).get_json()["columns"]
    assert (column["name"], column["type"]) == ("reference", "text")


def test_json_goes_on_where_it_left_off(parts: Parts, client: FlaskClient) -> None:
    """Page by page nothing is missed and nothing comes twice."""
    for number in range(5):
        say(parts, str(number), at=NOON + timedelta(seconds=number // 2))
    header, found, cursor = key(parts, Role.ANALYST), [], ""
    while cursor is not None:
        page = client.get(f"/api/v1/exports/verbatims?format=json&limit=2&cursor={cursor}", headers=header).get_json()
        found += [row["verbatim"] for row in page["rows"]]
        cursor = page["next"]
    assert sorted(found) == ["0", "1", "2", "3", "4"]
    bad = client.get("/api/v1/exports/verbatims?format=json&cursor=nonsense", headers=header)
    assert bad.status_code == 422


def test_numbers_are_for_admins_and_are_logged(
    parts: Parts, client: FlaskClient, caplog: pytest.LogCaptureFixture
) -> None:
    """Nobody else gets them, and the log says who did without repeating them."""
    with parts.database.write() as connection:
        person = respondents.remember(connection, parts.keys, "p1", PHONE, NOON)
    say(parts, "snel", id="s")
    with parts.database.write() as connection:
        connection.execute(update(sessions).values(respondent_id=person, theirs="x"))
    address = "/api/v1/exports/answers?format=jsonl&phones=true"
    assert client.get(address, headers=key(parts, Role.ANALYST)).status_code == 403
    assert client.get(address, headers=key(parts, Role.TRIGGER)).status_code == 403
    with caplog.at_level(logging.WARNING):
        (line,) = client.get(address, headers=key(parts, Role.ADMIN)).text.splitlines()
    assert json.loads(line)["phone"] == PHONE
    assert "admin" in caplog.text
    assert PHONE not in caplog.text
    assert "phone" not in json.loads(written(parts, What.ANSWERS, "jsonl"))


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_the_page_gives_a_file(parts: Parts) -> None:
    """To analysts and admins, under the filter of its address; numbers to admins alone, nothing without its form."""
    say(parts, "snel", queue="billing")
    say(parts, "traag", queue="orders")
    for role, status in ((Role.STAFF, 403), (Role.ANALYST, 200), (Role.ADMIN, 200)):
        client = client_of(parts, role)
        page = client.get("/exports?queue=billing")
        assert page.status_code == status
        if status != 200:
            continue
        assert ('name="phones"' in page.text) is (role is Role.ADMIN)
        meant = "from=2026-02-01&to=2026-02-28&queue=billing"
        for other in ("/overview", "/outcomes", "/themes"):
            assert f'"/exports?{escape(meant)}"' in client.get(f"{other}?{meant}").text
        narrowed = f"{meant}&what=verbatims&band=promoter"
        assert f'"/exports?{escape(narrowed)}"' in client.get(f"/verbatims?{meant}&band=promoter").text
        form = {"csrf_token": token(page), "what": "answers", "format": "jsonl", "phones": "on"}
        response = client.post("/exports?queue=billing", data=form)
        (line,) = response.text.splitlines()
        assert json.loads(line)["verbatim"] == "snel"
        assert ("phone" in json.loads(line)) is (role is Role.ADMIN)
        assert client.post("/exports", data={**form, "csrf_token": "other"}).status_code == 422
        assert client.post("/exports", data={**form, "format": "exe"}).status_code == 422
        assert "| `nps_band` |" in client.get("/exports/columns/answers.md").text
