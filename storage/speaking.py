"""The one rule for what a comment speaks of: the last word of people on each theme; without one, what was found.

Whoever read it completely, with a theme in mind, and did not name that theme, has said that it does not speak of it.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, CompoundSelect, Connection, and_, exists, func, or_, select, union_all

from storage.models import answers, corrections, reviews, tags
from storage.themes import Decision, Key, Review
from storage.withdrawals import stands


def last_words(decisions: Sequence[Decision], reviewed: Sequence[Review]) -> dict[str, bool]:
    """By theme whether the comment speaks of it, as far as people have said. decisions: the earliest first."""
    last = {each.theme: each for each in decisions}
    words = {theme: each.present and not _is_after(reviewed, each) for theme, each in last.items()}
    for review in reviewed:
        words |= {theme: False for theme in review.themes if theme not in words}
    return words


def speaks(said: Any, themes: Collection[str] = (), sentiment: str | None = None) -> ColumnElement[bool]:
    """The same of an answer in own words: whether any theme, or any of these, counts for it, or counts with this
    feeling. said: the table of answers, or another name of it."""
    decided, found = _counting(themes, sentiment)
    return or_(exists().where(_of(_decided, said), *decided), exists().where(_of(_found, said), *found))


def speaking(themes: Collection[str]) -> CompoundSelect[Any]:
    """The sessions with a comment that speaks of any of these themes; found from what is known of the themes, which is
    much less than there are comments."""
    ways = zip((_decided, _found), _counting(themes), strict=True)
    return union_all(
        *(
            select(each.c.session_id).join(_words, _of(each, _words)).where(_words.c.verbatim.is_not(None), *conditions)
            for each, conditions in ways
        )
    )


def _counting(
    themes: Collection[str], sentiment: str | None = None
) -> tuple[list[ColumnElement[bool]], list[ColumnElement[bool]]]:
    """What holds of decisions that count, and of what was found and counts."""
    is_last = ~exists().where(
        _of(_later, _decided), _later.c.theme == _decided.c.theme, _later.c.id > _decided.c.id, stands(_later)
    )
    is_open = ~exists().where(_of(_decided, _found), _decided.c.theme == _found.c.theme, stands(_decided))
    decided = [_decided.c.present, stands(_decided), is_last, ~_in_mind(_decided, _reviewed.c.at > _decided.c.at)]
    found = [is_open, ~_in_mind(_found)]
    if themes:
        decided.append(_decided.c.theme.in_(themes))
        found.append(_found.c.theme.in_(themes))
    if sentiment:
        as_found = select(_before.c.sentiment).where(_of(_before, _decided), _before.c.theme == _decided.c.theme)
        felt = func.coalesce(_decided.c.sentiment, as_found.scalar_subquery(), "neutral")
        decided.append(felt == sentiment)
        found.append(_found.c.sentiment == sentiment)
    return decided, found


@dataclass(frozen=True, slots=True)
class People:
    """What people have said of comments and not taken back: of each theme, and by reading all of it."""

    decisions: dict[Key, list[Decision]]
    reviews: dict[Key, list[Review]]


def people(connection: Connection, of: Any) -> People:
    """What people have said of the comments of these sessions, the earliest first. of: ids, or what selects them."""
    known = People(defaultdict(list), defaultdict(list))
    some = select(corrections).where(corrections.c.session_id.in_(of), stands(corrections)).order_by(corrections.c.id)
    for row in connection.execute(some):
        decision = Decision(row.session_id, row.question, *(row._mapping[name] for name in OF_DECISION))
        known.decisions[row.session_id, row.question].append(decision)
    whole = select(reviews).where(reviews.c.session_id.in_(of), stands(reviews)).order_by(reviews.c.at)
    for row in connection.execute(whole):
        review = Review(row.session_id, row.question, row.by, row.at, tuple(row.themes.split()))
        known.reviews[row.session_id, row.question].append(review)
    return known


OF_DECISION = Decision.__slots__[2:]

# Names of their own, for those who ask may look at the same tables themselves.
_decided = corrections.alias("decided")
_later = corrections.alias("later")
_found = tags.alias("found_in_it")
_before = tags.alias("before")
_reviewed = reviews.alias("reviewed")
_words = answers.alias("words")


def _is_after(reviewed: Iterable[Review], decision: Decision) -> bool:
    return any(decision.theme in review.themes and review.at > decision.at for review in reviewed)


def _of(table: Any, other: Any) -> ColumnElement[bool]:
    return and_(table.c.session_id == other.c.session_id, table.c.question == other.c.question)


def _in_mind(of: Any, *conditions: ColumnElement[bool]) -> ColumnElement[bool]:
    """Whether somebody has read the comment of that theme completely, and had the theme in mind."""
    themes = " " + _reviewed.c.themes + " "
    has_theme = func.replace(themes, " " + of.c.theme + " ", " ") != themes
    return exists().where(_of(_reviewed, of), has_theme, stands(_reviewed), *conditions)
