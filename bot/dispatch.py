"""Works off the invitations that are due: claim, look how everything stands, decide, and do that one thing."""

import logging
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor, wait
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from threading import Event

from bot.carriers import Carrier
from bot.cases import read_case
from bot.conversations import Conversations
from bot.reconciling import Reconciler
from bot.sending import Sender
from bot.settings import Settings
from flows.cases import Close, Ending, Look, Poll, Rest, Rules, Send
from flows.dispatch import move
from flows.hours import Hours
from storage import contacts, heartbeats, invitations
from storage.invitations import Invitation

log = logging.getLogger(__name__)

AT_ONCE = 4
"""How many invitations a thread claims at a time: few, so that none waits long behind a slow carrier."""

BEAT = timedelta(seconds=10)
"""How often a worker shows that it is alive."""

REMIND_WITHIN = timedelta(hours=2)
"""Sooner nobody is reminded, however little time is left."""

UNASKED = frozenset({Ending.UNDELIVERABLE, Ending.TOO_LATE})
"""Ends by which nobody was disturbed, so that the person may be invited after another contact."""

FORGOTTEN = timedelta(days=1)
"""After how long a worker that was not heard of is gone for good."""


def rules_of(settings: Settings) -> Rules:
    """The rules of dispatch as the settings have them."""
    section = settings.dispatch
    return Rules(
        answer_within={channel: timedelta(hours=hours) for channel, hours in section.answer_within_hours.items()},
        remind_after=None if section.reminder_hours is None else timedelta(hours=section.reminder_hours),
        remind_within=REMIND_WITHIN,
        calls=section.calls,
        unrung=3,
        finish_by_text=section.finish_by_text,
        lease=timedelta(seconds=section.lease_seconds),
        patience=timedelta(seconds=section.patience_seconds),
        poll_after=timedelta(minutes=section.poll_minutes),
        queued=timedelta(hours=1),
        retry_after=timedelta(minutes=section.retry_minutes),
        first_wait=timedelta(seconds=section.first_wait_seconds),
        longest_wait=timedelta(minutes=15),
    )


@dataclass(slots=True)
class Dispatch:
    """One worker's dispatch. worker: its name, which no other has; stopping: set, nothing more is begun.

    countries: in which anybody may be asked, with their hours; sleep: waits so many seconds.
    """

    settings: Settings
    conversations: Conversations
    carrier: Carrier
    countries: Mapping[str, Hours]
    worker: str
    new_id: Callable[[], str]
    sleep: Callable[[float], None]
    stopping: Event = field(default_factory=Event)
    rules: Rules = field(init=False)
    _beaten: datetime | None = field(init=False, default=None)
    _sender: Sender = field(init=False)
    _reconciler: Reconciler = field(init=False)

    def __post_init__(self) -> None:
        self.rules = rules_of(self.settings)
        self._sender = Sender(self.settings, self.conversations, self.carrier, self.rules, self.new_id, self.sleep)
        self._reconciler = Reconciler(self.settings, self.conversations, self.carrier)

    def tick(self) -> None:
        """Works off all that is due, by several threads at once, and shows meanwhile that this worker is alive."""
        self._beat()
        threads = self.settings.dispatch.threads
        with self.conversations.database.read() as connection:
            due = invitations.count_due(connection, self.conversations.now(), threads)
        if due == 0 or self.stopping.is_set():
            return
        with ThreadPoolExecutor(due, "dispatch") as pool:
            running = {pool.submit(self.work_off) for _ in range(due)}
            while running:
                done, running = wait(running, timeout=BEAT.total_seconds())
                self._beat()
                for each in done:
                    each.result()

    def expire(self) -> None:
        """Ends the sessions whose time to answer is over."""
        if expired := self.conversations.expire_overdue():
            log.info("%d sessions expired", expired)

    def work_off(self) -> int:
        """Claims and does what is due until nothing is; returns how many invitations it came by."""
        came_by = 0
        while not self.stopping.is_set():
            now = self.conversations.now()
            with self.conversations.database.write() as connection:
                claimed = invitations.claim(connection, now, now + self.rules.lease, AT_ONCE)
            if not claimed:
                break
            came_by += len(claimed)
            self._settle([settled for mine in claimed if (settled := self._do(mine))])
        return came_by

    def hurry(self, reference: str) -> None:
        """Does at once what comes next for the invitation of a contact, if there is one that goes on."""
        lease = self.conversations.now() + self.rules.lease
        with self.conversations.database.write() as connection:
            mine = invitations.claim_one(connection, reference, lease)
        if mine:
            self._do(mine)

    def _do(self, mine: Invitation) -> tuple[Invitation, Rest | Close] | None:
        """Does what is to be done for this one; what is only to be written is given back, to be written with others."""
        if self.stopping.is_set():
            return mine, Rest(self.conversations.now())
        try:
            known = read_case(self.conversations, self.countries, mine)
            match move(self.rules, known.case, self.conversations.now()):
                case Send() as send:
                    self._sender.send(known, send)
                case Look() as look:
                    self._reconciler.look(known, look)
                case Poll() as poll:
                    self._reconciler.poll(known, poll)
                case Rest() | Close() as settled:
                    return mine, settled
        except Exception:
            # One that cannot be worked off stops no other; it comes up again when the lease is over.
            log.exception("invitation %s could not be worked off", mine.id)
        return None

    def _settle(self, settled: Sequence[tuple[Invitation, Rest | Close]]) -> None:
        """Writes when each comes up again, or how it ended, all at once."""
        if not settled:
            return
        now = self.conversations.now()
        with self.conversations.database.write() as connection:
            # In one order, so that no two workers wait for each other.
            for mine, decided in sorted(settled, key=lambda each: each[0].id):
                if isinstance(decided, Rest):
                    invitations.rest(connection, mine, decided.until)
                elif invitations.close(connection, mine, decided.outcome, now) and decided.outcome in UNASKED:
                    contacts.release(connection, mine.theirs or "", mine.reference)

    def _beat(self) -> None:
        now = self.conversations.now()
        if self._beaten and now < self._beaten + BEAT:
            return
        self._beaten = now
        with self.conversations.database.write() as connection:
            heartbeats.beat(connection, self.worker, now)
            heartbeats.forget(connection, now - FORGOTTEN)
