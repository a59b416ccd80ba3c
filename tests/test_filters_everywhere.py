"""Every page and every figure of the API opens under any filter, whatever it names."""

from collections.abc import Iterator
from datetime import timedelta
from itertools import product
from pathlib import Path
from urllib.parse import urlencode

import pytest
from sqlalchemy import Connection

from bot.accounts import Role
from bot.app import Parts
from flows.filters import UNKNOWN, Filter
from tests.staffed import client_of, staffed
from tests.tallied import NOON, Surveyed, contact, invite, survey, tag

NAMED = {
    "from": "2026-03-02",
    "to": "2026-03-02",
    "channel": "sms",
    "language": "nl",
    "country": "NL",
    "queue": "orders",
    "agent": "anna",
    "touchpoint": "order",
    "survey": "post_contact",
    "instrument": "ces_effort",
    "series": "first nps",
    "theme": "waiting_time",
}
"""What the rows below have, by name of the filter."""
ALONE = ("agent", "instrument", "series", "theme")
"""Names that are looked up in a way of their own."""
PAIRS = [
    *([(name, value) for value in (NAMED[name], "nothing", UNKNOWN)] for name in ALONE),
    [(name, value) for name in NAMED if name not in ALONE for value in (NAMED[name], "nothing", UNKNOWN)],
    [(name, "nothing") for name in NAMED if name not in ("from", "to")],
    list(NAMED.items()),
]
OUTSIDE = ("/healthz", "/readyz", "/metrics", "/sandbox", "/sign-in", "/account", "/opt-outs")
"""Where nothing is narrowed."""
API = ("scores", "funnel", "answers", "exports/answers?format=json", "exports/verbatims?format=json")


@pytest.fixture
def parts(database_url: str, tmp_path: Path) -> Iterator[Parts]:
    """Enough surveys of everything that can be named for every figure to be told."""
    with staffed(database_url, tmp_path, lambda: NOON + timedelta(days=1)) as ready:
        with ready.database.write() as connection:
            _fill(connection)
        yield ready


def _fill(connection: Connection) -> None:
    for score in range(33):
        given = Surveyed(
            {"nps": score % 11, "ces": 1 + score % 5, "why": "slow"},
            queue=NAMED["queue"],
            agent=NAMED["agent"],
            touchpoint=NAMED["touchpoint"],
        )
        slow = survey(connection, given)
        tag(connection, slow, {"waiting_time": "negative"} if score % 2 else {})
        invite(connection, contact(connection, agent="anna"), "completed", [("sms", "delivered", slow)])


def test_any_filter_opens_every_page_and_figure(parts: Parts) -> None:
    """Each name of the filter, known, unknown and several: never an error of ours."""
    assert {"from", "to", *Filter.__slots__} - {"first", "last"} == set(NAMED)
    analyst, key = client_of(parts), parts.accounts.add_key("figures", Role.ANALYST)
    pages = {
        rule.rule
        for rule in analyst.application.url_map.iter_rules()
        if "GET" in (rule.methods or ()) and not rule.arguments
    }
    inside = sorted(path for path in pages if not path.startswith(OUTSIDE))
    header = {"Authorization": f"Bearer {key}"}
    asked: list[tuple[str, dict[str, str]]] = [(path, {}) for path in inside]
    asked += [(f"/api/v1/{path}", header) for path in API]
    fell = []
    for (path, headers), pairs in product(asked, PAIRS):
        address = f"{path}{'&' if '?' in path else '?'}{urlencode(pairs)}"
        with analyst.get(address, headers=headers) as response:
            if response.status_code >= 500:
                fell.append(address)
    assert fell == []
