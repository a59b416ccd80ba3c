"""What a carrier's address says: whose it is, where it is from, and whether anybody there can answer."""

from dataclasses import dataclass

import phonenumbers

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
    country = phonenumbers.region_code_for_number(number) or phonenumbers.region_code_for_country_code(
        number.country_code or 0
    )
    e164 = phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)
    return Address(channel, e164, None if country in ("ZZ", "001") else country)
