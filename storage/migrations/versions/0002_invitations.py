"""Keeps contacts and what was decided, invitations and attempts to deliver them, users and keys."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import TIMESTAMP

revision = "0002"
down_revision = "0001"

MOMENT = sa.String(27).with_variant(TIMESTAMP(timezone=True), "postgresql")
OPEN = sa.text("ended_at IS NULL")


def upgrade() -> None:
    _contacts()
    _invitations()
    _attempts()
    _limits()
    _tallies()
    _access()


def downgrade() -> None:
    access = ("sign_in_tries", "api_keys", "users")
    for table in (*access, "tallies", "heartbeats", "pace", "daily", "quarantines", "attempts", "invitations"):
        op.drop_table(table)
    op.drop_table("contacts")


def _contacts() -> None:
    op.create_table(
        "contacts",
        sa.Column("reference", sa.String, nullable=False),
        sa.Column("theirs", sa.String),
        sa.Column("source", sa.String, nullable=False),
        sa.Column("received_at", MOMENT, nullable=False),
        sa.Column("ended_at", MOMENT, nullable=False),
        sa.Column("channel", sa.String),
        sa.Column("language", sa.String),
        sa.Column("country", sa.String),
        sa.Column("queue", sa.String),
        sa.Column("agent", sa.String),
        sa.Column("touchpoint", sa.String),
        sa.Column("attributes", sa.LargeBinary),
        sa.Column("reason", sa.String),
        sa.Column("until", MOMENT),
        sa.PrimaryKeyConstraint("reference", name="pk_contacts"),
        comment="One row per contact reported to us; reason: why nobody was invited, empty where somebody was.",
    )
    op.create_index("ix_contacts_theirs", "contacts", ["theirs"])
    op.create_index("ix_contacts_received", "contacts", ["received_at", "reference"])
    op.create_index("ix_contacts_reason", "contacts", ["reason"])


def _invitations() -> None:
    op.create_table(
        "invitations",
        sa.Column("id", sa.String, nullable=False),
        sa.Column("reference", sa.String, nullable=False),
        sa.Column("respondent_id", sa.String),
        sa.Column("theirs", sa.String),
        sa.Column("survey", sa.String, nullable=False),
        sa.Column("language", sa.String, nullable=False),
        sa.Column("country", sa.String),
        sa.Column("queue", sa.String),
        sa.Column("agent", sa.String),
        sa.Column("touchpoint", sa.String),
        sa.Column("channels", sa.String, nullable=False),
        sa.Column("invited_at", MOMENT, nullable=False),
        sa.Column("expires_at", MOMENT, nullable=False),
        sa.Column("call", sa.String),
        sa.Column("agreed_at", MOMENT),
        sa.Column("due_at", MOMENT),
        sa.Column("revision", sa.Integer, nullable=False),
        sa.Column("failures", sa.Integer, nullable=False),
        sa.Column("ended_at", MOMENT),
        sa.Column("outcome", sa.String),
        sa.PrimaryKeyConstraint("id", name="pk_invitations"),
        sa.ForeignKeyConstraint(["reference"], ["contacts.reference"], name="fk_invitations_reference"),
        sa.ForeignKeyConstraint(["respondent_id"], ["respondents.id"], name="fk_invitations_respondent_id"),
        sa.UniqueConstraint("reference", name="uq_invitations_reference"),
        sa.UniqueConstraint("call", name="uq_invitations_call"),
        sa.CheckConstraint("(ended_at IS NULL) = (outcome IS NULL)", name=op.f("ck_invitations_ended_with_outcome")),
        sa.CheckConstraint("(ended_at IS NULL) = (due_at IS NOT NULL)", name=op.f("ck_invitations_due_until_ended")),
        postgresql_with={"fillfactor": 70},
        comment="One row per respondent invited: the order of channels, and when something is to be done next.",
    )
    op.create_index("ix_invitations_respondent_id", "invitations", ["respondent_id"])
    op.create_index("ix_invitations_theirs", "invitations", ["theirs"])
    op.create_index("ix_invitations_invited", "invitations", ["invited_at", "id"])
    op.create_index("ix_invitations_ended", "invitations", ["ended_at"])
    op.create_index("ix_invitations_due", "invitations", ["due_at"], sqlite_where=OPEN, postgresql_where=OPEN)


def _attempts() -> None:
    op.create_table(
        "attempts",
        sa.Column("id", sa.String, nullable=False),
        sa.Column("invitation_id", sa.String, nullable=False),
        sa.Column("channel", sa.String, nullable=False),
        sa.Column("kind", sa.String, nullable=False),
        sa.Column("session_id", sa.String),
        sa.Column("carrier_ref", sa.String),
        sa.Column("status", sa.String, nullable=False),
        sa.Column("code", sa.Integer),
        sa.Column("made_at", MOMENT, nullable=False),
        sa.Column("changed_at", MOMENT, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_attempts"),
        sa.ForeignKeyConstraint(
            ["invitation_id"], ["invitations.id"], name="fk_attempts_invitation_id", ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(["session_id"], ["sessions.id"], name="fk_attempts_session_id"),
        sa.UniqueConstraint("carrier_ref", name="uq_attempts_carrier_ref"),
        comment="One row per message sent or call placed for an invitation, written before the carrier is asked.",
    )
    op.create_index("ix_attempts_invitation_id", "attempts", ["invitation_id"])
    op.create_index("ix_attempts_session_id", "attempts", ["session_id"])
    op.create_index("ix_attempts_made", "attempts", ["made_at"])


def _limits() -> None:
    op.create_table(
        "quarantines",
        sa.Column("theirs", sa.String, nullable=False),
        sa.Column("invited_at", MOMENT, nullable=False),
        sa.Column("reference", sa.String, nullable=False),
        sa.PrimaryKeyConstraint("theirs", name="pk_quarantines"),
        comment="When each person was last invited, over all surveys and channels; one row, so that two cannot be at"
        " once.",
    )
    op.create_table(
        "daily",
        sa.Column("day", sa.Date, nullable=False),
        sa.Column("invited", sa.Integer, nullable=False),
        sa.PrimaryKeyConstraint("day", name="pk_daily"),
        comment="How many were invited on each day (UTC), counted where it is decided, so that a cap holds.",
    )
    op.create_table(
        "pace",
        sa.Column("channel", sa.String, nullable=False),
        sa.Column("free_at", MOMENT, nullable=False),
        sa.PrimaryKeyConstraint("channel", name="pk_pace"),
        comment="From when the next message or call may go over a channel, whichever process sends it.",
    )
    op.create_table(
        "heartbeats",
        sa.Column("worker", sa.String, nullable=False),
        sa.Column("at", MOMENT, nullable=False),
        sa.Column("trouble", sa.String),
        sa.Column("untagged", sa.Integer),
        sa.PrimaryKeyConstraint("worker", name="pk_heartbeats"),
        comment="When each worker last came by, why it tags by the rules alone if it should not, and what waits for"
        " it.",
    )


def _tallies() -> None:
    op.create_table(
        "tallies",
        sa.Column("source", sa.String, nullable=False),
        sa.Column("upto", sa.String, nullable=False),
        sa.Column("counts", sa.Text, nullable=False),
        sa.PrimaryKeyConstraint("source", name="pk_tallies"),
        comment="How many rows of each kind a table held up to a place in it behind which nothing changes any more.",
    )


def _access() -> None:
    op.create_table(
        "users",
        sa.Column("id", sa.String, nullable=False),
        sa.Column("name", sa.String, nullable=False),
        sa.Column("role", sa.String, nullable=False),
        sa.Column("password", sa.String, nullable=False),
        sa.Column("generation", sa.Integer, nullable=False),
        sa.Column("made_at", MOMENT, nullable=False),
        sa.Column("signed_in_at", MOMENT),
        sa.Column("disabled_at", MOMENT),
        sa.PrimaryKeyConstraint("id", name="pk_users"),
        sa.UniqueConstraint("name", name="uq_users_name"),
        comment="People who sign in; password: an Argon2 hash; generation: grows to end every session of theirs.",
    )
    op.create_table(
        "api_keys",
        sa.Column("id", sa.String, nullable=False),
        sa.Column("name", sa.String, nullable=False),
        sa.Column("role", sa.String, nullable=False),
        sa.Column("digest", sa.String, nullable=False),
        sa.Column("made_at", MOMENT, nullable=False),
        sa.Column("used_at", MOMENT),
        sa.Column("revoked_at", MOMENT),
        sa.PrimaryKeyConstraint("id", name="pk_api_keys"),
        sa.UniqueConstraint("name", name="uq_api_keys_name"),
        sa.UniqueConstraint("digest", name="uq_api_keys_digest"),
        comment="Keys for programs; digest: SHA-256 of a key of 256 random bits, which is shown once and never kept.",
    )
    op.create_table(
        "sign_in_tries",
        sa.Column("bucket", sa.Integer, nullable=False, autoincrement=False),
        sa.Column("since", MOMENT, nullable=False),
        sa.Column("tried", sa.Integer, nullable=False),
        sa.PrimaryKeyConstraint("bucket", name="pk_sign_in_tries"),
        comment="How often it was lately tried to sign in under names that share a bucket, so that nobody can guess"
        " on.",
    )
