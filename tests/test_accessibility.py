"""Every page can be read by everybody: axe finds nothing serious in light and dark, at a desk and on a phone."""

import json
import shutil
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any, Literal

import pytest
from axe_playwright_python.base import AXE_SCRIPT
from flask import url_for
from playwright.sync_api import Browser, BrowserContext, Page

from bot.accounts import Role
from bot.app import Parts, create_app
from bot.invitations import NewContact, Source
from bot.web.pages.frame import MENU
from storage.callbacks import NewCallback, agree
from storage.rollup import refresh
from tests.served import served
from tests.staffed import PASSWORD, staffed
from tests.tallied import NOON, ZONE, Surveyed, contact, invite, survey

NOW = NOON + timedelta(days=20)
SCHEMES: tuple[Literal["light", "dark"], ...] = ("light", "dark")
LISTED = [place.endpoint for place in MENU]
OTHERS = [
    "/sandbox",
    "/api/v1/docs",
    "/account",
    "/contact?reference=C-invited",
    "/contact?reference=C-unreached",
    "/contact?reference=nobody",
    "/verbatims/telling.why",
    "/themes/contradictions?measure=ces.ces_effort",
    "/outcomes/surveys",
    "/callbacks/open",
    "/callbacks/claimed",
    "/nowhere",
]
WIDTHS = {"en": 1280, "nl": 390}
"""Pixels in which a language is read: Dutch, whose words are longer, where there is less room."""


@pytest.fixture(scope="module")
def parts(migrated_sqlite: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Parts]:
    """A small installation in which every page has something to show."""
    folder = tmp_path_factory.mktemp("accessible")
    url = f"sqlite:///{shutil.copy(migrated_sqlite, folder / 'pages.db')}"
    more = {"company": "Acme", "pages": {"time_zone": ZONE}}
    with staffed(url, folder, lambda: NOW, {"admin": Role.ADMIN}, **more) as staffed_parts:
        _fill(staffed_parts)
        yield staffed_parts


def _fill(parts: Parts) -> None:
    with parts.database.write() as connection:
        for day in range(-40, 20):
            for nps in (0, 6, 8, 9, 10):
                given = {
                    "nps": nps,
                    "ces": 1 + nps // 2,
                    "why": "veel te lang gewacht, maar een vriendelijke medewerker",
                }
                channel = ("sms", "whatsapp", "call")[nps % 3]
                about: dict[str, Any] = {"at": NOON + timedelta(days=day), "channel": channel, "queue": "billing"}
                told = survey(connection, Surveyed(given, agent="anna", **about))
                reference = contact(connection, at=about["at"], queue="billing", agent="anna")
                invite(connection, reference, "completed", [("sms", "delivered", told)], at=about["at"])
        survey(connection, Surveyed({"nps": 1, "ces": 5, "why": "lang gewacht; bel me op 06 12345678"}), id="telling")
        for id in ("open", "claimed"):
            told = survey(connection, Surveyed({"nps": 2, "ces": 5, "why": "niemand belde terug"}))
            agree(connection, parts.keys, _callback(id, told), ())
    parts.callbacks.claim("claimed", "admin")
    for reference, phone in (("C-invited", "+31600000001"), ("C-unreached", None)):
        parts.invitations.take(NewContact(reference, phone, NOW - timedelta(minutes=5), Source.API, queue="billing"))
    parts.opt_outs.note("+31600000002", "page")
    parts.verbatims.tag_due()
    refresh(parts.database, ZONE)


def _callback(id: str, session: str) -> NewCallback:
    """Somebody who agreed to be called back an hour ago."""
    consented_at = NOW - timedelta(hours=1)
    return NewCallback(
        id=id,
        session=session,
        reference=None,
        reasons="low_score high_effort",
        survey_version="v1",
        language="nl",
        asked="Mogen we u terugbellen?",
        said="Ja, na vijven",
        number="+31600000003",
        consented_at=consented_at,
        due_at=consented_at + timedelta(hours=24),
    )


@pytest.fixture(scope="module")
def address(parts: Parts) -> Iterator[str]:
    """Where it is served."""
    with served(create_app(parts)) as base:
        yield base


def _context(browser: Browser, address: str, code: str) -> BrowserContext:
    # What examines the page is not of the page, whose own policy would keep it out.
    viewport = {"width": WIDTHS[code], "height": 844}
    return browser.new_context(base_url=address, locale=code, bypass_csp=True, viewport=viewport)  # type: ignore[arg-type]


@pytest.fixture(scope="module", params=WIDTHS)
def strangers(request: pytest.FixtureRequest, browser: Browser, address: str) -> Iterator[Page]:
    """The browser of somebody who has not signed in."""
    with _context(browser, address, request.param) as context:
        yield context.new_page()


@pytest.fixture(scope="module", params=WIDTHS)
def admins(request: pytest.FixtureRequest, browser: Browser, address: str) -> Iterator[Page]:
    """The browser of somebody who may see everything."""
    with _context(browser, address, request.param) as context:
        page = context.new_page()
        page.goto("/sign-in")
        page.locator("[name=name]").fill("admin")
        page.locator("[name=password]").fill(PASSWORD)
        page.locator("form.fields button.primary").click()
        yield page


@pytest.mark.parametrize("endpoint", LISTED)
def test_pages_of_the_menu(admins: Page, parts: Parts, endpoint: str) -> None:
    """Whatever the menu leads to, in the language of its reader."""
    with create_app(parts).test_request_context():
        path = url_for(endpoint)
    opened = admins.goto(path)
    assert opened
    assert opened.ok, path
    assert admins.locator("html").get_attribute("lang") == admins.evaluate("navigator.language")
    _examine(admins)


@pytest.mark.parametrize("path", OTHERS)
def test_pages_elsewhere(admins: Page, path: str) -> None:
    """Pages that the menu does not name."""
    opened = admins.goto(path)
    assert opened
    assert opened.status < 500
    _examine(admins)


def test_signing_in(strangers: Page) -> None:
    """The form that lets people in, before and after a mistake."""
    strangers.goto("/sign-in")
    _examine(strangers)
    strangers.locator("[name=name]").fill("nobody")
    strangers.locator("[name=password]").fill(PASSWORD)
    strangers.locator("form.fields button.primary").click()
    _examine(strangers)


def _examine(page: Page) -> None:
    """Raises AssertionError where axe finds something serious, or the page is wider than its window."""
    page.evaluate("document.querySelectorAll('details').forEach(one => one.open = true)")
    for scheme in SCHEMES:
        page.emulate_media(color_scheme=scheme, reduced_motion="reduce")
        assert _grave(page) == [], f"{page.url} in {scheme}"
    beyond = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
    assert beyond <= 0, f"{page.url} is {beyond} pixels too wide"


def _grave(page: Page) -> list[str]:
    """What axe finds serious or critical, with the elements it finds it in."""
    if not page.evaluate("'axe' in window"):
        page.evaluate(AXE_SCRIPT)
    found = page.evaluate(f"axe.run({json.dumps({'resultTypes': ['violations']})})")
    return [
        f"{one['id']}: {one['help']}: {', '.join(str(node['target']) for node in one['nodes'])}"
        for one in found["violations"]
        if one["impact"] in ("serious", "critical")
    ]
