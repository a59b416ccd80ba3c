"""Who of the invented customers is invited: by the same rules as everybody, in six countries."""

from collections import Counter
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from bot.demo.customers import Happened
from flows.eligibility import Contact, Eligible, History, Ineligible, Policy, decide
from flows.hours import Hours, Window
from flows.survey import Channel

WORKDAY, SATURDAY = (Window(9 * 60, 20 * 60),), (Window(10 * 60, 16 * 60),)
WEEK = (*(WORKDAY,) * 5, SATURDAY, ())
ZONES = {
    "NL": "Europe/Amsterdam",
    "BE": "Europe/Brussels",
    "DE": "Europe/Berlin",
    "FR": "Europe/Paris",
    "ES": "Europe/Madrid",
    "GB": "Europe/London",
}
HOURS = {country: Hours(WEEK, (ZoneInfo(zone),)) for country, zone in ZONES.items()}
SHARES = {"Demo orders": 0.6}
NEVER_CALLED = ("DE",)
"""Where nobody is called without having agreed to it."""


@dataclass(slots=True)
class Decisions:
    """What has been decided so far. invited: when each was last, and of which contact, by the index of the number;
    opted_out: by the same; invited_on: how many on each day."""

    policy: Policy
    invited: dict[str, tuple[datetime, str]] = field(default_factory=dict)
    opted_out: set[str] = field(default_factory=set)
    invited_on: Counter[date] = field(default_factory=Counter)

    @classmethod
    def like(cls, policy: Policy, contacts: int) -> "Decisions":
        """By these rules where they do not stand in the way of a demonstration."""
        return cls(
            replace(
                policy,
                countries=HOURS,
                channels=(Channel.SMS, Channel.WHATSAPP, Channel.CALL),
                templates=None,
                delay=timedelta(minutes=10),
                oldest=timedelta(hours=24),
                quarantine=timedelta(days=90),
                share=1.0,
                shares=SHARES,
                salt=b"demo",
                a_day=max(3, round(contacts / 365 * 1.3)),
            )
        )

    def decide(self, of: Happened, theirs: str | None) -> Eligible | Ineligible:
        """The decision, which is remembered."""
        customer = of.customer
        history = History(
            opted_out=theirs in self.opted_out,
            invited_at=self.invited[theirs][0] if theirs in self.invited else None,
            invited_today=self.invited_on[of.received_at.date()],
        )
        contact = Contact(
            reference=of.reference,
            ended_at=of.ended_at,
            country=customer.country,
            number=customer.number,
            likely="nl",
            language=customer.language,
            channel=of.channel,
            queue=of.queue,
            live=of.transferred,
        )
        allowed = tuple(
            each for each in self.policy.channels if each is not Channel.CALL or customer.country not in NEVER_CALLED
        )
        decision = decide(replace(self.policy, channels=allowed), history, contact, of.received_at)
        if isinstance(decision, Eligible) and theirs:
            self.invited_on[of.received_at.date()] += 1
            self.invited[theirs] = of.received_at, of.reference
        return decision
