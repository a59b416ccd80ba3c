"""What the carrier's error codes mean for an invitation."""

from collections.abc import Mapping
from enum import StrEnum


class Verdict(StrEnum):
    """What is to be done after an error."""

    OPTED_OUT = "opted_out"
    """This person wants nothing more from us, on any channel."""
    BAD_NUMBER = "bad_number"
    """Nobody is reached at this number, on any channel."""
    NOT_THIS_CHANNEL = "not_this_channel"
    """This person is not reached this way, ever; another channel may do."""
    UNREACHED = "unreached"
    """Not reached this time; once more at most, and not at once."""
    OURS = "ours"
    """Our account or our settings are wrong, not this message: nothing goes out until somebody mends them."""
    PASSING = "passing"
    """Too fast, too much or out of order for now: the same again later."""


FINAL = frozenset({Verdict.OPTED_OUT, Verdict.BAD_NUMBER, Verdict.NOT_THIS_CHANNEL})
"""Those after which the same is never asked again."""


def verdict(code: int | None) -> Verdict:
    """What to make of an error code, whether it was answered at once or came in a status callback.

    None, an answer that never came, passes. A code that is not known here rules out this channel only, since to repeat
    what was refused could annoy, while another channel may do.
    """
    if code is None or code in HTTP_STATUSES:
        return Verdict.PASSING
    return MEANINGS[code][0] if code in MEANINGS else Verdict.NOT_THIS_CHANNEL


def explain(code: int | None) -> str:
    """The code in a sentence for whoever runs this; names no person and no number."""
    if code is None:
        return "the carrier did not answer"
    if code in MEANINGS:
        return f"{MEANINGS[code][1]} (carrier error {code})"
    return f"carrier error {code}; see the carrier's own list of errors"


HTTP_STATUSES = frozenset({408, 425, 429, *range(500, 600)})
"""What stands for a code where the carrier answered without any, and may pass."""

MEANINGS: Mapping[int, tuple[Verdict, str]] = {
    # The person.
    21610: (Verdict.OPTED_OUT, "the person has replied STOP to this number"),
    63014: (Verdict.OPTED_OUT, "the person has blocked this sender"),
    # The number.
    21211: (Verdict.BAD_NUMBER, "this is not a number that messages can be sent to"),
    21214: (Verdict.BAD_NUMBER, "this number cannot be called"),
    21217: (Verdict.BAD_NUMBER, "this is not a number that can be called"),
    13223: (Verdict.BAD_NUMBER, "this is not a number that can be dialled"),
    13224: (Verdict.BAD_NUMBER, "this is not a number that can be dialled"),
    # The number, this way: a landline can be called, and who has no WhatsApp may read an SMS.
    21614: (Verdict.NOT_THIS_CHANNEL, "the number is no mobile number"),
    30005: (Verdict.NOT_THIS_CHANNEL, "no telephone that takes messages is known at this number"),
    30006: (Verdict.NOT_THIS_CHANNEL, "the number is a landline, or its network takes no messages"),
    63024: (Verdict.NOT_THIS_CHANNEL, "the number has no WhatsApp"),
    63003: (Verdict.NOT_THIS_CHANNEL, "the address is not known on this channel"),
    63033: (Verdict.NOT_THIS_CHANNEL, "the person has blocked this sender, or never accepted its messages"),
    # What may be sent there, this way.
    21408: (Verdict.NOT_THIS_CHANNEL, "the account may not send to this country: allow it at the carrier"),
    21215: (Verdict.NOT_THIS_CHANNEL, "the account may not call this country: allow it at the carrier"),
    13227: (Verdict.NOT_THIS_CHANNEL, "the account may not call this country: allow it at the carrier"),
    21216: (Verdict.NOT_THIS_CHANNEL, "the account may not call this number"),
    21612: (Verdict.NOT_THIS_CHANNEL, "our number does not reach this one"),
    30004: (Verdict.NOT_THIS_CHANNEL, "the telephone or its network blocks our messages"),
    30007: (Verdict.NOT_THIS_CHANNEL, "a network has filtered the message out as unwanted"),
    30034: (Verdict.NOT_THIS_CHANNEL, "our number is not registered for messages to this country: register it"),
    14107: (Verdict.NOT_THIS_CHANNEL, "too many answers went to this number in a short time"),
    # Our number, this way.
    21210: (Verdict.OURS, "our number is not verified for calls with this account"),
    21212: (Verdict.OURS, "the number configured as ours is not one"),
    21603: (Verdict.OURS, "no number of ours is configured to send from"),
    21606: (Verdict.OURS, "the number configured as ours cannot send messages with this account"),
    21659: (Verdict.OURS, "the number configured as ours cannot send messages with this account"),
    21660: (Verdict.OURS, "the number configured as ours belongs to another account"),
    63007: (Verdict.OURS, "the number configured as ours is not set up for WhatsApp"),
    # The text or its template.
    21602: (Verdict.NOT_THIS_CHANNEL, "the message has no text"),
    21617: (Verdict.NOT_THIS_CHANNEL, "the message is longer than 1,600 characters"),
    21619: (Verdict.NOT_THIS_CHANNEL, "the message has no text"),
    21654: (Verdict.OURS, "there is no content template with the configured SID"),
    21655: (Verdict.OURS, "the configured content template cannot be used"),
    21656: (Verdict.OURS, "the content template asks for other variables than it got"),
    63016: (Verdict.NOT_THIS_CHANNEL, "outside a conversation WhatsApp takes approved templates only: configure one"),
    63027: (Verdict.NOT_THIS_CHANNEL, "the content template does not exist in this language"),
    63028: (Verdict.NOT_THIS_CHANNEL, "the content template asks for other variables than it got"),
    63040: (Verdict.OURS, "the content template was rejected by WhatsApp"),
    63041: (Verdict.OURS, "the content template was paused by WhatsApp"),
    63042: (Verdict.OURS, "the content template was disabled by WhatsApp"),
    # Not this time.
    30003: (Verdict.UNREACHED, "the telephone is off or out of reach"),
    30008: (Verdict.UNREACHED, "the network did not say why it did not deliver the message"),
    # Ours.
    401: (Verdict.OURS, "the carrier does not accept our credentials"),
    403: (Verdict.OURS, "our credentials do not allow this"),
    20003: (Verdict.OURS, "the carrier does not accept our credentials"),
    20005: (Verdict.OURS, "our account at the carrier is not active"),
    20403: (Verdict.OURS, "our credentials do not allow this"),
    30002: (Verdict.OURS, "our account at the carrier is suspended"),
    # For now.
    10004: (Verdict.PASSING, "too many calls at once for our account"),
    20429: (Verdict.PASSING, "too many requests at once for our account"),
    20500: (Verdict.PASSING, "the carrier is out of order"),
    20503: (Verdict.PASSING, "the carrier is out of order"),
    21611: (Verdict.PASSING, "too many messages wait for our number"),
    22005: (Verdict.PASSING, "too many calls wait for our account"),
    30001: (Verdict.PASSING, "too many messages wait for our number"),
    63018: (Verdict.PASSING, "too many messages at once for this channel"),
    63038: (Verdict.PASSING, "our account has sent as many messages as it may today"),
}
