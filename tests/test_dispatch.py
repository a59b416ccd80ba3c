"""Invitations go out at the right time, over the right channel, and once, whatever the carrier does."""

import threading
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from unittest.mock import patch

import pytest
import yaml

from bot.carriers.twilio import TwilioCarrier
from bot.checks import findings
from bot.config import PROJECT
from bot.invitations import State
from bot.settings import Settings
from flows.survey import Channel
from storage import invitations
from storage.database import migrate
from tests.desk import TEMPLATE, Desk, desk
from tests.fake_twilio import (
    AT_ONCE,
    BROKEN_BEFORE,
    CALLS,
    CUT_AFTER,
    CUT_BEFORE,
    MESSAGES,
    THROTTLED,
    always,
    callback,
    refused,
)
from tests.wire import BASE, CALLER, OURS, Webhook, dialled, ended, texted

OTHER = "+31600000002"
BY_CALL = {"eligibility": {"channels": ["call"], "oldest_hours": 48}}
BY_BOTH = {"eligibility": {"channels": ["sms", "call"], "oldest_hours": 48}}


@pytest.fixture
def office(database_url: str) -> Iterator[Desk]:
    """A desk that sends by SMS."""
    with desk(database_url) as opened:
        yield opened


@pytest.fixture
def telephone(database_url: str) -> Iterator[Desk]:
    """A desk that calls."""
    with desk(database_url, BY_CALL) as opened:
        yield opened


@pytest.fixture
def both(database_url: str) -> Iterator[Desk]:
    """A desk that sends by SMS and calls who does not answer."""
    with desk(database_url, BY_BOTH) as opened:
        yield opened


def test_the_message_is_the_first_question(office: Desk) -> None:
    """It says who asks, what, from where to where, and how to stop; the answer lands on it, with the contact."""
    reference = office.invite(agent="a17", queue="billing")
    office.work()
    (message,) = office.sent
    text = message.form["Body"]
    assert all(words in text for words in ("Nawoord", "0", "10", "STOP"))
    assert message.form["To"] == CALLER
    assert office.state(reference) is State.SENT
    office.wire.post(texted("SM-reply", "9"))
    (answer,) = office.wire.rows("answers")
    assert (answer["question"], answer["value"]) == ("nps", 9)
    (session,) = office.wire.rows("sessions")
    assert (session["reference"], session["agent"], session["queue"]) == (reference, "a17", "billing")
    assert office.state(reference) is State.ANSWERING


def test_it_waits_until_it_is_due(office: Desk) -> None:
    """Nothing goes out before its time, and nothing at night."""
    office.wire.clock.advance(hours=9)  # eight in the evening in Amsterdam
    office.invite()
    office.work()
    assert office.sent == []
    office.work(hours=12)
    assert office.sent == []
    office.work(hours=1)
    assert len(office.sent) == 1


def test_it_goes_out_once_however_often_it_is_looked_at(office: Desk) -> None:
    """Ticks without end send nothing more."""
    office.invite()
    for _ in range(20):
        office.work(minutes=1)
    assert len(office.sent) == 1


def test_overlapping_ticks_with_stale_snapshots_place_one_call(telephone: Desk) -> None:
    """Fifty workers that all believe it is theirs place one call, not fifty-one."""
    telephone.invite()
    now = telephone.wire.clock.now
    with telephone.database.write() as connection:
        (mine,) = invitations.claim(connection, now, now + timedelta(minutes=1), 10)
    threads = [threading.Thread(target=telephone.dispatch._do, args=[mine]) for _ in range(12)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(telephone.sent) == 1
    assert len(telephone.attempts()) == 1


def test_what_somebody_else_has_claimed_since_is_left_alone(office: Desk) -> None:
    """Whoever was held up for too long finds that it is no longer theirs."""
    office.invite()
    now = office.wire.clock.now
    with office.database.write() as connection:
        (stale,) = invitations.claim(connection, now, now, 10)
        assert invitations.claim(connection, now, now + timedelta(minutes=1), 10) != []
    office.dispatch._do(stale)
    assert office.sent == []
    assert office.attempts() == []


def test_nobody_is_given_what_is_claimed(office: Desk) -> None:
    """A claim holds until its lease is over."""
    office.invite()
    now = office.wire.clock.now
    with office.database.write() as connection:
        assert len(invitations.claim(connection, now, now + timedelta(minutes=1), 10)) == 1
    with office.database.write() as connection:
        assert invitations.claim(connection, now, now + timedelta(minutes=1), 10) == []
        assert len(invitations.claim(connection, now + timedelta(minutes=1), now, 10)) == 1


def test_a_send_without_an_answer_is_looked_for_and_counts_once(office: Desk) -> None:
    """The carrier had taken it when the line broke: it is found there, and not sent again."""
    reference = office.invite()
    office.fake.script = always(CUT_AFTER)
    office.work()
    assert [row["status"] for row in office.attempts()] == ["unknown"]
    office.fake.script = always(AT_ONCE)
    for _ in range(30):
        office.work(minutes=1)
    assert len(office.sent) == 1
    assert [(row["status"], row["carrier_ref"]) for row in office.attempts()] == [("queued", office.sent[0].sid)]
    assert office.state(reference) is State.SENT


def test_a_send_that_never_arrived_is_repeated_once_patience_is_over(office: Desk) -> None:
    """Only after ten minutes of looking, and in the same conversation, to which a late answer still belongs."""
    office.invite()
    office.fake.script = always(CUT_BEFORE)
    office.work()
    office.fake.script = always(AT_ONCE)
    for _ in range(9):
        office.work(minutes=1)
    assert office.sent == []
    office.work(minutes=1)
    office.work()
    assert len(office.sent) == 1
    first, second = office.attempts()
    assert (first["status"], second["status"]) == ("lost", "queued")
    assert first["session_id"] == second["session_id"]
    assert len(office.wire.rows("sessions")) == 1


def test_a_worker_that_died_while_asking_leaves_something_to_look_for(office: Desk) -> None:
    """What was written down and never asked for is sent in the end; what was asked for is not sent again."""

    class Killed(BaseException):
        pass

    office.invite()
    office.invite(OTHER)
    send = TwilioCarrier.send

    def die_before(carrier: Any, message: Any) -> str:
        if message.theirs == CALLER:
            raise Killed
        send(carrier, message)
        raise Killed

    with patch.object(TwilioCarrier, "send", die_before):
        for _ in range(2):
            with pytest.raises(Killed):
                office.dispatch.work_off()
            office.wire.clock.advance(seconds=61)
    for _ in range(30):
        office.work(minutes=1)
    assert sorted(each.form["To"] for each in office.sent) == [CALLER, OTHER]


def test_a_busy_carrier_is_asked_again_later_and_nothing_was_begun(office: Desk) -> None:
    """What was refused for now leaves no trace but a longer wait each time."""
    reference = office.invite()
    office.fake.script = always(THROTTLED)
    office.work()
    assert office.attempts() == []
    assert office.wire.rows("sessions") == []
    assert office.invitation()["failures"] == 1
    office.work(seconds=6)
    assert office.invitation()["failures"] == 2
    assert office.state(reference) is State.SCHEDULED
    office.fake.script = always(AT_ONCE)
    office.work(seconds=60)
    assert len(office.sent) == 1
    assert office.invitation()["failures"] == 0


def test_a_server_error_may_have_sent_it(office: Desk) -> None:
    """A carrier out of order is asked what it has before anything is repeated."""
    office.invite()
    office.fake.script = always(BROKEN_BEFORE)
    office.work()
    assert [row["status"] for row in office.attempts()] == ["unknown"]


def test_who_has_told_the_carrier_to_stop_has_told_us(both: Desk) -> None:
    """21610 is an opt-out on every channel, and nothing more is tried."""
    reference = both.invite()
    both.fake.script = always(refused(21610))
    both.work()
    both.work(minutes=1)
    assert both.state(reference) is State.OPTED_OUT
    assert len(both.wire.rows("opt_outs")) == 1
    assert both.wire.rows("sessions") == []


def test_a_number_without_text_messages_is_called_instead(both: Desk) -> None:
    """21614: no mobile telephone, so the next channel, at once."""
    both.invite()
    both.fake.script = lambda request: refused(21614) if request.kind == MESSAGES and request.creates else AT_ONCE
    both.work()
    both.work()
    assert [each.kind for each in both.sent] == [CALLS]
    assert [(row["status"], row["code"]) for row in both.attempts() if row["channel"] == "sms"] == [("refused", 21614)]


def test_a_number_that_is_none_ends_it_and_frees_the_person(both: Desk) -> None:
    """21211: nobody is reached there on any channel, and whoever was not reached was not asked."""
    reference = both.invite()
    both.fake.script = always(refused(21211))
    both.work()
    both.work()
    assert both.state(reference) is State.UNDELIVERABLE
    assert both.wire.rows("quarantines") == []
    assert both.fake.requests == 1


def test_a_fault_of_ours_holds_the_channel_back_and_loses_nothing(office: Desk, caplog: Any) -> None:
    """Refused credentials are told once; the others wait unasked, and all go out when it is mended."""
    for number in range(1, 6):
        office.invite(f"+3160000010{number}")
    office.fake.script = always(refused(20003, 401))
    office.work()
    assert office.fake.requests == 1
    assert [record.levelname for record in caplog.records] == ["ERROR"]
    assert "credentials" in caplog.text
    office.fake.script = always(AT_ONCE)
    for _ in range(5):
        office.work(minutes=2)
    assert len(office.sent) == 5


@pytest.mark.parametrize("code", [21212, 21606, 21660])
def test_a_number_of_ours_that_is_wrong_costs_nobody_their_invitation(office: Desk, code: int) -> None:
    """Nothing is tried with it for a while, and everything goes out once it is mended."""
    references = [office.invite(), office.invite(OTHER)]
    office.fake.script = always(refused(code))
    office.work()
    assert office.fake.requests == 1
    assert {office.state(each) for each in references} == {State.SCHEDULED}
    office.fake.script = always(AT_ONCE)
    for _ in range(5):
        office.work(minutes=2)
    assert len(office.sent) == 2


def test_a_template_that_is_paused_holds_whatsapp_and_loses_nothing(database_url: str, caplog: Any) -> None:
    """Told after the message was taken: those who wait are not tried with it, and who was, is tried again."""
    changes = {"eligibility": {"channels": ["whatsapp"]}, "whatsapp": {"invitation": {"nl": TEMPLATE}}}
    with desk(database_url, changes) as whatsapp:
        whatsapp.invite()
        whatsapp.work()
        whatsapp.told(whatsapp.sent[0], "failed", 63041)
        assert "paused" in caplog.text
        whatsapp.invite(OTHER)
        whatsapp.work()
        assert len(whatsapp.sent) == 1
        for _ in range(14):
            whatsapp.work(minutes=5)
        assert sorted(each.form["To"][9:] for each in whatsapp.sent) == [CALLER, CALLER, OTHER]


def test_who_opts_out_while_the_message_waits_for_its_turn_gets_none(office: Desk) -> None:
    """The last look is the one just before the carrier is asked."""
    reference = office.invite()

    def opt_out(_seconds: float) -> None:
        office.wire.parts.opt_outs.note(CALLER, "cli")

    office.dispatch._sender = replace(office.dispatch._sender, sleep=opt_out)
    office.work()
    assert office.sent == []
    assert office.wire.rows("sessions") == []
    office.work(minutes=1)
    assert office.state(reference) is State.OPTED_OUT


def test_a_message_that_arrived_has_arrived_whatever_a_later_call_comes_to(both: Desk) -> None:
    """People are shown how far an invitation has come at best."""
    reference = both.invite()
    both.work()
    both.told(both.sent[0], "delivered")
    both.work(hours=6)
    both.told(both.sent[1], "no-answer")
    assert both.state(reference) is State.DELIVERED


@pytest.mark.parametrize("digits", [25, 5001])
def test_a_code_that_is_none_is_left_out(office: Desk, digits: int) -> None:
    """What is told besides still counts."""
    office.invite()
    office.work()
    url, form = callback(office.sent[0], "failed", None, ErrorCode="9" * digits)
    assert office.wire.post(Webhook(url.removeprefix(BASE), form)).status == 204
    assert [(row["status"], row["code"]) for row in office.attempts()] == [("failed", None)]


def test_without_a_number_of_ours_nothing_is_lost(database_url: str) -> None:
    """An operator who forgot the number is told, and what was due then goes out afterwards."""
    with desk(database_url, {"twilio": {}}) as unset:
        unset.invite()
        unset.work()
        assert unset.sent == []
        settings = Settings.model_validate({**unset.wire.parts.settings.model_dump(), "twilio": {"number": OURS}})
        unset.dispatch = replace(unset.dispatch, settings=settings)
        unset.work(minutes=6)
        assert len(unset.sent) == 1


def test_the_pace_holds_for_everyone_together(database_url: str) -> None:
    """At one call a second the second waits for its turn; the others are put back in the queue, each for its own."""
    with desk(database_url, BY_CALL) as telephone:
        for number in range(1, 9):
            telephone.invite(f"+3160000010{number}")
        telephone.work()
        assert len(telephone.sent) == 3
        assert telephone.slept == [0, 1, 2]
        due = sorted(row["due_at"] for row in telephone.wire.rows("invitations"))
        assert len(set(due[:5])) == 5
        for _ in range(20):
            telephone.work(seconds=1)
        assert len(telephone.sent) == 8


def test_the_reminder_says_that_it_is_one_and_asks_again(office: Desk) -> None:
    """One reminder, with the question in full, in the conversation that waits for its answer."""
    office.invite()
    office.work()
    office.work(hours=23)
    office.work(hours=30)
    first, reminder = office.sent
    assert "herinnering" in reminder.form["Body"]
    assert "STOP" in reminder.form["Body"]
    assert first.form["Body"].splitlines()[-1] in reminder.form["Body"]
    assert [row["kind"] for row in office.attempts()] == ["invitation", "reminder"]
    assert len(office.wire.rows("sessions")) == 1


@pytest.mark.parametrize("hour", [8, 10, 13, 15, 18])
@pytest.mark.parametrize("templates", [{}, {"nl": TEMPLATE}], ids=["sms and call", "whatsapp too"])
def test_with_the_settings_as_they_come_everybody_is_reminded_once(
    hour: int, templates: dict[str, str], tmp_path: Path
) -> None:
    """Whenever on a working day the contact was, and although nobody answers any message or call."""
    url = f"sqlite:///{tmp_path}/nawoord.db"
    migrate(url)
    shipped = yaml.safe_load((PROJECT / "config.yaml").read_text(encoding="utf-8"))
    changes = {name: shipped[name] for name in ("eligibility", "dispatch", "text")}
    with desk(url, {**changes, "whatsapp": {"invitation": templates}}) as usual:
        usual.wire.clock.now = datetime(2026, 3, 2, hour, tzinfo=UTC)
        usual.invite()
        told: set[str] = set()
        for _ in range(4 * 26):
            usual.work(minutes=15)
            for each in usual.sent:
                if each.sid not in told:
                    usual.told(each, "no-answer" if each.kind == CALLS else "delivered")
            told = {each.sid for each in usual.sent}
        assert [row["kind"] for row in usual.attempts()].count("reminder") == 1


def test_a_reminder_for_which_there_is_no_time_is_warned_of(office: Desk) -> None:
    """Whoever sets one learns before the first invitation that it can never go out."""
    plain, survey = office.wire.parts.settings.model_dump(), office.wire.parts.conversations.survey

    def warned(**eligibility: int) -> bool:
        changed = Settings.model_validate({**plain, "eligibility": eligibility})
        return "dispatch.reminder_hours" in {finding.place for finding in findings(changed, survey)}

    assert warned(oldest_hours=2, delay_minutes=10)
    assert not warned(oldest_hours=3, delay_minutes=10)


def test_who_has_answered_is_not_reminded(office: Desk) -> None:
    """Not even of the questions that are left."""
    office.invite()
    office.work()
    office.wire.post(texted("SM-reply", "9"))
    office.work(hours=23)
    office.work(hours=20)
    assert len(office.sent) == 1


def test_what_nobody_answers_ends_with_its_session(office: Desk) -> None:
    """Three days later the invitation is closed as expired."""
    reference = office.invite()
    office.work()
    office.work(hours=23)
    office.wire.clock.advance(hours=50)
    office.dispatch.expire()
    office.work()
    assert office.state(reference) is State.EXPIRED
    assert office.invitation()["due_at"] is None


@pytest.mark.parametrize("answers", [("9", "2", "Goed geholpen."), ("3", "5", "Nooit iemand gesproken.")])
def test_a_finished_survey_closes_its_invitation_when_it_comes_up(office: Desk, answers: tuple[str, ...]) -> None:
    """Answering itself writes nothing to the invitation; nor does it wait for who might yet agree to be called back."""
    reference = office.invite()
    office.work()
    for number, answer in enumerate(answers):
        office.wire.post(texted(f"SM-{number}", answer))
    assert office.invitation()["ended_at"] is None
    assert office.state(reference) is State.COMPLETED
    office.work(hours=23)
    assert office.invitation()["outcome"] == "completed"
    assert len(office.sent) == 1


def test_a_walk_in_is_not_interrupted_and_not_asked_twice(office: Desk) -> None:
    """Whoever is answering already gets no invitation on top: what they say answers it."""
    reference = office.invite()
    office.wire.post(texted("SM-1", "survey"))
    office.work()
    for number, answer in enumerate(("9", "2", "Goed geholpen."), start=2):
        office.wire.post(texted(f"SM-{number}", answer))
    office.work(minutes=15)
    assert office.sent == []
    assert office.state(reference) is State.COMPLETED


def test_whatsapp_gets_its_template_with_the_text_as_a_variable(database_url: str) -> None:
    """Nobody may be written to first without one."""
    changes = {
        "eligibility": {"channels": ["whatsapp"]},
        "whatsapp": {"invitation": {"nl": TEMPLATE}},
    }
    with desk(database_url, changes) as whatsapp:
        whatsapp.invite()
        whatsapp.work()
        (message,) = whatsapp.sent
        assert message.form["ContentSid"] == TEMPLATE
        assert "\\n" not in message.form["ContentVariables"]
        assert "STOP" in message.form["ContentVariables"]
        assert message.form["To"] == f"whatsapp:{CALLER}"


def test_whatsapp_without_a_template_is_a_reason_and_never_silence(database_url: str) -> None:
    """A template taken out while an invitation was waiting: noted, and on to the next channel."""
    changes = {
        "eligibility": {"channels": ["whatsapp", "sms"]},
        "whatsapp": {"invitation": {"nl": TEMPLATE}},
    }
    with desk(database_url, changes) as whatsapp:
        whatsapp.invite()
        settings = Settings.model_validate({**whatsapp.wire.parts.settings.model_dump(), "whatsapp": {}})
        whatsapp.dispatch = replace(whatsapp.dispatch, settings=settings)
        whatsapp.work()
        whatsapp.work()
        assert [each.form["To"] for each in whatsapp.sent] == [CALLER]
        (noted,) = (row for row in whatsapp.attempts() if row["channel"] == "whatsapp")
        assert (noted["status"], noted["code"]) == ("refused", 63016)


def test_who_answers_by_text_while_a_call_is_to_be_tried_again_is_not_called(database_url: str) -> None:
    """The answer counts for the channel it came over, and the second call is never placed."""
    changes = {"eligibility": {"channels": ["sms", "call"], "oldest_hours": 48}}
    with desk(database_url, changes) as both:
        reference = both.invite()
        both.work()
        both.work(hours=6)
        _, call = both.sent
        both.told(call, "no-answer")
        both.wire.post(texted("SM-1", "9"))
        both.work(hours=18)
        both.work(hours=4)
        assert len(both.sent) == 2
        assert both.state(reference) is State.ANSWERING
        (session,) = both.wire.rows("sessions")
        assert session["channel"] == "sms"


def test_a_call_that_waits_for_too_long_is_cancelled_before_another_is_placed(telephone: Desk) -> None:
    """Of all that were placed one at most can still ring."""
    telephone.invite()
    for _ in range(6 * 12):
        telephone.work(minutes=5)
        assert [each.status for each in telephone.sent][:-1] == ["canceled"] * (len(telephone.sent) - 1)
    assert len(telephone.sent) > 1
    assert telephone.fake.faults == []


def test_while_a_call_may_ring_no_other_is_placed_and_the_person_stays_asked(telephone: Desk) -> None:
    """A carrier that neither places a call nor lets it be cancelled is asked to the end, and longer."""
    reference = telephone.invite()
    telephone.fake.script = lambda request: BROKEN_BEFORE if request.updates else AT_ONCE
    for _ in range(60):
        telephone.work(hours=1)
    assert len(telephone.sent) == 1
    assert len(telephone.wire.rows("quarantines")) == 1
    assert telephone.state(reference) is State.SENT
    telephone.fake.script = always(AT_ONCE)
    telephone.work(hours=60)
    telephone.work(minutes=1)
    assert telephone.sent[0].status == "canceled"
    assert telephone.state(reference) is State.TOO_LATE


def test_an_interrupted_call_is_finished_by_text(both: Desk) -> None:
    """From the question where it stopped, once, and the invitation ends as the session does."""
    reference = both.invite(channel=Channel.CALL)
    both.work()
    (call,) = both.sent
    greeting = both.answered(call)
    both.wire.post(dialled(call.sid, OURS, greeting.action, Digits="9"))
    both.wire.post(ended(call.sid, OURS))
    both.told(call, "completed")
    both.work()
    message = both.sent[-1]
    assert "STOP" in message.form["Body"]
    both.wire.post(texted("SM-1", "2"))
    both.wire.post(texted("SM-2", "Goed geholpen."))
    assert {row["question"]: row["value"] for row in both.wire.rows("answers")} == {"nps": 9, "ces": 2, "why": None}
    both.work(hours=73)
    assert both.invitation()["outcome"] == "completed"
    assert both.state(reference) is State.COMPLETED
    assert len(both.sent) == 2


def test_a_continuation_that_cannot_be_sent_leaves_what_was_answered(both: Desk) -> None:
    """The session ends as the hang-up had left it."""
    both.invite(channel=Channel.CALL)
    both.work()
    (call,) = both.sent
    greeting = both.answered(call)
    both.wire.post(dialled(call.sid, OURS, greeting.action, Digits="9"))
    both.wire.post(ended(call.sid, OURS))
    both.told(call, "completed")
    both.work()
    both.told(both.sent[-1], "undelivered", 30006)
    (session,) = both.wire.rows("sessions")
    assert session["outcome"] == "partial"
    both.work(minutes=1)
    assert both.invitation()["outcome"] == "partial"


def test_a_continuation_is_put_off_while_the_carrier_has_no_time(both: Desk) -> None:
    """The rest of the survey still reaches whoever hung up."""
    both.invite(channel=Channel.CALL)
    both.work()
    (call,) = both.sent
    greeting = both.answered(call)
    both.wire.post(dialled(call.sid, OURS, greeting.action, Digits="9"))
    both.told(call, "completed")
    both.fake.script = always(THROTTLED)
    both.work()
    both.work(seconds=10)
    both.fake.script = always(AT_ONCE)
    both.work(minutes=1)
    assert [each.kind for each in both.sent] == [CALLS, MESSAGES]
    both.wire.post(texted("SM-1", "5"))
    assert {row["question"]: row["value"] for row in both.wire.rows("answers")} == {"nps": 9, "ces": 5}


def test_a_worker_told_to_stop_begins_nothing_more(office: Desk) -> None:
    """What it has claimed and not begun is due again at once, for others."""
    office.invite()
    now = office.wire.clock.now
    with office.database.write() as connection:
        (mine,) = invitations.claim(connection, now, now + timedelta(minutes=1), 10)
    office.dispatch.stopping.set()
    put_back = office.dispatch._do(mine)
    assert put_back
    office.dispatch._settle([put_back])
    office.dispatch.tick()
    assert office.sent == []
    assert office.invitation()["due_at"] == now


def test_a_tick_works_off_everything_and_shows_that_it_is_alive(office: Desk) -> None:
    """Several threads share the work, and the heartbeat tells others of it."""
    for number in range(1, 10):
        office.invite(f"+3160000010{number}")
    office.dispatch.tick()
    assert sorted(each.form["To"] for each in office.sent) == [f"+3160000010{number}" for number in range(1, 10)]
    (beat,) = office.wire.rows("heartbeats")
    assert (beat["worker"], beat["at"]) == ("w1", office.wire.clock.now)


def test_one_that_cannot_be_worked_off_stops_no_other(office: Desk, caplog: Any) -> None:
    """It is told without any number, and comes up again."""
    office.invite()
    office.invite(OTHER)
    send = TwilioCarrier.send

    def break_(carrier: Any, message: Any) -> str:
        if message.theirs == CALLER:
            raise ZeroDivisionError
        return send(carrier, message)

    with patch.object(TwilioCarrier, "send", break_):
        office.work()
    assert [each.form["To"] for each in office.sent] == [OTHER]
    assert CALLER not in caplog.text
    for _ in range(15):
        office.work(minutes=1)
    assert [each.form["To"] for each in office.sent] == [OTHER, CALLER]
