"""Whether a database holds nothing yet, and whether what it holds was invented; and writes much of it at once."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from typing import Any

from sqlalchemy import Connection, Table, exists, insert, select, text

from flows.session import Over, Session
from flows.survey import Survey
from storage.answers import changed, taken_back
from storage.attempts import Made
from storage.attempts import row as attempt_row
from storage.contacts import Contact, NewInvitation, invitation_row
from storage.contacts import row as contact_row
from storage.encryption import Keys
from storage.journal import Entry, enter, replied, sealed
from storage.models import (
    answers,
    attempts,
    contacts,
    daily,
    invitations,
    opt_outs,
    quarantines,
    respondents,
    sessions,
    turns,
)
from storage.respondents import row as person_row
from storage.saving import GIVEN
from storage.sessions import NewSession
from storage.sessions import row as session_row

MARK = "demonstration"
"""The line of the journal by which invented contacts are known: nobody who reports contacts can write one."""

IS_FILLED = select(
    exists(select(contacts.c.reference)) | exists(select(invitations.c.id)) | exists(select(sessions.c.id))
)

Row = Mapping[str, Any]


def is_invented(connection: Connection) -> bool | None:
    """Whether what the database holds was invented for a demonstration; None as long as it holds nothing."""
    if replied(connection, MARK) is not None:
        return True
    return False if connection.scalar(IS_FILLED) else None


def mark(connection: Connection, keys: Keys, at: datetime, count: int) -> None:
    """Writes down that so many contacts have been invented."""
    given = {"is": "DemonstrationFilled", "count": count}
    enter(connection, keys, None, Entry(MARK, at, given, (), None))


@dataclass(slots=True)
class Pile:
    """Rows that are written together, each as it stands in the end, for one turn after the other would take minutes.

    known: the ids of the people who have been written. Every other id must be new.
    """

    keys: Keys
    survey: Survey
    known: set[str] = field(default_factory=set)
    rows: dict[Table, list[Row]] = field(default_factory=lambda: defaultdict(list))

    def contact(self, contact: Contact) -> None:
        """A contact with its decision."""
        self.rows[contacts].append(contact_row(self.keys, contact))

    def invitation(self, contact: Contact, new: NewInvitation, outcome: str, at: datetime) -> None:
        """An invitation that is over since then, and its person where nobody knew them."""
        if new.address is not None and new.respondent not in self.known:
            self.known.add(new.respondent)
            self.rows[respondents].append(person_row(self.keys, new.respondent, new.address, contact.received_at))
        row = invitation_row(contact, new, new.respondent)
        self.rows[invitations].append(row | {"due_at": None, "ended_at": at, "outcome": outcome})

    def attempt(self, made: Made) -> None:
        """A message or a call."""
        self.rows[attempts].append(attempt_row(made))

    def conversation(self, new: NewSession, lines: Sequence[tuple[Entry, Session]]) -> None:
        """A session, with every line of its journal and how it stood after each."""
        before: Session | None = None
        stands_since = new.started_at
        said: dict[str, dict[str, Any]] = {}
        for entry, after in lines:
            self.rows[turns].append({"session_id": new.id, "at": entry.at, **sealed(self.keys, entry)})
            for row in changed(self.keys, self.survey, before, after):
                given = {"session_id": new.id, "channel": str(new.channel), **row, "answered_at": entry.at}
                known = said.get(row["question"])
                said[row["question"]] = {**known, **{name: given[name] for name in GIVEN}} if known else given
            for question in taken_back(before, after) if before else []:
                said.pop(question, None)
            if before is None or not (isinstance(before.state, Over) and isinstance(after.state, Over)):
                stands_since = entry.at
            before = after
        self.rows[answers] += said.values()
        _, after = lines[-1]
        row = session_row(self.keys, self.survey, replace(new, session=after), new.respondent, stands_since)
        self.rows[sessions].append(row | {"revision": len(lines) - 1})

    def opt_out(self, address: str, at: datetime, how: str) -> None:
        """Somebody who wants no more questions."""
        self.rows[opt_outs].append({"address_index": self.keys.index(address), "at": at, "how": how})

    def write(self, connection: Connection) -> None:
        """Writes everything and keeps nothing but who is known."""
        for table in (contacts, respondents, invitations, sessions, turns, answers, attempts, opt_outs):
            if rows := self.rows[table]:
                connection.execute(insert(table), rows)
        self.rows.clear()


def keep_decided(connection: Connection, invited: Mapping[str, tuple[datetime, str]], on: Mapping[date, int]) -> None:
    """Keeps whom it was decided to invite: when each was invited last, of which contact, by the blind index of the
    number; and how many on each day."""
    rows = [{"theirs": index, "invited_at": at, "reference": of} for index, (at, of) in invited.items()]
    if rows:
        connection.execute(insert(quarantines), rows)
        connection.execute(insert(daily), [{"day": day, "invited": n} for day, n in on.items()])


def keep_statistics(connection: Connection) -> None:
    """Lets the database see at once how much there is of what; otherwise it plans as for a handful of rows."""
    connection.execute(text("ANALYZE"))
