"""What Twilio tells of our messages and calls counts once, in any order, however early or late it comes."""

from collections.abc import Iterator
from typing import Any
from unittest.mock import patch

import pytest

from bot.carriers.twilio import TwilioCarrier
from bot.invitations import State
from bot.tickets import read_ticket, ticket
from flows.survey import Channel
from storage.encryption import Keys
from tests.desk import Desk, desk
from tests.fake_twilio import AT_ONCE, callback, refused
from tests.test_dispatch import BY_BOTH, BY_CALL
from tests.wire import BASE, CALLER, OURS, Webhook, dialled, ended, texted


@pytest.fixture
def office(database_url: str) -> Iterator[Desk]:
    """A desk that has sent one message, and calls who cannot be reached by it."""
    with desk(database_url, BY_BOTH) as opened:
        opened.invite()
        opened.work()
        yield opened


@pytest.fixture
def telephone(database_url: str) -> Iterator[Desk]:
    """A desk that has placed one call."""
    with desk(database_url, BY_CALL) as opened:
        opened.invite()
        opened.work()
        yield opened


def test_a_status_never_regresses(office: Desk) -> None:
    """Delivered stays delivered, whatever comes late, twice, or in words nobody knows."""
    (message,) = office.sent
    for status in ("sent", "delivered", "sent", "queued", "delivered", "partially_delivered"):
        assert office.told(message, status).status == 204
    assert [row["status"] for row in office.attempts()] == ["delivered"]
    assert office.state("C-1") is State.DELIVERED


def test_a_status_may_come_before_we_know_the_message(database_url: str) -> None:
    """Twilio can be faster with its news than with its answer."""
    with desk(database_url) as office:
        office.invite()
        send = TwilioCarrier.send

        def tell_first(carrier: Any, message: Any) -> str:
            sid = send(carrier, message)
            office.told(office.sent[-1], "delivered")
            return sid

        with patch.object(TwilioCarrier, "send", tell_first):
            office.work()
        (row,) = office.attempts()
        assert (row["status"], row["carrier_ref"]) == ("delivered", office.sent[0].sid)
        office.work(minutes=5)
        assert len(office.sent) == 1


def test_a_failure_told_before_we_know_the_message_is_not_slept_through(database_url: str) -> None:
    """What was decided without the news counts no longer."""
    with desk(database_url, BY_BOTH) as office:
        office.invite()
        send = TwilioCarrier.send

        def tell_first(carrier: Any, message: Any) -> str:
            sid = send(carrier, message)
            office.told(office.sent[-1], "undelivered", 30006)
            return sid

        with patch.object(TwilioCarrier, "send", tell_first):
            office.work()
        office.work()
        assert [each.kind for each in office.sent] == ["Messages", "Calls"]


def test_an_undelivered_message_is_followed_by_the_next_channel_at_once(office: Desk) -> None:
    """Its conversation never was one, and nothing that comes later undoes the call."""
    (message,) = office.sent
    office.told(message, "undelivered", 30006)
    assert office.wire.rows("sessions") == []
    office.work()
    office.told(message, "sent")
    office.work(minutes=1)
    assert [each.kind for each in office.sent] == ["Messages", "Calls"]
    statuses = {row["channel"]: row["status"] for row in office.attempts()}
    assert statuses == {"sms": "undelivered", "call": "queued"}


def test_an_answer_to_a_message_said_to_be_undelivered_counts(office: Desk) -> None:
    """Whoever answers has got it."""
    office.wire.post(texted("SM-1", "9"))
    office.told(office.sent[0], "undelivered", 30008)
    office.work(hours=2)
    assert len(office.wire.rows("sessions")) == 1
    assert len(office.sent) == 1


def test_an_opt_out_can_come_as_a_status(office: Desk) -> None:
    """With a messaging service 21610 is told afterwards."""
    office.told(office.sent[0], "failed", 21610)
    office.work()
    assert office.state("C-1") is State.OPTED_OUT
    assert [row["how"] for row in office.wire.rows("opt_outs")] == ["sms"]
    assert len(office.sent) == 1


def test_a_forged_ticket_changes_nothing(office: Desk) -> None:
    """Nobody can name an attempt who was not given it, though the request be Twilio's own."""
    url, form = callback(office.sent[0], "failed")
    (row,) = office.attempts()
    for forged in ("", "?attempt=", f"?attempt={row['id']}", f"?attempt={row['id']}.{'0' * 32}", "?attempt=%ff"):
        target = url.removeprefix(BASE).partition("?")[0]
        assert office.wire.post(Webhook(target + forged, form)).status == 204
    assert [each["status"] for each in office.attempts()] == ["queued"]


def test_nobody_plays_the_survey_to_themselves_with_a_forged_ticket(telephone: Desk) -> None:
    """An address that was not given out is refused."""
    form = callback(telephone.sent[0], "in-progress")[1]
    assert telephone.wire.post(Webhook("/twilio/voice/invitation/a1.beef", form)).status == 403


def test_tickets_outlive_the_rotation_of_keys() -> None:
    """What was given out under the old key is still known."""
    old, new = "the old secret of the operator", "the new secret of the operator"
    given_out = ticket(Keys.derive(old), "a1")
    assert read_ticket(Keys.derive(f"{new},{old}"), given_out) == "a1"
    assert read_ticket(Keys.derive(new), given_out) is None


def test_a_person_who_answers_is_asked_and_the_answer_has_its_contact(telephone: Desk) -> None:
    """The call is the session, and its end ends the invitation."""
    (call,) = telephone.sent
    greeting = telephone.answered(call)
    assert telephone.answered(call).body == greeting.body
    effort = telephone.wire.post(dialled(call.sid, OURS, greeting.action, Digits="9"))
    why = telephone.wire.post(dialled(call.sid, OURS, effort.action, Digits="5"))
    telephone.wire.post(dialled(call.sid, OURS, why.action))
    telephone.wire.post(dialled(call.sid, OURS, why.action, SpeechResult="Goed geholpen.", Confidence="0.9"))
    telephone.told(call, "completed")
    telephone.work()
    (session,) = telephone.wire.rows("sessions")
    assert (session["reference"], session["channel"], session["outcome"]) == ("C-1", "call", "completed")
    assert telephone.invitation()["outcome"] == "completed"


@pytest.mark.parametrize("by", ["machine_start", "machine_end_beep", "fax"])
def test_a_machine_is_not_talked_to_and_counts_as_nobody(telephone: Desk, by: str) -> None:
    """Another call at another time of the day, and then no more."""
    (call,) = telephone.sent
    assert "<Say" not in telephone.answered(call, by).body
    telephone.told(call, "completed")
    assert telephone.wire.rows("sessions") == []
    assert [row["status"] for row in telephone.attempts()] == ["machine"]
    telephone.work(minutes=10)
    assert len(telephone.sent) == 1
    telephone.work(hours=3)
    second = telephone.sent[1]
    telephone.answered(second, by)
    telephone.told(second, "completed")
    for _ in range(10):
        telephone.work(hours=4)
    assert len(telephone.sent) == 2
    assert telephone.state("C-1") is State.UNREACHED


def test_whoever_may_be_a_person_is_taken_for_one(telephone: Desk) -> None:
    """Better to talk to a machine than to hang up on somebody."""
    assert "<Say" in telephone.answered(telephone.sent[0], "unknown").body


def test_a_call_that_never_rang_uses_up_no_attempt(telephone: Desk) -> None:
    """Three failures later it may still ring twice."""
    for _ in range(3):
        telephone.told(telephone.sent[-1], "failed")
        telephone.work(hours=1)
    for _ in range(2):
        telephone.told(telephone.sent[-1], "ringing")
        telephone.told(telephone.sent[-1], "no-answer")
        for _ in range(6):
            telephone.work(hours=4)
    assert len(telephone.sent) == 5
    assert telephone.state("C-1") is State.UNREACHED


def test_a_call_whose_end_nobody_told_is_asked_after_and_closed(telephone: Desk) -> None:
    """The session does not stay open because a callback was lost."""
    (call,) = telephone.sent
    greeting = telephone.answered(call)
    telephone.wire.post(dialled(call.sid, OURS, greeting.action, Digits="9"))
    telephone.work(minutes=6)
    assert [row["outcome"] for row in telephone.wire.rows("sessions")] == [None]
    call.status = "completed"
    telephone.work(minutes=10)
    assert [row["outcome"] for row in telephone.wire.rows("sessions")] == ["partial"]
    telephone.work()
    assert telephone.invitation()["outcome"] == "partial"


def test_a_call_the_carrier_knows_nothing_of_is_over(telephone: Desk) -> None:
    """It is not asked after for ever."""
    telephone.fake.script = lambda request: AT_ONCE if request.creates else refused(20404, 404)
    telephone.work(minutes=6)
    assert [row["status"] for row in telephone.attempts()] == ["failed"]


def test_a_call_that_connects_after_the_survey_is_done_ends_politely(database_url: str) -> None:
    """It waited at the carrier while its person answered by text."""
    with desk(database_url, BY_BOTH) as both:
        both.invite()
        both.work()
        both.work(hours=6)
        _, call = both.sent
        for number, answer in enumerate(("9", "5", "Goed geholpen.")):
            both.wire.post(texted(f"SM-{number}", answer))
        said = both.answered(call)
        assert "afgesloten" in said.body
        assert said.gather is None
        assert [row["channel"] for row in both.wire.rows("sessions")] == ["sms"]


def test_who_opts_out_while_a_call_waits_is_not_asked_on_it(telephone: Desk) -> None:
    """The wish counts from the moment it is said."""
    telephone.wire.post(texted("SM-1", "STOP"))
    assert telephone.answered(telephone.sent[0]).gather is None
    telephone.told(telephone.sent[0], "completed")
    telephone.work(hours=3)
    assert len(telephone.sent) == 1


def test_whoever_hangs_up_at_once_has_declined(telephone: Desk) -> None:
    """That is an answer, and the telephone does not ring again."""
    (call,) = telephone.sent
    telephone.answered(call)
    telephone.wire.post(ended(call.sid, OURS))
    telephone.told(call, "completed")
    for _ in range(8):
        telephone.work(hours=4)
    assert len(telephone.sent) == 1
    assert telephone.invitation()["outcome"] == "refused"


def test_who_picks_up_and_says_nothing_is_called_once_more(telephone: Desk) -> None:
    """Silence to the end is not an answer, and not a refusal."""
    (call,) = telephone.sent
    asked = telephone.answered(call)
    while asked.gather:
        asked = telephone.wire.post(dialled(call.sid, OURS, asked.action))
    telephone.told(call, "completed")
    telephone.work()
    assert telephone.invitation()["ended_at"] is None
    telephone.work(hours=3)
    assert len(telephone.sent) == 2


def test_a_call_that_ends_before_it_is_played_to_is_left(telephone: Desk) -> None:
    """Nobody listens any more."""
    url, form = telephone.sent[0].form["Url"], callback(telephone.sent[0], "completed")[1]
    assert "<Say" not in telephone.wire.post(Webhook(url.removeprefix(BASE), form)).body
    assert telephone.wire.rows("sessions") == []


def test_news_of_what_is_no_attempt_of_ours_is_taken_without_a_word(office: Desk) -> None:
    """Answers are reported on as well."""
    form = {"MessageSid": "SM-x", "MessageStatus": "delivered", "From": OURS, "To": CALLER}
    assert office.wire.post(Webhook("/twilio/messages/status", form)).status == 204
    assert [row["status"] for row in office.attempts()] == ["queued"]


def test_who_agreed_on_the_telephone_and_is_called_by_nobody_gets_the_message(database_url: str) -> None:
    """An invitation by text counts for the channel that the contact asked for."""
    with desk(database_url, BY_BOTH) as both:
        both.invite(channel=Channel.CALL)
        both.work()
        both.told(both.sent[0], "failed", 21215)
        both.work()
        assert [each.kind for each in both.sent] == ["Calls", "Messages"]
