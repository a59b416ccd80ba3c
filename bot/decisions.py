"""What was decided about a contact and how far its invitation has come, as everybody sees it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from bot.intake import Source
from flows.eligibility import Reason, explain
from flows.survey import Channel
from storage.ledger import Line


class State(StrEnum):
    """How far an invitation has come, as people see it."""

    SCHEDULED = "scheduled"
    SENT = "sent"
    DELIVERED = "delivered"
    ANSWERING = "answering"
    COMPLETED = "completed"
    PARTIAL = "partial"
    REFUSED = "refused"
    BROKEN_OFF = "broken_off"
    EXPIRED = "expired"
    UNDELIVERABLE = "undeliverable"
    UNREACHED = "unreached"
    OPTED_OUT = "opted_out"
    TOO_LATE = "too_late"
    IN_CONVERSATION = "in_conversation"


@dataclass(frozen=True, slots=True)
class Decided:
    """A contact and what was decided about it. is_new: whether it was decided just now, and not when it came before.

    reason, until: why nobody is invited, and from when that no longer holds; sentence: the same for people.
    due_at: when something is to be done for the invitation next; channels: the order; channel: tried last, or first.
    """

    reference: str
    is_new: bool
    invited: bool
    reason: Reason | None
    until: datetime | None
    sentence: str
    state: State | None
    due_at: datetime | None
    channel: Channel | None
    channels: tuple[Channel, ...]
    language: str | None
    country: str | None
    queue: str | None
    agent: str | None
    touchpoint: str | None
    ended_at: datetime
    received_at: datetime
    source: Source
    attributes: Mapping[str, str] = field(default_factory=dict, hash=False)


@dataclass(frozen=True, slots=True)
class Page:
    """Some of the contacts, the newest first. next: the cursor of the page after this one, None on the last."""

    lines: tuple[Decided, ...]
    next: str | None


def decided(line: Line, *, is_new: bool = False) -> Decided:
    """The contact as its line in the ledger has it."""
    reason = Reason(line.reason) if line.reason else None
    channels = tuple(map(Channel, line.channels))
    channel = Channel(line.used) if line.used else next(iter(channels), None)
    return Decided(
        reference=line.reference,
        is_new=is_new,
        invited=reason is None,
        reason=reason,
        until=line.until,
        sentence=explain(reason, line.until) if reason else "This person is invited.",
        state=State(line.state) if line.state else None,
        due_at=line.due_at,
        channel=channel,
        channels=channels,
        language=line.language,
        country=line.country,
        queue=line.queue,
        agent=line.agent,
        touchpoint=line.touchpoint,
        ended_at=line.ended_at,
        received_at=line.received_at,
        source=Source(line.source),
        attributes=line.attributes,
    )
