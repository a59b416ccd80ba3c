"""The numbers for operators: right at any time, in every process, whatever was counted before."""

import re
from collections.abc import Iterator
from contextlib import closing
from datetime import timedelta

import pytest
import yaml
from prometheus_client.parser import text_string_to_metric_families as parsed
from sqlalchemy import delete, event
from sqlalchemy.engine import Engine

from bot.config import PROJECT
from bot.intake import NewContact, Source
from bot.metrics import COUNTERS, NAMES, exposition
from bot.readiness import Check
from storage import counts, heartbeats
from storage.counts import count_on, totals
from storage.models import attempts, sessions
from tests.wire import CALLER, OURS, Wire, dialled, ended, texted

ELSEWHERE = "+31600000002"
Samples = dict[tuple[str, ...], float]


@pytest.fixture
def wire(database_url: str) -> Iterator[Wire]:
    """An application in which some conversations have been had."""
    with closing(Wire.to(database_url, {"twilio": {"number": OURS}})) as made:
        converse(made)
        yield made


def converse(wire: Wire, call: str = "CA1", theirs: str = CALLER) -> None:
    """A call that is transferred, misunderstood once, answered, and hung up; then a text that belongs to nothing."""
    exchange = wire.post(dialled(call, theirs, "/twilio/voice/after-call"))
    for keys in ("47", "8", "2"):
        exchange = wire.post(dialled(call, theirs, exchange.action, Digits=keys))
    wire.post(ended(call, theirs))
    wire.post(texted(f"SM{call}", "hallo", theirs))


def samples(wire: Wire) -> Samples:
    """Every number told, by its name and labels."""
    told = exposition(wire.parts.database, wire.clock(), ()).decode()
    return {
        (sample.name, *(value for _, value in sorted(sample.labels.items()))): sample.value
        for family in parsed(told)
        for sample in family.samples
    }


def test_everything_that_has_happened_is_counted(wire: Wire) -> None:
    """Contacts by decision, attempts, conversations, turns, answers and misunderstandings, by channel."""
    wire.parts.invitations.take(NewContact("C-1", CALLER, wire.clock(), Source.API))
    told = samples(wire)
    assert {key: value for key, value in told.items() if key[0].endswith("_total")} == {
        ("nawoord_contacts_total", "", "transfer"): 1,
        ("nawoord_contacts_total", "quarantined", "api"): 1,
        ("nawoord_attempts_total", "call", "transfer"): 1,
        ("nawoord_sessions_begun_total", "call"): 1,
        ("nawoord_sessions_ended_total", "call", "completed"): 1,
        ("nawoord_turns_total", "call"): 5,
        ("nawoord_turns_total", ""): 1,
        ("nawoord_answers_total", "call"): 2,
        ("nawoord_misunderstood_total", "call", "out_of_range"): 1,
    }
    assert told["nawoord_attempts_last_day", "call", "completed"] == 1


def test_what_is_waiting_is_told(wire: Wire) -> None:
    """What is due and since when, what is scheduled, what is open, and when a worker last came by."""
    wire.parts.invitations.take(NewContact("C-2", ELSEWHERE, wire.clock(), Source.API))
    wire.post(dialled("CA9", "anonymous", "/twilio/voice/after-call?language=nl"))
    told = samples(wire)
    assert (told["nawoord_queue_due",], told["nawoord_queue_scheduled",], told["nawoord_sessions_open",]) == (2, 1, 1)
    assert ("nawoord_worker_last_tick_seconds",) not in told
    with wire.parts.database.write() as connection:
        heartbeats.beat(connection, "one", wire.clock())
    wire.clock.advance(minutes=12)
    told = samples(wire)
    assert (told["nawoord_queue_due",], told["nawoord_queue_scheduled",]) == (3, 0)
    assert told["nawoord_queue_oldest_due_seconds",] == told["nawoord_worker_last_tick_seconds",] == 720


def test_an_ended_invitation_is_counted_by_its_outcome(wire: Wire) -> None:
    """Also one that ends without a conversation."""
    wire.parts.invitations.take(NewContact("C-2", ELSEWHERE, wire.clock(), Source.API))
    wire.parts.opt_outs.note(ELSEWHERE, "page")
    assert samples(wire)["nawoord_invitations_ended_total", "opted_out"] == 1


def test_counting_ahead_changes_no_number(wire: Wire, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whenever, however often and in whatever steps it is done: the numbers are those of the rows."""
    monkeypatch.setattr(counts, "BATCH", 2)
    for number in range(3):
        before = samples(wire)
        count_on(wire.parts.database, wire.clock())
        assert samples(wire) == before
        wire.clock.advance(minutes=3)
        before = samples(wire)
        for _ in range(2):
            count_on(wire.parts.database, wire.clock())
        assert samples(wire) == before
        converse(wire, f"CB{number}", f"+3160000001{number}")
    assert samples(wire)["nawoord_sessions_begun_total", "call"] == 4


def test_what_was_counted_stays_counted(wire: Wire) -> None:
    """Counters never go back, also where a person is erased later."""
    wire.clock.advance(minutes=3)
    count_on(wire.parts.database, wire.clock())
    with wire.parts.database.read() as connection:
        before = totals(connection)
    with wire.parts.database.write() as connection:
        for table in (attempts, sessions):
            connection.execute(delete(table))
    with wire.parts.database.read() as connection:
        assert totals(connection) == before


def test_two_who_count_at_once_count_once(wire: Wire, monkeypatch: pytest.MonkeyPatch) -> None:
    """One of them loses, and nothing of what it counted is added."""
    wire.clock.advance(minutes=3)
    database, before = wire.parts.database, samples(wire)
    write, others = database.write, iter([True])

    def overtaken(**more: bool) -> object:
        if next(others, False):
            count_on(database, wire.clock())
        return write(**more)

    monkeypatch.setattr(database, "write", overtaken)
    count_on(database, wire.clock())
    assert next(others, None) is None
    assert samples(wire) == before


def test_what_is_recent_is_left_until_it_has_settled(wire: Wire) -> None:
    """A row whose transaction ends late would be missed behind the place up to which was counted."""
    count_on(wire.parts.database, wire.clock() + counts.SETTLED)
    assert wire.rows("tallies") == []
    count_on(wire.parts.database, wire.clock() + counts.SETTLED + timedelta(seconds=1))
    assert {row["source"] for row in wire.rows("tallies")} == {"contacts", "attempts", "begun", "turns"}


def test_what_was_counted_is_not_read_again(wire: Wire) -> None:
    """Every look goes on from the place where counting stopped."""
    wire.clock.advance(minutes=3)
    count_on(wire.parts.database, wire.clock())
    seen: list[str] = []

    def note(_connection: object, _cursor: object, statement: str, *_: object) -> None:
        seen.append(statement)

    event.listen(Engine, "before_cursor_execute", note)
    try:
        samples(wire)
    finally:
        event.remove(Engine, "before_cursor_execute", note)
    counting = [statement for statement in seen if "GROUP BY" in statement and "invitations.outcome" not in statement]
    assert len(counting) == 5
    assert all(" > " in statement or " >= " in statement for statement in counting)


def test_no_number_of_a_person_is_told(wire: Wire) -> None:
    """Labels hold words of ours and of the carrier, never who somebody is or what their contact is called."""
    wire.parts.invitations.take(NewContact("C-77", ELSEWHERE, wire.clock(), Source.API, agent="anna", queue="billing"))
    told = exposition(wire.parts.database, wire.clock(), ()).decode()
    assert [word for word in ("600000", "C-77", "anna", "billing", "id1") if word in told] == []


def test_every_number_is_documented(wire: Wire) -> None:
    """The page names each metric with its labels, and no rule asks for one that is not there."""
    page = (PROJECT / "docs" / "operating.md").read_text(encoding="utf-8")
    with wire.parts.database.write() as connection:
        heartbeats.beat(connection, "one", wire.clock())
    told = exposition(wire.parts.database, wire.clock(), (Check("database", True, ""),)).decode()
    families = {family.name + ("_total" if family.type == "counter" else ""): family.type for family in parsed(told)}
    described = dict(re.findall(r"^\| `(nawoord_\w+)` \| ([\w, ]*)\|", page, re.MULTILINE))
    assert set(described) == set(families)
    labels = {f"nawoord_{NAMES.get(name, name)}_total": ", ".join(each) for name, (_, each) in COUNTERS.items()}
    assert {name: described[name].strip() for name in labels} == labels
    rules = next(
        printed for printed in re.findall(r"```yaml\n(.*?)```", page, re.DOTALL) if printed.startswith("groups")
    )
    alerts = yaml.safe_load(rules)["groups"][0]["rules"]
    assert {name for rule in alerts for name in re.findall(r"nawoord_\w+", rule["expr"])} <= set(families)
    assert all({"alert", "expr", "for", "annotations"} <= set(rule) for rule in alerts)
