"""The roll-up tells what the rows tell, whatever has happened to them and whoever has counted when."""

from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from threading import Thread
from typing import Any

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from sqlalchemy import Connection, delete, select, update

from storage import rollup
from storage.database import Database
from storage.models import answers, attempts, contacts, corrections, figures, invitations, sessions, slices, tags
from storage.recount import Rows, recount
from storage.rollup import part_of, refresh
from storage.slices import STORED, Cells, Part, Slice, without_queue
from tests.tallied import NOON, NUMBERS, ZONE, Surveyed, answer, contact, decide, invite, review, survey, tag

Happening = tuple[str, int, int]
"""What happens, to which of the rows there are, and a number for how."""

HAPPENINGS = st.lists(
    st.tuples(
        st.sampled_from(
            (
                *("survey", "answer", "correct", "take back", "end", "learn", "tag", "decide", "review", "erase"),
                *("contact", "invite", "try", "told", "close", "call", "drop", "expire", "relink", "count"),
            )
        ),
        st.integers(0, 50),
        st.integers(0, 50),
    ),
    min_size=5,
    max_size=40,
)
MOMENTS = [
    NOON,
    datetime(2026, 3, 28, 22, 59, tzinfo=UTC),
    datetime(2026, 3, 28, 23, 30, tzinfo=UTC),
    datetime(2026, 3, 29, 1, 30, tzinfo=UTC),
    datetime(2026, 3, 29, 21, 59, 59, 999999, tzinfo=UTC),
    datetime(2026, 3, 29, 22, 0, tzinfo=UTC),
    datetime(2025, 10, 26, 22, 30, tzinfo=UTC),
    datetime(2025, 10, 26, 23, 0, tzinfo=UTC),
]
"""Around midnight, and around the nights on which clocks are set."""


def kept(database: Database, part: Part, fine: bool = True) -> Cells:
    """What the roll-up holds."""
    with database.read() as connection:
        named = {
            row[0]: Slice(*row[1:])
            for row in connection.execute(select(slices.c.id, *(slices.c[name] for name in STORED)))
        }
        parts = [part_of(part, fine, of) for of in ("", "seconds")]
        rows = connection.execute(select(figures).where(figures.c.part.in_(parts)))
        return Counter({(row.day, named[row.slice], row.value): row.n for row in rows})


def in_rows(database: Database, part: Part, zone: str = ZONE) -> Cells:
    """What the rows hold."""
    with database.read() as connection:
        return recount(connection, part, Rows(database.kind, zone, date(2025, 1, 1), date(2027, 1, 1)))


def as_a_whole(cells: Cells) -> Cells:
    coarse: Cells = Counter()
    for (day, slice, value), n in cells.items():
        coarse[day, without_queue(slice), value] += n
    return coarse


def happen(connection: Connection, what: str, which: int, how: int) -> None:
    """Something that happens to the rows; nothing where there are none of the kind."""
    about = Surveyed(
        at=MOMENTS[how % len(MOMENTS)],
        outcome=[None, "completed", "partial"][how % 3],
        asked=["nps", "ces", None][how % 3],
        channel=["sms", "call"][how % 2],
        queue=[None, "billing"][how % 2],
        country=[None, "NL"][which % 2],
        series=["first", "second"][which % 2],
        late=how % 5 == 0,
    )
    value = [0, 1, 5, 9, 10][how % 5]
    if what == "survey":
        survey(connection, replace(about, given={"nps": value} if which % 4 else {}), call=f"call {next(NUMBERS)}")
        return
    if what == "contact":
        contact(connection, at=about.at, queue=about.queue, reason=["quarantined", None][how % 2])
        return
    if (row := one_of(connection, TABLES[what], which)) is None:
        return
    match what:
        case "answer":
            if not connection.execute(select(answers).where(answers.c.session_id == row.id, NOT_NPS)).all():
                ways: tuple[int | str, ...] = (1, 5, "(silent)", 3)
                said = ways[how % 4]
                answer(connection, row.id, "ces", said, about)
                answer(connection, row.id, "why", "omdat", about)
        case "correct":
            connection.execute(
                update(answers)
                .where(answers.c.session_id == row.session_id, answers.c.question == row.question, HAS_VALUE)
                .values(value=[1, 3, 5][how % 3], late=bool(how % 2))
            )
        case "take back":
            connection.execute(
                delete(answers).where(answers.c.session_id == row.session_id, answers.c.question == row.question)
            )
        case "end":
            ended = {"outcome": "completed", "ended_at": NOON} if how % 2 else {"outcome": None, "ended_at": None}
            connection.execute(
                update(sessions).where(sessions.c.id == row.id).values(**ended, revision=row.revision + how % 2)
            )
        case "learn":
            connection.execute(
                update(sessions).where(sessions.c.id == row.id).values(queue="late", last_question="why", agent="ann")
            )
        case "tag":
            known = select(tags).where(tags.c.session_id == row.session_id)
            if row.verbatim is not None and not connection.execute(known).all():
                tag(connection, row.session_id, {"price": ["positive", "negative"][how % 2], "staff": "neutral"})
        case "decide":
            if row.verbatim is not None:
                felt = [None, "positive", "negative"][how % 3]
                decide(connection, row.session_id, ["price", "speed"][which % 2], how % 2 == 0, felt)
        case "review":
            if row.verbatim is not None:
                review(connection, row.session_id, ("price", "speed"), NOON + timedelta(seconds=next(NUMBERS)))
        case "erase":
            connection.execute(update(attempts).where(attempts.c.session_id == row.id).values(session_id=None))
            connection.execute(delete(sessions).where(sessions.c.id == row.id))
        case "invite":
            if not connection.execute(select(invitations).where(invitations.c.reference == row.reference)).all():
                known_call = one_of(connection, sessions, how)
                taken = select(invitations.c.call).where(invitations.c.call.is_not(None))
                call = known_call.carrier_ref if known_call else None
                is_free = call not in set(connection.execute(taken).scalars())
                invite(connection, row.reference, at=row.received_at, call=call if is_free and how % 2 else None)
        case "try":
            session = one_of(connection, sessions, how)
            linked = {
                "id": f"a{next(NUMBERS)}",
                "invitation_id": row.id,
                "channel": about.channel,
                "status": "sent",
                "session_id": session.id if session and how % 2 else None,
                "made_at": about.at,
                "kind": "x",
            }
            connection.execute(attempts.insert(), {**linked, "changed_at": about.at})
        case "told":
            status = ["delivered", "undelivered", "read"][how % 3]
            connection.execute(update(attempts).where(attempts.c.id == row.id).values(status=status, code=21211))
        case "close":
            outcome = ["expired", "undeliverable", "opted_out"][how % 3]
            closed = {"outcome": outcome, "ended_at": NOON, "due_at": None}
            connection.execute(update(invitations).where(invitations.c.id == row.id).values(closed))
        case "call":
            connection.execute(update(contacts).where(contacts.c.reference == row.reference).values(queue="other"))
        case "expire":
            over = {"outcome": ["expired", "partial"][how % 2], "ended_at": NOON, "revision": row.revision + 1}
            connection.execute(update(sessions).where(sessions.c.id == row.id).values(over))
        case "relink":
            session = one_of(connection, sessions, how)
            other = session.id if session and how % 3 else None
            connection.execute(update(attempts).where(attempts.c.id == row.id).values(session_id=other))
        case "drop":
            connection.execute(delete(attempts).where(attempts.c.id == row.id))


TABLES: dict[str, Any] = {
    **dict.fromkeys(("answer", "end", "expire", "learn", "erase"), sessions),
    **dict.fromkeys(("correct", "take back", "tag", "decide", "review"), answers),
    **dict.fromkeys(("invite", "call"), contacts),
    **dict.fromkeys(("try", "close"), invitations),
    **dict.fromkeys(("told", "relink", "drop"), attempts),
}
NOT_NPS = answers.c.question != "nps"
HAS_VALUE = answers.c.value.is_not(None)


def one_of(connection: Connection, table: Any, which: int) -> Any:
    rows = connection.execute(select(table).order_by(*table.primary_key)).all()
    return rows[which % len(rows)] if rows else None


@settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
)
@given(happenings=HAPPENINGS)
@example([("survey", 0, 0), ("answer", 0, 1), ("tag", 2, 0), ("count", 0, 0), ("review", 2, 0)])
def test_what_is_kept_is_what_the_rows_tell(database: Database, happenings: list[Happening]) -> None:
    """After any surveys, answers, corrections and deletions, counted at any time in between: the same as from rows."""
    with database.write() as connection:
        for table in (attempts, invitations, contacts, corrections, sessions):
            connection.execute(delete(table))
    for what, which, how in happenings:
        if what == "count":
            refresh(database, ZONE)
            continue
        with database.write() as connection:
            happen(connection, what, which, how)
    refresh(database, ZONE)
    for part in Part:
        told = in_rows(database, part)
        assert kept(database, part) == told
        assert kept(database, part, fine=False) == as_a_whole(told)


def test_only_what_changed_is_counted_anew(database: Database) -> None:
    """A second look finds nothing; a corrected answer costs the one day it lies on, and moves two counts."""
    with database.write() as connection:
        for days in range(3):
            survey(connection, Surveyed({"nps": 9}, at=NOON + timedelta(days=days)))
    assert refresh(database, ZONE) == 3
    assert refresh(database, ZONE) == 0
    with database.write() as connection:
        connection.execute(
            update(answers).where(answers.c.session_id.in_(select(sessions.c.id).limit(1))).values(value=3)
        )
    assert refresh(database, ZONE) == 1
    assert kept(database, Part.SURVEYS) == in_rows(database, Part.SURVEYS)


def test_nothing_is_written_where_nothing_has_changed(database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    """A change that comes to nothing, such as a status that counts alike, leaves the counts as they are."""
    with database.write() as connection:
        invite(connection, contact(connection), None, [("sms", "queued", None)])
    refresh(database, ZONE)
    with database.write() as connection:
        connection.execute(update(attempts).values(status="sent"))
    written: list[int] = []
    run_all = rollup._run_all

    def note(connection: Connection, statement: str, rows: Any) -> None:
        written.append(len(rows))
        run_all(connection, statement, rows)

    monkeypatch.setattr(rollup, "_run_all", note)
    assert refresh(database, ZONE) == 1
    assert sum(written) == 0


def test_another_clock_moves_the_days(database: Database) -> None:
    """What was counted by one clock is counted anew by the other, and nothing of the first remains."""
    with database.write() as connection:
        for hours in range(0, 60, 3):
            survey(connection, Surveyed({"nps": 9}, at=NOON + timedelta(hours=hours)))
            contact(connection, at=NOON + timedelta(hours=hours), reason="quarantined")
    for zone in (ZONE, "Asia/Kolkata", "America/New_York", "UTC"):
        refresh(database, zone)
        for part in Part:
            assert kept(database, part) == in_rows(database, part, zone)


def test_a_change_during_the_count_is_not_lost(database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    """What comes in while a day is being counted is counted with the next look at the latest."""
    with database.write() as connection:
        id = survey(connection, Surveyed({"nps": 9}))
    counting = rollup._counted

    def interrupted(*given: Any) -> Any:
        found = counting(*given)
        with database.write() as connection:
            connection.execute(update(answers).where(answers.c.session_id == id).values(value=1))
        return found

    with monkeypatch.context() as patched:
        patched.setattr(rollup, "_counted", interrupted)
        refresh(database, ZONE)
    refresh(database, ZONE)
    assert kept(database, Part.SURVEYS) == in_rows(database, Part.SURVEYS)


def test_whoever_counts_later_does_not_undo_what_is_newer(database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    """A process that was slow throws away what it has counted, where another has counted the day meanwhile."""
    with database.write() as connection:
        id = survey(connection, Surveyed({"nps": 9}))
    counting, others = rollup._counted, iter([True])

    def overtaken(*given: Any) -> Any:
        found = counting(*given)
        if next(others, False):
            with database.write() as connection:
                connection.execute(update(answers).where(answers.c.session_id == id).values(value=1))
            refresh(database, ZONE)
        return found

    monkeypatch.setattr(rollup, "_counted", overtaken)
    refresh(database, ZONE)
    assert next(others, None) is None
    assert kept(database, Part.SURVEYS) == in_rows(database, Part.SURVEYS)


def test_many_processes_may_count_at_once(database: Database) -> None:
    """While answers come in and others look, everybody counts; in the end everything is counted once."""
    faults: list[BaseException] = []

    def answering(own: int) -> None:
        for number in range(15):
            with database.write() as connection:
                survey(connection, Surveyed({"nps": number % 11}, at=NOON + timedelta(days=own)))

    def looking() -> None:
        for _ in range(15):
            refresh(database, ZONE)

    def noting(what: Callable[[], None]) -> None:
        try:
            what()
        except BaseException as fault:
            faults.append(fault)

    work: list[Callable[[], None]] = [lambda: answering(0), lambda: answering(1), looking, looking]
    threads = [Thread(target=noting, args=(what,)) for what in work]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=120)
    assert faults == []
    refresh(database, ZONE)
    assert kept(database, Part.SURVEYS) == in_rows(database, Part.SURVEYS)


def test_much_that_has_changed_is_counted_in_parts(database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    """A year that was never counted takes many short transactions; each day is counted, and once, in whatever order its
    changes were noted.
    """
    monkeypatch.setattr(rollup, "BATCH", 7)
    monkeypatch.setattr(rollup, "OLDEST", rollup.OLDEST.limit(7))
    with database.write() as connection:
        for number in range(40):
            survey(connection, Surveyed({"nps": 9}, at=NOON + timedelta(days=number * 13 % 20 * 3)))
    assert refresh(database, ZONE) == 20
    assert kept(database, Part.SURVEYS) == in_rows(database, Part.SURVEYS)
    assert sum(kept(database, Part.SURVEYS).values()) == 40 * len(("nps", "why", "session"))
