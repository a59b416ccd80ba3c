"""Takes contacts that have ended, decides about each once and for all, and invites whom it may."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

from bot.addresses import Address, Number, number_of
from bot.cursors import cursor_of, place_of
from bot.decisions import Decided as Decided
from bot.decisions import Page as Page
from bot.decisions import State as State
from bot.decisions import decided
from bot.intake import Fault as Fault
from bot.intake import InvalidContact as InvalidContact
from bot.intake import NewContact as NewContact
from bot.intake import Source as Source
from bot.intake import checked
from bot.policy import likely_language, policy_of
from bot.settings import Settings
from flows.eligibility import (
    Contact,
    Eligible,
    History,
    Ineligible,
    Reason,
    decide,
    next_day,
    quarantined_until,
)
from flows.survey import Channel, Survey
from storage import contacts, ledger, optouts
from storage.asked import Wanted as Wanted
from storage.asked import conditions, readable
from storage.contacts import NewInvitation
from storage.database import Connection, Database, raced
from storage.encryption import Keys
from storage.places import Place


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

    def check(self, contact: NewContact) -> None:
        """Look a contact over without taking it. Raises InvalidContact."""
        checked(contact, self._settings.eligibility.default_country, self._now())

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
        return None if line is None else decided(line)

    def recent(self, wanted: Wanted | None = None, most: int = 50, cursor: str | None = None) -> Page:
        """The newest contacts of those wanted, from the cursor of another page on. Raises InvalidContact for a cursor
        that is none of ours.
        """
        before, meant = place_of(cursor) if cursor else None, wanted or Wanted()
        if cursor and before is None:
            raise InvalidContact([Fault("cursor", "this is none of ours", "leave it out to begin with the newest")])
        with self._database.read() as connection:
            lines = ledger.recent(connection, self._keys, conditions(meant), most + 1, before, readable(meant))
        shown = tuple(map(decided, lines[:most]))
        last = Place(shown[-1].received_at, shown[-1].reference) if len(lines) > most else None
        return Page(shown, cursor_of(last) if last else None)

    def count(self, wanted: Wanted, most: int) -> int:
        """How many contacts are wanted; whoever has counted that many goes no further."""
        with self._database.read() as connection:
            return ledger.count(connection, self._keys, conditions(wanted), most, readable(wanted))

    def of_number(self, phone: str, most: int) -> tuple[Decided, ...]:
        """The newest contacts of whoever has that number, at most so many. Raises InvalidContact for what is none."""
        try:
            number = number_of(phone, self._settings.eligibility.default_country)
        except ValueError as error:
            raise InvalidContact(
                [Fault("phone", str(error), "write it with the code of its country, as in +31600000001")]
            ) from None
        whose = self._keys.indexes(number.person) if number.person else ()
        return self.recent(Wanted(theirs=whose), most).lines

    def _settle(self, contact: NewContact, number: Number, call: str | None) -> Decided:
        now = self._now()
        with self._database.write() as connection:
            is_new = self._keep(connection, contact, number, call, now)
        with self._database.read() as connection:
            line = ledger.find(connection, self._keys, contact.reference)
            if line is None and call is not None:
                line = ledger.find_by_call(connection, self._keys, call)
        assert line is not None  # noqa: S101 -- it was kept just now, by us or by whoever was faster
        return decided(line, is_new=is_new)

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
        return NewInvitation(
            id=self._new_id(),
            respondent=self._new_id(),
            address=number.person,
            survey=self._survey.key,
            language=decision.language,
            channels=decision.channels,
            due_at=due_at,
            # Nothing is sent to a caller who has not agreed to it: agreeing is what gives it time.
            expires_at=contact.ended_at + self.policy.oldest if call is None else due_at,
            call=call,
        )
