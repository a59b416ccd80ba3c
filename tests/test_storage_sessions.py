"""Sessions are kept so that a turn is taken once, whoever else tries, and so that nobody can read who answered what."""

import multiprocessing
import sqlite3
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import cache
from itertools import groupby
from pathlib import Path
from typing import Any

import psycopg
import pytest
from sqlalchemy import delete, insert, select, update
from sqlalchemy.exc import DBAPIError, IntegrityError

from flows import loader
from flows.engine import begin as start
from flows.engine import step
from flows.session import Cause, Gap, Missing, Outcome, Over, Rated, Session, Verbatim, Waiting
from flows.survey import Channel, Survey
from flows.turn import Answered, HungUp, Keyed, Turn
from storage import optouts, sessions
from storage.database import Database
from storage.encryption import Keys, Unreadable
from storage.journal import Entry, Replied, enter, lines, replied
from storage.models import answers, metadata, respondents, turns
from storage.sessions import Kept, NewSession

NOON = datetime(2026, 1, 2, 12, tzinfo=UTC)
OURS = "+31850000001"
THEIRS = "+31600000001"
SECRET = "a secret for tests and long enough to be one"
KEYS = Keys.derive(SECRET)


@cache
def survey() -> Survey:
    return loader.load("post_contact", company="Voorbeeld")


def new(id: str, channel: Channel = Channel.CALL, address: str | None = THEIRS, **rest: Any) -> NewSession:
    """A session about to begin; calls have a reference of the carrier's."""
    given: dict[str, Any] = {
        "respondent": f"person of {id}",
        "carrier_ref": f"call of {id}" if channel is Channel.CALL else None,
        "started_at": NOON,
        "expires_at": NOON + timedelta(hours=72),
        "session": start(survey(), "nl", channel.medium).session,
        **rest,
    }
    return NewSession(id=id, channel=channel, ours=OURS, address=address, **given)


def entry(key: str, *events: Answered, at: datetime = NOON, reply: str | None = "<Response/>") -> Entry:
    return Entry(key, at, {"is": "Keyed", "keys": "9"}, events, reply)


def begin(database: Database, session: NewSession, key: str | None = None) -> bool:
    with database.write() as connection:
        return sessions.begin(connection, KEYS, session, survey(), entry(key or f"begin {session.id}"))


def find(database: Database, id: str) -> Kept:
    with database.read() as connection:
        kept = sessions.find(connection, KEYS, id)
    assert kept is not None
    return kept


def save(
    database: Database, kept: Kept, turn: Turn | Session, key: str, at: datetime = NOON, at_once: bool = True
) -> bool:
    after, events = (turn.session, turn.events) if isinstance(turn, Turn) else (turn, ())
    with database.write(at_once=at_once) as connection:
        line = Entry(key, at, {"is": "Keyed", "keys": "9"}, events, f"<Response>{key}</Response>")
        return sessions.save(connection, KEYS, kept, after, survey(), line)


def answered(session: Session, **given: Any) -> Session:
    return replace(session, answers={**session.answers, **given})


def rows(database: Database, table: str) -> list[Any]:
    with database.read() as connection:
        return list(connection.execute(select(metadata.tables[table])))


def test_session_comes_back_as_it_was_begun(database: Database) -> None:
    """Everything given at the beginning is found again, by id, by call and by the two addresses."""
    about: dict[str, Any] = {"reference": "case 1", "agent": "agent 2", "queue": "queue 3", "touchpoint": "phone"}
    given = new("one", **about)
    assert begin(database, given)
    kept = find(database, "one")
    assert kept == Kept(
        id="one",
        revision=0,
        channel=Channel.CALL,
        ours=OURS,
        theirs=KEYS.index(THEIRS),
        respondent="person of one",
        **about,
        started_at=given.started_at,
        expires_at=given.expires_at,
        ended_at=None,
        session=given.session,
    )
    with database.read() as connection:
        assert sessions.find_by_call(connection, KEYS, "call of one") == kept
        assert sessions.latest(connection, KEYS, Channel.CALL, OURS, KEYS.indexes(THEIRS)) == kept
        assert replied(connection, "begin one") == Replied("<Response/>")


def test_unknown_is_none(database: Database) -> None:
    """What is not there is not found, and a person is not found over another channel or another number of ours."""
    begin(database, new("one", Channel.SMS))
    with database.read() as connection:
        assert sessions.find(connection, KEYS, "two") is None
        assert sessions.find_by_call(connection, KEYS, "call of one") is None
        assert replied(connection, "unheard of") is None
        for channel, ours, theirs in (
            (Channel.WHATSAPP, OURS, THEIRS),
            (Channel.SMS, "+31850000002", THEIRS),
            (Channel.SMS, OURS, "+31600000002"),
        ):
            assert sessions.latest(connection, KEYS, channel, ours, KEYS.indexes(theirs)) is None


def test_latest_is_the_one_begun_last(database: Database) -> None:
    """Of several conversations with one person the last is found, whether or not it has ended, by any key's index."""
    for day in range(3):
        begin(database, new(f"day {day}", Channel.SMS, started_at=NOON + timedelta(days=day)))
        over = replace(find(database, f"day {day}").session, state=Over(Outcome.PARTIAL, Cause.HUNG_UP))
        assert save(database, find(database, f"day {day}"), over, f"end {day}")
    rotating = Keys.derive(f"a newer secret for tests and long enough too, {SECRET}")
    with database.read() as connection:
        kept = sessions.latest(connection, rotating, Channel.SMS, OURS, rotating.indexes(f"whatsapp:{THEIRS}"))
    assert kept is not None
    assert kept.id == "day 2"


def test_person_is_known_once(database: Database) -> None:
    """Whoever calls, texts and writes by WhatsApp from one number is one respondent; a withheld number is nobody."""
    for id, channel, address in (
        ("one", Channel.CALL, THEIRS),
        ("two", Channel.SMS, THEIRS),
        ("three", Channel.WHATSAPP, f"whatsapp:{THEIRS}"),
        ("four", Channel.CALL, "+31600000002"),
        ("five", Channel.CALL, None),
    ):
        assert begin(database, new(id, channel, address))
    people = {id: find(database, id).respondent for id in ("one", "two", "three", "four", "five")}
    assert people == {
        "one": "person of one",
        "two": "person of one",
        "three": "person of one",
        "four": "person of four",
        "five": None,
    }
    assert len(rows(database, "respondents")) == 2


def test_turn_is_kept_whole(database: Database) -> None:
    """A turn moves the session on, writes its line in the journal and its answer as a row."""
    begin(database, new("one"))
    kept = find(database, "one")
    turn = step(survey(), kept.session, Keyed("9"))
    assert save(database, kept, turn, "turn 1", NOON + timedelta(seconds=9))
    after = find(database, "one")
    assert (after.revision, after.session, after.ended_at) == (1, turn.session, None)
    (answer,) = rows(database, "answers")
    assert (answer.session_id, answer.question, answer.value, answer.instrument) == ("one", "nps", 9, "nps")
    assert (answer.series, answer.language, answer.channel) == (kept.session.series, "nl", "call")
    assert (answer.answered_at, answer.late) == (NOON + timedelta(seconds=9), False)
    assert KEYS.decrypt(answer.raw, "answers.raw") == "9"
    (session,) = rows(database, "sessions")
    assert (session.last_question, session.outcome) == (turn.session.asked, None)
    with database.read() as connection:
        first, second = lines(connection, KEYS, "one")
    assert (first.key, second.key) == ("begin one", "turn 1")
    assert second.input == {"is": "Keyed", "keys": "9"}
    assert second.events[0] == {"is": "Answered", "question": "nps", "value": 9, "late": False}
    assert second.reply == "<Response>turn 1</Response>"


def test_reply_can_be_nothing(database: Database) -> None:
    """An input to which nothing was said is told from one that never came."""
    begin(database, new("one"))
    kept = find(database, "one")
    with database.write() as connection:
        after = step(survey(), kept.session, HungUp()).session
        assert sessions.save(connection, KEYS, kept, after, survey(), entry("hung up", reply=None))
    with database.read() as connection:
        assert replied(connection, "hung up") == Replied(None)
        assert replied(connection, "hung up twice") is None


def test_end_is_kept_and_can_be_undone(database: Database) -> None:
    """An ended session has its outcome and the moment it ended, which stays; opened again it has neither."""
    begin(database, new("one", Channel.SMS))
    kept = find(database, "one")
    over = replace(kept.session, state=Over(Outcome.BROKEN_OFF, Cause.HUNG_UP, Waiting("nps")))
    assert save(database, kept, over, "end", NOON + timedelta(hours=1))
    better = replace(over, state=Over(Outcome.PARTIAL, Cause.HUNG_UP))
    assert save(database, find(database, "one"), better, "late", NOON + timedelta(hours=2))
    assert find(database, "one").ended_at == NOON + timedelta(hours=1)
    assert rows(database, "sessions")[0].outcome == "partial"
    assert save(database, find(database, "one"), kept.session, "again", NOON + timedelta(hours=3))
    assert find(database, "one").ended_at is None
    assert rows(database, "sessions")[0].outcome is None


def test_answers_follow_the_session(database: Database) -> None:
    """Answers are changed in place, with the wording in which they were asked; one taken back is gone."""
    begin(database, new("one"))
    first = find(database, "one")
    session = replace(first.session, series="asked so")
    save(database, first, session, "reworded")
    save(database, find(database, "one"), answered(session, nps=Rated(1, "1"), ces=Rated(2, "2")), "answered")
    moved_on = answered(
        replace(session, asked="ces", series="other"), nps=Rated(10, "ik bedoel 10", 1), ces=Rated(2, "2")
    )
    save(database, find(database, "one"), moved_on, "corrected", NOON + timedelta(hours=1))
    nps, ces = sorted(rows(database, "answers"), key=lambda row: str(row.question), reverse=True)
    assert (nps.value, nps.corrected_from, nps.series) == (10, 1, "asked so")
    assert nps.answered_at == NOON + timedelta(hours=1) > ces.answered_at
    taken_back = replace(moved_on, answers={"ces": Missing(Gap.SKIPPED, "#", None)})
    save(database, find(database, "one"), taken_back, "taken back")
    (ces,) = rows(database, "answers")
    assert (ces.question, ces.value, ces.missing) == ("ces", None, "skipped")


@pytest.mark.parametrize(
    "words", ["", "\0", "\ud83d", "8️⃣ prima", "מצוין", "é" * 1600, "'; DROP TABLE answers; --", "%(key)s :key ?"]
)
def test_words_are_kept_as_they_were_sent(database: Database, words: str) -> None:
    """Nothing, NUL, half a pair, emoji, right-to-left text, length, SQL: every input is stored exactly."""
    begin(database, new("one"))
    kept = find(database, "one")
    after = answered(kept.session, why=Verbatim(words, words, confidence=0.25, late=True))
    with database.write() as connection:
        line = Entry("turn", NOON, {"is": "Typed", "text": words}, (), "<Response/>")
        assert sessions.save(connection, KEYS, kept, after, survey(), line)
    assert find(database, "one").session == after
    (answer,) = rows(database, "answers")
    assert KEYS.decrypt(answer.raw, "answers.raw") == KEYS.decrypt(answer.verbatim, "answers.verbatim") == words
    assert (answer.instrument, answer.confidence, answer.late) == (None, 0.25, True)
    with database.read() as connection:
        assert [line.input.get("text") for line in lines(connection, KEYS, "one")] == [None, words]


def test_same_turn_is_taken_once(database: Database) -> None:
    """A turn that comes again is not taken, also by whoever has read the session since, and changes nothing."""
    begin(database, new("one"))
    first = find(database, "one")
    assert save(database, first, answered(first.session, nps=Rated(9, "9")), "turn")
    before = [rows(database, table) for table in ("sessions", "turns", "answers")]
    assert not save(database, first, answered(first.session, nps=Rated(1, "1")), "turn")
    assert not save(database, find(database, "one"), answered(first.session, nps=Rated(1, "1")), "turn")
    assert not save(database, first, answered(first.session, nps=Rated(1, "1")), "other turn")
    assert [rows(database, table) for table in ("sessions", "turns", "answers")] == before


def test_lost_race_takes_all_along(database: Database) -> None:
    """What else was written in the transaction of a turn that came too late is not kept either."""
    begin(database, new("one"))
    kept = find(database, "one")
    save(database, kept, kept.session, "turn")
    with database.write() as connection:
        optouts.opt_out(connection, KEYS.index(THEIRS), NOON, "call")
        assert not sessions.save(connection, KEYS, kept, kept.session, survey(), entry("late turn"))
    assert rows(database, "opt_outs") == []


def test_call_is_begun_once(database: Database) -> None:
    """The same call, the same turn or an open conversation cannot be begun again; then nothing of it is kept."""
    assert begin(database, new("one"))
    assert not begin(database, new("two", carrier_ref="call of one", address="+31600000002"))
    assert not begin(database, new("three", address="+31600000003"), key="begin one")
    assert begin(database, new("four", Channel.SMS))
    assert not begin(database, new("five", Channel.SMS))
    assert [row.id for row in rows(database, "sessions")] == ["one", "four"]
    assert [row.id for row in rows(database, "respondents")] == ["person of one"]
    assert len(rows(database, "turns")) == 2


def test_conversation_can_follow_another(database: Database) -> None:
    """After the end of a conversation another may begin; then the first does not open again."""
    begin(database, new("one", Channel.SMS))
    kept = find(database, "one")
    over = replace(kept.session, state=Over(Outcome.EXPIRED, Cause.EXPIRED, Waiting("nps")))
    assert save(database, kept, over, "end")
    assert begin(database, new("two", Channel.SMS))
    assert not save(database, find(database, "one"), kept.session, "late")
    assert find(database, "one").session == over


def test_overdue_are_the_open_ones_whose_time_is_over(database: Database) -> None:
    """The longest overdue come first, at most as many as asked for, and neither ended nor current sessions."""
    for number in range(5):
        begin(database, new(f"s{number}", expires_at=NOON + timedelta(hours=5 - number)))
    ended = replace(find(database, "s3").session, state=Over(Outcome.PARTIAL, Cause.HUNG_UP))
    save(database, find(database, "s3"), ended, "end")
    with database.read() as connection:
        assert sessions.overdue(connection, NOON + timedelta(hours=4), 10) == ["s4", "s2", "s1"]
        assert sessions.overdue(connection, NOON + timedelta(hours=4), 2) == ["s4", "s2"]
        assert sessions.overdue(connection, NOON, 10) == []


def test_answer_costs_few_statements(database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    """From reading the session to keeping it an answer costs four statements; on a server they are two journeys."""
    begin(database, new("one"))
    kept = find(database, "one")  # opens the connection, which asks things of its own
    seen = statements(database, monkeypatch)
    kept = find(database, "one")
    save(database, kept, step(survey(), kept.session, Keyed("9")), "turn")
    # SQLite tells a statement anew for everything that its own triggers do for it.
    counted = [statement for statement, _ in groupby(seen) if not statement.startswith(("BEGIN", "COMMIT"))]
    assert len(counted) == {"sqlite": 4, "postgresql": 2}[database.kind]


def statements(database: Database, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Everything that reaches the database from now on."""
    seen: list[str] = []
    if database.kind == "sqlite":
        for open_one in (database.read, database.write):
            with open_one() as connection:
                driver = connection.connection.driver_connection
                assert isinstance(driver, sqlite3.Connection)
                driver.set_trace_callback(seen.append)
        seen.clear()
    execute = psycopg.Cursor.execute

    def note(cursor: Any, statement: Any, *rest: Any, **more: Any) -> Any:
        seen.append(str(statement))
        return execute(cursor, statement, *rest, **more)

    monkeypatch.setattr(psycopg.Cursor, "execute", note)
    return seen


CROWD = 8


@pytest.mark.parametrize("at_once", [True, False])
def test_one_of_many_threads_takes_the_turn(database: Database, at_once: bool) -> None:
    """Of many who take the same turn at once, one takes it and all others are told that they raced."""
    begin(database, new("one"))
    kept = find(database, "one")
    assert crowd(lambda _: save(database, kept, kept.session, "turn", at_once=at_once)) == 1
    assert find(database, "one").revision == 1
    assert len(rows(database, "turns")) == 2


@pytest.mark.parametrize("at_once", [True, False])
def test_one_of_many_inputs_is_known(database: Database, at_once: bool) -> None:
    """The same input taken at once in many sessions is taken in one, and leaves no trace in the others."""
    kept = []
    for number in range(CROWD):
        begin(database, new(f"s{number}"))
        kept.append(find(database, f"s{number}"))

    def take(number: int) -> bool:
        given = answered(kept[number].session, nps=Rated(number, ""))
        return save(database, kept[number], given, "the input", at_once=at_once)

    assert crowd(take) == 1
    assert sum(row.revision for row in rows(database, "sessions")) == len(rows(database, "answers")) == 1


def test_one_of_many_turns_moves_the_session_on(database: Database) -> None:
    """Of many different turns that all saw the session as it was, one is kept; the rest leave no line behind."""
    begin(database, new("one"))
    kept = find(database, "one")
    assert crowd(lambda number: save(database, kept, answered(kept.session, nps=Rated(number, "")), f"{number}")) == 1
    (turn,) = [row for row in rows(database, "turns") if row.key != "begin one"]
    (answer,) = rows(database, "answers")
    assert str(answer.value) == turn.key
    assert find(database, "one").session.answers["nps"] == Rated(answer.value, "")


def test_one_of_many_begins(database: Database) -> None:
    """Of many who begin a session for one call, or one conversation with one person, one does."""
    assert crowd(lambda number: begin(database, new(f"call {number}", carrier_ref="the call"))) == 1
    assert crowd(lambda number: begin(database, new(f"text {number}", Channel.SMS))) == 1
    assert len(rows(database, "sessions")) == len(rows(database, "turns")) == 2
    assert len(rows(database, "respondents")) == 1


def test_everybody_comes_through_in_the_end(database: Database) -> None:
    """Who raced reads the session again and takes the turn on top of the other: every turn is kept, none is lost."""
    begin(database, new("one"))

    def insist(number: int) -> bool:
        kept = find(database, "one")
        while not save(database, kept, replace(kept.session, turns=kept.session.turns + 1), f"turn {number}"):
            kept = find(database, "one")
        return True

    assert crowd(insist) == CROWD
    kept = find(database, "one")
    assert kept.revision == kept.session.turns == CROWD
    assert len(rows(database, "turns")) == CROWD + 1


def crowd(act: Callable[[int], bool]) -> int:
    """Lets a crowd do the same at the same moment; how many of them succeeded."""
    ready = threading.Barrier(CROWD)

    def together(number: int) -> bool:
        ready.wait(timeout=10)
        return act(number)

    with ThreadPoolExecutor(CROWD) as threads:
        return sum(threads.map(together, range(CROWD)))


def test_one_of_many_processes_takes_the_turn(database: Database, database_url: str) -> None:
    """The same between processes: every turn that two processes of several threads fight over is taken once."""
    begin(database, new("one"))
    context = multiprocessing.get_context("spawn")
    taken, ready = context.Queue(), context.Barrier(2)
    fighters = [context.Process(target=_fight, args=(database_url, ready, taken)) for _ in range(2)]
    for fighter in fighters:
        fighter.start()
    wins = sum(taken.get(timeout=60) for _ in fighters)
    for fighter in fighters:
        fighter.join(timeout=30)
    assert [fighter.exitcode for fighter in fighters] == [0, 0]
    assert wins == FOUGHT_OVER
    assert find(database, "one").session.turns == FOUGHT_OVER
    assert sorted(row.key for row in rows(database, "turns")) == sorted(["begin one", *map(str, range(FOUGHT_OVER))])


FOUGHT_OVER = 100


def _fight(url: str, ready: Any, taken: Any) -> None:
    """Takes every turn that is next, named by its number, until there have been enough; tells how many it got."""
    database = Database.open(url)

    def fight(_: int) -> int:
        won = 0
        while (kept := find(database, "one")).session.turns < FOUGHT_OVER:
            number = kept.session.turns
            won += save(database, kept, replace(kept.session, turns=number + 1), str(number))
        return won

    ready.wait(timeout=30)
    with ThreadPoolExecutor(4) as threads:
        taken.put(sum(threads.map(fight, range(4))))
    database.dispose()


SENSE: dict[str, Any] = {
    "session_id": "one",
    "question": "nps",
    "series": "s",
    "language": "nl",
    "channel": "call",
    "instrument": "nps",
    "value": 9,
    "verbatim": None,
    "missing": None,
    "corrected_from": None,
    "confidence": 1.0,
    "late": False,
    "raw": b"x",
    "answered_at": NOON,
}


@pytest.mark.parametrize(
    "nonsense",
    [
        {"verbatim": b"x"},
        {"missing": "skipped"},
        {"value": None},
        {"instrument": None},
        {"value": None, "verbatim": b"x", "corrected_from": 1},
        {"confidence": 1.01},
        {"confidence": -0.01},
        {"raw": None},
        {"session_id": "unheard of"},
    ],
)
def test_nonsense_cannot_be_stored(database: Database, nonsense: dict[str, Any]) -> None:
    """An answer is one thing: a number that measures something, or words, or a gap; and it belongs to a session."""
    begin(database, new("one"))
    with pytest.raises(IntegrityError), database.write() as connection:
        connection.execute(insert(answers), {**SENSE, **nonsense})
    with database.write() as connection:
        connection.execute(insert(answers), SENSE)


@pytest.mark.parametrize(
    "nonsense", [{"theirs": None}, {"respondent_id": None}, {"outcome": "partial"}, {"ended_at": NOON}]
)
def test_session_is_whole(database: Database, nonsense: dict[str, Any]) -> None:
    """An address belongs to a respondent and the other way round; an end has an outcome and the other way round."""
    begin(database, new("one"))
    with pytest.raises(IntegrityError), database.write() as connection:
        connection.execute(update(metadata.tables["sessions"]).values(nonsense))


def test_input_of_no_session_is_known_as_well(database: Database) -> None:
    """What was said outside any conversation is in the journal too, once, with what was replied."""
    for known in (False, True):
        with database.write() as connection:
            assert enter(connection, KEYS, None, entry("greeting", reply="Hello")) is not known
    with database.read() as connection:
        assert replied(connection, "greeting") == Replied("Hello")


@pytest.mark.parametrize("column", ["id", "session_id", "key", "at", "events", "reply"])
def test_journal_cannot_be_rewritten(database: Database, column: str) -> None:
    """No line of the journal can be changed, but for its input, which may be encrypted anew."""
    begin(database, new("one"))
    with pytest.raises(DBAPIError, match="append-only"), database.write() as connection:
        connection.execute(update(turns).values({column: turns.c[column]}))
    with database.write() as connection:
        assert connection.execute(update(turns).values(input=b"anew")).rowcount == 1


def test_journal_goes_with_its_session_only(database: Database) -> None:
    """A line cannot be deleted; with its whole session it can, and so do the answers."""
    begin(database, new("one"))
    save(database, find(database, "one"), answered(find(database, "one").session, nps=Rated(9, "9")), "turn")
    with pytest.raises(DBAPIError, match="append-only"), database.write() as connection:
        connection.execute(delete(turns))
    with database.write() as connection:
        connection.execute(delete(metadata.tables["sessions"]))
    assert [rows(database, table) for table in ("sessions", "turns", "answers")] == [[], [], []]


SECRETS = ["31600000001", "600000001", "lang moeten wachten", "9 want"]


def test_nothing_private_can_be_read(database: Database, database_url: str) -> None:
    """Whoever has the database and not the key finds no number and no word of a respondent in any byte of it."""
    begin(database, new("one", Channel.WHATSAPP, f"whatsapp:{THEIRS}"))
    kept = find(database, "one")
    typed = "9 want ik heb lang moeten wachten"
    after = answered(kept.session, nps=Rated(9, typed), why=Verbatim("ik heb lang moeten wachten", typed))
    with database.write() as connection:
        line = Entry("turn", NOON, {"is": "Typed", "text": typed}, (Answered("nps", 9),), "<Response/>")
        assert sessions.save(connection, KEYS, kept, after, survey(), line)
    stored = b"".join(_bytes(database, database_url))
    assert b"Answered" in stored
    for secret in SECRETS:
        assert secret.encode() not in stored
        assert secret.encode().hex().encode() not in stored


def _bytes(database: Database, url: str) -> Iterator[bytes]:
    if database.kind == "sqlite":
        path = Path(url.removeprefix("sqlite:///"))
        yield from (file.read_bytes() for file in path.parent.glob(f"{path.name}*"))
    for table in metadata.tables:
        for row in rows(database, table):
            yield from (value if isinstance(value, bytes) else str(value).encode() for value in row)


def test_wrong_column_and_key_are_noticed(database: Database) -> None:
    """A session cannot be read with another key, nor after its snapshot was exchanged for something else encrypted."""
    begin(database, new("one"))
    with database.read() as connection, pytest.raises(Unreadable, match="add its secret"):
        sessions.find(connection, Keys.derive("quite another secret for tests and long enough"), "one")
    with database.write() as connection:
        swapped = select(respondents.c.address).scalar_subquery()
        connection.execute(update(metadata.tables["sessions"]).values(snapshot=swapped))
    with pytest.raises(Unreadable, match="moved"):
        find(database, "one")
