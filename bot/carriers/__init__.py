"""The port to whoever carries calls and messages: what we ask of a carrier, and how it can fail us."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Protocol

from flows.survey import Channel

LONGEST_VALIDITY = 36_000
"""Seconds for which carriers try to deliver a message, and no longer."""

LONGEST_RING = 600
"""Seconds for which carriers let a telephone ring, and no longer."""

GRACE = timedelta(minutes=2)
"""By how much a carrier's clock, which counts whole seconds, may be behind ours."""


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
    status_callback: where the carrier reports what becomes of the message; valid_seconds: after how long it is no
    longer worth delivering, from 1 to LONGEST_VALIDITY, None for as long as the carrier tries.
    """

    channel: Channel
    ours: str = field(repr=False)
    theirs: str = field(repr=False)
    text: str = field(repr=False)
    content: str | None = None
    buttons: tuple[Button, ...] = ()
    variables: Mapping[str, str] = field(default_factory=dict, repr=False)
    status_callback: str | None = field(default=None, repr=False)
    valid_seconds: int | None = None

    def __post_init__(self) -> None:
        if self.channel is Channel.CALL:
            raise ValueError("a message goes by sms or whatsapp; a call cannot carry it")
        if self.valid_seconds is not None and not 1 <= self.valid_seconds <= LONGEST_VALIDITY:
            raise ValueError(f"a message is valid for 1 to {LONGEST_VALIDITY} seconds, not {self.valid_seconds}")


@dataclass(frozen=True, slots=True)
class OutgoingCall:
    """A call of ours to a respondent.

    url: what the carrier plays once somebody or something answers; status_callback: where it reports how the call goes;
    ring_seconds: how long it rings, from 1 to LONGEST_RING; longest_seconds: after how long it is cut off;
    machine_detection: whether the first request to `url` tells whether a person or a machine answered.
    """

    ours: str = field(repr=False)
    theirs: str = field(repr=False)
    url: str = field(repr=False)
    status_callback: str = field(repr=False)
    ring_seconds: int
    longest_seconds: int
    machine_detection: bool = True

    def __post_init__(self) -> None:
        if not 1 <= self.ring_seconds <= LONGEST_RING:
            raise ValueError(f"a telephone rings for 1 to {LONGEST_RING} seconds, not {self.ring_seconds}")
        if self.longest_seconds < 1:
            raise ValueError(f"a call lasts at least a second, not {self.longest_seconds}")


@dataclass(frozen=True, slots=True)
class Found:
    """A message or a call as the carrier knows it.

    ref: the carrier's id; made_at: when it was asked for, None where the carrier does not tell; status, code,
    answered_by: in the carrier's own words and numbers, None where there is nothing to tell; text: of a message.
    """

    ref: str
    made_at: datetime | None
    status: str
    code: int | None = None
    text: str = field(default="", repr=False)
    answered_by: str | None = None


@dataclass(frozen=True, slots=True)
class Sought:
    """What we may have sent without having heard so: messages or calls from us to them, asked for since then.

    text: what the message says, None for whatever it says.
    """

    channel: Channel
    ours: str = field(repr=False)
    theirs: str = field(repr=False)
    since: datetime
    text: str | None = field(default=None, repr=False)

    def covers(self, found: Found) -> bool:
        """Whether this may be what is sought; spaces and what a carrier puts around a text make no difference."""
        says_it = self.text is None or " ".join(self.text.split()) in " ".join(found.text.split())
        return says_it and (found.made_at is None or found.made_at >= self.since - GRACE)


class Carrier(Protocol):
    """Whoever carries our messages and calls. Everything here raises CarrierError."""

    def send(self, message: Outgoing) -> str:
        """Hands the message over; returns the carrier's id of it."""

    def place(self, call: OutgoingCall) -> str:
        """Has the call placed; returns the carrier's id of it, mostly before anything rings."""

    def find(self, sought: Sought) -> tuple[Found, ...]:
        """What the carrier has of this, newest first, whether or not it has gone out yet."""

    def fate(self, channel: Channel, ref: str) -> Found:
        """What became of the message or call with that id."""

    def cancel(self, ref: str) -> Found:
        """Has the call with that id not placed after all, if it does not ring yet; what then became of it."""


class CarrierError(Exception):
    """The carrier did not do what it was asked.

    permanent: asking again will never help; otherwise it may, later.
    code: the carrier's own number for what went wrong, None where there was no answer; `errors.verdict` tells what to
    make of it. uncertain: it may have been done all the same, so look before asking again.
    """

    def __init__(self, permanent: bool, code: int | None = None, uncertain: bool = False) -> None:
        super().__init__(f"carrier error {code or 'without a code'}, {'permanent' if permanent else 'may pass'}")
        self.permanent = permanent
        self.code = code
        self.uncertain = uncertain


def address(channel: Channel, number: str) -> str:
    """The number as carriers write it for the channel: `whatsapp:+31...` or the number itself."""
    return f"whatsapp:{number}" if channel is Channel.WHATSAPP else number
