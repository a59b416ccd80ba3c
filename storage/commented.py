"""What those who commented have scored, with what was found in their words and what people decided of it."""

from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby
from operator import itemgetter

from sqlalchemy import ColumnElement, Connection, and_, func, select

from storage.models import answers, corrections, sessions, tags
from storage.themes import Decision
from storage.withdrawals import stands


@dataclass(frozen=True, slots=True)
class Commented:
    """One verbatim. score: the number the same respondent gave; found: themes with how they are felt about; decided:
    the earliest first."""

    session: str
    question: str
    score: int
    found: tuple[tuple[str, str], ...]
    decided: tuple[Decision, ...]


_words = answers.alias("words")
_found = tags.alias("found")


def commented(
    connection: Connection, question: str, instrument: str, conditions: Sequence[ColumnElement[bool]]
) -> Iterator[Commented]:
    """Every verbatim of surveys under these conditions in which that question was answered with a number."""
    decided = _decided(connection, conditions)
    rows = connection.execute(
        select(_words.c.session_id, _words.c.question, answers.c.value, _found.c.theme, _found.c.sentiment)
        .join_from(sessions, answers, answers.c.session_id == sessions.c.id)
        .join(_words, and_(_words.c.session_id == sessions.c.id, _words.c.verbatim.is_not(None)))
        .outerjoin(_found, and_(_found.c.session_id == _words.c.session_id, _found.c.question == _words.c.question))
        .where(*_of(question, instrument), *conditions)
        .order_by(_words.c.session_id, _words.c.question, _found.c.theme)
    )
    for (session, asked, score), of_verbatim in groupby(rows, itemgetter(0, 1, 2)):
        found = tuple((theme, sentiment) for *_, theme, sentiment in of_verbatim if theme is not None)
        yield Commented(session, asked, score, found, tuple(decided.get((session, asked), ())))


def scored(
    connection: Connection, question: str, instrument: str, conditions: Sequence[ColumnElement[bool]]
) -> Counter[int]:
    """How often each number was answered to that question in surveys under these conditions, with words or without."""
    rows = connection.execute(
        select(answers.c.value, func.count().label("n"))
        .join_from(sessions, answers, answers.c.session_id == sessions.c.id)
        .where(*_of(question, instrument), *conditions)
        .group_by(answers.c.value)
    )
    return Counter({row.value: row.n for row in rows})


def _of(question: str, instrument: str) -> list[ColumnElement[bool]]:
    return [answers.c.question == question, answers.c.instrument == instrument, answers.c.value.is_not(None)]


def _decided(
    connection: Connection, conditions: Sequence[ColumnElement[bool]]
) -> dict[tuple[str, str], list[Decision]]:
    names = [name for name in Decision.__slots__ if name not in ("session", "question")]
    rows = connection.execute(
        select(corrections.c.session_id, corrections.c.question, *(corrections.c[name] for name in names))
        .join(sessions, sessions.c.id == corrections.c.session_id)
        .where(*conditions, stands(corrections))
        .order_by(corrections.c.id)
    )
    found: dict[tuple[str, str], list[Decision]] = defaultdict(list)
    for row in rows:
        found[row[0], row[1]].append(Decision(*row))
    return found
