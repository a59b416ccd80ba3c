"""Which scheduled exports have been written, and who is at work on which, so that each is written once."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, Update, func, or_, select, update
from sqlalchemy.dialects.postgresql import insert

from storage.models import exports

NOBODY = ""
"""Who is at work on what has failed or was left: it may be taken on at once."""

_columns = exports.c


@dataclass(frozen=True, slots=True)
class Taken:
    """How one export stands, periods by their names. written: the last one; begun: those not written yet."""

    written: str | None
    begun: Sequence[str]


@dataclass(frozen=True, slots=True)
class Line:
    """One period of an export. written_at: None where it is not; trouble: why the last try has failed."""

    period: str
    written_at: datetime | None
    trouble: str | None


def taken(connection: Connection, name: str) -> Taken:
    """How the export of that name stands."""
    of_name = _columns.name == name
    written = connection.scalar(select(func.max(_columns.period)).where(of_name, _columns.written_at.is_not(None)))
    begun = connection.scalars(select(_columns.period).where(of_name, _columns.written_at.is_(None)))
    return Taken(written, list(begun))


def lines(connection: Connection, name: str, most: int) -> list[Line]:
    """At most so many periods of the export of that name, the latest first."""
    found = select(_columns.period, _columns.written_at, _columns.trouble).where(_columns.name == name)
    rows = connection.execute(found.order_by(_columns.period.desc()).limit(most))
    return [Line(**row) for row in rows.mappings()]


def claim(connection: Connection, name: str, period: str, worker: str, at: datetime, before: datetime) -> bool:
    """Takes an export on, unless it is written, or somebody has been at work on it since `before`."""
    new = insert(exports).values(name=name, period=period, worker=worker, claimed_at=at)
    is_free = or_(_columns.worker == NOBODY, _columns.claimed_at < before)
    mine = new.on_conflict_do_update(
        index_elements=["name", "period"],
        set_={"worker": new.excluded.worker, "claimed_at": new.excluded.claimed_at},
        where=_columns.written_at.is_(None) & is_free,
    ).returning(_columns.worker)
    return connection.execute(mine).first() is not None


def hold(connection: Connection, name: str, period: str, worker: str, at: datetime) -> bool:
    """Says that this worker is still at it; False where another has taken it on meanwhile."""
    return connection.execute(_of(name, period, worker).values(claimed_at=at)).rowcount == 1


def written(connection: Connection, name: str, period: str, worker: str, at: datetime) -> None:
    """The file is there."""
    connection.execute(_of(name, period, worker).values(written_at=at, trouble=None))


def left(connection: Connection, name: str, period: str, worker: str) -> None:
    """It is not written, through no fault of its own, and anybody may take it on."""
    connection.execute(_of(name, period, worker).values(worker=NOBODY))


def failed(connection: Connection, name: str, period: str, worker: str, trouble: str) -> bool:
    """The file could not be written, and why; anybody may try again. Returns whether that was not known before."""
    before = connection.scalar(select(_columns.trouble).where(_columns.name == name, _columns.period == period))
    connection.execute(_of(name, period, worker).values(worker=NOBODY, trouble=trouble))
    return before != trouble


def trouble(connection: Connection, since: datetime) -> list[tuple[str, str]]:
    """Exports that were tried since then and have failed, each once, with why."""
    rows = connection.execute(
        select(_columns.name, _columns.trouble)
        .where(_columns.trouble.is_not(None), _columns.claimed_at >= since, _columns.written_at.is_(None))
        .order_by(_columns.name, _columns.period)
    )
    return list({row.name: row.trouble for row in rows}.items())


def _of(name: str, period: str, worker: str) -> Update:
    return update(exports).where(_columns.name == name, _columns.period == period, _columns.worker == worker)
