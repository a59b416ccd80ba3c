"""Where a page of surveys ends, as the cursor of the next one."""

import json
from base64 import urlsafe_b64decode, urlsafe_b64encode
from datetime import datetime

from storage.responses import Place


def cursor_of(place: Place) -> str:
    """The place in characters of an address."""
    return urlsafe_b64encode(json.dumps([place[0].isoformat(), place[1]]).encode()).decode()


def place_of(cursor: str) -> Place | None:
    """The place of that cursor; None where it is none of ours."""
    try:
        at, session = json.loads(urlsafe_b64decode(cursor.encode()))
        begun = datetime.fromisoformat(at)
    except (ValueError, TypeError, AttributeError):
        return None
    is_whole = begun.tzinfo is not None and isinstance(session, str) and "\0" not in session
    return (begun, session) if is_whole else None
