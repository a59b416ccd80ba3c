"""What the sandbox carrier has delivered, for the phone on the screen to show."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, bindparam, insert, select

from storage.models import sandbox_messages

PUT = insert(sandbox_messages).returning(sandbox_messages.c.id)
SINCE = (
    select(sandbox_messages)
    .where(sandbox_messages.c.theirs.in_(bindparam("indexes", expanding=True)))
    .where(sandbox_messages.c.id > bindparam("after"))
    .order_by(sandbox_messages.c.id)
)


@dataclass(frozen=True, slots=True)
class Delivered:
    """A message that reached the sandbox phone. buttons: plain values, as they were given to `put`; None where none."""

    id: int
    at: datetime
    channel: str
    ours: str
    body: str
    buttons: Any


def put(
    connection: Connection, at: datetime, channel: str, ours: str, theirs: str, body: str, buttons: Any = None
) -> int:
    """Delivers a message to the phone with the blind index `theirs`; its id grows with every message."""
    row = {"at": at, "channel": channel, "ours": ours, "theirs": theirs, "body": body}
    row["buttons"] = None if buttons is None else json.dumps(buttons)
    return int(connection.execute(PUT, row).scalar_one())


def since(connection: Connection, indexes: Sequence[str], after: int = 0) -> list[Delivered]:
    """What was delivered to this phone after the message with that id, oldest first."""
    rows = connection.execute(SINCE, {"indexes": indexes, "after": after})
    return [
        Delivered(row.id, row.at, row.channel, row.ours, row.body, json.loads(row.buttons) if row.buttons else None)
        for row in rows
    ]
