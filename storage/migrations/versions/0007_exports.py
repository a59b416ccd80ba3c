"""Keeps which scheduled exports have been written, so that each is written once."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import TIMESTAMP

revision = "0007"
down_revision = "0006"

MOMENT = sa.String(27).with_variant(TIMESTAMP(timezone=True), "postgresql")


def upgrade() -> None:
    op.create_table(
        "exports",
        sa.Column("name", sa.String, nullable=False),
        sa.Column("period", sa.String, nullable=False),
        sa.Column("worker", sa.String, nullable=False),
        sa.Column("claimed_at", MOMENT, nullable=False),
        sa.Column("written_at", MOMENT),
        sa.Column("trouble", sa.Text),
        sa.PrimaryKeyConstraint("name", "period", name="pk_exports"),
        comment="One row per export and period that a worker has taken on; written once, and tried again where it"
        " failed.",
    )


def downgrade() -> None:
    op.drop_table("exports")
