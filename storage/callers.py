"""What whoever calls somebody back needs to know: the answers given, and what was told of the contact."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, select

from storage.answers import VERBATIM
from storage.contacts import ATTRIBUTES
from storage.encryption import Keys
from storage.models import answers, contacts

GIVEN = select(answers.c.question, answers.c.instrument, answers.c.value, answers.c.verbatim)


@dataclass(frozen=True, slots=True)
class Given:
    """One answer: a number by an instrument, or words."""

    question: str
    instrument: str | None
    value: int | None
    verbatim: str | None


def given(connection: Connection, keys: Keys, session: str) -> list[Given]:
    """What was answered in a session, but for what was left open. Raises Unreadable."""
    rows = connection.execute(
        GIVEN.where(answers.c.session_id == session, answers.c.missing.is_(None)).order_by(answers.c.answered_at)
    )
    return [
        Given(row.question, row.instrument, row.value, row.verbatim and keys.decrypt(row.verbatim, VERBATIM))
        for row in rows
    ]


def attributes(connection: Connection, keys: Keys, reference: str | None) -> Mapping[str, Any]:
    """What was reported with a contact; nothing where nothing was. Raises Unreadable."""
    sealed = connection.scalar(select(contacts.c.attributes).where(contacts.c.reference == reference))
    found: Mapping[str, Any] = json.loads(keys.decrypt(sealed, ATTRIBUTES)) if sealed else {}
    return found
