"""Writes the exports that the settings ask for again and again, each period once, however many workers there are."""

import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from pathlib import Path
from threading import Event
from zoneinfo import ZoneInfo

from bot.reporting.exports import What, export
from bot.reporting.files import sweep, write_file
from bot.reporting.source import Source
from bot.sections import ScheduledExport
from flows.loader import DefinitionError
from flows.schedules import Due, Period, due, gaps, latest
from storage import exports
from storage.database import Database, UnavailableError
from storage.encryption import Keys, Unreadable

log = logging.getLogger(__name__)

LEASE = timedelta(minutes=10)
"""After which an export that nobody reports of is taken on again; one that has failed is at the next tick."""

LOOKED_BACK = 100
"""Periods of one export that are looked at to tell how it stands."""

TELLING = (OSError, DefinitionError, Unreadable, UnavailableError)
"""Whose messages are for the operator; of others only the kind is told, for they may hold what somebody said."""


class Stopped(Exception):  # noqa: N818 -- said of the work
    """We are to stop, or another worker has taken the export on."""


@dataclass(frozen=True, slots=True)
class Standing:
    """How one export stands. written: the last period that was, at that time; trouble: why the last try of the first
    period that waits has failed; left_out: days of which no file was written, the last first."""

    wanted: ScheduledExport
    written: Period | None
    written_at: datetime | None
    waiting: int
    trouble: str | None
    left_out: Sequence[Period]


def standing(database: Database, wanted: ScheduledExport) -> Standing:
    """How that export stands."""
    with database.read() as connection:
        lines = exports.lines(connection, wanted.name, LOOKED_BACK)
    waiting = [line for line in lines if line.written_at is None]
    written = next((line for line in lines if line.written_at), None)
    return Standing(
        wanted,
        Period.named(written.period) if written else None,
        written.written_at if written else None,
        len(waiting),
        next((line.trouble for line in reversed(waiting) if line.trouble), None),
        gaps([Period.named(line.period) for line in lines])[::-1],
    )


@dataclass(frozen=True, slots=True)
class Schedule:
    """folder: where relative folders begin; worker: who we are; stopping: set when nothing more is to be begun."""

    source: Source
    keys: Keys
    wanted: Sequence[ScheduledExport]
    folder: Path
    worker: str
    now: Callable[[], datetime]
    stopping: Event

    def tick(self) -> None:
        """Writes whatever is due and not yet written; what fails stops no other export."""
        for each in self.wanted:
            self._make_up(each)

    def _make_up(self, each: ScheduledExport) -> None:
        found = self._due(each)
        for number, period in enumerate(found.periods):
            if self.stopping.is_set():
                return
            if not self._is_ours(each, period):
                continue
            try:
                is_written = self._write(each, period)
            except OSError:  # where one file cannot be written, the next cannot either
                return
            if is_written and number == 0 and found.left_out:
                gone = _told(Period(found.left_out[0].first, found.left_out[-1].last))
                log.warning("export %s: %s is too long ago and not made up", each.name, gone)

    def _due(self, each: ScheduledExport) -> Due:
        local = self.now().astimezone(ZoneInfo(self.source.zone))
        with self.source.database.read() as connection:
            taken = exports.taken(connection, each.name)
        return due(
            each.every,
            latest(each.every, time.fromisoformat(each.at), local),
            Period.named(taken.written) if taken.written else None,
            [Period.named(name) for name in taken.begun],
        )

    def _is_ours(self, each: ScheduledExport, period: Period) -> bool:
        now = self.now()
        with self.source.database.write() as connection:
            return exports.claim(connection, each.name, period.name, self.worker, now, now - LEASE)

    def _write(self, each: ScheduledExport, period: Period) -> bool:
        """Whether the file is there now. Raises OSError where none can be written."""
        mine = each.name, period.name, self.worker

        def hold(_: int = 0) -> None:
            with self.source.database.write() as connection:
                is_ours = exports.hold(connection, *mine, self.now())
            if self.stopping.is_set() or not is_ours:
                raise Stopped

        try:
            self._file(each, period, hold)
        except Stopped:
            log.info("export %s of %s is left for later", each.name, _told(period))
            with self.source.database.write() as connection:
                exports.left(connection, *mine)
            return False
        except Exception as error:
            self._fail(mine, error)
            if isinstance(error, OSError):
                raise
            return False
        log.info("export %s of %s is written", each.name, _told(period))
        with self.source.database.write() as connection:
            exports.written(connection, *mine, self.now())
        return True

    def _fail(self, mine: tuple[str, str, str], error: Exception) -> None:
        trouble = str(error) if isinstance(error, TELLING) else f"an error in the program ({type(error).__name__})"
        with self.source.database.write() as connection:
            is_new = exports.failed(connection, *mine, trouble)
        if is_new:  # it is tried again every minute; the check tells that it still fails
            unknown = None if isinstance(error, TELLING) else error
            log.error("export %s of %s failed: %s", mine[0], _told(Period.named(mine[1])), trouble, exc_info=unknown)

    def _file(self, each: ScheduledExport, period: Period, hold: Callable[[int], object]) -> None:
        folder = self.folder / each.folder
        folder.mkdir(parents=True, exist_ok=True)
        path = folder / f"{each.name}_{period.name}.{each.format}"
        sweep(path)
        # Written by a worker that was ended before it could say so.
        if not path.exists():
            wanted, narrowing = each.meant
            first = period.last - timedelta(days=each.days - 1) if each.days else period.first
            within = wanted.between(first, period.last)
            found = export(self.source, self.keys, What(each.what), within, narrowing)
            write_file(found, path, each.format, bom=each.bom, step=hold)


def _told(period: Period) -> str:
    """With months in letters, for the log hides whatever may be a telephone number."""
    first, last = f"{period.first:%d %b %Y}", f"{period.last:%d %b %Y}"
    return first if first == last else f"{first} to {last}"
