"""Verbatims in a real browser: corrected by keyboard, by buttons without JavaScript, and on a telephone."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, expect

from bot.app import Parts, create_app
from tests.commented import WAITED, XSS, correct, say, tags
from tests.served import served
from tests.staffed import PASSWORD, Ticking, client_of, staffed

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


@pytest.fixture
def parts(database_url: str, tmp_path: Path) -> Iterator[Parts]:
    """An installation with a user of each role; what a browser does is alike on every database."""
    with staffed(database_url, tmp_path, Ticking()) as staffed_parts:
        yield staffed_parts


@pytest.fixture
def address(parts: Parts) -> Iterator[str]:
    """Where the application is served for a browser."""
    with served(create_app(parts)) as base:
        yield base


@pytest.fixture
def opened(browser: Browser, address: str) -> Iterator[Callable[..., Page]]:
    """Opens the list as an analyst; no other host may be asked, and nothing the page itself does may be refused."""
    troubles: list[str] = []
    pages: list[Page] = []

    def open_page(javascript: bool = True, **more: Any) -> Page:
        context = browser.new_context(java_script_enabled=javascript, **more)
        context.set_default_timeout(10_000)
        page = context.new_page()
        page.on("request", lambda asked: None if asked.url.startswith(address) else troubles.append(asked.url))
        page.on("console", lambda told: troubles.append(told.text) if "Security" in told.text else None)
        page.on("pageerror", lambda error: troubles.append(str(error)))
        page.goto(f"{address}/sign-in?next=/verbatims")
        page.get_by_label("Name").fill("analyst")
        page.get_by_label("Password").fill(PASSWORD)
        page.get_by_role("button", name="Sign in").click()
        expect(page.get_by_role("heading", name="Verbatims", level=1)).to_be_visible()
        page.wait_for_load_state()  # keys mean something once the script is there
        pages.append(page)
        return page

    yield open_page
    for page in pages:
        page.context.close()
    assert troubles == []


def told(page: Page, text: str) -> None:
    """What a screen reader is told."""
    expect(page.locator("#announcer")).to_contain_text(text)


def test_themes_are_corrected_by_keyboard_alone(parts: Parts, opened: Callable[..., Page]) -> None:
    """One key each: move, pick, accept, remove, feel, add, undo, complete. The focus stays where one works."""
    older, newer = say(parts, "heel vriendelijke medewerker", WAITED)
    page = opened()
    press = page.keyboard.press
    press("j")
    expect(page.locator(f'[data-id="{newer}"]')).to_be_focused()
    press("1")
    told(page, "Waiting time and speed picked")
    press("a")
    told(page, "Saved: Waiting time and speed accepted.")
    assert tags(parts, newer)["waiting_time"] == ("negative", "analyst")
    expect(page.locator(f'[data-id="{newer}"]')).to_be_focused()
    press("s")
    told(page, "Saved: the feeling")
    assert tags(parts, newer)["waiting_time"] == ("mixed", "analyst")
    press("2")
    press("r")
    told(page, "Friendliness and empathy removed")
    assert "friendliness" not in tags(parts, newer)
    press("u")
    told(page, "Undone.")
    assert tags(parts, newer)["friendliness"] == ("negative", None)
    press("t")
    expect(page.locator("#theme-input")).to_be_focused()
    page.keyboard.type("price and")
    press("Enter")
    told(page, "Price and invoice added")
    assert tags(parts, newer)["price_invoice"][1] == "analyst"
    press("c")
    told(page, "read for every theme")
    assert [review.by for review in parts.verbatims.show(newer).reviews] == ["analyst"]
    press("j")
    expect(page.locator(f'[data-id="{older}"]')).to_be_focused()
    press("j")
    told(page, "the last one")
    press("k")
    expect(page.locator(f'[data-id="{newer}"]')).to_be_focused()
    assert parts.verbatims.show(older).decisions == ()
    press("?")
    expect(page.get_by_role("dialog", name="Keys")).to_be_visible()
    press("a")
    press("Escape")
    expect(page.get_by_role("dialog", name="Keys")).to_be_hidden()


def test_the_obvious_theme_is_picked_by_itself(parts: Parts, opened: Callable[..., Page], address: str) -> None:
    """It takes one key where a verbatim has one theme or the filter names one; else one is seen to be asked for."""
    alone, two = say(parts, WAITED, "heel vriendelijke medewerker")[::-1]
    page = opened()
    page.keyboard.press("j")
    page.keyboard.press("a")
    told(page, "Friendliness and empathy accepted")
    page.keyboard.press("j")
    page.keyboard.press("r")
    asked = page.locator(f'[data-id="{two}"] .notice')
    expect(asked).to_have_text("No theme is picked; pick one with a number key.")
    page.keyboard.press("1")
    expect(asked).to_have_count(0)
    page.goto(f"{address}/verbatims?theme=friendliness&to=")
    page.wait_for_load_state()
    page.keyboard.press("r")
    expect(page.locator(f'[data-id="{alone}"]')).to_be_focused()
    page.keyboard.press("j")
    page.keyboard.press("r")
    told(page, "Friendliness and empathy removed")
    assert "friendliness" not in tags(parts, two)
    assert "waiting_time" in tags(parts, two)
    assert "friendliness" in tags(parts, alone)


def test_keys_can_be_switched_off_and_never_fire_in_a_field(parts: Parts, opened: Callable[..., Page]) -> None:
    """Whoever dictates, or types into a list, corrects nothing by accident; it holds for the next page too."""
    (id,) = say(parts, WAITED)
    page = opened()
    page.keyboard.press("j")
    page.keyboard.press("1")
    page.locator(".verbatim").get_by_label("Add a theme").focus()
    page.keyboard.type("ar")
    page.get_by_label("Single-key shortcuts").uncheck()
    for _ in range(2):
        page.locator(f'[data-id="{id}"]').focus()
        for key in ("1", "a", "r", "c", "?"):
            page.keyboard.press(key)
        expect(page.get_by_role("dialog")).to_have_count(0)
        page.reload()
    expect(page.get_by_label("Single-key shortcuts")).not_to_be_checked()
    assert parts.verbatims.show(id).decisions == ()


def test_what_could_not_be_saved_is_kept_and_tried_again(parts: Parts, opened: Callable[..., Page]) -> None:
    """Without a network, and signed out: the page says so, and one button does what was wanted."""
    (id,) = say(parts, WAITED)
    page = opened()
    page.keyboard.press("j")
    page.keyboard.press("1")
    page.route("**/tags", lambda route: route.abort())
    page.keyboard.press("a")
    told(page, "Not saved: the server cannot be reached.")
    page.unroute("**/tags")
    cookies = page.context.cookies()
    page.context.clear_cookies()
    page.get_by_role("button", name="Try again").click()
    told(page, "you are no longer signed in")
    assert parts.verbatims.show(id).decisions == ()
    page.context.add_cookies(cookies)  # type: ignore[arg-type]  # the same that were given out
    page.get_by_role("button", name="Try again").click()
    told(page, "accepted")
    assert tags(parts, id)["waiting_time"] == ("negative", "analyst")


def test_somebody_elses_correction_is_told_in_place(parts: Parts, opened: Callable[..., Page]) -> None:
    """Nothing is overruled unseen, and the card shows what the other has decided."""
    (id,) = say(parts, WAITED)
    page = opened()
    correct(client_of(parts, "admin"), id, "feel waiting_time positive")
    page.get_by_role("button", name="Remove Waiting time and speed").click()
    told(page, "admin has decided otherwise meanwhile")
    expect(page.locator(".tag").first).to_contain_text("by admin")
    page.get_by_role("button", name="Remove Waiting time and speed").click()
    told(page, "removed")
    assert "waiting_time" not in tags(parts, id)


def test_themes_are_corrected_without_javascript(parts: Parts, opened: Callable[..., Page]) -> None:
    """Every correction is a button of a form, and what came of it stands beside the verbatim."""
    (id,) = say(parts, WAITED, XSS)[:1]
    page = opened(javascript=False)
    card = page.locator(f'[data-id="{id}"]')
    card.get_by_role("button", name="Accept Waiting time and speed").click()
    expect(card.locator(".notice")).to_contain_text("Saved: Waiting time and speed accepted.")
    card.get_by_role("button", name="Undo").click()
    expect(card.locator(".notice")).to_contain_text("Undone.")
    card.get_by_label("Add a theme").select_option(label="Price and invoice")
    card.get_by_label("Feeling about it").select_option("mixed")
    card.get_by_role("button", name="Add", exact=True).click()
    expect(card.locator(".tag").filter(has_text="Price and invoice")).to_contain_text("by analyst")
    card.locator(".tag").first.locator("summary").click()
    card.locator(".tag").first.get_by_role("button", name="mixed").click()
    card.get_by_role("button", name="Remove Friendliness and empathy").click()
    card.get_by_role("button", name="Everything is right").click()
    expect(card).to_contain_text("read completely by analyst")
    assert tags(parts, id) == {
        "waiting_time": ("mixed", "analyst"),
        "price_invoice": ("mixed", "analyst"),
    }
    expect(page.locator("#shortcuts")).to_be_hidden()


@pytest.mark.parametrize("colours", ["light", "dark"])
@pytest.mark.parametrize("width", [390, 1280])
def test_the_page_fits_and_is_accessible(parts: Parts, opened: Callable[..., Page], width: int, colours: str) -> None:
    """Nothing sticks out at the width of a telephone, nothing runs as code, and axe finds nothing."""
    say(parts, "lang gewacht " * 150, XSS, WAITED, "x" * 2000, queue="q" * 100)
    page = opened(viewport={"width": width, "height": 844}, color_scheme=colours)
    page.keyboard.press("j")
    page.keyboard.press("1")
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    assert page.title().startswith("Verbatims")
    found = Axe().run(page)
    assert found.response["violations"] == [], found.generate_report()
