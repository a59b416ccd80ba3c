"""Days by the centre's clock: when each begins, and on which a row of the database lies."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, Date, case, cast, func, literal

MINUTE = timedelta(minutes=1)
DAY = timedelta(days=1)


def day_of(at: datetime, zone: str) -> date:
    """The day on which this moment lies there."""
    return at.astimezone(ZoneInfo(zone)).date()


def begins(day: date, zone: str) -> datetime:
    """The moment at which the day begins there, in UTC; where the clock skips midnight, the first moment after it."""
    return datetime.combine(day, time(), ZoneInfo(zone)).astimezone(UTC)


def local_day(column: ColumnElement[datetime], zone: str, first: date, last: date, kind: str) -> ColumnElement[date]:
    """The day of a moment between the first and the last day, worked out by the database of that kind."""
    steps = list(_offsets(begins(first, zone), begins(last + DAY, zone), zone))
    shifted = [_shifted(column, offset, kind) for _, offset in steps]
    whens = [
        (column < literal(until, column.type), day) for (until, _), day in zip(steps[1:], shifted[:-1], strict=True)
    ]
    return case(*whens, else_=shifted[-1]) if whens else shifted[0]


def _offsets(start: datetime, end: datetime, zone: str) -> Iterator[tuple[datetime, timedelta]]:
    """How far the clock there is ahead of UTC from the start on, and from every moment at which it is changed."""
    offset = _offset(start, zone)
    yield start, offset
    while start < end:
        following = start + DAY
        if (then := _offset(following, zone)) != offset:
            before = start
            while following - before > MINUTE:
                middle = before + ((following - before) / 2 // MINUTE) * MINUTE
                before, following = (before, middle) if _offset(middle, zone) != offset else (middle, following)
            offset = then
            yield following, offset
        start += DAY


def _offset(at: datetime, zone: str) -> timedelta:
    return at.astimezone(ZoneInfo(zone)).utcoffset() or timedelta()


def _shifted(column: ColumnElement[datetime], offset: timedelta, kind: str) -> ColumnElement[date]:
    if kind == "sqlite":
        # To the second, for SQLite would round the last microsecond of a day up to the next one.
        return func.date(func.substr(column, 1, 19), f"{int(offset.total_seconds()):+d} seconds", type_=Date)
    return cast(func.timezone("UTC", column) + literal(offset), Date)
