"""Keeps respondents, their sessions, answers and turns, and who must not be asked or greeted again."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import TIMESTAMP

revision = "0001"
down_revision = None

MOMENT = sa.String(27).with_variant(TIMESTAMP(timezone=True), "postgresql")
OPEN = sa.text("ended_at IS NULL")
OPEN_TEXT = sa.text("ended_at IS NULL AND channel != 'call'")

FROZEN = "id, session_id, key, at, events, reply"


def upgrade() -> None:
    _respondents()
    _sessions()
    _answers()
    _turns()
    _limits()
    _sandbox()
    _append_only()


def downgrade() -> None:
    for table in ("sandbox_messages", "opt_outs", "senders", "turns", "answers", "sessions", "respondents"):
        op.drop_table(table)
    if op.get_bind().dialect.name == "postgresql":
        op.execute("DROP FUNCTION refuse_change_of_turn")
        op.execute("DROP FUNCTION refuse_loss_of_turn")


def _respondents() -> None:
    op.create_table(
        "respondents",
        sa.Column("id", sa.String, nullable=False),
        sa.Column("address_index", sa.String, nullable=False),
        sa.Column("address", sa.LargeBinary, nullable=False),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_respondents"),
        sa.UniqueConstraint("address_index", name="uq_respondents_address_index"),
        comment="One row per person, found by the blind index of the address, which is itself encrypted.",
    )


def _sessions() -> None:
    op.create_table(
        "sessions",
        sa.Column("id", sa.String, nullable=False),
        sa.Column("respondent_id", sa.String),
        sa.Column("survey", sa.String, nullable=False),
        sa.Column("survey_version", sa.String, nullable=False),
        sa.Column("channel", sa.String, nullable=False),
        sa.Column("language", sa.String, nullable=False),
        sa.Column("ours", sa.String, nullable=False),
        sa.Column("theirs", sa.String),
        sa.Column("carrier_ref", sa.String),
        sa.Column("reference", sa.String),
        sa.Column("agent", sa.String),
        sa.Column("queue", sa.String),
        sa.Column("touchpoint", sa.String),
        sa.Column("started_at", MOMENT, nullable=False),
        sa.Column("expires_at", MOMENT, nullable=False),
        sa.Column("ended_at", MOMENT),
        sa.Column("outcome", sa.String),
        sa.Column("last_question", sa.String),
        sa.Column("revision", sa.Integer, nullable=False),
        sa.Column("snapshot", sa.LargeBinary, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_sessions"),
        sa.ForeignKeyConstraint(["respondent_id"], ["respondents.id"], name="fk_sessions_respondent_id"),
        sa.UniqueConstraint("carrier_ref", name="uq_sessions_carrier_ref"),
        sa.CheckConstraint("(respondent_id IS NULL) = (theirs IS NULL)", name=op.f("ck_sessions_whose")),
        sa.CheckConstraint("(ended_at IS NULL) = (outcome IS NULL)", name=op.f("ck_sessions_ended_with_outcome")),
        postgresql_with={"fillfactor": 60},
        comment="One row per respondent's way through a survey; theirs is the blind index of the address.",
    )
    op.create_index("ix_sessions_respondent_id", "sessions", ["respondent_id"])
    op.create_index("ix_sessions_started", "sessions", ["started_at", "id"])
    op.create_index("ix_sessions_latest", "sessions", ["channel", "ours", "theirs", "started_at"])
    op.create_index("ix_sessions_open", "sessions", ["expires_at"], sqlite_where=OPEN, postgresql_where=OPEN)
    op.create_index(
        "uq_sessions_open_text",
        "sessions",
        ["channel", "ours", "theirs"],
        unique=True,
        sqlite_where=OPEN_TEXT,
        postgresql_where=OPEN_TEXT,
    )


def _answers() -> None:
    op.create_table(
        "answers",
        sa.Column("session_id", sa.String, nullable=False),
        sa.Column("question", sa.String, nullable=False),
        sa.Column("instrument", sa.String),
        sa.Column("series", sa.String, nullable=False),
        sa.Column("language", sa.String, nullable=False),
        sa.Column("channel", sa.String, nullable=False),
        sa.Column("value", sa.Integer),
        sa.Column("missing", sa.String),
        sa.Column("corrected_from", sa.Integer),
        sa.Column("confidence", sa.Float),
        sa.Column("late", sa.Boolean, nullable=False),
        sa.Column("raw", sa.LargeBinary, nullable=False),
        sa.Column("verbatim", sa.LargeBinary),
        sa.Column("answered_at", MOMENT, nullable=False),
        sa.PrimaryKeyConstraint("session_id", "question", name="pk_answers"),
        sa.ForeignKeyConstraint(["session_id"], ["sessions.id"], name="fk_answers_session_id", ondelete="CASCADE"),
        sa.CheckConstraint(
            "CASE WHEN value IS NULL THEN 0 ELSE 1 END + CASE WHEN verbatim IS NULL THEN 0 ELSE 1 END"
            " + CASE WHEN missing IS NULL THEN 0 ELSE 1 END = 1",
            name=op.f("ck_answers_one_of_value_verbatim_missing"),
        ),
        sa.CheckConstraint("value IS NULL OR instrument IS NOT NULL", name=op.f("ck_answers_value_measures_something")),
        sa.CheckConstraint("corrected_from IS NULL OR value IS NOT NULL", name=op.f("ck_answers_corrected_to_a_value")),
        sa.CheckConstraint("confidence BETWEEN 0 AND 1", name=op.f("ck_answers_confidence_is_a_share")),
        sqlite_with_rowid=False,
        comment="One row per question answered, or asked in vain.",
    )


def _turns() -> None:
    op.create_table(
        "turns",
        sa.Column("id", sa.Integer, nullable=False, autoincrement=True),
        sa.Column("session_id", sa.String),
        sa.Column("key", sa.String, nullable=False),
        sa.Column("at", MOMENT, nullable=False),
        sa.Column("input", sa.LargeBinary, nullable=False),
        sa.Column("events", sa.Text, nullable=False),
        sa.Column("reply", sa.Text),
        sa.PrimaryKeyConstraint("id", name="pk_turns"),
        sa.ForeignKeyConstraint(["session_id"], ["sessions.id"], name="fk_turns_session_id", ondelete="CASCADE"),
        sa.UniqueConstraint("key", name="uq_turns_key"),
        comment="The journal: one row per input, append-only; a row goes only with its session. Some belong to none.",
    )
    op.create_index("ix_turns_session_id", "turns", ["session_id"])


def _limits() -> None:
    op.create_table(
        "senders",
        sa.Column("channel", sa.String, nullable=False),
        sa.Column("ours", sa.String, nullable=False),
        sa.Column("theirs", sa.String, nullable=False),
        sa.Column("day", sa.Date, nullable=False),
        sa.Column("started", sa.Integer, nullable=False),
        sa.Column("last_greeted_at", MOMENT),
        sa.PrimaryKeyConstraint("channel", "ours", "theirs", name="pk_senders"),
        comment="How often each sender of texts was greeted and has started a survey, so that machines cannot loop.",
    )
    op.create_table(
        "opt_outs",
        sa.Column("address_index", sa.String, nullable=False),
        sa.Column("at", MOMENT, nullable=False),
        sa.Column("how", sa.String, nullable=False),
        sa.PrimaryKeyConstraint("address_index", name="pk_opt_outs"),
        comment="Who must not be asked again; outlives what else is known of the person.",
    )


def _sandbox() -> None:
    op.create_table(
        "sandbox_messages",
        sa.Column("id", sa.Integer, nullable=False, autoincrement=True),
        sa.Column("at", MOMENT, nullable=False),
        sa.Column("channel", sa.String, nullable=False),
        sa.Column("ours", sa.String, nullable=False),
        sa.Column("theirs", sa.String, nullable=False),
        sa.Column("body", sa.Text, nullable=False),
        sa.Column("buttons", sa.Text),
        sa.PrimaryKeyConstraint("id", name="pk_sandbox_messages"),
        sqlite_autoincrement=True,
        comment="What the sandbox carrier has delivered.",
    )
    op.create_index("ix_sandbox_messages_theirs", "sandbox_messages", ["theirs"])


def _append_only() -> None:
    # The input may be encrypted anew under a younger key; nothing else of a turn ever changes. A turn is deleted by its
    # session only: the cascade finds the session gone, anybody else finds it there.
    if op.get_bind().dialect.name == "postgresql":
        op.execute(
            "CREATE FUNCTION refuse_change_of_turn() RETURNS trigger LANGUAGE plpgsql AS $$"
            " BEGIN RAISE EXCEPTION 'the journal is append-only'; END $$"
        )
        op.execute(
            "CREATE FUNCTION refuse_loss_of_turn() RETURNS trigger LANGUAGE plpgsql AS $$"
            " BEGIN IF EXISTS (SELECT FROM sessions WHERE id = OLD.session_id) THEN"
            " RAISE EXCEPTION 'the journal is append-only'; END IF; RETURN OLD; END $$"
        )
        op.execute(
            f"CREATE TRIGGER turns_keep BEFORE UPDATE OF {FROZEN} ON turns"
            " FOR EACH ROW EXECUTE FUNCTION refuse_change_of_turn()"
        )
        op.execute(
            "CREATE TRIGGER turns_stay BEFORE DELETE ON turns FOR EACH ROW EXECUTE FUNCTION refuse_loss_of_turn()"
        )
    else:
        op.execute(
            f"CREATE TRIGGER turns_keep BEFORE UPDATE OF {FROZEN} ON turns"
            " BEGIN SELECT RAISE(ABORT, 'the journal is append-only'); END"
        )
        op.execute(
            "CREATE TRIGGER turns_stay BEFORE DELETE ON turns"
            " WHEN EXISTS (SELECT 1 FROM sessions WHERE id = OLD.session_id)"
            " BEGIN SELECT RAISE(ABORT, 'the journal is append-only'); END"
        )
