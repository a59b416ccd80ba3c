"""The report in a terminal: the figures of the overview, in eighty columns, or all of them as JSON."""

import io
import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from click.testing import CliRunner
from rich.console import Console

from bot import app
from bot.app import Parts, assemble
from bot.cli import cli
from bot.cli.report import gathered, printed
from bot.settings import Settings
from flows.filters import Filter
from storage.database import Database
from tests.conftest import SECRET
from tests.tallied import NOON, Surveyed, contact, invite, survey, surveys, tag


@pytest.fixture
def parts(database_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Parts]:
    """An installation a week after noon on a Monday, in which something was answered."""
    plain = {"folder": tmp_path, "database": {"url": database_url}, "secrets": {"secret_key": SECRET}}
    assembled = assemble(Settings.model_validate(plain), lambda: NOON + timedelta(days=7))
    answered(assembled.database)
    monkeypatch.setattr(app, "ready", lambda: assembled)
    yield assembled
    assembled.database.dispose()


def answered(database: Database) -> None:
    """A month of calls, then one of calls and texts, with whatever else can be told."""
    with database.write() as connection:
        surveys(connection, [10] * 50 + [8] * 30 + [3] * 20, at=NOON - timedelta(days=28), channel="call")
        surveys(connection, [10] * 25 + [8] * 30 + [3] * 45, channel="call")
        surveys(connection, [9] * 4, channel="whatsapp", series="second")
        for number in range(30):
            id = survey(
                connection, Surveyed({"nps": 9, "ces": 5 if number < 3 else 1, "why": "woorden"}, late=number < 2)
            )
            invite(connection, contact(connection), "completed", [("sms", "delivered", id)])
            tag(connection, id, {"friendliness": "positive"})
        invite(connection, contact(connection), "expired", [("sms", "delivered", None)])
        contact(connection, reason="quarantined")
        survey(connection, Surveyed({"nps": "(silent)"}, outcome="broken_off", asked="nps"))


def told(parts: Parts, *options: str) -> str:
    done = CliRunner().invoke(cli, ["report", *options], catch_exceptions=False)
    assert done.exit_code == 0, done.output
    return done.output


def test_the_report_tells_scores_movement_and_who_was_asked(parts: Parts) -> None:
    """Each with its interval and number; what is beside the figures stands beside them."""
    said = told(parts)
    for words in (
        "NPS  +10, interval −4 to +25   134 answers",
        "Not compared: the question, its wording or the channels changed on 2026-03-02.",
        "2026-03-02: this channel came in (sms, nl); not one series with what was before",
        "1 asked in vain, 2 late",
        "CES, effort  mean 1.40, interval",
        "low effort 90 %, high effort 10 %; the one less the other +80",
        "the last whole week: Not compared",
        "30 said why, 22 % of those who answered",
        "may have been meant the other way round; without them +100",
        "32 contacts, 31 invited",
        "RR1 96.8 %",
        "30 of 31 complete",
        "kept out: This person was invited not long ago.",
        "too few: fewer than 10 answers",
        "broken: the wording or the channels changed",
        "1 not answered in time",
        "1 came by themselves: broken off",
    ):
        assert words in " ".join(said.split()) or words in said, said


def test_the_report_fits_into_eighty_columns(parts: Parts) -> None:
    """No line is longer, and no number is cut off."""
    to = io.StringIO()
    Console(file=to, width=80, highlight=False).print(printed(gathered(app.source_of(parts), Filter(), "queue")))
    lines = to.getvalue().splitlines()
    assert max(map(len, lines)) <= 80
    assert "…" not in to.getvalue()


def test_options_narrow_the_report(parts: Parts) -> None:
    """As in the pages; several of one name widen it again."""
    assert "30 answers" in told(parts, "--channel", "sms")
    assert "130 answers" in told(parts, "--channel", "sms", "--channel", "call")
    assert "Nobody has answered in these days." in told(parts, "--from", "2025-01-01", "--to", "2025-01-31")
    assert "queue" in told(parts, "--by", "queue")


def test_an_option_that_cannot_be_read_says_how_it_is_written(parts: Parts) -> None:
    """Exit code 2, and nothing is printed that could be taken for figures."""
    done = CliRunner().invoke(cli, ["report", "--from", "monday"])
    assert done.exit_code == 2
    assert "this is no day; write it as in 2026-01-31" in done.output
    assert "NPS" not in done.output
    done = CliRunner().invoke(cli, ["report", "--channel", "fax"])
    assert done.exit_code == 2
    assert "there is no such channel" in done.output


def test_the_report_can_be_read_by_programs(parts: Parts) -> None:
    """As JSON with full precision: the same figures, and those that few answers hold back are null."""
    plain = json.loads(told(parts, "--json"))
    nps = next(each for each in plain["measures"] if each["instrument"] == "nps")
    assert (nps["now"]["n"], nps["now"]["distribution"]["10"]) == (134, 25)
    small = next(each for each in nps["groups"] if each["value"] == "whatsapp")
    assert (small["now"]["n"], small["now"]["score"], small["now"]["distribution"]) == (4, None, None)
    assert plain["funnel"]["classes"] == {"i": 30, "p": 0, "r": 0, "nc": 1, "o": 0, "uh": 0, "uo": 0, "ne": 0}
    assert plain["funnel"]["rates"]["rr1"]["value"] == 30 / 31
    assert [each["question"] for each in plain["drivers"]] == [each["question"] for each in plain["measures"]]
    assert all(each["n"] and each["commenting"]["value"] > 0 for each in plain["drivers"])
    assert [(each["question"], each["from"]) for each in plain["trends"]] == [
        ("nps", "2025-03-11"),
        ("ces", "2025-03-11"),
    ]


def test_an_empty_installation_has_a_report(tmp_path: Path, database: Database) -> None:
    """Nothing to tell is told."""
    plain = {"folder": tmp_path, "secrets": {"secret_key": SECRET}}
    parts = assemble(Settings.model_validate(plain), lambda: NOON)
    parts.database.dispose()
    source = app.source_of(replace(parts, database=database))
    to = io.StringIO()
    Console(file=to, width=80).print(printed(gathered(source, Filter())))
    assert "Nobody has answered in these days." in to.getvalue()
    assert "RR1 n/a" in to.getvalue()
