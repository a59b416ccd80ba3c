"""Messages sent through Twilio's REST API, spoken to a server in this process instead of Twilio."""

import json
import logging
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs

import pytest

from bot.carriers import Button, CarrierError, Outgoing
from bot.carriers.twilio import TwilioCarrier
from flows.survey import Channel

ACCOUNT = "AC" + "1" * 32
CALLBACK = "https://survey.example.com/twilio/messages/status"
SMS = Outgoing(Channel.SMS, "+15005550006", "+31600000001", "How was it? Één ✨")


class Server(ThreadingHTTPServer):
    """Answers every request alike and keeps what was asked."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.status = 201
        self.answer: dict[str, object] = {"sid": "SM" + "2" * 32}
        self.hang = threading.Event()
        self.hang.set()
        self.asked: list[tuple[str, dict[str, list[str]], str]] = []

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_port}"


class Handler(BaseHTTPRequestHandler):
    server: Server

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"])).decode()
        form = parse_qs(body, strict_parsing=True)
        self.server.asked.append((self.path, form, self.headers["Authorization"]))
        self.server.hang.wait(10)
        answer = json.dumps(self.server.answer).encode()
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
    return {name: value for name, (value,) in form.items()}


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
    "too fast": (429, 20429, False, False),
    "queue full": (400, 21611, False, False),
    "daily limit": (400, 63038, False, False),
    "broken": (500, 20500, False, True),
    "away": (503, 20503, False, True),
}


@pytest.mark.parametrize(("status", "code", "permanent", "uncertain"), ERRORS.values(), ids=ERRORS)
def test_an_error_says_whether_to_try_again(
    server: Server, status: int, code: int, permanent: bool, uncertain: bool
) -> None:
    """What is wrong with the message is permanent, what is wrong with us or Twilio may pass; only 5xx is unsure."""
    server.status = status
    server.answer = {"code": code, "message": "The number +31600000001 is wrong", "status": status}
    with pytest.raises(CarrierError) as raised:
        carrier(server).send(SMS)
    error = raised.value
    assert (error.permanent, error.code, error.uncertain) == (permanent, code, uncertain)


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
    """A refused connection is not permanent and has no code."""
    nowhere = TwilioCarrier(ACCOUNT, "SK1", "secret", api_url="http://127.0.0.1:9")
    with pytest.raises(CarrierError) as raised:
        nowhere.send(SMS)
    assert (raised.value.permanent, raised.value.code) == (False, None)


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
