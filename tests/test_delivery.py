"""The laws of delivery: whatever the wire does to webhooks, every answer is kept once, at the question that asked it.

NAWOORD_SCHEDULES sets how many schedules are tried on each database, NAWOORD_SEED where they start.
"""

import sys
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from dataclasses import dataclass, field
from functools import partial
from os import environ
from random import Random
from threading import Barrier, Lock
from typing import Any, TypeVar

import pytest

from flows.definitions import CALLBACK
from flows.survey import Channel
from storage import sessions
from tests.respondents import Answer, Respondent, answer
from tests.wire import Exchange, Row, Webhook, Wire, dialled, texted

SCHEDULES = int(environ.get("NAWOORD_SCHEDULES", "60"))
SEED = int(environ.get("NAWOORD_SEED", "1"))
MOST_AT_ONCE = 40

T = TypeVar("T")


@pytest.fixture
def wire(database_url: str) -> Iterator[Wire]:
    """An application with threads that take turns often enough to get in each other's way."""
    interval = sys.getswitchinterval()
    sys.setswitchinterval(0.0002)
    with closing(Wire.to(database_url)) as opened:
        yield opened
    sys.setswitchinterval(interval)


@pytest.fixture(scope="module")
def threads() -> Iterator[ThreadPoolExecutor]:
    """As many threads as webhooks can arrive at once."""
    with ThreadPoolExecutor(MOST_AT_ONCE) as pool:
        yield pool


@pytest.fixture
def races(monkeypatch: pytest.MonkeyPatch) -> Counter[str]:
    """How often somebody else was faster."""
    lost: Counter[str] = Counter()
    lock = Lock()

    def counted(name: str) -> None:
        original: Callable[..., bool] = getattr(sessions, name)

        def tried(*given: Any) -> bool:
            won = original(*given)
            with lock:
                lost[name] += not won
            return won

        monkeypatch.setattr(sessions, name, tried)

    counted("begin")
    counted("save")
    return lost


@dataclass(slots=True)
class HostileWire:
    """Sends webhooks several times at once, again later, in another order, and loses answers."""

    wire: Wire
    threads: ThreadPoolExecutor
    answers: dict[int, list[Exchange]] = field(default_factory=dict)
    past: list[Webhook] = field(default_factory=list)

    def converse(self, people: Sequence[Respondent], luck: Random) -> None:
        """All these conversations at the same time, to their ends."""
        waves = {person: in_waves(person.begin(), luck) for person in people}
        while waves:
            due = luck.sample(list(waves), k=luck.randint(1, len(waves)))
            fresh = [webhook for person in due for webhook in waves[person][0]]
            again = luck.sample(self.past, k=min(len(self.past), luck.choice([0, 0, 1, 2])))
            copies = [webhook for webhook in fresh for _ in range(luck.choice([1, 1, 2, 2, 3, 4]))]
            self.deliver(luck.sample([*copies, *again], k=len(copies) + len(again)))
            self.past += fresh
            for person in due:
                if luck.random() < 0.2:
                    continue  # the answer was lost on its way, so the carrier asks again
                heard = waves[person].pop(0)
                if not waves[person]:
                    del waves[person]
                    if not person.over and (following := person.hear(self.answers[id(heard[0])][-1])):
                        waves[person] = in_waves(following, luck)
        self.deliver(luck.sample(self.past, k=min(len(self.past), 6)))

    def deliver(self, webhooks: Sequence[Webhook]) -> None:
        """Sends all of these at the same moment."""
        for exchange in at_once(self.threads, [partial(self.wire.post, webhook) for webhook in webhooks]):
            self.answers.setdefault(id(exchange.webhook), []).append(exchange)

    def assert_same_bytes(self) -> None:
        """Every copy of a webhook was answered alike."""
        for exchanges in self.answers.values():
            assert {(exchange.status, exchange.body) for exchange in exchanges} == {
                (exchanges[0].status, exchanges[0].body)
            }
            assert exchanges[0].status < 300


def at_once(threads: ThreadPoolExecutor, actions: Sequence[Callable[[], T]]) -> list[T]:
    """What comes of actions that are all begun at the same moment."""
    gate = Barrier(len(actions))

    def act(action: Callable[[], T]) -> T:
        gate.wait()
        return action()

    return list(threads.map(act, actions))


def in_waves(webhooks: list[Webhook], luck: Random) -> list[list[Webhook]]:
    """Webhooks that were sent off one right after the other: they arrive in order, overtaken or at once."""
    match webhooks:
        case [one, two]:
            return luck.choice([[[one], [two]], [[two], [one]], [[one, two]]])
        case _:
            return [webhooks]


def converse(wire: Wire, person: Respondent) -> None:
    """The conversation as it goes on a wire that does nothing to it."""
    webhooks = person.begin()
    while webhooks:
        exchanges = [wire.post(webhook) for webhook in webhooks]
        webhooks = [] if person.over else person.hear(exchanges[0])


@dataclass(frozen=True, slots=True)
class Kept:
    """What is stored of one conversation."""

    session: Row
    answers: dict[str, Row]
    journal: list[Row]


def kept_of_all(wire: Wire) -> dict[str, Kept]:
    """What is stored of every conversation, by the key of the first line in its journal."""
    answers: dict[str, dict[str, Row]] = {}
    for row in wire.rows("answers"):
        answers.setdefault(row["session_id"], {})[row["question"]] = row
    journals: dict[str, list[Row]] = {}
    for row in wire.rows("turns"):
        journals.setdefault(row["session_id"], []).append(row)
    found = {row["id"]: row for row in wire.rows("sessions")}
    assert set(found) == set(journals)
    return {
        journals[name][0]["key"]: Kept(session, answers.get(name, {}), journals[name])
        for name, session in found.items()
    }


def first_key(person: Respondent) -> str:
    return f"call:{person.name}" if person.channel is Channel.CALL else f"{person.name}m1"


def crowd(wire: Wire, number: int, name: str) -> list[Respondent]:
    """Up to three people who converse at the same time; sometimes they are one person, on all channels at once."""
    luck = Random(number)  # noqa: S311 -- luck that can be had again, not a secret
    size = luck.choice([1, 2, 2, 3])
    one_person, survey = luck.random() < 0.5, wire.parts.survey
    people = []
    for place, channel in enumerate(luck.sample(list(Channel), k=size)):
        withheld = channel is Channel.CALL and luck.random() < 0.3
        theirs = "anonymous" if withheld else f"+316{number:06}{0 if one_person else place}{len(name) % 10}"
        language, own_luck = luck.choice(list(survey.languages)), Random(luck.random())  # noqa: S311
        people.append(Respondent(survey, channel, language, theirs, f"{name}{number}{channel[0]}", own_luck))
    return people


def as_told(row: Row) -> Answer:
    """A stored answer as its respondent would remember it."""
    return {name: row[name] for name in answer()} | {"raw": row["raw"]}


def in_snapshot(row: Row) -> Row:
    """A stored answer as the session's snapshot holds it."""
    kind = "Rated" if row["value"] is not None else "Verbatim" if row["missing"] is None else "Missing"
    fields = {
        "Rated": {"value": row["value"], "corrected_from": row["corrected_from"], "late": row["late"]},
        "Verbatim": {"text": row["verbatim"], "late": row["late"]},
        "Missing": {"why": row["missing"]},
    }
    return {"is": kind, "raw": row["raw"], "confidence": row["confidence"], **fields[kind]}


def lasting(kept: Kept) -> dict[str, Any]:
    """What must be the same however the wire behaved: all but names, moments and the order of events."""
    of_session = ("survey", "survey_version", "channel", "language", "outcome", "last_question")
    answers = {
        key: {name: value for name, value in row.items() if name not in ("session_id", "answered_at")}
        for key, row in kept.answers.items()
    }
    return {**{name: kept.session[name] for name in of_session}, "answers": answers}


def journal_keys(person: Respondent, session: str) -> set[str]:
    """One key for each of this respondent's webhooks that was taken."""
    if person.channel is not Channel.CALL:
        return {f"{person.name}m{number}" for number in range(1, person.lines + 1)}
    turns = {f"turn:{session}:{number}" for number in range(person.lines - 2)}
    return {f"call:{person.name}", f"end:{person.name}", *turns}


def test_every_answer_is_kept_once_at_the_question_that_asked_it(
    wire: Wire, threads: ThreadPoolExecutor, races: Counter[str]
) -> None:
    """Copies get the same bytes; no answer is misattributed, lost or doubled; all is as if nothing had happened."""
    numbers = range(SEED, SEED + SCHEDULES)
    hostile = HostileWire(wire, threads)
    disturbed = {number: crowd(wire, number, "hostile") for number in numbers}
    for number, people in disturbed.items():
        hostile.converse(people, Random(f"wire {number}"))  # noqa: S311
    lost_races = races.total()
    undisturbed = {number: crowd(wire, number, "calm") for number in numbers}
    for people in undisturbed.values():
        for person in people:
            converse(wire, person)

    everything = kept_of_all(wire)
    agreed = [row["session_id"] for row in wire.rows("callbacks")]
    misattributed, lost, doubled, conversations = [], [], [], 0
    for number in numbers:
        for person, twin in zip(disturbed[number], undisturbed[number], strict=True):
            assert person.said == twin.said, number
            if not person.lines:
                continue
            kept, calm = everything.pop(first_key(person)), everything.pop(first_key(twin))
            stored = {key: as_told(row) for key, row in kept.answers.items()}
            misattributed += [(number, key) for key in stored if stored[key] != person.told.get(key)]
            lost += [(number, key) for key in person.told.keys() - stored.keys()]
            keys = [line["key"] for line in kept.journal]
            doubled += [(number, key) for key, times in Counter(keys).items() if times > 1]
            assert set(keys) == journal_keys(person, kept.session["id"]), number
            assert lasting(kept) == lasting(calm), number
            in_session = {key: row for key, row in kept.session["snapshot"]["answers"].items() if key != CALLBACK}
            assert in_session == {key: in_snapshot(row) for key, row in kept.answers.items()}, number
            assert (kept.session["id"] in agreed) is person.agreed, number
            conversations += 1
    copies = sum(len(exchanges) for exchanges in hostile.answers.values())
    print(  # noqa: T201
        f"\n{wire.parts.database.kind}: {SCHEDULES} schedules of {conversations} conversations, "
        f"{len(hostile.answers)} webhooks, {copies} copies, {lost_races} races lost; "
        f"{len(misattributed)} misattributed, {len(lost)} lost, {len(doubled)} doubled"
    )
    assert (misattributed, lost, doubled) == ([], [], [])
    assert everything == {}
    hostile.assert_same_bytes()
    everybody = [person for crowds in (disturbed, undisturbed) for people in crowds.values() for person in people]
    opted_out = {wire.parts.keys.index(person.theirs) for person in everybody if person.opted_out}
    assert {row["address_index"] for row in wire.rows("opt_outs")} == opted_out
    assert lost_races > 0, "nobody was ever in anybody's way, so nothing was proved"


TIMES = 8
"""How often each of the encounters below is tried; one time proves little of threads."""


def test_one_person_on_all_channels_at_once_has_three_conversations(wire: Wire, threads: ThreadPoolExecutor) -> None:
    """A call, an SMS and a WhatsApp conversation from one number never share a row, only the respondent."""
    hostile = HostileWire(wire, threads)
    for number in range(TIMES):
        theirs, path = f"+3160000{number:04}", "/twilio/voice"
        for turn, (keys, sms, whatsapp) in enumerate([("", "survey", "survey"), ("7", "8", "9"), ("3", "2", "4")]):
            webhooks = [
                dialled(f"CA{number}", theirs, path, Digits=keys),
                texted(f"SM{number}.{turn}", sms, theirs),
                texted(f"WA{number}.{turn}", whatsapp, theirs, Channel.WHATSAPP),
            ]
            hostile.deliver(webhooks * 3)
            path = hostile.answers[id(webhooks[0])][0].action
    kept = kept_of_all(wire)
    for number in range(TIMES):
        for key, values in {"call:CA{}": (3, 7), "SM{}.0": (2, 8), "WA{}.0": (4, 9)}.items():
            one = kept[key.format(number)]
            assert (one.answers["ces"]["value"], one.answers["nps"]["value"]) == values
            assert len(one.journal) == 3
    assert len(wire.rows("respondents")) == TIMES
    assert len(kept) == 3 * TIMES
    hostile.assert_same_bytes()


def test_two_messages_at_the_same_moment_are_two_answers(wire: Wire, threads: ThreadPoolExecutor) -> None:
    """One of them answers the question that is open and the other the next one; the journal tells which."""
    hostile = HostileWire(wire, threads)
    for number in range(TIMES):
        theirs = f"+3160000{number:04}"
        wire.post(texted(f"SM{number}.0", "survey", theirs))
        hostile.deliver([texted(f"SM{number}.1", "4", theirs), texted(f"SM{number}.2", "2", theirs)] * 2)
    for kept in kept_of_all(wire).values():
        said = [line["input"]["sent"] for line in kept.journal]
        assert said in (["survey", "4", "2"], ["survey", "2", "4"])
        assert [kept.answers[key]["raw"] for key in ("nps", "ces")] == said[1:]
    hostile.assert_same_bytes()


def test_the_word_that_starts_sent_twice_at_once_begins_once(wire: Wire, threads: ThreadPoolExecutor) -> None:
    """The second is a message in the survey that the first has begun."""
    hostile = HostileWire(wire, threads)
    for number in range(TIMES):
        theirs = f"+3160000{number:04}"
        hostile.deliver([texted(f"SM{number}.1", "survey", theirs), texted(f"SM{number}.2", "survey", theirs)] * 2)
    assert len(wire.rows("sessions")) == TIMES
    assert [len(kept.journal) for kept in kept_of_all(wire).values()] == [2] * TIMES
    assert [row["started"] for row in wire.rows("senders")] == [1] * TIMES
    hostile.assert_same_bytes()


def test_the_last_survey_of_a_day_begins_once_however_often_it_is_told(
    database_url: str, threads: ThreadPoolExecutor
) -> None:
    """A copy that finds the day's surveys used up by itself gets the bytes of the first."""
    with closing(Wire.to(database_url, {"text": {"surveys_a_day": 1}})) as wire:
        hostile = HostileWire(wire, threads)
        for number in range(TIMES):
            hostile.deliver([texted(f"SM{number}", "survey", f"+3160000{number:04}")] * 4)
        hostile.assert_same_bytes()
        assert all("Nawoord stelt u" in exchange.body for exchange in wire.exchanges)
        assert len(wire.rows("sessions")) == TIMES


def test_workers_that_tick_at_once_end_each_session_once(wire: Wire, threads: ThreadPoolExecutor) -> None:
    """Whatever is overdue is ended by one of them and counted by one."""
    for number in range(3 * TIMES):
        wire.post(texted(f"SM{number}", "survey", f"+3160000{number:04}"))
    wire.clock.advance(hours=73)
    ended_by = at_once(threads, [wire.parts.conversations.expire_overdue] * 4)
    assert sum(ended_by) == 3 * TIMES
    for kept in kept_of_all(wire).values():
        assert [line["input"]["is"] for line in kept.journal] == ["Typed", "Expired"]
        assert kept.session["outcome"] == "expired"


def test_a_late_answer_counts_while_workers_end_its_session(wire: Wire, threads: ThreadPoolExecutor) -> None:
    """Whether the answer or the worker is first, it is kept once and marked late."""
    hostile = HostileWire(wire, threads)
    for number in range(TIMES):
        wire.post(texted(f"SM{number}.0", "survey", f"+3160000{number:04}"))
    wire.clock.advance(hours=73)
    for number in range(TIMES):
        late = texted(f"SM{number}.1", "8", f"+3160000{number:04}")
        tick = wire.parts.conversations.expire_overdue
        actions: list[Callable[[], object]] = [tick, partial(hostile.deliver, [late] * 3), tick]
        at_once(threads, actions)
    for kept in kept_of_all(wire).values():
        assert [(row["value"], row["late"]) for row in kept.answers.values()] == [(8, True)]
        assert sum(line["input"]["is"] == "Typed" for line in kept.journal) == 2
    hostile.assert_same_bytes()
