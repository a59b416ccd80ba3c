"""The customers who agreed to be called back: who is to be called, who does it, and what came of it."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any
from zoneinfo import ZoneInfo

from flows.callbacks import Ending, State
from nlp.redaction import mask, redact
from storage import callbacks, callers, journal
from storage.callbacks import Count, Line, Wanted, Words
from storage.callers import Given
from storage.database import Database
from storage.encryption import Keys
from storage.journal import Entry
from storage.listed import Rated, ratings

LONGEST_NOTE = 4000
"""Characters of what was done."""

CLOSING = (Ending.SOLVED, Ending.UNSOLVED, Ending.UNWANTED)
"""What whoever has called can say of it at last; NOT_REACHED leaves it to be tried again."""


class Listing(StrEnum):
    """Which callbacks are listed."""

    OPEN = "open"
    MINE = "mine"
    OVERDUE = "overdue"
    CLOSED = "closed"


class TakenError(Exception):
    """Somebody else was faster. by: who has the callback now, None where nobody has and it is only past."""

    def __init__(self, by: str | None) -> None:
        super().__init__(f"claimed by {by}" if by else "no longer yours")
        self.by = by


@dataclass(frozen=True, slots=True)
class One:
    """A callback with all there is to know for a call.

    Unless whoever asks has claimed it, words.number is empty, and whatever tells who the customer is has a word in
    brackets in its place.
    """

    line: Line
    words: Words
    given: Sequence[Given]
    attributes: Mapping[str, Any]


class Callbacks:
    """Every callback. now: the clock; keep: for how long one is kept after it was closed, or due in vain; zone: of the
    times that stand with what was done."""

    def __init__(
        self, database: Database, keys: Keys, now: Callable[[], datetime], keep: timedelta, zone: str = "UTC"
    ) -> None:
        self._database = database
        self._keys = keys
        self._now = now
        self.keep = keep
        self._zone = ZoneInfo(zone)

    def listed(self, shown: Listing, who: str, most: int, skip: int = 0) -> list[Line]:
        """At most so many, the longest overdue first, of closed ones the last closed; who: whose those in MINE are."""
        match shown:
            case Listing.OPEN:
                wanted = Wanted()
            case Listing.MINE:
                wanted = Wanted((State.CLAIMED,), who)
            case Listing.OVERDUE:
                wanted = Wanted(due_before=self._now())
            case Listing.CLOSED:
                wanted = Wanted((State.CLOSED,))
        with self._database.read() as connection:
            return callbacks.listed(connection, wanted, most, skip)

    def ratings(self, lines: Iterable[Line]) -> Mapping[str, Sequence[Rated]]:
        """The numbers that the customers to be called gave, by the id of their survey."""
        with self._database.read() as connection:
            return ratings(connection, [line.session_id for line in lines])

    def count(self) -> Count:
        """How many are to be called, and how many of them should have been by now."""
        with self._database.read() as connection:
            return callbacks.count(connection, self._now())

    def is_overdue(self, line: Line) -> bool:
        """Whether somebody should have called by now."""
        return line.state != State.CLOSED and line.due_at < self._now()

    def find(self, id: str, who: str) -> One | None:
        """The callback of that id, as `who` may see it."""
        with self._database.read() as connection:
            line = callbacks.find(connection, id)
            if line is None:
                return None
            words = callbacks.words(connection, self._keys, id)
            given = callers.given(connection, self._keys, line.session_id)
            one = One(line, words, given, callers.attributes(connection, self._keys, line.reference))
        return one if line.state == State.CLAIMED and line.claimed_by == who else _masked(one)

    def claim(self, id: str, who: str) -> None:
        """Takes a callback on; claiming one's own again changes nothing. Raises TakenError."""
        with self._database.write() as connection:
            if callbacks.claim(connection, id, who, self._now()):
                return
            line = callbacks.find(connection, id)
        if line is None or line.state != State.CLAIMED or line.claimed_by != who:
            raise TakenError(line.claimed_by if line else None)

    def take_up(self, id: str, who: str, revision: int) -> None:
        """Takes a callback over from whoever has claimed it, or up again after it was closed.

        revision: of the callback as they saw it. Raises TakenError where it has moved on since, or where there is
        nothing to take up: the customer has taken the yes back.
        """
        now = self._now()
        with self._database.write() as connection:
            line = callbacks.find(connection, id)
            if line is None or line.revision != revision or not self.can_be_taken_up(line):
                raise TakenError(line.claimed_by if line and line.state == State.CLAIMED else None)
            if not callbacks.take_up(connection, line, who, now):
                raise TakenError(None)

    def can_be_taken_up(self, line: Line) -> bool:
        """Whether somebody may take it over or up again."""
        return line.state == State.CLAIMED or (line.state == State.CLOSED and line.outcome != Ending.WITHDRAWN)

    def release(self, id: str, who: str) -> None:
        """Leaves a callback to others. Raises TakenError where it is not theirs."""
        with self._database.write() as connection:
            if not callbacks.release(connection, self._own(callbacks.find(connection, id), who)):
                raise TakenError(None)

    def close(self, id: str, who: str, ending: Ending, note: str, due_at: datetime | None = None) -> None:
        """Writes down what was done, and closes the callback, or frees it for another try at that time.

        Raises TakenError where it is not theirs, and ValueError without a note, without a time for the next try that
        is to come and in `keep`, or for an ending that nobody who calls can bring about.
        """
        if not note.strip() or len(note) > LONGEST_NOTE:
            raise ValueError("note")
        if ending not in (*CLOSING, Ending.NOT_REACHED):
            raise ValueError("ending")
        if ending is Ending.NOT_REACHED and (due_at is None or not timedelta() < due_at - self._now() <= self.keep):
            raise ValueError("due_at")
        with self._database.write() as connection:
            line = self._own(callbacks.find(connection, id), who)
            before = callbacks.words(connection, self._keys, id).note
            at = self._now().astimezone(self._zone)
            noted = "\n\n".join(filter(None, (before, f"{at:%Y-%m-%d %H:%M %Z}, {who}: {note.strip()}")))
            if ending is Ending.NOT_REACHED and due_at is not None:
                done = callbacks.postpone(connection, self._keys, line, noted, due_at)
            else:
                done = callbacks.close(connection, self._keys, line, noted, ending, self._now())
            if not done:
                raise TakenError(None)

    def purge(self) -> int:
        """Deletes what has been kept long enough, and notes in the journal how many that were."""
        now = self._now()
        with self._database.write() as connection:
            gone = callbacks.purge(connection, now - self.keep)
            if gone:
                given = {"is": "CallbacksPurged", "count": gone}
                entry = Entry(f"callbacks purged:{now.isoformat()}", now, given, (), None)
                journal.enter(connection, self._keys, None, entry)
        return gone

    def _own(self, line: Line | None, who: str) -> Line:
        if line is None or line.state != State.CLAIMED or line.claimed_by != who:
            raise TakenError(line.claimed_by if line else None)
        return line


def _masked(one: One) -> One:
    number = one.words.number

    def hidden(text: str) -> str:
        return mask(text, redact(text, number))

    return replace(
        one,
        words=Words("", one.words.asked, hidden(one.words.said), hidden(one.words.note)),
        given=[replace(given, verbatim=given.verbatim and hidden(given.verbatim)) for given in one.given],
        attributes={name: hidden(str(value)) for name, value in one.attributes.items()},
    )
