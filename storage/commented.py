"""What those who commented have scored, with what was found in their words and what people decided of it."""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby
from operator import itemgetter

from sqlalchemy import ColumnElement, Connection, and_, func, select

from storage.models import answers, sessions, taggings, tags
from storage.speaking import people
from storage.themes import Decision, Review


@dataclass(frozen=True, slots=True)
class Commented:
    """One verbatim. score: the number the same respondent gave; found: themes with how they are felt about; decided,
    reviewed: by people, the earliest first; is_read: whether it is known what it speaks of, by a machine or a person.
    """

    session: str
    question: str
    score: int
    found: tuple[tuple[str, str], ...]
    decided: tuple[Decision, ...]
    reviewed: tuple[Review, ...]
    is_read: bool


_words = answers.alias("words")
_found = tags.alias("found")
_tagged = taggings.alias("tagged")


def commented(
    connection: Connection, question: str, instrument: str, conditions: Sequence[ColumnElement[bool]]
) -> Iterator[Commented]:
    """Every verbatim of surveys under these conditions in which that question was answered with a number."""
    said = people(connection, select(sessions.c.id).where(*conditions))
    was_tagged = and_(_tagged.c.session_id.is_not(None), _tagged.c.untagged.is_(None)).label("was_tagged")
    rows = connection.execute(
        select(_words.c.session_id, _words.c.question, answers.c.value, was_tagged, _found.c.theme, _found.c.sentiment)
        .join_from(sessions, answers, answers.c.session_id == sessions.c.id)
        .join(_words, and_(_words.c.session_id == sessions.c.id, _words.c.verbatim.is_not(None)))
        .outerjoin(_tagged, and_(_tagged.c.session_id == _words.c.session_id, _tagged.c.question == _words.c.question))
        .outerjoin(_found, and_(_found.c.session_id == _words.c.session_id, _found.c.question == _words.c.question))
        .where(*_of(question, instrument), *conditions)
        .order_by(_words.c.session_id, _words.c.question, _found.c.theme)
    )
    for (session, asked, score, was_read), of_verbatim in groupby(rows, itemgetter(0, 1, 2, 3)):
        key = session, asked
        found = tuple((theme, sentiment) for *_, theme, sentiment in of_verbatim if theme is not None)
        decided, reviewed = tuple(said.decisions.get(key, ())), tuple(said.reviews.get(key, ()))
        yield Commented(*key, score, found, decided, reviewed, bool(was_read or decided or reviewed))


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
