"""The sandbox's network: what is on its way to a telephone, kept where every process sees it."""

import logging
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta

from bot.carriers import CarrierError, Found, Outgoing, OutgoingCall, Sought
from bot.carriers.player import Call, WebhookError
from bot.carriers.sandbox import Sandbox
from flows.survey import Channel
from storage import ringing, sandbox
from storage.database import Database
from storage.encryption import Keys
from storage.ringing import Placed
from storage.sandbox import Delivered, Sent

log = logging.getLogger(__name__)

NOT_FOUND = 20404
"""The carrier's number for what it does not know."""


@dataclass(frozen=True, slots=True)
class SandboxCarrier:
    """Sends messages to telephones on the screen, and lets them ring. Whoever shows such a telephone does the rest.

    clock: the time; new_id: 32 fresh hex digits.
    """

    database: Database
    keys: Keys
    clock: Callable[[], datetime]
    new_id: Callable[[], str]

    def send(self, message: Outgoing) -> str:
        """Puts the message where the telephone fetches it; returns its id."""
        ref = f"SM{self.new_id()}"
        theirs = self.keys.index(message.theirs)
        buttons = [asdict(button) for button in message.buttons] or None
        content = (message.channel, message.ours, theirs, message.text, buttons)
        with self.database.write() as connection:
            sandbox.put(connection, self.clock(), *content, ref, message.status_callback)
        return ref

    def place(self, call: OutgoingCall) -> str:
        """Lets the telephone ring; returns the call's id."""
        ref, now = f"CA{self.new_id()}", self.clock()
        with self.database.write() as connection:
            ringing.place(
                connection,
                Placed(
                    ref=ref,
                    at=now,
                    ours=call.ours,
                    theirs=self.keys.index(call.theirs),
                    url=call.url,
                    status_callback=call.status_callback,
                    rings_until=now + timedelta(seconds=call.ring_seconds),
                    longest_seconds=call.longest_seconds,
                    machine_detection=call.machine_detection,
                    status=ringing.RINGING,
                ),
            )
        return ref

    def find(self, sought: Sought) -> tuple[Found, ...]:
        """What was sent or placed, newest first."""
        indexes = self.keys.indexes(sought.theirs)
        with self.database.read() as connection:
            if sought.channel is Channel.CALL:
                found = map(self._found_call, ringing.placed(connection, sought.ours, indexes))
            else:
                found = map(_found_message, sandbox.sent(connection, sought.channel, sought.ours, indexes))
        return tuple(filter(sought.covers, found))

    def fate(self, channel: Channel, ref: str) -> Found:
        """What became of it, a telephone that nobody answered included. Raises CarrierError where there is no such."""
        with self.database.read() as connection:
            call = ringing.call(connection, ref) if channel is Channel.CALL else None
            message = sandbox.message(connection, ref) if channel is not Channel.CALL else None
        if call is not None:
            return self._found_call(call)
        if message is not None:
            return _found_message(message)
        raise CarrierError(permanent=True, code=NOT_FOUND)

    def cancel(self, ref: str) -> Found:
        """What became of the call: here every one rings at once, so none is cancelled. Raises CarrierError."""
        return self.fate(Channel.CALL, ref)

    def _found_call(self, call: Placed) -> Found:
        by = call.answered_by if call.machine_detection else None
        return Found(call.ref, call.at, call.status_at(self.clock()), answered_by=by)


def _found_message(message: Sent) -> Found:
    status = "sent" if message.delivered_at is None else "delivered"
    return Found(message.ref, message.at, status, text=message.body)


@dataclass(frozen=True, slots=True)
class Telephones:
    """The telephones on the screen: fetch what was sent to them, ring, are answered, and report all of it, signed.

    Every number that is given here is that of the telephone.
    """

    database: Database
    keys: Keys
    clock: Callable[[], datetime]
    sandbox: Sandbox

    def fetch(self, theirs: str, after: int) -> list[Delivered]:
        """What was delivered after the message with that id, oldest first. What is new is reported as delivered."""
        indexes = self.keys.indexes(theirs)
        with self.database.read() as connection:
            messages = sandbox.since(connection, indexes, after)
        if messages:
            with self.database.write() as connection:
                arrived = sandbox.arrive(connection, indexes, self.clock())
            for message in arrived:
                self._report_arrival(message, theirs)
        return messages

    def ringing(self, theirs: str) -> list[Placed]:
        """The calls that ring now. What has rung for long enough is reported as not answered."""
        indexes, now = self.keys.indexes(theirs), self.clock()
        with self.database.read() as connection:
            calls = ringing.ringing(connection, indexes)
        if any(call.rings_until <= now for call in calls):
            with self.database.write() as connection:
                missed = ringing.miss(connection, indexes, now)
            for call in missed:
                self._report(_line(call, theirs))
        return [call for call in calls if call.rings_until > now]

    def answer(self, ref: str, theirs: str, machine: bool) -> Call | None:
        """The call as it begins, answered by a person or a machine; None where it rings no longer."""
        by = "machine_start" if machine else "human"
        with self.database.write() as connection:
            call = ringing.answer(connection, ref, self.keys.indexes(theirs), self.clock(), by)
        if call is None:
            return None
        line = _line(call, theirs)
        self._report(line)
        return self.sandbox.phone.dial(line, {"AnsweredBy": by} if call.machine_detection else {})

    def decline(self, ref: str, theirs: str) -> bool:
        """Whether the call was declined; if not, it rings no longer."""
        with self.database.write() as connection:
            call = ringing.decline(connection, ref, self.keys.indexes(theirs), self.clock())
        if call is not None:
            self._report(_line(call, theirs))
        return call is not None

    def note(self, call: Call) -> None:
        """Keeps how a call of ours has ended, where it has."""
        if call.outbound and call.ended:
            with self.database.write() as connection:
                ringing.end(connection, call.sid, call.status)

    def _report(self, call: Call) -> None:
        with _logged():
            self.sandbox.phone.report(call)

    def _report_arrival(self, message: Sent, theirs: str) -> None:
        if message.status_callback:
            channel = Channel(message.channel)
            with _logged():
                self.sandbox.report(message.status_callback, message.ref, channel, message.ours, theirs, "delivered")


def _line(call: Placed, theirs: str) -> Call:
    """The call as a telephone has it."""
    return Call(
        sid=call.ref,
        ours=call.ours,
        theirs=theirs,
        url=call.url,
        status=call.status,
        outbound=True,
        status_callback=call.status_callback,
    )


@contextmanager
def _logged() -> Iterator[None]:
    """As with a real carrier: a status that the application does not take is logged, and everything goes on."""
    try:
        yield
    except WebhookError as error:
        log.warning("the application did not take a status: %s", error)
