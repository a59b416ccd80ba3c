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
from bot.schedule import Schedule
from bot.sections import ScheduledExport
from bot.settings import Settings
from flows.schedules import Every, latest
from storage import heartbeats
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
    begun: list[Path] = []

    def counted(found: Export, path: Path, format: str, **more: Any) -> None:
        begun.append(path)
        write_file(found, path, format, **more)

    monkeypatch.setattr("bot.schedule.write_file", counted)
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
    schedule(parts, now=NEXT_DAY + timedelta(minutes=5)).tick()
    assert not (tmp_path / "out").exists(), "not before the claim is old enough"
    schedule(parts, now=NEXT_DAY + timedelta(minutes=11)).tick()
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
    schedule(parts, "two", NEXT_DAY + timedelta(minutes=11)).tick()
    assert len(files(tmp_path)) == 2


@pytest.mark.parametrize(
    "wrong", [{"at": "6"}, {"only": {"weather": ["wet"]}}, {"name": "../up"}, {"format": "doc"}, {"days": 0}]
)
def test_a_mistake_in_the_settings_is_refused(wrong: dict[str, object]) -> None:
    """Before anything is written under a wrong name."""
    with pytest.raises(ValidationError):
        ScheduledExport.model_validate({"name": "daily", "what": "answers", **wrong})
