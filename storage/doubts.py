"""Effort answers at an end of the scale, and what else the same respondent has said that contradicts them."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from sqlalchemy import ColumnElement, Connection, func, or_, select

from flows.measures import NPS, PUBLISHED
from flows.reversals import Answered, Suspicion, suspicions
from storage.models import answers, sessions, tags
from storage.speaking import last_words, people
from storage.themes import Key

SIGNS = {"positive": 1, "negative": -1}
EFFORT = [each for each in PUBLISHED.values() if each is not NPS]

_nps = answers.alias("nps")
_of_nps = (
    select(func.max(_nps.c.value))
    .where(
        _nps.c.session_id == sessions.c.id,
        _nps.c.instrument == NPS.instrument,
        _nps.c.value.between(NPS.scale.low, NPS.scale.high),
    )
    .scalar_subquery()
)
_at_an_end = or_(
    *(
        (answers.c.instrument == each.instrument) & answers.c.value.in_((each.scale.low, each.scale.high))
        for each in EFFORT
    )
)


def doubtful(
    connection: Connection, columns: Sequence[ColumnElement[Any]], conditions: Sequence[ColumnElement[bool]]
) -> Iterator[tuple[Sequence[Any], int, frozenset[Suspicion]]]:
    """These columns of each suspect, its number and why, of the sessions under these conditions."""
    at_an_end = (
        select(*columns, sessions.c.id, answers.c.instrument, answers.c.value, _of_nps)
        .join_from(sessions, answers, answers.c.session_id == sessions.c.id)
        .where(_at_an_end, *conditions)
    )
    felt = feelings(connection, select(sessions.c.id).where(*conditions))
    for *told, session, instrument, value, nps in connection.execute(at_an_end):
        if found := suspicions(PUBLISHED[instrument], Answered(value, nps, felt.get(session, 0))):
            yield told, value, found


def feelings(connection: Connection, of: Any) -> dict[str, int]:
    """By session whether its comments praise (1) or complain (-1) on the whole, as people and then rules have it."""
    found: dict[Key, dict[str, str]] = defaultdict(dict)
    rows = select(tags.c.session_id, tags.c.question, tags.c.theme, tags.c.sentiment)
    for session, question, theme, sentiment in connection.execute(rows.where(tags.c.session_id.in_(of))):
        found[session, question][theme] = sentiment
    said = people(connection, of)
    for key in {*said.decisions, *said.reviews}:
        decisions = said.decisions.get(key, [])
        words = last_words(decisions, said.reviews.get(key, []))
        felt = {theme: sentiment for theme, sentiment in found[key].items() if words.get(theme, True)}
        for each in decisions:
            if each.present and words[each.theme]:
                felt[each.theme] = each.sentiment or felt.get(each.theme, "neutral")
        found[key] = felt
    return _signs((session, themes.values()) for (session, _), themes in found.items())


def _signs(felt: Iterable[tuple[str, Iterable[str]]]) -> dict[str, int]:
    sums: dict[str, int] = defaultdict(int)
    for session, sentiments in felt:
        sums[session] += sum(SIGNS.get(each, 0) for each in sentiments)
    return {session: (total > 0) - (total < 0) for session, total in sums.items()}
