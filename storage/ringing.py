"""The calls that the sandbox carrier has placed: ringing, answered, declined or missed."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Connection, RowMapping, bindparam, insert, select, update

from storage.models import Moment, sandbox_calls

RINGING, ANSWERED, MISSED, OVER = "ringing", "in-progress", "no-answer", "completed"

_any_index = sandbox_calls.c.theirs.in_(bindparam("indexes", expanding=True))
_rings = sandbox_calls.c.status == RINGING
_now = bindparam("now", type_=Moment)
PLACE = insert(sandbox_calls)
RINGS = select(sandbox_calls).where(_any_index, _rings).order_by(sandbox_calls.c.at)
MISS = (
    update(sandbox_calls)
    .where(_any_index, _rings, sandbox_calls.c.rings_until <= _now)
    .values(status=MISSED)
    .returning(sandbox_calls)
)
ANSWER = (
    update(sandbox_calls)
    .where(_any_index, _rings, sandbox_calls.c.ref == bindparam("call"), sandbox_calls.c.rings_until > _now)
    .values(status=bindparam("becomes"), answered_at=bindparam("moment"), answered_by=bindparam("by"))
    .returning(sandbox_calls)
)
END = (
    update(sandbox_calls)
    .where(sandbox_calls.c.ref == bindparam("call"), sandbox_calls.c.status == ANSWERED)
    .values(status=bindparam("becomes"))
)
LIST = (
    select(sandbox_calls)
    .where(_any_index, sandbox_calls.c.ours == bindparam("ours"))
    .order_by(sandbox_calls.c.at.desc())
)
FETCH = select(sandbox_calls).where(sandbox_calls.c.ref == bindparam("call"))


@dataclass(frozen=True, slots=True)
class Placed:
    """A call from us to a telephone. theirs: the blind index; status: in the carrier's words, as it was last noted."""

    ref: str
    at: datetime
    ours: str
    theirs: str
    url: str
    status_callback: str
    rings_until: datetime
    longest_seconds: int
    machine_detection: bool
    status: str
    answered_at: datetime | None = None
    answered_by: str | None = None

    def status_at(self, now: datetime) -> str:
        """The status by the time that has passed: nobody rings for ever, and no call lasts longer than it may."""
        if self.status == RINGING and self.rings_until <= now:
            return MISSED
        if self.status == ANSWERED and self.answered_at is not None:
            return OVER if self.answered_at + timedelta(seconds=self.longest_seconds) <= now else ANSWERED
        return self.status


def place(connection: Connection, call: Placed) -> None:
    """Lets the telephone ring."""
    connection.execute(PLACE, {name: getattr(call, name) for name in Placed.__slots__})


def ringing(connection: Connection, indexes: Sequence[str]) -> list[Placed]:
    """The calls that were ringing at this telephone when last noted, the first one first."""
    return [_placed(row) for row in connection.execute(RINGS, {"indexes": indexes}).mappings()]


def miss(connection: Connection, indexes: Sequence[str], now: datetime) -> list[Placed]:
    """Ends the calls that have rung at this telephone for long enough, and gives each of them once."""
    return [_placed(row) for row in connection.execute(MISS, {"indexes": indexes, "now": now}).mappings()]


def answer(connection: Connection, ref: str, indexes: Sequence[str], now: datetime, by: str | None) -> Placed | None:
    """The call, answered by somebody or something; None where it does not ring at this telephone, or no longer."""
    return _settle(connection, ref, indexes, now, {"becomes": ANSWERED, "moment": now, "by": by})


def decline(connection: Connection, ref: str, indexes: Sequence[str], now: datetime) -> Placed | None:
    """The call, declined; None where it does not ring at this telephone, or no longer."""
    return _settle(connection, ref, indexes, now, {"becomes": "busy", "moment": None, "by": None})


def end(connection: Connection, ref: str, status: str) -> None:
    """Notes how an answered call has ended."""
    connection.execute(END, {"call": ref, "becomes": status})


def placed(connection: Connection, ours: str, indexes: Sequence[str]) -> list[Placed]:
    """The calls from us to this telephone, newest first."""
    return [_placed(row) for row in connection.execute(LIST, {"ours": ours, "indexes": indexes}).mappings()]


def call(connection: Connection, ref: str) -> Placed | None:
    """The call with the carrier's id."""
    row = connection.execute(FETCH, {"call": ref}).mappings().first()
    return None if row is None else _placed(row)


def _settle(
    connection: Connection, ref: str, indexes: Sequence[str], now: datetime, becomes: dict[str, object]
) -> Placed | None:
    found = connection.execute(ANSWER, {"call": ref, "indexes": indexes, "now": now, **becomes}).mappings().first()
    return None if found is None else _placed(found)


def _placed(row: RowMapping) -> Placed:
    return Placed(**row)
