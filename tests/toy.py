"""A toy application on the sandbox's network: it answers from a table, and keeps what reached it."""

import time
from datetime import UTC, datetime
from itertools import count
from xml.sax.saxutils import escape

from flask import Flask, Response, abort, request

from bot.carriers import Button, Outgoing, OutgoingCall
from bot.carriers.network import SandboxCarrier, Telephones
from bot.carriers.sandbox import Sandbox
from bot.carriers.twilio import SIGNATURE_HEADER, is_genuine
from bot.web.sandbox import sandbox_pages
from flows.survey import Channel
from storage.database import Database
from storage.encryption import Keys

OURS = "+15005550006"
THEIRS = "+31600000001"
STATUS = "/twilio/status"
VOICE = {
    "/twilio/voice": '<Say language="en-GB">Welcome.</Say>'
    '<Gather action="/twilio/effort" numDigits="2" timeout="9"><Say language="nl-NL">Hoe waarschijnlijk?</Say></Gather>'
    "<Say>Nothing heard.</Say>",
    "/twilio/effort": '<Gather action="/twilio/why" numDigits="1" timeout="1"><Say>How much effort?</Say></Gather>'
    '<Redirect method="POST">/twilio/why</Redirect>',
    "/twilio/why": '<Gather action="/twilio/thanks" input="dtmf speech" language="en-GB" timeout="9">'
    "<Say>Why is that?</Say></Gather>",
    "/twilio/thanks": "<Say>Thank you.</Say><Hangup/>",
}


class Toy:
    """An application that answers from the table above, and keeps every form that reached it with a good signature."""

    def __init__(self, database: Database, keys: Keys) -> None:
        self.posted: list[tuple[str, dict[str, str]]] = []
        self.voice = dict(VOICE)
        self.delay = 0.0
        self.time = datetime(2026, 1, 5, 12, tzinfo=UTC)
        self._database, self._keys = database, keys
        self._numbers = count(1)
        self.carrier = SandboxCarrier(database, keys, self._now, self._id)
        self.app = Flask("bot.web")
        self.app.add_url_rule("/twilio/<path:_>", view_func=self._answer, methods=["POST"])

    def serve(self, base: str) -> None:
        self.base = base
        sandbox = Sandbox(self.app, base, "token", self._id)
        self.telephones = Telephones(self._database, self._keys, self._now, sandbox)
        pages = sandbox_pages(sandbox, "Acme & <b>Sons</b>", (OURS, "+15005550007"), self.telephones, "secret")
        self.app.register_blueprint(pages)

    def ring(self, theirs: str = THEIRS, seconds: int = 30, longest: int = 600, detects: bool = True) -> str:
        """Places a call to that number."""
        url, status = f"{self.base}/twilio/voice", self.status
        return self.carrier.place(OutgoingCall(OURS, theirs, url, status, seconds, longest, detects))

    @property
    def status(self) -> str:
        """Where calls and messages of ours are reported: with an id in the query, which is signed too."""
        return f"{self.base}{STATUS}?attempt=a%3A1"

    def reports(self) -> list[dict[str, str]]:
        """What was told of calls and messages of ours, in order."""
        return [form for path, form in self.posted if path == STATUS]

    def digits(self) -> list[str]:
        return [form["Digits"] for _, form in self.posted if "Digits" in form]

    def _now(self) -> datetime:
        return self.time

    def _id(self) -> str:
        return f"{next(self._numbers):032x}"

    def _answer(self, _: str) -> Response:
        time.sleep(self.delay)
        form = request.form.to_dict()
        url = f"{self.base}{request.environ['RAW_URI']}"
        if not is_genuine(["token"], url, request.form, request.headers.get(SIGNATURE_HEADER)):
            abort(403)
        self.posted.append((request.path, form))
        if request.path == "/twilio/messages":
            return self._reply(form)
        verbs = self.voice.get(request.path)
        return Response("", 204) if verbs is None else Response(f"<Response>{verbs}</Response>", mimetype="text/xml")

    def _reply(self, form: dict[str, str]) -> Response:
        if form["Body"] == "buttons":
            theirs = form["From"].removeprefix("whatsapp:")
            buttons = (Button("ces-1", "1 very little"), Button("ces-5", "5 very much"))
            self.carrier.send(Outgoing(Channel.WHATSAPP, OURS, theirs, "How much effort?", "HX1", buttons))
            return Response("<Response/>", mimetype="text/xml")
        said = form.get("ButtonPayload") or form["Body"]
        return Response(f"<Response><Message>You said: {escape(said)}</Message></Response>", mimetype="text/xml")
