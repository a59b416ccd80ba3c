"""A worker under test: contacts come in, it sends through a Twilio that is played, and what Twilio tells comes back."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import timedelta
from itertools import count
from typing import Any

from bot.app import assemble
from bot.carriers.twilio import TwilioCarrier
from bot.dispatch import Dispatch
from bot.intake import NewContact, Source
from bot.invitations import State
from bot.settings import Settings
from storage.database import Database
from tests.fake_twilio import ACCOUNT, KEY, SECRET, Accepted, FakeTwilio, Script, callback
from tests.wire import BASE, CALLER, OURS, SETTINGS, Clock, Exchange, Row, Webhook, Wire

TEMPLATE = "HX" + 32 * "a"


@dataclass(slots=True)
class Desk:
    """Everything between a contact and its answer. slept: the seconds waited for a turn."""

    wire: Wire
    fake: FakeTwilio
    dispatch: Dispatch
    slept: list[float] = field(default_factory=list)
    _numbers: Iterator[int] = field(default_factory=lambda: count(1))

    @property
    def database(self) -> Database:
        return self.wire.parts.database

    def invite(self, phone: str = CALLER, **more: Any) -> str:
        """A contact that ended ten minutes ago, so that its invitation is due now; gives its reference."""
        reference = f"C-{next(self._numbers)}"
        ended_at = self.wire.clock.now - timedelta(minutes=10)
        contact = NewContact(reference, phone, ended_at, Source.API, **more)
        assert self.wire.parts.invitations.take(contact).invited
        return reference

    def work(self, **later: float) -> None:
        """Lets that much time pass, and works off what is due then."""
        self.wire.clock.advance(**later)
        self.dispatch.work_off()

    def told(self, accepted: Accepted, status: str, code: int | None = None, **more: str) -> Exchange:
        """What Twilio tells of something, and what it is answered."""
        url, form = callback(accepted, status, code, **more)
        return self.wire.post(Webhook(url.removeprefix(BASE), form))

    def answered(self, call: Accepted, by: str = "human") -> Exchange:
        """Somebody or something answers a call: Twilio asks what to play."""
        url, form = call.form["Url"], callback(call, "in-progress", AnsweredBy=by)[1]
        return self.wire.post(Webhook(url.removeprefix(BASE), form))

    @property
    def sent(self) -> list[Accepted]:
        """Everything Twilio has really taken, oldest first."""
        return self.fake.accepted

    def state(self, reference: str) -> State | None:
        """How far the invitation is, as people see it."""
        decided = self.wire.parts.invitations.find(reference)
        assert decided
        return decided.state

    def attempts(self) -> list[Row]:
        return sorted(self.wire.rows("attempts"), key=lambda row: row["made_at"])

    def invitation(self) -> Row:
        (row,) = self.wire.rows("invitations")
        return row


@contextmanager
def desk(database_url: str, changes: Mapping[str, Any] | None = None, script: Script | None = None) -> Iterator[Desk]:
    """A desk over one database. changes: of the settings; script: how Twilio behaves."""
    plain = {
        **SETTINGS,
        "secrets": {**SETTINGS["secrets"], "twilio_account_sid": ACCOUNT},
        "database": {"url": database_url},
        "twilio": {"number": OURS},
        "eligibility": {"channels": ["sms"], "oldest_hours": 48},
        **(changes or {}),
    }
    clock = Clock()
    parts = assemble(Settings.model_validate(plain), clock)
    with FakeTwilio(script) as fake:
        slept: list[float] = []
        carrier = TwilioCarrier(ACCOUNT, KEY, SECRET, api_url=fake.url, timeout=5)
        countries, new_id = parts.invitations.policy.countries, parts.conversations.new_id
        dispatch = Dispatch(parts.settings, parts.conversations, carrier, countries, "w1", new_id, slept.append)
        try:
            yield Desk(Wire(parts, clock), fake, dispatch, slept)
        finally:
            parts.database.dispose()


def with_settings(dispatch: Dispatch, settings: Settings) -> Dispatch:
    """The same worker, started with other settings."""
    return replace(dispatch, settings=settings)
