"""Who must not be asked again, known only by the blind index of an address, so that it outlives their erasure."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, bindparam, delete, func, select
from sqlalchemy.dialects.postgresql import insert

from storage.models import opt_outs

_any_index = opt_outs.c.address_index.in_(bindparam("indexes", expanding=True))
OPT_OUT = insert(opt_outs).on_conflict_do_nothing()
OPT_IN = delete(opt_outs).where(_any_index)
FIND = select(opt_outs.c.address_index).where(_any_index).limit(1)
COUNT = select(func.count()).select_from(opt_outs)
LATEST = select(opt_outs.c.at, opt_outs.c.how).order_by(opt_outs.c.at.desc()).limit(bindparam("most"))


@dataclass(frozen=True, slots=True)
class Latest:
    """How many people have opted out, and when and how the latest of them did, the last first."""

    count: int
    noted: tuple[tuple[datetime, str], ...]


def opt_out(connection: Connection, index: str, at: datetime, how: str) -> None:
    """Asks this person nothing more over any channel. how: the channel it was said on, `cli`, `api` or `page`.

    Said again, the first time stands.
    """
    connection.execute(OPT_OUT, {"address_index": index, "at": at, "how": how})


def opt_in(connection: Connection, indexes: Sequence[str]) -> None:
    """Takes an opt-out back; `indexes` are those of the address under every key."""
    connection.execute(OPT_IN, {"indexes": indexes})


def is_opted_out(connection: Connection, indexes: Sequence[str]) -> bool:
    """Whether this person may not be asked; `indexes` are those of the address under every key."""
    return connection.execute(FIND, {"indexes": indexes}).first() is not None


def latest(connection: Connection, most: int) -> Latest:
    """How many there are, and at most so many of the last."""
    noted = tuple((row.at, row.how) for row in connection.execute(LATEST, {"most": most}))
    return Latest(connection.execute(COUNT).scalar_one(), noted)
