"""The comments, and the surveys with comments, that a filter and what narrows it mean, as conditions on their rows."""

from collections.abc import Collection, Iterable, Mapping
from typing import Any

from sqlalchemy import ColumnElement, Connection, and_, exists, or_, select

from flows.filters import Filter
from flows.narrowing import Coding, Narrowing
from storage import selected
from storage.models import answers, corrections, reviews, sessions, taggings, tags
from storage.speaking import speaks
from storage.themes import Key
from storage.withdrawals import stands

UNSURE = 0.6
"""Whoever finds a theme with less confidence than this had better be looked at by somebody."""

SAID = answers.alias("said")
"""The comments that `of_comments` has its conditions on, beside their sessions."""


def of_comments(wanted: Filter, narrowing: Narrowing, zone: str) -> list[ColumnElement[bool]]:
    """What holds of the comments meant, and of their sessions."""
    return [*selected.of_surveys(wanted, zone), *_of_respondents(narrowing), *_of_words(wanted, narrowing)]


def of_surveys(wanted: Filter, narrowing: Narrowing, zone: str) -> list[ColumnElement[bool]]:
    """What holds of the sessions meant; where comments are told apart, of those with a comment that is meant."""
    found = [*selected.of_surveys(wanted, zone), *_of_respondents(narrowing)]
    if narrowing.tells_comments_apart:
        found.append(exists().where(SAID.c.session_id == sessions.c.id, *_of_words(wanted, narrowing)))
    return found


def meant(connection: Connection, of: Collection[str], wanted: Filter, narrowing: Narrowing) -> set[Key]:
    """Which comments of these sessions are meant; the sessions themselves have been chosen by `of_surveys`."""
    said = select(SAID.c.session_id, SAID.c.question).where(SAID.c.session_id.in_(of), *_of_words(wanted, narrowing))
    return {(row.session_id, row.question) for row in connection.execute(said)}


_rated = answers.alias("rated")


def _of_respondents(narrowing: Narrowing) -> Iterable[ColumnElement[bool]]:
    for numbers in narrowing.numbers:
        of_any = [and_(_rated.c.instrument == name, _rated.c.value.in_(values)) for name, values in numbers.items()]
        yield exists().where(_rated.c.session_id == sessions.c.id, or_(*of_any))


def _of_words(wanted: Filter, narrowing: Narrowing) -> Iterable[ColumnElement[bool]]:
    yield SAID.c.verbatim.is_not(None)
    if narrowing.sentiment:
        yield speaks(SAID, wanted.theme, narrowing.sentiment)
    if narrowing.coding:
        yield _CODED[narrowing.coding]


def _of_it(table: Any) -> ColumnElement[bool]:
    return and_(table.c.session_id == SAID.c.session_id, table.c.question == SAID.c.question)


def _has(table: Any, *conditions: ColumnElement[bool]) -> ColumnElement[bool]:
    return exists().where(_of_it(table), *conditions)


_is_decided = or_(_has(corrections, stands(corrections)), _has(reviews, stands(reviews)))
_CODED: Mapping[Coding, ColumnElement[bool]] = {
    Coding.PERSON: _is_decided,
    Coding.MACHINE: and_(~_is_decided, _has(tags)),
    Coding.NONE: ~speaks(SAID),
    Coding.REVIEW: and_(~_is_decided, _has(taggings), or_(~_has(tags), _has(tags, tags.c.confidence < UNSURE))),
}
