"""Keeps what has been counted day by day, and lets the database itself note which days have to be counted anew."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import TIMESTAMP

revision = "0005"
down_revision = "0004"

MOMENT = sa.String(27).with_variant(TIMESTAMP(timezone=True), "postgresql")
SERIAL = sa.BigInteger().with_variant(sa.Integer, "sqlite")
SLICE = ("of", "survey", "question", "instrument", "series", "channel", "language", "country", "queue", "touchpoint")

OF_SESSION = "INSERT INTO changes (part, at) SELECT 'surveys', started_at FROM sessions WHERE id = {row}.session_id;"
OF_ITSELF = "INSERT INTO changes (part, at) VALUES ('{part}', {row}.{at});"
OF_CONTACT = (
    "INSERT INTO changes (part, at) SELECT 'contacts', received_at FROM contacts WHERE reference = {row}.reference;"
)
OF_INVITATION = (
    "INSERT INTO changes (part, at) SELECT 'contacts', c.received_at FROM invitations i"
    " JOIN contacts c ON c.reference = i.reference WHERE i.id = {row}.invitation_id;"
)
BY_ATTEMPT = (
    "INSERT INTO changes (part, at) SELECT 'contacts', c.received_at FROM attempts a"
    " JOIN invitations i ON i.id = a.invitation_id JOIN contacts c ON c.reference = i.reference"
    " WHERE a.session_id = {row}.id;"
)
BY_CALL = (
    "INSERT INTO changes (part, at) SELECT 'contacts', c.received_at FROM invitations i"
    " JOIN contacts c ON c.reference = i.reference WHERE i.call = {row}.carrier_ref;"
)
SESSION = OF_ITSELF.format(part="surveys", row="{row}", at="started_at")
CONTACT = OF_ITSELF.format(part="contacts", row="{row}", at="received_at")

ENDED = "coalesce(OLD.outcome, '') <> coalesce(NEW.outcome, '')"
ASKED = "coalesce(OLD.last_question, '') <> coalesce(NEW.last_question, '')"
SPOKEN = "(OLD.revision = 0) <> (NEW.revision = 0)"
ABOUT_SESSION = "survey, channel, language, agent, queue, touchpoint, country, started_at, carrier_ref"
# The path of an answer names the language each time, whether it changes or not.
OTHERWISE = " OR ".join(
    "OLD.started_at <> NEW.started_at"
    if name == "started_at"
    else f"coalesce(OLD.{name}, '') <> coalesce(NEW.{name}, '')"
    for name in ABOUT_SESSION.split(", ")
)
ABOUT_CONTACT = "received_at, reason, channel, language, country, queue, agent, touchpoint"

WATCHED: tuple[tuple[str, str, str, str, str], ...] = (
    *(
        (table, event, "", row, OF_SESSION)
        for table in ("answers", "tags", "corrections")
        for event, row in (("INSERT", "NEW"), ("UPDATE", "NEW"), ("DELETE", "OLD"))
    ),
    ("sessions", "INSERT", "", "NEW", SESSION + BY_CALL),
    ("sessions", "DELETE", "", "OLD", SESSION + BY_CALL),
    ("sessions", "UPDATE OF last_question, outcome", f"{ENDED} OR {ASKED}", "NEW", SESSION),
    ("sessions", "UPDATE OF outcome, revision", f"{ENDED} OR {SPOKEN}", "NEW", BY_ATTEMPT + BY_CALL),
    ("sessions", f"UPDATE OF {ABOUT_SESSION}", OTHERWISE, "OLD", SESSION),
    ("sessions", f"UPDATE OF {ABOUT_SESSION}", OTHERWISE, "NEW", SESSION + BY_ATTEMPT + BY_CALL),
    ("contacts", "INSERT", "", "NEW", CONTACT),
    ("contacts", "DELETE", "", "OLD", CONTACT),
    ("contacts", f"UPDATE OF {ABOUT_CONTACT}", "", "OLD", CONTACT),
    ("contacts", f"UPDATE OF {ABOUT_CONTACT}", "", "NEW", CONTACT),
    *(
        ("invitations", event, "", row, OF_CONTACT)
        for event, row in (
            ("INSERT", "NEW"),
            ("UPDATE OF outcome, survey, language, channels, call", "NEW"),
            ("DELETE", "OLD"),
        )
    ),
    *(
        ("attempts", event, "", row, OF_INVITATION + OF_SESSION)
        for event, row in (
            ("INSERT", "NEW"),
            ("UPDATE OF session_id, status, code", "OLD"),
            ("UPDATE OF session_id", "NEW"),
            ("DELETE", "OLD"),
        )
    ),
)
"""What is watched: table, event, condition, the row that tells, and what is written down."""


def upgrade() -> None:
    _tables()
    op.add_column("sessions", sa.Column("country", sa.String))
    _countries()
    op.create_index("ix_sessions_agent", "sessions", ["agent", "started_at"])
    _mark("surveys", "started_at", "sessions")
    _mark("contacts", "received_at", "contacts")
    for number, (table, event, when, row, body) in enumerate(WATCHED):
        _watch(f"changed_{number:02}_{table}", table, event, when, body.format(row=row))


def downgrade() -> None:
    for number, (table, *_) in enumerate(WATCHED):
        name = f"changed_{number:02}_{table}"
        if _is_postgresql():
            op.execute(f"DROP FUNCTION {name}() CASCADE")
        else:
            op.execute(f"DROP TRIGGER {name}")
    op.drop_index("ix_sessions_agent", "sessions")
    op.drop_column("sessions", "country")
    for name in ("rollups", "changes", "figures", "slices"):
        op.drop_table(name)


def _is_postgresql() -> bool:
    return op.get_bind().dialect.name == "postgresql"


def _tables() -> None:
    op.create_table(
        "slices",
        sa.Column("id", sa.BigInteger, nullable=False, autoincrement=False),
        *(sa.Column(name, sa.String, nullable=False) for name in (*SLICE, "said", "mark")),
        sa.Column("late", sa.Boolean, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_slices"),
        comment="What is counted together; id: of everything else in the row, so that it is the same in every process.",
    )
    op.create_table(
        "figures",
        sa.Column("part", sa.String, nullable=False),
        sa.Column("day", sa.Date, nullable=False),
        sa.Column("slice", sa.BigInteger, nullable=False, autoincrement=False),
        sa.Column("value", sa.Integer, nullable=False, autoincrement=False),
        sa.Column("n", sa.Integer, nullable=False),
        sa.PrimaryKeyConstraint("part", "day", "slice", "value", name="pk_figures"),
        sqlite_with_rowid=False,
        comment="How many there are of each slice and value on a day, as far as `changes` names nothing newer.",
    )
    op.create_table(
        "changes",
        sa.Column("id", SERIAL, nullable=False, autoincrement=True),
        sa.Column("part", sa.String, nullable=False),
        sa.Column("at", MOMENT, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_changes"),
        comment="A moment on a day that has to be counted anew; written by triggers, gone with the counting.",
    )
    op.create_table(
        "rollups",
        sa.Column("part", sa.String, nullable=False),
        sa.Column("zone", sa.String, nullable=False),
        sa.PrimaryKeyConstraint("part", name="pk_rollups"),
        comment="By which clock the days of each part are counted.",
    )


def _countries() -> None:
    """Of surveys that somebody was invited to, the country is known; of others nobody has noted it."""
    op.execute(
        "UPDATE sessions SET country = (SELECT i.country FROM attempts a JOIN invitations i ON i.id = a.invitation_id"
        " WHERE a.session_id = sessions.id LIMIT 1)"
    )


def _mark(part: str, at: str, table: str) -> None:
    """Everything there is has to be counted: the first and the last of each hour lie on all its days."""
    hour = f"date_trunc('hour', {at})" if _is_postgresql() else f"substr({at}, 1, 13)"
    for edge in ("min", "max"):
        found = f"SELECT '{part}', {edge}({at}) FROM {table} GROUP BY {hour}"  # noqa: S608 -- words of ours
        op.execute(f"INSERT INTO changes (part, at) {found}")


def _watch(name: str, table: str, event: str, when: str, body: str) -> None:
    condition = f"WHEN ({when})" if when else ""
    if _is_postgresql():
        op.execute(f"CREATE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN {body} RETURN NULL; END $$")
        each = f"FOR EACH ROW {condition} EXECUTE FUNCTION {name}()"
        op.execute(f"CREATE TRIGGER {name} AFTER {event} ON {table} {each}")
    else:
        op.execute(f"CREATE TRIGGER {name} AFTER {event} ON {table} FOR EACH ROW {condition} BEGIN {body} END")
