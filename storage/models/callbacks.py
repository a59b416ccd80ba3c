"""The tables of callbacks that were agreed to, and of what is still to be announced about them."""

from sqlalchemy import CheckConstraint, Column, ForeignKey, Index, Integer, LargeBinary, String, Table, Text

from storage.models.moments import Moment, metadata

callbacks = Table(
    "callbacks",
    metadata,
    Column("id", String, primary_key=True),
    Column("session_id", String, ForeignKey("sessions.id", ondelete="CASCADE"), nullable=False, unique=True),
    Column("reference", String),
    Column("reasons", String, nullable=False),
    Column("survey_version", String, nullable=False),
    Column("language", String, nullable=False),
    Column("asked", Text, nullable=False),
    Column("said", LargeBinary, nullable=False),
    Column("number", LargeBinary, nullable=False),
    Column("consented_at", Moment, nullable=False),
    Column("due_at", Moment, nullable=False),
    Column("state", String, nullable=False),
    Column("claimed_by", String),
    Column("claimed_at", Moment),
    Column("tries", Integer, nullable=False),
    Column("note", LargeBinary),
    Column("outcome", String),
    Column("closed_by", String),
    Column("closed_at", Moment),
    Column("revision", Integer, nullable=False),
    CheckConstraint("state IN ('open', 'claimed', 'closed')", "state"),
    CheckConstraint("(claimed_by IS NULL) = (claimed_at IS NULL)", "claimed_at"),
    CheckConstraint("(state = 'closed') = (closed_at IS NOT NULL)", "closed_at"),
    CheckConstraint("(state = 'closed') = (outcome IS NOT NULL)", "closed_with_outcome"),
    CheckConstraint("state <> 'claimed' OR claimed_by IS NOT NULL", "claimed_by"),
    Index("ix_callbacks_due", "state", "due_at"),
    Index("ix_callbacks_closed", "closed_at"),
    comment="One row per person who agreed to be called back; a purpose of its own, which no figure counts.",
)

callback_announcements = Table(
    "callback_announcements",
    metadata,
    Column("callback_id", String, ForeignKey("callbacks.id", ondelete="CASCADE"), primary_key=True),
    Column("way", String, primary_key=True),
    Column("made_at", Moment, nullable=False),
    Column("due_at", Moment),
    Column("failures", Integer, nullable=False),
    Column("trouble", String),
    Column("sent_at", Moment),
    CheckConstraint("sent_at IS NULL OR due_at IS NULL", "sent_once"),
    comment="One row per callback and way to tell of it; due until it was sent or given up.",
)
Index(
    "ix_callback_announcements_due",
    callback_announcements.c.due_at,
    sqlite_where=callback_announcements.c.due_at.is_not(None),
    postgresql_where=callback_announcements.c.due_at.is_not(None),
)
