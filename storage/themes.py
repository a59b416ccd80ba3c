"""What verbatims speak of: as rules and models found, and as people decided, which always goes first."""

import json
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, and_, bindparam, delete, insert, select, tuple_
from sqlalchemy.dialects.postgresql import insert as upsert

from storage.models import answers, corrections, reviews, taggings, tags, withdrawals
from storage.withdrawals import stands

Key = tuple[str, str]
"""A verbatim: its session and its question."""


@dataclass(frozen=True, slots=True)
class Found:
    """One theme found in a verbatim. evidence: where in the text, as pairs of first and past-the-last character."""

    theme: str
    sentiment: str
    confidence: float
    source: str
    evidence: tuple[tuple[int, int], ...] = ()


@dataclass(frozen=True, slots=True)
class Read:
    """What came of reading one verbatim. answered_at: of the answer as it was read; untagged: why it has no tags.

    redactions: what tells who somebody is, as first and past-the-last character and the kind.
    """

    session: str
    question: str
    answered_at: datetime
    language: str | None
    found: tuple[Found, ...]
    redactions: tuple[tuple[int, int, str], ...] = ()
    untagged: str | None = None


@dataclass(frozen=True, slots=True)
class Tagged:
    """A verbatim that was read. frame, model: the versions with which."""

    read: Read
    frame: str
    model: str
    tagged_at: datetime


@dataclass(frozen=True, slots=True)
class Decision:
    """What somebody decided of one theme of one verbatim.

    present: whether it speaks of it; sentiment: None where they did not say; suggested: whether it had been found.
    """

    session: str
    question: str
    theme: str
    present: bool
    sentiment: str | None
    suggested: bool
    by: str
    at: datetime
    frame: str


@dataclass(frozen=True, slots=True)
class Review:
    """Somebody has read a verbatim completely, with these themes in mind: those they did not name are absent."""

    session: str
    question: str
    by: str
    at: datetime
    themes: tuple[str, ...]


READ_AGAIN = upsert(taggings)
READ_AGAIN = READ_AGAIN.on_conflict_do_update(
    index_elements=["session_id", "question"],
    set_={
        name: READ_AGAIN.excluded[name]
        for name in ("answered_at", "tagged_at", "language", "frame", "model", "untagged", "redactions")
    },
)
FORGET = delete(tags).where(tags.c.session_id == bindparam("session"), tags.c.question == bindparam("asked"))
REVIEWED = upsert(reviews).on_conflict_do_nothing()


def keep(connection: Connection, read: Sequence[Read], frame: str, model: str, at: datetime) -> None:
    """Keeps what was found, in place of what was found before; decisions stay.

    What was answered anew meanwhile, or is gone, is left for the next time.
    """
    unchanged = _as_answered(connection, [(each.session, each.question) for each in read])
    read = [each for each in read if unchanged.get((each.session, each.question)) == each.answered_at]
    if not read:
        return
    connection.execute(READ_AGAIN, [_tagging(each, frame, model, at) for each in read])
    connection.execute(FORGET, [{"session": each.session, "asked": each.question} for each in read])
    if found := [_tag(each, tag) for each in read for tag in each.found]:
        connection.execute(insert(tags), found)


def decide(connection: Connection, decisions: Sequence[Decision], reviewed: Sequence[Review]) -> None:
    """Keeps decisions behind all that were taken before, and who has read what completely."""
    if decisions:
        connection.execute(insert(corrections), [_correction(each) for each in decisions])
    if reviewed:
        connection.execute(REVIEWED, [_review(each) for each in reviewed])


def tagged(connection: Connection, keys: Iterable[Key]) -> dict[Key, Tagged]:
    """What was found in these verbatims; those that were never read are missing."""
    wanted = set(keys)
    found: dict[Key, list[Found]] = {}
    for row in connection.execute(select(tags).where(_in_sessions(tags, wanted)).order_by(tags.c.theme)):
        found.setdefault((row.session_id, row.question), []).append(_found(row))
    return {
        (row.session_id, row.question): Tagged(
            Read(
                session=row.session_id,
                question=row.question,
                answered_at=row.answered_at,
                language=row.language,
                found=tuple(found.get((row.session_id, row.question), ())),
                redactions=tuple((start, end, kind) for start, end, kind in json.loads(row.redactions)),
                untagged=row.untagged,
            ),
            frame=row.frame,
            model=row.model,
            tagged_at=row.tagged_at,
        )
        for row in connection.execute(select(taggings).where(_in_sessions(taggings, wanted)))
        if (row.session_id, row.question) in wanted
    }


def decisions(connection: Connection, keys: Iterable[Key]) -> dict[Key, list[Decision]]:
    """What was decided of these verbatims and not taken back, the earliest first."""
    wanted = set(keys)
    rows = select(corrections).where(_in_sessions(corrections, wanted), stands(corrections)).order_by(corrections.c.id)
    decided: dict[Key, list[Decision]] = {}
    for row in connection.execute(rows):
        if (key := (row.session_id, row.question)) in wanted:
            decided.setdefault(key, []).append(_decision(row))
    return decided


def history(connection: Connection, key: Key) -> list[tuple[Decision, datetime | None]]:
    """All that was ever decided of a verbatim, the earliest first, and when it was taken back; None where it stands."""
    same = [withdrawals.c[name] == corrections.c[name] for name in ("session_id", "question", "by")]
    rows = (
        select(corrections, withdrawals.c.at.label("taken_back_at"))
        .outerjoin(withdrawals, and_(*same, withdrawals.c.decided_at == corrections.c.at))
        .where(_among(corrections, [key]))
        .order_by(corrections.c.id)
    )
    return [(_decision(row), row.taken_back_at) for row in connection.execute(rows)]


def reviewers(connection: Connection, keys: Iterable[Key]) -> dict[Key, list[Review]]:
    """Who has read these verbatims completely, each time that they have not taken back, the earliest first."""
    wanted = set(keys)
    rows = select(reviews).where(_in_sessions(reviews, wanted), stands(reviews)).order_by(reviews.c.at)
    done: dict[Key, list[Review]] = {}
    for row in connection.execute(rows):
        if (key := (row.session_id, row.question)) in wanted:
            review = Review(*key, row.by, row.at, tuple(row.themes.split()))
            done.setdefault(key, []).append(review)
    return done


def locked(connection: Connection, key: Key) -> None:
    """Lets nobody else decide of that verbatim until the transaction ends; on SQLite nobody else writes anyway."""
    connection.execute(select(answers.c.question).where(_among(answers, [key])).with_for_update(key_share=True))


def decided(connection: Connection) -> Iterator[Key]:
    """Every verbatim of which anything was decided, or that somebody has read completely."""
    some = select(corrections.c.session_id, corrections.c.question).where(stands(corrections))
    whole = select(reviews.c.session_id, reviews.c.question).where(stands(reviews))
    both = some.union(whole).subquery()
    for row in connection.execute(select(both).order_by(both.c.session_id, both.c.question)):
        yield row.session_id, row.question


def _as_answered(connection: Connection, keys: Sequence[Key]) -> dict[Key, datetime]:
    rows = connection.execute(
        select(answers.c.session_id, answers.c.question, answers.c.answered_at).where(_among(answers, keys))
    )
    return {(row.session_id, row.question): row.answered_at for row in rows}


def _in_sessions(table: Any, keys: Collection[Key]) -> Any:
    """Holds of these and of little else: half as many values, and no pairs, are compared in a third of the time."""
    return table.c.session_id.in_({session for session, _ in keys})


def _among(table: Any, keys: Sequence[Key]) -> Any:
    return tuple_(table.c.session_id, table.c.question).in_(keys)


def _tagging(read: Read, frame: str, model: str, at: datetime) -> Mapping[str, Any]:
    return {
        "session_id": read.session,
        "question": read.question,
        "answered_at": read.answered_at,
        "tagged_at": at,
        "language": read.language,
        "frame": frame,
        "model": model,
        "untagged": read.untagged,
        "redactions": json.dumps(read.redactions),
    }


def _tag(read: Read, found: Found) -> Mapping[str, Any]:
    return {
        "session_id": read.session,
        "question": read.question,
        "theme": found.theme,
        "sentiment": found.sentiment,
        "confidence": found.confidence,
        "source": found.source,
        "evidence": json.dumps(found.evidence),
    }


def _found(row: Any) -> Found:
    evidence = tuple((start, end) for start, end in json.loads(row.evidence))
    return Found(row.theme, row.sentiment, row.confidence, row.source, evidence)


def _correction(decision: Decision) -> Mapping[str, Any]:
    return {
        "session_id": decision.session,
        "question": decision.question,
        "theme": decision.theme,
        "present": decision.present,
        "sentiment": decision.sentiment,
        "suggested": decision.suggested,
        "by": decision.by,
        "at": decision.at,
        "frame": decision.frame,
    }


def _decision(row: Any) -> Decision:
    return Decision(
        session=row.session_id,
        question=row.question,
        theme=row.theme,
        present=row.present,
        sentiment=row.sentiment,
        suggested=row.suggested,
        by=row.by,
        at=row.at,
        frame=row.frame,
    )


def _review(review: Review) -> Mapping[str, Any]:
    return {
        "session_id": review.session,
        "question": review.question,
        "by": review.by,
        "at": review.at,
        "themes": " ".join(review.themes),
    }
