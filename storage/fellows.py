"""Which of several surveys stands for its invitation: one for each, however many messages and calls it took."""

from typing import Any

from sqlalchemy import ColumnElement, case, exists, select, tuple_

from storage.models import attempts, sessions
from storage.steps import has_spoken

_mine, _theirs = attempts.alias("mine"), attempts.alias("theirs")
_fellow = sessions.alias("fellow")


def _rank(table: Any) -> list[ColumnElement[Any]]:
    return [case((has_spoken(table), 1), else_=0), table.c.started_at, table.c.id]


IS_BESIDE = exists(
    select(_fellow.c.id)
    .select_from(
        _mine.join(_theirs, _theirs.c.invitation_id == _mine.c.invitation_id).join(
            _fellow, _fellow.c.id == _theirs.c.session_id
        )
    )
    .where(
        _mine.c.session_id == sessions.c.id,
        _fellow.c.id != sessions.c.id,
        tuple_(*_rank(_fellow)) > tuple_(*_rank(sessions)),
    )
    .correlate(sessions)
)
"""Whether another survey stands for the same invitation: the newest in which anybody has said anything, or else the
newest."""
