"""Does what nobody asks for at that moment: a tick looks in the database for what is due."""

import os
import signal
import socket
from datetime import UTC

from apscheduler.schedulers.background import BackgroundScheduler

from bot.announcing import Announcements
from bot.callbacks import Callbacks
from bot.dispatch import Dispatch
from bot.schedule import Schedule
from bot.verbatims import Verbatims
from flows.loader import DefinitionError
from storage import heartbeats
from storage.counts import count_on
from storage.rollup import refresh

EXPIRY_SECONDS = 30
COUNTING_SECONDS = 60
TAGGING_SECONDS = 10
ANNOUNCING_SECONDS = 5
PURGING_SECONDS = 3600
EXPORTING_SECONDS = 60
STOPS = {signal.SIGTERM, signal.SIGINT}


def work(
    dispatch: Dispatch, verbatims: Verbatims, callbacks: Callbacks, announcements: Announcements, schedule: Schedule
) -> None:
    """Tick until told to stop. The database is the queue, so any number of workers may run and none holds anything.

    Told to stop, it finishes what it is asking the carrier just now, notes the answer, and begins nothing more.
    """
    # Blocked before any thread is there, so that they reach nobody but the line that waits for them.
    signal.pthread_sigmask(signal.SIG_BLOCK, STOPS)
    scheduler = BackgroundScheduler(timezone=UTC)
    conversations = dispatch.conversations
    ticks = (
        (dispatch.tick, dispatch.settings.dispatch.tick_seconds),
        (dispatch.expire, EXPIRY_SECONDS),
        (lambda: _read(dispatch, verbatims), TAGGING_SECONDS),
        (lambda: count_on(conversations.database, conversations.now()), COUNTING_SECONDS),
        # Who looks at figures counts what has changed; done ahead, there is little left to wait for.
        (lambda: refresh(conversations.database, dispatch.settings.pages.time_zone), COUNTING_SECONDS),
        (announcements.work_off, ANNOUNCING_SECONDS),
        (callbacks.purge, PURGING_SECONDS),
        (schedule.tick, EXPORTING_SECONDS),
    )
    for tick, seconds in ticks:
        scheduler.add_job(
            tick,
            "interval",
            seconds=seconds,
            next_run_time=conversations.now(),
            max_instances=1,
            coalesce=True,
            misfire_grace_time=None,
        )
    scheduler.start()
    signal.sigwait(STOPS)
    dispatch.stopping.set()
    scheduler.shutdown(wait=True)


def _read(dispatch: Dispatch, verbatims: Verbatims) -> None:
    """Reads what has come in for its themes, and tells how that goes."""
    try:
        verbatims.tag_due()
        trouble = verbatims.trouble()
    except DefinitionError as error:  # the operator's, who is told where they look; surveys go on
        trouble = str(error)
    untagged = verbatims.waiting()
    with dispatch.conversations.database.write() as connection:
        heartbeats.tell(connection, dispatch.worker, trouble, untagged)


def worker_name() -> str:
    """What tells this process from every other."""
    return f"{socket.gethostname()}:{os.getpid()}"
