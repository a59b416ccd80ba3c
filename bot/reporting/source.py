"""Where figures come from: the database, the survey that says what numbers mean, the centre's clock, and the themes."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from flows.filters import Filter, period_before
from flows.measures import PUBLISHED, IncomparableError, Measure, measure
from flows.survey import Rating, Survey
from nlp.theme import CodeFrame
from storage.database import Connection, Database
from storage.days import day_of
from storage.rollup import refresh

LATELY = timedelta(days=28)
"""What is looked at where nobody says since when."""

YEAR = timedelta(weeks=52)
"""How far back a course goes where nobody says since when."""

Period = tuple[date, date]
"""First and last day, both included."""


@dataclass(frozen=True, slots=True)
class Source:
    """zone: by whose clock days begin; frame: the code frame, loaded when it is first needed."""

    database: Database
    survey: Survey
    zone: str
    now: Callable[[], datetime]
    frame: Callable[[], CodeFrame]

    @property
    def today(self) -> date:
        """The day it is by the centre's clock."""
        return day_of(self.now(), self.zone)

    @contextmanager
    def fresh(self) -> Iterator[Connection]:
        """A connection to read from, with everything counted that has happened so far."""
        refresh(self.database, self.zone)
        with self.database.read() as connection:
            yield connection

    def period(self, wanted: Filter, usual: timedelta = LATELY) -> Period:
        """What is meant: where the filter does not say since when, so long, and where it does not say, up to today."""
        last = wanted.last or max(self.today, wanted.first or self.today)
        return wanted.first or last - usual + timedelta(days=1), last

    def periods(self, wanted: Filter) -> tuple[Period, Period]:
        """The period before, and the one that is meant."""
        meant = self.period(wanted)
        return period_before(*meant), meant

    def narrowed(self, wanted: Filter) -> Filter:
        """The same filter, with every former name of its themes. Raises DefinitionError."""
        if not wanted.theme:
            return wanted
        return wanted.among("theme", *wanted.theme, *self._former(wanted))

    def measure_of(self, question: str, instrument: str) -> Measure | None:
        """What numbers mean that answer this question; None where an instrument of one's own is no longer asked, or one
        that is published is asked on another scale than its own."""
        asked = next((each for each in self.survey.questions if each.key == question), None)
        if isinstance(asked, Rating) and asked.instrument == instrument:
            with suppress(IncomparableError):
                return measure(instrument, asked.scale)
            return None
        return PUBLISHED.get(instrument)

    def _former(self, wanted: Filter) -> list[str]:
        frame = self.frame()
        return [change.old for change in frame.history if frame.successor(change.old) in wanted.theme]
