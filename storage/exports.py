"""Which scheduled exports have been written, and who is at work on which, so that each is written once."""

from datetime import datetime

from sqlalchemy import Connection, Update, select, update
from sqlalchemy.dialects.postgresql import insert

from storage.models import exports


def claim(connection: Connection, name: str, period: str, worker: str, at: datetime, before: datetime) -> bool:
    """Takes an export on, unless it is written, or somebody was at work on it, or failed, since `before`."""
    new = insert(exports).values(name=name, period=period, worker=worker, claimed_at=at)
    mine = new.on_conflict_do_update(
        index_elements=["name", "period"],
        set_={"worker": new.excluded.worker, "claimed_at": new.excluded.claimed_at},
        where=exports.c.written_at.is_(None) & (exports.c.claimed_at < before),
    ).returning(exports.c.worker)
    return connection.execute(mine).first() is not None


def hold(connection: Connection, name: str, period: str, worker: str, at: datetime) -> bool:
    """Says that this worker is still at it; False where another has taken it on meanwhile."""
    return connection.execute(_of(name, period, worker).values(claimed_at=at)).rowcount == 1


def written(connection: Connection, name: str, period: str, worker: str, at: datetime) -> None:
    """The file is there."""
    connection.execute(_of(name, period, worker).values(written_at=at, trouble=None))


def failed(connection: Connection, name: str, period: str, worker: str, trouble: str) -> None:
    """The file could not be written, and why; it is tried again when the claim is old enough."""
    connection.execute(_of(name, period, worker).values(trouble=trouble))


def trouble(connection: Connection, since: datetime) -> list[tuple[str, str]]:
    """Exports that were tried since then and have failed, with why."""
    rows = connection.execute(
        select(exports.c.name, exports.c.trouble)
        .where(exports.c.trouble.is_not(None), exports.c.claimed_at >= since, exports.c.written_at.is_(None))
        .order_by(exports.c.name, exports.c.period)
    )
    return [(row.name, row.trouble) for row in rows]


def _of(name: str, period: str, worker: str) -> Update:
    return update(exports).where(exports.c.name == name, exports.c.period == period, exports.c.worker == worker)
