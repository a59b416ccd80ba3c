"""Who may sign in, and which keys programs may use."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, bindparam, case, delete, select, update
from sqlalchemy.dialects.postgresql import insert as insert_or

from storage.models import Moment, api_keys, sign_in_tries, users


@dataclass(frozen=True, slots=True)
class Key:
    """A key for programs, without the key itself."""

    id: str
    name: str
    role: str
    made_at: datetime
    used_at: datetime | None
    revoked_at: datetime | None


@dataclass(frozen=True, slots=True)
class User:
    """A person who signs in. password: its hash; generation: grows to end every session of theirs."""

    id: str
    name: str
    role: str
    password: str = field(repr=False)
    generation: int
    made_at: datetime
    signed_in_at: datetime | None
    disabled_at: datetime | None


_key = select(*(column for column in api_keys.c if column.name != "digest"))
KEYS = _key.order_by(api_keys.c.name)
KEY = _key.where(api_keys.c.digest == bindparam("digest"), api_keys.c.revoked_at.is_(None))
ADD_KEY = insert_or(api_keys).on_conflict_do_nothing().returning(api_keys.c.id)
USE_KEY = update(api_keys).where(
    api_keys.c.id == bindparam("key"), api_keys.c.used_at.is_(None) | (api_keys.c.used_at <= bindparam("before"))
)
REVOKE_KEY = (
    update(api_keys)
    .where(api_keys.c.name == bindparam("key"), api_keys.c.revoked_at.is_(None))
    .returning(api_keys.c.id)
)

USERS = select(users).order_by(users.c.name)
USER = select(users).where(users.c.id == bindparam("user"))
USER_BY_NAME = select(users).where(users.c.name == bindparam("user"))
ANY_USER = select(users.c.id).limit(1)
ADD_USER = insert_or(users).on_conflict_do_nothing().returning(users.c.id)
CHANGE_USER = update(users).where(users.c.name == bindparam("user")).returning(users.c.id)
END_SESSIONS = update(users).where(users.c.id == bindparam("user")).values(generation=users.c.generation + 1)
SIGNED_IN = update(users).where(users.c.id == bindparam("user"))

_first = insert_or(sign_in_tries)
_over = sign_in_tries.c.since <= bindparam("long_ago", type_=Moment)
TRY = _first.on_conflict_do_update(
    index_elements=["bucket"],
    set_={
        "since": case((_over, _first.excluded.since), else_=sign_in_tries.c.since),
        "tried": case((_over, 1), else_=sign_in_tries.c.tried + 1),
    },
    where=_over | (sign_in_tries.c.tried < bindparam("limit")),
).returning(sign_in_tries.c.tried)
FORGET_TRIES = delete(sign_in_tries).where(sign_in_tries.c.bucket == bindparam("at"))


def add_key(connection: Connection, id_: str, name: str, role: str, digest: str, at: datetime) -> bool:
    """Whether the key was added: no key may ever have had its name."""
    row = {"id": id_, "name": name, "role": role, "digest": digest, "made_at": at}
    return connection.execute(ADD_KEY, row).first() is not None


def keys(connection: Connection) -> list[Key]:
    """Every key by name, those that were revoked as well."""
    return [Key(**row) for row in connection.execute(KEYS).mappings()]


def find_key(connection: Connection, digest: str) -> Key | None:
    """The key with this digest, unless it was revoked."""
    row = connection.execute(KEY, {"digest": digest}).mappings().first()
    return Key(**row) if row else None


def use_key(connection: Connection, id_: str, at: datetime, before: datetime) -> None:
    """Records when a key was used, where that was last recorded at `before` or earlier."""
    connection.execute(USE_KEY, {"key": id_, "used_at": at, "before": before})


def revoke_key(connection: Connection, name: str, at: datetime) -> bool:
    """Whether there was such a key, which is now of no use any more."""
    return connection.execute(REVOKE_KEY, {"key": name, "revoked_at": at}).first() is not None


def add_user(connection: Connection, id_: str, name: str, role: str, password: str, at: datetime) -> bool:
    """Whether the user was added: names are unique. password: its hash."""
    row = {"id": id_, "name": name, "role": role, "password": password, "generation": 1, "made_at": at}
    return connection.execute(ADD_USER, row).first() is not None


def all_users(connection: Connection) -> list[User]:
    """Every user by name, those that were disabled as well."""
    return [User(**row) for row in connection.execute(USERS).mappings()]


def find_user(connection: Connection, id_: str) -> User | None:
    """The user with this id."""
    return _user(connection.execute(USER, {"user": id_}).mappings().all())


def user_named(connection: Connection, name: str) -> User | None:
    """The user with this name."""
    return _user(connection.execute(USER_BY_NAME, {"user": name}).mappings().all())


def has_users(connection: Connection) -> bool:
    """Whether anybody can sign in at all."""
    return connection.execute(ANY_USER).first() is not None


def change_password(connection: Connection, name: str, password: str) -> bool:
    """Whether there is such a user, whose password this hash now is and whose sessions have all ended."""
    changed = {"password": password, "generation": users.c.generation + 1}
    return connection.execute(CHANGE_USER.values(changed), {"user": name}).first() is not None


def change_role(connection: Connection, name: str, role: str) -> bool:
    """Whether there is such a user, who now has this role."""
    return connection.execute(CHANGE_USER, {"user": name, "role": role}).first() is not None


def disable_user(connection: Connection, name: str, at: datetime | None) -> bool:
    """Whether there is such a user, who cannot sign in from then on, or again can where `at` is None."""
    changed = {"disabled_at": at, "generation": users.c.generation + 1}
    return connection.execute(CHANGE_USER.values(changed), {"user": name}).first() is not None


def end_sessions(connection: Connection, id_: str) -> None:
    """Ends every session of this user."""
    connection.execute(END_SESSIONS, {"user": id_})


def signed_in(connection: Connection, id_: str, bucket: int, at: datetime, password: str) -> None:
    """Records that a user has signed in, with the hash as it is now made, and forgets the tries before."""
    connection.execute(SIGNED_IN, {"user": id_, "signed_in_at": at, "password": password})
    connection.execute(FORGET_TRIES, {"at": bucket})


def may_try(connection: Connection, bucket: int, now: datetime, long_ago: datetime, limit: int) -> bool:
    """Whether somebody may try a password again: `limit` times since the first try after `long_ago`. Counts the try."""
    row = {"bucket": bucket, "since": now, "tried": 1, "long_ago": long_ago, "limit": limit}
    return connection.execute(TRY, row).first() is not None


def _user(rows: Sequence[Any]) -> User | None:
    return User(**rows[0]) if rows else None
