"""Places of a list, and moments, as they stand in an address or a form."""

from base64 import urlsafe_b64decode, urlsafe_b64encode
from datetime import UTC, datetime

from storage.places import Place

BETWEEN = "\0"
"""No database keeps this character, so that it stands in no name."""


def cursor_of(place: Place) -> str:
    """The place in characters of an address."""
    told = BETWEEN.join((place.at.isoformat(), place.id, place.question))
    return urlsafe_b64encode(told.encode()).decode()


def place_of(cursor: str) -> Place | None:
    """The place that a cursor means; None where it is none of ours."""
    try:
        written, id, question = urlsafe_b64decode(cursor).decode().split(BETWEEN)
    except ValueError:
        return None
    at = moment_of(written)
    return Place(at, id, question) if at else None


def moment_of(written: str) -> datetime | None:
    """The moment as `isoformat` writes it, in UTC; None where it is none, or none that has a time in UTC."""
    try:
        at = datetime.fromisoformat(written)
        return at.astimezone(UTC) if at.tzinfo else None
    except (ValueError, OverflowError):
        return None
