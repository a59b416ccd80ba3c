"""Keeps words and addresses unreadable at rest, and addresses findable without reading them."""

import hashlib
import hmac
import os
import re
from dataclasses import dataclass, field

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

SHORTEST_SECRET = 16
VERSION = b"\x01"
MARK_LENGTH = 5
NONCE_LENGTH = 12
HEADER_LENGTH = MARK_LENGTH + NONCE_LENGTH


class Unreadable(Exception):  # noqa: N818 -- said of the data, as in "raise Unreadable"
    """What was stored cannot be decrypted: its key is not among ours, or it was altered or moved."""


@dataclass(frozen=True, slots=True)
class Key:
    """All that comes of one secret.

    id: eight hex digits that name it and tell nothing about it; mark: the first bytes of everything encrypted with it.
    """

    id: str
    mark: bytes
    cipher: AESGCM = field(repr=False)
    blinding: bytes = field(repr=False)
    secret: bytes = field(repr=False)


@dataclass(frozen=True, slots=True)
class Keys:
    """The newest key, with which everything is written, and the older ones, with which it can still be read."""

    newest: Key
    older: tuple[Key, ...] = ()

    @classmethod
    def derive(cls, secret: str) -> "Keys":
        """Keys from one secret, or from several separated by commas, the newest first.

        Raises ValueError, which never shows a secret, where one is shorter than 16 characters or given twice.
        """
        secrets = [part.strip().encode() for part in secret.split(",")]
        if any(len(part) < SHORTEST_SECRET for part in secrets):
            raise ValueError(
                f"NAWOORD_SECRET_KEY: every secret needs at least {SHORTEST_SECRET} characters; make one with "
                "python -c 'import secrets; print(secrets.token_urlsafe(32))'"
            )
        if len(set(secrets)) < len(secrets):
            raise ValueError("NAWOORD_SECRET_KEY: the same secret is given twice; name each once, the newest first")
        newest, *older = map(_key, secrets)
        return cls(newest, tuple(older))

    @property
    def all(self) -> tuple[Key, ...]:
        """Every key, the newest first."""
        return (self.newest, *self.older)

    def encrypt(self, text: str, column: str) -> bytes:
        """The text, to be kept in that column (`table.column`) and readable from no other."""
        nonce = os.urandom(NONCE_LENGTH)
        # A carrier may hand on half a surrogate pair; it is kept as it came.
        sealed = self.newest.cipher.encrypt(nonce, text.encode("utf-8", "surrogatepass"), column.encode())
        return self.newest.mark + nonce + sealed

    def decrypt(self, data: bytes, column: str) -> str:
        """The text that was encrypted for that column. Raises Unreadable."""
        mark, nonce, sealed = data[:MARK_LENGTH], data[MARK_LENGTH:HEADER_LENGTH], data[HEADER_LENGTH:]
        for key in self.all:
            if key.mark == mark:
                try:
                    return key.cipher.decrypt(nonce, sealed, column.encode()).decode("utf-8", "surrogatepass")
                except (InvalidTag, ValueError):
                    raise Unreadable(f"{column}: altered, or moved here from another column") from None
        raise Unreadable(f"{column}: written with key {mark[1:].hex()}; add its secret to NAWOORD_SECRET_KEY")

    def index(self, address: str) -> str:
        """The blind index of an address under the newest key: the key's id, then 32 hex digits."""
        return _index(self.newest, normalised(address))

    def indexes(self, address: str) -> tuple[str, ...]:
        """The blind indexes of an address under every key, the newest first: look-ups match any of them."""
        plain = normalised(address)
        return tuple(_index(key, plain) for key in self.all)

    def sub(self, label: str) -> bytes:
        """32 bytes for another use, such as signing URLs; each label has its own."""
        return self.subs(label)[0]

    def subs(self, label: str) -> tuple[bytes, ...]:
        """The same under every key, the newest first: a signature made before a rotation matches one of them."""
        return tuple(_derived(key.secret, f"use {label}") for key in self.all)


def normalised(address: str) -> str:
    """The spelling by which a person is found over every channel: no `whatsapp:`, no blanks or signs in a number."""
    bare = re.sub(r"^whatsapp:", "", address.strip(), flags=re.IGNORECASE).strip()
    return "+" + re.sub(r"\D", "", bare) if re.fullmatch(r"\+[\d\s().-]+", bare, flags=re.ASCII) else bare


def _index(key: Key, plain: str) -> str:
    return key.id + hmac.digest(key.blinding, plain.encode("utf-8", "surrogatepass"), "sha256").hex()[:32]


def _key(secret: bytes) -> Key:
    encryption = _derived(secret, "encryption")
    name = hashlib.sha256(b"nawoord key id" + encryption).digest()[: MARK_LENGTH - len(VERSION)]
    return Key(
        id=name.hex(),
        mark=VERSION + name,
        cipher=AESGCM(encryption),
        blinding=_derived(secret, "blind index"),
        secret=secret,
    )


def _derived(secret: bytes, label: str) -> bytes:
    return HKDF(algorithm=SHA256(), length=32, salt=None, info=f"nawoord {label}".encode()).derive(secret)
