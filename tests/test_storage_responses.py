"""Answers are read one survey after the other, in order, complete, and with little memory."""

import tracemalloc
from datetime import UTC, datetime, timedelta

import pytest

from flows import loader
from flows.session import Cause, Gap, Missing, Outcome, Over, Rated, Session, Verbatim, Waiting
from flows.survey import Channel, Medium
from storage import sessions
from storage.database import Database
from storage.encryption import Keys
from storage.journal import Entry
from storage.responses import Given, Response, pages
from storage.sessions import NewSession

NOON = datetime(2026, 1, 2, 12, tzinfo=UTC)
SURVEY = loader.load("post_contact", company="Voorbeeld")


def store(database: Database, keys: Keys, id: str, session: Session, started_at: datetime = NOON) -> None:
    new = NewSession(
        id=id,
        channel=Channel.CALL,
        ours="+31850000001",
        address=None,
        respondent=f"person of {id}",
        carrier_ref=f"call of {id}",
        started_at=started_at,
        expires_at=started_at + timedelta(hours=1),
        session=session,
        reference=f"case {id}",
        agent="agent",
        queue="queue",
        touchpoint="touchpoint",
    )
    with database.write() as connection:
        assert sessions.begin(connection, keys, new, SURVEY, Entry(f"begin {id}", started_at, {}, (), None))


def session(state: Waiting | Over | None = None, **answers: Rated | Verbatim | Missing) -> Session:
    return Session(
        "post_contact", "v1", "nl", Medium.VOICE, state or Waiting("nps"), answers, asked="nps", series="asked so"
    )


def read(database: Database, keys: Keys, batch: int = 1000) -> list[Response]:
    return [each for page in pages(database, keys, batch=batch) for each in page]


def test_response_is_complete(database: Database, keys: Keys) -> None:
    """One row holds what is known of contact and session, and every answer with its measure and its words."""
    over = Over(Outcome.COMPLETED, Cause.FINISHED)
    store(
        database, keys, "one", session(over, nps=Rated(9, "9", 1), ces=Missing(Gap.SILENT), why=Verbatim("omdat", "x"))
    )
    (response,) = read(database, keys)
    answers = response.answers
    assert response._replace(answers={}) == Response(
        session="one",
        survey="post_contact",
        version="v1",
        channel="call",
        language="nl",
        reference="case one",
        agent="agent",
        queue="queue",
        touchpoint="touchpoint",
        started_at=NOON,
        ended_at=NOON,
        outcome="completed",
        last_question="nps",
        answers={},
    )
    assert set(answers) == {"nps", "ces", "why"}
    series = answers["nps"].series
    assert answers["nps"] == Given("nps", series, 9, None, None, 1, None, False, NOON)
    assert (answers["why"].verbatim, answers["why"].value, answers["why"].instrument) == ("omdat", None, None)
    assert (answers["ces"].missing, answers["ces"].value) == (Gap.SILENT, None)


def test_session_without_answers_is_there(database: Database, keys: Keys) -> None:
    """Who was asked and has not answered is a row as well, without outcome as long as it is open."""
    store(database, keys, "one", session())
    (response,) = read(database, keys)
    assert response.answers == {}
    assert (response.ended_at, response.outcome) == (None, None)


@pytest.mark.parametrize("batch", [1, 2, 3, 7, 1000])
def test_every_session_comes_once_and_in_order(database: Database, keys: Keys, batch: int) -> None:
    """However many are read at a time, each comes once, the first begun first, also of those begun at one moment."""
    begun = [("c", 0), ("a", 0), ("b", 0), ("e", -1), ("d", 1), ("f", 1), ("g", 0)]
    for id, minutes in begun:
        store(database, keys, id, session(nps=Rated(9, "9"), ces=Rated(1, "1")), NOON + timedelta(minutes=minutes))
    read_back = read(database, keys, batch)
    assert [response.session for response in read_back] == ["e", "a", "b", "c", "g", "d", "f"]
    assert all(set(response.answers) == {"nps", "ces"} for response in read_back)


def test_much_is_read_with_little(database: Database, keys: Keys) -> None:
    """Memory holds a page and not the whole: four times as many sessions need no more of it."""
    words = "woorden " * 100
    peaks = []
    for number in range(400):
        store(database, keys, f"{number:03}", session(why=Verbatim(words, "")), NOON + timedelta(seconds=number))
        if number in (99, 399):
            peaks.append(peak(database, keys))
    assert peaks[1] < peaks[0] * 1.5


def peak(database: Database, keys: Keys) -> int:
    sum(map(len, pages(database, keys, batch=20)))
    tracemalloc.start()
    sum(map(len, pages(database, keys, batch=20)))
    _, most = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    return most
