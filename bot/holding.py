"""Holds a channel back where something of ours is wrong, so that nothing is lost by it."""

import logging
from datetime import datetime, timedelta

from bot.settings import Settings
from flows.survey import Channel
from storage import pace
from storage.database import Connection

log = logging.getLogger(__name__)

TURN_COMES = timedelta(seconds=2)
"""How long we wait for our turn on a channel; whose turn comes later is put back in the queue."""


def hold_back(connection: Connection, settings: Settings, channel: Channel, now: datetime, why: str) -> None:
    """Lets nothing go over the channel for a while, and tells it once."""
    until = now + timedelta(minutes=settings.dispatch.hold_minutes)
    if pace.stop(connection, channel, now, until, TURN_COMES):
        log.error("%s is held back until %s: %s", channel, f"{until:%H:%M} UTC", why)
