"""Counts anew where somebody reads a verbatim completely, as what they did not name counts no more; so far, all."""

from alembic import op

revision = "0010"
down_revision = "0009"

CHANGED = "INSERT INTO changes (part, at) SELECT 'surveys', started_at FROM sessions WHERE id = NEW.session_id;"
WATCH = "CREATE TRIGGER changed_by_reviews AFTER INSERT ON reviews FOR EACH ROW"
ANEW = "UPDATE rollups SET zone = '' WHERE part = 'surveys'"


def upgrade() -> None:
    if _is_postgresql():
        body = f"BEGIN {CHANGED} RETURN NULL; END"
        op.execute(f"CREATE FUNCTION changed_by_reviews() RETURNS trigger LANGUAGE plpgsql AS $$ {body} $$")
        op.execute(f"{WATCH} EXECUTE FUNCTION changed_by_reviews()")
    else:
        op.execute(f"{WATCH} BEGIN {CHANGED} END")
    op.execute(ANEW)


def downgrade() -> None:
    op.execute("DROP FUNCTION changed_by_reviews() CASCADE" if _is_postgresql() else "DROP TRIGGER changed_by_reviews")
    op.execute(ANEW)


def _is_postgresql() -> bool:
    return op.get_bind().dialect.name == "postgresql"
