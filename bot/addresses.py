"""What an address says: whose it is, where it is from, and whether and over what anybody there can answer."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

import phonenumbers
from phonenumbers import PhoneNumber, PhoneNumberType, ValidationResult, timezone
from phonenumbers.tzdata import TIMEZONE_DATA

from flows.eligibility import NumberKind
from flows.survey import Channel

WHATSAPP = "whatsapp:"


@dataclass(frozen=True, slots=True)
class Address:
    """The other end of a call or message.

    channel: of a message; person: what identifies the person over all channels: the number in E.164, or the address
    exactly as the carrier gave it where it is no number; None where it identifies nobody (a withheld number).
    country: ISO 3166 code, None where it cannot be told.
    """

    channel: Channel
    person: str | None
    country: str | None

    @property
    def can_reply(self) -> bool:
        """Short codes and names of senders are machines; answering them starts loops."""
        return self.person is not None and (self.channel is Channel.WHATSAPP or self.person.startswith("+"))


WITHHELD = {
    "",
    "anonymous",
    "unknown",
    "unavailable",
    "restricted",
    "private",
    "+266696687",
    "+7378742883",
    "+86282452253",
}
"""What carriers send for a number that is not shown; the last three spell anonymous and its like on the keys."""


def caller(raw: str) -> Address:
    """Who calls; a withheld number is nobody, a SIP or client address is taken as it stands."""
    return _address(Channel.CALL, raw)


def sender(raw: str) -> Address:
    """Who wrote a message, by SMS or, where the address says so, by WhatsApp."""
    if raw.startswith(WHATSAPP):
        return _address(Channel.WHATSAPP, raw.removeprefix(WHATSAPP))
    return _address(Channel.SMS, raw)


@dataclass(frozen=True, slots=True)
class Number:
    """A telephone number as it was reported. person: in E.164, None where it was withheld; country: where it is from.

    zones: names of the time zones it is from, empty where it does not tell, as that of a mobile telephone.
    """

    person: str | None
    country: str | None
    kind: NumberKind
    zones: tuple[str, ...] = ()


KINDS = {
    PhoneNumberType.MOBILE: NumberKind.MOBILE,
    PhoneNumberType.FIXED_LINE: NumberKind.LANDLINE,
    **dict.fromkeys(
        (
            PhoneNumberType.PREMIUM_RATE,
            PhoneNumberType.SHARED_COST,
            PhoneNumberType.TOLL_FREE,
            PhoneNumberType.UAN,
            PhoneNumberType.VOICEMAIL,
            PhoneNumberType.PAGER,
        ),
        NumberKind.BAD,
    ),
}
"""What is reached at each type of number; at those not named either, and at services nobody who could be asked."""

SPELLING = re.compile(r"\+?[\d\s().\-/\u2010-\u2013\u00a0]+")


def number_of(raw: str | None, country: str | None = None) -> Number:
    """The number as somebody wrote it, with or without the country's code; `country` is where it is if it has none.

    Raises ValueError, which does not show it, for what is no number at all.
    """
    plain = (raw or "").strip().removeprefix(WHATSAPP).removeprefix("tel:").strip()
    if plain.lower() in WITHHELD:
        return Number(None, None, NumberKind.NONE)
    if not SPELLING.fullmatch(plain):
        raise ValueError("this is no telephone number")
    read = list(_readings(plain, country))
    if not read:
        raise ValueError("this number lacks the code of its country")
    likely = sorted(read, key=lambda number: (not phonenumbers.is_valid_number(number), not _is_whole(number)))[0]
    kind = KINDS.get(phonenumbers.number_type(likely), NumberKind.EITHER) if _is_whole(likely) else NumberKind.BAD
    return Number(_e164(likely), _country(likely), kind, _zones(likely, kind))


def line_of(raw: str) -> Number:
    """The line of somebody who is on it; an address that is no telephone number is taken as it stands."""
    address = caller(raw)
    if address.person is None or not address.can_reply or address.country is None:
        return Number(address.person, None, NumberKind.BAD if address.person else NumberKind.NONE)
    return number_of(address.person)


def is_country(code: str) -> bool:
    """Whether this is the ISO 3166 code of a country with telephones."""
    return code in phonenumbers.SUPPORTED_REGIONS


def zones_of_country(country: str) -> tuple[str, ...]:
    """The names of all time zones that share the country's calling code; ValueError where there is no such country."""
    if not is_country(country):
        raise ValueError(f"there is no country {country}; write its ISO 3166 code, as in NL")
    return tuple(TIMEZONE_DATA.get(str(phonenumbers.country_code_for_region(country)), ()))


def _readings(plain: str, country: str | None) -> Iterator[PhoneNumber]:
    """The numbers this could be, likeliest first: a spreadsheet drops the plus sign and zeros in front."""
    digits = re.sub(r"\D", "", plain)
    code = phonenumbers.country_code_for_region(country or "")
    national = not plain.startswith("+") and not digits.startswith("00")
    spellings: list[tuple[str, str | None]] = [(f"+{digits.removeprefix('00')}", None)]
    if national:
        lost_plus = [(f"+{digits}", None)] if code and digits.startswith(str(code)) else []
        spellings = [*lost_plus, (digits, country), *([] if digits.startswith("0") else spellings)]
    for spelling, region in spellings:
        try:
            yield phonenumbers.parse(spelling, region)
        except phonenumbers.NumberParseException:
            continue


def _is_whole(number: PhoneNumber) -> bool:
    """Whether it has as many digits as somebody's telephone; a short service number has fewer."""
    if phonenumbers.is_possible_number_with_reason(number) != ValidationResult.IS_POSSIBLE:
        return False
    lines = (PhoneNumberType.MOBILE, PhoneNumberType.FIXED_LINE)
    is_possible = any(phonenumbers.is_possible_number_for_type(number, kind) for kind in lines)
    return is_possible or bool(phonenumbers.is_valid_number(number))


def _zones(number: PhoneNumber, kind: NumberKind) -> tuple[str, ...]:
    """People carry a mobile telephone wherever in the country they live."""
    if kind in (NumberKind.MOBILE, NumberKind.BAD):
        return ()
    return tuple(zone for zone in timezone.time_zones_for_geographical_number(number) if zone != "Etc/Unknown")


def _e164(number: PhoneNumber) -> str:
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)


def _country(number: PhoneNumber) -> str | None:
    country = phonenumbers.region_code_for_number(number) or phonenumbers.region_code_for_country_code(
        number.country_code or 0
    )
    return None if country in ("ZZ", "001") else country


def _address(channel: Channel, raw: str) -> Address:
    raw = raw.strip()
    if raw.lower() in WITHHELD:
        return Address(channel, None, None)
    # A plus sign sent without percent-encoding arrives as a blank, which strip() took away.
    try:
        number = phonenumbers.parse(raw if raw.startswith("+") else f"+{raw}", None)
    except phonenumbers.NumberParseException:
        return Address(channel, raw, None)
    if not phonenumbers.is_possible_number(number) or not raw.lstrip("+").isdigit():
        return Address(channel, raw, None)
    return Address(channel, _e164(number), _country(number))
