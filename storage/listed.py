"""Verbatims as a list, the newest first, for any filter, with what is known of the survey each was said in."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, func, literal, select, tuple_

from flows.filters import Filter
from flows.narrowing import Narrowing
from storage.doubts import feelings
from storage.models import answers, sessions
from storage.narrowed import SAID, of_comments
from storage.places import Place
from storage.themes import Key


@dataclass(frozen=True, slots=True)
class Rated:
    """A number that the same respondent gave."""

    question: str
    instrument: str
    value: int


@dataclass(frozen=True, slots=True)
class Listed:
    """Where a verbatim stands and the survey it was said in.

    feeling: of everything the respondent said, 1 for praise, -1 for complaint, 0 for neither or none.
    """

    session: str
    question: str
    answered_at: datetime
    channel: str
    language: str
    queue: str | None
    ratings: tuple[Rated, ...]
    feeling: int

    @property
    def key(self) -> Key:
        return self.session, self.question

    @property
    def place(self) -> Place:
        return Place(self.answered_at, self.session, self.question)


_rated = answers.alias("rated")
_order = (SAID.c.answered_at, SAID.c.session_id, SAID.c.question)
_listed = (
    select(*_order, sessions.c.channel, sessions.c.language, sessions.c.queue)
    .join_from(SAID, sessions, sessions.c.id == SAID.c.session_id)
    .where(SAID.c.verbatim.is_not(None))
)


def newest(
    connection: Connection, wanted: Filter, narrowing: Narrowing, zone: str, most: int, before: Place | None = None
) -> list[Listed]:
    """At most so many of those meant, from the newest on, or from behind that place."""
    rows = _listed.where(*of_comments(wanted, narrowing, zone))
    if before is not None:
        rows = rows.where(tuple_(*_order) < _place(before))
    return _with_ratings(connection, rows.order_by(*(column.desc() for column in _order)).limit(most))


def oldest(
    connection: Connection, wanted: Filter, narrowing: Narrowing, zone: str, most: int, after: Place
) -> list[Key]:
    """Which verbatims are meant, at most so many of them from behind that place on, the first answered first."""
    rows = _listed.where(*of_comments(wanted, narrowing, zone), tuple_(*_order) > _place(after))
    return [(row.session_id, row.question) for row in connection.execute(rows.order_by(*_order).limit(most))]


def find(connection: Connection, key: Key) -> Listed | None:
    """The verbatim of that session and question."""
    found = _with_ratings(connection, _listed.where(SAID.c.session_id == key[0], SAID.c.question == key[1]))
    return found[0] if found else None


def ratings(connection: Connection, of: Collection[str]) -> Mapping[str, Sequence[Rated]]:
    """The numbers given in these surveys, in the order of their answers."""
    found: dict[str, list[Rated]] = {session: [] for session in of}
    given = select(_rated.c.session_id, _rated.c.question, _rated.c.instrument, _rated.c.value)
    given = given.where(_rated.c.session_id.in_(of), _rated.c.value.is_not(None))
    for session, *rating in connection.execute(given.order_by(_rated.c.answered_at, _rated.c.question)):
        found[session].append(Rated(*rating))
    return found


def count(connection: Connection, wanted: Filter, narrowing: Narrowing, zone: str, most: int) -> int:
    """How many are meant; whoever has counted that many goes no further."""
    rows = _listed.where(*of_comments(wanted, narrowing, zone)).limit(most)
    return connection.scalar(select(func.count()).select_from(rows.subquery())) or 0


def _place(place: Place) -> Any:
    columns = zip((place.at, place.id, place.question), _order, strict=True)
    return tuple_(*(literal(value, column.type) for value, column in columns))


def _with_ratings(connection: Connection, rows: Any) -> list[Listed]:
    found: Sequence[Any] = connection.execute(rows).all()
    of = {row.session_id for row in found}
    given = ratings(connection, of)
    felt = feelings(connection, of)
    return [
        Listed(
            session=row.session_id,
            question=row.question,
            answered_at=row.answered_at,
            channel=row.channel,
            language=row.language,
            queue=row.queue,
            ratings=tuple(given[row.session_id]),
            feeling=felt.get(row.session_id, 0),
        )
        for row in found
    ]
