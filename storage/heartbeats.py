"""When each worker last came by, so that others can tell whether anybody works."""

from datetime import datetime

from sqlalchemy import Connection, bindparam, delete, func, select
from sqlalchemy.dialects.postgresql import insert

from storage.models import Moment, heartbeats

_first = insert(heartbeats)
BEAT = _first.on_conflict_do_update(index_elements=["worker"], set_={"at": _first.excluded.at})
FORGET = delete(heartbeats).where(heartbeats.c.at < bindparam("before", type_=Moment))
LAST = select(func.max(heartbeats.c.at, type_=Moment))


def beat(connection: Connection, worker: str, at: datetime) -> None:
    """Notes that this worker is alive."""
    connection.execute(BEAT, {"worker": worker, "at": at})


def forget(connection: Connection, before: datetime) -> None:
    """Removes workers of which nothing was heard since then."""
    connection.execute(FORGET, {"before": before})


def last(connection: Connection) -> datetime | None:
    """When any worker last came by; None where none ever did."""
    return connection.execute(LAST).scalar()
