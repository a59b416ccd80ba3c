"""The pages of verbatims: listed under filters, masked and marked, for those who may read them."""

import re
from collections.abc import Iterator
from datetime import timedelta
from html import unescape
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from bot.app import Parts, create_app
from storage import respondents
from storage.models import sessions
from tests.commented import WAITED, XSS, correct, listed, say, tags
from tests.staffed import Ticking, client_of, staffed, token
from tests.tallied import KEYS, NOON

PHONE = "+31600000001"


@pytest.fixture
def parts(database_url: str, tmp_path: Path) -> Iterator[Parts]:
    """An installation with a user of each role."""
    with staffed(database_url, tmp_path, Ticking()) as staffed_parts:
        yield staffed_parts


def test_a_verbatim_is_shown_masked_and_marked(parts: Parts) -> None:
    """The words that show a theme are marked with its number; scores come with what their numbers mean."""
    (id,) = say(parts, WAITED, queue="billing")
    page = client_of(parts).get("/verbatims").text
    assert "12345678" not in page
    assert "[phone]" in page
    themes = list(tags(parts, id))
    mark = re.search(r'<mark data-tags="(\d)"[^>]*>(te lang)</mark>', page)
    assert mark
    assert themes[int(mark[1]) - 1] == "waiting_time"
    head = re.sub(r"\s+", " ", re.sub(r"<[^>]+>", "", page))
    for told in (
        "SMS · Dutch · billing",
        "NPS: 2 of 10, detractor 0 = ",
        "CES, effort: 5 of 5, high effort 1 = ",
        "1 verbatim",
    ):
        assert told in head, told


def test_the_respondents_own_number_is_masked(parts: Parts) -> None:
    """Also where nothing else would tell that it is a number to call."""
    (id,) = say(parts, "mijn nummer 600000001 lang gewacht")
    with parts.database.write() as connection:
        whose = respondents.remember(connection, KEYS, "r1", PHONE, NOON)
        connection.execute(sessions.update().values(respondent_id=whose, theirs="x"))
    client = client_of(parts)
    assert "600000001" not in client.get("/verbatims").text
    assert "600000001" not in client.get(f"/verbatims/{id}").text


def test_only_an_admin_who_asks_sees_the_original(parts: Parts) -> None:
    """It takes a button on the page of that one verbatim; no address leads to it."""
    (id,) = say(parts, WAITED)
    admin, analyst = client_of(parts, "admin"), client_of(parts)
    page = admin.get(f"/verbatims/{id}").text
    assert "12345678" not in page
    assert "12345678" in admin.post(f"/verbatims/{id}/original", data={"csrf_token": token(page)}).text
    assert admin.post(f"/verbatims/{id}/original").status_code == 302
    assert admin.get(f"/verbatims/{id}/original").status_code in (404, 405)
    own = analyst.get(f"/verbatims/{id}").text
    assert "original" not in own
    assert analyst.post(f"/verbatims/{id}/original", data={"csrf_token": token(own)}).status_code == 403


@pytest.mark.parametrize("target", ["/verbatims", "/verbatims/{id}", "/verbatims/{id}/tags"])
def test_staff_see_no_verbatims(parts: Parts, target: str) -> None:
    """They are for analysts and admins, and for nobody who has not signed in."""
    (id,) = say(parts, WAITED)
    address, method = target.format(id=id), "POST" if target.endswith("tags") else "GET"
    assert client_of(parts, "staff").open(address, method=method).status_code == 403
    assert 'href="/verbatims"' not in client_of(parts, "staff").get("/contacts").text
    stranger = create_app(parts).test_client().open(address, method=method)
    assert urlsplit(stranger.headers["Location"]).path == "/sign-in"


def test_what_customers_say_is_only_ever_text(parts: Parts) -> None:
    """Markup, signs that turn the direction, emoji and two thousand characters are shown as they were said."""
    say(parts, XSS, "ellenlang gewacht " * 112)
    page = client_of(parts).get("/verbatims").text
    assert "<img" not in page
    said = re.findall(r"<blockquote[^>]*>(.*?)</blockquote>", page, re.DOTALL)
    plain = [unescape(re.sub(r"<[^>]+>", "", each)) for each in said]
    assert plain == ["ellenlang gewacht " * 112, XSS]
    assert not re.search(r'\s(style|on\w+)="', re.sub(r"<blockquote.*?</blockquote>", "", page, flags=re.DOTALL))


def test_the_list_is_narrowed_by_its_address(parts: Parts) -> None:
    """By everything the filter knows, by scores, effort, feelings, and by who has tagged."""
    (slow,) = say(parts, "veel te lang gewacht", nps=2, ces=5, queue="billing")
    (kind,) = say(parts, "heel vriendelijke medewerker", nps=10, ces=1, channel="call")
    (odd,) = say(parts, "blauw", nps=7, ces=3)
    client = client_of(parts)
    for query, found in {
        "": [odd, kind, slow],
        "?queue=billing": [slow],
        "?channel=call": [kind],
        "?theme=waiting_time": [slow],
        "?band=promoter": [kind],
        "?band=passive": [odd],
        "?band=detractor&score_from=3": [],
        "?score_from=3": [odd, kind],
        "?score_from=3&score_to=8": [odd],
        "?effort=high": [slow],
        "?effort=low": [kind],
        "?sentiment=negative": [slow],
        "?sentiment=positive": [kind],
        "?coding=none": [odd],
        "?coding=person": [],
        "?coding=machine": [kind, slow],
        "?band=x&effort=y&cursor=z&score_from=-1": [odd, kind, slow],
        "?from=2026-03-02&to=2026-03-02": [odd, kind, slow],
        "?to=2026-03-01": [],
    }.items():
        assert sorted(listed(client, query)) == sorted(found), query
    assert odd in listed(client, "?coding=review")
    correct(client, slow, "feel waiting_time mixed")
    correct(client, odd, "complete")
    assert set(listed(client, "?coding=person")) == {odd, slow}
    assert slow in listed(client, "?sentiment=mixed")
    assert slow not in listed(client, "?sentiment=negative&theme=waiting_time")
    assert odd not in listed(client, "?coding=review")
    for query, told in {
        "?from=yesterday": "this is no day; write it as in 2026-01-31",
        "?band=x": "Recommendation: there is no such value; give promoter, passive or detractor",
        "?score_from=9&score_to=2": "NPS answer to: it lies below the beginning; give a higher number",
    }.items():
        page = client.get(f"/verbatims{query}")
        assert (page.status_code, told in page.text) == (422, True), query
    parts.conversations.now.now += timedelta(days=40)  # type: ignore[attr-defined]
    assert listed(client) == []


def test_pages_lead_from_the_newest_to_the_oldest(parts: Parts) -> None:
    """Every verbatim comes once, also of those said at the same moment, and what is chosen stays chosen."""
    first = say(parts, *(f"lang gewacht {number}" for number in range(20)))
    then = say(parts, *(f"lang gewacht {number}" for number in range(20, 40)))
    client = client_of(parts)
    page = client.get("/verbatims?band=detractor").text
    older = re.search(r'rel="next" href="([^"]+)"', page)
    assert older
    assert "40 verbatims" in page
    assert "band=detractor" in older[1]
    seen = [*listed(client, "?band=detractor"), *listed(client, unescape(older[1]).removeprefix("/verbatims"))]
    assert len(seen) == len(set(seen)) == 40
    order = [parts.verbatims.show(id).said.answered_at for id in seen]
    assert order == sorted(order, reverse=True)
    assert set(seen) == {*first, *then}


def test_a_suspected_contradiction_is_marked(parts: Parts) -> None:
    """The hardest effort beside a recommendation; whoever fits is not marked."""
    (odd,) = say(parts, "prima", nps=10, ces=5)
    (fine,) = say(parts, "prima", nps=10, ces=1)
    client = client_of(parts)
    assert "Possible contradiction" in client.get(f"/verbatims/{odd}").text
    assert "Possible contradiction" not in client.get(f"/verbatims/{fine}").text


def test_there_is_no_such_verbatim(parts: Parts) -> None:
    """The page says so."""
    client = client_of(parts)
    assert client.get("/verbatims/nothing.why").status_code == 404
    page = client.get("/account").text
    assert client.post("/verbatims/nothing.why/tags", data={"csrf_token": token(page)}).status_code == 404
    assert "nobody has said anything" in client.get("/verbatims").text
    assert "No verbatim matches" in client.get("/verbatims?channel=call").text
