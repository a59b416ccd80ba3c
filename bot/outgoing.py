"""What the carrier is asked to do for one attempt, and from which number of ours."""

from dataclasses import dataclass
from datetime import datetime

from bot.carriers import Carrier, CarrierError, Outgoing, OutgoingCall
from bot.carriers.sandbox import NUMBER
from bot.settings import CarrierName, Settings
from bot.tickets import ticket
from flows.survey import Channel
from storage.attempts import Made
from storage.encryption import Keys
from storage.invitations import Invitation

VALID_SECONDS = 2 * 60 * 60
"""After this a telephone that was off no longer gets the message, so that it does not ring at night."""

NO_TEMPLATE = 63016
"""The carrier's own number for a WhatsApp message that needed a template."""


@dataclass(frozen=True, slots=True)
class Ready:
    """An attempt that was written down. mine: its invitation, which nobody else can have claimed as it now is;
    at: its turn; text: of a message, empty for a call.
    """

    mine: Invitation
    made: Made
    at: datetime
    ours: str
    text: str = ""
    content: str | None = None


def hand_over(carrier: Carrier, settings: Settings, keys: Keys, theirs: str, ready: Ready) -> str:
    """Has the message sent or the call placed; returns the carrier's id of it. Raises CarrierError."""
    channel, base = Channel(ready.made.channel), settings.base_url
    signed = ticket(keys, ready.made.id)
    if channel is Channel.CALL:
        call = OutgoingCall(
            ours=ready.ours,
            theirs=theirs,
            url=f"{base}/twilio/voice/invitation/{signed}",
            status_callback=f"{base}/twilio/voice/status?attempt={signed}",
            ring_seconds=settings.dispatch.ring_seconds,
            longest_seconds=settings.dispatch.longest_call_minutes * 60,
        )
        return carrier.place(call)
    if channel is Channel.WHATSAPP and settings.carrier is CarrierName.TWILIO and not ready.content:
        raise CarrierError(permanent=True, code=NO_TEMPLATE)
    message = Outgoing(
        channel=channel,
        ours=ready.ours,
        theirs=theirs,
        text=ready.text,
        content=ready.content,
        variables={"1": " ".join(ready.text.split())} if ready.content else {},
        status_callback=f"{base}/twilio/messages/status?attempt={signed}",
        valid_seconds=VALID_SECONDS if channel is Channel.SMS else None,
    )
    return carrier.send(message)


def number_for(settings: Settings, language: str) -> str | None:
    """Our number to send from: one for that language if there is, else the one configured; None where there is none."""
    own = (number for number, code in settings.numbers.items() if code == language)
    sandbox = NUMBER if settings.carrier is CarrierName.SANDBOX else None
    return next(own, None) or settings.twilio.number or next(iter(settings.numbers), sandbox)
