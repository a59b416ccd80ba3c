"""An application under test with the wire to its carrier: signed forms go in, every answer is written down."""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import cache
from itertools import count
from typing import Any
from urllib.parse import urlsplit

from sqlalchemy import select
from werkzeug.datastructures import MultiDict
from werkzeug.test import Client

from bot.accounts import Accounts
from bot.app import Parts, create_app, taggers_of
from bot.callbacks import Callbacks
from bot.carriers import address
from bot.carriers.markup import Gather, read
from bot.carriers.twilio import SIGNATURE_HEADER, sign
from bot.conversations import Conversations
from bot.invitations import Invitations
from bot.optouts import OptOuts
from bot.settings import Settings
from bot.verbatims import Verbatims
from flows import loader
from flows.survey import Channel, Survey
from storage.database import Database
from storage.encryption import Keys
from storage.models import metadata

BASE = "https://survey.example.com"
BEHIND_PROXY = "http://10.0.0.7:8000"
"""Where requests arrive: the proxy has ended TLS, and calls us by another name than the carrier does."""

TOKEN = "the token the carrier signs with"
ACCOUNT = "AC" + 32 * "0"
OURS = "+15005550006"
CALLER = "+31600000001"

SETTINGS: Mapping[str, Any] = {
    "carrier": "twilio",
    "public_url": BASE,
    "secrets": {
        "secret_key": "a secret for tests that is long enough to be one",
        "twilio_account_sid": ACCOUNT,
        "twilio_auth_tokens": TOKEN,
    },
}

ENCRYPTED = {("sessions", "snapshot"), ("turns", "input"), ("answers", "raw"), ("answers", "verbatim")}
ENCRYPTED |= {("callbacks", "number"), ("callbacks", "said"), ("callbacks", "note")}
WRITTEN_AS_JSON = {("sessions", "snapshot"), ("turns", "input"), ("turns", "events")}

Form = Mapping[str, str] | MultiDict[str, str]
Row = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Webhook:
    """What the carrier asks. target: path and query."""

    target: str
    form: Form


@dataclass(frozen=True, slots=True)
class Exchange:
    """A webhook and what it was answered with."""

    webhook: Webhook
    status: int
    body: str

    @property
    def gather(self) -> Gather | None:
        """What the caller is now listened to for."""
        verbs = read(self.body) if self.body else ()
        return next((verb for verb in verbs if isinstance(verb, Gather)), None)

    @property
    def action(self) -> str:
        """Path of the turn that is awaited."""
        assert self.gather, f"nothing is awaited by {self.body}"
        return urlsplit(self.gather.action).path


@dataclass(slots=True)
class Clock:
    """The time, as it is set."""

    now: datetime = datetime(2026, 3, 2, 10, tzinfo=UTC)

    def __call__(self) -> datetime:
        return self.now

    def advance(self, **by: float) -> None:
        self.now += timedelta(**by)


@dataclass(slots=True)
class Wire:
    """An application over one database, the clock it goes by, and every exchange with it so far.

    Ids are counted, so that what is answered is the same in every run.
    """

    parts: Parts
    clock: Clock
    exchanges: list[Exchange] = field(default_factory=list)
    _client: Client = field(init=False)

    def __post_init__(self) -> None:
        self._client = Client(create_app(self.parts), use_cookies=False)

    @classmethod
    def to(cls, database_url: str, changes: Mapping[str, Any] | None = None) -> "Wire":
        """A wire to an application with these settings instead of those for tests."""
        plain = _merged(_merged(SETTINGS, changes or {}), {"database": {"url": database_url}})
        settings, clock = Settings.model_validate(plain), Clock()
        survey, keys = _survey(settings.survey, settings.company), Keys.derive(settings.secret_key)
        database, new_id = Database.open(settings.database_url), _counted()
        conversations = Conversations(settings, survey, database, keys, clock, new_id)
        invitations = Invitations(settings, survey, database, keys, clock, new_id)
        accounts = Accounts(database, clock, new_id)
        opt_outs = OptOuts(database, keys, clock, settings.eligibility.default_country)
        taggers = taggers_of(settings)
        verbatims = Verbatims(database, keys, taggers, clock)
        called = Callbacks(database, keys, clock, timedelta(days=settings.callbacks.keep_days))
        return cls(
            Parts(
                settings,
                survey,
                keys,
                database,
                conversations,
                invitations,
                accounts,
                opt_outs,
                taggers,
                verbatims,
                called,
            ),
            clock,
        )

    def close(self) -> None:
        self.parts.database.dispose()

    def sign(self, webhook: Webhook, token: str = TOKEN) -> str:
        """The carrier's signature."""
        return sign(token, self.parts.settings.base_url + webhook.target, webhook.form)

    def post(self, webhook: Webhook) -> Exchange:
        """Sends a signed webhook."""
        return self.send(webhook, self.sign(webhook))

    def send(self, webhook: Webhook, signature: str | None, method: str = "POST") -> Exchange:
        """Sends a webhook, with this signature or none, as the proxy hands it on."""
        path, _, query = webhook.target.partition("?")
        response = self._client.open(
            path,
            method=method,
            base_url=BEHIND_PROXY,
            query_string=query,
            data=webhook.form,
            headers={} if signature is None else {SIGNATURE_HEADER: signature},
        )
        exchange = Exchange(webhook, response.status_code, response.get_data(as_text=True))
        self.exchanges.append(exchange)
        return exchange

    def rows(self, table: str) -> list[Row]:
        """Every row of the table in the order of its key, with what is encrypted in plain."""
        columns = metadata.tables[table]
        with self.parts.database.read() as connection:
            found = connection.execute(select(columns).order_by(*columns.primary_key)).mappings().all()
        return [{name: self._plain(table, name, value) for name, value in row.items()} for row in found]

    def everything(self) -> dict[str, list[Row]]:
        """Every row of every table."""
        return {table: self.rows(table) for table in metadata.tables}

    def _plain(self, table: str, column: str, value: Any) -> Any:
        if (table, column) in ENCRYPTED and value is not None:
            value = self.parts.keys.decrypt(value, f"{table}.{column}")
        return json.loads(value) if (table, column) in WRITTEN_AS_JSON else value


def dialled(call: str, theirs: str = CALLER, target: str = "/twilio/voice", **more: str) -> Webhook:
    """A call that reaches us."""
    ends = {"From": theirs, "Caller": theirs, "To": OURS, "Called": OURS}
    known = {"CallSid": call, "AccountSid": ACCOUNT, "ApiVersion": "2010-04-01", "Direction": "inbound"}
    return Webhook(target, {**known, **ends, "CallStatus": "in-progress", **more})


def ended(call: str, theirs: str = CALLER, status: str = "completed") -> Webhook:
    """The news that a call is over."""
    return dialled(call, theirs, "/twilio/voice/status", CallStatus=status, CallDuration="60", SequenceNumber="0")


def texted(sid: str, body: str, theirs: str = CALLER, channel: Channel = Channel.SMS, **more: str) -> Webhook:
    """A message that reaches us."""
    ends = {"From": address(channel, theirs), "To": address(channel, OURS)}
    known = {"MessageSid": sid, "AccountSid": ACCOUNT, "NumMedia": "0", "NumSegments": "1"}
    return Webhook("/twilio/messages", {**known, **ends, "Body": body, **more})


def _counted() -> Callable[[], str]:
    numbers = count(1)
    return lambda: f"id{next(numbers)}"


@cache
def _survey(key: str, company: str) -> Survey:
    return loader.load(key, company=company)


def _merged(plain: Mapping[str, Any], changes: Mapping[str, Any]) -> dict[str, Any]:
    merged = dict(plain)
    for name, change in changes.items():
        merged[name] = _merged(plain.get(name, {}), change) if isinstance(change, Mapping) else change
    return merged
