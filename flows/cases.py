"""How everything stands around one invitation, and what can be done about it next."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from flows.fates import Kind, Status
from flows.hours import Hours
from flows.session import Outcome
from flows.survey import Channel


class Ending(StrEnum):
    """How an invitation ends that no session of its own has ended."""

    OPTED_OUT = "opted_out"
    UNDELIVERABLE = "undeliverable"
    UNREACHED = "unreached"
    TOO_LATE = "too_late"
    IN_CONVERSATION = "in_conversation"


class Fault(StrEnum):
    """What an attempt failed by: the number on every channel, the number on this one, our own settings, or chance."""

    NUMBER = "number"
    CHANNEL = "channel"
    OURS = "ours"
    CHANCE = "chance"


@dataclass(frozen=True, slots=True)
class Rules:
    """What an operator has set.

    answer_within: how long a message may stay unanswered before the next channel; remind_after: None for no reminder;
    remind_within: how long a message has at least before the reminder, where its time would be too late or closed;
    calls: that may ring in vain; unrung: calls that may fail without ringing; finish_by_text: an interrupted call.
    lease: after which nobody is asking the carrier any more; patience: for what we may have sent to turn up there.
    poll_after: since the last news of a call; queued: after which a call that waits at the carrier is cancelled.
    retry_after: what failed by chance; first_wait, longest_wait: before asking a carrier again that had no time.
    """

    answer_within: Mapping[Channel, timedelta]
    remind_after: timedelta | None
    remind_within: timedelta
    calls: int
    unrung: int
    finish_by_text: bool
    lease: timedelta
    patience: timedelta
    poll_after: timedelta
    queued: timedelta
    retry_after: timedelta
    first_wait: timedelta
    longest_wait: timedelta


@dataclass(frozen=True, slots=True)
class Standing:
    """How far a session is.

    heard: the person has taken part; can_go_on: a call that was interrupted with something left to ask.
    """

    session: str
    channel: Channel
    expires_at: datetime
    ended_at: datetime | None = None
    outcome: Outcome | None = None
    heard: bool = False
    can_go_on: bool = False


@dataclass(frozen=True, slots=True)
class Attempt:
    """One message sent or call placed. ref: the carrier's id; changed_at: of the status; fault: where it failed."""

    id: str
    channel: Channel
    kind: Kind
    status: Status
    made_at: datetime
    changed_at: datetime
    ref: str | None = None
    fault: Fault | None = None
    standing: Standing | None = None


@dataclass(frozen=True, slots=True)
class Case:
    """Everything the decision needs.

    channels: in order; expires_at: after which nothing is sent; hours: None where nobody may be invited any more.
    attempts: the oldest first; on_call: the session of the call this invitation was agreed to in; elsewhere: sessions
    of the same person that belong to no attempt, going on or ended since the invitation.
    """

    id: str
    channels: tuple[Channel, ...]
    expires_at: datetime
    hours: Hours | None
    opted_out: bool = False
    attempts: tuple[Attempt, ...] = ()
    on_call: Standing | None = None
    elsewhere: tuple[Standing, ...] = ()

    @property
    def standings(self) -> tuple[Standing, ...]:
        """The sessions this invitation has led to, each once."""
        all_ = [*(attempt.standing for attempt in self.attempts), self.on_call]
        return tuple({standing.session: standing for standing in all_ if standing}.values())

    def opens(self, at: datetime, last: datetime | None = None) -> datetime | None:
        """The first moment from then on at which something may be sent, before it is too late."""
        return self.hours.next_open(at, last or self.expires_at) if self.hours else None


@dataclass(frozen=True, slots=True)
class Send:
    """Send this. session: the one it belongs to, None where one begins."""

    channel: Channel
    kind: Kind
    session: str | None = None


@dataclass(frozen=True, slots=True)
class Look:
    """Look at the carrier whether it has this. again: when to look once more; None where this was the last time."""

    attempt: Attempt
    again: datetime | None


@dataclass(frozen=True, slots=True)
class Poll:
    """Ask the carrier how this call goes. again: when to ask once more; cancels: whether it is to be cancelled if it
    still does not ring.
    """

    attempt: Attempt
    again: datetime
    cancels: bool = False


@dataclass(frozen=True, slots=True)
class Rest:
    """Nothing is to be done before then."""

    until: datetime


@dataclass(frozen=True, slots=True)
class Close:
    """Nothing more is to be done."""

    outcome: Outcome | Ending


Move = Send | Look | Poll | Rest | Close
