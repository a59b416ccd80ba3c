"""Verbatims as a list, the newest first, for any filter, with what is known of the survey each was said in."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import ColumnElement, Connection, and_, exists, func, literal, or_, select, tuple_

from flows.filters import Filter
from storage.doubts import feelings
from storage.models import answers, corrections, reviews, sessions, taggings, tags
from storage.selected import of_surveys
from storage.themes import Key
from storage.verbatims import Place

UNSURE = 0.6
"""Whoever finds a theme with less confidence than this had better be looked at by somebody."""


class Coding(StrEnum):
    """Who has said what a verbatim speaks of."""

    PERSON = "person"
    """Somebody has decided at least something."""
    MACHINE = "machine"
    """Rules or a model, and nobody has decided anything."""
    NONE = "none"
    """No theme counts for it."""
    REVIEW = "review"
    """Nobody has decided anything of it, and no theme was found, or one of them without being sure."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """What has to hold of a verbatim besides the filter.

    rated: for each of these the same respondent has given one of the numbers it names by instrument; sentiment: of a
    theme that counts, where the filter names themes of one of those.
    """

    rated: tuple[Mapping[str, Collection[int]], ...] = ()
    sentiment: str | None = None
    coding: Coding | None = None


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


_said = answers.alias("said")
_rated = answers.alias("rated")
_order = (_said.c.answered_at, _said.c.session_id, _said.c.question)
_listed = (
    select(*_order, sessions.c.channel, sessions.c.language, sessions.c.queue)
    .join_from(_said, sessions, sessions.c.id == _said.c.session_id)
    .where(_said.c.verbatim.is_not(None))
)


def newest(
    connection: Connection, wanted: Filter, more: Wanted, zone: str, most: int, before: Place | None = None
) -> list[Listed]:
    """At most so many of those meant, from the newest on, or from behind that place."""
    rows = _listed.where(*_conditions(wanted, more, zone))
    if before is not None:
        columns = zip((before.answered_at, before.session, before.question), _order, strict=True)
        rows = rows.where(tuple_(*_order) < tuple_(*(literal(value, column.type) for value, column in columns)))
    return _with_ratings(connection, rows.order_by(*(column.desc() for column in _order)).limit(most))


def find(connection: Connection, key: Key) -> Listed | None:
    """The verbatim of that session and question."""
    found = _with_ratings(connection, _listed.where(_said.c.session_id == key[0], _said.c.question == key[1]))
    return found[0] if found else None


def ratings(connection: Connection, of: Collection[str]) -> Mapping[str, Sequence[Rated]]:
    """The numbers given in these surveys, in the order of their answers."""
    found: dict[str, list[Rated]] = {session: [] for session in of}
    given = select(_rated.c.session_id, _rated.c.question, _rated.c.instrument, _rated.c.value)
    given = given.where(_rated.c.session_id.in_(of), _rated.c.value.is_not(None))
    for session, *rating in connection.execute(given.order_by(_rated.c.answered_at, _rated.c.question)):
        found[session].append(Rated(*rating))
    return found


def count(connection: Connection, wanted: Filter, more: Wanted, zone: str, most: int) -> int:
    """How many are meant; whoever has counted that many goes no further."""
    rows = _listed.where(*_conditions(wanted, more, zone)).limit(most)
    return connection.scalar(select(func.count()).select_from(rows.subquery())) or 0


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


def _conditions(wanted: Filter, more: Wanted, zone: str) -> list[ColumnElement[bool]]:
    found = of_surveys(wanted, zone)
    for numbers in more.rated:
        of_any = [and_(_rated.c.instrument == name, _rated.c.value.in_(values)) for name, values in numbers.items()]
        found.append(exists().where(_rated.c.session_id == sessions.c.id, or_(*of_any)))
    if more.sentiment:
        found.append(_speaks(wanted.theme, more.sentiment))
    return [*found, _CODED[more.coding]] if more.coding else found


_later = corrections.alias("later")
_before = tags.alias("before")


def _of_it(table: Any, other: Any = _said) -> ColumnElement[bool]:
    return and_(table.c.session_id == other.c.session_id, table.c.question == other.c.question)


def _speaks(themes: Iterable[str] = (), sentiment: str | None = None) -> ColumnElement[bool]:
    """Whether any theme, or any of these, counts for the verbatim, or counts with this feeling."""
    among = list(themes)
    is_last = ~exists().where(
        _of_it(_later, corrections), _later.c.theme == corrections.c.theme, _later.c.id > corrections.c.id
    )
    decided = [_of_it(corrections), corrections.c.present, is_last]
    is_open = ~exists().where(_of_it(corrections, tags), corrections.c.theme == tags.c.theme)
    found = [_of_it(tags), is_open, ~exists().where(_of_it(reviews, tags))]
    if among:
        decided.append(corrections.c.theme.in_(among))
        found.append(tags.c.theme.in_(among))
    if sentiment:
        as_found = select(_before.c.sentiment).where(
            _of_it(_before, corrections), _before.c.theme == corrections.c.theme
        )
        felt = func.coalesce(corrections.c.sentiment, as_found.scalar_subquery(), "neutral")
        decided.append(felt == sentiment)
        found.append(tags.c.sentiment == sentiment)
    return or_(exists().where(*decided), exists().where(*found))


def _has(table: Any, *conditions: ColumnElement[bool]) -> ColumnElement[bool]:
    return exists().where(_of_it(table), *conditions)


_is_decided = or_(_has(corrections), _has(reviews))
_CODED: Mapping[Coding, ColumnElement[bool]] = {
    Coding.PERSON: _is_decided,
    Coding.MACHINE: and_(~_is_decided, _has(tags)),
    Coding.NONE: ~_speaks(),
    Coding.REVIEW: and_(~_is_decided, _has(taggings), or_(~_has(tags), _has(tags, tags.c.confidence < UNSURE))),
}
