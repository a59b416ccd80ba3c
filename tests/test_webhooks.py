"""Every webhook of the carrier, row by row: what it is answered with and what is kept of it."""

import json
import logging
import re
import sqlite3
import threading
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl

import psycopg
import pytest
import yaml
from itsdangerous import Signer
from sqlalchemy import event
from sqlalchemy.pool import Pool
from werkzeug.datastructures import MultiDict

from bot.carriers.twilio import sign
from flows.survey import Channel, Rating, series
from tests.wire import CALLER, Exchange, Webhook, Wire, dialled, ended, texted

FILES = sorted((Path(__file__).parent / "webhooks").glob("*.yaml"))
COLUMNS = {
    *("name", "settings", "before", "post", "method", "form", "without", "token", "signed", "carrier", "copies"),
    *("status", "twiml", "holds", "lacks", "stored", "sent"),
}
"""What a row may say; a word misspelt must not pass for a row that holds."""


def written_out(value: Any) -> Any:
    """The value with every `{times: 3, of: x}` in it written out: xxx."""
    match value:
        case {"times": int(times), "of": str(text)}:
            return text * times
        case dict():
            return {name: written_out(inner) for name, inner in value.items()}
        case list():
            return [written_out(inner) for inner in value]
        case _:
            return value


def rows_of(path: Path) -> Iterator[tuple[str, dict[str, Any]]]:
    for row in written_out(yaml.safe_load(path.read_text("utf-8"))):
        yield f"{path.stem}: {row['name']}", row


ROWS = dict(row for path in FILES for row in rows_of(path))


@dataclass(slots=True)
class CarrierApi:
    """The carrier's own interface: answers with a status and writes down what it was sent."""

    url: str
    status: int = 201
    sent: list[dict[str, str]] = field(default_factory=list)


@pytest.fixture(scope="module")
def running_api() -> Iterator[CarrierApi]:
    """A server that speaks the little of the carrier's interface that we use."""

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            api.sent.append(dict(parse_qsl(self.rfile.read(int(self.headers["Content-Length"])).decode())))
            answer = {"sid": "SM0", "code": 63016, "message": "refused", "status": api.status}
            self.send_response(api.status)
            self.end_headers()
            self.wfile.write(json.dumps(answer).encode())

        def log_message(self, format: str, *args: object) -> None:
            """Says nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    api = CarrierApi(f"http://127.0.0.1:{server.server_port}")
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield api
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture
def carrier_api(running_api: CarrierApi) -> CarrierApi:
    """The carrier's interface, to which nothing has been sent yet."""
    running_api.status, running_api.sent = 201, []
    return running_api


@pytest.mark.parametrize("row", ROWS.values(), ids=ROWS)
def test_a_webhook_is_answered_and_kept_as_its_row_says(
    row: Mapping[str, Any], database_url: str, carrier_api: CarrierApi
) -> None:
    """Status, TwiML, rows and what is sent; a webhook that is refused writes nothing, and no TwiML holds a number."""
    assert set(row) <= COLUMNS
    carrier_api.status = row.get("carrier", 201)
    changes = {"twilio": {"api_url": carrier_api.url}, **row.get("settings", {})}
    with closing(Wire.to(database_url, changes)) as wire:
        for number, step in enumerate(row.get("before", []), start=1):
            take_step(wire, step, number)
        webhook, expected = webhook_of(row, wire), row.get("status", 200)
        before = wire.everything() if expected >= 400 else {}
        answers = [
            wire.send(webhook, signature(row.get("signed", "valid"), wire, webhook), row.get("method", "POST"))
            for _ in range(row.get("copies", 1))
        ]
        assert {(answer.status, answer.body) for answer in answers} == {(expected, answers[0].body)}
        if expected >= 400:
            assert wire.everything() == before
        assert_says(row, answers[0].body)
        assert_stored(row.get("stored", {}), wire)
        for exchange in wire.exchanges:
            assert_no_number(exchange)
    if "sent" in row:
        assert len(carrier_api.sent) == len(row["sent"])
        assert all(holds(*pair) for pair in zip(carrier_api.sent, row["sent"], strict=True)), carrier_api.sent


def test_no_number_is_ever_told(database_url: str, carrier_api: CarrierApi, caplog: pytest.LogCaptureFixture) -> None:
    """Over whole conversations no number is in a URL, in TwiML, or in a log that tells every statement and request."""
    caplog.set_level(logging.DEBUG)
    caplog.set_level(logging.DEBUG, "sqlalchemy")
    buttons = {"whatsapp": {"buttons": {"ces": {"nl": f"HX{1:032}"}}}, "twilio": {"api_url": carrier_api.url}}
    with closing(Wire.to(database_url, buttons)) as wire:
        steps: list[Mapping[str, Any]] = [
            *({"call": CALLER}, {"press": "1"}, {"press": "9"}, {"press": "10"}, {"press": "3"}, {"silence": True}),
            *({"silence": True}, {"press": "#"}, {"status": "completed"}),
            *({"call": "+32470000001", "id": "CA2", "after": "?reference=C-1"}, {"press": "2"}, {"press": "47"}),
            *({"status": "completed"}, {"text": "hallo"}, {"text": "survey"}, {"text": "8"}, {"text": "prima"}),
            *({"whatsapp": "survey"}, {"whatsapp": "8"}, {"whatsapp": "2"}, {"text": "STOP"}, {"whatsapp": "STOP"}),
            *({"text": "survey", "from": "+447700900123"}, {"hours": 73}, {"expire": 1}),
        ]
        for number, step in enumerate(steps, start=1):
            take_step(wire, step, number)
        assert wire.send(dialled("CA3"), "forged").status == 403
        carrier_api.status = 400
        take_step(wire, {"whatsapp": "survey"}, 100)
        take_step(wire, {"whatsapp": "8"}, 101)
    assert len(carrier_api.sent) == 2
    for exchange in wire.exchanges:
        assert_no_number(exchange)
    told = [logging.Formatter("%(name)s %(message)s").format(record) for record in caplog.records]
    assert any("sqlalchemy" in line for line in told)
    for theirs in ("600000001", "470000001", "7700900123"):
        assert [line for line in told if theirs in line] == []
    assert [line for line in told if "5005550006" in line and not line.startswith("sqlalchemy")] == []


@contextmanager
def statements(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[str]]:
    """Every statement that reaches a driver while the block runs, but for the beginnings and ends of transactions."""
    seen: list[str] = []

    def note(statement: str) -> None:
        # SQLite tells a statement anew for everything that its own triggers do for it.
        if not re.match(r"BEGIN|COMMIT|ROLLBACK", statement) and seen[-1:] != [statement]:
            seen.append(statement)

    def trace(connection: Any, *_: Any) -> None:
        if isinstance(connection, sqlite3.Connection):
            connection.set_trace_callback(note)

    execute = psycopg.Cursor.execute

    def noted(cursor: Any, query: Any, *rest: Any, **more: Any) -> Any:
        note(str(query))
        return execute(cursor, query, *rest, **more)

    event.listen(Pool, "checkout", trace)
    monkeypatch.setattr(psycopg.Cursor, "execute", noted)
    try:
        yield seen
    finally:
        event.remove(Pool, "checkout", trace)


@pytest.mark.parametrize(("channel", "language"), [("call", "nl"), ("sms", "de"), ("whatsapp", "es")])
def test_an_answer_keeps_what_it_measures(channel: str, language: str, database_url: str) -> None:
    """Beside every answer stands which wording of which question it answers, in which language over which channel."""
    spoken = channel == "call"
    begun = {"call": CALLER} if spoken else {"text" if channel == "sms" else "whatsapp": f"survey {language}"}
    with closing(Wire.to(database_url)) as wire:
        take_step(wire, begun, 1)
        for number, given in enumerate(["8", "2", "#" if spoken else "lang gewacht"], start=2):
            take_step(wire, {"press": given} if spoken else {next(iter(begun)): given}, number)
            if given == "2" and spoken:
                take_step(wire, {"silence": True}, 0)
        kept = {row["question"]: row for row in wire.rows("answers")}
    for question in wire.parts.survey.questions:
        row = kept[question.key]
        assert row["series"] == series(question, language, Channel(channel).medium)
        assert row["instrument"] == (question.instrument if isinstance(question, Rating) else None)
        assert (row["channel"], row["language"]) == (channel, language)
    assert len({row["series"] for row in kept.values()}) == 3


CALL = ["8", "2", "#"], ["1", "9", "10", "*", "47", "3", "#"]
THREAD = (
    ["8", "2", "Ik moest lang wachten"],
    ["8 want ik moest lang wachten", "ik bedoel 9", "2"],
    ["prima", "7", "terug", "6", "overslaan", "stop!"],
)


@pytest.mark.parametrize(
    ("channel", "given"),
    [*((Channel.CALL, keys) for keys in CALL), *((Channel.SMS, words) for words in THREAD)],
    ids=lambda value: value if isinstance(value, str) else None,
)
def test_an_answer_takes_at_most_four_statements(
    channel: Channel, given: list[str], database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whatever is answered over whichever channel: one look, and what it takes to write the turn.

    Who wants no more questions costs one more, which ends what else was to be sent to them.
    """
    with closing(Wire.to(database_url)) as wire, statements(monkeypatch) as seen:
        wire.everything()  # the first use of a connection has statements of its own
        take_step(wire, {"call": CALLER} if channel is Channel.CALL else {"text": "survey"}, 1)
        for number, each in enumerate(given, start=2):
            seen.clear()
            take_step(wire, {"press": each} if channel is Channel.CALL else {"text": each}, number)
            assert 2 <= len(seen) <= (5 if each == "stop!" else 4), seen
        assert len(wire.rows("turns")) == 1 + len(given)


def take_step(wire: Wire, step: Mapping[str, Any], number: int) -> None:
    """What has happened before: a call, what the caller did, a message, the end of a call, or time that passed."""
    last = wire.exchanges[-1] if wire.exchanges else None
    call, caller = (last.webhook.form.get(name, "") for name in ("CallSid", "From")) if last else ("", "")
    theirs = str(step.get("from", CALLER))
    match step:
        case {"call": str(theirs)}:
            target = f"/twilio/voice/after-call{step['after']}" if "after" in step else "/twilio/voice"
            wire.post(dialled(step.get("id", "CA1"), theirs, target))
        case {"press": str(keys)} if last:
            wire.post(dialled(call, caller, last.action, Digits=keys))
        case {"silence": True} if last:
            wire.post(dialled(call, caller, last.action))
        case {"status": str(status)}:
            wire.post(ended(call, caller, status))
        case {"text": str(words)}:
            wire.post(texted(f"SM{number}", words, theirs))
        case {"whatsapp": str(words)}:
            wire.post(texted(f"SM{number}", words, theirs, Channel.WHATSAPP))
        case {"hours": int() | float() as hours}:
            wire.clock.advance(hours=hours)
            return
        case {"expire": int(expired)}:
            assert wire.parts.conversations.expire_overdue() == expired
            return
        case _:
            raise ValueError(f"nobody knows how to do {step}")
    assert wire.exchanges[-1].status < 300


def webhook_of(row: Mapping[str, Any], wire: Wire) -> Webhook:
    """The webhook that the row is about: the usual fields of its path, with what the row says differently."""
    target = awaited(row.get("token", "valid"), wire) if row["post"] == "turn" else row["post"]
    usual = texted("SM", "8") if target.startswith("/twilio/messages") else dialled("CA1")
    form = {**usual.form, **row.get("form", {})}
    form = {name: value for name, value in form.items() if name not in row.get("without", [])}
    return Webhook(target, MultiDict(form))


def awaited(token: str, wire: Wire) -> str:
    """The path of the turn that is awaited, as it was given or with its token tampered with."""
    *others, last = [exchange.action for exchange in wire.exchanges if exchange.gather]
    path, _, given = last.rpartition("/")
    turn, _, made = given.rpartition(".")
    session, _, number = turn.partition(".")
    signer = Signer(wire.parts.keys.sub("webhooks"), salt="turn", key_derivation="hmac")
    match token:
        case "valid":
            return last
        case "of the first prompt":
            return others[0]
        case "with another signature":
            given = f"{turn}.{made[::-1]}"
        case "without signature":
            given = turn
        case "of a later turn, signature kept":
            given = f"{session}.{int(number) + 1}.{made}"
        case "of another session, signature kept":
            given = f"id0.{number}.{made}"
        case "of a later turn":
            given = signer.sign(f"{session}.{int(number) + 1}").decode()
        case "of a session that never was":
            given = signer.sign("id0.0").decode()
        case _:
            raise ValueError(f"there is no token {token!r}")
    return f"{path}/{given}"


def signature(signed: str | Mapping[str, Any], wire: Wire, webhook: Webhook) -> str | None:
    """The signature, as it should be or made with something else. It never says what it is made for."""
    match signed:
        case "valid":
            return wire.sign(webhook)
        case "missing":
            return None
        case "forged":
            return wire.sign(webhook)[::-1]
        case {"with": str(token)}:
            return wire.sign(webhook, token)
        case {"for": str(url)}:
            return sign(wire.parts.settings.auth_tokens[0], url, webhook.form)
        case {"over": Mapping() as other}:
            return wire.sign(Webhook(webhook.target, MultiDict({**MultiDict(webhook.form).to_dict(False), **other})))
    raise ValueError(f"there is no signature {signed!r}")


def assert_says(row: Mapping[str, Any], body: str) -> None:
    said = re.sub(r"(/voice/turn/\w+\.\d+)\.[\w-]+|(/voice/language)/[\w.-]+", r"\1\2/SIGNED", body)
    if "twiml" in row:
        assert said == row["twiml"].replace("\n", "").replace("{line}", "\n")
    assert [part for part in row.get("holds", []) if part not in said] == [], said
    assert [part for part in row.get("lacks", []) if part in said] == [], said


def assert_stored(stored: Mapping[str, Any], wire: Wire) -> None:
    """Each table holds as many rows as the number says, or exactly the rows that are listed."""
    for table, expected in stored.items():
        rows = wire.rows(table)
        if isinstance(expected, int):
            assert len(rows) == expected, rows
        else:
            assert len(rows) == len(expected), rows
            for actual, wanted in zip(rows, expected, strict=True):
                assert holds(actual, wanted), actual


def holds(actual: Any, wanted: Any) -> bool:
    """Whether the value is the one wanted; of a mapping, whether it has the entries wanted."""
    if isinstance(wanted, Mapping) and isinstance(actual, Mapping):
        return all(name in actual and holds(actual[name], value) for name, value in wanted.items())
    return bool(actual == wanted)


def assert_no_number(exchange: Exchange) -> None:
    """No telephone number of the webhook is in its URL or its answer."""
    form = exchange.webhook.form
    numbers = [re.sub(r"\D", "", form.get(name, "")) for name in ("From", "To")]
    for number in (number for number in numbers if len(number) > 6):
        assert number[-8:] not in exchange.webhook.target + exchange.body
