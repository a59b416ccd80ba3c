"""Surveys and contacts as rows, written as directly as they are counted."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from itertools import count
from typing import Any

from sqlalchemy import Connection, insert, select

from flows.measures import NPS
from storage.answers import VERBATIM
from storage.encryption import Keys
from storage.models import answers, attempts, contacts, corrections, invitations, reviews, sessions, taggings, tags
from tests.conftest import SECRET

NOON = datetime(2026, 3, 2, 11, tzinfo=UTC)
"""A Monday."""
ZONE = "Europe/Amsterdam"
NUMBERS = count(1)
KEYS = Keys.derive(SECRET)

INSTRUMENTS: Mapping[str, str | None] = {"nps": NPS.instrument, "ces": "ces_effort", "why": None, "more": None}
"""By question."""


@dataclass(frozen=True, slots=True)
class Surveyed:
    """One survey. given: by question a number, words, or a reason in brackets why there is no answer."""

    given: Mapping[str, int | str] = field(default_factory=dict)
    at: datetime = NOON
    outcome: str | None = "completed"
    asked: str | None = "why"
    channel: str = "sms"
    language: str = "nl"
    country: str | None = "NL"
    queue: str | None = None
    agent: str | None = None
    touchpoint: str | None = None
    series: str = "first"
    late: bool = False
    seconds: int = 60


def survey(connection: Connection, surveyed: Surveyed, id: str | None = None, call: str | None = None) -> str:
    """Writes a survey; gives its id."""
    id = id or f"s{next(NUMBERS)}"
    row = {
        **{name: getattr(surveyed, name) for name in ("channel", "language", "country", "queue", "agent")},
        "id": id,
        "survey": "post_contact",
        "survey_version": "v1",
        "ours": "us",
        "carrier_ref": call,
        "touchpoint": surveyed.touchpoint,
        "started_at": surveyed.at,
        "outcome": surveyed.outcome,
        "expires_at": surveyed.at + timedelta(days=3),
        "ended_at": surveyed.at if surveyed.outcome else None,
        "last_question": surveyed.asked,
        "revision": len(surveyed.given),
        "snapshot": b"",
    }
    connection.execute(insert(sessions), row)
    for question, said in surveyed.given.items():
        answer(connection, id, question, said, surveyed)
    return id


def answer(connection: Connection, session: str, question: str, said: int | str, surveyed: Surveyed) -> None:
    """Writes the answer to one question of a survey."""
    missing = said[1:-1] if isinstance(said, str) and said.startswith("(") else None
    row: dict[str, Any] = {
        "session_id": session,
        "question": question,
        "instrument": INSTRUMENTS[question],
        "series": f"{surveyed.series} {question}",
        "language": surveyed.language,
        "channel": surveyed.channel,
        "value": said if isinstance(said, int) else None,
        "missing": missing,
        "late": surveyed.late,
        "raw": b"",
        "verbatim": KEYS.encrypt(said, VERBATIM) if isinstance(said, str) and not missing else None,
        "answered_at": surveyed.at + timedelta(seconds=surveyed.seconds),
    }
    connection.execute(insert(answers), row)


def surveys(connection: Connection, scores: Sequence[int], question: str = "nps", **more: Any) -> None:
    """Writes a survey for each of these numbers."""
    for score in scores:
        survey(connection, Surveyed({question: score}, **more))


def tag(connection: Connection, session: str, themes: Mapping[str, str], question: str = "why") -> None:
    """Writes what was found in a verbatim: themes with how they are felt about."""
    read = {"session_id": session, "question": question}
    about = {"tagged_at": NOON, "frame": "f", "model": "m", "redactions": "[]"}
    is_it = (answers.c.session_id == session) & (answers.c.question == question)
    answered_at = connection.scalar(select(answers.c.answered_at).where(is_it))
    connection.execute(insert(taggings), {**read, **about, "answered_at": answered_at})
    for theme, sentiment in themes.items():
        found = {"theme": theme, "sentiment": sentiment, "confidence": 0.9, "source": "rule", "evidence": "[]"}
        connection.execute(insert(tags), {**read, **found})


def decide(
    connection: Connection, session: str, theme: str, present: bool, sentiment: str | None = None, at: datetime = NOON
) -> None:
    """Writes what somebody decided of one theme of a verbatim."""
    decided = {"session_id": session, "question": "why", "theme": theme, "present": present, "sentiment": sentiment}
    connection.execute(insert(corrections), {**decided, "suggested": False, "by": "a", "at": at, "frame": "f"})


def review(connection: Connection, session: str, themes: Sequence[str], at: datetime = NOON) -> None:
    """Writes that somebody has read a verbatim completely, with these themes in mind."""
    read = {"session_id": session, "question": "why", "by": "b", "at": at, "themes": " ".join(themes)}
    connection.execute(insert(reviews), read)


def contact(connection: Connection, reference: str | None = None, at: datetime = NOON, **more: Any) -> str:
    """Writes a contact; gives its reference."""
    reference = reference or f"C-{next(NUMBERS)}"
    row = {"reference": reference, "source": "api", "received_at": at, "ended_at": at, "language": "nl", **more}
    connection.execute(insert(contacts), row)
    return reference


def invite(
    connection: Connection,
    reference: str,
    outcome: str | None = None,
    tried: Sequence[tuple[str, str, str | None]] = (),
    at: datetime = NOON,
    code: int | None = None,
    **more: Any,
) -> str:
    """Writes the invitation that came of a contact, with the channel, status and session of each attempt."""
    id = f"i{next(NUMBERS)}"
    row = {
        "id": id,
        "reference": reference,
        "survey": "post_contact",
        "language": "nl",
        "channels": "sms,call",
        "invited_at": at,
        "expires_at": at + timedelta(days=1),
        "revision": 0,
        "failures": 0,
        "outcome": outcome,
        "ended_at": at if outcome else None,
        "due_at": None if outcome else at,
    }
    connection.execute(insert(invitations), {**row, **more})
    for channel, status, session in tried:
        made = {"made_at": at, "changed_at": at, "kind": "invitation", "status": status, "channel": channel}
        about = {"id": f"a{next(NUMBERS)}", "invitation_id": id, "session_id": session, "code": code}
        connection.execute(insert(attempts), {**made, **about})
    return id
