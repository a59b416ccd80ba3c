"""Keeps who agreed to be called back, and what is still to be announced about it."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import TIMESTAMP

revision = "0006"
down_revision = "0005"

MOMENT = sa.String(27).with_variant(TIMESTAMP(timezone=True), "postgresql")
UNSENT = sa.text("due_at IS NOT NULL")


def upgrade() -> None:
    op.create_table(
        "callbacks",
        sa.Column("id", sa.String, nullable=False),
        sa.Column("session_id", sa.String, nullable=False),
        sa.Column("reference", sa.String),
        sa.Column("reasons", sa.String, nullable=False),
        sa.Column("survey_version", sa.String, nullable=False),
        sa.Column("language", sa.String, nullable=False),
        sa.Column("asked", sa.Text, nullable=False),
        sa.Column("said", sa.LargeBinary, nullable=False),
        sa.Column("number", sa.LargeBinary, nullable=False),
        sa.Column("consented_at", MOMENT, nullable=False),
        sa.Column("due_at", MOMENT, nullable=False),
        sa.Column("state", sa.String, nullable=False),
        sa.Column("claimed_by", sa.String),
        sa.Column("claimed_at", MOMENT),
        sa.Column("tries", sa.Integer, nullable=False),
        sa.Column("note", sa.LargeBinary),
        sa.Column("outcome", sa.String),
        sa.Column("closed_by", sa.String),
        sa.Column("closed_at", MOMENT),
        sa.Column("revision", sa.Integer, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_callbacks"),
        sa.UniqueConstraint("session_id", name="uq_callbacks_session_id"),
        sa.ForeignKeyConstraint(["session_id"], ["sessions.id"], name="fk_callbacks_session_id", ondelete="CASCADE"),
        sa.CheckConstraint("state IN ('open', 'claimed', 'closed')", name=op.f("ck_callbacks_state")),
        sa.CheckConstraint("(claimed_by IS NULL) = (claimed_at IS NULL)", name=op.f("ck_callbacks_claimed_at")),
        sa.CheckConstraint("state <> 'claimed' OR claimed_by IS NOT NULL", name=op.f("ck_callbacks_claimed_by")),
        sa.CheckConstraint("(state = 'closed') = (closed_at IS NOT NULL)", name=op.f("ck_callbacks_closed_at")),
        sa.CheckConstraint("(state = 'closed') = (outcome IS NOT NULL)", name=op.f("ck_callbacks_closed_with_outcome")),
        comment="One row per person who agreed to be called back; a purpose of its own, which no figure counts.",
    )
    op.create_index("ix_callbacks_due", "callbacks", ["state", "due_at"])
    op.create_index("ix_callbacks_closed", "callbacks", ["closed_at"])
    op.create_table(
        "callback_announcements",
        sa.Column("callback_id", sa.String, nullable=False),
        sa.Column("way", sa.String, nullable=False),
        sa.Column("made_at", MOMENT, nullable=False),
        sa.Column("due_at", MOMENT),
        sa.Column("failures", sa.Integer, nullable=False),
        sa.Column("trouble", sa.String),
        sa.Column("sent_at", MOMENT),
        sa.PrimaryKeyConstraint("callback_id", "way", name="pk_callback_announcements"),
        sa.ForeignKeyConstraint(
            ["callback_id"], ["callbacks.id"], name="fk_callback_announcements_callback_id", ondelete="CASCADE"
        ),
        sa.CheckConstraint("sent_at IS NULL OR due_at IS NULL", name=op.f("ck_callback_announcements_sent_once")),
        comment="One row per callback and way to tell of it; due until it was sent or given up.",
    )
    op.create_index(
        "ix_callback_announcements_due",
        "callback_announcements",
        ["due_at"],
        sqlite_where=UNSENT,
        postgresql_where=UNSENT,
    )


def downgrade() -> None:
    op.drop_table("callback_announcements")
    op.drop_table("callbacks")
