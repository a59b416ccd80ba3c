"""Counts surveys and contacts from their rows: what the roll-up is made of, and what it has to agree with."""

import hashlib
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, fields, replace
from datetime import date, datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import Column, ColumnElement, Connection, Select, and_, case, exists, func, literal, or_, select, text

from storage.days import DAY, begins, local_day
from storage.doubts import doubtful
from storage.ledger import LINES, STATE
from storage.models import answers, attempts, contacts, invitations, sessions


class Part(StrEnum):
    """What is counted by which day: surveys by when they began, contacts by when they were received."""

    SURVEYS = "surveys"
    CONTACTS = "contacts"


@dataclass(frozen=True, slots=True)
class Slice:
    """What is counted together; empty where something is not known or does not apply.

    of: `answer` (one question of one survey), `session`, `seconds` (from the first message or call to the first answer,
    as the value), `contact`, or `attempts` (how many, as the value).
    said: of an answer `number`, `words`, `left` or `waiting` (no answer, and the survey has ended there or not), or why
    there is none; of a session its outcome or `open`; of a contact how far it is, or why nobody was invited.
    mark: of a number, what speaks against it; of a session `invited` or `walk_in`; of a contact `kept_out`, `arrived`
    where it has expired after that, or where it is undeliverable the carrier's code. agent: only where asked for.
    """

    of: str
    survey: str = ""
    question: str = ""
    instrument: str = ""
    series: str = ""
    channel: str = ""
    language: str = ""
    country: str = ""
    queue: str = ""
    touchpoint: str = ""
    said: str = ""
    mark: str = ""
    late: bool = False
    agent: str = ""

    @property
    def id(self) -> int:
        """The same in every process: the first 63 bits of a hash of everything that is stored of it."""
        told = "\x1f".join(str(getattr(self, name)) for name in STORED)
        return int.from_bytes(hashlib.blake2b(told.encode("utf-8", "replace"), digest_size=8).digest()) >> 1


STORED = tuple(each.name for each in fields(Slice) if each.name != "agent")

Cells = Counter[tuple[date, Slice, int]]
"""How many there are by day, slice and value; the value is 0 of whatever has none."""

ARRIVED = ("delivered", "read")


@dataclass(frozen=True, slots=True)
class Rows:
    """Which rows are counted: those of these days, and under conditions that only rows can tell.

    kind: of the database; agents: None among them for rows without; by_agent: each agent for themselves.
    """

    kind: str
    zone: str
    first: date
    last: date
    agents: Sequence[str | None] = ()
    also: Sequence[ColumnElement[bool]] = ()
    by_agent: bool = False

    def day(self, column: Column[datetime]) -> ColumnElement[date]:
        """The day of a row."""
        return local_day(column, self.zone, self.first, self.last, self.kind)

    def conditions(self, at: Column[datetime], agent: Column[str]) -> list[ColumnElement[bool]]:
        """What holds of the rows that count."""
        found = [at >= begins(self.first, self.zone), at < begins(self.last + DAY, self.zone)]
        if self.agents:
            named = agent.in_([each for each in self.agents if each is not None])
            found.append(or_(named, agent.is_(None)) if None in self.agents else named)
        return found


def recount(connection: Connection, part: Part, rows: Rows) -> Cells:
    """Everything of that part, counted from the rows."""
    counting = (_answers, _unanswered, _sessions, _seconds) if part is Part.SURVEYS else (_contacts,)
    cells: Cells = Counter()
    for count in counting:
        for day, slice, value, n in count(connection, rows):
            cells[day, slice, value] += n
    if part is Part.SURVEYS:
        for day, row, found in doubtful(connection, of_surveys(rows), rows.day(sessions.c.started_at)):
            plain = _slice("answer", rows, row, said="number")
            cells[day, plain, row.value] -= 1
            cells[day, replace(plain, mark=" ".join(sorted(found))), row.value] += 1
    return +cells


def of_surveys(rows: Rows) -> list[ColumnElement[bool]]:
    """What holds of the sessions that count."""
    return [*rows.conditions(sessions.c.started_at, sessions.c.agent), *rows.also]


NAMES = ("survey", "country", "queue", "touchpoint")
OF_AN_ANSWER = ("question", "instrument", "series", "channel", "language", "late")
_is_invited = or_(
    exists().where(attempts.c.session_id == sessions.c.id), exists().where(invitations.c.call == sessions.c.carrier_ref)
)
_first_answer = (
    select(func.min(answers.c.answered_at, type_=answers.c.answered_at.type))
    .where(answers.c.session_id == sessions.c.id, answers.c.missing.is_(None))
    .scalar_subquery()
)
_any = attempts.alias("any_attempt")
_of_session = attempts.alias("of_session")
_first_attempt = (
    select(func.min(attempts.c.made_at, type_=attempts.c.made_at.type))
    .join(_of_session, _of_session.c.invitation_id == attempts.c.invitation_id)
    .where(_of_session.c.session_id == sessions.c.id)
    .scalar_subquery()
)

Found = Iterator[tuple[date, Slice, int, int]]


def _answers(connection: Connection, rows: Rows) -> Found:
    said = case(
        (answers.c.value.is_not(None), literal("number")),
        (answers.c.verbatim.is_not(None), literal("words")),
        else_=answers.c.missing,
    )
    columns = [answers.c[name] for name in OF_AN_ANSWER]
    asked = select(*_about(rows), *columns, said.label("said"), func.coalesce(answers.c.value, 0).label("value"))
    asked = asked.join_from(sessions, answers, answers.c.session_id == sessions.c.id).where(*of_surveys(rows))
    for row in _grouped(connection, asked):
        yield row.day, _slice("answer", rows, row, said=row.said), row.value, row.n


def _unanswered(connection: Connection, rows: Rows) -> Found:
    """Whoever was asked last what they have no answer to."""
    said = case((sessions.c.outcome.is_(None), literal("waiting")), else_=literal("left"))
    asked = select(
        *_about(rows),
        sessions.c.last_question.label("question"),
        *(sessions.c[name] for name in ("channel", "language")),
        said.label("said"),
    ).where(
        sessions.c.last_question.is_not(None),
        ~exists().where(answers.c.session_id == sessions.c.id, answers.c.question == sessions.c.last_question),
        *of_surveys(rows),
    )
    for row in _grouped(connection, asked):
        yield row.day, _slice("answer", rows, row, said=row.said), 0, row.n


def _sessions(connection: Connection, rows: Rows) -> Found:
    mark = case((_is_invited, literal("invited")), else_=literal("walk_in"))
    said = func.coalesce(sessions.c.outcome, "open")
    begun = select(
        *_about(rows), *(sessions.c[name] for name in ("channel", "language")), said.label("said"), mark.label("mark")
    ).where(*of_surveys(rows))
    for row in _grouped(connection, begun):
        yield row.day, _slice("session", rows, row, said=row.said, mark=row.mark), 0, row.n


def _seconds(connection: Connection, rows: Rows) -> Found:
    answered = select(
        *_about(rows),
        *(sessions.c[name] for name in ("channel", "language", "started_at")),
        _first_attempt.label("asked_at"),
        _first_answer.label("answered_at"),
    ).where(_is_invited, *of_surveys(rows))
    for row in connection.execute(answered):
        if row.answered_at is not None:
            seconds = (row.answered_at - (row.asked_at or row.started_at)).total_seconds()
            yield row.day, _slice("seconds", rows, row), two_figures(max(0, round(seconds))), 1


def _contacts(connection: Connection, rows: Rows) -> Found:
    # In a line of the ledger the attempt is the last one.
    arrived = exists().where(_any.c.invitation_id == invitations.c.id, _any.c.status.in_(ARRIVED))
    tried = select(func.count()).where(_any.c.invitation_id == invitations.c.id).correlate(invitations)
    code = func.coalesce(attempts.c.code, 0)
    told = LINES.with_only_columns(
        rows.day(contacts.c.received_at).label("day"),
        *_agent(rows, contacts.c.agent),
        *(contacts.c[name] for name in ("country", "queue", "touchpoint", "reason")),
        func.coalesce(invitations.c.survey, "").label("survey"),
        func.coalesce(invitations.c.language, contacts.c.language).label("language"),
        func.coalesce(sessions.c.channel, attempts.c.channel, contacts.c.channel, invitations.c.channels).label(
            "channel"
        ),
        STATE.label("state"),
        case((STATE == "undeliverable", code), else_=0).label("code"),
        case((and_(STATE == "expired", arrived), literal("arrived")), else_=literal("")).label("arrived"),
        tried.scalar_subquery().label("tried"),
    ).where(*rows.conditions(contacts.c.received_at, contacts.c.agent))
    for row in _grouped(connection, told):
        first = (row.channel or "").partition(",")[0]
        mark = "kept_out" if row.reason else str(row.code) if row.code else row.arrived
        slice = replace(_slice("contact", rows, row), channel=first)
        yield row.day, replace(slice, said=row.reason or row.state or "", mark=mark), 0, row.n
        if row.state is not None:
            yield row.day, replace(slice, of="attempts"), row.tried, row.n


def two_figures(number: int) -> int:
    """The number to two figures, halves up, so that not every second has a row of its own: 3847 is 3800."""
    step: int = 10 ** max(0, len(str(number)) - 2)
    return (number + step // 2) // step * step


def _about(rows: Rows) -> list[ColumnElement[Any]]:
    return [
        rows.day(sessions.c.started_at).label("day"),
        *_agent(rows, sessions.c.agent),
        *(sessions.c[name] for name in NAMES),
    ]


def _agent(rows: Rows, column: Column[str]) -> list[ColumnElement[Any]]:
    return [column.label("agent")] if rows.by_agent else []


def _grouped(connection: Connection, rows: Select[Any]) -> Iterator[Any]:
    """The rows with how often each comes. Grouped by place: what is worked out has no name that both databases know."""
    places = text(", ".join(str(place + 1) for place in range(len(rows.selected_columns))))
    yield from connection.execute(rows.add_columns(func.count().label("n")).group_by(places))


def _slice(of: str, rows: Rows, row: Any, **told: str) -> Slice:
    known = row._mapping
    names = (*NAMES, *OF_AN_ANSWER, *(("agent",) if rows.by_agent else ()))
    about = {name: known[name] or "" for name in names if name in known and name != "late"}
    return Slice(of=of, **about, **told, late=bool(known.get("late", False)))
