"""The tables of what verbatims speak of: what was found by itself, and what people decided."""

from sqlalchemy import Boolean, Column, Float, ForeignKeyConstraint, Index, Integer, String, Table, Text

from storage.models.conversations import answers
from storage.models.moments import Moment, metadata

taggings = Table(
    "taggings",
    metadata,
    Column("session_id", String, primary_key=True),
    Column("question", String, primary_key=True),
    Column("answered_at", Moment, nullable=False),
    Column("tagged_at", Moment, nullable=False),
    Column("language", String),
    Column("frame", String, nullable=False),
    Column("model", String, nullable=False),
    Column("untagged", String),
    Column("redactions", Text, nullable=False),
    ForeignKeyConstraint(
        ["session_id", "question"],
        ["answers.session_id", "answers.question"],
        name="fk_taggings_answer",
        ondelete="CASCADE",
    ),
    sqlite_with_rowid=False,
    comment="One row per verbatim that was read; answered_at: of the answer that was read, which may change.",
)

tags = Table(
    "tags",
    metadata,
    Column("session_id", String, primary_key=True),
    Column("question", String, primary_key=True),
    Column("theme", String, primary_key=True),
    Column("sentiment", String, nullable=False),
    Column("confidence", Float, nullable=False),
    Column("source", String, nullable=False),
    Column("evidence", Text, nullable=False),
    ForeignKeyConstraint(
        ["session_id", "question"],
        ["taggings.session_id", "taggings.question"],
        name="fk_tags_tagging",
        ondelete="CASCADE",
    ),
    Index("ix_tags_theme", "theme"),
    sqlite_with_rowid=False,
    comment="One row per theme found in a verbatim by rules or a model; what people decided goes before it.",
)

corrections = Table(
    "corrections",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=True),
    Column("session_id", String, nullable=False),
    Column("question", String, nullable=False),
    Column("theme", String, nullable=False),
    Column("present", Boolean, nullable=False),
    Column("sentiment", String),
    Column("suggested", Boolean, nullable=False),
    Column("by", String, nullable=False),
    Column("at", Moment, nullable=False),
    Column("frame", String, nullable=False),
    ForeignKeyConstraint(
        ["session_id", "question"],
        ["answers.session_id", "answers.question"],
        name="fk_corrections_answer",
        ondelete="CASCADE",
    ),
    Index("ix_corrections_answer", "session_id", "question"),
    comment="What people decided of one theme of one verbatim, append-only; the last counts. suggested: as found, too.",
)

reviews = Table(
    "reviews",
    metadata,
    Column("session_id", String, primary_key=True),
    Column("question", String, primary_key=True),
    Column("by", String, primary_key=True),
    Column("at", Moment, primary_key=True),
    Column("themes", Text, nullable=False),
    ForeignKeyConstraint(
        ["session_id", "question"],
        ["answers.session_id", "answers.question"],
        name="fk_reviews_answer",
        ondelete="CASCADE",
    ),
    sqlite_with_rowid=False,
    comment="Who has read which verbatim completely, with which themes in mind: those they did not name are absent.",
)

withdrawals = Table(
    "withdrawals",
    metadata,
    Column("session_id", String, primary_key=True),
    Column("question", String, primary_key=True),
    Column("by", String, primary_key=True),
    Column("decided_at", Moment, primary_key=True),
    Column("at", Moment, nullable=False),
    ForeignKeyConstraint(
        ["session_id", "question"],
        ["answers.session_id", "answers.question"],
        name="fk_withdrawals_answer",
        ondelete="CASCADE",
    ),
    sqlite_with_rowid=False,
    comment="What somebody decided of a verbatim at a moment and has taken back, append-only; it counts no more.",
)

Index(
    "ix_answers_verbatims",
    answers.c.answered_at,
    sqlite_where=answers.c.verbatim.is_not(None),
    postgresql_where=answers.c.verbatim.is_not(None),
)
