"""Keeps calls that ring in the sandbox, and what its messages are called and whether they arrived."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import TIMESTAMP

revision = "0004"
down_revision = "0003"

MOMENT = sa.String(27).with_variant(TIMESTAMP(timezone=True), "postgresql")


def upgrade() -> None:
    for column in (sa.Column("ref", sa.String), sa.Column("status_callback", sa.String)):
        op.add_column("sandbox_messages", column)
    op.add_column("sandbox_messages", sa.Column("delivered_at", MOMENT))
    op.create_index("ix_sandbox_messages_ref", "sandbox_messages", ["ref"], unique=True)
    op.create_table(
        "sandbox_calls",
        sa.Column("ref", sa.String, nullable=False),
        sa.Column("at", MOMENT, nullable=False),
        sa.Column("ours", sa.String, nullable=False),
        sa.Column("theirs", sa.String, nullable=False),
        sa.Column("url", sa.String, nullable=False),
        sa.Column("status_callback", sa.String, nullable=False),
        sa.Column("rings_until", MOMENT, nullable=False),
        sa.Column("longest_seconds", sa.Integer, nullable=False),
        sa.Column("machine_detection", sa.Boolean, nullable=False),
        sa.Column("status", sa.String, nullable=False),
        sa.Column("answered_at", MOMENT),
        sa.Column("answered_by", sa.String),
        sa.PrimaryKeyConstraint("ref", name="pk_sandbox_calls"),
        comment="Calls the sandbox carrier has placed; they ring until somebody answers or the time is over.",
    )
    op.create_index("ix_sandbox_calls_theirs", "sandbox_calls", ["theirs"])


def downgrade() -> None:
    op.drop_table("sandbox_calls")
    op.drop_index("ix_sandbox_messages_ref", "sandbox_messages")
    for name in ("delivered_at", "status_callback", "ref"):
        op.drop_column("sandbox_messages", name)
