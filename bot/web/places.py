"""Places in the order of verbatims, as they stand in an address."""

import json
from base64 import urlsafe_b64decode, urlsafe_b64encode
from datetime import datetime

from storage.verbatims import Place


def cursor_of(place: Place) -> str:
    """The place as the cursor of a page."""
    told = [place.answered_at.isoformat(), place.session, place.question]
    return urlsafe_b64encode(json.dumps(told).encode()).decode()


def place_of(cursor: str) -> Place | None:
    """The place that a cursor means; None where it is none of ours."""
    try:
        at, session, question = json.loads(urlsafe_b64decode(cursor))
        answered_at = datetime.fromisoformat(at)
        return Place(answered_at, str(session), str(question)) if answered_at.tzinfo else None
    except (ValueError, TypeError):
        return None
