"""Addresses: one person over all channels, machines never answered, nothing required to be a number."""

import pytest

from bot.addresses import Number, caller, is_country, line_of, number_of, sender, zones_of_country
from flows.eligibility import NumberKind
from flows.survey import Channel


@pytest.mark.parametrize(
    ("raw", "channel", "person", "country", "can_reply"),
    [
        ("+31600000001", Channel.SMS, "+31600000001", "NL", True),
        (" 31600000001", Channel.SMS, "+31600000001", "NL", True),
        ("whatsapp:+31600000001", Channel.WHATSAPP, "+31600000001", "NL", True),
        ("whatsapp:NL.a1B2c3", Channel.WHATSAPP, "NL.a1B2c3", None, True),
        ("+15005550006", Channel.SMS, "+15005550006", "US", True),
        ("+32460000001", Channel.SMS, "+32460000001", "BE", True),
        ("2345", Channel.SMS, "2345", None, False),
        ("Nawoord", Channel.SMS, "Nawoord", None, False),
        ("", Channel.SMS, None, None, False),
    ],
)
def test_senders(raw: str, channel: Channel, person: str | None, country: str | None, can_reply: bool) -> None:
    """A number is the same person by SMS and WhatsApp; short codes and names are never answered."""
    address = sender(raw)
    assert (address.channel, address.person, address.country) == (channel, person, country)
    assert address.can_reply is can_reply


@pytest.mark.parametrize("raw", ["anonymous", "Unknown", "", "+266696687", "RESTRICTED"])
def test_a_withheld_number_is_nobody(raw: str) -> None:
    """Two callers who withhold their numbers are never taken for one person."""
    assert caller(raw).person is None


@pytest.mark.parametrize("raw", ["client:agent", "sip:desk@pbx.example", "+999", "+31 6 zero"])
def test_an_address_that_is_no_number_is_taken_whole(raw: str) -> None:
    """Carriers may send anything; nothing is refused for not being a number."""
    assert (caller(raw).person, caller(raw).country) == (raw, None)


NUMBERS = [
    ("+31612345678", None, "+31612345678", "NL", NumberKind.MOBILE),
    ("0031 6 12 34 56 78", None, "+31612345678", "NL", NumberKind.MOBILE),
    ("tel:+31-6-12345678", None, "+31612345678", "NL", NumberKind.MOBILE),
    ("06-12345678", "NL", "+31612345678", "NL", NumberKind.MOBILE),
    ("06 00000001", "NL", "+31600000001", "NL", NumberKind.EITHER),
    ("0470 12 34 56", "BE", "+32470123456", "BE", NumberKind.MOBILE),
    ("(020) 123 45 67", "NL", "+31201234567", "NL", NumberKind.LANDLINE),
    ("+12125550100", "NL", "+12125550100", "US", NumberKind.EITHER),
    # As a spreadsheet leaves them: without the plus sign, or without the zero in front.
    ("31612345678", "NL", "+31612345678", "NL", NumberKind.MOBILE),
    ("31600000001", "NL", "+31600000001", "NL", NumberKind.EITHER),
    ("612345678", "NL", "+31612345678", "NL", NumberKind.MOBILE),
    ("4915112345678", "NL", "+4915112345678", "DE", NumberKind.MOBILE),
    ("32470123456", "NL", "+32470123456", "BE", NumberKind.MOBILE),
    ("0900 1234", "NL", "+319001234", "NL", NumberKind.BAD),
    ("06", "NL", "+3106", "NL", NumberKind.BAD),
    ("061234", "NL", "+3161234", "NL", NumberKind.BAD),
    ("+31800123", None, "+31800123", "NL", NumberKind.BAD),
    ("+3161234567890123", None, "+3161234567890123", "NL", NumberKind.BAD),
]


@pytest.mark.parametrize(("raw", "country", "person", "origin", "kind"), NUMBERS, ids=[row[0] for row in NUMBERS])
def test_a_reported_number_says_whose_it_is(
    raw: str, country: str | None, person: str, origin: str, kind: NumberKind
) -> None:
    """In whatever spelling, one person has one number; its kind tells over what they are reached."""
    number = number_of(raw, country)
    assert (number.person, number.country, number.kind) == (person, origin, kind)


@pytest.mark.parametrize("raw", ["call me", "+31 6 12345678 ext. 9", "3,16E+10", "0612345678; 0687654321", "+", "()"])
def test_what_is_no_number_is_refused_without_being_shown(raw: str) -> None:
    """The remedy is told by whoever knows the field."""
    with pytest.raises(ValueError, match="number") as refused:
        number_of(raw, "NL")
    assert raw not in str(refused.value)


def test_a_national_number_needs_a_country() -> None:
    """Nobody guesses whose it is."""
    with pytest.raises(ValueError, match="lacks the code of its country"):
        number_of("0612345678")


@pytest.mark.parametrize("raw", [None, "", " ", "anonymous", "Unknown"])
def test_a_contact_without_a_number_is_taken(raw: str | None) -> None:
    """It is no mistake either."""
    assert number_of(raw, "NL") == Number(None, None, NumberKind.NONE)


def test_only_some_numbers_tell_the_time_zone() -> None:
    """Landlines do, mobile telephones are carried about."""
    assert number_of("+34910000000").zones == ("Europe/Madrid",)
    assert number_of("+34612345678").zones == ()
    assert number_of("+12125550100").zones == ("America/New_York",)
    assert set(zones_of_country("ES")) == {"Europe/Madrid", "Atlantic/Canary"}
    assert is_country("NL")
    assert not is_country("nl")


def test_whoever_is_on_the_line_is_somebody() -> None:
    """A desk telephone without a number, a withheld number, and a number as any other."""
    assert line_of("sip:desk@example.org") == Number("sip:desk@example.org", None, NumberKind.BAD)
    assert line_of("anonymous") == Number(None, None, NumberKind.NONE)
    assert line_of("+31612345678") == number_of("+31612345678")
