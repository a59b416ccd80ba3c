"""How long it takes to schedule invitations and to send them, beside one job each in APScheduler's own job store.

    python -m bench.dispatch [--scheduled 100000] [--sent 2000] [--peer 2000]

Scheduling is what intake writes for every contact: the contact and its invitation, in one transaction of its own.
The queue alone is what a scheduler does: claim what is due and be done with it. Sending goes through everything but
the network: claim, look, decide, begin the session and write the attempt down, ask a carrier that does nothing, and
note its answer, which takes two commits for each, where the queue alone takes two for a few. The peer is APScheduler
with its SQLAlchemy job store: one `add_job` for each invitation, and its thread pool running jobs that do nothing.
SQLite and a real PostgreSQL, both with every commit on the disk.
"""

import secrets
import tempfile
import time
from argparse import ArgumentParser
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from threading import Event

from apscheduler.events import EVENT_JOB_EXECUTED
from apscheduler.executors.pool import ThreadPoolExecutor
from apscheduler.jobstores.sqlalchemy import SQLAlchemyJobStore
from apscheduler.schedulers.background import BackgroundScheduler

from bot import app
from bot.carriers import Found, Outgoing, OutgoingCall, Sought
from bot.config import load
from bot.dispatch import AT_ONCE
from flows.hours import Hours, Window
from flows.survey import Channel
from storage import contacts, invitations
from storage.contacts import Contact, NewInvitation
from storage.database import Database, migrate
from tests.postgresql import running_postgresql

MINUTE, DAY = timedelta(minutes=1), timedelta(days=1)
ALWAYS = Hours(((Window(0, 24 * 60),),) * 7, (UTC,))


@dataclass(frozen=True, slots=True)
class Nobody:
    """A carrier that takes everything and does nothing."""

    def send(self, message: Outgoing) -> str:
        del message
        return f"SM{secrets.token_hex(16)}"

    def place(self, call: OutgoingCall) -> str:
        raise NotImplementedError(call.url)

    def find(self, sought: Sought) -> tuple[Found, ...]:
        raise NotImplementedError(sought.channel)

    def fate(self, channel: Channel, ref: str) -> Found:
        raise NotImplementedError(channel, ref)

    def cancel(self, ref: str) -> Found:
        raise NotImplementedError(ref)


@dataclass(frozen=True, slots=True)
class Rates:
    """How many a second. sent: None of a peer that sends nothing."""

    scheduled: float
    claimed: float
    sent: float | None = None


def main() -> None:
    parser = ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--scheduled", type=int, default=100_000, help="invitations that are scheduled")
    parser.add_argument("--sent", type=int, default=2_000, help="of these, how many are due and sent")
    parser.add_argument("--peer", type=int, default=2_000, help="jobs that APScheduler's own store is given")
    options = parser.parse_args()
    print(f"{options.scheduled:,} invitations scheduled, {options.sent:,} sent; {options.peer:,} jobs for the peer\n")
    print(f"{'':26}{'a second':>10}{'for 100,000':>14}{'peer':>12}{'ratio':>10}")
    with tempfile.TemporaryDirectory(prefix="nawoord") as folder, running_postgresql() as postgresql:
        for kind, url in (("SQLite", f"sqlite:///{folder}/dispatch.db"), ("PostgreSQL", postgresql)):
            ours = _ours(url, options.scheduled, options.sent)
            peer = _peer(f"sqlite:///{folder}/jobs.db" if kind == "SQLite" else postgresql, options.peer)
            _report(kind, "scheduled", ours.scheduled, peer.scheduled)
            _report(kind, "queue alone", ours.claimed, peer.claimed)
            _report(kind, "sent", ours.sent or 0, peer.claimed)


def _report(kind: str, what: str, rate: float, peer: float) -> None:
    print(f"{kind:12}{what:14}{rate:10,.0f}{100_000 / rate:12,.0f} s{peer:12,.0f}{rate / peer:9.1f}x")


def _ours(url: str, scheduled: int, sent: int) -> Rates:
    migrate(url)
    environment = {
        "NAWOORD_DATABASE_URL": url,
        "NAWOORD_SECRET_KEY": secrets.token_urlsafe(32),
        "NAWOORD_TWILIO_NUMBER": "+15005550006",
    }
    settings = load(environment)
    per_second = {**settings.dispatch.per_second, Channel.SMS: 1000}
    settings = settings.model_copy(update={"dispatch": settings.dispatch.model_copy(update={"per_second": per_second})})
    parts = app.assemble(settings)
    dispatch = replace(app.dispatch_of(parts), carrier=Nobody(), countries={"NL": ALWAYS}, sleep=lambda _: None)
    now = app.now()
    rate = scheduled / _timed(lambda: _schedule(parts, scheduled, lambda n: now - MINUTE if n < sent else now + DAY))
    sending = sent / _timed(dispatch.tick)
    with parts.database.write() as connection:
        assert len(invitations.claim(connection, now + DAY, now + DAY + MINUTE, sent)) == sent
    clock = now + DAY + MINUTE
    claimed = sent / _timed(lambda: _claim(parts.database, clock, sent))
    parts.database.dispose()
    return Rates(rate, claimed, sending)


def _claim(database: Database, clock: datetime, many: int) -> None:
    """Claims what is due a few at a time and closes these, as a worker does where nothing is to be sent."""
    done = 0
    while done < many:
        with database.write() as connection:
            claimed = invitations.claim(connection, clock, clock + MINUTE, AT_ONCE)
        with database.write() as connection:
            done += sum(invitations.close(connection, mine, "unreached", clock) for mine in claimed)


def _schedule(parts: app.Parts, many: int, due_at: Callable[[int], datetime]) -> None:
    now = app.now()
    for number in range(many):
        phone = f"+316{number:08}"
        contact = Contact(
            reference=f"C-{number}",
            theirs=parts.keys.index(phone),
            source="api",
            received_at=now,
            ended_at=now,
            channel=None,
            language=None,
            country="NL",
            queue="billing",
            agent="a17",
            touchpoint=None,
            attributes={},
            reason=None,
            until=None,
        )
        new = NewInvitation(
            id=app.new_id(),
            respondent=app.new_id(),
            address=phone,
            survey="post_contact",
            language="nl",
            channels=("sms",),
            due_at=due_at(number),
            expires_at=now + timedelta(days=2),
        )
        with parts.database.write() as connection:
            assert contacts.keep(connection, parts.keys, contact)
            assert contacts.invite(connection, parts.keys, contact, new)


def send_nothing(_invitation: str) -> None:
    """The peer's job."""


def _peer(url: str, many: int) -> Rates:
    store = SQLAlchemyJobStore(url.replace("postgresql://", "postgresql+psycopg://"))
    scheduler = BackgroundScheduler(
        timezone=UTC, jobstores={"default": store}, executors={"default": ThreadPoolExecutor(4)}
    )
    scheduler.start(paused=True)
    due_at = app.now() + timedelta(hours=1)

    def schedule() -> None:
        for number in range(many):
            scheduler.add_job(
                send_nothing, "date", run_date=due_at, args=[str(number)], id=str(number), misfire_grace_time=None
            )

    rate = many / _timed(schedule)
    for job in scheduler.get_jobs():
        job.modify(next_run_time=app.now())
    done, left = Event(), [many]

    def count(_event: object) -> None:
        left[0] -= 1
        if left[0] == 0:
            done.set()

    def work_off() -> None:
        scheduler.resume()
        assert done.wait(600)

    scheduler.add_listener(count, EVENT_JOB_EXECUTED)
    claimed = many / _timed(work_off)
    scheduler.shutdown()
    return Rates(rate, claimed)


def _timed(work: Callable[[], None]) -> float:
    begun = time.perf_counter()
    work()
    return time.perf_counter() - begun


if __name__ == "__main__":
    main()
