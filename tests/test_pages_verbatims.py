"""The pages of verbatims: listed under filters, masked, marked, and corrected with and without JavaScript."""

import re
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from html import unescape
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from argon2 import PasswordHasher
from axe_playwright_python.sync_playwright import Axe
from flask.testing import FlaskClient
from hypothesis import given
from hypothesis import strategies as st
from playwright.sync_api import Browser, Page, expect
from sqlalchemy import func, select

from bot.accounts import Role
from bot.app import Parts, assemble, create_app
from bot.settings import Settings
from bot.web.pages.highlights import pieces
from nlp.redaction import mask
from nlp.tags import Redaction, Stretch
from storage import respondents
from storage.models import changes, sessions
from storage.rollup import refresh
from tests.conftest import SECRET
from tests.served import served
from tests.tallied import KEYS, NOON, ZONE, Surveyed, survey

PASSWORD = "vier woorden zonder verband"
PHONE = "+31600000001"
WAITED = "veel te lang gewacht en de medewerker was onvriendelijk, bel me op 06 12345678"
XSS = '<img src=x onerror="document.title=1"> ‮lang gewacht‬ 🙂'


class Clock:
    """A clock that goes on by a second whenever it is asked."""

    def __init__(self) -> None:
        self.now = NOON + timedelta(days=1)

    def __call__(self) -> datetime:
        self.now += timedelta(seconds=1)
        return self.now


@pytest.fixture
def parts(database_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Parts]:
    """An installation with one user of each role and another analyst."""
    plain = {"folder": tmp_path, "database": {"url": database_url}, "secrets": {"secret_key": SECRET}}
    assembled = assemble(Settings.model_validate(plain), Clock())
    monkeypatch.setattr(assembled.accounts, "_hasher", PasswordHasher(time_cost=1, memory_cost=8, parallelism=1))
    for name in (Role.STAFF, Role.ANALYST, Role.ADMIN):
        assembled.accounts.add_user(name, name, PASSWORD)
    yield assembled
    assembled.database.dispose()


def say(parts: Parts, *texts: str, nps: int = 2, ces: int = 5, **more: Any) -> list[str]:
    """Somebody has said each of these, one after the other; gives how the verbatims are named."""
    with parts.database.write() as connection:
        ids = [
            survey(connection, Surveyed({"nps": nps, "ces": ces, "why": text}, **{"seconds": place, **more}))
            for place, text in enumerate(texts, start=60)
        ]
    parts.verbatims.tag_due()
    return [f"{id}.why" for id in ids]


def client_of(parts: Parts, name: str = "analyst") -> FlaskClient:
    client = create_app(parts).test_client()
    page = client.get("/sign-in").text
    client.post("/sign-in", data={"csrf_token": token(page), "name": name, "password": PASSWORD})
    return client


def token(page: str) -> str:
    found = re.search(r'name="csrf_token"[^>]*value="([^"]+)"', page)
    assert found, page
    return found[1]


def correct(client: FlaskClient, id: str, do: str, page: str | None = None, **more: str) -> Any:
    """Presses a button on a page that was opened before, or now."""
    page = page or client.get(f"/verbatims/{id}").text
    seen = re.search(r'name="seen" value="([^"]+)"', page)
    assert seen
    form = {"csrf_token": token(page), "seen": seen[1], "do": do, "back": "/verbatims?channel=sms", **more}
    return client.post(f"/verbatims/{id}/tags", data=form)


def listed(client: FlaskClient, query: str = "") -> list[str]:
    return re.findall(r'<article[^>]+data-id="([^"]+)"', client.get(f"/verbatims{query}").text)


def tags(parts: Parts, id: str) -> dict[str, tuple[str, str | None]]:
    return {tag.theme: (str(tag.sentiment), tag.by) for tag in parts.verbatims.show(id).tags}


# A text in pieces

stretches = st.builds(lambda start, length: Stretch(start, start + length), st.integers(0, 50), st.integers(0, 20))


@given(st.text(max_size=60), st.dictionaries(st.sampled_from("abc"), st.lists(stretches, max_size=4)), st.data())
def test_joined_the_pieces_give_the_text(text: str, evidence: dict[str, list[Stretch]], data: st.DataObject) -> None:
    """Nothing is lost or told twice, however stretches overlap, and each sign is marked with what it is evidence of."""
    cuts = sorted(data.draw(st.sets(st.integers(0, len(text)), max_size=4)))
    hidden = [Redaction(start, end, "phone") for start, end in zip(cuts[::2], cuts[1::2], strict=False)]
    shown = pieces(text, evidence, hidden)
    assert "".join(piece.text for piece in shown) == mask(text, hidden)
    marked = [themes for piece in pieces(text, evidence) for themes in [piece.themes] * len(piece.text)]
    for place, themes in enumerate(marked):
        held = {theme for theme, parts in evidence.items() if any(one.start <= place < one.end for one in parts)}
        assert set(themes) == held


# Request by request


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
    for told in ("SMS · Nederlands · billing", "NPS: 2 of 10, detractor 0 = ", "CES, effort: 5 of 5, high effort 1 = ", "1 verbatim"):
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
    assert client.get("/verbatims?from=yesterday").status_code == 422
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


def test_a_correction_counts_and_its_day_is_counted_anew(parts: Parts) -> None:
    """Accepting, removing, adding and feelings stand under the analyst's name, and the roll-up is told of the day."""
    (id,) = say(parts, WAITED)
    client = client_of(parts)
    refresh(parts.database, ZONE)

    def noted() -> int:
        with parts.database.read() as connection:
            return connection.scalar(select(func.count()).select_from(changes)) or 0

    assert noted() == 0
    assert correct(client, id, "accept waiting_time").status_code == 303
    assert tags(parts, id)["waiting_time"] == ("negative", "analyst")
    assert noted() > 0
    correct(client, id, "remove waiting_time")
    correct(client, id, "add", theme="price_invoice", sentiment="positive")
    correct(client, id, "add reachability")
    correct(client, id, "feel reachability mixed")
    assert "waiting_time" not in tags(parts, id)
    assert tags(parts, id)["price_invoice"] == ("positive", "analyst")
    assert tags(parts, id)["reachability"] == ("mixed", "analyst")
    correct(client, id, "complete")
    assert {by for _, by in tags(parts, id).values()} == {"analyst"}
    assert [review.by for review in parts.verbatims.show(id).reviews] == ["analyst"]


def test_what_was_undone_was_never_decided(parts: Parts) -> None:
    """An accept by mistake leaves nothing behind from which a model could learn."""
    (id,) = say(parts, WAITED)
    client = client_of(parts)
    for do in ("accept waiting_time", "complete"):
        correct(client, id, do)
        page = client.get(f"/verbatims/{id}").text
        undo = re.search(r'value="(undo [^"]+)"', page)
        assert undo
        other = client_of(parts, "admin")
        correct(other, id, undo[1])
        assert parts.verbatims.show(id).decisions
        correct(client, id, undo[1], page)
        shown = parts.verbatims.show(id)
        assert (shown.decisions, shown.reviews) == ((), ())


def test_what_others_decided_meanwhile_is_not_overruled_unseen(parts: Parts) -> None:
    """Whoever had the page open is told and sees it; the second time it is meant. Other themes do not matter."""
    (id,) = say(parts, WAITED)
    here, there = client_of(parts), client_of(parts, "admin")
    opened = here.get(f"/verbatims/{id}").text
    correct(there, id, "remove waiting_time")
    back = correct(here, id, "accept waiting_time", opened)
    assert back.headers["Location"] == f"/verbatims?channel=sms#v-{id}"
    told = here.get(back.headers["Location"]).text
    assert "admin has decided otherwise meanwhile" in told
    assert "waiting_time" not in tags(parts, id)
    correct(here, id, "add price_invoice", opened)
    assert tags(parts, id)["price_invoice"][1] == "analyst"
    correct(here, id, "add waiting_time", told)
    assert tags(parts, id)["waiting_time"][1] == "analyst"
    assert "Not saved" in correct_as_data(here, id, "complete", opened)[1]["message"]


def correct_as_data(client: FlaskClient, id: str, do: str, page: str) -> tuple[int, dict[str, Any]]:
    """The same as the script asks it."""
    form = {"csrf_token": token(page), "seen": re.findall(r'name="seen" value="([^"]+)"', page)[0], "do": do}
    response = client.post(f"/verbatims/{id}/tags", data=form, headers={"Accept": "application/json"})
    return response.status_code, dict(response.get_json())


@pytest.mark.parametrize(
    "do", ["", "accept", "burn waiting_time", "feel waiting_time", "undo yesterday", "add", "add weather"]
)
def test_a_correction_that_makes_no_sense_saves_nothing(parts: Parts, do: str) -> None:
    """It is said, as a page and as data."""
    (id,) = say(parts, WAITED)
    client = client_of(parts)
    page = client.get(f"/verbatims/{id}").text
    status, told = correct_as_data(client, id, do, page)
    assert (status, parts.verbatims.show(id).decisions) == (422, ())
    assert "Nothing was saved" in told["message"]
    assert "Nothing was saved" in client.get(correct(client, id, do, page).headers["Location"]).text


def test_a_form_of_another_site_corrects_nothing(parts: Parts) -> None:
    """Without the token nothing is saved, and nobody is led elsewhere."""
    (id,) = say(parts, WAITED)
    client = client_of(parts)
    form = {"do": "accept waiting_time", "back": "https://elsewhere.example/"}
    response = client.post(f"/verbatims/{id}/tags", data=form)
    assert response.headers["Location"] == f"/verbatims/{id}#v-{id}"
    assert parts.verbatims.show(id).decisions == ()


def test_there_is_no_such_verbatim(parts: Parts) -> None:
    """The page says so."""
    client = client_of(parts)
    assert client.get("/verbatims/nothing.why").status_code == 404
    page = client.get("/account").text
    assert client.post("/verbatims/nothing.why/tags", data={"csrf_token": token(page)}).status_code == 404
    assert "nobody has said anything" in client.get("/verbatims").text
    assert "No verbatim matches" in client.get("/verbatims?channel=call").text


# In a browser

ON_SQLITE = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


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


@ON_SQLITE
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


@ON_SQLITE
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


@ON_SQLITE
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


@ON_SQLITE
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


@ON_SQLITE
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


@ON_SQLITE
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
