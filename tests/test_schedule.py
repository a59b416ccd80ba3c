"""Exports that are made by themselves: the right days, once, and told where they fail."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from threading import Barrier, Event, Thread
from typing import Any

import polars
import pytest
from pydantic import ValidationError

from bot.app import Parts, assemble, source_of
from bot.readiness import Readiness
from bot.reporting.exports import Export
from bot.reporting.files import write_file
from bot.schedule import Schedule, standing
from bot.sections import ScheduledExport
from bot.settings import Settings
from bot.telemetry import NUMBER
from flows.schedules import MOST, Every, Period, due, gaps, latest
from storage import exports, heartbeats
from tests.conftest import SECRET
from tests.tallied import NOON, Surveyed, survey

SIX = time(6)
NEXT_DAY = NOON + timedelta(days=1)


@pytest.mark.parametrize(
    ("every", "now", "first", "last"),
    [
        (Every.DAY, datetime(2026, 3, 3, 6, tzinfo=UTC), date(2026, 3, 2), date(2026, 3, 2)),
        (Every.DAY, datetime(2026, 3, 3, 5, 59, tzinfo=UTC), date(2026, 3, 1), date(2026, 3, 1)),
        (Every.WEEK, datetime(2026, 3, 9, 6, tzinfo=UTC), date(2026, 3, 2), date(2026, 3, 8)),
        (Every.WEEK, datetime(2026, 3, 9, 5, tzinfo=UTC), date(2026, 2, 23), date(2026, 3, 1)),
        (Every.MONTH, datetime(2026, 3, 1, 6, tzinfo=UTC), date(2026, 2, 1), date(2026, 2, 28)),
        (Every.MONTH, datetime(2026, 3, 1, 5, tzinfo=UTC), date(2026, 1, 1), date(2026, 1, 31)),
    ],
)
def test_a_period_is_whole_and_over(every: Every, now: datetime, first: date, last: date) -> None:
    """Of the day, week or month that was over when the hour struck last."""
    found = latest(every, SIX, now)
    assert (found.first, found.last) == (first, last)


@pytest.fixture
def parts(database_url: str, tmp_path: Path) -> Iterator[Parts]:
    plain = {
        "folder": tmp_path,
        "database": {"url": database_url},
        "secrets": {"secret_key": SECRET},
        "exports": [{"name": "daily", "what": "answers", "folder": "out", "only": {"queue": ["billing"]}}],
    }
    assembled = assemble(Settings.model_validate(plain), lambda: NEXT_DAY)
    yield assembled
    assembled.database.dispose()


def schedule(parts: Parts, worker: str = "one", now: datetime = NEXT_DAY, **changes: object) -> Schedule:
    wanted = [each.model_copy(update=changes) for each in parts.settings.exports]
    folder = parts.settings.folder
    return Schedule(source_of(parts), parts.keys, wanted, folder, worker, lambda: now, Event())


def files(folder: Path) -> list[str]:
    return sorted(path.name for path in (folder / "out").iterdir())


def test_a_period_is_written_once(parts: Parts, tmp_path: Path) -> None:
    """With the days and the filter of the settings; also where somebody has fetched the file meanwhile."""
    with parts.database.write() as connection:
        survey(connection, Surveyed({"nps": 9}, queue="billing"))
        survey(connection, Surveyed({"nps": 1}, queue="orders"))
        survey(connection, Surveyed({"nps": 2}, queue="billing", at=NEXT_DAY))
    schedule(parts).tick()
    assert files(tmp_path) == ["daily_2026-03-02.csv", "daily_2026-03-02.csv.README.md"]
    assert polars.read_csv(tmp_path / "out" / "daily_2026-03-02.csv")["nps"].to_list() == [9]
    for path in (tmp_path / "out").iterdir():
        path.unlink()
    schedule(parts, "two", NEXT_DAY + timedelta(hours=2)).tick()
    assert files(tmp_path) == []


def test_of_two_workers_one_writes(parts: Parts, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """However exactly they tick together."""
    begun = recorded(monkeypatch)
    together = Barrier(2)

    def tick(worker: str) -> None:
        mine = schedule(parts, worker)
        together.wait()
        mine.tick()

    threads = [Thread(target=tick, args=(name,)) for name in ("one", "two")]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(begun) == 1
    assert len(files(tmp_path)) == 2


def test_what_fails_is_told_and_tried_again(parts: Parts, tmp_path: Path) -> None:
    """Whoever asks for readiness sees it, and when the folder can be written again it is."""
    (tmp_path / "out").write_text("a file where the folder should be", encoding="utf-8")
    schedule(parts).tick()
    with parts.database.write() as connection:
        heartbeats.beat(connection, "one", NEXT_DAY)
    look = Readiness(parts.database, lambda: NEXT_DAY, timedelta(minutes=2)).look
    (check,) = [check for check in look() if check.name == "exports"]
    assert not check.ok
    assert not check.is_vital
    assert check.detail.startswith("daily: ")
    (tmp_path / "out").unlink()
    schedule(parts, "two", NEXT_DAY + timedelta(minutes=1)).tick()
    assert len(files(tmp_path)) == 2
    (check,) = [check for check in look() if check.name == "exports"]
    assert check.ok


def test_a_worker_that_is_told_to_stop_leaves_nothing_half(parts: Parts, tmp_path: Path) -> None:
    """The next one takes it on when the claim is old enough."""
    with parts.database.write() as connection:
        survey(connection, Surveyed({"nps": 9}, queue="billing"))
    stopped = schedule(parts)

    def now() -> datetime:
        if (tmp_path / "out").exists():
            stopped.stopping.set()
        return NEXT_DAY

    replace(stopped, now=now).tick()
    assert files(tmp_path) == []
    schedule(parts, "two", NEXT_DAY + timedelta(minutes=1)).tick()
    assert len(files(tmp_path)) == 2


def test_a_worker_that_died_leaves_its_export_to_the_next(parts: Parts, tmp_path: Path) -> None:
    """Who holds a claim too long has gone; what they had begun to write is taken away."""
    with parts.database.write() as connection:
        assert exports.claim(connection, "daily", "2026-03-02", "gone", NEXT_DAY, NEXT_DAY)
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / ".daily_2026-03-02.csv.0a1b2c3d.part").write_text("half", encoding="utf-8")
    schedule(parts, now=NEXT_DAY + timedelta(minutes=9)).tick()
    assert len(files(tmp_path)) == 1
    schedule(parts, now=NEXT_DAY + timedelta(minutes=11)).tick()
    assert files(tmp_path) == ["daily_2026-03-02.csv", "daily_2026-03-02.csv.README.md"]


def test_after_a_standstill_every_period_is_made_up(
    parts: Parts, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The oldest first, each with the answers of its own day."""
    with parts.database.write() as connection:
        for day in range(4):
            survey(connection, Surveyed({"nps": day}, queue="billing", at=NOON + timedelta(days=day)))
    schedule(parts).tick()
    written = recorded(monkeypatch)
    schedule(parts, "two", NEXT_DAY + timedelta(days=3)).tick()
    assert [path.name for path in written] == [f"daily_2026-03-0{day}.csv" for day in (3, 4, 5)]
    found = [polars.read_csv(path)["nps"].to_list() for path in sorted((tmp_path / "out").glob("*.csv"))]
    assert found == [[0], [1], [2], [3]]


def test_what_is_too_long_ago_is_left_out_and_told(
    parts: Parts, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """Once in the log, and on the page for good."""
    schedule(parts).tick()
    later = NEXT_DAY + timedelta(days=MOST + 4)
    for minutes in range(2):
        schedule(parts, now=later + timedelta(minutes=minutes)).tick()
    assert len(list((tmp_path / "out").glob("*.csv"))) == MOST + 1
    assert caplog.text.count("export daily: 03 Mar 2026 to 06 Mar 2026 is too long ago") == 1
    assert not any(NUMBER.search(record.getMessage()) for record in caplog.records), "nothing is hidden as a number"
    left_out = Period(date(2026, 3, 3), date(2026, 3, 6))
    assert standing(parts.database, parts.settings.exports[0]).left_out == [left_out]


def test_one_that_fails_holds_up_no_other(
    parts: Parts, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """Whatever is wrong with it; the log tells of it once, and repeats nothing that somebody may have said."""
    two = schedule(parts)
    (other,) = (each.model_copy(update={"name": "other"}) for each in two.wanted)
    both = replace(two, wanted=(*two.wanted, other))
    written = recorded(monkeypatch, fails="daily_")
    for _ in range(3):
        both.tick()
    assert [path.name for path in written] == ["other_2026-03-02.csv"]
    assert caplog.text.count("export daily of 02 Mar 2026 failed: an error in the program (ValueError)") == 1
    stands = standing(parts.database, both.wanted[0])
    assert (stands.waiting, stands.trouble) == (1, "an error in the program (ValueError)")


def test_a_period_that_cannot_be_written_holds_up_no_other(
    parts: Parts, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It is tried again at every tick, before the ones that came after it."""
    schedule(parts).tick()
    later = schedule(parts, now=NEXT_DAY + timedelta(days=2))
    with monkeypatch.context() as broken:
        recorded(broken, fails="daily_2026-03-03")
        later.tick()
    assert len(list((tmp_path / "out").glob("*.csv"))) == 2
    later.tick()
    assert len(list((tmp_path / "out").glob("*.csv"))) == 3


def test_a_full_disk_leaves_nothing_half(parts: Parts, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Neither the file nor its explanation is there without the other; with room again both are."""
    with monkeypatch.context() as full:
        full.setattr("bot.reporting.files.explained", _no_room)
        schedule(parts).tick()
        assert list((tmp_path / "out").iterdir()) == []
        told = standing(parts.database, parts.settings.exports[0])
        assert told.trouble == "[Errno 28] No space left on device"
    schedule(parts).tick()
    assert len(files(tmp_path)) == 2
    assert standing(parts.database, parts.settings.exports[0]).trouble is None


def _no_room(*_: Any) -> str:
    raise OSError(28, "No space left on device")


def recorded(monkeypatch: pytest.MonkeyPatch, fails: str | None = None) -> list[Path]:
    """Every file that is written from now on, in order; one whose name begins so fails."""
    written: list[Path] = []

    def write(found: Export, path: Path, format: str, **more: Any) -> None:
        if fails and path.name.startswith(fails):
            raise ValueError("what a customer said")
        written.append(path)
        write_file(found, path, format, **more)

    monkeypatch.setattr("bot.schedule.write_file", write)
    return written


def days(*pairs: tuple[int, int]) -> list[Period]:
    return [Period(date(2026, 3, first), date(2026, 3, last)) for first, last in pairs]


@pytest.mark.parametrize(
    ("every", "written", "begun", "wanted"),
    [
        (Every.DAY, None, [], [(5, 5)]),
        (Every.DAY, (5, 5), [], []),
        (Every.DAY, (2, 2), [], [(3, 3), (4, 4), (5, 5)]),
        (Every.DAY, None, [(3, 3)], [(3, 3), (4, 4), (5, 5)]),
        (Every.DAY, (4, 4), [(2, 2)], [(2, 2), (5, 5)]),
        (Every.DAY, (2, 4), [], [(5, 5)]),
    ],
)
def test_what_is_due(
    every: Every, written: tuple[int, int] | None, begun: list[tuple[int, int]], wanted: list[tuple[int, int]]
) -> None:
    """What was begun, and every period behind the last one written; the latest alone where none ever was."""
    (fifth,), last = days((5, 5)), days(written)[0] if written else None
    assert due(every, fifth, last, days(*begun)).periods == days(*wanted)


def test_months_and_weeks_are_made_up_whole() -> None:
    """However long they are."""
    february = Period(date(2026, 2, 1), date(2026, 2, 28))
    december = Period(date(2025, 12, 1), date(2025, 12, 31))
    found = due(Every.MONTH, february, december, []).periods
    assert [each.name for each in found] == ["2026-01-01_2026-01-31", "2026-02-01_2026-02-28"]
    week = Period(date(2026, 3, 2), date(2026, 3, 8))
    found = due(Every.WEEK, week, february, []).periods
    assert [each.name for each in found] == ["2026-02-23_2026-03-01", "2026-03-02_2026-03-08"]


def test_a_period_is_known_by_its_name() -> None:
    """As it stands in the table."""
    for period in days((2, 2), (2, 8)):
        assert Period.named(period.name) == period


def test_days_of_no_file_are_found() -> None:
    """Between those of which there is one; periods that overlap leave none."""
    assert gaps(days((1, 2), (5, 5), (9, 9))) == days((3, 4), (6, 8))
    assert gaps(days((1, 7), (3, 3), (8, 8))) == []


@pytest.mark.parametrize(
    "wrong", [{"at": "6"}, {"only": {"weather": ["wet"]}}, {"name": "../up"}, {"format": "doc"}, {"days": 0}]
)
def test_a_mistake_in_the_settings_is_refused(wrong: dict[str, object]) -> None:
    """Before anything is written under a wrong name."""
    with pytest.raises(ValidationError):
        ScheduledExport.model_validate({"name": "daily", "what": "answers", **wrong})
