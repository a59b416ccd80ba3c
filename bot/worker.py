"""Does what nobody asks for at that moment: a tick looks in the database for what is due."""

import logging
import signal
from types import FrameType

from apscheduler.schedulers.blocking import BlockingScheduler

from bot.conversations import Conversations

log = logging.getLogger(__name__)

TICK_SECONDS = 30


def work(conversations: Conversations) -> None:
    """Tick until told to stop. The database is the queue, so any number of workers may run and none holds anything."""
    scheduler = BlockingScheduler()
    scheduler.add_job(
        _tick,
        "interval",
        args=[conversations],
        seconds=TICK_SECONDS,
        max_instances=1,
        coalesce=True,
        misfire_grace_time=None,
    )

    def stop(_signal: int, _frame: FrameType | None) -> None:
        scheduler.shutdown(wait=False)

    signal.signal(signal.SIGTERM, stop)
    signal.signal(signal.SIGINT, stop)
    _tick(conversations)
    scheduler.start()


def _tick(conversations: Conversations) -> None:
    if expired := conversations.expire_overdue():
        log.info("%d sessions expired", expired)
