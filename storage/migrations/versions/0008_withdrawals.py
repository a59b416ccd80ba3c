"""Keeps decisions about themes that were taken back, and every time somebody has read a verbatim completely."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import TIMESTAMP

revision = "0008"
down_revision = "0007"

MOMENT = sa.String(27).with_variant(TIMESTAMP(timezone=True), "postgresql")

WHOSE = ("session_id", "question", "by")

CHANGED = "INSERT INTO changes (part, at) SELECT 'surveys', started_at FROM sessions WHERE id = NEW.session_id;"


def upgrade() -> None:
    op.create_table(
        "withdrawals",
        *(sa.Column(name, sa.String, nullable=False) for name in WHOSE),
        sa.Column("decided_at", MOMENT, nullable=False),
        sa.Column("at", MOMENT, nullable=False),
        sa.PrimaryKeyConstraint(*WHOSE, "decided_at", name="pk_withdrawals"),
        _of_answer("fk_withdrawals_answer"),
        sqlite_with_rowid=False,
        comment="What somebody decided of a verbatim at a moment and has taken back, append-only; it counts no more.",
    )
    _watch("changed_by_withdrawals", "withdrawals")
    _identify_reviews_by(*WHOSE, "at")


def downgrade() -> None:
    # Without withdrawals whatever was taken back would count again.
    for table in ("corrections", "reviews"):
        same = f"{_same(table)} AND other.decided_at = {table}.at"
        op.execute(f"DELETE FROM {table} WHERE EXISTS (SELECT 1 FROM withdrawals other WHERE {same})")  # noqa: S608 -- words of ours
    last = f"SELECT max(other.at) FROM reviews other WHERE {_same('reviews')}"  # noqa: S608 -- likewise
    op.execute(f"DELETE FROM reviews WHERE at < ({last})")  # noqa: S608 -- likewise
    _identify_reviews_by(*WHOSE)
    op.drop_table("withdrawals")
    if _is_postgresql():
        op.execute("DROP FUNCTION changed_by_withdrawals()")


def _is_postgresql() -> bool:
    return op.get_bind().dialect.name == "postgresql"


def _same(table: str) -> str:
    return " AND ".join(f"other.{name} = {table}.{name}" for name in WHOSE)


def _watch(name: str, table: str) -> None:
    if _is_postgresql():
        body = f"BEGIN {CHANGED} RETURN NULL; END"
        op.execute(f"CREATE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql AS $$ {body} $$")
        op.execute(f"CREATE TRIGGER {name} AFTER INSERT ON {table} FOR EACH ROW EXECUTE FUNCTION {name}()")
    else:
        op.execute(f"CREATE TRIGGER {name} AFTER INSERT ON {table} FOR EACH ROW BEGIN {CHANGED} END")


def _identify_reviews_by(*key: str) -> None:
    """SQLite cannot give a table another key, so it gets another table."""
    if _is_postgresql():
        op.drop_constraint("pk_reviews", "reviews")
        op.create_primary_key("pk_reviews", "reviews", list(key))
        return
    op.rename_table("reviews", "reviews_before")
    op.create_table(
        "reviews",
        *(sa.Column(name, sa.String, nullable=False) for name in WHOSE),
        sa.Column("at", MOMENT, nullable=False),
        sa.Column("themes", sa.Text, nullable=False),
        sa.PrimaryKeyConstraint(*key, name="pk_reviews"),
        _of_answer("fk_reviews_answer"),
        sqlite_with_rowid=False,
        comment="Who has read which verbatim completely, with which themes in mind: those they did not name are"
        " absent.",
    )
    op.execute(
        "INSERT INTO reviews (session_id, question, by, at, themes)"
        " SELECT session_id, question, by, at, themes FROM reviews_before"
    )
    op.drop_table("reviews_before")


def _of_answer(name: str) -> sa.ForeignKeyConstraint:
    theirs = ["answers.session_id", "answers.question"]
    return sa.ForeignKeyConstraint(["session_id", "question"], theirs, name=name, ondelete="CASCADE")
