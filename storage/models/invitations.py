"""The tables of contacts, of what was decided about them, and of the invitations that came of it."""

from sqlalchemy import (
    CheckConstraint,
    Column,
    Date,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    String,
    Table,
)

from storage.models.moments import Moment, metadata

contacts = Table(
    "contacts",
    metadata,
    Column("reference", String, primary_key=True),
    Column("theirs", String, index=True),
    Column("source", String, nullable=False),
    Column("received_at", Moment, nullable=False),
    Column("ended_at", Moment, nullable=False),
    Column("channel", String),
    Column("language", String),
    Column("country", String),
    Column("queue", String),
    Column("agent", String),
    Column("touchpoint", String),
    Column("attributes", LargeBinary),
    Column("reason", String),
    Column("until", Moment),
    Index("ix_contacts_received", "received_at", "reference"),
    Index("ix_contacts_reason", "reason"),
    comment="One row per contact reported to us; reason: why nobody was invited, empty where somebody was.",
)

invitations = Table(
    "invitations",
    metadata,
    Column("id", String, primary_key=True),
    Column("reference", String, ForeignKey("contacts.reference"), nullable=False, unique=True),
    Column("respondent_id", String, ForeignKey("respondents.id"), index=True),
    Column("theirs", String, index=True),
    Column("survey", String, nullable=False),
    Column("language", String, nullable=False),
    Column("country", String),
    Column("queue", String),
    Column("agent", String),
    Column("touchpoint", String),
    Column("channels", String, nullable=False),
    Column("invited_at", Moment, nullable=False),
    Column("expires_at", Moment, nullable=False),
    Column("call", String, unique=True),
    Column("agreed_at", Moment),
    Column("due_at", Moment),
    Column("revision", Integer, nullable=False),
    Column("failures", Integer, nullable=False),
    Column("ended_at", Moment),
    Column("outcome", String),
    CheckConstraint("(ended_at IS NULL) = (outcome IS NULL)", "ended_with_outcome"),
    CheckConstraint("(ended_at IS NULL) = (due_at IS NOT NULL)", "due_until_ended"),
    Index("ix_invitations_invited", "invited_at", "id"),
    postgresql_with={"fillfactor": 70},
    comment="One row per respondent invited: the order of channels, and when something is to be done next.",
)
Index("ix_invitations_ended", invitations.c.ended_at)
Index(
    "ix_invitations_due",
    invitations.c.due_at,
    sqlite_where=invitations.c.ended_at.is_(None),
    postgresql_where=invitations.c.ended_at.is_(None),
)

attempts = Table(
    "attempts",
    metadata,
    Column("id", String, primary_key=True),
    Column("invitation_id", String, ForeignKey("invitations.id", ondelete="CASCADE"), nullable=False, index=True),
    Column("channel", String, nullable=False),
    Column("kind", String, nullable=False),
    Column("session_id", String, ForeignKey("sessions.id"), index=True),
    Column("carrier_ref", String, unique=True),
    Column("status", String, nullable=False),
    Column("code", Integer),
    Column("made_at", Moment, nullable=False),
    Column("changed_at", Moment, nullable=False),
    Index("ix_attempts_made", "made_at"),
    comment="One row per message sent or call placed for an invitation, written before the carrier is asked.",
)

quarantines = Table(
    "quarantines",
    metadata,
    Column("theirs", String, primary_key=True),
    Column("invited_at", Moment, nullable=False),
    Column("reference", String, nullable=False),
    comment="When each person was last invited, over all surveys and channels; one row, so that two cannot be at once.",
)

daily = Table(
    "daily",
    metadata,
    Column("day", Date, primary_key=True),
    Column("invited", Integer, nullable=False),
    comment="How many were invited on each day (UTC), counted where it is decided, so that a cap holds.",
)

pace = Table(
    "pace",
    metadata,
    Column("channel", String, primary_key=True),
    Column("free_at", Moment, nullable=False),
    comment="From when the next message or call may go over a channel, whichever process sends it.",
)

heartbeats = Table(
    "heartbeats",
    metadata,
    Column("worker", String, primary_key=True),
    Column("at", Moment, nullable=False),
    Column("trouble", String),
    Column("untagged", Integer),
    comment="When each worker last came by, why it tags by the rules alone if it should not, and what waits for it.",
)
