"""Every contact is decided once and for all, whoever asks at the same moment, and its row says why."""

import itertools
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from threading import Barrier
from typing import Any

import pytest
from sqlalchemy import func, insert, select, update

from bot.invitations import Decided, InvalidContact, Invitations, NewContact, Source, State, Wanted
from bot.settings import Settings
from flows import loader
from flows.cases import Ending
from flows.eligibility import Reason
from flows.filters import Filter
from flows.session import Outcome
from flows.survey import Channel
from storage import contacts, optouts, respondents
from storage.database import Database
from storage.encryption import Keys
from storage.models import attempts, daily, invitations, metadata, quarantines, sessions
from storage.models import contacts as contact_rows

SURVEY = loader.load("post_contact", company="Voorbeeld")
NOON = datetime(2026, 3, 4, 11, tzinfo=UTC)
THEIRS = "+31612345678"
OTHERS = "+31687654321"


@pytest.fixture
def clock() -> list[datetime]:
    """The time it is, to be changed."""
    return [NOON]


@pytest.fixture
def invited(database: Database, keys: Keys, clock: list[datetime], tmp_path: Path) -> Invitations:
    """Contacts under the shipped settings."""
    return under({}, database, keys, clock, tmp_path)


def under(rules: Mapping[str, Any], database: Database, keys: Keys, clock: list[datetime], folder: Path) -> Invitations:
    ids = map(str, itertools.count())
    settings = Settings.model_validate({"folder": folder, "eligibility": rules})
    return Invitations(settings, SURVEY, database, keys, lambda: clock[0], lambda: f"id-{next(ids)}")


def contact(reference: str = "call-1", phone: str | None = THEIRS, **more: Any) -> NewContact:
    return NewContact(reference, phone, more.pop("ended_at", NOON), more.pop("source", Source.API), **more)


def rows(database: Database, table: Any) -> list[Any]:
    with database.read() as connection:
        return list(connection.execute(select(table)))


def at_once(count: int, work: Callable[[int], Decided]) -> list[Decided]:
    """What came of it when so many did it at the same moment."""
    barrier = Barrier(count)

    def one(number: int) -> Decided:
        barrier.wait()
        return work(number)

    with ThreadPoolExecutor(count) as pool:
        return list(pool.map(one, range(count)))


def test_a_contact_is_invited_and_can_be_looked_up(invited: Invitations) -> None:
    """The decision, the moment, the order of channels and what was told of the contact."""
    told = contact(queue="returns", agent="a17", touchpoint="delivery", language="nl-BE")
    decided = invited.take(told)
    assert decided.is_new
    assert decided.invited
    assert (decided.reason, decided.until, decided.state) == (None, None, State.SCHEDULED)
    assert decided.due_at == NOON + timedelta(minutes=10)
    assert (decided.channel, decided.channels) == (Channel.SMS, (Channel.SMS, Channel.WHATSAPP, Channel.CALL))
    assert (decided.language, decided.country) == ("nl", "NL")
    assert (decided.queue, decided.agent, decided.touchpoint) == ("returns", "a17", "delivery")
    assert (decided.ended_at, decided.received_at, decided.source) == (NOON, NOON, Source.API)
    assert invited.find("call-1") == replace(decided, is_new=False)
    assert invited.find("call-2") is None


def test_a_reference_is_decided_once(invited: Invitations, clock: list[datetime]) -> None:
    """Repeated, even with another number and much later, it is told the first decision and nothing is written."""
    first = invited.take(contact())
    clock[0] += timedelta(days=200)
    again = invited.take(contact(phone=OTHERS, ended_at=clock[0], agent="another"))
    assert again == replace(first, is_new=False)


def test_a_refusal_is_repeated_too(invited: Invitations, clock: list[datetime]) -> None:
    """Who was not invited then is not invited now because of the same contact."""
    refused = invited.take(contact(phone="+4915112345678"))
    assert (refused.invited, refused.reason, refused.state) == (False, Reason.NO_PERMISSION, None)
    assert invited.take(contact()) == replace(refused, is_new=False)


@pytest.mark.parametrize("_round", range(5))
def test_one_reference_many_times_at_once_is_one_row(invited: Invitations, database: Database, _round: int) -> None:
    """All are told the same, and exactly one of them that it is new."""
    told = at_once(8, lambda _: invited.take(contact()))
    assert [each.is_new for each in told].count(True) == 1
    assert len({replace(each, is_new=False) for each in told}) == 1
    assert len(rows(database, contact_rows)) == len(rows(database, invitations)) == 1


@pytest.mark.parametrize("_round", range(5))
def test_one_person_many_times_at_once_is_invited_once(invited: Invitations, database: Database, _round: int) -> None:
    """Whatever the references: one invitation, and for every other contact a row that says until when."""
    told = at_once(8, lambda number: invited.take(contact(f"call-{number}")))
    assert [each.invited for each in told].count(True) == 1
    refused = [each for each in told if not each.invited]
    assert {(each.reason, each.until) for each in refused} == {(Reason.QUARANTINED, NOON + timedelta(days=90))}
    assert len(rows(database, invitations)) == len(rows(database, quarantines)) == 1


@pytest.mark.parametrize("_round", range(5))
def test_the_daily_cap_holds_when_many_come_at_once(
    database: Database, keys: Keys, clock: list[datetime], tmp_path: Path, _round: int
) -> None:
    """Of twelve people three are invited, though some of them come twice; the rest is told when there is room again."""
    capped = under({"a_day": 3}, database, keys, clock, tmp_path)
    told = at_once(12, lambda number: capped.take(contact(f"call-{number}", f"+3161234567{number % 10}")))
    assert [each.invited for each in told].count(True) == 3
    assert {each.reason for each in told} <= {None, Reason.DAILY_CAP, Reason.QUARANTINED}
    assert {each.until for each in told if each.reason is Reason.DAILY_CAP} == {datetime(2026, 3, 5, tzinfo=UTC)}
    assert [row.invited for row in rows(database, daily)] == [3]
    clock[0] += timedelta(days=1)
    assert capped.take(contact("next day", OTHERS, ended_at=clock[0])).invited


def test_who_is_in_quarantine_uses_up_no_place_of_the_day(
    database: Database, keys: Keys, clock: list[datetime], tmp_path: Path
) -> None:
    """Even a person who lost a race to themselves leaves the count as it was."""
    capped = under({"a_day": 2}, database, keys, clock, tmp_path)
    told = at_once(6, lambda number: capped.take(contact(f"call-{number}")))
    assert [each.invited for each in told].count(True) == 1
    assert [row.invited for row in rows(database, daily)] == [1]


def test_a_person_may_be_invited_again_after_the_quarantine(invited: Invitations, clock: list[datetime]) -> None:
    """To the second; and the new invitation begins a quarantine of its own."""
    invited.take(contact())
    clock[0] = NOON + timedelta(days=90, seconds=-1)
    assert invited.take(contact("too soon", ended_at=clock[0])).reason is Reason.QUARANTINED
    clock[0] += timedelta(seconds=1)
    assert invited.take(contact("soon enough", ended_at=clock[0])).invited
    assert invited.take(contact("again", ended_at=clock[0])).until == NOON + timedelta(days=180)


def test_one_person_is_one_over_all_spellings_and_channels(invited: Invitations) -> None:
    """A number as it is dialled, with its code, or as WhatsApp has it."""
    assert invited.take(contact("a", "06 12345678")).invited
    for number, spelling in enumerate(("+31612345678", "0031612345678", "whatsapp:+31612345678", "(06) 12-34 56 78")):
        assert invited.take(contact(f"b{number}", spelling, channel=Channel.CALL)).reason is Reason.QUARANTINED


def test_a_quarantine_is_released_where_nobody_was_reached(invited: Invitations, database: Database) -> None:
    """It is taken back for the invitation it came of, and for no other."""
    invited.take(contact())
    (row,) = rows(database, invitations)
    with database.write() as connection:
        contacts.release(connection, row.theirs, "another contact")
    assert invited.take(contact("call-2")).reason is Reason.QUARANTINED
    with database.write() as connection:
        contacts.release(connection, row.theirs, row.reference)
    assert invited.take(contact("call-3")).invited


def test_who_has_opted_out_is_not_invited(invited: Invitations, database: Database, keys: Keys) -> None:
    """By person, over all channels."""
    with database.write() as connection:
        optouts.opt_out(connection, keys.index(THEIRS), NOON, "sms")
    assert invited.take(contact(channel=Channel.CALL)).reason is Reason.OPTED_OUT


def test_an_opt_out_ends_what_was_to_be_sent(invited: Invitations, database: Database, keys: Keys) -> None:
    """Of that person, at once; whatever had begun working on it finds it changed."""
    invited.take(contact())
    invited.take(contact("another", OTHERS))
    with database.write() as connection:
        assert contacts.cancel(connection, keys.indexes(THEIRS), NOON + timedelta(minutes=5)) == 1
    with database.write() as connection:
        assert contacts.cancel(connection, keys.indexes(THEIRS), NOON + timedelta(minutes=6)) == 0
    mine, other = rows(database, invitations.select().order_by(invitations.c.reference.desc()).subquery())
    assert (mine.due_at, mine.ended_at, mine.outcome) == (None, NOON + timedelta(minutes=5), "opted_out")
    assert (mine.revision, other.revision) == (1, 0)
    assert other.due_at is not None
    found = invited.find("call-1")
    assert found is not None
    assert found.state is State.OPTED_OUT


def test_only_who_is_invited_can_be_read(invited: Invitations, database: Database, keys: Keys) -> None:
    """Of everybody else no number is kept that could be read, only the index by which they are recognised."""
    invited.take(contact())
    for number, phone in enumerate(("+4915112345678", "+31612", THEIRS)):
        invited.take(contact(f"refused-{number}", phone))
    with database.read() as connection:
        (invitation,) = connection.execute(select(invitations))
        assert respondents.address(connection, keys, invitation.respondent_id) == THEIRS
        assert connection.scalar(select(func.count()).select_from(metadata.tables["respondents"])) == 1
        kept = {row.reference: row.theirs for row in connection.execute(select(contact_rows))}
        everything = repr([list(connection.execute(select(table))) for table in metadata.sorted_tables])
    assert kept["refused-0"] == keys.index("+4915112345678")
    assert kept["refused-2"] == kept["call-1"] == invitation.theirs
    for digits in ("612345678", "15112345678"):
        assert digits not in everything


def test_what_is_known_of_the_contact_is_copied(invited: Invitations, database: Database) -> None:
    """An invitation keeps its agent, whatever becomes of the contact later."""
    invited.take(contact(agent="a17", queue="returns", touchpoint="delivery", country="BE"))
    with database.write() as connection:
        connection.execute(update(contact_rows).values(agent="somebody else", queue=None, country="NL"))
    (row,) = rows(database, invitations)
    assert (row.agent, row.queue, row.touchpoint, row.country) == ("a17", "returns", "delivery", "BE")


def test_attributes_are_kept_and_cannot_be_read_without_the_key(invited: Invitations, database: Database) -> None:
    """They may say anything about a person."""
    invited.take(contact(attributes={"order": "A-17 für Zoë"}))
    (row,) = rows(database, contact_rows)
    assert b"A-17" not in row.attributes
    found = invited.find("call-1")
    assert found is not None
    assert found.attributes == {"order": "A-17 für Zoë"}


def test_without_a_number_there_is_a_row(invited: Invitations) -> None:
    """The funnel begins with everybody, also with those who cannot be asked."""
    for reference, phone in (("a", None), ("b", "anonymous"), ("c", "  ")):
        assert invited.take(contact(reference, phone)).reason is Reason.NO_NUMBER


FAULTS = [
    ("reference", {"reference": "  "}, "it is empty"),
    ("reference", {"reference": "x" * 201}, "201 characters"),
    ("reference", {"reference": "a\nb"}, "cannot be printed"),
    ("phone", {"phone": "call me"}, "no telephone number"),
    ("phone", {"phone": "+31 6 1234567 ext. 8"}, "no telephone number"),
    ("ended_at", {"ended_at": NOON.replace(tzinfo=None)}, "no time zone"),
    ("ended_at", {"ended_at": NOON + timedelta(minutes=5, seconds=1)}, "in the future"),
    ("language", {"language": "Dutch!"}, "no code of a language"),
    ("country", {"country": "Nederland"}, "no code of a country"),
    ("queue", {"queue": "q" * 101}, "101 characters"),
    ("agent", {"agent": "\x00"}, "cannot be printed"),
    ("attributes", {"attributes": {str(n): "" for n in range(21)}}, "there are 21"),
    ("attributes", {"attributes": {"k" * 41: ""}}, "41 characters"),
    ("attributes", {"attributes": {" ": "x"}}, "no name"),
    ("attributes.order", {"attributes": {"order": "v" * 201}}, "201 characters"),
]


@pytest.mark.parametrize(("field", "change", "problem"), FAULTS, ids=[f"{f}-{p}" for f, _, p in FAULTS])
def test_what_cannot_be_taken_names_the_field_and_the_remedy(
    invited: Invitations, database: Database, field: str, change: dict[str, Any], problem: str
) -> None:
    """Nothing is kept of it, nothing of it is repeated, and mended it can be sent again."""
    with pytest.raises(InvalidContact) as refused:
        invited.take(replace(contact(), **change))
    (fault,) = refused.value.faults
    assert fault.field == field
    assert problem in fault.problem
    assert fault.remedy
    assert rows(database, contact_rows) == []
    assert invited.take(contact()).is_new


def test_all_faults_are_told_at_once(invited: Invitations) -> None:
    """Nobody has to send a contact four times to learn four things."""
    with pytest.raises(InvalidContact) as refused:
        invited.take(NewContact("", "no", NOON + timedelta(days=1), Source.API, country="?"))
    assert [fault.field for fault in refused.value.faults] == ["reference", "ended_at", "country", "phone"]


def test_a_clock_may_be_a_little_ahead(invited: Invitations) -> None:
    """Five minutes are no reason to refuse a contact; the delay still counts from what was reported."""
    decided = invited.take(contact(ended_at=NOON + timedelta(minutes=5)))
    assert decided.due_at == NOON + timedelta(minutes=15)


def test_an_offer_waits_for_the_caller_to_reach_the_survey(invited: Invitations, database: Database) -> None:
    """Until then nothing is due, and nothing is sent to who has not agreed meanwhile; nobody on the line is called."""
    decided = invited.offer(contact(source=Source.OFFER), "CA1")
    assert (decided.invited, decided.source) == (True, Source.OFFER)
    assert decided.channels == (Channel.SMS, Channel.WHATSAPP)
    assert decided.due_at == NOON + timedelta(hours=2)
    (row,) = rows(database, invitations)
    assert (row.call, row.agreed_at) == ("CA1", None)
    assert row.expires_at == row.due_at


def test_an_offer_at_night_is_one_and_a_withheld_number_too(invited: Invitations, clock: list[datetime]) -> None:
    """Who is on the line is disturbed by nothing; where no text can follow, none is planned."""
    clock[0] = datetime(2026, 3, 8, 2, tzinfo=UTC)
    assert invited.offer(contact("a", ended_at=clock[0]), "CA1").invited
    for number, phone in enumerate(("anonymous", "", "sip:desk@example.org", "+4915112345678", "+31201234567")):
        decided = invited.offer(contact(f"b{number}", phone, ended_at=clock[0]), f"CA2{number}")
        assert (decided.invited, decided.channels) == (True, ())


def test_an_offer_counts_for_the_quarantine(invited: Invitations) -> None:
    """Asked on the telephone is asked."""
    invited.offer(contact("a"), "CA1")
    assert invited.take(contact("b")).reason is Reason.QUARANTINED
    assert invited.offer(contact("c"), "CA2").reason is Reason.QUARANTINED


@pytest.mark.parametrize("_round", range(3))
def test_a_call_brings_one_invitation(invited: Invitations, database: Database, _round: int) -> None:
    """Whatever references its webhooks come with, and however many of them at once."""
    told = at_once(6, lambda number: invited.offer(contact(f"call-{number % 3}", "anonymous"), "CA1"))
    assert [each.is_new for each in told].count(True) == 1
    assert len({each.reference for each in told}) == len(rows(database, invitations)) == 1


def test_the_newest_contacts_come_first_page_by_page(invited: Invitations, clock: list[datetime]) -> None:
    """Every contact is on exactly one page, also those of the same moment, and none is lost to new ones."""
    for number in range(7):
        clock[0] = NOON + timedelta(seconds=number // 3)
        invited.take(contact(f"call-{number}", f"+3161234567{number}"))
    first = invited.recent(most=3)
    assert [line.reference for line in first.lines] == ["call-6", "call-5", "call-4"]
    clock[0] += timedelta(minutes=1)
    invited.take(contact("meanwhile", OTHERS))
    second = invited.recent(most=3, cursor=first.next)
    third = invited.recent(most=3, cursor=second.next)
    assert [line.reference for line in second.lines + third.lines] == ["call-3", "call-2", "call-1", "call-0"]
    assert third.next is None
    assert second.lines[0] == invited.find("call-3")


@pytest.mark.parametrize("cursor", ["x", "eHg=", "MjAyNi0wMy0wNFQxMjowMDowMCBh", "é"])
def test_a_cursor_that_is_none_of_ours_is_refused(invited: Invitations, cursor: str) -> None:
    """With the remedy, and not with an error of ours."""
    with pytest.raises(InvalidContact, match="leave it out"):
        invited.recent(cursor=cursor)


def test_contacts_are_found_by_what_became_of_them(invited: Invitations) -> None:
    """By decision, reason, state, queue and agent, and by several at once."""
    invited.take(contact("a", queue="returns", agent="a17"))
    invited.take(contact("b", queue="returns"))
    invited.take(contact("c", "+4915112345678", queue="billing", agent="a17"))

    def found(**wanted: Any) -> str:
        return "".join(sorted(line.reference for line in invited.recent(Wanted(**wanted)).lines))

    assert found() == "abc"
    assert found(invited=True) == "a"
    assert found(invited=False) == "bc"
    assert found(reason="quarantined") == "b"
    assert found(state="scheduled") == "a"
    assert found(state="completed") == ""
    assert found(filter=Filter(queue=("returns",))) == "ab"
    assert found(filter=Filter(agent=("a17",)), invited=False) == "c"


Rows = list[dict[str, Any]]
SPOKEN = {"revision": 3}
OVER = {"ended_at": NOON}
STATES: list[tuple[str, str, Rows, Rows, dict[str, Any]]] = [
    ("scheduled", "nothing has been sent", [], [], {}),
    ("sent", "the carrier is being asked", [{"status": "making"}], [], {}),
    ("sent", "the carrier has it", [{"status": "queued"}], [], {}),
    ("sent", "a call is ringing", [{"status": "ringing"}], [], {}),
    ("delivered", "it has arrived", [{"status": "delivered"}], [], {}),
    ("delivered", "it was read", [{"status": "read"}], [], {}),
    ("scheduled", "it did not arrive, and the next channel is to be tried", [{"status": "undelivered"}], [], {}),
    ("sent", "the last attempt counts", [{"status": "undelivered"}, {"status": "sent"}], [], {}),
    ("delivered", "nobody has answered yet", [{"status": "delivered", "session_id": "s0"}], [{"revision": 0}], {}),
    ("answering", "somebody has answered", [{"status": "delivered", "session_id": "s0"}], [SPOKEN], {}),
    ("answering", "on another channel than the last", [{"status": "delivered", "session_id": "s0"},
     {"status": "sent", "session_id": "s1"}], [SPOKEN, {"revision": 0}], {}),
    ("completed", "and finished", [{"status": "read", "session_id": "s0"}],
     [SPOKEN | OVER | {"outcome": "completed"}], {}),
    ("refused", "or refused", [{"status": "read", "session_id": "s0"}], [SPOKEN | OVER | {"outcome": "refused"}], {}),
    ("completed", "late, after it was given up", [{"status": "read", "session_id": "s0"}],
     [SPOKEN | OVER | {"outcome": "completed"}], OVER | {"outcome": "expired"}),
    ("expired", "nobody ever answered", [{"status": "read", "session_id": "s0"}],
     [{"revision": 1, "outcome": "expired"} | OVER], OVER | {"outcome": "expired"}),
    ("undeliverable", "no number was reached", [{"status": "failed"}], [], OVER | {"outcome": "undeliverable"}),
    ("answering", "the caller has reached the survey", [], [SPOKEN | {"carrier_ref": "CA1"}], {"call": "CA1"}),
]  # fmt: skip


@pytest.mark.parametrize(
    ("state", "made", "held", "invitation"), [(s, *r) for s, _, *r in STATES], ids=[f"{s}-{w}" for s, w, *_ in STATES]
)
def test_the_state_follows_from_what_has_happened(
    invited: Invitations, database: Database, state: str, made: Rows, held: Rows, invitation: dict[str, Any]
) -> None:
    """From the invitation, its last attempt and the conversation that came of it."""
    invited.take(contact())
    with database.write() as connection:
        (mine,) = connection.execute(select(invitations))
        for number, session in enumerate(held):
            connection.execute(insert(sessions).values(session_row(number, mine) | session))
        for number, attempt in enumerate(made):
            row = {"id": f"a{number}", "invitation_id": mine.id, "channel": "sms", "kind": "invitation"}
            moments = {"made_at": NOON + timedelta(minutes=number), "changed_at": NOON + timedelta(hours=1)}
            connection.execute(insert(attempts).values(row | moments | attempt))
        changed = invitation | ({"due_at": None} if "ended_at" in invitation else {})
        connection.execute(update(invitations).values({"revision": 1} | changed))
    found = invited.find("call-1")
    assert found is not None
    assert found.state == state
    assert [line.reference for line in invited.recent(Wanted(state=state)).lines] == ["call-1"]


def session_row(number: int, mine: Any) -> dict[str, Any]:
    columns = {"survey": "post_contact", "survey_version": "1", "language": "nl", "ours": f"+3185000000{number}"}
    who = {"respondent_id": mine.respondent_id, "theirs": mine.theirs, "snapshot": b"", "channel": "sms"}
    return {"id": f"s{number}", "started_at": NOON, "expires_at": NOON + timedelta(hours=72)} | columns | who


def test_every_way_to_end_is_a_state() -> None:
    """Whatever closes an invitation can be shown."""
    assert {*Outcome, *Ending} <= {str(state) for state in State}


@pytest.mark.parametrize("at", ["0001-01-01T00:00:00+14:00", "0001-01-01T00:00:00-14:00", "9999-12-31T23:59:59-14:00"])
def test_a_moment_at_the_edge_of_time_is_a_fault(invited: Invitations, at: str) -> None:
    """However far off, it is told like any other slip."""
    with pytest.raises(InvalidContact, match="ended_at"):
        invited.take(contact(ended_at=datetime.fromisoformat(at)))


def test_two_spellings_of_a_letter_are_one_reference(invited: Invitations) -> None:
    """Systems that compose letters otherwise do not bring two invitations."""
    assert invited.take(contact("caf\u00e9")).is_new
    assert not invited.take(contact("cafe\u0301")).is_new


def test_a_reference_that_nobody_can_see_is_refused(invited: Invitations) -> None:
    """Signs that show nothing are no name."""
    with pytest.raises(InvalidContact, match="reference"):
        invited.take(contact("\u200b\u202e"))
