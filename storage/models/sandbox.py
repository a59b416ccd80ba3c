"""The tables of the sandbox carrier: what is on its way to the telephone on the screen."""

from sqlalchemy import Boolean, Column, Integer, String, Table, Text

from storage.models.moments import Moment, metadata

sandbox_messages = Table(
    "sandbox_messages",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=True),
    Column("at", Moment, nullable=False),
    Column("channel", String, nullable=False),
    Column("ours", String, nullable=False),
    Column("theirs", String, nullable=False, index=True),
    Column("body", Text, nullable=False),
    Column("buttons", Text),
    Column("ref", String, index=True, unique=True),
    Column("status_callback", String),
    Column("delivered_at", Moment),
    sqlite_autoincrement=True,
    comment="What the sandbox carrier has delivered.",
)

sandbox_calls = Table(
    "sandbox_calls",
    metadata,
    Column("ref", String, primary_key=True),
    Column("at", Moment, nullable=False),
    Column("ours", String, nullable=False),
    Column("theirs", String, nullable=False, index=True),
    Column("url", String, nullable=False),
    Column("status_callback", String, nullable=False),
    Column("rings_until", Moment, nullable=False),
    Column("longest_seconds", Integer, nullable=False),
    Column("machine_detection", Boolean, nullable=False),
    Column("status", String, nullable=False),
    Column("answered_at", Moment),
    Column("answered_by", String),
    comment="Calls the sandbox carrier has placed; they ring until somebody answers or the time is over.",
)
