"""Who must not be asked again, known only by the blind index of an address, so that it outlives their erasure."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import Connection, bindparam, delete, select
from sqlalchemy.dialects.postgresql import insert

from storage.models import opt_outs

_any_index = opt_outs.c.address_index.in_(bindparam("indexes", expanding=True))
OPT_OUT = insert(opt_outs).on_conflict_do_nothing()
OPT_IN = delete(opt_outs).where(_any_index)
FIND = select(opt_outs.c.address_index).where(_any_index).limit(1)


def opt_out(connection: Connection, index: str, at: datetime, how: str) -> None:
    """Asks this person nothing more over any channel. how: the channel it was said on, `cli` or `api`.

    Said again, the first time stands.
    """
    connection.execute(OPT_OUT, {"address_index": index, "at": at, "how": how})


def opt_in(connection: Connection, indexes: Sequence[str]) -> None:
    """Takes an opt-out back; `indexes` are those of the address under every key."""
    connection.execute(OPT_IN, {"indexes": indexes})


def is_opted_out(connection: Connection, indexes: Sequence[str]) -> bool:
    """Whether this person may not be asked; `indexes` are those of the address under every key."""
    return connection.execute(FIND, {"indexes": indexes}).first() is not None
