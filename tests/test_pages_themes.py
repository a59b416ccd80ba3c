"""The page of themes: what goes with a score, answers that contradict themselves, and what the mix has done."""

import re
from collections.abc import Iterator
from datetime import timedelta
from html import unescape
from pathlib import Path

import pytest
from sqlalchemy import update

from bot.app import Parts, create_app, source_of
from bot.reporting.drivers import driven
from bot.reporting.overview import overview
from bot.web.language import number
from flows.filters import Filter
from storage.models import sessions
from tests.staffed import Ticking, client_of, staffed
from tests.tallied import NOON, Surveyed, survey, tag

NASTY = "<b>x</b> & y"
WAIT, STAFF, RARE = "waiting_time", "friendliness", "price_invoice"


@pytest.fixture
def parts(database_url: str, tmp_path: Path) -> Iterator[Parts]:
    """An installation with a user of each role."""
    with staffed(database_url, tmp_path, Ticking()) as staffed_parts:
        yield staffed_parts


@pytest.fixture
def seeded(parts: Parts) -> Parts:
    """Sixty comments: forty about waiting, with low scores; twelve about staff; five about prices."""
    with parts.database.write() as connection:
        for place in range(60):
            theme, nps = (WAIT, place % 4) if place < 40 else (STAFF, 9) if place < 52 else (RARE, 8)
            said = survey(connection, Surveyed({"nps": nps, "ces": 5 if nps < 7 else 2, "why": "x"}))
            if place < 57:
                tag(connection, said, {theme: "negative" if theme == WAIT else "positive"})
        for place in range(60):
            channel = "sms" if place < 45 else "call"
            survey(connection, Surveyed({"nps": 9 if place % 3 else 2}, at=NOON - timedelta(days=30), channel=channel))
        for place in range(30):
            survey(connection, Surveyed({"nps": 9 if place % 2 else 2}, channel="call"))
        survey(connection, Surveyed({"nps": 10, "ces": 5}))
        connection.execute(update(sessions).values(queue=NASTY))
    return parts


def test_the_numbers_are_those_of_the_reports(seeded: Parts) -> None:
    """Each theme with its figures, clear ones marked, and what is too rare hidden."""
    page = client_of(seeded).get("/themes").text
    found = driven(source_of(seeded), Filter(), "nps", "nps")
    rows = {
        unescape(at): row for at, row in re.findall(r'scope="row"><a href="(/verbatims[^"]+)">(.*?)</tr>', page, re.S)
    }
    assert len(rows) == len(found.drivers) == 3
    for each in found.drivers:
        row = next(row for at, row in rows.items() if f"theme={each.key}" in at)
        assert f"{number(each.prevalence.value, 1)}%" in row
        if each.gap and each.impact and each.with_it:
            for figure in (each.gap.value, each.impact.value, each.with_it.value):
                assert number(figure, 1, signed=True) in row
        assert ("more than chance" in row) is each.is_detectable
        assert ("too few to be shown" in row) is (each.key == RARE)
        assert ("indicative" in row) is (each.standing == "indicative")


def test_a_theme_leads_to_its_verbatims(seeded: Parts) -> None:
    """As many as the respondents who speak of it."""
    client = client_of(seeded)
    page = client.get("/themes").text
    address = next(unescape(at) for at in re.findall(r'href="(/verbatims[^"]+)"', page) if f"theme={WAIT}" in at)
    assert "40 verbatims" in client.get(address).text


def test_contradictions_are_counted_and_never_recoded(seeded: Parts) -> None:
    """As many as the list they lead to; the figures with and without them stand side by side."""
    client = client_of(seeded)
    page = client.get("/themes?measure=ces.ces_effort").text
    found = next(each for each in overview(source_of(seeded), Filter()).measures if each.question == "ces")
    link = re.search(r'<a href="(/themes/contradictions[^"]*)">(\d+)</a>', page)
    assert link
    assert found.contradictions
    assert found.contradictions.without
    assert client.get(unescape(link[1])).text.count('class="suspect"') == int(link[2]) > 0
    assert number(found.contradictions.headline.net.value, 1, signed=True) in page
    assert number(found.contradictions.without.net.value, 1, signed=True) in page


def test_the_bubbles_are_a_picture_with_a_table(seeded: Parts) -> None:
    """Of the themes that may be shown only."""
    client = client_of(seeded)
    for up in ("gap", "sentiment"):
        assert client.get(f"/themes/themes.svg?up={up}").mimetype == "image/svg+xml"
        table = client.get(f"/themes/themes.csv?up={up}").get_data(as_text=True)
        assert len(table.splitlines()) == 3
    assert client.get("/themes/other.svg").status_code == 404


def test_what_is_called_as_html_is_only_text(seeded: Parts) -> None:
    """A queue in the filter."""
    client = client_of(seeded)
    client.get("/themes")
    page = client.get("/themes").text
    assert "<b>x</b>" not in page
    assert "&lt;b&gt;x" in page


def test_only_those_who_may_see_it(parts: Parts) -> None:
    """Analysts and admins; and where nobody has answered that is said."""
    assert client_of(parts, "staff").get("/themes").status_code == 403
    assert client_of(parts, "staff").get("/themes/contradictions").status_code == 403
    assert "Nobody has answered" in client_of(parts, "admin").get("/themes").text
    assert create_app(parts).test_client().get("/themes").status_code == 302
