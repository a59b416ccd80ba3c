"""Announcements of callbacks: signed requests and mails that arrive, fail, are tried again, and never go where not."""

import hashlib
import hmac
import json
import shlex
import socket
import socketserver
import ssl
import subprocess
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime, timedelta
from email import message_from_string
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from itertools import chain, repeat
from pathlib import Path
from time import monotonic
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from bot.announcing import LONGEST_WAIT, Announcements, wait
from bot.config import ConfigError
from bot.config import load as read_settings
from bot.mail import send
from bot.sections import CallbackMail
from bot.webhook import UndeliveredError, is_public, post
from tests.test_called_back import converse
from tests.wire import CALLER, Wire, texted

NOON = datetime(2026, 1, 6, 12, tzinfo=UTC)

SECRET = "a secret that both sides know"


class Receiver(ThreadingHTTPServer):
    """A program that is told of callbacks. statuses: what it answers next, then 204; got: what it was sent."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Hearing)
        self.statuses: list[int] = []
        self.got: list[tuple[dict[str, str], bytes]] = []
        self.held = threading.Event()
        self.held.set()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_port}/told"


class _Hearing(BaseHTTPRequestHandler):
    server: Receiver

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        self.server.got.append((dict(self.headers), body))
        self.server.held.wait(5)
        status = self.server.statuses.pop(0) if self.server.statuses else 204
        self.send_response(status)
        if 300 <= status < 400:
            self.send_header("Location", f"{self.server.url}/elsewhere")
        self.end_headers()

    def log_message(self, *_: Any) -> None:
        """Nothing."""


class _Mailing(socketserver.StreamRequestHandler):
    """As much of SMTP as it takes to be handed a message."""

    def handle(self) -> None:
        mailbox: list[str] = self.server.mailbox  # type: ignore[attr-defined]
        self.say("220 here")
        while line := self.rfile.readline().decode().strip():
            if line.upper() == "DATA":
                self.say("354 go on")
                lines = iter(lambda: self.rfile.readline().decode().rstrip("\r\n"), ".")
                mailbox.append("\n".join(lines))
            if line.upper() == "QUIT":
                return self.say("221 bye")
            self.say("250 done")
        return None

    def say(self, line: str) -> None:
        self.wfile.write(f"{line}\r\n".encode())


@contextmanager
def served(server: socketserver.BaseServer) -> Iterator[None]:
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    try:
        yield
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    told = Receiver()
    with served(told):
        yield told


@contextmanager
def telling(database_url: str, **callbacks: Any) -> Iterator[tuple[Wire, Announcements]]:
    """An application with a callback that is to be announced."""
    secrets = {"callback_secret": SECRET}
    wire = Wire.to(database_url, {"callbacks": callbacks, "secrets": secrets})
    converse(wire, "3", "5", "nooit iemand gesproken", "ja")
    try:
        yield wire, Announcements(wire.parts.settings, wire.parts.database, wire.clock)
    finally:
        wire.close()


def hook(receiver: Receiver, **more: Any) -> dict[str, Any]:
    return {"webhook": {"url": receiver.url, "allow_http": True, "allow_private": True, **more}}


def test_a_callback_is_told_once_and_signed(database_url: str, receiver: Receiver) -> None:
    """The signature is over the seconds and the exact body; neither number nor words of the customer leave us."""
    with telling(database_url, **hook(receiver)) as (wire, announcements):
        assert (announcements.work_off(), announcements.work_off()) == (1, 0)
        ((headers, body),) = receiver.got
        parts = dict(part.split("=", 1) for part in headers["Nawoord-Signature"].split(","))
        signed = hmac.new(SECRET.encode(), f"{parts['t']}.".encode() + body, hashlib.sha256).hexdigest()
        assert parts["v1"] == signed
        told, (row,) = json.loads(body), wire.rows("callbacks")
        assert (told["event"], told["callback"], told["reasons"]) == (
            "callback.agreed",
            row["id"],
            ["low_score", "high_effort"],
        )
        assert told["url"].endswith(f"/callbacks/{row['id']}")
        assert headers["Nawoord-Delivery"] == row["id"]
        assert CALLER.encode() not in body
        assert b"gesproken" not in body


@pytest.mark.parametrize("status", [302, 307, 404, 500])
def test_what_is_not_taken_is_told_again_later(database_url: str, receiver: Receiver, status: int) -> None:
    """Anything but 2xx is no arrival; a redirect is followed nowhere; the same delivery is told after a while."""
    receiver.statuses = [status]
    with telling(database_url, **hook(receiver)) as (wire, announcements):
        assert announcements.work_off() == 0
        (row,) = wire.rows("callback_announcements")
        assert (row["failures"], row["trouble"]) == (1, f"answered with {status}")
        assert announcements.work_off() == 0
        wire.clock.advance(seconds=31)
        assert announcements.work_off() == 1
        assert len({headers["Nawoord-Delivery"] for headers, _ in receiver.got}) == 1
        assert len(receiver.got) == 2


def test_what_never_arrives_is_given_up(database_url: str, receiver: Receiver) -> None:
    """After give_up_hours nothing more is sent, and it is counted."""
    receiver.statuses = [500] * 99
    with telling(database_url, give_up_hours=2, **hook(receiver)) as (wire, announcements):
        for _ in range(12):
            announcements.work_off()
            wire.clock.advance(minutes=61)
        (row,) = wire.rows("callback_announcements")
        assert (row["due_at"], row["sent_at"]) == (None, None)
        assert 2 <= len(receiver.got) <= 4


def test_whoever_is_slow_is_not_waited_for(receiver: Receiver) -> None:
    """An answer that does not come in time is none."""
    receiver.held.clear()
    with pytest.raises(UndeliveredError, match="no answer in"):
        post(receiver.url, {}, "d", SECRET, NOON, 0.2, allow_private=True)
    receiver.held.set()


class _Dripping(socketserver.BaseRequestHandler):
    """Says its words a byte at a time, and the last of them for ever, until nobody listens any longer."""

    def handle(self) -> None:
        words: bytes = self.server.words  # type: ignore[attr-defined]
        with suppress(OSError):
            for byte in chain(words[:-1], repeat(words[-1])):
                self.request.sendall(bytes([byte]))
                self.server.stopped.wait(0.02)  # type: ignore[attr-defined]


@contextmanager
def dripping(words: bytes) -> Iterator[int]:
    """A server that answers so, at a port of this machine."""
    with socketserver.ThreadingTCPServer(("127.0.0.1", 0), _Dripping) as server, served(server):
        server.words, server.stopped = words, threading.Event()  # type: ignore[attr-defined]
        yield server.server_address[1]
        server.stopped.set()  # type: ignore[attr-defined]


@pytest.mark.parametrize("said", [b"HTTP/1.1 2", b"HTTP/1.1 100 Continue\r\n\r\n" * 99])
def test_an_answer_that_drips_is_cut_off(said: bytes) -> None:
    """Each byte comes in time, and the whole does not: the time is for all of it."""
    with dripping(said) as port:
        began = monotonic()
        with pytest.raises(UndeliveredError, match=r"no answer in 0\.3 seconds"):
            post(f"http://127.0.0.1:{port}/", {}, "d", SECRET, NOON, 0.3, allow_private=True)
        assert monotonic() - began < 10


def test_of_the_answer_only_the_head_is_read() -> None:
    """However much comes behind it, it has been told."""
    with dripping(b"HTTP/1.1 200 OK\r\n\r\n" + b"more") as port:
        post(f"http://127.0.0.1:{port}/", {}, "d", SECRET, NOON, 5, allow_private=True)


@pytest.mark.parametrize("security", ["none", "starttls", "tls"])
@pytest.mark.parametrize("said", [b"220-hello\r\n" * 99, b"2", b"220 here\r\n250-and\r\n" + b"250-so on\r\n" * 99])
def test_a_mail_server_that_drips_is_cut_off(said: bytes, security: str) -> None:
    """As a webhook is."""
    with dripping(said) as port:
        ends = {"sender": "nawoord@example.com", "to": ["team@example.com"], "timeout_seconds": 0.5}
        settings = CallbackMail.model_validate({"host": "127.0.0.1", "port": port, "security": security, **ends})
        began = monotonic()
        with pytest.raises(UndeliveredError, match="mail server"):
            send(settings, None, "d", "subject", "text", NOON)
        assert monotonic() - began < 10


def test_a_mail_server_that_never_stops_talking_is_left() -> None:
    """However fast it talks."""
    with socketserver.ThreadingTCPServer(("127.0.0.1", 0), _Chattering) as server, served(server):
        ends = {"sender": "nawoord@example.com", "to": ["team@example.com"], "timeout_seconds": 30}
        plain = {"host": "127.0.0.1", "port": server.server_address[1], "security": "none", **ends}
        with pytest.raises(UndeliveredError, match="SMTPServerDisconnected"):
            send(CallbackMail.model_validate(plain), None, "d", "subject", "text", NOON)


class _Chattering(socketserver.BaseRequestHandler):
    def handle(self) -> None:
        with suppress(OSError):
            while True:
                self.request.sendall(b"220-hello\r\n" * 999)


def test_a_callback_that_is_taken_back_is_not_announced(database_url: str, receiver: Receiver) -> None:
    """Whoever says no after yes before anybody was told is told of to nobody."""
    with telling(database_url, **hook(receiver)) as (wire, announcements):
        wire.post(texted("later", "toch niet"))
        assert announcements.work_off() == 0
        assert receiver.got == []


@pytest.mark.parametrize(
    "address",
    [
        *("127.0.0.1", "10.1.2.3", "172.16.0.1", "192.168.1.1", "169.254.169.254", "100.100.100.200", "0.0.0.0"),  # noqa: S104
        *("224.0.0.1", "255.255.255.255", "168.63.129.16", "::1", "::", "fe80::1%eth0", "fd00:ec2::254", "ff02::1"),
        *("::ffff:127.0.0.1", "::ffff:169.254.169.254", "2002:7f00:1::", "64:ff9b::7f00:1", "2001:0:4136::1"),
        *("::127.0.0.1", "::ffff:0:127.0.0.1", "64:ff9b:1::9.9.9.9", "64:ff9b::10.1.2.3", "fec0::1", "192.0.0.192"),
    ],
)
def test_no_private_address_is_asked(address: str, receiver: Receiver) -> None:
    """This machine, its networks, and what a cloud answers its machines with are refused, however they are written."""
    assert not is_public(address)
    with pytest.raises(UndeliveredError, match="private address"):
        post(receiver.url, {}, "d", SECRET, NOON, 1, allow_private=False, look_up=lambda *_: [address])
    with pytest.raises(UndeliveredError, match="private address"):
        post(receiver.url, {}, "d", SECRET, NOON, 1, allow_private=False, look_up=lambda *_: ["9.9.9.9", address])
    assert receiver.got == []


@pytest.mark.parametrize("address", ["9.9.9.9", "2620:fe::fe", "::ffff:9.9.9.9", "64:ff9b::9.9.9.9"])
def test_public_addresses_may_be_asked(address: str) -> None:
    """What anybody can reach is open."""
    assert is_public(address)


def test_a_name_is_looked_up_once_and_what_was_checked_is_reached(receiver: Receiver) -> None:
    """A name that leads elsewhere the second time is not asked a second time, and stands in the request as it is."""
    looked_up: list[str] = []

    def look_up(host: str, _port: int) -> list[str]:
        looked_up.append(host)
        return ["127.0.0.1"] if len(looked_up) == 1 else ["169.254.169.254"]

    url = f"http://receiver.example:{receiver.server_port}/told"
    post(url, {}, "d", SECRET, NOON, 1, allow_private=True, look_up=look_up)
    assert looked_up == ["receiver.example"]
    assert receiver.got[0][0]["Host"] == f"receiver.example:{receiver.server_port}"


def test_nobody_there_is_told_as_trouble() -> None:
    """A closed port and an unknown name are no arrival either."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    with pytest.raises(UndeliveredError, match="no connection"):
        post(f"http://127.0.0.1:{port}/", {}, "d", SECRET, NOON, 1, allow_private=True)
    with pytest.raises(UndeliveredError, match="not known"):
        post("http://nobody.invalid/", {}, "d", SECRET, NOON, 1, allow_private=True, look_up=_unknown)
    with pytest.raises(UndeliveredError, match="not known"):
        post("https://a..b/", {}, "d", SECRET, NOON, 1, allow_private=False)


def test_what_nobody_has_thought_of_hinders_one_and_no_other(
    database_url: str, receiver: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The other callbacks are announced; of the one there is told what happened, and it is tried again."""
    with telling(database_url, **hook(receiver)) as (wire, announcements):
        converse(wire, "3", "5", "nooit iemand gesproken", "ja", name="b", theirs="+31600000099")
        odd, told = wire.rows("callbacks")

        def told_otherwise(url: str, payload: Any, *rest: Any, **more: Any) -> None:
            if payload["callback"] == odd["id"]:
                raise LookupError(url)
            post(url, payload, *rest, **more)

        monkeypatch.setattr("bot.webhook.post", told_otherwise)
        assert announcements.work_off() == 1
        assert [headers["Nawoord-Delivery"] for headers, _ in receiver.got] == [told["id"]]
        troubles = {row["callback_id"]: row["trouble"] for row in wire.rows("callback_announcements")}
        assert troubles == {odd["id"]: "it could not be told (LookupError)", told["id"]: None}
        monkeypatch.undo()
        wire.clock.advance(seconds=31)
        assert announcements.work_off() == 1


def test_a_mail_holds_the_way_to_the_page_and_nothing_of_the_customer(database_url: str) -> None:
    """Who reads it signs in to see more."""
    with socketserver.ThreadingTCPServer(("127.0.0.1", 0), _Mailing) as server, served(server):
        server.mailbox = []  # type: ignore[attr-defined]
        mail = {
            "host": "127.0.0.1",
            "port": server.server_address[1],
            "security": "none",
            "sender": "nawoord@example.com",
            "to": ["team@example.com"],
        }
        with telling(database_url, mail=mail) as (wire, announcements):
            assert announcements.work_off() == 1
            (row,) = wire.rows("callbacks")
        (sent,) = server.mailbox  # type: ignore[attr-defined]
    message = message_from_string(sent)
    assert (message["To"], message["From"]) == ("team@example.com", "nawoord@example.com")
    assert f"/callbacks/{row['id']}" in sent
    due = datetime.fromisoformat(str(row["due_at"])).replace(tzinfo=UTC).astimezone(ZoneInfo("Europe/Amsterdam"))
    assert f"before {due:%Y-%m-%d %H:%M} (Europe/Amsterdam)" in str(message.get_payload(decode=True))
    assert CALLER not in sent
    assert "gesproken" not in sent


def test_a_mail_server_without_encryption_is_handed_nothing(database_url: str) -> None:
    """Where STARTTLS is wanted and not offered, the message waits."""
    with socketserver.ThreadingTCPServer(("127.0.0.1", 0), _Mailing) as server, served(server):
        server.mailbox = []  # type: ignore[attr-defined]
        ends = {"sender": "nawoord@example.com", "to": ["team@example.com"]}
        mail = {"host": "127.0.0.1", "port": server.server_address[1], **ends}
        with telling(database_url, mail=mail) as (wire, announcements):
            assert announcements.work_off() == 0
            (row,) = wire.rows("callback_announcements")
        assert row["trouble"].startswith("the mail server could not be used")
        assert server.mailbox == []  # type: ignore[attr-defined]


def test_waits_double_up_to_an_hour_and_differ() -> None:
    """Half to all of the whole wait, by a draw that is always the same."""
    waits = [wait("a", failures) for failures in range(20)]
    assert timedelta(seconds=15) <= waits[0] <= timedelta(seconds=30)
    assert LONGEST_WAIT / 2 <= waits[-1] <= LONGEST_WAIT
    assert wait("a", 3) == wait("a", 3) != wait("b", 3)


@pytest.mark.parametrize(
    ("callbacks", "told"),
    [
        ("webhook: {url: 'http://example.com/'}", "https://"),
        ("webhook: {url: 'https://me:pass@example.com/'}", "no user or password"),
        ("webhook: {url: 'https://example.com/'}", "NAWOORD_CALLBACK_SECRET"),
        ("mail: {to: [team@example.com]}", "without host and sender"),
        ("mail: {host: m.example.com, sender: a@example.com, to: [b@example.com], user: u}", "NAWOORD_SMTP_PASSWORD"),
        ("mail: {user: u, security: none}", "never sent in the clear"),
        ("keep_dais: 3", "did you mean keep_days"),
    ],
)
def test_settings_that_cannot_work_are_told(callbacks: str, told: str, tmp_path: Any) -> None:
    """Each with what to do."""
    path = tmp_path / "config.yaml"
    path.write_text(f"callbacks:\n  {callbacks}\n", encoding="utf-8")
    with pytest.raises(ConfigError, match=told):
        read_settings({"NAWOORD_CONFIG": str(path)})


def _unknown(*_: Any) -> list[str]:
    raise OSError("unknown")


def test_a_certificate_of_another_host_is_not_taken(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The handshake names the host that was looked up, and only its certificate will do."""
    subprocess.run(
        shlex.split(
            "openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 2 -keyout key.pem"
            " -out cert.pem -subj /CN=receiver.example -addext subjectAltName=DNS:receiver.example"
        ),
        cwd=tmp_path,
        check=True,
        capture_output=True,
    )
    context, named = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER), list[str | None]()
    context.load_cert_chain(tmp_path / "cert.pem", tmp_path / "key.pem")
    context.sni_callback = lambda _socket, name, _context: named.append(name)
    monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "cert.pem"))
    receiver = Receiver()
    receiver.socket = context.wrap_socket(receiver.socket, server_side=True)

    def tell(host: str) -> None:
        url = f"https://{host}:{receiver.server_port}/told"
        post(url, {}, "d", SECRET, NOON, 2, allow_private=True, look_up=lambda *_: ["127.0.0.1"])

    with served(receiver):
        tell("receiver.example")
        with pytest.raises(UndeliveredError, match="SSLCertVerificationError"):
            tell("other.example")
    assert named == ["receiver.example", "other.example"]
    assert len(receiver.got) == 1
