"""Whether the product can do its work at this moment, check by check."""

from collections.abc import Callable, Collection, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import datetime, timedelta

from storage import announcements, exports, heartbeats
from storage.database import Database, UnavailableError, at_head

LONGEST_LOOK = 3.0
"""Seconds that the database may take for all checks together."""


RECENT = timedelta(days=1)
"""An export that fails is tried again all the while; one that has not been is no longer asked for."""


@dataclass(frozen=True, slots=True)
class Check:
    """One thing that should be so. detail: for the operator, without secrets; is_vital: nobody can be asked without."""

    name: str
    ok: bool
    detail: str
    is_vital: bool = True


class Readiness:
    """Looks at what everything depends on. worker_lasts: after which a worker that has not come by counts as gone."""

    def __init__(self, database: Database, now: Callable[[], datetime], worker_lasts: timedelta) -> None:
        self._database = database
        self._now = now
        self._worker_lasts = worker_lasts
        # One look at a time, in a thread of its own, which may wait for a database that hangs while nobody else does.
        self._looking = ThreadPoolExecutor(1, "readiness")

    def look(self, without: Collection[str] = ()) -> tuple[Check, ...]:
        """Every check but those left out. One that depends on another is made only where that one holds."""
        looked = self._looking.submit(lambda: tuple(self._checks()))
        try:
            checks = looked.result(LONGEST_LOOK)
        except TimeoutError:
            looked.cancel()
            checks = (Check("database", False, f"no answer within {LONGEST_LOOK:g} seconds"),)
        return tuple(check for check in checks if check.name not in without)

    def _checks(self) -> Iterator[Check]:
        try:
            is_current = at_head(self._database)
        except UnavailableError:
            yield Check("database", False, "it does not answer")
            return
        yield Check("database", True, self._database.kind)
        if not is_current:
            yield Check("migrations", False, "the tables are not those of this version: run `nawoord db upgrade`")
            return
        yield Check("migrations", True, "the tables are those of this version")
        with self._database.read() as connection:
            last = heartbeats.last(connection)
            trouble, _ = heartbeats.tagging(connection)
            unwritten = exports.trouble(connection, self._now() - RECENT)
            untold = announcements.trouble(connection)
        yield Check("exports", not unwritten, _told(unwritten) or "written as they should be", is_vital=False)
        yield Check("announcements", not untold, _told(untold) or "callbacks are announced", is_vital=False)
        if last is None:
            yield Check("worker", False, "none has ever come by: start `nawoord worker`")
            return
        age = self._now() - last
        yield Check("themes", trouble is None, trouble or "tagged as they should be", is_vital=False)
        yield Check("worker", age <= self._worker_lasts, f"one came by {max(age.total_seconds(), 0):.0f} seconds ago")


def _told(trouble: Sequence[tuple[str, str]]) -> str:
    return "; ".join(f"{name}: {why}" for name, why in trouble)
