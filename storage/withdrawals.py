"""What people decided of verbatims and have taken back: it no longer counts, and stays on record."""

from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, exists, insert, select

from storage.models import corrections, reviews, withdrawals


def stands(decided: Any) -> ColumnElement[bool]:
    """Whether a row of corrections or of reviews has not been taken back."""
    return ~exists().where(
        withdrawals.c.session_id == decided.c.session_id,
        withdrawals.c.question == decided.c.question,
        withdrawals.c.by == decided.c.by,
        withdrawals.c.decided_at == decided.c.at,
    )


def take_back(connection: Connection, key: tuple[str, str], by: str, decided_at: datetime, at: datetime) -> bool:
    """Notes that somebody takes back all they decided of a verbatim, its session and question, at that moment.

    False where they decided nothing then, or have taken it back before: nothing is noted.
    """
    session, question = key
    for table in (corrections, reviews):
        theirs = [table.c.session_id == session, table.c.question == question, table.c.by == by]
        if connection.scalar(select(exists().where(*theirs, table.c.at == decided_at, stands(table)))):
            row = {"session_id": session, "question": question, "by": by, "decided_at": decided_at, "at": at}
            connection.execute(insert(withdrawals), row)
            return True
    return False
