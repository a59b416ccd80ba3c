"""One row per question answered, beside the session's snapshot, for whoever counts and reads answers later."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, bindparam, delete
from sqlalchemy.dialects.postgresql import insert

from flows.session import Answer, Missing, Rated, Session, Verbatim
from flows.survey import Channel, Rating, Survey, series
from storage.encryption import Keys
from storage.models import answers

RAW = "answers.raw"
VERBATIM = "answers.verbatim"

_new = insert(answers)
KEEP = _new.on_conflict_do_update(
    index_elements=["session_id", "question"],
    set_={column.name: _new.excluded[column.name] for column in answers.c if not column.primary_key},
)
TAKE_BACK = (
    delete(answers)
    .where(answers.c.session_id == bindparam("session"))
    .where(answers.c.question.in_(bindparam("questions", expanding=True)))
)


def keep(
    connection: Connection,
    keys: Keys,
    id: str,
    survey: Survey,
    channel: Channel,
    before: Mapping[str, Answer],
    after: Session,
    at: datetime,
) -> None:
    """Writes the answers that differ from those before the turn, and removes those that were taken back."""
    changed = {key: answer for key, answer in after.answers.items() if before.get(key) != answer}
    if changed:
        where_and_when = {"session_id": id, "channel": channel, "answered_at": at}
        rows = [
            {**where_and_when, **_measured(survey, after, key), **_said(keys, answer)}
            for key, answer in changed.items()
        ]
        connection.execute(KEEP, rows)
    if gone := before.keys() - after.answers.keys():
        connection.execute(TAKE_BACK, {"session": id, "questions": sorted(gone)})


def _measured(survey: Survey, session: Session, key: str) -> dict[str, Any]:
    question = survey.question(key)
    return {
        "question": key,
        "instrument": question.instrument if isinstance(question, Rating) else None,
        "series": series(question, session.language, session.medium),
        "language": session.language,
    }


def _said(keys: Keys, answer: Answer) -> dict[str, Any]:
    said: dict[str, Any] = {"value": None, "missing": None, "corrected_from": None, "late": False, "verbatim": None}
    said |= {"raw": keys.encrypt(answer.raw, RAW), "confidence": answer.confidence}
    match answer:
        case Rated():
            return said | {"value": answer.value, "corrected_from": answer.corrected_from, "late": answer.late}
        case Verbatim():
            return said | {"verbatim": keys.encrypt(answer.text, VERBATIM), "late": answer.late}
        case Missing():
            return said | {"missing": answer.why}
