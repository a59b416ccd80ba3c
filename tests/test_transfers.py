"""Callers around an agent's call: who is offered the survey, who is asked afterwards, and who gets a text instead."""

from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from dataclasses import dataclass, field
from typing import Any
from unittest.mock import patch
from urllib.parse import quote

import pytest

from bot.app import new_id
from bot.carriers import CarrierError, Found, Outgoing, OutgoingCall, Sought
from bot.carriers.markup import Gather, Hangup, Redirect, Say, read
from bot.carriers.player import SPEED
from bot.dispatch import Dispatch
from bot.intake import NewContact, Source
from flows.loader import load
from flows.survey import Channel
from tests.wire import BASE, CALLER, OURS, Exchange, Wire, dialled, ended, texted

NEXT = "https://connect.example.com/agent?step=2&queue=a%20b"
OFFER = f"/twilio/voice/offer?next={quote(NEXT, safe='')}"
AFTER = "/twilio/voice/after-call"
SETTINGS: Mapping[str, Any] = {"transfers": {"hosts": ["connect.example.com"]}, "twilio": {"number": OURS}}
ELSEWHERE = "+31600000002"
BELGIAN = "+32470000001"
LONGEST_OFFER = 5
"""Seconds that everybody who calls may be made to listen."""


@dataclass
class Mouth:
    """A carrier that notes what it is to send. Every call goes on, as far as it knows."""

    sent: list[Outgoing] = field(default_factory=list)

    def send(self, message: Outgoing) -> str:
        self.sent.append(message)
        return f"SM{len(self.sent)}"

    def place(self, call: OutgoingCall) -> str:  # noqa: ARG002
        raise AssertionError("nobody is called who was on the line")

    def find(self, sought: Sought) -> tuple[Found, ...]:  # noqa: ARG002
        return ()

    def fate(self, channel: Channel, ref: str) -> Found:  # noqa: ARG002
        return Found(ref, None, "in-progress")

    def cancel(self, ref: str) -> Found:
        raise AssertionError(f"{ref} was not placed by us")


@pytest.fixture
def wire(database_url: str) -> Iterator[Wire]:
    """An application with our own TwiML beside it."""
    with closing(Wire.to(database_url, SETTINGS)) as made:
        yield made


def offered(wire: Wire, call: str = "CA1", theirs: str = CALLER, **more: str) -> Exchange:
    return wire.post(dialled(call, theirs, OFFER, **more))


def answered(wire: Wire, keys: str, call: str = "CA1", theirs: str = CALLER) -> Exchange:
    """What follows the keys pressed at an offer, or the silence."""
    target = f"/twilio/voice/offer/answer?next={quote(NEXT, safe='')}"
    return wire.post(dialled(call, theirs, target, **({"Digits": keys} if keys else {})))


def left(wire: Wire, call: str = "CA1", theirs: str = CALLER, query: str = "", **more: str) -> Exchange:
    """What follows the agent's call."""
    return wire.post(dialled(call, theirs, AFTER + query, **{"DialCallStatus": "completed", **more}))


def heard(exchange: Exchange) -> str:
    """What the markup does, in short: asks, says, goes on, hangs up."""
    assert exchange.status == 200, exchange.body
    verbs = read(exchange.body)
    if any(isinstance(verb, Gather) and "offer/answer" in verb.action for verb in verbs):
        return "offer"
    if any(isinstance(verb, Gather) and "language" in verb.action for verb in verbs):
        return "menu"
    if exchange.gather:
        return "survey"
    match verbs:
        case [Redirect(url=url)] if url == NEXT:
            return "on"
        case [Say(), Redirect(url=url)] if url == NEXT:
            return "thanks, on"
        case [Hangup()]:
            return "end"
    return exchange.body


def invitation(wire: Wire) -> dict[str, Any]:
    (row,) = wire.rows("invitations")
    return row


def dispatched(wire: Wire) -> list[Outgoing]:
    """What a worker sends now."""
    parts, mouth = wire.parts, Mouth()
    countries = parts.invitations.policy.countries
    worker = Dispatch(parts.settings, parts.conversations, mouth, countries, "one", new_id, lambda _: None)
    worker.work_off()
    return mouth.sent


# Offered before, asked afterwards


def test_who_agrees_is_asked_after_the_call(wire: Wire) -> None:
    """The survey that follows is the answer to the invitation, and knows the agent who was not known before."""
    assert heard(offered(wire)) == "offer"
    assert heard(answered(wire, "1")) == "thanks, on"
    assert heard(left(wire, query="?agent=anna&queue=billing")) == "survey"
    (session,), (attempt,), (contact,) = wire.rows("sessions"), wire.rows("attempts"), wire.rows("contacts")
    kept = invitation(wire)
    assert (attempt["kind"], attempt["channel"], attempt["status"]) == ("transfer", "call", "in-progress")
    assert (attempt["invitation_id"], attempt["session_id"]) == (kept["id"], session["id"])
    assert kept["agreed_at"] is not None
    for row in (session, contact, kept):
        assert (row["agent"], row["queue"]) == ("anna", "billing")
    assert contact["source"] == "offer"


def test_who_is_on_the_line_stays_there_though_the_carrier_knows_of_no_call(wire: Wire) -> None:
    """A carrier may tell only of the calls that we have placed; the survey is not ended by that."""
    offered(wire)
    answered(wire, "1")
    left(wire)
    wire.clock.advance(minutes=30)
    with patch.object(Mouth, "fate", side_effect=CarrierError(permanent=True, code=20404)) as asked:
        dispatched(wire)
    assert asked.called
    (session,), (attempt,) = wire.rows("sessions"), wire.rows("attempts")
    assert session["ended_at"] is None
    assert attempt["status"] == "in-progress"


def test_what_is_decided_on_the_line_undoes_what_a_worker_has_claimed_before(wire: Wire) -> None:
    """Agreeing moves the invitation on, and so does its release after the call."""
    offered(wire)
    revisions = [invitation(wire)["revision"]]
    answered(wire, "1")
    revisions.append(invitation(wire)["revision"])
    left(wire, DialCallStatus="no-answer")
    revisions.append(invitation(wire)["revision"])
    assert revisions == sorted(set(revisions))


@pytest.mark.parametrize("keys", ["2", "0", "*", ""])
def test_who_does_not_agree_is_left_alone(keys: str, wire: Wire) -> None:
    """Any other key and silence mean no: on to the agent without a word, and no survey, not even by text."""
    offered(wire)
    assert heard(answered(wire, keys)) == "on"
    assert heard(left(wire)) == "end"
    assert invitation(wire)["outcome"] == "refused"
    wire.clock.advance(hours=3)
    assert dispatched(wire) == []
    assert wire.rows("sessions") == []


@pytest.mark.parametrize(
    ("settings", "reason"),
    [({"share": 0.0}, "sampled_out"), ({"shares": {"billing": 0.0}}, "sampled_out"), ({}, "opted_out")],
)
def test_who_may_not_be_asked_hears_nothing(settings: Mapping[str, Any], reason: str, database_url: str) -> None:
    """No word before the agent's call and none after it, and one row that says why."""
    with closing(Wire.to(database_url, {**SETTINGS, "eligibility": settings})) as wire:
        if reason == "opted_out":
            wire.post(texted("SM1", "stop aub"))
        assert heard(wire.post(dialled("CA1", CALLER, f"{OFFER}&queue=billing"))) == "on"
        assert heard(left(wire, query="?queue=billing")) == "end"
        (contact,) = wire.rows("contacts")
        assert (contact["reason"], wire.rows("invitations"), wire.rows("sessions")) == (reason, [], [])


def test_nobody_is_offered_it_twice_in_a_quarantine(wire: Wire) -> None:
    """Not by whoever declined it, nor after it was answered; each later call has its reason."""
    offered(wire, "CA1")
    answered(wire, "", "CA1")
    assert heard(offered(wire, "CA2")) == "on"
    assert heard(left(wire, "CA2")) == "end"
    assert [row["reason"] for row in wire.rows("contacts")] == [None, "quarantined"]


def test_the_cap_of_a_day_holds_on_the_telephone(database_url: str) -> None:
    """Who comes after the last that may be asked today goes straight on."""
    with closing(Wire.to(database_url, {**SETTINGS, "eligibility": {"a_day": 1}})) as wire:
        assert heard(offered(wire, "CA1", CALLER)) == "offer"
        assert heard(offered(wire, "CA2", ELSEWHERE)) == "on"


def test_copies_of_a_webhook_hear_the_same(wire: Wire) -> None:
    """However often each comes, and at once: one contact, one invitation, one session."""

    def all_the_same(target: str, **more: str) -> str:
        webhook = dialled("CA1", CALLER, target, **more)
        with ThreadPoolExecutor(4) as pool:
            bodies = {exchange.body for exchange in pool.map(wire.post, [webhook] * 6)}
        assert len(bodies) == 1
        return heard(wire.exchanges[-1])

    assert all_the_same(OFFER) == "offer"
    assert all_the_same(OFFER.replace("/offer?", "/offer/answer?"), Digits="1") == "thanks, on"
    assert all_the_same(AFTER, DialCallStatus="completed") == "survey"
    assert [len(wire.rows(table)) for table in ("contacts", "invitations", "attempts", "sessions")] == [1, 1, 1, 1]


def test_an_answer_once_given_stands(wire: Wire) -> None:
    """What comes late changes nothing, and who has answered is not offered it again in the same call."""
    offered(wire)
    answered(wire, "1")
    assert heard(answered(wire, "2")) == "thanks, on"
    assert heard(offered(wire)) == "on"
    assert heard(left(wire)) == "survey"


def test_who_opts_out_meanwhile_is_not_asked(wire: Wire) -> None:
    """An agreement lasts until the wish to be left alone."""
    offered(wire)
    answered(wire, "1")
    wire.parts.opt_outs.note(CALLER, "page")
    assert heard(left(wire)) == "end"


@pytest.mark.parametrize("code", ["nl", "en", "de", "fr", "es"])
def test_an_offer_is_short_and_in_the_callers_language(code: str, wire: Wire) -> None:
    """A few seconds are all that callers wait for it, and the thanks as well."""
    exchange = wire.post(dialled("CA1", CALLER, f"{OFFER}&language={code}"))
    assert f'language="{code}' in exchange.body
    phrases = load("post_contact", company="Nawoord").languages[code].phrases
    assert max(len(phrases["offer"]), len(phrases["offer_agreed"])) <= LONGEST_OFFER * SPEED
    assert "1" in phrases["offer"]


# Where the call goes on


@pytest.mark.parametrize("url", [NEXT, "https://CONNECT.example.com/", f"{BASE}{AFTER}?reference=C-1"])
def test_a_call_goes_on_where_it_was_agreed(url: str, wire: Wire) -> None:
    """To a host that is listed, or back to ourselves."""
    exchange = wire.post(dialled("CA1", "anonymous", f"/twilio/voice/offer?next={quote(url, safe='')}&language=nl"))
    assert exchange.gather is not None
    said = wire.post(dialled("CA1", "anonymous", exchange.gather.action.removeprefix(BASE)))
    assert read(said.body) == (Redirect(url),)


@pytest.mark.parametrize(
    "url",
    [
        *("", "/twilio/voice", "http://connect.example.com/", "https://connect.example.com.evil.example/"),
        *("https://evil.example/?connect.example.com", "https://connect.example.com@evil.example/"),
        *("https://evil.example\\@connect.example.com/", "https://connect.example.com:8443/", "//connect.example.com"),
        *(f"{BASE}.evil.example/", "https://connect.example.com/\n", "javascript:1"),
    ],
)
def test_a_call_is_sent_nowhere_else(url: str, wire: Wire) -> None:
    """An address that is not agreed on is refused when it is tried first, with the remedy, and nothing is kept."""
    before = wire.everything()
    for path in ("/twilio/voice/offer", "/twilio/voice/offer/answer"):
        exchange = wire.post(dialled("CA1", CALLER, f"{path}?next={quote(url, safe='')}"))
        assert (exchange.status, "transfers.hosts" in exchange.body) == (400, True)
    assert wire.everything() == before


# Never offered


def test_who_was_offered_nothing_is_decided_about_after_the_call(wire: Wire) -> None:
    """A contact of its own, known by its reference or its call, with an invitation that the survey answers."""
    assert heard(left(wire, "CA1", query="?reference=C-1&agent=bob")) == "survey"
    assert heard(left(wire, "CA2", ELSEWHERE)) == "survey"
    assert [(row["reference"], row["source"]) for row in wire.rows("contacts")] == [
        ("C-1", "transfer"),
        ("CA2", "transfer"),
    ]
    by_reference = {row["reference"]: row["agent"] for row in wire.rows("invitations")}
    assert by_reference == {"C-1": "bob", "CA2": None}
    assert [row["kind"] for row in wire.rows("attempts")] == ["transfer", "transfer"]


def test_who_was_asked_lately_is_not_asked_after_the_next_call(wire: Wire) -> None:
    """The call ends without a word, also when it is told again, and a row says why."""
    left(wire, "CA1")
    for _ in range(2):
        assert heard(left(wire, "CA2")) == "end"
    assert [row["reason"] for row in wire.rows("contacts")] == [None, "quarantined"]


def test_whoever_withholds_the_number_may_be_asked_each_time(wire: Wire) -> None:
    """Nobody is known by a withheld number, so nobody is in quarantine by it; no text can follow."""
    for call in ("CA1", "CA2"):
        assert heard(offered(wire, call, "anonymous")) == "offer"
        answered(wire, "1", call, "anonymous")
    assert heard(left(wire, "CA1", "anonymous", query="?language=nl")) == "survey"
    wire.post(ended("CA2", "anonymous"))
    wire.clock.advance(minutes=11)
    assert dispatched(wire) == []
    assert [row["theirs"] for row in wire.rows("invitations")] == [None, None]


def test_who_hangs_up_at_the_choice_of_languages_leaves_a_trace(wire: Wire) -> None:
    """The invitation was refused: it is counted, and nothing is sent."""
    assert heard(left(wire, theirs=BELGIAN)) == "menu"
    wire.post(ended("CA1", BELGIAN))
    assert (invitation(wire)["outcome"], wire.rows("sessions")) == ("refused", [])


def test_a_survey_begun_by_the_choice_of_a_language_is_linked(wire: Wire) -> None:
    """The menu between the two changes nothing."""
    menu = left(wire, theirs=BELGIAN, query="?agent=bob")
    assert heard(wire.post(dialled("CA1", BELGIAN, menu.action, Digits="2"))) == "survey"
    (session,), (attempt,) = wire.rows("sessions"), wire.rows("attempts")
    assert (attempt["session_id"], session["agent"], session["language"]) == (session["id"], "bob", "fr")


# Known already under its reference


def test_an_invitation_that_waits_is_answered_on_the_line(wire: Wire) -> None:
    """The contact was reported and its text is not out yet: the caller is asked now, and no text follows."""
    reported = NewContact("C-1", CALLER, wire.clock(), Source.API)
    assert wire.parts.invitations.take(reported).invited
    assert heard(left(wire, query="?reference=C-1")) == "survey"
    wire.clock.advance(minutes=11)
    assert dispatched(wire) == []
    assert len(wire.rows("invitations")) == 1


def test_an_invitation_that_is_out_is_not_put_again(wire: Wire) -> None:
    """Whoever has the text already is not asked on the line besides."""
    wire.parts.invitations.take(NewContact("C-1", CALLER, wire.clock(), Source.API))
    wire.clock.advance(minutes=11)
    assert len(dispatched(wire)) == 1
    assert heard(left(wire, query="?reference=C-1")) == "end"


def test_the_reference_of_another_person_is_not_theirs(wire: Wire) -> None:
    """A reference used twice does not make somebody the respondent of another's contact."""
    wire.parts.invitations.take(NewContact("C-1", ELSEWHERE, wire.clock(), Source.API))
    assert heard(left(wire, query="?reference=C-1")) == "end"


# Agreed, and never reached the survey


@pytest.mark.parametrize(
    "how",
    [
        {"target": AFTER, "CallStatus": "completed", "DialCallStatus": "completed"},
        {"target": AFTER, "DialCallStatus": "no-answer"},
        {"target": AFTER, "QueueResult": "hangup", "CallStatus": "completed"},
        {"target": "/twilio/voice/status", "CallStatus": "completed"},
        {"target": "/twilio/voice/status", "CallStatus": "failed"},
    ],
)
def test_who_agreed_and_was_never_asked_gets_a_text(how: Mapping[str, str], wire: Wire) -> None:
    """After the usual delay, once, as soon as it is known that they have gone, however often that is told."""
    offered(wire)
    answered(wire, "1")
    wire.clock.advance(minutes=5)
    for _ in range(2):
        wire.post(dialled("CA1", CALLER, **how))
    wire.clock.advance(minutes=9)
    wire.post(ended("CA1"))
    assert dispatched(wire) == []
    wire.clock.advance(minutes=1)
    (message,) = dispatched(wire)
    assert (message.channel, message.theirs) == (Channel.SMS, CALLER)
    wire.clock.advance(minutes=20)
    assert dispatched(wire) == []


def test_the_agent_is_known_also_where_only_a_text_follows(wire: Wire) -> None:
    """What the end of the agent's call tells belongs to the invitation, whoever hung up first."""
    offered(wire)
    answered(wire, "1")
    left(wire, query="?agent=anna", CallStatus="completed")
    assert invitation(wire)["agent"] == "anna"
    wire.clock.advance(minutes=10)
    dispatched(wire)
    (session,) = wire.rows("sessions")
    assert (session["channel"], session["agent"]) == ("sms", "anna")


def test_a_text_follows_by_itself_where_nobody_tells_how_the_call_went(wire: Wire) -> None:
    """After the time in which a caller may still reach the survey."""
    offered(wire)
    answered(wire, "1")
    wire.clock.advance(minutes=119)
    assert dispatched(wire) == []
    wire.clock.advance(minutes=1)
    assert len(dispatched(wire)) == 1


@pytest.mark.parametrize("told", [True, False])
def test_who_never_answered_the_offer_gets_no_text(told: bool, wire: Wire) -> None:
    """Hanging up during the offer is no consent, whether or not anybody tells of it."""
    offered(wire)
    if told:
        wire.post(ended("CA1"))
        assert invitation(wire)["outcome"] == "refused"
    wire.clock.advance(hours=3)
    assert dispatched(wire) == []
    assert invitation(wire)["ended_at"] is not None


@pytest.mark.parametrize("theirs", [CALLER, "anonymous"])
@pytest.mark.parametrize(("keys", "outcome"), [(["8", "2", "", "#"], "completed"), (["8"], "partial"), ([], "refused")])
def test_who_was_asked_gets_no_text(theirs: str, keys: list[str], outcome: str, wire: Wire) -> None:
    """However little was said: the invitation ends as the call did, as soon as that has ended."""
    last = left(wire, theirs=theirs, query="?language=nl")
    for key in keys:
        last = wire.post(dialled("CA1", theirs, last.action, **({"Digits": key} if key else {})))
    assert dispatched(wire) == []
    wire.post(ended("CA1", theirs))
    (attempt,) = wire.rows("attempts")
    assert attempt["status"] == "completed"
    sent = dispatched(wire)
    assert [message.channel for message in sent] == ([Channel.SMS] if (outcome, theirs) == ("partial", CALLER) else [])
    if not sent:
        assert invitation(wire)["outcome"] == outcome


def test_whoever_says_nothing_at_all_gets_no_text(wire: Wire) -> None:
    """The survey was reached, and silence was the answer."""
    last = left(wire)
    while last.gather:
        last = wire.post(dialled("CA1", CALLER, last.action))
    wire.post(ended("CA1"))
    assert dispatched(wire) == []
    assert invitation(wire)["outcome"] == "broken_off"


# Handed over by a switchboard


@pytest.mark.parametrize("prefix", ["X-Nawoord", "X-NAWOORD", "x-nawoord"])
def test_a_switchboard_tells_by_headers_whose_call_it_hands_over(prefix: str, wire: Wire) -> None:
    """A call with our headers is no walk-in: it is decided about, by the number in its SIP address, and attributed."""
    headers = {f"SipHeader_{prefix}-{name}": value for name, value in HEADERS.items()}
    theirs = f"sip:{CALLER}@pbx.example.com:5060;transport=tls"
    assert heard(wire.post(dialled("CA1", theirs, "/twilio/voice", **headers))) == "survey"
    (session,) = wire.rows("sessions")
    about = (session["reference"], session["agent"], session["queue"], session["touchpoint"], session["language"])
    assert about == ("C-7", "anna", "billing", "phone", "de")
    assert heard(left(wire, "CA2", CALLER)) == "end"


HEADERS = {"Reference": "C-7", "Agent": "anna", "Queue": "billing", "Touchpoint": "phone", "Language": "de"}


@pytest.mark.parametrize("path", [OFFER, AFTER])
def test_headers_say_where_the_query_does_not(path: str, wire: Wire) -> None:
    """The query goes first."""
    glue = "&" if "?" in path else "?"
    wire.post(dialled("CA1", CALLER, f"{path}{glue}agent=bob", **{"SipHeader_X-Nawoord-Agent": "anna"}))
    wire.post(dialled("CA2", ELSEWHERE, path, **{"SipHeader_X-Nawoord-Agent": "anna"}))
    assert sorted(row["agent"] for row in wire.rows("contacts")) == ["anna", "bob"]
