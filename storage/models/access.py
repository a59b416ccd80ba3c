"""The tables of who may do what: people who sign in, and keys for programs."""

from sqlalchemy import Column, Integer, String, Table

from storage.models.moments import Moment, metadata

users = Table(
    "users",
    metadata,
    Column("id", String, primary_key=True),
    Column("name", String, nullable=False, unique=True),
    Column("role", String, nullable=False),
    Column("password", String, nullable=False),
    Column("generation", Integer, nullable=False),
    Column("made_at", Moment, nullable=False),
    Column("signed_in_at", Moment),
    Column("disabled_at", Moment),
    comment="People who sign in; password: an Argon2 hash; generation: grows to end every session of theirs.",
)

api_keys = Table(
    "api_keys",
    metadata,
    Column("id", String, primary_key=True),
    Column("name", String, nullable=False, unique=True),
    Column("role", String, nullable=False),
    Column("digest", String, nullable=False, unique=True),
    Column("made_at", Moment, nullable=False),
    Column("used_at", Moment),
    Column("revoked_at", Moment),
    comment="Keys for programs; digest: SHA-256 of a key of 256 random bits, which is shown once and never kept.",
)

sign_in_tries = Table(
    "sign_in_tries",
    metadata,
    Column("bucket", Integer, primary_key=True, autoincrement=False),
    Column("since", Moment, nullable=False),
    Column("tried", Integer, nullable=False),
    comment="How often it was lately tried to sign in under names that share a bucket, so that nobody can guess on.",
)
