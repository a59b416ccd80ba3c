"""The people asked, each known once by the blind index of their address."""

from datetime import datetime
from typing import Any

from sqlalchemy import Connection, bindparam, select

# PostgreSQL's form of the upsert is SQLite's as well.
from sqlalchemy.dialects.postgresql import insert

from storage.encryption import Keys
from storage.models import respondents

ADDRESS = "respondents.address"

_new = insert(respondents)
# A row that is there already is written over with what it holds, because only then is its id returned.
REMEMBER = _new.on_conflict_do_update(
    index_elements=["address_index"], set_={"address_index": _new.excluded.address_index}
).returning(respondents.c.id)
FIND = select(respondents.c.id).where(respondents.c.address_index.in_(bindparam("indexes", expanding=True)))
READ = select(respondents.c.address).where(respondents.c.id == bindparam("person"))


def remember(connection: Connection, keys: Keys, id: str, address: str, at: datetime) -> str:
    """The id of the person at this address; somebody new is given `id`."""
    if keys.older and (known := find(connection, keys, address)) is not None:
        return known
    return str(connection.execute(REMEMBER, row(keys, id, address, at)).scalar_one())


def row(keys: Keys, id: str, address: str, at: datetime) -> dict[str, Any]:
    """A person as they are stored."""
    return {"id": id, "address_index": keys.index(address), "address": keys.encrypt(address, ADDRESS), "created_at": at}


def find(connection: Connection, keys: Keys, address: str) -> str | None:
    """The id of the person at this address; None where nobody there is known."""
    return connection.execute(FIND, {"indexes": keys.indexes(address)}).scalar()


def address(connection: Connection, keys: Keys, id: str) -> str | None:
    """Where this person is reached; None where there is no such person. Raises Unreadable."""
    sealed = connection.execute(READ, {"person": id}).scalar()
    return None if sealed is None else keys.decrypt(sealed, ADDRESS)
