"""The tables of respondents and their conversations, and who must not be asked or greeted again."""

from sqlalchemy import (
    Boolean,
    CheckConstraint,
    Column,
    Date,
    Float,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    String,
    Table,
    Text,
)

from storage.models.moments import Moment, metadata

respondents = Table(
    "respondents",
    metadata,
    Column("id", String, primary_key=True),
    Column("address_index", String, nullable=False, unique=True),
    Column("address", LargeBinary, nullable=False),
    Column("created_at", Moment, nullable=False),
    comment="One row per person, found by the blind index of the address, which is itself encrypted.",
)

sessions = Table(
    "sessions",
    metadata,
    Column("id", String, primary_key=True),
    Column("respondent_id", String, ForeignKey("respondents.id"), index=True),
    Column("survey", String, nullable=False),
    Column("survey_version", String, nullable=False),
    Column("channel", String, nullable=False),
    Column("language", String, nullable=False),
    Column("ours", String, nullable=False),
    Column("theirs", String),
    Column("carrier_ref", String, unique=True),
    Column("reference", String),
    Column("agent", String),
    Column("queue", String),
    Column("touchpoint", String),
    Column("started_at", Moment, nullable=False),
    Column("expires_at", Moment, nullable=False),
    Column("ended_at", Moment),
    Column("outcome", String),
    Column("last_question", String),
    Column("revision", Integer, nullable=False),
    Column("snapshot", LargeBinary, nullable=False),
    Column("country", String),
    CheckConstraint("(respondent_id IS NULL) = (theirs IS NULL)", "whose"),
    CheckConstraint("(ended_at IS NULL) = (outcome IS NULL)", "ended_with_outcome"),
    Index("ix_sessions_started", "started_at", "id"),
    Index("ix_sessions_agent", "agent", "started_at"),
    Index("ix_sessions_latest", "channel", "ours", "theirs", "started_at"),
    # Room on every page for the rows to change where they are, without an entry in each index.
    postgresql_with={"fillfactor": 60},
    comment="One row per respondent's way through a survey; theirs is the blind index of the address.",
)
Index(
    "uq_sessions_open_text",
    sessions.c.channel,
    sessions.c.ours,
    sessions.c.theirs,
    unique=True,
    sqlite_where=sessions.c.ended_at.is_(None) & (sessions.c.channel != "call"),
    postgresql_where=sessions.c.ended_at.is_(None) & (sessions.c.channel != "call"),
)
Index(
    "ix_sessions_open",
    sessions.c.expires_at,
    sqlite_where=sessions.c.ended_at.is_(None),
    postgresql_where=sessions.c.ended_at.is_(None),
)

answers = Table(
    "answers",
    metadata,
    Column("session_id", String, ForeignKey("sessions.id", ondelete="CASCADE"), primary_key=True),
    Column("question", String, primary_key=True),
    Column("instrument", String),
    Column("series", String, nullable=False),
    Column("language", String, nullable=False),
    Column("channel", String, nullable=False),
    Column("value", Integer),
    Column("missing", String),
    Column("corrected_from", Integer),
    Column("confidence", Float),
    Column("late", Boolean, nullable=False),
    Column("raw", LargeBinary, nullable=False),
    Column("verbatim", LargeBinary),
    Column("answered_at", Moment, nullable=False),
    CheckConstraint(
        "CASE WHEN value IS NULL THEN 0 ELSE 1 END + CASE WHEN verbatim IS NULL THEN 0 ELSE 1 END"
        " + CASE WHEN missing IS NULL THEN 0 ELSE 1 END = 1",
        "one_of_value_verbatim_missing",
    ),
    CheckConstraint("value IS NULL OR instrument IS NOT NULL", "value_measures_something"),
    CheckConstraint("corrected_from IS NULL OR value IS NOT NULL", "corrected_to_a_value"),
    CheckConstraint("confidence BETWEEN 0 AND 1", "confidence_is_a_share"),
    sqlite_with_rowid=False,
    comment="One row per question answered, or asked in vain.",
)

turns = Table(
    "turns",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=True),
    Column("session_id", String, ForeignKey("sessions.id", ondelete="CASCADE"), index=True),
    Column("key", String, nullable=False, unique=True),
    Column("at", Moment, nullable=False),
    Column("input", LargeBinary, nullable=False),
    Column("events", Text, nullable=False),
    Column("reply", Text),
    comment="The journal: one row per input, append-only; a row goes only with its session. Some belong to none.",
)

senders = Table(
    "senders",
    metadata,
    Column("channel", String, primary_key=True),
    Column("ours", String, primary_key=True),
    Column("theirs", String, primary_key=True),
    Column("day", Date, nullable=False),
    Column("started", Integer, nullable=False),
    Column("last_greeted_at", Moment),
    comment="How often each sender of texts was greeted and has started a survey, so that machines cannot loop.",
)

opt_outs = Table(
    "opt_outs",
    metadata,
    Column("address_index", String, primary_key=True),
    Column("at", Moment, nullable=False),
    Column("how", String, nullable=False),
    comment="Who must not be asked again; outlives what else is known of the person.",
)
