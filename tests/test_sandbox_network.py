"""The sandbox's network carries messages and calls of ours to telephones that another process shows."""

import logging
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select

from bot.carriers import CarrierError, Outgoing, OutgoingCall, Sought
from flows.survey import Channel
from storage.database import Database
from storage.encryption import Keys
from storage.models import sandbox_calls, sandbox_messages
from tests.toy import OURS, THEIRS, Toy

BASE = "https://survey.example.com"
OTHER = "+31600000002"


@pytest.fixture
def toy(database: Database, keys: Keys) -> Toy:
    toy = Toy(database, keys)
    toy.serve(BASE)
    return toy


def message(toy: Toy, text: str = "How was it?", channel: Channel = Channel.SMS) -> Outgoing:
    return Outgoing(channel, OURS, THEIRS, text, status_callback=toy.status)


def test_a_message_arrives_when_the_telephone_fetches_it(toy: Toy) -> None:
    """Until then it is sent; then it is delivered, which is reported once, and the telephone shows it again at will."""
    ref = toy.carrier.send(message(toy, channel=Channel.WHATSAPP))
    assert toy.carrier.fate(Channel.WHATSAPP, ref).status == "sent"
    assert toy.telephones.fetch(OTHER, 0) == []
    assert toy.reports() == []
    assert [item.body for item in toy.telephones.fetch(THEIRS, 0)] == ["How was it?"]
    assert toy.carrier.fate(Channel.WHATSAPP, ref).status == "delivered"
    assert len(toy.telephones.fetch(THEIRS, 0)) == 1
    (report,) = toy.reports()
    assert (
        report.items()
        >= {
            "MessageSid": ref,
            "MessageStatus": "delivered",
            "From": f"whatsapp:{OURS}",
            "To": f"whatsapp:{THEIRS}",
        }.items()
    )


def test_a_message_that_asks_for_no_report_gets_none(toy: Toy) -> None:
    """Without a place to report to, a message arrives all the same."""
    toy.carrier.send(Outgoing(Channel.SMS, OURS, THEIRS, "8 - thank you"))
    assert len(toy.telephones.fetch(THEIRS, 0)) == 1
    assert toy.posted == []


def test_what_was_sent_can_be_found(toy: Toy) -> None:
    """By channel, both numbers, time and text; spaces make no difference, and the newest comes first."""
    first = toy.carrier.send(message(toy, "How  was\nit?"))
    toy.time += timedelta(hours=1)
    second = toy.carrier.send(message(toy, "Reminder: How was it?"))
    call = toy.ring()

    def found(channel: Channel, since: timedelta, text: str | None, theirs: str = THEIRS) -> list[str]:
        sought = Sought(channel, OURS, theirs, toy.time - since, text)
        return [found.ref for found in toy.carrier.find(sought)]

    assert found(Channel.SMS, timedelta(hours=2), "How was it?") == [second, first]
    assert found(Channel.SMS, timedelta(0), "How was it?") == [second]
    assert found(Channel.SMS, timedelta(hours=2), "Reminder: How was it?") == [second]
    assert found(Channel.SMS, timedelta(hours=2), None, OTHER) == []
    assert found(Channel.WHATSAPP, timedelta(hours=2), None) == []
    assert found(Channel.CALL, timedelta(0), None) == [call]


@pytest.mark.parametrize("channel", list(Channel))
def test_what_is_not_known_has_no_fate(toy: Toy, channel: Channel) -> None:
    """Asking for an id that was never given out fails for good, with the carrier's number for it."""
    with pytest.raises(CarrierError) as raised:
        toy.carrier.fate(channel, "SM1")
    assert (raised.value.permanent, raised.value.code) == (True, 20404)


def test_a_call_is_answered_and_ends(toy: Toy) -> None:
    """It rings, is reported as answered before its document is asked for, and as completed at the end."""
    ref = toy.ring()
    assert [call.ref for call in toy.telephones.ringing(THEIRS)] == [ref]
    assert toy.telephones.ringing(OTHER) == []
    assert toy.carrier.fate(Channel.CALL, ref).status == "ringing"
    call = toy.telephones.answer(ref, THEIRS, machine=False)
    assert call is not None
    assert [heard.text for heard in call.heard] == ["Welcome.", "Hoe waarschijnlijk?"]
    assert toy.telephones.ringing(THEIRS) == []
    fate = toy.carrier.fate(Channel.CALL, ref)
    assert (fate.status, fate.answered_by) == ("in-progress", "human")
    toy.telephones.note(call)
    assert toy.carrier.fate(Channel.CALL, ref).status == "in-progress"
    toy.telephones.note(toy.telephones.sandbox.phone.hang_up(call))
    assert toy.carrier.fate(Channel.CALL, ref).status == "completed"
    ends = {"CallSid": ref, "Direction": "outbound-api", "From": OURS, "To": THEIRS}
    assert all(form.items() >= ends.items() for _, form in toy.posted)
    told = [(path, form["CallStatus"], form.get("AnsweredBy")) for path, form in toy.posted]
    assert told == [
        ("/twilio/status", "in-progress", None),
        ("/twilio/voice", "in-progress", "human"),
        ("/twilio/status", "completed", None),
    ]
    numbers = [int(form["SequenceNumber"]) for form in toy.reports()]
    assert numbers == sorted(set(numbers))


@pytest.mark.parametrize(
    ("detects", "machine", "told"), [(True, True, "machine_start"), (True, False, "human"), (False, True, None)]
)
def test_a_machine_is_told_from_a_person_where_that_is_asked(
    toy: Toy, detects: bool, machine: bool, told: str | None
) -> None:
    """The first request of a call says who answered, if machines are to be detected; otherwise nobody can know."""
    ref = toy.ring(detects=detects)
    toy.telephones.answer(ref, THEIRS, machine)
    assert toy.posted[-1][1].get("AnsweredBy") == told
    assert toy.carrier.fate(Channel.CALL, ref).answered_by == told


def test_a_call_is_declined(toy: Toy) -> None:
    """Declined, it is busy, which is reported, and cannot be answered any more."""
    ref = toy.ring()
    assert toy.telephones.decline(ref, THEIRS)
    assert not toy.telephones.decline(ref, THEIRS)
    assert toy.telephones.answer(ref, THEIRS, machine=False) is None
    assert toy.carrier.fate(Channel.CALL, ref).status == "busy"
    assert [form["CallStatus"] for form in toy.reports()] == ["busy"]


def test_a_call_that_nobody_answers_is_over_by_itself(toy: Toy) -> None:
    """Also where no telephone is shown; one that is shown later reports it once, and it can no longer be answered."""
    ref = toy.ring(seconds=25)
    toy.time += timedelta(seconds=24)
    assert toy.carrier.fate(Channel.CALL, ref).status == "ringing"
    toy.time += timedelta(seconds=1)
    assert toy.carrier.fate(Channel.CALL, ref).status == "no-answer"
    assert toy.telephones.answer(ref, THEIRS, machine=False) is None
    assert toy.telephones.ringing(THEIRS) == []
    assert toy.telephones.ringing(THEIRS) == []
    assert [form["CallStatus"] for form in toy.reports()] == ["no-answer"]


def test_a_call_whose_page_was_closed_is_over_by_itself(toy: Toy) -> None:
    """An answered call that nobody ends lasts as long as a call may, and not for ever."""
    ref = toy.ring(longest=300)
    toy.telephones.answer(ref, THEIRS, machine=False)
    toy.time += timedelta(seconds=299)
    assert toy.carrier.fate(Channel.CALL, ref).status == "in-progress"
    toy.time += timedelta(seconds=1)
    assert toy.carrier.fate(Channel.CALL, ref).status == "completed"


def test_a_call_rings_at_one_telephone_only(toy: Toy) -> None:
    """Nobody answers or declines a call to another number, even who knows its id."""
    ref = toy.ring()
    assert toy.telephones.answer(ref, OTHER, machine=False) is None
    assert not toy.telephones.decline(ref, OTHER)
    assert toy.carrier.fate(Channel.CALL, ref).status == "ringing"
    assert toy.posted == []


def test_a_call_is_answered_once(toy: Toy) -> None:
    """Of many pages that answer and decline the same call at once, exactly one gets it."""
    ref = toy.ring()
    asked: list[Callable[[], Any]] = [
        lambda: toy.telephones.answer(ref, THEIRS, machine=False) is not None,
        lambda: toy.telephones.decline(ref, THEIRS),
    ]
    with ThreadPoolExecutor(8) as pages:
        got = [page.result() for page in [pages.submit(asked[n % 2]) for n in range(8)]]
    assert got.count(True) == 1
    assert len(toy.reports()) == 1


def test_a_status_that_is_not_taken_stops_nothing(toy: Toy, caplog: pytest.LogCaptureFixture) -> None:
    """Where the application refuses a report the telephone goes on; it is logged, without anybody's number."""
    caplog.set_level(logging.DEBUG)
    elsewhere = "https://elsewhere.example.com/status"
    toy.carrier.send(Outgoing(Channel.SMS, OURS, THEIRS, "How was it?", status_callback=elsewhere))
    assert len(toy.telephones.fetch(THEIRS, 0)) == 1
    ref = toy.carrier.place(OutgoingCall(OURS, THEIRS, f"{BASE}/twilio/voice", elsewhere, 30, 600))
    call = toy.telephones.answer(ref, THEIRS, machine=False)
    assert call is not None
    assert not call.ended
    assert caplog.text.count("did not take a status") == 2
    assert THEIRS[1:] not in caplog.text


def test_numbers_are_kept_blind(toy: Toy, database: Database) -> None:
    """Whom a call or a message goes to cannot be read in the database."""
    toy.ring()
    toy.carrier.send(message(toy))
    with database.read() as connection:
        rows = [connection.execute(select(table)).all() for table in (sandbox_calls, sandbox_messages)]
    assert all(rows)
    assert THEIRS[1:] not in str(rows)
