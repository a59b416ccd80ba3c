"""Writes the exports that the settings ask for again and again, each period once, however many workers there are."""

import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from pathlib import Path
from threading import Event
from zoneinfo import ZoneInfo

from bot.reporting.exports import What, export
from bot.reporting.files import write_file
from bot.reporting.source import Source
from bot.sections import ScheduledExport
from flows.filters import Filter, read
from flows.loader import DefinitionError
from flows.schedules import Period, latest
from storage import exports
from storage.database import UnavailableError
from storage.encryption import Keys, Unreadable

log = logging.getLogger(__name__)

LEASE = timedelta(minutes=10)
"""After which an export that nobody reports of, or that has failed, is taken on again."""


class Stopped(Exception):  # noqa: N818 -- said of the work
    """We are to stop, or another worker has taken the export on."""


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
        """Writes whatever is due and not yet written."""
        local = self.now().astimezone(ZoneInfo(self.source.zone))
        for each in self.wanted:
            period = latest(each.every, time.fromisoformat(each.at), local)
            if not self.stopping.is_set() and self._is_ours(each, period):
                self._write(each, period)

    def _is_ours(self, each: ScheduledExport, period: Period) -> bool:
        now = self.now()
        with self.source.database.write() as connection:
            return exports.claim(connection, each.name, period.name, self.worker, now, now - LEASE)

    def _write(self, each: ScheduledExport, period: Period) -> None:
        mine = each.name, period.name, self.worker

        def hold(_: int = 0) -> None:
            with self.source.database.write() as connection:
                is_ours = exports.hold(connection, *mine, self.now())
            if self.stopping.is_set() or not is_ours:
                raise Stopped

        try:
            self._file(each, period, hold)
        except Stopped:
            log.info("export %s of %s is left for later", *mine[:2])
        except UnavailableError:
            raise
        except (OSError, DefinitionError, Unreadable) as error:
            log.error("export %s of %s failed: %s", *mine[:2], error)
            with self.source.database.write() as connection:
                exports.failed(connection, *mine, str(error))
        else:
            log.info("export %s of %s is written", *mine[:2])
            with self.source.database.write() as connection:
                exports.written(connection, *mine, self.now())

    def _file(self, each: ScheduledExport, period: Period, hold: Callable[[int], object]) -> None:
        folder = self.folder / each.folder
        folder.mkdir(parents=True, exist_ok=True)
        path = folder / f"{each.name}_{period.name}.{each.format}"
        # Written by a worker that was ended before it could say so.
        if not path.exists():
            found = export(self.source, self.keys, What(each.what), _meant(each, period))
            write_file(found, path, each.format, bom=each.bom, step=hold)


def _meant(each: ScheduledExport, period: Period) -> Filter:
    first = period.last - timedelta(days=each.days - 1) if each.days else period.first
    return read((name, value) for name, values in each.only.items() for value in values).between(first, period.last)
