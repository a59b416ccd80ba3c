"""The command line: data on standard output, talk on standard error, and exit codes that mean something."""

import csv
import io
import shutil
from collections.abc import Callable
from pathlib import Path
from subprocess import CompletedProcess

import pytest

from bot.app import Parts, assemble, create_app, sandbox_of
from bot.config import PROJECT, load
from bot.transcripts import read_transcript, replay
from flows.survey import Channel
from tests.commands import nawoord, started


@pytest.fixture
def folder(tmp_path: Path, migrated_sqlite: Path) -> Path:
    """An installation with a database up to date."""
    (tmp_path / "config.yaml").write_text("company: Nawoord\n", encoding="utf-8")
    (tmp_path / "var").mkdir()
    shutil.copy(migrated_sqlite, tmp_path / "var" / "nawoord.db")
    return tmp_path


def have(folder: Path, transcript: str) -> Parts:
    """Have a conversation on the installation."""
    parts = assemble(load({"NAWOORD_CONFIG": str(folder / "config.yaml")}))
    replay(read_transcript(transcript), sandbox_of(create_app(parts), parts))
    return parts


def test_a_new_installation_passes_the_check(tmp_path: Path) -> None:
    """Tables are made where there are none, and there is nothing to mend."""
    (tmp_path / "config.yaml").write_text("company: Nawoord\n", encoding="utf-8")
    assert started(tmp_path, "db", "upgrade").returncode == 0
    assert nawoord(tmp_path, "export", "answers").returncode == 0
    done = started(tmp_path, "check")
    assert (done.returncode, done.stdout) == (0, "")
    assert done.stderr == "0 errors, 0 warnings\n"


def test_the_check_finds_what_settings_and_survey_do_to_each_other(folder: Path) -> None:
    """Errors and warnings are told line by line, and an error is an exit code."""
    (folder / "config.yaml").write_text(
        "default_language: it\ncountries: {PL: [pl]}\n"
        "voice: {voices: {nl: Polly.Amy-Neural}}\nwhatsapp: {buttons: {cse: {}}}\n",
        encoding="utf-8",
    )
    done = nawoord(folder, "check")
    assert done.returncode == 1
    for place in ("default_language", "countries.PL", "whatsapp.buttons.cse", "Polly.Amy-Neural"):
        assert place in done.stdout


@pytest.mark.parametrize(
    ("command", "run"), [("web", nawoord), ("worker", nawoord), ("check", nawoord), ("run", started)]
)
def test_unusable_settings_are_told_without_a_traceback(
    folder: Path, command: str, run: Callable[[Path, str], CompletedProcess[str]]
) -> None:
    """The operator reads what is wrong, and the exit code says that nothing was tried."""
    (folder / "config.yaml").write_text("carier: sandbox\n", encoding="utf-8")
    done = run(folder, command)
    assert done.returncode == 2
    assert done.stderr == "config.yaml: carier: there is no such setting; did you mean carrier?\n"


@pytest.mark.parametrize("command", [["web"], ["worker"], ["export", "answers"], ["db", "rotate-key"]])
def test_an_old_database_is_not_worked_on(tmp_path: Path, command: list[str]) -> None:
    """Before the tables are up to date nothing touches them, and the remedy is named."""
    (tmp_path / "config.yaml").write_text("", encoding="utf-8")
    done = nawoord(tmp_path, *command)
    assert done.returncode == 2
    assert "nawoord db upgrade" in done.stderr


def test_answers_go_to_standard_output_or_to_a_file(folder: Path) -> None:
    """The same rows either way, with the columns that integrators rely on first."""
    have(folder, "# nl, sms: a promoter\ntext: survey\ntext: 9\ntext: 1\ntext: =snel geholpen\n").database.dispose()
    printed = started(folder, "export", "answers")
    assert nawoord(folder, "export", "answers", "--output", str(folder / "a.csv")).stdout == ""
    assert (folder / "a.csv").read_text(encoding="utf-8") == printed.stdout
    assert printed.stdout.startswith(
        "reference,session,channel,language,started_at,ended_at,outcome,last_question,nps,ces,verbatim,"
    )
    (row,) = csv.DictReader(io.StringIO(printed.stdout))
    assert (row["channel"], row["language"], row["nps"], row["ces"], row["outcome"]) == (
        "sms",
        "nl",
        "9",
        "1",
        "completed",
    )
    assert row["verbatim"] == "'=snel geholpen", "a spreadsheet must not take a comment for a formula"
    assert (row["nps_instrument"], row["ces_instrument"], row["late"]) == ("nps", "ces_effort", "0")


def test_a_skipped_question_is_an_empty_cell_with_its_reason_beside_it(folder: Path) -> None:
    """Nothing that was not answered looks like an answer, and an open session has no end."""
    have(folder, "# en, sms: leaves one out\ntext: survey\ntext: skip\n").database.dispose()
    (row,) = csv.DictReader(io.StringIO(nawoord(folder, "export", "answers").stdout))
    assert (row["nps"], row["nps_missing"], row["ces"], row["ces_missing"]) == ("", "skipped", "", "")
    assert (row["ended_at"], row["outcome"], row["last_question"]) == ("", "", "ces")


def test_a_comment_stays_in_its_cell(folder: Path) -> None:
    """Whatever ends a line for somebody ends none here, and nothing behind it becomes a formula."""
    parts = have(folder, "# nl, sms: begins\ntext: survey\ntext: 9\ntext: 1\n")
    sandbox_of(create_app(parts), parts).text("+15005550006", "+31600000001", "bad\r=1+1\n@SUM(A1)", Channel.SMS)
    parts.database.dispose()
    file = folder / "a.csv"
    nawoord(folder, "export", "answers", "--output", str(file))
    with file.open(encoding="utf-8", newline="") as opened:
        (row,) = csv.DictReader(opened)
    assert row["verbatim"] == "bad\r'=1+1\n'@SUM(A1)"


def test_what_tells_who_somebody_is_is_masked(folder: Path) -> None:
    """In the export a word stands for it, unless it is asked for."""
    have(
        folder, "# nl, sms: leaves a number\ntext: survey\ntext: 9\ntext: 1\ntext: bel me op 06 12345678\n"
    ).database.dispose()
    (masked,) = csv.DictReader(io.StringIO(nawoord(folder, "export", "answers").stdout))
    (whole,) = csv.DictReader(io.StringIO(nawoord(folder, "export", "answers", "--unmasked").stdout))
    assert masked["verbatim"] == "bel me op [phone]"
    assert whole["verbatim"] == "bel me op 06 12345678"


def test_a_survey_of_ones_own_is_exported_whole(folder: Path) -> None:
    """Ratings and open questions of any name have columns of their own, also when they are asked no longer."""
    own = folder / "own" / "surveys"
    own.mkdir(parents=True)
    shipped = (PROJECT / "flows" / "surveys" / "post_contact.yaml").read_text(encoding="utf-8")
    (own / "post_contact.yaml").write_text(
        shipped.replace("  - key: nps\n", "  - key: ease\n    instrument: ces_ease\n  - key: nps\n"), encoding="utf-8"
    )
    config = folder / "config.yaml"
    config.write_text("definitions: own\n", encoding="utf-8")
    have(folder, "# nl, sms: two efforts\ntext: survey\ntext: 4\ntext: 9\ntext: 2\ntext: snel\n").database.dispose()
    for settings in ("definitions: own\n", ""):
        config.write_text(settings, encoding="utf-8")
        (row,) = csv.DictReader(io.StringIO(nawoord(folder, "export", "answers").stdout))
        assert (row["ease"], row["ease_instrument"], row["nps"], row["why"]) == ("4", "ces_ease", "9", "snel")
        assert row["ces_series"] != row["ease_series"]


def test_a_conversation_in_the_terminal_is_kept_as_a_transcript(folder: Path) -> None:
    """What was typed and said comes out as a file that can be had again, and the database stays as it was."""
    played = nawoord(
        folder,
        *("play", "--channel", "whatsapp", "--language", "fr"),
        *("--save", str(folder / "t.txt")),
        typed="survey\n9\n1\n\n",
    )
    assert played.returncode == 0
    assert "0 = pas du tout probable" in played.stdout
    kept = read_transcript((folder / "t.txt").read_text(encoding="utf-8"))
    assert [line.words for line in kept.lines if line.mark == "text"] == ["survey", "9", "1"]
    assert nawoord(folder, "export", "answers").stdout.count("\n") == 1


def test_a_survey_that_is_not_there_names_those_that_are(folder: Path) -> None:
    """A slip in the name is answered with the names that would do."""
    done = nawoord(folder, "play", "post_contct")
    assert done.returncode == 2
    assert "post_contact" in done.stderr


def test_keys_can_be_replaced_while_the_data_stays(folder: Path) -> None:
    """After a rotation the old secret is needed no longer."""
    config = folder / "config.yaml"
    old, new = "o" * 40, "n" * 40

    def with_secret(secret: str, *command: str) -> CompletedProcess[str]:
        return nawoord(folder, *command, NAWOORD_SECRET_KEY=secret)

    parts = assemble(load({"NAWOORD_CONFIG": str(config), "NAWOORD_SECRET_KEY": old}))
    talk = "# nl, whatsapp: kept over a rotation\ntext: survey\ntext: 7\ntext: 3\ntext: prima geholpen\n"
    replay(read_transcript(talk), sandbox_of(create_app(parts), parts))
    parts.database.dispose()
    before = with_secret(old, "export", "answers").stdout
    assert "prima geholpen" in before
    assert with_secret(new, "export", "answers").returncode != 0
    assert with_secret(f"{new},{old}", "db", "rotate-key").returncode == 0
    assert with_secret(new, "export", "answers").stdout == before
