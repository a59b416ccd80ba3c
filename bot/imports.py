"""Takes contacts from a table, the good rows whatever the others hold, and says of each faulty one what to mend."""

import re
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import tzinfo
from typing import TypeVar
from zoneinfo import ZoneInfo

from bot.addresses import zones_of_country
from bot.cells import UnreadableCellError, channel_of, moment_of, phone_of, text_of
from bot.intake import Fault, InvalidContact, NewContact, Source
from bot.invitations import Invitations
from bot.settings import Settings
from bot.sheets import Cell, Row, Sheet, SheetError
from flows.eligibility import Reason

T = TypeVar("T")

NAMES: Mapping[str, Sequence[str]] = {
    "reference": ("reference", "id", "contact id", "call id", "case", "case id", "ticket", "referentie", "kenmerk"),
    "phone": ("phone", "phone number", "number", "mobile", "telephone", "msisdn", "caller", "telefoon",
              "telefoonnummer", "nummer", "mobiel"),
    "ended_at": ("ended at", "ended", "end", "end time", "closed at", "date", "einde", "eindtijd", "datum"),
    "channel": ("channel", "kanaal"),
    "language": ("language", "lang", "locale", "taal"),
    "country": ("country", "country code", "land", "landcode"),
    "queue": ("queue", "skill", "team", "wachtrij"),
    "agent": ("agent", "agent id", "medewerker"),
    "touchpoint": ("touchpoint", "contactpunt"),
}  # fmt: skip
"""What each column may be called; capitals, blanks, `_` and `-` make no difference."""

REQUIRED = ("reference", "phone", "ended_at")
ATTRIBUTE = re.compile(r"attributes?\s*[.:]\s*(.+)", flags=re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Columns:
    """Which column is what. fields: by the field's name; attributes: by the attribute's; unused: what nobody asked for.

    All values are names as they stand in the header.
    """

    fields: Mapping[str, str]
    attributes: Mapping[str, str]
    unused: tuple[str, ...]


@dataclass(slots=True)
class Summary:
    """What became of the rows. valid: those found good where nothing was to be decided."""

    invited: int = 0
    known: int = 0
    valid: int = 0
    faulty: int = 0
    reasons: Counter[Reason] = field(default_factory=Counter)

    @property
    def rows(self) -> int:
        return self.invited + self.known + self.valid + self.faulty + self.reasons.total()


@dataclass(frozen=True, slots=True)
class Faulty:
    """A row that was not taken."""

    line: int
    faults: Sequence[Fault]


def columns_of(header: Sequence[str]) -> Columns:
    """What the columns mean. Raises SheetError where one that is needed is missing, or two mean the same."""
    known = {_plain(spelling): name for name, spellings in NAMES.items() for spelling in spellings}
    fields: dict[str, str] = {}
    attributes: dict[str, str] = {}
    unused = []
    for column in filter(None, header):
        if attribute := ATTRIBUTE.fullmatch(column):
            meaning, place = attribute[1].strip(), attributes
        elif name := known.get(_plain(column)):
            meaning, place = name, fields
        else:
            unused.append(column)
            continue
        if meaning in place:
            raise SheetError(f"the columns {place[meaning]} and {column} both mean {meaning}; rename one of them")
        place[meaning] = column
    if missing := [name for name in REQUIRED if name not in fields]:
        spellings = "; ".join(f"{name} ({', '.join(NAMES[name])})" for name in missing)
        raise SheetError(f"the first row lacks a column for {spellings}")
    return Columns(fields, attributes, tuple(unused))


def take(
    invitations: Invitations, settings: Settings, sheet: Sheet, columns: Columns, summary: Summary, *, decide: bool
) -> Iterator[Faulty | None]:
    """Takes row by row and counts; gives the faulty ones, and None for each good one. Safe to be repeated.

    decide: False looks every row over and decides nothing. Raises SheetError where the file breaks off.
    """
    country = settings.eligibility.default_country
    zone = zone_of(settings)
    for row in sheet.rows:
        try:
            contact = _contact(row, columns, zone, country)
            if decide:
                _count(summary, invitations, contact)
            else:
                invitations.check(contact)
                summary.valid += 1
            yield None
        except InvalidContact as error:
            summary.faulty += 1
            yield Faulty(row.line, error.faults)


def zone_of(settings: Settings) -> tzinfo | None:
    """The zone of times that are written without one: the default country's, None where it has several."""
    rules = settings.eligibility
    country = rules.countries.get(rules.default_country)
    zones = (country.zones if country else ()) or zones_of_country(rules.default_country)
    return ZoneInfo(zones[0]) if len(zones) == 1 else None


def _plain(name: str) -> str:
    return re.sub(r"[\s_-]+", "", name).lower()


def _count(summary: Summary, invitations: Invitations, contact: NewContact) -> None:
    decided = invitations.take(contact)
    if not decided.is_new:
        summary.known += 1
    elif decided.reason is None:
        summary.invited += 1
    else:
        summary.reasons[decided.reason] += 1


def _contact(row: Row, columns: Columns, zone: tzinfo | None, country: str) -> NewContact:
    faults: list[Fault] = []
    if row.surplus:
        remedy = "put quotation marks around values that hold the sign between columns"
        faults.append(Fault("row", "it has more cells than there are columns", remedy))

    def cell(name: str) -> Cell:
        return row.cells.get(columns.fields.get(name, ""))

    def read(name: str, reader: Callable[[Cell], T]) -> T | None:
        try:
            return reader(cell(name))
        except UnreadableCellError as error:
            faults.append(error.fault)
            return None

    phone, channel = read("phone", phone_of), read("channel", channel_of)
    ended_at = read("ended_at", lambda written: moment_of(written, zone, country))
    if faults or ended_at is None:
        raise InvalidContact(faults)
    return NewContact(
        reference=text_of(cell("reference")) or "",
        phone=phone,
        ended_at=ended_at,
        source=Source.IMPORT,
        channel=channel,
        **{name: text_of(cell(name)) for name in ("language", "country", "queue", "agent", "touchpoint")},
        attributes={
            name: text for name, column in columns.attributes.items() if (text := text_of(row.cells.get(column)))
        },
    )
