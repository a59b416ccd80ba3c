"""Notes days on which an invitation has come further, and on which another survey stands for it; counts anew."""

from alembic import op

revision = "0011"
down_revision = "0010"

FELLOWS = (
    "INSERT INTO changes (part, at) SELECT 'surveys', s.started_at FROM attempts a"
    " JOIN sessions s ON s.id = a.session_id WHERE a.invitation_id = {row}.invitation_id AND s.id <> {row}.session_id;"
)
OF_SESSION = (
    "INSERT INTO changes (part, at) SELECT 'surveys', s.started_at FROM attempts a"
    " JOIN attempts b ON b.invitation_id = a.invitation_id JOIN sessions s ON s.id = b.session_id"
    " WHERE a.session_id = {row}.id;"
)
BY_ATTEMPT = (
    "INSERT INTO changes (part, at) SELECT 'contacts', c.received_at FROM attempts a"
    " JOIN invitations i ON i.id = a.invitation_id JOIN contacts c ON c.reference = i.reference"
    " WHERE a.session_id = {row}.{session};"
)
BY_CALL = (
    "INSERT INTO changes (part, at) SELECT 'contacts', c.received_at FROM sessions s"
    " JOIN invitations i ON i.call = s.carrier_ref JOIN contacts c ON c.reference = i.reference"
    " WHERE s.id = {row}.{session};"
)
SPOKEN = "({row}.channel = 'call' OR {row}.revision > CASE WHEN {row}.outcome = 'expired' THEN 1 ELSE 0 END)"
HAS_SPOKEN = f"{SPOKEN.format(row='OLD')} <> {SPOKEN.format(row='NEW')}"
IS_NUMBER = "{row}.value IS NOT NULL"

WATCHED: tuple[tuple[str, str, str, str, str], ...] = (
    ("attempts", "INSERT", "", "NEW", FELLOWS),
    ("attempts", "UPDATE OF session_id", "", "OLD", FELLOWS),
    ("attempts", "UPDATE OF session_id", "", "NEW", FELLOWS),
    ("attempts", "DELETE", "", "OLD", FELLOWS),
    ("sessions", "UPDATE OF channel, outcome, revision", HAS_SPOKEN, "NEW", OF_SESSION + BY_ATTEMPT + BY_CALL),
    ("answers", "INSERT", IS_NUMBER, "NEW", BY_ATTEMPT + BY_CALL),
    ("answers", "UPDATE OF value", "(OLD.value IS NULL) <> (NEW.value IS NULL)", "NEW", BY_ATTEMPT + BY_CALL),
    ("answers", "DELETE", IS_NUMBER, "OLD", BY_ATTEMPT + BY_CALL),
)
"""What is watched: table, event, condition, the row that tells, and what is written down."""

ANEW = "UPDATE rollups SET zone = ''"


def upgrade() -> None:
    for number, (table, event, when, row, body) in enumerate(WATCHED):
        told = {"row": row, "session": "id" if table == "sessions" else "session_id"}
        _watch(_name(number), table, event, when.format(row=row), body.format(**told))
    op.execute(ANEW)


def downgrade() -> None:
    for number in range(len(WATCHED)):
        op.execute(f"DROP FUNCTION {_name(number)}() CASCADE" if _is_postgresql() else f"DROP TRIGGER {_name(number)}")
    op.execute(ANEW)


def _is_postgresql() -> bool:
    return op.get_bind().dialect.name == "postgresql"


def _name(number: int) -> str:
    return f"changed_by_fellows_{number}"


def _watch(name: str, table: str, event: str, when: str, body: str) -> None:
    condition = f"WHEN ({when})" if when else ""
    if _is_postgresql():
        op.execute(f"CREATE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN {body} RETURN NULL; END $$")
        each = f"FOR EACH ROW {condition} EXECUTE FUNCTION {name}()"
        op.execute(f"CREATE TRIGGER {name} AFTER {event} ON {table} {each}")
    else:
        op.execute(f"CREATE TRIGGER {name} AFTER {event} ON {table} FOR EACH ROW {condition} BEGIN {body} END")
