"""When each worker last came by, so that others can tell whether anybody works."""

from datetime import datetime

from sqlalchemy import Connection, bindparam, delete, func, select, update
from sqlalchemy.dialects.postgresql import insert

from storage.models import Moment, heartbeats

_first = insert(heartbeats)
BEAT = _first.on_conflict_do_update(index_elements=["worker"], set_={"at": _first.excluded.at})
FORGET = delete(heartbeats).where(heartbeats.c.at < bindparam("before", type_=Moment))
TELL = update(heartbeats).where(heartbeats.c.worker == bindparam("name"))
NEWEST = select(heartbeats.c.trouble, heartbeats.c.untagged).order_by(heartbeats.c.at.desc()).limit(1)
LAST = select(func.max(heartbeats.c.at, type_=Moment))


def beat(connection: Connection, worker: str, at: datetime) -> None:
    """Notes that this worker is alive."""
    connection.execute(BEAT, {"worker": worker, "at": at})


def tell(connection: Connection, worker: str, trouble: str | None, untagged: int) -> None:
    """Notes how this worker's tagging goes. trouble: why it goes by the rules alone; untagged: how much waits."""
    connection.execute(TELL.values(trouble=trouble, untagged=untagged), {"name": worker})


def tagging(connection: Connection) -> tuple[str | None, int]:
    """How the tagging of the worker goes that came by last: its trouble, and how much waits."""
    told = connection.execute(NEWEST).first()
    return (told.trouble, told.untagged or 0) if told else (None, 0)


def forget(connection: Connection, before: datetime) -> None:
    """Removes workers of which nothing was heard since then."""
    connection.execute(FORGET, {"before": before})


def last(connection: Connection) -> datetime | None:
    """When any worker last came by; None where none ever did."""
    return connection.execute(LAST).scalar()
