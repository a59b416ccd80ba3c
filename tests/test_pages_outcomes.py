"""The page of who was asked: its numbers, the rows behind each, and who may see it."""

import re
from collections.abc import Iterator
from datetime import date, timedelta
from html import unescape
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl

import pytest
from flask.testing import FlaskClient
from sqlalchemy import Connection, text
from werkzeug.datastructures import MultiDict

from bot.accounts import Role
from bot.app import Parts, create_app, source_of
from bot.reporting import funnel
from bot.reporting.endings import ends
from bot.web.pages.rates import told
from bot.web.pages.searching import searched
from bot.web.pages.surveys import narrowing
from flows.filters import Filter, read
from storage import begun
from storage.contacts import Contact, keep
from storage.database import Database
from storage.figures import Counts, counted
from storage.slices import Part
from tests.staffed import Ticking, client_of, staffed
from tests.tallied import KEYS, NOON, ZONE, Surveyed, contact, invite, survey

NASTY = "<b>x</b> & y"
BAD_NUMBER, LANDLINE = 21211, 30006
MANY = 10_000

on_sqlite = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
"""For what no other database could make otherwise."""


@pytest.fixture
def empty(database_url: str, tmp_path: Path) -> Iterator[Parts]:
    """An installation with a user of each role."""
    with staffed(database_url, tmp_path, Ticking()) as staffed_parts:
        yield staffed_parts


@pytest.fixture
def parts(empty: Parts) -> Parts:
    """Contacts that ended in every way, some of another agent, channel and week."""
    with empty.database.write() as connection:
        for reason, n in (("quarantined", 4), ("sampled_out", 3), ("opted_out", 2), ("no_permission", 1)):
            for _ in range(n):
                contact(connection, reason=reason, queue="billing")
        for outcome, n, status in (
            ("completed", 5, "delivered"),
            ("partial", 3, "delivered"),
            ("refused", 1, "delivered"),
            ("broken_off", 1, "delivered"),
        ):
            for number in range(n):
                given = {"nps": 9} if outcome in ("completed", "partial") else {}
                answered = survey(connection, Surveyed(given, outcome=outcome, queue="billing", agent="anna"))
                said = contact(connection, queue="billing", agent="anna" if number else NASTY, country="NL")
                invite(connection, said, outcome, [("whatsapp", "failed", None), ("sms", status, answered)])
        for heard in ({"nps": 2}, {}):
            silent = survey(connection, Surveyed({}, outcome="expired", asked="nps", queue="billing"))
            called = Surveyed(heard, outcome="broken_off", asked="ces", channel="call", at=NOON + timedelta(hours=6))
            tried = [("sms", "delivered", silent), ("call", "completed", survey(connection, called))]
            invite(connection, contact(connection, queue="billing"), "broken_off", tried)
        for _ in range(2):
            invite(connection, contact(connection), "expired", [("sms", "delivered", None)])
        for _ in range(3):
            invite(connection, contact(connection, agent="bob"), "expired", [("whatsapp", "sent", None)])
        for code, n in ((BAD_NUMBER, 2), (LANDLINE, 1)):
            for _ in range(n):
                invite(connection, contact(connection), "undeliverable", [("sms", "failed", None)], code=code)
        for ending in ("unreached", "opted_out", "too_late", "in_conversation"):
            invite(connection, contact(connection, queue="returns"), ending)
        invite(connection, contact(connection))
        invite(connection, contact(connection), None, [("sms", "delivered", None)])
        before = NOON - timedelta(days=60)
        invite(connection, contact(connection, at=before), "unreached", at=before)
        survey(connection, Surveyed({"nps": 3}))
        survey(connection, Surveyed({}, outcome="broken_off", asked="nps"))
        survey(connection, Surveyed({"nps": 3, "ces": "(silent)"}, outcome=None))
        for who in ("agent", " Agent", "customer"):
            told = Contact(f"E-{who}", None, "api", NOON, NOON, agent="anna", attributes={"ended_by": who})
            keep(connection, KEYS, told)
            invite(connection, told.reference, "unreached")
    return empty


def counts(page: str) -> dict[str, int]:
    """Every count that leads to its rows, by where it leads."""
    linked = re.findall(r'<a href="(/(?:contacts|outcomes/surveys)\b[^"]*)">(\d+)</a>', page)
    return {unescape(at): int(n) for at, n in linked}


def rows(parts: Parts, address: str) -> int:
    """How many contacts or surveys are meant there."""
    path, _, query = address.partition("?")
    told = MultiDict(parse_qsl(query))
    if path == "/contacts":
        return parts.invitations.count(searched(told, ZONE).wanted, MANY)
    with parts.database.read() as connection:
        return begun.count(connection, read(told.items(multi=True)), narrowing(told).wanted, ZONE, MANY)


def listed(client: FlaskClient, address: str) -> int:
    """How many are listed there, on all pages."""
    found = 0
    while True:
        page = client.get(address).text
        found += len(re.findall(r'<th role="rowheader"', page))
        older = re.search(r'rel="next" href="([^"]+)"', page)
        if older is None:
            return found
        address = unescape(older[1])


FILTERED = ("", "by=agent", "channel=whatsapp&by=agent", "queue=billing", "instrument=ces_effort")


def test_behind_every_count_are_as_many_rows(parts: Parts) -> None:
    """Whatever the page is narrowed by: decisions, outcomes, classes, rates, steps, attempts, questions, agents, queues
    and who hung up.
    """
    client = client_of(parts)
    known: dict[str, int] = {}
    for query in FILTERED:
        found = counts(client.get(f"/outcomes?{query}").text)
        assert len(found) > 20
        known |= {address: rows(parts, address) for address in found.keys() - known.keys()}
        assert {address: known[address] for address in found} == found, query


@on_sqlite
def test_the_pages_list_as_many_as_are_counted(parts: Parts) -> None:
    """One of each kind, page by page, with what narrows the list above it and a way to take that off."""
    client = client_of(parts)
    found = counts(client.get("/outcomes?by=agent").text)
    for name in ("state", "class", "step", "reason", "attempts", "agent", "ended_by", "came", "invited"):
        address = next(address for address in found if f"{name}=" in address)
        assert listed(client, address) == found[address], address
    for words, chip in (
        ("ended_by=agent", "The agent hung up first"),
        ("came=left&question=nps", "NPS: left there"),
        ("invited=no", "Of their own accord"),
    ):
        page = client.get(next(address for address in found if words in address)).text
        removed = re.search(rf'class="filter-chip" href="([^"]+)"><span class="sr">Remove</span> {chip} ', page)
        assert removed, chip
        assert words not in unescape(removed[1])


def test_the_numbers_are_those_of_the_reports(parts: Parts) -> None:
    """Contacts, every ending in its class, what was kept out, the rates with what they were counted from."""
    asked = funnel.asked(source_of(parts), Filter())
    page = client_of(parts).get("/outcomes").text
    linked = counts(page)
    days = f"from={asked_from(parts)}"
    assert asked.funnel.contacts == 39
    for way, n in ends(asked).items():
        found = [m for at, m in linked.items() if f"state={way.ended.state}&class={way.aapor}" in at and days in at]
        assert found == ([n] if n else []), way
    assert sum(ends(asked).values()) == asked.funnel.ended.n
    for reason, n in asked.funnel.outside.items():
        assert [m for at, m in linked.items() if f"reason={reason}" in at] == [n]
    for rate in told(asked.rates):
        assert f'<th role="rowheader" scope="row">{rate.name}</th>' in page
        assert f">{rate.hits}</a> / " in page
    assert re.search(r">8</a> / <a [^>]*>24</a>", page)  # RR2: those not eligible are no part of it


def asked_from(parts: Parts) -> date:
    return source_of(parts).periods(Filter())[1][0]


@on_sqlite
def test_the_overview_leads_to_its_contacts_and_walk_ins(parts: Parts) -> None:
    """As many rows as it counts."""
    client = client_of(parts)
    for query in ("", "queue=billing", "instrument=nps"):
        found = counts(client.get(f"/overview?{query}").text)
        assert len(found) >= 3
        assert {address: rows(parts, address) for address in found} == found


@on_sqlite
def test_pictures_count_nothing_that_the_page_has_just_counted(parts: Parts, monkeypatch: pytest.MonkeyPatch) -> None:
    """The page counts once, and its charts take what it has found."""
    calls: list[Part] = []

    def count(connection: Connection, part: Part, *about: Any) -> Counts:
        calls.append(part)
        return counted(connection, part, *about)

    monkeypatch.setattr("storage.chains.counted", count)
    client = client_of(parts)
    page = client.get("/outcomes?by=agent").text
    pictures = {unescape(at) for at in re.findall(r'src="(/outcomes/[^"]+)"', page)}
    assert len(pictures) >= 4
    assert {client.get(at).status_code for at in pictures} == {200}
    assert calls == [Part.CONTACTS]


@on_sqlite
def test_an_agent_called_as_html_is_only_text(parts: Parts) -> None:
    """On the page and in its picture."""
    client = client_of(parts)
    page = client.get("/outcomes?by=agent")
    assert "<b>x</b>" not in page.text
    assert "&lt;b&gt;x&lt;/b&gt; &amp; y" in page.text
    picture = client.get("/outcomes/answered.svg?by=agent")
    assert picture.status_code == 200
    assert "<b>" not in picture.text
    assert NASTY in client.get("/outcomes/answered.csv?by=agent").get_data(as_text=True)


@on_sqlite
def test_only_those_who_may_see_it(parts: Parts) -> None:
    """Analysts and admins; nothing can be written there."""
    assert client_of(parts, "staff").get("/outcomes").status_code == 403
    assert client_of(parts, "admin").get("/outcomes").status_code == 200
    assert create_app(parts).test_client().get("/outcomes").status_code == 302
    assert client_of(parts).post("/outcomes").status_code == 405


@on_sqlite
def test_questions_are_called_by_name(parts: Parts) -> None:
    """In the reader's language, with what was asked; no key is shown."""
    page = client_of(parts).get("/outcomes", headers={"Accept-Language": "nl"}).text
    asked = page[page.index('id="questions"') : page.index('id="attempts"')]
    assert '<th role="rowheader" scope="row">NPS<span' in asked
    assert "zou aanbevelen aan een vriend of collega?</span>" in asked
    assert "In eigen woorden" in asked
    assert not re.search(r'<th role="rowheader" scope="row">(nps|ces|why)', asked)


@on_sqlite
def test_days_without_contacts_say_so(parts: Parts) -> None:
    """And no rate is made of nothing."""
    page = client_of(parts).get("/outcomes?from=2025-01-01&to=2025-01-07").text
    assert "No contact came in on these days." in page


@pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)
def test_a_question_that_takes_too_long_is_no_outage(parts: Parts, monkeypatch: pytest.MonkeyPatch) -> None:
    """The page says what to do about it, as does the API, which tells nobody to come back for the same."""

    def count(database: Database, zone: str) -> int:
        with database.read() as connection:
            connection.execute(text("SET statement_timeout = 20"))
            connection.execute(text("SELECT pg_sleep(5)"))
        return 0

    client = client_of(parts)
    app = create_app(parts).test_client()
    key = parts.accounts.add_key("reports", Role.ANALYST)
    monkeypatch.setattr("bot.reporting.source.refresh", count)
    page = client.get("/outcomes")
    assert page.status_code == 504
    assert "Choose a shorter period" in page.text
    told = app.get("/api/v1/scores", headers={"Authorization": f"Bearer {key}"})
    assert told.status_code == 503
    assert "shorter period" in told.get_json()["detail"]
    assert "Retry-After" not in told.headers
