"""Effort answers that may have been meant the other way round, one by one, with what was said beside them."""

from collections import defaultdict
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, select

from flows.filters import Filter
from flows.reversals import Suspicion
from storage.doubts import doubtful
from storage.models import answers, sessions
from storage.selected import of_surveys


@dataclass(frozen=True, slots=True)
class Suspect:
    """An answer at an end of its scale, and what contradicts it. said: the questions of its survey with a verbatim."""

    session: str
    started_at: datetime
    channel: str
    language: str
    value: int
    why: frozenset[Suspicion]
    said: tuple[str, ...]


def suspects(connection: Connection, wanted: Filter, zone: str, question: str, instrument: str) -> list[Suspect]:
    """Those who answered that question in the surveys meant, the newest first."""
    about = [sessions.c.id, sessions.c.started_at, answers.c.channel, answers.c.language]
    asked = [answers.c.question, answers.c.instrument]
    found = [
        (told, value, why)
        for (*told, key, measure), value, why in doubtful(connection, [*about, *asked], of_surveys(wanted, zone))
        if (key, measure) == (question, instrument)
    ]
    said: dict[str, list[str]] = defaultdict(list)
    spoken = select(answers.c.session_id, answers.c.question).where(
        answers.c.verbatim.is_not(None), answers.c.session_id.in_([told[0] for told, _, _ in found])
    )
    for session, key in connection.execute(spoken.order_by(answers.c.answered_at)):
        said[session].append(key)
    listed = [
        Suspect(session, at, channel, language, value, why, tuple(said[session]))
        for (session, at, channel, language), value, why in found
    ]
    return sorted(listed, key=lambda each: (each.started_at, each.session), reverse=True)
