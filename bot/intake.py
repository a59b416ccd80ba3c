"""A contact as others report it, checked and put into one spelling before anything is decided about it."""

import re
import unicodedata
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from enum import StrEnum

from bot.addresses import Number, is_country, line_of, number_of
from flows.survey import Channel

SKEW = timedelta(minutes=5)
"""How far the clock of whoever reports may be ahead of ours."""

EARLIEST = datetime(1900, 1, 1, tzinfo=UTC)
"""Nothing reported ended before; a date further off is a slip."""

LONGEST_REFERENCE = 200
LONGEST_NAME = 100
MOST_ATTRIBUTES = 20
LONGEST_KEY = 40
LONGEST_VALUE = 200

NAMES = ("queue", "agent", "touchpoint")
LANGUAGE = re.compile(r"([a-z]{2,3})(?:[-_][a-z0-9]{2,8})*", flags=re.IGNORECASE | re.ASCII)


class Source(StrEnum):
    """How we came to know of a contact."""

    API = "api"
    CLI = "cli"
    IMPORT = "import"
    PAGE = "page"
    OFFER = "offer"
    TRANSFER = "transfer"


@dataclass(frozen=True, slots=True)
class NewContact:
    """A contact, as it is reported. reference: what the other system calls it, by which it is known ever after.

    phone: with its country's code, or as it is dialled in `country`; None or `anonymous` where it was withheld.
    ended_at: with its zone; country: where the person is, by its ISO 3166 code; attributes: whatever else is known.
    """

    reference: str
    phone: str | None
    ended_at: datetime
    source: Source
    channel: Channel | None = None
    language: str | None = None
    country: str | None = None
    queue: str | None = None
    agent: str | None = None
    touchpoint: str | None = None
    attributes: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Fault:
    """What is wrong with a field, and how it is mended. Never shows what stood there."""

    field: str
    problem: str
    remedy: str

    def __str__(self) -> str:
        return f"{self.field}: {self.problem}; {self.remedy}"


class InvalidContact(Exception):  # noqa: N818 -- said of the contact, as in "raise InvalidContact"
    """A contact that cannot be taken as it stands, with everything that is wrong with it."""

    def __init__(self, faults: list[Fault]) -> None:
        super().__init__("\n".join(map(str, faults)))
        self.faults = faults


def checked(
    contact: NewContact, default_country: str, now: datetime, *, on_the_line: bool = False
) -> tuple[NewContact, Number]:
    """The contact in one spelling, and what its number says. Raises InvalidContact with every fault.

    on_the_line: the number came from the carrier, so whatever it is, somebody is there.
    """
    spelt = replace(
        contact,
        # Two spellings of one letter are the same reference.
        reference=unicodedata.normalize("NFC", contact.reference).strip(),
        ended_at=_in_utc(contact.ended_at),
        language=_language(contact.language),
        country=_country(contact.country),
        queue=_stripped(contact.queue),
        agent=_stripped(contact.agent),
        touchpoint=_stripped(contact.touchpoint),
    )
    faults = list(_faults(spelt, now))
    number = None
    try:
        number = line_of(spelt.phone or "") if on_the_line else number_of(spelt.phone, spelt.country or default_country)
    except ValueError as error:
        remedy = "write it with the code of its country, as in +31600000001, or leave it out if it was withheld"
        faults.append(Fault("phone", str(error), remedy))
    if faults or number is None:
        raise InvalidContact(faults)
    return spelt, number


def _in_utc(at: datetime) -> datetime:
    """The moment in UTC; one so near the beginning or the end of time that it has none stays as it is."""
    try:
        return at.astimezone(UTC) if at.tzinfo else at
    except OverflowError:
        return at


def _stripped(given: str | None) -> str | None:
    return (given or "").strip() or None


def _language(given: str | None) -> str | None:
    """The language of a tag such as nl-BE; what is no tag is left for the fault to be found."""
    plain = (given or "").strip()
    read = LANGUAGE.fullmatch(plain)
    return read[1].lower() if read else plain or None


def _country(given: str | None) -> str | None:
    return (given or "").strip().upper() or None


def _faults(contact: NewContact, now: datetime) -> Iterator[Fault]:
    if not any(unicodedata.category(character)[0] in "LMNPS" for character in contact.reference):
        yield Fault("reference", "it is empty", "give what your system calls the contact; it has to be unique")
    yield from _text_faults("reference", contact.reference, LONGEST_REFERENCE)
    if contact.ended_at.tzinfo is None:
        yield Fault("ended_at", "it has no time zone", "write it as in 2026-01-31T14:05:00+01:00")
    elif contact.ended_at < EARLIEST:
        yield Fault("ended_at", "it lies before there were telephones", "give the moment at which the contact ended")
    elif contact.ended_at > now + SKEW:
        yield Fault("ended_at", "it lies in the future", "report a contact when it has ended, and check the time zone")
    if contact.language and not LANGUAGE.fullmatch(contact.language):
        yield Fault("language", "this is no code of a language", "write it as in nl, or leave it out")
    if contact.country and not is_country(contact.country):
        yield Fault("country", "this is no code of a country", "write it as in NL (ISO 3166), or leave it out")
    for name in NAMES:
        yield from _text_faults(name, getattr(contact, name) or "", LONGEST_NAME)
    yield from _attribute_faults(contact.attributes)


def _attribute_faults(attributes: Mapping[str, str]) -> Iterator[Fault]:
    if len(attributes) > MOST_ATTRIBUTES:
        yield Fault("attributes", f"there are {len(attributes)}", f"keep to {MOST_ATTRIBUTES}")
    for key, value in attributes.items():
        if not key.strip():
            yield Fault("attributes", "one has no name", "name every attribute")
        yield from _text_faults("attributes", key, LONGEST_KEY)
        yield from _text_faults(f"attributes.{key[:LONGEST_KEY]}", value, LONGEST_VALUE)


def _text_faults(name: str, text: str, longest: int) -> Iterator[Fault]:
    if len(text) > longest:
        yield Fault(name, f"it has {len(text)} characters", f"shorten it to {longest}")
    if any(unicodedata.category(character) in ("Cc", "Cs") for character in text):
        yield Fault(name, "it holds characters that cannot be printed", "leave them out")
