"""How fast messages and calls may go out over each channel, all processes together."""

from datetime import datetime, timedelta
from math import ceil

from sqlalchemy import Connection

from storage.driver import run
from storage.models import read, written

# The cell rate algorithm: one moment per channel, which every message moves on by its share of a second.
TAKE = (
    "INSERT INTO pace (channel, free_at) VALUES (:channel, {first}) ON CONFLICT (channel) DO UPDATE"
    " SET free_at = {next} WHERE pace.free_at <= :latest RETURNING free_at"
)
# SQLite reckons in whole milliseconds, and so do we on both.
DIALECTS = {
    "sqlite": TAKE.format(
        first=":after", next="strftime('%Y-%m-%dT%H:%M:%f', max(pace.free_at, :now), :step) || '000Z'"
    ),
    "postgresql": TAKE.format(first=":after", next="GREATEST(pace.free_at, :now) + :step::interval"),
}
FREE = "SELECT free_at FROM pace WHERE channel = :channel"
STOP = (
    "INSERT INTO pace (channel, free_at) VALUES (:channel, :until) ON CONFLICT (channel) DO UPDATE"
    " SET free_at = :until WHERE pace.free_at < :soon RETURNING free_at"
)


def take(connection: Connection, channel: str, per_second: float, now: datetime, longest: timedelta) -> datetime | None:
    """The moment for which this message has its turn, not before now and at most `longest` from now.

    None, and no turn is taken, where it would come later. per_second: at most 1000; fewer turns than that are taken.
    """
    kind = connection.dialect.name
    step = ceil(1000 / per_second)
    values = {
        "channel": channel,
        "now": written(now, kind),
        "after": written(now + timedelta(milliseconds=step), kind),
        "latest": written(now + longest, kind),
        "step": f"{step / 1000:+.3f} seconds",
    }
    row = run(connection, DIALECTS[kind], values).fetchone()
    return max(now, read(row[0]) - timedelta(milliseconds=step)) if row else None


def free_at(connection: Connection, channel: str, now: datetime) -> datetime:
    """From when the next message may go."""
    row = run(connection, FREE, {"channel": channel}).fetchone()
    return max(now, read(row[0])) if row else now


def stop(connection: Connection, channel: str, now: datetime, until: datetime, longest: timedelta) -> bool:
    """Lets nothing go over the channel until then; False where somebody has stopped it already.

    longest: as for `take`, by which a channel that is merely busy is told from one that stands still.
    """
    kind = connection.dialect.name
    values = {"channel": channel, "until": written(until, kind), "soon": written(now + 2 * longest, kind)}
    return run(connection, STOP, values).fetchone() is not None
