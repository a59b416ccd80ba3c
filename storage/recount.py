"""Counts surveys and contacts from their rows: what the roll-up is made of, and what it has to agree with."""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import (
    Column,
    ColumnElement,
    Connection,
    Select,
    String,
    Table,
    and_,
    case,
    cast,
    exists,
    func,
    literal,
    or_,
    select,
    text,
)

from storage.days import DAY, begins, local_day
from storage.doubts import doubtful
from storage.fellows import IS_BESIDE
from storage.ledger import CHANNEL, CODE, HAS_ARRIVED, LANGUAGE, LINES, STATE, TRIED
from storage.models import answers, attempts, contacts, invitations, sessions
from storage.slices import BESIDE, WALK_IN, Cells, Part, Slice
from storage.steps import DEPTH

KINDS = ("answer", "session", "seconds", "contact", "step")
"""What is counted; attempts come with contacts."""


@dataclass(frozen=True, slots=True)
class Rows:
    """Which rows are counted: those of these days, and under conditions that only rows can tell.

    kind: of the database; agents: None among them for rows without; by_agent: each agent for themselves;
    left_out: dimensions that need not be told apart; split: where only what lies before this day and the rest need be,
    each told as its first day. Both make for fewer rows.
    """

    kind: str
    zone: str
    first: date
    last: date
    agents: Sequence[str | None] = ()
    also: Sequence[ColumnElement[bool]] = ()
    by_agent: bool = False
    left_out: Sequence[str] = ()
    split: date | None = None

    def day(self, column: Column[datetime]) -> ColumnElement[date]:
        """The day of a row, or the half of the time it lies in."""
        if self.split is not None:
            return case((column >= begins(self.split, self.zone), literal(self.split)), else_=literal(self.first))
        return local_day(column, self.zone, self.first, self.last, self.kind)

    def conditions(self, at: Column[datetime], agent: Column[str]) -> list[ColumnElement[bool]]:
        """What holds of the rows that count."""
        found = [at >= begins(self.first, self.zone), at < begins(self.last + DAY, self.zone)]
        if self.agents:
            named = agent.in_([each for each in self.agents if each is not None])
            found.append(or_(named, agent.is_(None)) if None in self.agents else named)
        return found


def recount(connection: Connection, part: Part, rows: Rows, of: Iterable[str] = KINDS) -> Cells:
    """Everything of that part, counted from the rows; or only slices of these kinds, and perhaps more."""
    cells: Cells = Counter()
    for kind, count in COUNTING[part]:
        if kind in of:
            for day, slice, value, n in count(connection, rows):
                cells[day, slice, value] += n
    if part is Part.SURVEYS and "answer" in of:
        columns = _columns(rows, answers, of="answer", said="number", mark=_mark, **_of_answers())
        for told, value, found in doubtful(connection, columns, of_surveys(rows)):
            plain = Slice(*told[1:])
            cells[told[0], plain, value] -= 1
            cells[told[0], plain._replace(mark=" ".join(sorted({*plain.mark.split(), *found}))), value] += 1
    return +cells


def of_surveys(rows: Rows) -> list[ColumnElement[bool]]:
    """What holds of the sessions that count."""
    return [*rows.conditions(sessions.c.started_at, sessions.c.agent), *rows.also]


IS_INVITED = or_(
    exists().where(attempts.c.session_id == sessions.c.id), exists().where(invitations.c.call == sessions.c.carrier_ref)
)
_mark = case((IS_BESIDE, BESIDE), (and_(answers.c.value.is_not(None), ~IS_INVITED), WALK_IN), else_="")
_first_answer = (
    select(func.min(answers.c.answered_at, type_=answers.c.answered_at.type))
    .where(answers.c.session_id == sessions.c.id, answers.c.missing.is_(None))
    .scalar_subquery()
)
_of_session = attempts.alias("of_session")
_first_attempt = (
    select(func.min(attempts.c.made_at, type_=attempts.c.made_at.type))
    .join(_of_session, _of_session.c.invitation_id == attempts.c.invitation_id)
    .where(_of_session.c.session_id == sessions.c.id)
    .scalar_subquery()
)

_INVITED = select(contacts.c.reference).join(invitations, invitations.c.reference == contacts.c.reference)

Found = Iterator[tuple[date, Slice, int, int]]


def _answers(connection: Connection, rows: Rows) -> Found:
    said = case(
        (answers.c.value.is_not(None), "number"), (answers.c.verbatim.is_not(None), "words"), else_=answers.c.missing
    )
    asked = select(
        *_columns(rows, answers, of="answer", said=said, mark=_mark, **_of_answers()), func.coalesce(answers.c.value, 0)
    ).join_from(sessions, answers, answers.c.session_id == sessions.c.id)
    yield from _grouped(connection, asked.where(*of_surveys(rows)))


def _unanswered(connection: Connection, rows: Rows) -> Found:
    """Whoever was asked last what they have no answer to."""
    said = case((sessions.c.outcome.is_(None), "waiting"), else_="left")
    mark = case((IS_BESIDE, BESIDE), else_="")
    columns = _columns(rows, sessions, of="answer", question=sessions.c.last_question, said=said, mark=mark)
    is_answered = exists().where(answers.c.session_id == sessions.c.id, answers.c.question == sessions.c.last_question)
    asked = select(*columns, literal(0)).where(sessions.c.last_question.is_not(None), ~is_answered)
    yield from _grouped(connection, asked.where(*of_surveys(rows)))


def _sessions(connection: Connection, rows: Rows) -> Found:
    mark = case((IS_INVITED, "invited"), else_=WALK_IN)
    columns = _columns(rows, sessions, of="session", said=func.coalesce(sessions.c.outcome, "open"), mark=mark)
    yield from _grouped(connection, select(*columns, literal(0)).where(*of_surveys(rows)))


def _seconds(connection: Connection, rows: Rows) -> Found:
    answered = select(*_columns(rows, sessions, of="seconds"), sessions.c.started_at, _first_attempt, _first_answer)
    for day, *told, began_at, asked_at, answered_at in connection.execute(
        answered.where(IS_INVITED, ~IS_BESIDE, *of_surveys(rows))
    ):
        if answered_at is not None:
            seconds = (answered_at - (asked_at or began_at)).total_seconds()
            yield day, Slice(*told), rounded_off(max(0, round(seconds))), 1


def _contacts(connection: Connection, rows: Rows) -> Found:
    # In a line of the ledger the attempt is the last one.
    columns = _columns(
        rows,
        contacts,
        of="contact",
        **_of_contacts(),
        said=func.coalesce(contacts.c.reason, STATE),
        mark=case(
            (contacts.c.reason.is_not(None), "kept_out"),
            (STATE == "undeliverable", cast(CODE, String)),
            (and_(STATE == "expired", HAS_ARRIVED), "arrived"),
            else_="",
        ),
    )
    told = LINES.with_only_columns(*columns, case((STATE.is_(None), -1), else_=TRIED))
    for day, slice, times, n in _grouped(
        connection, told.where(*rows.conditions(contacts.c.received_at, contacts.c.agent))
    ):
        yield day, _over_first(slice), 0, n
        if times >= 0:
            yield day, _over_first(slice)._replace(of="attempts"), times, n


def _steps(connection: Connection, rows: Rows) -> Found:
    # Only the channel is known of the last attempt and the session alone, which take as long to find as the rest.
    lines = _INVITED if "channel" in rows.left_out else LINES
    lines = lines.with_only_columns(*_columns(rows, contacts, of="step", **_of_contacts()), DEPTH)
    invited = rows.conditions(contacts.c.received_at, contacts.c.agent)
    for day, slice, depth, n in _grouped(connection, lines.where(invitations.c.id.is_not(None), *invited)):
        yield day, _over_first(slice), depth, n


def _over_first(slice: Slice) -> Slice:
    """The same, of several channels the first."""
    return slice._replace(channel=slice.channel.partition(",")[0]) if "," in slice.channel else slice


COUNTING: Mapping[Part, Sequence[tuple[str, Callable[[Connection, Rows], Found]]]] = {
    Part.SURVEYS: (("answer", _answers), ("answer", _unanswered), ("session", _sessions), ("seconds", _seconds)),
    Part.CONTACTS: (("contact", _contacts), ("step", _steps)),
}


def rounded_off(number: int) -> int:
    """The number to about a twentieth, so that not every second has a row of its own: 3847 is 4000, 1230 is 1200."""
    unit: int = 10 ** max(0, len(str(number)) - 2)
    step = unit * (1 if number < 20 * unit or unit == 1 else 2 if number < 30 * unit else 5)
    return (number + step // 2) // step * step


def _of_answers() -> Mapping[str, ColumnElement[Any]]:
    return {name: answers.c[name] for name in ("question", "instrument", "series", "late")}


def _of_contacts() -> Mapping[str, ColumnElement[Any]]:
    return {"survey": invitations.c.survey, "language": LANGUAGE, "channel": CHANNEL}


def _columns(rows: Rows, table: Table, of: str, **told: Any) -> list[ColumnElement[Any]]:
    """The day, and then everything of a slice in its order: as told, as the row has it, or empty.

    table: which has channel and language; the rest stands on the survey, or on the contact.
    """
    about: Any = contacts if table is contacts else sessions
    known: dict[str, Any] = {
        "of": of,
        **{name: table.c[name] for name in ("channel", "language")},
        **{name: about.c[name] for name in ("survey", "country", "queue", "touchpoint") if name in about.c},
        **({"agent": about.c.agent} if rows.by_agent else {}),
        **told,
        **dict.fromkeys(rows.left_out, ""),
    }
    late = known.pop("late", literal(False))
    at = contacts.c.received_at if table is contacts else sessions.c.started_at
    return [
        rows.day(at),
        *(
            late if name == "late" else _text(known[name]) if name in known else literal("", String)
            for name in Slice._fields
        ),
    ]


def _text(told: Any) -> ColumnElement[Any]:
    return literal(told, String) if isinstance(told, str) else func.coalesce(told, "", type_=String)


def _grouped(connection: Connection, rows: Select[Any]) -> Found:
    """Day, slice and value with how often they come. Grouped by place: what is worked out has no name of its own."""
    places = text(", ".join(str(place + 1) for place in range(len(rows.selected_columns))))
    for day, *told, value, n in connection.execute(rows.add_columns(func.count()).group_by(places)):
        yield day, Slice(*told), value, n
