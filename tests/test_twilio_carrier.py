"""Messages and calls through Twilio's REST API, spoken to a server in this process instead of Twilio."""

import inspect
import json
import logging
import re
import sys
import threading
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs

import pytest
from twilio.rest.api.v2010.account.call import CallContext, CallList
from twilio.rest.api.v2010.account.message import MessageList

from bot.carriers import Button, CarrierError, Outgoing, OutgoingCall, Sought
from bot.carriers.twilio import TwilioCarrier
from flows.survey import Channel
from tests import fake_twilio
from tests.fake_twilio import FakeTwilio
from tests.twilio_fields import TABLE, faults

ACCOUNT = "AC" + "1" * 32
CALLBACK = "https://survey.example.com/twilio/messages/status"
SMS = Outgoing(Channel.SMS, "+15005550006", "+31600000001", "How was it? Één ✨")
WHATSAPP = Outgoing(Channel.WHATSAPP, "+15005550006", "+31600000001", "How was it?")
TEMPLATE = replace(WHATSAPP, content="HX" + "a" * 32, variables={"1": 'Één "quoted" {name}', "2": "50%"})
CALL = OutgoingCall(
    "+15005550006",
    "+31600000001",
    "https://survey.example.com/twilio/voice/invited/a1.signed",
    "https://survey.example.com/twilio/voice/status?attempt=a1",
    ring_seconds=25,
    longest_seconds=600,
)


class Server(ThreadingHTTPServer):
    """Answers every request alike and keeps what was asked."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.status = 201
        self.answer: object = {"sid": "SM" + "2" * 32}
        self.raw: bytes | None = None
        self.hang = threading.Event()
        self.hang.set()
        self.asked: list[tuple[str, dict[str, list[str]], str]] = []

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A client that did not wait for its answer is no error here; anything else is."""
        if not isinstance(sys.exception(), ConnectionError):
            super().handle_error(request, client_address)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_port}"


class Handler(BaseHTTPRequestHandler):
    server: Server

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"])).decode()
        self.respond(parse_qs(body, strict_parsing=True))

    def do_GET(self) -> None:
        self.respond({})

    def respond(self, form: dict[str, list[str]]) -> None:
        self.server.asked.append((self.path, form, self.headers["Authorization"]))
        self.server.hang.wait(10)
        answer = self.server.raw or json.dumps(self.server.answer).encode()
        self.send_response(self.server.status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(answer)))
        self.end_headers()
        self.wfile.write(answer)

    def log_message(self, format: str, *arguments: object) -> None:
        """Nothing is printed."""


@pytest.fixture
def server() -> Iterator[Server]:
    with Server() as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
        thread.start()
        yield server
        server.hang.set()
        server.shutdown()
        thread.join()


def carrier(server: Server, prefix: str = "", callback: str | None = CALLBACK) -> TwilioCarrier:
    return TwilioCarrier(ACCOUNT, "SK1", "secret", callback, server.url + prefix)


def sent(server: Server) -> dict[str, str]:
    ((_, form, _),) = server.asked
    return {name: " ".join(values) for name, values in form.items()}


def test_an_sms_is_created(server: Server) -> None:
    """A message goes out with its text, both numbers and where its fate is to be told; its SID comes back."""
    assert carrier(server).send(SMS) == "SM" + "2" * 32
    assert sent(server) == {
        "From": "+15005550006",
        "To": "+31600000001",
        "Body": "How was it? Één ✨",
        "StatusCallback": CALLBACK,
    }
    path, _, authorization = server.asked[0]
    assert path == f"/2010-04-01/Accounts/{ACCOUNT}/Messages.json"
    assert authorization == "Basic U0sxOnNlY3JldA=="


def test_a_whatsapp_template_is_filled(server: Server) -> None:
    """A template goes out by its name with its variables as JSON, without the text, between WhatsApp addresses."""
    buttons = (Button("1", "easy"), Button("5", "hard"))
    message = Outgoing(Channel.WHATSAPP, "+15005550006", "+31600000001", "How hard?", "HX1", buttons, {"1": "Één"})
    carrier(server, callback=None).send(message)
    assert sent(server) == {
        "From": "whatsapp:+15005550006",
        "To": "whatsapp:+31600000001",
        "ContentSid": "HX1",
        "ContentVariables": '{"1": "\\u00c9\\u00e9n"}',
    }


def test_a_message_may_have_its_own_callback_and_an_end(server: Server) -> None:
    """Where its fate is told can be named for each message, and so can the time after which it is too late."""
    own = "https://survey.example.com/twilio/messages/status?attempt=a1"
    carrier(server).send(replace(SMS, status_callback=own, valid_seconds=1800))
    assert sent(server).items() >= {"StatusCallback": own, "ValidityPeriod": "1800"}.items()


def test_a_call_is_placed(server: Server) -> None:
    """A call goes out with what is played, where every step is told, how long it rings and lasts, and detection."""
    server.answer = {"sid": "CA" + "2" * 32}
    assert carrier(server).place(CALL) == "CA" + "2" * 32
    assert sent(server) == {
        "From": "+15005550006",
        "To": "+31600000001",
        "Url": CALL.url,
        "Method": "POST",
        "StatusCallback": CALL.status_callback,
        "StatusCallbackMethod": "POST",
        "StatusCallbackEvent": "initiated ringing answered completed",
        "Timeout": "25",
        "TimeLimit": "600",
        "MachineDetection": "Enable",
    }
    assert server.asked[0][0] == f"/2010-04-01/Accounts/{ACCOUNT}/Calls.json"


def test_machines_are_detected_only_where_that_is_asked(server: Server) -> None:
    """Without detection the carrier is told nothing of machines."""
    carrier(server).place(replace(CALL, machine_detection=False))
    assert "MachineDetection" not in sent(server)


SENT: dict[str, Callable[[TwilioCarrier], object]] = {
    "an sms": lambda carrier: carrier.send(SMS),
    "an sms with everything": lambda carrier: carrier.send(
        replace(SMS, status_callback=CALL.status_callback, valid_seconds=1)
    ),
    "the longest sms": lambda carrier: carrier.send(replace(SMS, text="é" * 1600, valid_seconds=36_000)),
    "a whatsapp message": lambda carrier: carrier.send(WHATSAPP),
    "a template": lambda carrier: carrier.send(TEMPLATE),
    "a template without variables": lambda carrier: carrier.send(replace(TEMPLATE, variables={})),
    "a call": lambda carrier: carrier.place(CALL),
    "a call without detection": lambda carrier: carrier.place(replace(CALL, machine_detection=False)),
    "the longest call": lambda carrier: carrier.place(replace(CALL, ring_seconds=600, longest_seconds=14_400)),
}


@pytest.mark.parametrize("send", SENT.values(), ids=SENT)
def test_requests_keep_to_the_published_description(send: Callable[[TwilioCarrier], object]) -> None:
    """Every field of every kind of message and call is one that Twilio describes, of its type and within its bounds."""
    with FakeTwilio() as fake:
        send(TwilioCarrier(fake_twilio.ACCOUNT, fake_twilio.KEY, fake_twilio.SECRET, "https://example.com/s", fake.url))
    assert fake.faults == []
    assert len(fake.accepted) == 1


GOOD_MESSAGE = {"To": ["+31600000001"], "From": ["+15005550006"], "Body": ["How was it?"]}
GOOD_CALL = {"To": ["+31600000001"], "From": ["+15005550006"], "Url": ["https://survey.example.com/x"]}
BROKEN = {
    "a field that is none": ("CreateMessage", {"Reference": ["r1"]}, "Reference is no field of it"),
    "a python name": ("CreateMessage", {"status_callback": ["https://x.example.com"]}, "is no field of it"),
    "a call's field in a message": ("CreateMessage", {"Timeout": ["5"]}, "Timeout is no field of it"),
    "a python boolean": ("CreateMessage", {"SmartEncoded": ["True"]}, "is not of the type yes_no"),
    "a number in words": ("CreateCall", {"Timeout": ["long"]}, "Timeout is not of the type whole"),
    "a fraction": ("CreateMessage", {"ValidityPeriod": ["1.5"]}, "is not of the type whole"),
    "an empty text": ("CreateMessage", {"Body": [""]}, "Body is not of the type text"),
    "a text too long": ("CreateMessage", {"Body": ["x" * 1601]}, "Body breaks its longest"),
    "a period too long": ("CreateMessage", {"ValidityPeriod": ["36001"]}, "breaks its to"),
    "no period at all": ("CreateMessage", {"ValidityPeriod": ["0"]}, "breaks its from"),
    "a callback that is no address": ("CreateCall", {"StatusCallback": ["/status"]}, "breaks its form"),
    "a host with an underscore": ("CreateCall", {"Url": ["https://my_host.example.com/"]}, "breaks its form"),
    "a method that is none": ("CreateCall", {"Method": ["PUT"]}, "Method breaks its one_of"),
    "an event that is none": ("CreateCall", {"StatusCallbackEvent": ["ringing", "ended"]}, "breaks its one_of"),
    "two of what is one": ("CreateCall", {"Url": ["https://a.example.com", "https://b.example.com"]}, "more than once"),
    "a template's name": ("CreateMessage", {"ContentSid": ["invitation"]}, "ContentSid breaks its form"),
    "variables of no template": ("CreateMessage", {"ContentVariables": ["{}"]}, "needs ContentSid"),
    "variables that are none": (
        "CreateMessage",
        {"ContentSid": ["HX" + "a" * 32], "ContentVariables": ["{'1': 'x'}"]},
        "ContentVariables breaks its form",
    ),
    "a number without its country": ("CreateCall", {"To": ["0612345678"]}, "To breaks its form"),
}


@pytest.mark.parametrize(("operation", "fields", "fault"), BROKEN.values(), ids=BROKEN)
def test_the_table_catches_what_twilio_would_not_take(operation: str, fields: dict[str, list[str]], fault: str) -> None:
    """A wrong field, type, form or bound is found, and it alone; the same form without it has no fault."""
    good = GOOD_MESSAGE if operation == "CreateMessage" else GOOD_CALL
    assert faults(operation, good) == []
    (found,) = faults(operation, good | fields)
    assert fault in found


@pytest.mark.parametrize(("operation", "needed"), [("CreateMessage", "To From Body"), ("CreateCall", "To From Url")])
def test_the_table_knows_what_is_required(operation: str, needed: str) -> None:
    """Each field without which Twilio can do nothing is missed where it is missing."""
    good = GOOD_MESSAGE if operation == "CreateMessage" else GOOD_CALL
    for name in needed.split():
        (found,) = faults(operation, {key: value for key, value in good.items() if key != name})
        assert found.startswith(f"{operation} needs")
        assert name in found


@pytest.mark.parametrize(
    ("operation", "method"),
    [("CreateMessage", MessageList.create), ("CreateCall", CallList.create), ("UpdateCall", CallContext.update)],
)
def test_the_table_names_what_the_official_client_names(operation: str, method: Callable[..., object]) -> None:
    """No field stands in the table by a slip: the official client knows each of them."""
    known = {name.rstrip("_") for name in inspect.signature(method).parameters}
    assert {re.sub(r"(?<!^)(?=[A-Z])", "_", name).lower() for name in TABLE[operation]["fields"]} <= known


def test_another_server_may_live_under_a_path(server: Server) -> None:
    """The base URL of a compatible server may have a path of its own."""
    carrier(server, "/twilio/").send(SMS)
    assert server.asked[0][0] == f"/twilio/2010-04-01/Accounts/{ACCOUNT}/Messages.json"


def test_the_environment_does_not_reroute(server: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    """Variables that the SDK reads by itself change neither the account nor the way."""
    monkeypatch.setenv("TWILIO_REGION", "au1")
    monkeypatch.setenv("TWILIO_EDGE", "sydney")
    monkeypatch.setenv("TWILIO_ACCOUNT_SID", "AC" + "9" * 32)
    client = TwilioCarrier(ACCOUNT, "SK1", "secret")._client
    assert client.get_hostname("https://api.twilio.com/x") == "https://api.twilio.com/x"
    assert client.account_sid == ACCOUNT


ERRORS = {
    "bad number": (400, 21211, True, False),
    "no mobile": (400, 21614, True, False),
    "opted out": (400, 21610, True, False),
    "no such template": (404, 20404, True, False),
    "wrong credentials": (401, 20003, False, False),
    "forbidden": (403, 20403, False, False),
    "no account": (401, 20005, False, False),
    "unknown to us": (400, 99999, True, False),
    "off": (400, 30003, False, False),
    "too fast": (429, 20429, False, False),
    "too fast, without a code": (429, None, False, False),
    "queue full": (400, 21611, False, False),
    "daily limit": (400, 63038, False, False),
    "broken": (500, 20500, False, True),
    "away": (503, 20503, False, True),
}


@pytest.mark.parametrize(("status", "code", "permanent", "uncertain"), ERRORS.values(), ids=ERRORS)
def test_an_error_says_whether_to_try_again(
    server: Server, status: int, code: int | None, permanent: bool, uncertain: bool
) -> None:
    """What is wrong with the message is permanent, what is wrong with us or Twilio may pass; only 5xx is unsure."""
    server.status = status
    told = {"code": code, "message": "The number +31600000001 is wrong", "status": status}
    server.answer = {name: value for name, value in told.items() if value}
    asks: list[Callable[[], str]] = [lambda: carrier(server).send(SMS), lambda: carrier(server).place(CALL)]
    for ask in asks:
        with pytest.raises(CarrierError) as raised:
            ask()
        error = raised.value
        assert (error.permanent, error.code, error.uncertain) == (permanent, code or status, uncertain)


def test_an_error_of_the_newer_form_is_understood(server: Server) -> None:
    """An error as RFC 9457 problem details is mapped alike."""
    server.status = 400
    server.answer = {"type": "https://x", "title": "Bad", "status": 400, "code": 21211}
    with pytest.raises(CarrierError) as raised:
        carrier(server).send(SMS)
    assert (raised.value.permanent, raised.value.code) == (True, 21211)


def test_no_answer_in_time_leaves_it_open(server: Server) -> None:
    """Where the answer does not come the message may have been sent, so nobody may send it again blindly."""
    server.hang.clear()
    with pytest.raises(CarrierError) as raised:
        TwilioCarrier(ACCOUNT, "SK1", "secret", CALLBACK, server.url, timeout=0.2).send(SMS)
    assert not raised.value.permanent
    assert raised.value.uncertain
    assert len(server.asked) == 1


def test_a_server_that_is_not_there_may_come_back() -> None:
    """A refused connection is not permanent and has no code, and nothing can have been sent."""
    nowhere = TwilioCarrier(ACCOUNT, "SK1", "secret", api_url="http://127.0.0.1:9")
    with pytest.raises(CarrierError) as raised:
        nowhere.send(SMS)
    assert (raised.value.permanent, raised.value.code, raised.value.uncertain) == (False, None, False)


def test_a_server_without_an_address_may_come_back() -> None:
    """A host that has no address was not reached either."""
    nowhere = TwilioCarrier(ACCOUNT, "SK1", "secret", api_url="http://twilio.invalid")
    with pytest.raises(CarrierError) as raised:
        nowhere.send(SMS)
    assert (raised.value.permanent, raised.value.code, raised.value.uncertain) == (False, None, False)


def test_an_earlier_failure_says_nothing_of_this_request(server: Server) -> None:
    """A message that may have been sent is unsure also where it was sent because of a refused connection before."""

    def send_after_a_failure() -> None:
        try:
            raise ConnectionRefusedError
        except ConnectionRefusedError:
            TwilioCarrier(ACCOUNT, "SK1", "secret", CALLBACK, server.url, timeout=0.2).send(SMS)

    server.hang.clear()
    with pytest.raises(CarrierError) as raised:
        send_after_a_failure()
    assert raised.value.uncertain


ODD = {
    "no json": (b"<html>It works!</html>", None),
    "no id": (None, {"status": "queued"}),
    "no object": (None, ["SM1"]),
}


@pytest.mark.parametrize(("raw", "answer"), ODD.values(), ids=ODD)
def test_an_answer_that_is_none_leaves_it_open(server: Server, raw: bytes | None, answer: object) -> None:
    """Success without the id of what was made, as from a proxy on the way, may have been success all the same."""
    server.raw, server.answer = raw, answer
    with pytest.raises(CarrierError) as raised:
        carrier(server).send(SMS)
    assert (raised.value.permanent, raised.value.uncertain) == (False, True)


def listed(server: Server, *messages: dict[str, Any]) -> None:
    server.status, server.answer = 200, {"messages": list(messages), "page_size": 200, "next_page_uri": None}


SOUGHT = Sought(
    Channel.WHATSAPP, "+15005550006", "+31600000001", datetime(2026, 3, 2, 10, 0, 30, 500, tzinfo=UTC), "How was it?"
)


def test_what_may_have_been_sent_is_looked_for(server: Server) -> None:
    """One question for all between both numbers, sent or not; what is older or says other things is no match."""
    new = {"sid": "SM3", "date_created": "Mon, 02 Mar 2026 10:00:30 +0000", "date_sent": None, "status": "queued"}
    listed(
        server,
        new | {"sid": "SM1", "body": "How was it?", "date_created": "Sun, 01 Mar 2026 10:00:00 +0000"},
        new | {"sid": "SM2", "body": "Thank you."},
        new | {"body": "Sent from a trial account - How  was\nit?"},
        new | {"sid": "SM4", "body": "How was it?", "date_created": None},
        new | {"sid": "SM5", "body": "How was it?", "date_created": "Mon, 02 Mar 2026 10:01:00 +0000"},
    )
    assert [found.ref for found in carrier(server).find(SOUGHT)] == ["SM5", "SM3", "SM4"]
    ((path, _, _),) = server.asked
    assert path.partition("?")[2] == "To=whatsapp%3A%2B31600000001&From=whatsapp%3A%2B15005550006&PageSize=200"


def test_a_look_is_bounded(server: Server) -> None:
    """However much there is, one page is looked through."""
    many = [{"sid": f"SM{n}", "body": "How was it?", "date_created": None} for n in range(200)]
    more = {"next_page_uri": f"/2010-04-01/Accounts/{ACCOUNT}/Messages.json?Page=1"}
    server.status, server.answer = 200, {"messages": many, "page_size": 200, **more}
    assert len(carrier(server).find(SOUGHT)) == 200
    assert len(server.asked) == 1


def test_the_fate_of_a_message_and_of_a_call(server: Server) -> None:
    """One of ours is asked after by its id: its status, its error, and who answered, in the carrier's own words."""
    made = "Mon, 02 Mar 2026 10:00:30 +0000"
    server.status = 200
    server.answer = {"sid": "SM1", "date_created": made, "status": "undelivered", "error_code": 30003, "body": "Hi"}
    message = carrier(server).fate(Channel.SMS, "SM1")
    assert (message.status, message.code, message.text) == ("undelivered", 30003, "Hi")
    assert message.made_at == datetime(2026, 3, 2, 10, 0, 30, tzinfo=UTC)
    server.answer = {"sid": "CA1", "date_created": made, "status": "completed", "answered_by": "machine_start"}
    call = carrier(server).fate(Channel.CALL, "CA1")
    assert (call.status, call.code, call.answered_by) == ("completed", None, "machine_start")
    assert [path for path, _, _ in server.asked] == [
        f"/2010-04-01/Accounts/{ACCOUNT}/Messages/SM1.json",
        f"/2010-04-01/Accounts/{ACCOUNT}/Calls/CA1.json",
    ]


def test_a_call_that_waits_is_cancelled_and_one_that_is_answered_goes_on() -> None:
    """What comes back is what became of it; the request is one that Twilio describes."""
    with FakeTwilio() as fake:
        client = TwilioCarrier(fake_twilio.ACCOUNT, fake_twilio.KEY, fake_twilio.SECRET, api_url=fake.url)
        waits, answered = client.place(CALL), client.place(CALL)
        fake.accepted[1].status = "in-progress"
        assert client.cancel(waits).status == "canceled"
        assert client.cancel(answered).status == "in-progress"
        with pytest.raises(CarrierError) as caught:
            client.cancel("CA" + 32 * "9")
    assert caught.value.permanent
    assert fake.faults == []


def test_looking_can_fail(server: Server) -> None:
    """Questions fail as orders do, and an unknown id for good."""
    server.status, server.answer = 503, {}
    with pytest.raises(CarrierError) as raised:
        carrier(server).find(SOUGHT)
    assert not raised.value.permanent
    server.status, server.answer = 404, {"code": 20404, "message": "not found", "status": 404}
    with pytest.raises(CarrierError) as raised:
        carrier(server).fate(Channel.SMS, "SM1")
    assert (raised.value.permanent, raised.value.code) == (True, 20404)


def test_no_number_reaches_a_log(server: Server, caplog: pytest.LogCaptureFixture) -> None:
    """Neither what is logged on the way nor an error's text names a number, although the carrier's own message does."""
    caplog.set_level(logging.DEBUG)
    server.status = 400
    server.answer = {"code": 21211, "message": "The number +31600000001 is wrong", "status": 400}
    with pytest.raises(CarrierError) as raised:
        carrier(server).send(SMS)
    assert raised.value.__suppress_context__
    assert "31600000001" not in f"{raised.value!r} {raised.value} {caplog.text}"
    assert "secret" not in caplog.text
