"""People who sign in and keys for programs: who they are, and what they may do."""

import hashlib
import secrets
import unicodedata
from collections.abc import Callable
from datetime import datetime, timedelta
from enum import StrEnum
from functools import cache
from threading import BoundedSemaphore

from argon2 import PasswordHasher
from argon2.exceptions import VerifyMismatchError

from storage import accounts
from storage.accounts import Key as Key
from storage.accounts import User as User
from storage.database import Database


class Role(StrEnum):
    """What somebody may do. trigger: report contacts; staff: the same on the pages; analyst: read; admin: all."""

    TRIGGER = "trigger"
    STAFF = "staff"
    ANALYST = "analyst"
    ADMIN = "admin"


KEY_ROLES = (Role.TRIGGER, Role.ANALYST, Role.ADMIN)
USER_ROLES = (Role.STAFF, Role.ANALYST, Role.ADMIN)

PREFIX = "nw_"
"""What every key begins with, so that one that was published by mistake can be found."""

KEY_BYTES = 32

LONGEST_NAME = 64
SHORTEST_PASSWORD = 12
LONGEST_PASSWORD = 256
FEWEST_CHARACTERS = 5
"""How many different characters a password has at least."""

TRIES = 10
TRIES_WITHIN = timedelta(minutes=15)
"""How often a password may be tried under one name, and within what time."""

TRIES_IN_KNOWN = 5
"""How often in that time after those, in a browser in which that user has signed in before: else anybody could keep
them out by trying under their name."""

BUCKETS = 2**16
"""Tries are counted by a part of the hash of the name, so that invented names cannot fill the database."""

USE_RECORDED = timedelta(minutes=1)
"""How exactly the last use of a key is known."""

_HASHING = BoundedSemaphore(2)
"""Hashes made at once in one process: each takes a tenth of a second and 64 MB, and calls must not wait for them."""


class UnusableError(ValueError):
    """A name or a password that cannot be taken; says why, and what can."""


class TooManyTriesError(Exception):
    """A password was tried too often. seconds: after which it may be tried again."""

    def __init__(self, seconds: int) -> None:
        super().__init__(f"try again in {seconds} seconds")
        self.seconds = seconds


class Accounts:
    """Users and keys. Safe to share between threads."""

    def __init__(self, database: Database, clock: Callable[[], datetime], new_id: Callable[[], str]) -> None:
        self._database = database
        self._clock = clock
        self._new_id = new_id
        self._hasher = PasswordHasher()

    def add_key(self, name: str, role: Role) -> str:
        """A new key, which can be seen this once. Raises UnusableError where the name is taken."""
        key = PREFIX + secrets.token_urlsafe(KEY_BYTES)
        with self._database.write() as connection:
            if accounts.add_key(connection, self._new_id(), _named(name), role, _digest(key), self._clock()):
                return key
        raise UnusableError(f"there is, or was, a key named {name}; choose another name, such as {name}-2")

    def keys(self) -> list[Key]:
        """Every key by name, those that were revoked as well."""
        with self._database.read() as connection:
            return accounts.keys(connection)

    def use_key(self, key: str) -> Key | None:
        """Whose key this is, None where it is nobody's. Notes the use, at most once a minute."""
        with self._database.read() as connection:
            found = accounts.find_key(connection, _digest(key))
        now = self._clock()
        if found and (found.used_at is None or found.used_at <= now - USE_RECORDED):
            with self._database.write() as connection:
                accounts.use_key(connection, found.id, now, now - USE_RECORDED)
        return found

    def revoke_key(self, name: str) -> bool:
        """Whether there was such a key; it is of no use from now on."""
        with self._database.write() as connection:
            return accounts.revoke_key(connection, _named(name), self._clock())

    def add_user(self, name: str, role: Role, password: str) -> None:
        """Lets a person sign in. Raises UnusableError where name or password cannot be taken."""
        hashed = self._hashed(password, name)
        with self._database.write() as connection:
            if not accounts.add_user(connection, self._new_id(), _named(name), role, hashed, self._clock()):
                raise UnusableError(f"there is a user named {name} already; choose another name")

    def users(self) -> list[User]:
        """Every user by name, those that were disabled as well."""
        with self._database.read() as connection:
            return accounts.all_users(connection)

    def has_users(self) -> bool:
        """Whether anybody can sign in at all."""
        with self._database.read() as connection:
            return accounts.has_users(connection)

    def change_password(self, name: str, password: str) -> bool:
        """Whether there is such a user, whose password this now is; all their sessions end. Raises UnusableError."""
        hashed = self._hashed(password, name)
        with self._database.write() as connection:
            return accounts.change_password(connection, _named(name), hashed)

    def change_role(self, name: str, role: Role) -> bool:
        """Whether there is such a user, who has this role from now on, also where they are signed in."""
        with self._database.write() as connection:
            return accounts.change_role(connection, _named(name), role)

    def disable(self, name: str, *, undo: bool = False) -> bool:
        """Whether there is such a user, who can no longer, or with `undo` again, sign in; all their sessions end."""
        with self._database.write() as connection:
            return accounts.disable_user(connection, _named(name), None if undo else self._clock())

    def sign_in(self, name: str, password: str, known: str | None = None) -> User | None:
        """The user of this name with this password, None where there is none; both take the same time.

        known: the id of the user who has signed in with this browser before. Raises TooManyTriesError, whether or not
        there is such a user.
        """
        folded, now = _folded(name), self._clock()
        bucket = _bucket(folded)
        with self._database.write() as connection:
            user = accounts.user_named(connection, folded)
            if not accounts.may_try(connection, bucket, now, now - TRIES_WITHIN, TRIES):
                bucket = BUCKETS + _bucket(known or "")
                is_known = user is not None and user.id == known
                if not is_known or not accounts.may_try(connection, bucket, now, now - TRIES_WITHIN, TRIES_IN_KNOWN):
                    raise TooManyTriesError(int(TRIES_WITHIN.total_seconds()))
        decoy = _decoy(self._hasher)
        if not self._is_right(user.password if user else decoy, password) or not user or user.disabled_at:
            return None
        outdated = self._hasher.check_needs_rehash(user.password)
        hashed = self._hasher.hash(_typed(password)) if outdated else user.password
        with self._database.write() as connection:
            accounts.signed_in(connection, user.id, bucket, now, hashed)
        return user

    def end_sessions(self, id_: str) -> None:
        """Nobody is signed in as this user any more, in whatever browser."""
        with self._database.write() as connection:
            accounts.end_sessions(connection, id_)

    def signed_in(self, id_: str, generation: int) -> User | None:
        """The user with this id, unless they were disabled or their sessions were ended since that generation."""
        with self._database.read() as connection:
            user = accounts.find_user(connection, id_)
        return user if user and user.generation == generation and not user.disabled_at else None

    def _hashed(self, password: str, name: str) -> str:
        typed = _typed(password)
        if not SHORTEST_PASSWORD <= len(typed) <= LONGEST_PASSWORD or not typed.isprintable():
            raise UnusableError(
                f"a password has {SHORTEST_PASSWORD} to {LONGEST_PASSWORD} characters, all of them visible"
            )
        if len(set(typed)) < FEWEST_CHARACTERS or typed.casefold() == _folded(name):
            raise UnusableError("that is too easily guessed; take four words, say, that do not belong together")
        return self._hasher.hash(typed)

    def _is_right(self, hashed: str, password: str) -> bool:
        if not _HASHING.acquire(blocking=False):
            raise TooManyTriesError(2)
        try:
            return self._hasher.verify(hashed, _typed(password[: 2 * LONGEST_PASSWORD]))
        except VerifyMismatchError:
            return False
        finally:
            _HASHING.release()


def new_password() -> str:
    """A password nobody can guess: 100 random bits, in letters and digits that are not taken for one another."""
    signs = "abcdefghijkmnpqrstuvwxyz23456789"
    return "-".join("".join(secrets.choice(signs) for _ in range(5)) for _ in range(4))


@cache
def _decoy(hasher: PasswordHasher) -> str:
    """The hash of a password nobody has, tried where there is no such user, so that this takes as long."""
    return hasher.hash(secrets.token_hex())


def _named(name: str) -> str:
    folded = _folded(name)
    if not 1 <= len(folded) <= LONGEST_NAME:
        raise UnusableError(f"a name has 1 to {LONGEST_NAME} characters")
    return folded


def _folded(name: str) -> str:
    """A name as it is kept: it is the same however it is typed."""
    return "".join(filter(str.isprintable, unicodedata.normalize("NFKC", name).casefold())).strip()


def _typed(password: str) -> str:
    """A password as it is hashed: it is the same on every keyboard."""
    return unicodedata.normalize("NFKC", password)


def _bucket(name: str) -> int:
    return int.from_bytes(hashlib.sha256(name.encode("utf-8", "surrogatepass")).digest()) % BUCKETS


def _digest(key: str) -> str:
    return hashlib.sha256(key.encode("utf-8", "surrogatepass")).hexdigest()
