"""What becomes of a message or a call: its status, which only ever moves on, in whatever order the news arrive."""

from collections.abc import Mapping
from enum import StrEnum


class Status(StrEnum):
    """How far an attempt has come. The first five are ours, the others are the carrier's own words."""

    MAKING = "making"
    """Written down; the carrier is being asked, or whoever was asking has died."""
    UNKNOWN = "unknown"
    """The carrier was asked and we do not know whether it understood."""
    LOST = "lost"
    """Looked for at the carrier, long and in vain."""
    REFUSED = "refused"
    """The carrier has refused it for good, or we did not even ask."""
    MACHINE = "machine"
    """A call that something else than a person has answered."""

    ACCEPTED = "accepted"
    SCHEDULED = "scheduled"
    QUEUED = "queued"
    SENDING = "sending"
    SENT = "sent"
    UNDELIVERED = "undelivered"
    DELIVERED = "delivered"
    READ = "read"

    INITIATED = "initiated"
    RINGING = "ringing"
    IN_PROGRESS = "in-progress"
    BUSY = "busy"
    NO_ANSWER = "no-answer"
    COMPLETED = "completed"

    FAILED = "failed"
    CANCELED = "canceled"


class Kind(StrEnum):
    """What an attempt is for."""

    INVITATION = "invitation"
    REMINDER = "reminder"
    CONTINUATION = "continuation"
    TRANSFER = "transfer"
    CALL_BACK = "call_back"


RANKS: Mapping[Status, int] = {
    rank: place
    for place, ranks in enumerate(
        (
            {Status.MAKING},
            {Status.UNKNOWN},
            {Status.LOST},
            {Status.ACCEPTED, Status.SCHEDULED},
            {Status.QUEUED},
            {Status.INITIATED, Status.SENDING},
            {Status.RINGING, Status.SENT},
            {Status.IN_PROGRESS},
            {Status.REFUSED, Status.UNDELIVERED, Status.FAILED, Status.CANCELED, Status.BUSY, Status.NO_ANSWER},
            {Status.DELIVERED, Status.COMPLETED},
            {Status.READ, Status.MACHINE},
        )
    )
    for rank in ranks
}
"""How far each is along. A status replaces only those below it, so news that come late or twice change nothing."""

IN_THE_AIR = frozenset({Status.MAKING, Status.UNKNOWN})
"""Whether the carrier has it is not known."""

UNDER_WAY = frozenset(
    {Status.ACCEPTED, Status.SCHEDULED, Status.QUEUED, Status.INITIATED, Status.RINGING, Status.IN_PROGRESS}
)
"""A call of which more is to be told."""

WAITING = frozenset({Status.ACCEPTED, Status.SCHEDULED, Status.QUEUED})
"""A call that the carrier has and that does not ring yet, and can be cancelled."""

NEVER_RANG = frozenset({Status.LOST, Status.FAILED, Status.CANCELED})
"""A call nobody could have heard."""

RANG_IN_VAIN = frozenset({Status.BUSY, Status.NO_ANSWER, Status.MACHINE, Status.COMPLETED})
"""A call that was put through and is over."""

FAILED = frozenset({Status.REFUSED, Status.UNDELIVERED, Status.FAILED, Status.CANCELED})
"""A message that did not arrive and never will."""


def below(status: Status) -> tuple[Status, ...]:
    """Those that this one replaces."""
    return tuple(earlier for earlier, rank in RANKS.items() if rank < RANKS[status])


def told(word: str) -> Status | None:
    """The status a carrier's word stands for; None for a word that tells nothing new, such as `partially_delivered`."""
    return _TOLD.get(word.strip().lower())


_TOLD: Mapping[str, Status] = {
    status.value: status
    for status in Status
    if status not in (Status.MAKING, Status.UNKNOWN, Status.LOST, Status.REFUSED, Status.MACHINE)
}
