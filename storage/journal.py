"""The journal: one line for every input, append-only, by which an input that comes twice is known."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, bindparam, select
from sqlalchemy.dialects.postgresql import insert

from flows.turn import Event, event_to_plain
from storage.encryption import Keys
from storage.models import turns

INPUT = "turns.input"

ENTER = insert(turns).on_conflict_do_nothing(index_elements=["key"]).inline().execution_options(preserve_rowcount=True)
REPLIED = select(turns.c.reply).where(turns.c.key == bindparam("key"))
LINES = select(turns).where(turns.c.session_id == bindparam("session")).order_by(turns.c.id)


@dataclass(frozen=True, slots=True)
class Entry:
    """One line to be written.

    key: the carrier's own name for the input, unique over all sessions; input: its kind and what came, exactly, as
    values that JSON can hold; reply: the exact text returned, None where there was none to return.
    """

    key: str
    at: datetime
    input: Mapping[str, Any]
    events: tuple[Event, ...]
    reply: str | None


@dataclass(frozen=True, slots=True)
class Line:
    """One line as it was written. events: plain values, by `flows.turn.event_to_plain`."""

    key: str
    at: datetime
    input: dict[str, Any]
    events: list[dict[str, Any]]
    reply: str | None


@dataclass(frozen=True, slots=True)
class Replied:
    """An input that was dealt with. reply: the exact text that was returned, None where there was none to return."""

    reply: str | None


def replied(connection: Connection, key: str) -> Replied | None:
    """What was replied to the input of that key; None where no such input is known."""
    row = connection.execute(REPLIED, {"key": key}).first()
    return None if row is None else Replied(row.reply)


def lines(connection: Connection, keys: Keys, session: str) -> Iterator[Line]:
    """Every turn of a session in the order in which they were kept. Raises Unreadable."""
    for row in connection.execute(LINES, {"session": session}):
        given = json.loads(keys.decrypt(row.input, INPUT))
        yield Line(row.key, row.at, given, json.loads(row.events), row.reply)


def enter(connection: Connection, keys: Keys, session: str | None, entry: Entry) -> bool:
    """Writes a line, of no session where the input belongs to none; False where one of that key is there already."""
    row = {"session_id": session, "at": entry.at, **sealed(keys, entry)}
    return connection.execute(ENTER, row).rowcount == 1


def sealed(keys: Keys, entry: Entry) -> dict[str, Any]:
    """The line as it is stored, but for when and whose it is."""
    return {
        "key": entry.key,
        "input": keys.encrypt(json.dumps(dict(entry.input)), INPUT),
        "events": json.dumps([event_to_plain(event) for event in entry.events]),
        "reply": entry.reply,
    }
