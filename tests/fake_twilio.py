"""A server that speaks the part of Twilio's REST API which is used here, and fails in every way a server can.

It answers real HTTP, so that it can be asked from other processes, and by the official client as it is. What it does
with each request is told by a script; what it accepted is kept, so that a test can count what was really sent.
"""

import json
import random
import sys
import threading
import time
import urllib.request
from base64 import b64encode
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.utils import format_datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, parse_qsl, urlencode, urlsplit

from bot.carriers.twilio import SIGNATURE_HEADER, sign
from tests.twilio_fields import faults

ACCOUNT = "AC" + "1" * 32
KEY = "SK1"
SECRET = "secret"
TOKEN = "the auth token of a test"

MESSAGES, CALLS = "Messages", "Calls"


@dataclass(frozen=True, slots=True)
class Request:
    """A request as a script sees it. number: counted from 1; kind: Messages or Calls; form: posted, or asked for;
    updates: whether something that was made is to be changed.
    """

    number: int
    creates: bool
    kind: str
    form: Mapping[str, str]
    updates: bool = False


@dataclass(frozen=True, slots=True)
class Answer:
    """What becomes of a request.

    stores: whether what is asked for is done; waits: seconds before the answer, after it was done;
    status, code: of the answer, 0 for success; cuts: whether the connection breaks instead of an answer;
    listed_after: seconds until what was done can be found.
    """

    stores: bool = True
    waits: float = 0.0
    status: int = 0
    code: int | None = None
    cuts: bool = False
    listed_after: float = 0.0


AT_ONCE = Answer()
THROTTLED = Answer(stores=False, status=429, code=20429)
BROKEN_BEFORE = Answer(stores=False, status=500)
BROKEN_AFTER = Answer(status=500)
CUT_BEFORE = Answer(stores=False, cuts=True)
CUT_AFTER = Answer(cuts=True)


def refused(code: int, status: int = 400) -> Answer:
    """Refused for good with this code."""
    return Answer(stores=False, status=status, code=code)


def slow(seconds: float, stores: bool = True) -> Answer:
    """An answer that comes late: beyond the client's patience nobody hears it."""
    return Answer(stores=stores, waits=seconds, status=0 if stores else 503)


def late(seconds: float, answer: Answer = CUT_AFTER) -> Answer:
    """Done without a word, and found only after so many seconds."""
    return Answer(answer.stores, answer.waits, answer.status, answer.code, answer.cuts, seconds)


Script = Callable[[Request], Answer]


def always(answer: Answer) -> Script:
    """Every request to make something gets this answer, and every question the truth."""
    return lambda request: answer if request.creates else AT_ONCE


def weighted(seed: int, weights: Mapping[Answer, float], reading: Mapping[Answer, float] | None = None) -> Script:
    """Each answer as often as its weight says, the same ones for the same seed. reading: of questions."""

    def script(request: Request) -> Answer:
        choices = weights if request.creates else reading or {AT_ONCE: 1.0}
        dice = random.Random(f"{seed}:{request.number}")  # noqa: S311
        return dice.choices(list(choices), list(choices.values()))[0]

    return script


@dataclass(slots=True)
class Accepted:
    """A message or call that was really made. form: as it was asked for; listed_at: from when it can be found."""

    sid: str
    kind: str
    form: dict[str, str]
    at: float
    listed_at: float
    status: str = "queued"
    code: int | None = None
    more: dict[str, str] = field(default_factory=dict)

    def as_json(self) -> dict[str, Any]:
        """The resource as it is listed and fetched; a queued one has no time of sending or starting yet."""
        moment = format_datetime(datetime.fromtimestamp(self.at, UTC))
        begun = None if self.status == "queued" else moment
        shared: dict[str, Any] = {
            "sid": self.sid,
            "account_sid": ACCOUNT,
            "status": self.status,
            "date_created": moment,
        }
        shared |= {"from": self.form.get("From"), "to": self.form["To"], "direction": "outbound-api"}
        if self.kind == CALLS:
            return shared | {"start_time": begun, "answered_by": self.more.get("AnsweredBy")}
        body = self.form.get("Body", f"[{self.form.get('ContentSid')}]")
        return shared | {"date_sent": begun, "body": body, "error_code": self.code}


class FakeTwilio:
    """The server, running while the `with` block does.

    accepted: what was really made, oldest first; faults: what in any request Twilio's published description forbids.
    """

    def __init__(self, script: Script | None = None) -> None:
        self.script = script or always(AT_ONCE)
        self.accepted: list[Accepted] = []
        self.faults: list[str] = []
        self.requests = 0
        self.stopped = threading.Event()
        self._lock = threading.Lock()
        self._server = _Server(self)

    @property
    def url(self) -> str:
        """The base URL, for NAWOORD_TWILIO_API_URL."""
        return f"http://127.0.0.1:{self._server.server_port}"

    def __enter__(self) -> "FakeTwilio":
        self._thread = threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.02})
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.stopped.set()  # answers that wait come at once
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()

    def sent_to(self, theirs: str) -> list[Accepted]:
        """What was really made for this address, oldest first."""
        with self._lock:
            return [each for each in self.accepted if each.form["To"] == theirs]

    def report(
        self, accepted: Accepted, status: str, code: int | None = None, to: str | None = None, **more: str
    ) -> int:
        """The status changes and is told, signed, to the address given on creation; returns the HTTP status.

        to: a base URL where the application really listens, instead of the one that is signed; more: further fields.
        """
        with self._lock:
            accepted.status, accepted.code = status, code
            accepted.more |= more
        return self.tell(accepted, status, code, to, **more)

    def tell(self, accepted: Accepted, status: str, code: int | None = None, to: str | None = None, **more: str) -> int:
        """Tells a status that may be old or told before, and changes nothing here."""
        url, form = callback(accepted, status, code, **more)
        base = urlsplit(url)._replace(path="", query="", fragment="").geturl()
        target = url if to is None else to + url.removeprefix(base)
        headers = {SIGNATURE_HEADER: sign(TOKEN, url, form)}
        request = urllib.request.Request(target, urlencode(form).encode(), headers)
        with urllib.request.urlopen(request, timeout=10) as answer:
            return int(answer.status)

    def make(self, kind: str, form: dict[str, str], listed_after: float) -> Accepted:
        """Accepts what is asked for."""
        now = time.time()
        with self._lock:
            sid = f"{'SM' if kind == MESSAGES else 'CA'}{len(self.accepted) + 1:032x}"
            made = Accepted(sid, kind, form, now, now + listed_after)
            self.accepted.append(made)
        return made

    def update(self, sid: str, form: Mapping[str, str]) -> None:
        """Cancels a call that nobody has answered, and leaves any other as it is."""
        with self._lock:
            for each in self.accepted:
                if each.sid == sid and form.get("Status") == "canceled" and each.status in ("queued", "ringing"):
                    each.status = "canceled"

    def count(self) -> int:
        """The number of a request that has just come in."""
        with self._lock:
            self.requests += 1
            return self.requests

    def look_up(self, kind: str, asked: Mapping[str, str]) -> list[Accepted]:
        """What can be found of this kind, newest first, between the addresses asked for."""
        wanted = {name: asked[name] for name in ("To", "From") if name in asked}
        with self._lock:
            return [
                each
                for each in reversed(self.accepted)
                if each.kind == kind and each.listed_at <= time.time() and wanted.items() <= each.form.items()
            ]


def callback(accepted: Accepted, status: str, code: int | None = None, **more: str) -> tuple[str, dict[str, str]]:
    """The address and the form by which Twilio tells a status."""
    ends = {"AccountSid": ACCOUNT, "From": accepted.form.get("From", ""), "To": accepted.form["To"]}
    if accepted.kind == CALLS:
        form = ends | {"CallSid": accepted.sid, "CallStatus": status, "Direction": "outbound-api", "CallDuration": "0"}
    else:
        form = ends | {"MessageSid": accepted.sid, "MessageStatus": status, "SmsSid": accepted.sid}
    if code is not None:
        form["ErrorCode"] = str(code)
    return accepted.form["StatusCallback"], form | more


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 128

    def __init__(self, fake: FakeTwilio) -> None:
        self.fake = fake
        super().__init__(("127.0.0.1", 0), _Handler)

    def handle_error(self, request: Any, client_address: Any) -> None:  # noqa: ARG002
        """Clients that did not wait, or are no more, are no error; anything else is a fault that no test overlooks."""
        error = sys.exception()
        if not isinstance(error, ConnectionError):
            self.fake.faults.append(f"the fake itself failed: {error!r}")


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: _Server

    def do_POST(self) -> None:
        length = int(self.headers.get("Content-Length", 0))
        body = self.rfile.read(length)
        if len(body) < length:
            self.close_connection = True  # whoever asked was killed before the end of the sentence
        else:
            self._respond(True, body.decode())

    def do_GET(self) -> None:
        self._respond(False, urlsplit(self.path).query)

    def _respond(self, posted: bool, encoded: str) -> None:
        fake = self.server.fake
        form = dict(parse_qsl(encoded, keep_blank_values=True))
        number = fake.count()
        kind, sid = self._resource()
        if kind is None:
            return self._send(404, {"code": 20404, "message": "not found", "status": 404})
        if not self._is_known():
            return self._send(401, {"code": 20003, "message": "Authenticate", "status": 401})
        creates, updates = posted and not sid, posted and bool(sid)
        operation = f"{'Create' if creates else 'Update'}{kind[:-1]}"
        if posted and (wrong := faults(operation, parse_qs(encoded, keep_blank_values=True))):
            fake.faults += wrong
            return self._send(400, {"code": 20001, "message": "; ".join(wrong), "status": 400})
        answer = fake.script(Request(number, creates, kind, form, updates))
        made = fake.make(kind, form, answer.listed_after) if creates and answer.stores else None
        if updates and answer.stores:
            fake.update(sid, form)
        fake.stopped.wait(answer.waits)
        if answer.cuts:
            self.close_connection = True
            return None
        if answer.status:
            # The number is in the message, as it is in Twilio's own.
            told = {"code": answer.code, "message": f"about {form.get('To')}", "status": answer.status}
            return self._send(answer.status, {name: value for name, value in told.items() if value is not None})
        if made is not None:
            return self._send(201, made.as_json())
        return self._tell(kind, sid, {} if updates else form)

    def _resource(self) -> tuple[str | None, str]:
        """The kind that is asked for, and the id, if one is."""
        path = urlsplit(self.path).path.removeprefix(f"/2010-04-01/Accounts/{ACCOUNT}/").removesuffix(".json")
        kind, _, sid = path.partition("/")
        return (kind if kind in (MESSAGES, CALLS) else None), sid

    def _is_known(self) -> bool:
        return self.headers.get("Authorization") == f"Basic {b64encode(f'{KEY}:{SECRET}'.encode()).decode()}"

    def _tell(self, kind: str, sid: str, asked: Mapping[str, str]) -> None:
        fake = self.server.fake
        found = fake.look_up(kind, asked)
        if sid:
            one = next((each for each in found if each.sid == sid), None)
            if one is None:
                return self._send(404, {"code": 20404, "message": "not found", "status": 404})
            return self._send(200, one.as_json())
        size, page = int(asked.get("PageSize", 50)), int(asked.get("Page", 0))
        more = urlencode({**asked, "Page": page + 1}) if len(found) > size * (page + 1) else None
        name = kind.lower()
        listed = [each.as_json() for each in found[size * page : size * (page + 1)]]
        next_page = more and f"/2010-04-01/Accounts/{ACCOUNT}/{kind}.json?{more}"
        return self._send(200, {name: listed, "page": page, "page_size": size, "next_page_uri": next_page})

    def _send(self, status: int, content: Mapping[str, Any]) -> None:
        answer = json.dumps(content).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(answer)))
        self.end_headers()
        self.wfile.write(answer)

    def log_message(self, format: str, *arguments: object) -> None:
        """Nothing is printed."""
