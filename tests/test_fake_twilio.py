"""The server that stands in for Twilio: what it accepts it keeps, and it fails only where its script says so."""

import json
import socket
import threading
import urllib.error
import urllib.request
from base64 import b64encode
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import Any
from urllib.parse import parse_qsl, urlencode

import pytest

from bot.carriers import CarrierError, Outgoing, OutgoingCall, Sought
from bot.carriers.twilio import SIGNATURE_HEADER, TwilioCarrier, is_genuine
from flows.survey import Channel
from tests.fake_twilio import (
    ACCOUNT,
    AT_ONCE,
    BROKEN_AFTER,
    BROKEN_BEFORE,
    CUT_AFTER,
    CUT_BEFORE,
    KEY,
    SECRET,
    THROTTLED,
    TOKEN,
    Answer,
    FakeTwilio,
    Request,
    Script,
    always,
    late,
    refused,
    slow,
    weighted,
)

OURS, THEIRS = "+15005550006", "+31600000001"
CALLBACK = "https://survey.example.com/twilio/messages/status?attempt=a1"
SMS = Outgoing(Channel.SMS, OURS, THEIRS, "How was it?", status_callback=CALLBACK)
CALL = OutgoingCall(OURS, THEIRS, "https://survey.example.com/twilio/voice", CALLBACK, 25, 600)


@pytest.fixture
def fake() -> Iterator[FakeTwilio]:
    with FakeTwilio() as fake:
        yield fake


def carrier(fake: FakeTwilio, timeout: float = 10) -> TwilioCarrier:
    return TwilioCarrier(ACCOUNT, KEY, SECRET, None, fake.url, timeout)


def sought(channel: Channel = Channel.SMS, text: str | None = None, theirs: str = THEIRS) -> Sought:
    return Sought(channel, OURS, theirs, datetime.now(UTC), text)


FATES = {
    "at once": (AT_ONCE, None, 1),
    "throttled": (THROTTLED, (False, 20429, False), 0),
    "broken before": (BROKEN_BEFORE, (False, 500, True), 0),
    "broken after": (BROKEN_AFTER, (False, 500, True), 1),
    "cut before": (CUT_BEFORE, (False, None, True), 0),
    "cut after": (CUT_AFTER, (False, None, True), 1),
    "refused": (refused(21211), (True, 21211, False), 0),
    "too late, done": (slow(60), (False, None, True), 1),
    "too late, not done": (slow(60, stores=False), (False, None, True), 0),
}


@pytest.mark.parametrize(("answer", "told", "made"), FATES.values(), ids=FATES)
@pytest.mark.parametrize("kind", ["message", "call"])
def test_what_is_told_and_what_is_done(
    fake: FakeTwilio, kind: str, answer: Answer, told: tuple[bool, int | None, bool] | None, made: int
) -> None:
    """Each answer means to the client what it means with Twilio, and leaves behind what it says it does."""
    fake.script = always(answer)
    client = carrier(fake, timeout=0.3 if answer.waits else 10)
    error = None
    try:
        client.send(SMS) if kind == "message" else client.place(CALL)
    except CarrierError as raised:
        error = (raised.permanent, raised.code, raised.uncertain)
    assert error == told
    assert len(fake.sent_to(THEIRS)) == made
    assert fake.faults == []


def test_what_was_done_can_be_found_and_asked_after(fake: FakeTwilio) -> None:
    """Messages and calls are listed by kind and number, newest first, before anything was sent or rang."""
    client = carrier(fake)
    first, call, second = client.send(SMS), client.place(CALL), client.send(SMS)
    assert [found.ref for found in client.find(sought())] == [second, first]
    assert [found.ref for found in client.find(sought(Channel.CALL))] == [call]
    assert client.find(sought(theirs="+31600000002")) == ()
    assert client.find(sought(text="Something else")) == ()
    fate = client.fate(Channel.SMS, first)
    assert (fate.ref, fate.status, fate.text) == (first, "queued", "How was it?")
    assert abs(fate.made_at - datetime.now(UTC)) < timedelta(minutes=1) if fate.made_at else False
    assert client.fate(Channel.CALL, call).status == "queued"
    with pytest.raises(CarrierError):
        client.fate(Channel.SMS, call)


def test_what_is_done_late_is_found_late(fake: FakeTwilio) -> None:
    """Something done without a word shows in no list before its time."""
    fake.script = always(late(3600))
    client = carrier(fake)
    with pytest.raises(CarrierError):
        client.send(SMS)
    assert client.find(sought()) == ()
    fake.accepted[0].listed_at = 0
    assert len(client.find(sought())) == 1


def test_long_lists_come_in_pages(fake: FakeTwilio) -> None:
    """Every page names the next, until there is none."""
    client = carrier(fake)
    refs = [client.send(SMS) for _ in range(5)]
    found, page = [], f"/2010-04-01/Accounts/{ACCOUNT}/Messages.json?{urlencode({'To': THEIRS, 'PageSize': 2})}"
    while page:
        told = asked(fake, page)
        found.append([each["sid"] for each in told["messages"]])
        page = told["next_page_uri"]
    assert found == [refs[4:2:-1], refs[2:0:-1], refs[:1]]


def asked(fake: FakeTwilio, path: str, secret: str = SECRET) -> Any:
    basic = b64encode(f"{KEY}:{secret}".encode()).decode()
    request = urllib.request.Request(fake.url + path, headers={"Authorization": f"Basic {basic}"})
    with urllib.request.urlopen(request, timeout=10) as answer:
        return json.load(answer)


@pytest.mark.parametrize(
    ("path", "secret", "status"),
    [("Messages", "wrong", 401), ("Recordings", SECRET, 404), ("Messages/SM1", SECRET, 404)],
)
def test_strangers_and_other_questions_are_turned_away(fake: FakeTwilio, path: str, secret: str, status: int) -> None:
    """Without the key nothing is answered, and what is not known is not found."""
    with pytest.raises(urllib.error.HTTPError) as raised:
        asked(fake, f"/2010-04-01/Accounts/{ACCOUNT}/{path}.json", secret)
    assert raised.value.code == status
    raised.value.close()


def test_a_request_twilio_would_not_take_is_kept_as_a_fault(fake: FakeTwilio) -> None:
    """What breaks Twilio's published description is refused, and no test can overlook it."""
    with pytest.raises(CarrierError) as raised:
        carrier(fake).send(Outgoing(Channel.WHATSAPP, OURS, THEIRS, "text", "HX1"))
    assert raised.value.permanent
    assert fake.faults == ["CreateMessage: ContentSid breaks its form"]
    assert fake.accepted == []


def test_half_a_request_is_none(fake: FakeTwilio) -> None:
    """Who is killed while asking has asked for nothing, and made no fault."""
    host, _, port = fake.url.removeprefix("http://").partition(":")
    with socket.create_connection((host, int(port)), timeout=10) as line:
        path = f"/2010-04-01/Accounts/{ACCOUNT}/Messages.json"
        line.sendall(f"POST {path} HTTP/1.1\r\nHost: x\r\nContent-Length: 100\r\n\r\nTo=%2B316".encode())
        line.shutdown(socket.SHUT_WR)
        assert line.recv(1000) == b""
    assert (fake.accepted, fake.faults) == ([], [])


def test_many_at_once_are_all_kept(fake: FakeTwilio) -> None:
    """Requests that come together each get an id of their own, and none is lost."""
    client = carrier(fake)
    with ThreadPoolExecutor(16) as senders:
        refs = list(senders.map(lambda _: client.send(SMS), range(64)))
    assert len(set(refs)) == 64
    assert {each.sid for each in fake.sent_to(THEIRS)} == set(refs)


def test_the_same_seed_fails_alike() -> None:
    """A script of chances gives the same answers for the same seed, in about the shares that were asked for."""
    weights = {AT_ONCE: 3.0, CUT_AFTER: 1.0}

    def answers(script: Script) -> list[Answer]:
        return [script(Request(number, True, "Messages", {})) for number in range(1, 401)]

    assert answers(weighted(1, weights)) == answers(weighted(1, weights))
    assert answers(weighted(1, weights)) != answers(weighted(2, weights))
    assert 60 <= answers(weighted(1, weights)).count(CUT_AFTER) <= 140
    assert weighted(1, weights)(Request(1, False, "Messages", {})) == AT_ONCE
    assert weighted(1, weights, {THROTTLED: 1.0})(Request(1, False, "Messages", {})) == THROTTLED


class Listener(BaseHTTPRequestHandler):
    told: list[tuple[str, dict[str, str], str]]

    def do_POST(self) -> None:
        form = dict(parse_qsl(self.rfile.read(int(self.headers["Content-Length"])).decode()))
        self.told.append((self.path, form, self.headers[SIGNATURE_HEADER]))
        self.send_response(204)
        self.end_headers()

    def log_message(self, format: str, *arguments: object) -> None:
        """Nothing is printed."""


@pytest.fixture
def listening() -> Iterator[tuple[str, list[tuple[str, dict[str, str], str]]]]:
    """Where an application listens, and what it was told."""
    told: list[tuple[str, dict[str, str], str]] = []
    handler = type("Bound", (Listener,), {"told": told})
    with HTTPServer(("127.0.0.1", 0), handler) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}", told
        server.shutdown()
        thread.join()


def test_statuses_are_told_signed_in_any_order(
    fake: FakeTwilio, listening: tuple[str, list[tuple[str, dict[str, str], str]]]
) -> None:
    """A status reaches the application with a genuine signature over the public address; old ones can be told again."""
    where, told = listening
    client = carrier(fake)
    client.send(SMS)
    client.place(CALL)
    message, call = fake.accepted
    assert fake.report(message, "undelivered", 30003, to=where) == 204
    assert client.fate(Channel.SMS, message.sid).code == 30003
    fake.tell(message, "sent", to=where)
    assert client.fate(Channel.SMS, message.sid).status == "undelivered"
    fake.report(call, "completed", to=where, AnsweredBy="human")
    assert client.fate(Channel.CALL, call.sid).answered_by == "human"
    assert [(form.get("MessageStatus"), form.get("ErrorCode")) for _, form, _ in told[:2]] == [
        ("undelivered", "30003"),
        ("sent", None),
    ]
    assert told[2][1].items() >= {"CallSid": call.sid, "CallStatus": "completed", "AnsweredBy": "human"}.items()
    for path, form, signature in told:
        assert path == "/twilio/messages/status?attempt=a1"
        assert is_genuine([TOKEN], CALLBACK, form, signature)
