"""One invitation, one survey: however somebody who was invited gets in touch, and over however many channels."""

from collections.abc import Iterator

import pytest

from bot.invitations import State
from flows.survey import Channel
from tests.desk import TEMPLATE, Desk, desk
from tests.wire import CALLER, OURS, dialled, ended, texted

BY_PHONE = {"eligibility": {"channels": ["call", "sms"], "oldest_hours": 48}}
BY_BOTH = {"eligibility": {"channels": ["sms", "call"], "oldest_hours": 48}}
BY_TEXTS = {
    "eligibility": {"channels": ["sms", "whatsapp"], "oldest_hours": 48},
    "whatsapp": {"invitation": {"nl": TEMPLATE}},
}


@pytest.fixture
def phone(database_url: str) -> Iterator[Desk]:
    """A desk that calls, and texts whom it does not reach."""
    with desk(database_url, BY_PHONE) as opened:
        yield opened


@pytest.fixture
def both(database_url: str) -> Iterator[Desk]:
    """A desk that texts, and calls who does not answer."""
    with desk(database_url, BY_BOTH) as opened:
        yield opened


@pytest.fixture
def texts(database_url: str) -> Iterator[Desk]:
    """A desk that sends WhatsApp messages to whom does not answer by SMS."""
    with desk(database_url, BY_TEXTS) as opened:
        yield opened


def missed(desk: Desk, **more: str) -> str:
    """Somebody is called and does not answer."""
    reference = desk.invite(agent="a17", queue="billing", **more)
    desk.work()
    desk.told(desk.sent[0], "no-answer")
    return reference


def rings(desk: Desk, *keys: str, call: str = "CA-back", theirs: str = CALLER) -> str:
    """Somebody calls the portal, presses these keys and hangs up; gives what they heard last."""
    asked = desk.wire.post(dialled(call, theirs))
    for each in keys:
        asked = desk.wire.post(dialled(call, theirs, target=asked.action, Digits=each))
    desk.wire.post(ended(call, theirs))
    return asked.body


def writes(desk: Desk, *words: str, channel: Channel = Channel.SMS) -> str:
    """Somebody sends these messages; gives the last reply."""
    replies = [desk.wire.post(texted(f"{channel}-{len(desk.wire.exchanges)}", each, channel=channel)) for each in words]
    return replies[-1].body


def days_pass(desk: Desk) -> None:
    """A worker looks every hour until nothing can be answered any more."""
    for _ in range(96):
        desk.dispatch.expire()
        desk.work(hours=1)


def values(desk: Desk) -> dict[str, int | None]:
    return {row["question"]: row["value"] for row in desk.wire.rows("answers")}


def about(desk: Desk) -> list[tuple[str | None, str | None, str | None, str]]:
    """Of every session that was answered: what is known of its contact, and over which channel it went."""
    answered = {row["session_id"] for row in desk.wire.rows("answers")}
    kept = sorted(desk.wire.rows("sessions"), key=lambda row: row["started_at"])
    return [(row["reference"], row["agent"], row["queue"], row["channel"]) for row in kept if row["id"] in answered]


# By telephone, or with the keyword


def test_who_rings_back_answers_the_invitation(phone: Desk) -> None:
    """The answer knows its contact, the invitation ends with it, and nothing more is sent."""
    reference = missed(phone)
    rings(phone, "9", "2", "#")
    days_pass(phone)
    assert about(phone) == [(reference, "a17", "billing", "call")]
    assert len(phone.sent) == 1
    assert (phone.state(reference), phone.invitation()["outcome"]) == (State.COMPLETED, "completed")
    statuses = {row["kind"]: row["status"] for row in phone.attempts()}
    assert statuses == {"invitation": "no-answer", "call_back": "completed"}


def test_who_was_texted_and_calls_answers_the_invitation(both: Desk) -> None:
    """Once, whatever comes in reply to the message afterwards, and without a reminder or a call."""
    reference = both.invite(agent="a17", queue="billing")
    both.work()
    rings(both, "9", "2", "#", "#")
    assert "al afgesloten" in writes(both, "3")
    days_pass(both)
    assert about(both) == [(reference, "a17", "billing", "call")]
    assert values(both) == {"nps": 9, "ces": 2, "why": None}
    assert (len(both.sent), both.state(reference)) == (1, State.COMPLETED)


def test_who_sends_the_keyword_answers_the_invitation(phone: Desk) -> None:
    """A text that asks for the survey is as good as a call back, and nobody is called meanwhile."""
    reference = missed(phone)
    assert "aanbevelen" in writes(phone, "survey")
    phone.work(hours=20)
    phone.work(hours=4)
    assert len(phone.sent) == 1
    writes(phone, "9", "2", "prima")
    days_pass(phone)
    assert about(phone) == [(reference, "a17", "billing", "sms")]
    assert (len(phone.sent), phone.state(reference)) == (1, State.COMPLETED)


def test_nothing_is_sent_while_somebody_is_on_the_line(both: Desk) -> None:
    """Not even the call that would be due; once they have hung up it is clear at once what became of it."""
    reference = both.invite()
    both.work()
    both.wire.clock.advance(hours=6)
    both.wire.post(dialled("CA-back"))
    both.work()
    assert len(both.sent) == 1
    both.wire.post(ended("CA-back"))
    both.work()
    assert (len(both.sent), both.state(reference)) == (1, State.REFUSED)


def test_the_invitation_tells_the_language(phone: Desk) -> None:
    """Nobody who was invited in a language has to choose one; a language that is asked for by text goes first."""
    missed(phone, language="fr")
    assert 'language="fr' in rings(phone)
    assert 'language="fr' in phone.wire.post(dialled("CA-back")).body
    with_code = writes(phone, "survey de")
    assert "Dag" not in with_code
    assert "weiterempfehlen" in with_code


def test_copies_of_the_call_hear_the_same_and_count_once(phone: Desk) -> None:
    """The first webhook of the call may come twice."""
    missed(phone)
    assert phone.wire.post(dialled("CA-back")).body == phone.wire.post(dialled("CA-back")).body
    assert (len(phone.wire.rows("sessions")), len(phone.attempts())) == (1, 2)


def test_a_withheld_number_answers_for_nobody(phone: Desk) -> None:
    """Nor does another number: both are asked as anybody is who calls, and the invitation goes on."""
    reference = missed(phone)
    for number, theirs in enumerate(("anonymous", "+31600000002")):
        asked = phone.wire.post(dialled(f"CA{number}", theirs))
        if "language" in asked.action:
            asked = phone.wire.post(dialled(f"CA{number}", theirs, target=asked.action, Digits="1"))
        phone.wire.post(dialled(f"CA{number}", theirs, target=asked.action, Digits="9"))
    assert [row[0] for row in about(phone)] == [None, None]
    assert phone.state(reference) is State.SCHEDULED


def test_who_has_answered_and_calls_again_is_a_walk_in(both: Desk) -> None:
    """Also while no worker has come by to close the invitation."""
    reference = both.invite()
    both.work()
    writes(both, "9", "2", "prima")
    both.wire.clock.advance(minutes=1)
    rings(both, "3")
    assert [row[0] for row in about(both)] == [reference, None]


# Over several channels


@pytest.fixture
def asked_twice(texts: Desk) -> Desk:
    """Somebody was asked by SMS and six hours later by WhatsApp, and has answered neither."""
    texts.invite(agent="a17", queue="billing")
    texts.work()
    texts.work(hours=6)
    assert [row["channel"] for row in texts.attempts()] == ["sms", "whatsapp"]
    return texts


def test_a_second_reply_makes_no_second_survey(asked_twice: Desk) -> None:
    """What comes over the other channel is kept as it came, however often, and answers nothing; the person is told."""
    writes(asked_twice, "9", "2", "prima")
    before = asked_twice.wire.rows("answers")
    assert "al afgesloten" in writes(asked_twice, "0", channel=Channel.WHATSAPP)
    writes(asked_twice, "5", "slecht", channel=Channel.WHATSAPP)
    assert asked_twice.wire.rows("answers") == before
    assert len(asked_twice.wire.rows("turns")) == 2 + 3 + 3
    days_pass(asked_twice)
    outcomes = [row["outcome"] for row in asked_twice.wire.rows("sessions")]
    assert outcomes.count("completed") == 1


def test_nor_does_one_that_comes_when_the_message_has_expired(asked_twice: Desk) -> None:
    """Late answers are taken, but not to what was answered elsewhere."""
    writes(asked_twice, "9", "2", "prima")
    asked_twice.wire.clock.advance(hours=73)
    asked_twice.dispatch.expire()
    writes(asked_twice, "0", channel=Channel.WHATSAPP)
    assert values(asked_twice) == {"nps": 9, "ces": 2, "why": None}
    assert len(about(asked_twice)) == 1


def test_a_reply_over_the_other_channel_goes_on_with_the_survey(asked_twice: Desk) -> None:
    """It answers no question that it was not sent in reply to: the open one is asked there, and then answered."""
    writes(asked_twice, "9")
    asked = writes(asked_twice, "1", channel=Channel.WHATSAPP)
    assert "bewaard" in asked
    assert "moeite" in asked
    assert values(asked_twice) == {"nps": 9}
    writes(asked_twice, "2", "prima", channel=Channel.WHATSAPP)
    days_pass(asked_twice)
    (session,) = asked_twice.wire.rows("sessions")
    assert (session["outcome"], session["channel"], session["agent"]) == ("completed", "whatsapp", "a17")
    assert values(asked_twice) == {"nps": 9, "ces": 2, "why": None}
    assert {row["session_id"] for row in asked_twice.attempts()} == {session["id"]}
    assert asked_twice.invitation()["outcome"] == "completed"


def test_it_may_go_back_and_forth(asked_twice: Desk) -> None:
    """Each time the question that is open is asked where the person is."""
    writes(asked_twice, "9", channel=Channel.WHATSAPP)
    assert "moeite" in writes(asked_twice, "9")
    assert "moeite" in writes(asked_twice, "hallo", channel=Channel.WHATSAPP)
    writes(asked_twice, "2", channel=Channel.WHATSAPP)
    assert "bewaard" in writes(asked_twice, "goed")
    writes(asked_twice, "snel geholpen")
    assert values(asked_twice) == {"nps": 9, "ces": 2, "why": None}
    assert len(about(asked_twice)) == 1


def test_a_message_that_got_no_answer_but_words_makes_room(asked_twice: Desk) -> None:
    """What was said stays in the journal, and the survey goes on in that place all the same."""
    writes(asked_twice, "wie is dit", channel=Channel.WHATSAPP)
    writes(asked_twice, "9")
    assert "moeite" in writes(asked_twice, "9", channel=Channel.WHATSAPP)
    writes(asked_twice, "2", "prima", channel=Channel.WHATSAPP)
    assert values(asked_twice) == {"nps": 9, "ces": 2, "why": None}
    assert [row[3] for row in about(asked_twice)] == ["whatsapp"]
    assert len(asked_twice.wire.rows("turns")) == 2 + 1 + 1 + 1 + 1 + 2  # with the expiry of what made room


def test_stop_over_the_other_channel_is_stop(asked_twice: Desk) -> None:
    """Nothing is asked any more, and what was answered stands."""
    writes(asked_twice, "9")
    assert "moeite" not in writes(asked_twice, "stop aub", channel=Channel.WHATSAPP)
    assert len(asked_twice.wire.rows("opt_outs")) == 1
    assert values(asked_twice) == {"nps": 9}


def test_help_over_the_other_channel_explains_and_moves_nothing(asked_twice: Desk) -> None:
    """Who then answers where they were asked is understood."""
    writes(asked_twice, "9")
    assert "STOP" in writes(asked_twice, "help", channel=Channel.WHATSAPP)
    writes(asked_twice, "2")
    assert values(asked_twice) == {"nps": 9, "ces": 2}


def test_the_keyword_over_the_other_channel_begins_a_survey_of_its_own(asked_twice: Desk) -> None:
    """Whoever has answered and asks for it is asked as a walk-in."""
    writes(asked_twice, "9", "2", "prima")
    asked_twice.wire.clock.advance(minutes=1)
    assert "aanbevelen" in writes(asked_twice, "survey", channel=Channel.WHATSAPP)
    writes(asked_twice, "7", channel=Channel.WHATSAPP)
    assert [(row[0] is None, row[3]) for row in about(asked_twice)] == [(False, "sms"), (True, "whatsapp")]


def test_copies_of_a_reply_are_answered_the_same(asked_twice: Desk) -> None:
    """Also of the one by which the survey changes its channel."""
    writes(asked_twice, "9")
    reply = texted("SM-copy", "9", channel=Channel.WHATSAPP)
    assert asked_twice.wire.post(reply).body == asked_twice.wire.post(reply).body
    assert values(asked_twice) == {"nps": 9}


def test_a_newer_message_does_not_hide_what_was_interrupted(asked_twice: Desk) -> None:
    """Who has answered by SMS, and calls, goes on, though a WhatsApp message was sent since."""
    writes(asked_twice, "9")
    assert "moeite" in rings(asked_twice)
    assert len(about(asked_twice)) == 1


def test_an_interrupted_call_back_goes_on_in_reply_to_the_message(both: Desk) -> None:
    """The reply to the message that was out all the while asks for the question at which the call stopped."""
    reference = both.invite(agent="a17", queue="billing")
    both.work()
    rings(both, "9")
    assert "moeite" in writes(both, "9")
    writes(both, "2", "prima")
    assert about(both) == [(reference, "a17", "billing", "sms")]
    assert values(both) == {"nps": 9, "ces": 2, "why": None}


def test_a_call_is_finished_by_text_beside_an_unanswered_message(both: Desk) -> None:
    """The message that is still open is no hindrance to the rest of the survey."""
    both.invite()
    both.work()
    both.work(hours=6)
    call = both.sent[-1]
    greeting = both.answered(call)
    both.wire.post(dialled(call.sid, OURS, greeting.action, Digits="9"))
    both.wire.post(ended(call.sid, OURS))
    both.told(call, "completed")
    both.dispatch.work_off()
    assert "moeite" in both.sent[-1].form["Body"]
    writes(both, "2", "prima")
    assert values(both) == {"nps": 9, "ces": 2, "why": None}
