"""The port to whoever carries calls and messages: what we ask of a carrier, and how it can fail us."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Protocol

from flows.survey import Channel


@dataclass(frozen=True, slots=True)
class Button:
    """An answer given by touching it. payload: what comes back; title: what is read, at most 20 characters."""

    payload: str
    title: str


@dataclass(frozen=True, slots=True)
class Outgoing:
    """A message of ours to a respondent.

    ours, theirs: numbers in E.164, or whatever opaque address the channel uses; never shown by `repr`.
    text: what is said; content: the name of a template approved by the carrier that is sent instead, filled with
    variables; buttons: those the template carries, which a carrier without templates shows itself.
    """

    channel: Channel
    ours: str = field(repr=False)
    theirs: str = field(repr=False)
    text: str = field(repr=False)
    content: str | None = None
    buttons: tuple[Button, ...] = ()
    variables: Mapping[str, str] = field(default_factory=dict, repr=False)

    def __post_init__(self) -> None:
        if self.channel is Channel.CALL:
            raise ValueError("a message goes by sms or whatsapp; a call cannot carry it")


class Carrier(Protocol):
    """Whoever carries our messages."""

    def send(self, message: Outgoing) -> str:
        """Hands the message over; returns the carrier's id of it. Raises CarrierError."""


class CarrierError(Exception):
    """The carrier did not take a message.

    permanent: asking again will never help; otherwise it may, later.
    code: the carrier's own number for what went wrong, None where there was no answer.
    uncertain: the message may have been sent all the same, so look before sending again.
    """

    def __init__(self, permanent: bool, code: int | None = None, uncertain: bool = False) -> None:
        super().__init__(f"carrier error {code or 'without a code'}, {'permanent' if permanent else 'may pass'}")
        self.permanent = permanent
        self.code = code
        self.uncertain = uncertain


def address(channel: Channel, number: str) -> str:
    """The number as carriers write it for the channel: `whatsapp:+31...` or the number itself."""
    return f"whatsapp:{number}" if channel is Channel.WHATSAPP else number
