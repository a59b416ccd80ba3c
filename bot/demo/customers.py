"""Invented customers and their contacts: who calls whom about what, when, and how it went."""

from bisect import bisect
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from itertools import accumulate
from random import Random
from typing import TypeVar
from zoneinfo import ZoneInfo

from flows.eligibility import NumberKind
from flows.survey import Channel

Kind = TypeVar("Kind")

DAYS = 365
MONTH = timedelta(days=DAYS / 12)
SHIFT = 8 * MONTH
"""From the beginning of the year: in month nine customers of one queue begin to wait long."""

SLOW_QUEUE = "Demo technical"
SLOW, USUALLY_SLOW = 0.38, 0.08
"""The share of customers who wait long: there from then on, and elsewhere. It costs ten to fifteen points of NPS."""

PICKY_AGENT = "agent-07"
"""Writes a number down that leads nowhere where it has not gone well."""

PICKED, MISNOTED = 0.6, 0.012
"""The share of such contacts, and of all others, whose number leads nowhere."""

QUEUES = {"Demo billing": 25, SLOW_QUEUE: 40, "Demo orders": 20, "Demo moving": 15}
TOUCHPOINTS = {"phone": 6, "chat": 2, "shop": 1}
PLACES = {
    ("NL", "nl"): 52,
    ("BE", "nl"): 9,
    ("BE", "fr"): 6,
    ("DE", "de"): 10,
    ("GB", "en"): 8,
    ("NL", "en"): 4,
    ("FR", "fr"): 5,
    ("ES", "es"): 5,
    ("NL", "pl"): 0.5,
    ("US", "en"): 0.5,
}
PREFIXES = {"NL": "31", "BE": "32", "DE": "49", "GB": "44", "FR": "33", "ES": "34", "US": "1"}
KINDS = {NumberKind.MOBILE: 84, NumberKind.LANDLINE: 10, NumberKind.NONE: 4, NumberKind.BAD: 2}
CHANNELS = {Channel.SMS: 45, Channel.WHATSAPP: 25, Channel.CALL: 30}
WEEK = (1.3, 1.15, 1.0, 1.0, 0.95, 0.35, 0.06)
HOURS = {8: 3, 9: 7, 10: 9, 11: 8, 12: 5, 13: 6, 14: 7, 15: 7, 16: 6, 17: 4, 18: 3, 19: 3}
CENTRE = ZoneInfo("Europe/Amsterdam")
"""Where the invented centre is open at these hours."""

GROWTH = 0.25
"""By how much more contacts there are at the end of the year than at its beginning."""


@dataclass(frozen=True, slots=True)
class Customer:
    """address: looks like a number and can be dialled nowhere, for no number goes on with 00 behind its country."""

    address: str | None
    country: str
    language: str
    number: NumberKind


@dataclass(frozen=True, slots=True)
class Happened:
    """A contact. mood: how it went, about 0 and rarely beyond 2 either way; is_slow: the customer waited long;
    is_misnoted: the number leads nowhere, which nobody knows yet."""

    reference: str
    customer: Customer
    ended_at: datetime
    received_at: datetime
    channel: Channel
    queue: str
    agent: str
    touchpoint: str
    ended_by: str
    transferred: bool
    mood: float
    is_slow: bool
    is_misnoted: bool


def happened(chance: Random, count: int, today: date) -> Iterator[Happened]:
    """So many contacts in the order in which they come, over a year that ends three days before `today`: by then every
    invitation is over."""
    begin = datetime.combine(today - timedelta(days=DAYS + 3), time(), tzinfo=UTC)
    crowd = [_customer(chance, number) for number in range(max(1, round(count * 0.8)))]
    for number, ended_at in enumerate(_moments(chance, count, begin), 1):
        yield _contact(chance, f"demo-{number:06}", chance.choice(crowd), ended_at, ended_at - begin >= SHIFT)


def drawn(chance: Random, weights: Mapping[Kind, float]) -> Kind:
    """One of these, as often as its weight says."""
    return chance.choices(list(weights), list(weights.values()))[0]


def _moments(chance: Random, count: int, begin: datetime) -> list[datetime]:
    days = [begin + timedelta(days=day) for day in range(DAYS)]
    shares = list(accumulate(WEEK[day.weekday()] * (1 + GROWTH * place / DAYS) for place, day in enumerate(days)))
    return sorted(
        days[bisect(shares, chance.random() * shares[-1])]
        .replace(hour=drawn(chance, HOURS), tzinfo=CENTRE)
        .astimezone(UTC)
        + timedelta(seconds=chance.randrange(3600))
        for _ in range(count)
    )


def _customer(chance: Random, number: int) -> Customer:
    (country, language), kind = drawn(chance, PLACES), drawn(chance, KINDS)
    address = None if kind is NumberKind.NONE else f"+{PREFIXES[country]}00{number:07}"
    return Customer(address, country, language, kind)


def _contact(chance: Random, reference: str, customer: Customer, ended_at: datetime, is_late: bool) -> Happened:
    queue, agent = drawn(chance, QUEUES), f"agent-{chance.randrange(1, 25):02}"
    is_slow = chance.random() < (SLOW if is_late and queue == SLOW_QUEUE else USUALLY_SLOW)
    mood = chance.gauss(0.35, 1) - 1.5 * is_slow
    delay = timedelta(seconds=chance.randrange(5, 120))
    if chance.random() < 0.01:
        delay = timedelta(hours=chance.randrange(26, 40))
    transferred = customer.number is NumberKind.MOBILE and chance.random() < 0.08
    return Happened(
        reference=reference,
        customer=customer,
        ended_at=ended_at,
        received_at=ended_at if transferred else ended_at + delay,
        channel=Channel.CALL if transferred else drawn(chance, CHANNELS),
        queue=queue,
        agent=agent,
        touchpoint="phone" if transferred else drawn(chance, TOUCHPOINTS),
        ended_by="agent" if chance.random() < (0.5 if agent == "agent-12" else 0.2) else "customer",
        transferred=transferred,
        mood=mood,
        is_slow=is_slow,
        is_misnoted=chance.random() < (PICKED if agent == PICKY_AGENT and mood < 0.2 else MISNOTED) and not transferred,
    )
