"""Keeps what verbatims speak of: as found by rules and models, and as decided by people."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import TIMESTAMP

revision = "0003"
down_revision = "0002"

MOMENT = sa.String(27).with_variant(TIMESTAMP(timezone=True), "postgresql")
SAID = sa.text("verbatim IS NOT NULL")


def upgrade() -> None:
    _found()
    _decided()
    op.create_index("ix_answers_verbatims", "answers", ["answered_at"], sqlite_where=SAID, postgresql_where=SAID)


def downgrade() -> None:
    op.drop_index("ix_answers_verbatims", "answers")
    for table in ("reviews", "corrections", "tags", "taggings"):
        op.drop_table(table)


def _of(table: str, name: str) -> sa.ForeignKeyConstraint:
    theirs = [f"{table}.session_id", f"{table}.question"]
    return sa.ForeignKeyConstraint(["session_id", "question"], theirs, name=name, ondelete="CASCADE")


def _found() -> None:
    op.create_table(
        "taggings",
        sa.Column("session_id", sa.String, nullable=False),
        sa.Column("question", sa.String, nullable=False),
        sa.Column("answered_at", MOMENT, nullable=False),
        sa.Column("tagged_at", MOMENT, nullable=False),
        sa.Column("language", sa.String),
        sa.Column("frame", sa.String, nullable=False),
        sa.Column("model", sa.String, nullable=False),
        sa.Column("untagged", sa.String),
        sa.Column("redactions", sa.Text, nullable=False),
        sa.PrimaryKeyConstraint("session_id", "question", name="pk_taggings"),
        _of("answers", "fk_taggings_answer"),
        sqlite_with_rowid=False,
        comment="One row per verbatim that was read; answered_at: of the answer that was read, which may change.",
    )
    op.create_table(
        "tags",
        sa.Column("session_id", sa.String, nullable=False),
        sa.Column("question", sa.String, nullable=False),
        sa.Column("theme", sa.String, nullable=False),
        sa.Column("sentiment", sa.String, nullable=False),
        sa.Column("confidence", sa.Float, nullable=False),
        sa.Column("source", sa.String, nullable=False),
        sa.Column("evidence", sa.Text, nullable=False),
        sa.PrimaryKeyConstraint("session_id", "question", "theme", name="pk_tags"),
        _of("taggings", "fk_tags_tagging"),
        sqlite_with_rowid=False,
        comment="One row per theme found in a verbatim by rules or a model; what people decided goes before it.",
    )
    op.create_index("ix_tags_theme", "tags", ["theme"])


def _decided() -> None:
    op.create_table(
        "corrections",
        sa.Column("id", sa.Integer, nullable=False, autoincrement=True),
        sa.Column("session_id", sa.String, nullable=False),
        sa.Column("question", sa.String, nullable=False),
        sa.Column("theme", sa.String, nullable=False),
        sa.Column("present", sa.Boolean, nullable=False),
        sa.Column("sentiment", sa.String),
        sa.Column("suggested", sa.Boolean, nullable=False),
        sa.Column("by", sa.String, nullable=False),
        sa.Column("at", MOMENT, nullable=False),
        sa.Column("frame", sa.String, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_corrections"),
        _of("answers", "fk_corrections_answer"),
        comment="What people decided of one theme of one verbatim, append-only; the last counts. suggested: as found,"
        " too.",
    )
    op.create_index("ix_corrections_answer", "corrections", ["session_id", "question"])
    op.create_table(
        "reviews",
        sa.Column("session_id", sa.String, nullable=False),
        sa.Column("question", sa.String, nullable=False),
        sa.Column("by", sa.String, nullable=False),
        sa.Column("at", MOMENT, nullable=False),
        sa.Column("themes", sa.Text, nullable=False),
        sa.PrimaryKeyConstraint("session_id", "question", "by", name="pk_reviews"),
        _of("answers", "fk_reviews_answer"),
        sqlite_with_rowid=False,
        comment="Who has read which verbatim completely, with which themes in mind: those they did not name are"
        " absent.",
    )
