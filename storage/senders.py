"""How often a sender of texts is greeted and may start a survey, so that two machines never talk to each other."""

from datetime import UTC, datetime, timedelta

from sqlalchemy import Connection, bindparam, case
from sqlalchemy.dialects.postgresql import insert

from storage.models import Moment, senders

SENDER = ["channel", "ours", "theirs"]

_first = insert(senders)
_same_day = senders.c.day == _first.excluded.day
GREET = _first.on_conflict_do_update(
    index_elements=SENDER,
    set_={"last_greeted_at": _first.excluded.last_greeted_at},
    where=senders.c.last_greeted_at.is_(None) | (senders.c.last_greeted_at <= bindparam("long_ago", type_=Moment)),
).returning(senders.c.day)
START = _first.on_conflict_do_update(
    index_elements=SENDER,
    set_={"day": _first.excluded.day, "started": case((_same_day, senders.c.started + 1), else_=1)},
    where=~_same_day | (senders.c.started < bindparam("limit")),
).returning(senders.c.day)


def may_greet(connection: Connection, channel: str, ours: str, theirs: str, now: datetime) -> bool:
    """Whether an unknown sender is answered: once in 24 hours. True counts as having answered."""
    sender = {"channel": channel, "ours": ours, "theirs": theirs, "day": now.astimezone(UTC).date(), "started": 0}
    limits = {"last_greeted_at": now, "long_ago": now - timedelta(days=1)}
    return connection.execute(GREET, {**sender, **limits}).first() is not None


def may_start(connection: Connection, channel: str, ours: str, theirs: str, now: datetime, limit: int) -> bool:
    """Whether a sender may start another survey: `limit` times on one day (UTC). True counts as having started."""
    if limit < 1:
        return False
    sender = {"channel": channel, "ours": ours, "theirs": theirs, "day": now.astimezone(UTC).date(), "started": 1}
    return connection.execute(START, {**sender, "limit": limit}).first() is not None
