"""Where a list that is ordered by time goes on."""

from dataclasses import dataclass
from datetime import UTC, datetime

BEGINNING = datetime(1, 1, 1, tzinfo=UTC)
"""Before everything."""


@dataclass(frozen=True, slots=True)
class Place:
    """A place in the order of a list: by a moment, then by what is named so, and of a survey by question."""

    at: datetime = BEGINNING
    id: str = ""
    question: str = ""
