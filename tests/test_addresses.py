"""Addresses: one person over all channels, machines never answered, nothing required to be a number."""

import pytest

from bot.addresses import caller, sender
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
