"""Takes contacts that have ended, decides about each once and for all, and invites whom it may."""

import base64
import binascii
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum

from bot.addresses import Address, Number
from bot.intake import Fault, InvalidContact, NewContact, Source, checked
from bot.policy import likely_language, policy_of
from bot.settings import Settings
from flows.eligibility import (
    Contact,
    Eligible,
    History,
    Ineligible,
    Reason,
    decide,
    explain,
    next_day,
    quarantined_until,
)
from flows.survey import Channel, Survey
from storage import contacts, ledger, optouts
from storage.contacts import NewInvitation
from storage.database import Connection, Database, raced
from storage.encryption import Keys
from storage.ledger import Line, Wanted


class State(StrEnum):
    """How far an invitation has come, as people see it."""

    SCHEDULED = "scheduled"
    SENT = "sent"
    DELIVERED = "delivered"
    IN_CONVERSATION = "in_conversation"
    COMPLETED = "completed"
    PARTIAL = "partial"
    REFUSED = "refused"
    BROKEN_OFF = "broken_off"
    EXPIRED = "expired"
    UNDELIVERABLE = "undeliverable"
    UNREACHED = "unreached"
    OPTED_OUT = "opted_out"
    TOO_LATE = "too_late"


@dataclass(frozen=True, slots=True)
class Decided:
    """A contact and what was decided about it. is_new: whether it was decided just now, and not when it came before.

    reason, until: why nobody is invited, and from when that no longer holds; sentence: the same for people.
    due_at: when something is to be done for the invitation next; channels: the order; channel: tried last, or first.
    """

    reference: str
    is_new: bool
    invited: bool
    reason: Reason | None
    until: datetime | None
    sentence: str
    state: State | None
    due_at: datetime | None
    channel: Channel | None
    channels: tuple[Channel, ...]
    language: str | None
    country: str | None
    queue: str | None
    agent: str | None
    touchpoint: str | None
    ended_at: datetime
    received_at: datetime
    source: Source


@dataclass(frozen=True, slots=True)
class Page:
    """Some of the contacts, the newest first. next: the cursor of the page after this one, None on the last."""

    lines: tuple[Decided, ...]
    next: str | None


class Invitations:
    """Every contact with one survey.

    now: the clock; new_id: makes ids that nobody can guess and no two share.
    """

    def __init__(
        self,
        settings: Settings,
        survey: Survey,
        database: Database,
        keys: Keys,
        now: Callable[[], datetime],
        new_id: Callable[[], str],
    ) -> None:
        self.policy = policy_of(settings, survey, keys.sub("sample"))
        self._settings = settings
        self._survey = survey
        self._database = database
        self._keys = keys
        self._now = now
        self._new_id = new_id
        self._offer_lasts = timedelta(hours=settings.eligibility.offer_hours)

    def take(self, contact: NewContact) -> Decided:
        """Decide about a contact, or tell what was decided when its reference came first. Raises InvalidContact."""
        spelt, number = checked(contact, self._settings.eligibility.default_country, self._now())
        return self.find(spelt.reference) or self._settle(spelt, number, None)

    def offer(self, contact: NewContact, call: str) -> Decided:
        """Decide about somebody who is on the line in that call, and is asked there whether they want to be asked.

        The invitation is due only if they have not reached the survey by telephone in time; then a text may follow.
        Raises InvalidContact.
        """
        spelt, number = checked(contact, self._settings.eligibility.default_country, self._now(), on_the_line=True)
        return self.find(spelt.reference) or self._settle(spelt, number, call)

    def find(self, reference: str) -> Decided | None:
        """What was decided about the contact of that reference, and how far it has come since."""
        with self._database.read() as connection:
            line = ledger.find(connection, self._keys, reference)
        return None if line is None else _decided(line)

    def recent(self, wanted: Wanted | None = None, most: int = 50, cursor: str | None = None) -> Page:
        """The newest contacts of those wanted, from the cursor of another page on. Raises InvalidContact for a cursor
        that is none of ours.
        """
        before = _read_cursor(cursor) if cursor else None
        with self._database.read() as connection:
            lines = ledger.recent(connection, self._keys, wanted or Wanted(), most + 1, before)
        shown = tuple(map(_decided, lines[:most]))
        return Page(shown, _cursor(shown[-1]) if len(lines) > most else None)

    def _settle(self, contact: NewContact, number: Number, call: str | None) -> Decided:
        now = self._now()
        with self._database.write() as connection:
            is_new = self._keep(connection, contact, number, call, now)
        with self._database.read() as connection:
            line = ledger.find(connection, self._keys, contact.reference)
            if line is None and call is not None:
                line = ledger.find_by_call(connection, self._keys, call)
        assert line is not None  # noqa: S101 -- it was kept just now, by us or by whoever was faster
        return _decided(line, is_new=is_new)

    def _keep(
        self, connection: Connection, contact: NewContact, number: Number, call: str | None, now: datetime
    ) -> bool:
        """Decides and keeps all of it; False where somebody else was faster, and the transaction is undone."""
        country = contact.country or number.country
        decision = self._decide(connection, contact, number, country, call is not None, now)
        refusal = decision if isinstance(decision, Ineligible) else None
        row = contacts.Contact(
            reference=contact.reference,
            theirs=self._keys.index(number.person) if number.person else None,
            source=contact.source,
            received_at=now,
            ended_at=contact.ended_at,
            channel=contact.channel,
            language=contact.language,
            country=country,
            queue=contact.queue,
            agent=contact.agent,
            touchpoint=contact.touchpoint,
            attributes=contact.attributes,
            reason=refusal.reason if refusal else None,
            until=refusal.until if refusal else None,
        )
        if not contacts.keep(connection, self._keys, row):
            return raced(connection)
        if isinstance(decision, Eligible):
            new = self._invitation(decision, contact, number, call)
            if not contacts.invite(connection, self._keys, row, new):
                return raced(connection)
        return True

    def _decide(
        self,
        connection: Connection,
        new: NewContact,
        number: Number,
        country: str | None,
        live: bool,
        now: datetime,
    ) -> Eligible | Ineligible:
        """The decision, with person and day reserved where somebody is to be invited."""
        whose = self._keys.indexes(number.person) if number.person else ()
        day = now.astimezone(UTC).date()
        most = self.policy.a_day
        history = History(
            opted_out=bool(whose) and optouts.is_opted_out(connection, whose),
            invited_at=contacts.last_invited(connection, whose) if whose else None,
            invited_today=contacts.invited_on(connection, day) if most is not None else 0,
        )
        address = Address(Channel.SMS, number.person, country)
        contact = Contact(
            reference=new.reference,
            ended_at=new.ended_at,
            country=country,
            origin=number.country,
            zones=number.zones,
            number=number.kind,
            likely=likely_language(self._settings, self._survey, address),
            language=new.language,
            channel=new.channel,
            queue=new.queue,
            live=live,
        )
        decision = decide(self.policy, history, contact, now)
        if isinstance(decision, Ineligible):
            return decision
        # From here on others may be faster: only what a statement reserves counts. Always the day before the person,
        # so that no two transactions wait for each other.
        if most is not None and not contacts.count(connection, day, most):
            return Ineligible(Reason.DAILY_CAP, next_day(now))
        if whose and not contacts.reserve(connection, whose, new.reference, now, self.policy.quarantine):
            if most is not None:
                contacts.uncount(connection, day)
            until = quarantined_until(self.policy, contacts.last_invited(connection, whose))
            return Ineligible(Reason.QUARANTINED, until)
        return decision

    def _invitation(self, decision: Eligible, contact: NewContact, number: Number, call: str | None) -> NewInvitation:
        due_at = decision.at if call is None else decision.at + self._offer_lasts
        since = contact.ended_at if call is None else due_at
        return NewInvitation(
            id=self._new_id(),
            respondent=self._new_id(),
            address=number.person,
            survey=self._survey.key,
            language=decision.language,
            channels=decision.channels,
            due_at=due_at,
            expires_at=since + self.policy.oldest,
            call=call,
        )


def _decided(line: Line, *, is_new: bool = False) -> Decided:
    reason = Reason(line.reason) if line.reason else None
    channels = tuple(map(Channel, line.channels))
    channel = Channel(line.used) if line.used else next(iter(channels), None)
    return Decided(
        reference=line.reference,
        is_new=is_new,
        invited=reason is None,
        reason=reason,
        until=line.until,
        sentence=explain(reason, line.until) if reason else "This person is invited.",
        state=State(line.state) if line.state else None,
        due_at=line.due_at,
        channel=channel,
        channels=channels,
        language=line.language,
        country=line.country,
        queue=line.queue,
        agent=line.agent,
        touchpoint=line.touchpoint,
        ended_at=line.ended_at,
        received_at=line.received_at,
        source=Source(line.source),
    )


def _cursor(last: Decided) -> str:
    return base64.urlsafe_b64encode(f"{last.received_at.isoformat()} {last.reference}".encode()).decode()


def _read_cursor(cursor: str) -> tuple[datetime, str]:
    try:
        received_at, _, reference = base64.urlsafe_b64decode(cursor.encode()).decode().partition(" ")
        moment = datetime.fromisoformat(received_at)
        if moment.tzinfo is not None:
            return moment, reference
    except (ValueError, binascii.Error):
        pass
    raise InvalidContact([Fault("cursor", "this is none of ours", "leave it out to begin with the newest")])
