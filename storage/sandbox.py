"""What the sandbox carrier has delivered, for the phone on the screen to show."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, RowMapping, bindparam, insert, select, update

from storage.models import sandbox_messages

_any_index = sandbox_messages.c.theirs.in_(bindparam("indexes", expanding=True))
PUT = insert(sandbox_messages).returning(sandbox_messages.c.id)
SINCE = (
    select(sandbox_messages)
    .where(_any_index, sandbox_messages.c.id > bindparam("after"))
    .order_by(sandbox_messages.c.id)
)
ARRIVE = (
    update(sandbox_messages)
    .where(_any_index, sandbox_messages.c.delivered_at.is_(None), sandbox_messages.c.ref.is_not(None))
    .values(delivered_at=bindparam("now"))
    .returning(sandbox_messages)
)
LIST = (
    select(sandbox_messages)
    .where(_any_index, sandbox_messages.c.ref.is_not(None))
    .where(sandbox_messages.c.channel == bindparam("channel"), sandbox_messages.c.ours == bindparam("ours"))
    .order_by(sandbox_messages.c.id.desc())
)
FETCH = select(sandbox_messages).where(sandbox_messages.c.ref == bindparam("ref"))


@dataclass(frozen=True, slots=True)
class Delivered:
    """A message that reached the sandbox phone. buttons: plain values, as they were given to `put`; None where none."""

    id: int
    at: datetime
    channel: str
    ours: str
    body: str
    buttons: Any


@dataclass(frozen=True, slots=True)
class Sent:
    """A message as the carrier knows it. delivered_at: when the phone fetched it, None where it has not yet."""

    ref: str
    at: datetime
    channel: str
    ours: str
    body: str
    status_callback: str | None
    delivered_at: datetime | None


def put(
    connection: Connection,
    at: datetime,
    channel: str,
    ours: str,
    theirs: str,
    body: str,
    buttons: Any = None,
    ref: str | None = None,
    status_callback: str | None = None,
) -> int:
    """Delivers a message to the phone with the blind index `theirs`; its id grows with every message.

    ref: the carrier's id of it; status_callback: where its arrival is to be reported.
    """
    row = {"at": at, "channel": channel, "ours": ours, "theirs": theirs, "body": body}
    row |= {"ref": ref, "status_callback": status_callback}
    row["buttons"] = None if buttons is None else json.dumps(buttons)
    return int(connection.execute(PUT, row).scalar_one())


def since(connection: Connection, indexes: Sequence[str], after: int = 0) -> list[Delivered]:
    """What was delivered to this phone after the message with that id, oldest first."""
    rows = connection.execute(SINCE, {"indexes": indexes, "after": after})
    return [
        Delivered(row.id, row.at, row.channel, row.ours, row.body, json.loads(row.buttons) if row.buttons else None)
        for row in rows
    ]


def arrive(connection: Connection, indexes: Sequence[str], now: datetime) -> list[Sent]:
    """The messages that arrive now, because the phone fetches for the first time since they were sent."""
    rows = connection.execute(ARRIVE, {"indexes": indexes, "now": now}).mappings()
    return [_sent(row) for row in rows]


def sent(connection: Connection, channel: str, ours: str, indexes: Sequence[str]) -> list[Sent]:
    """What was sent from us to this phone over the channel, newest first."""
    asked = {"channel": channel, "ours": ours, "indexes": indexes}
    return [_sent(row) for row in connection.execute(LIST, asked).mappings()]


def message(connection: Connection, ref: str) -> Sent | None:
    """The message with the carrier's id."""
    row = connection.execute(FETCH, {"ref": ref}).mappings().first()
    return None if row is None else _sent(row)


def _sent(row: RowMapping) -> Sent:
    return Sent(**{name: row[name] for name in Sent.__slots__})
