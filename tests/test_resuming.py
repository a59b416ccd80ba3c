"""An interrupted survey goes on where it stopped: over another call, or by text."""

from collections.abc import Iterator

import pytest

from bot.addresses import caller
from bot.conversations import Given
from flows.survey import Channel
from flows.turn import Reply
from tests.wire import CALLER, OURS, Wire, dialled, ended, texted


@pytest.fixture
def wire(database_url: str) -> Iterator[Wire]:
    opened = Wire.to(database_url)
    yield opened
    opened.close()


def call_and_rate(wire: Wire, call: str, keys: str) -> str:
    """Somebody calls, rates once and hangs up; gives the path of the turn that was awaited."""
    asked = wire.post(dialled(call))
    asked = wire.post(dialled(call, target=asked.action, Digits=keys))
    wire.post(ended(call))
    return asked.action


def text_of(reply: Reply, _language: str, _turn: str) -> str:
    return reply.text


def test_calling_back_goes_on_with_the_next_question(wire: Wire) -> None:
    """Whoever hung up after the first answer is not asked it again."""
    call_and_rate(wire, "CA1", "8")
    again = wire.post(dialled("CA2"))
    assert "fijn dat u terugbelt" in again.body
    assert "moeite" in again.body
    assert "aanbevelen" not in again.body
    again = wire.post(dialled("CA2", target=again.action, Digits="2"))
    wire.post(ended("CA2"))
    (session,) = wire.rows("sessions")
    assert (session["outcome"], session["channel"], session["carrier_ref"]) == ("completed", "call", "CA2")
    assert {row["question"]: row["value"] for row in wire.rows("answers")} == {"nps": 8, "ces": 2}


def test_copies_of_the_call_hear_the_same(wire: Wire) -> None:
    """The first webhook of the second call may come twice."""
    call_and_rate(wire, "CA1", "8")
    assert wire.post(dialled("CA2")).body == wire.post(dialled("CA2")).body
    assert len(wire.rows("sessions")) == 1


def test_late_webhooks_of_the_first_call_change_nothing(wire: Wire) -> None:
    """News of the first call's end, and a stale key of it, do not touch the second."""
    stale = call_and_rate(wire, "CA1", "8")
    wire.post(dialled("CA2"))
    before = wire.rows("sessions")
    wire.post(ended("CA1"))
    wire.post(dialled("CA1", target=stale, Digits="5"))
    assert wire.rows("sessions") == before
    assert [row["value"] for row in wire.rows("answers")] == [8]


def test_a_finished_survey_is_not_resumed(wire: Wire) -> None:
    """Who answered everything and calls again is asked anew, in a survey of its own."""
    asked = wire.post(dialled("CA1"))
    for keys in ("8", "2"):
        asked = wire.post(dialled("CA1", target=asked.action, Digits=keys))
    asked = wire.post(dialled("CA1", target=asked.action))
    wire.post(dialled("CA1", target=asked.action, SpeechResult="snel geholpen"))
    wire.post(ended("CA1"))
    assert "aanbevelen" in wire.post(dialled("CA2")).body
    assert len(wire.rows("sessions")) == 2


def test_who_answered_nothing_begins_anew(wire: Wire) -> None:
    """A call that was hung up in the greeting is no survey to go on with."""
    wire.post(dialled("CA1"))
    wire.post(ended("CA1"))
    assert "aanbevelen" in wire.post(dialled("CA2")).body


def test_after_its_time_it_is_over(wire: Wire) -> None:
    """A survey can be resumed only as long as it can be answered."""
    call_and_rate(wire, "CA1", "8")
    wire.clock.advance(hours=73)
    assert "aanbevelen" in wire.post(dialled("CA2")).body


def test_a_withheld_number_is_nobody(wire: Wire) -> None:
    """Of two calls without a number nobody knows whether they are from one person."""
    asked = wire.post(dialled("CA1", "anonymous"))
    asked = wire.post(dialled("CA1", "anonymous", target=asked.action, Digits="1"))
    wire.post(dialled("CA1", "anonymous", target=asked.action, Digits="8"))
    wire.post(ended("CA1", "anonymous"))
    wire.post(dialled("CA2", "anonymous"))
    assert "terugbelt" not in wire.exchanges[-1].body


def test_a_call_goes_on_while_the_same_number_calls_again(wire: Wire) -> None:
    """Two people behind one number do not share a survey."""
    asked = wire.post(dialled("CA1"))
    wire.post(dialled("CA1", target=asked.action, Digits="8"))
    assert "aanbevelen" in wire.post(dialled("CA2")).body


def test_a_text_conversation_goes_on_by_telephone(wire: Wire) -> None:
    """Whoever answered by text and calls goes on in the call; another text begins nothing twice."""
    wire.post(texted("SM1", "survey"))
    wire.post(texted("SM2", "9"))
    again = wire.post(dialled("CA1"))
    assert "moeite" in again.body
    wire.post(dialled("CA1", target=again.action, Digits="1"))
    assert {row["question"]: (row["value"], row["channel"]) for row in wire.rows("answers")} == {
        "nps": (9, "sms"),
        "ces": (1, "call"),
    }
    assert len(wire.rows("sessions")) == 1


def test_a_call_is_finished_by_text(wire: Wire) -> None:
    """The message says that nothing has to be answered twice, how to stop, and asks where the call stopped."""
    call_and_rate(wire, "CA1", "9")
    conversations = wire.parts.conversations
    kept = conversations.interrupted(caller(CALLER))
    assert kept
    with conversations.database.write() as connection:
        resumed = conversations.resume(connection, kept, Channel.SMS, OURS, Given("invite:1", None), text_of)
    assert resumed
    assert "STOP" in resumed.twiml
    assert "moeite" in resumed.twiml
    wire.post(texted("SM1", "4"))
    wire.post(texted("SM2", "lang gewacht"))
    wire.post(texted("SM3", "nee"))
    (session,) = wire.rows("sessions")
    assert (session["outcome"], session["channel"]) == ("completed", "sms")
    assert {row["question"]: row["value"] for row in wire.rows("answers")} == {"nps": 9, "ces": 4, "why": None}


def test_a_number_that_was_read_back_stands(wire: Wire) -> None:
    """Hanging up while a number is read back is no objection to it."""
    asked = wire.post(dialled("CA1"))
    wire.post(dialled("CA1", target=asked.action, Digits="1"))
    wire.post(ended("CA1"))
    assert "moeite" in wire.post(dialled("CA2")).body
    assert [row["value"] for row in wire.rows("answers")] == [1]
