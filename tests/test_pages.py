"""The pages for people who sign in: in a real browser, without JavaScript, and request by request."""

import re
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from flask.testing import FlaskClient
from playwright.sync_api import Browser, Page, expect
from sqlalchemy.exc import OperationalError
from werkzeug.test import TestResponse
from werkzeug.wrappers import Response

from bot.accounts import TRIES, Role
from bot.app import Parts, assemble, create_app
from bot.invitations import NewContact, Source
from bot.settings import Settings
from bot.web.browsers import Browsers
from storage.database import migrate
from tests.served import served
from tests.staffed import PASSWORD, sign_in, staffed, token

PHONE = "+31600000001"
NASTY = '<script>alert(1)</script> "x" & y/z?'


class Clock:
    """A clock that stands until it is put on; a Tuesday at noon."""

    def __init__(self) -> None:
        self.now = datetime(2026, 1, 6, 12, tzinfo=UTC)

    def __call__(self) -> datetime:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def parts(tmp_path: Path, clock: Clock) -> Iterator[Parts]:
    """An installation with one user of each role."""
    with staffed(f"sqlite:///{tmp_path}/pages.db", tmp_path, clock, company="Acme & Sons") as staffed_parts:
        yield staffed_parts


@pytest.fixture
def client(parts: Parts) -> FlaskClient:
    return create_app(parts).test_client()


def reported(parts: Parts, reference: str, phone: str | None = PHONE, queue: str | None = None) -> None:
    now = parts.conversations.now()
    parts.invitations.take(NewContact(reference, phone, now - timedelta(minutes=5), Source.API, queue=queue))


def where(response: TestResponse) -> str:
    assert response.status_code in (302, 303), response.text
    return response.headers["Location"]


# In a browser


@pytest.fixture
def address(parts: Parts) -> Iterator[str]:
    """Where the application is served for a browser."""
    with served(create_app(parts)) as base:
        yield base


@pytest.fixture
def opened(browser: Browser, address: str) -> Iterator[Callable[..., Page]]:
    """Opens the first page; no other host may be asked, and nothing the page itself does may be refused."""
    troubles: list[str] = []
    pages: list[Page] = []

    def open_page(width: int = 1280, javascript: bool = True) -> Page:
        context = browser.new_context(viewport={"width": width, "height": 844}, java_script_enabled=javascript)
        page = context.new_page()
        page.on("request", lambda asked: None if asked.url.startswith(address) else troubles.append(asked.url))
        page.on("console", lambda told: troubles.append(told.text) if "Security" in told.text else None)
        page.on("pageerror", lambda error: troubles.append(str(error)))
        page.goto(address)
        pages.append(page)
        return page

    yield open_page
    for page in pages:
        page.context.close()
    assert troubles == []


def enter(page: Page, name: str = "staff") -> None:
    page.get_by_label("Name").fill(name)
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Sign in").click()
    expect(page.get_by_label("Password")).to_have_count(0)


@pytest.mark.parametrize("javascript", [True, False], ids=["with JavaScript", "without"])
def test_staff_trigger_a_survey_and_find_it_in_the_list(opened: Callable[..., Page], javascript: bool) -> None:
    """A person signs in, reports a contact, sees when the invitation goes out, opens the contact and signs out."""
    page = opened(javascript=javascript)
    enter(page)
    page.get_by_label("Reference", exact=True).first.fill(NASTY)
    page.get_by_label("The customer’s number").fill("06 000 000 01")
    page.get_by_label("Queue").first.fill("billing")
    page.get_by_role("button", name="Decide").click()
    expect(page.get_by_role("status")).to_contain_text("The invitation goes out at 13:10 by SMS.")
    row = page.get_by_role("row").filter(has_text=NASTY)
    expect(row).to_contain_text("Scheduled")
    expect(row).to_contain_text("billing")
    row.get_by_role("link").click()
    expect(page.get_by_role("heading", level=1)).to_have_text(NASTY)
    expect(page.get_by_role("listitem").filter(has_text="reported")).to_contain_text("13:00")
    page.get_by_role("button", name="Sign out").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Sign in")


def test_a_mistake_is_told_beside_its_field_and_nothing_typed_is_lost(opened: Callable[..., Page]) -> None:
    """The field says what is wrong and what to do, to the eye and to a screen reader."""
    page = opened()
    enter(page)
    page.get_by_label("Reference", exact=True).first.fill("call-1")
    page.get_by_label("The customer’s number").fill("12ab")
    page.get_by_label("Agent").fill("a17")
    page.get_by_role("button", name="Decide").click()
    number = page.get_by_label("The customer’s number")
    expect(number).to_have_accessible_description(re.compile("no telephone number; write it with the code"))
    expect(number).to_have_attribute("aria-invalid", "true")
    expect(number).to_have_value("12ab")
    expect(page.get_by_label("Agent")).to_have_value("a17")


def test_the_pages_fit_a_telephone(opened: Callable[..., Page], parts: Parts) -> None:
    """At a width of 390 nothing sticks out, whatever references are like."""
    reported(parts, "x" * 200)
    reported(parts, NASTY)
    page = opened(width=390)
    enter(page, "admin")
    base = "/".join(page.url.split("/")[:3])
    for target in ("/contacts", f"/contact?reference={'x' * 200}", "/opt-outs", "/account", "/nothing", "/api/v1/docs"):
        page.goto(base + target)
        assert page.evaluate("document.documentElement.scrollWidth") <= 390, target


def test_the_keyboard_is_enough(opened: Callable[..., Page]) -> None:
    """The first key leads past the menu, and the form is sent with Enter."""
    page = opened()
    page.get_by_label("Name").fill("staff")
    page.keyboard.press("Tab")
    page.keyboard.type(PASSWORD)
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="A contact has ended")).to_be_visible()
    page.keyboard.press("Tab")
    expect(page.get_by_role("link", name="To the content")).to_be_focused()
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    expect(page.get_by_label("Reference", exact=True).first).to_be_focused()


# Request by request


def test_nobody_can_sign_in_and_the_sandbox_is_shown_first(tmp_path: Path) -> None:
    """A new installation leads to the sandbox; with the first user, to signing in."""
    parts = assemble(Settings(folder=tmp_path))
    migrate(parts.settings.database_url)
    client = create_app(parts).test_client()
    assert where(client.get("/")) == "/sandbox/"
    assert "nawoord users add" in client.get("/sign-in").text
    parts.accounts.add_user("first", Role.ADMIN, PASSWORD)
    assert where(client.get("/")) == "/sign-in"
    assert where(client.get("/contacts")) == "/sign-in?next=/contacts"
    assert "nawoord users add" not in client.get("/sign-in").text
    parts.database.dispose()


@pytest.mark.parametrize(
    ("method", "target", "roles"),
    [
        ("GET", "/contacts", {"staff", "analyst", "admin"}),
        ("GET", "/contact?reference=call-1", {"staff", "analyst", "admin"}),
        ("POST", "/contacts", {"staff", "admin"}),
        ("POST", "/contacts/find", {"staff", "analyst", "admin"}),
        ("GET", "/opt-outs", {"staff", "admin"}),
        ("POST", "/opt-outs", {"staff", "admin"}),
        ("GET", "/account", {"staff", "analyst", "admin"}),
    ],
)
def test_each_role_sees_its_pages(parts: Parts, method: str, target: str, roles: set[str]) -> None:
    """Without signing in every page leads there; a page of another role says so and changes nothing."""
    reported(parts, "call-1")
    app = create_app(parts)
    stranger = app.test_client().open(target, method=method)
    assert urlsplit(where(stranger)).path == "/sign-in"
    for role in ("staff", "analyst", "admin"):
        client = app.test_client()
        sign_in(client, role)
        response = client.open(target, method=method)
        assert (response.status_code == 403) == (role not in roles)
    assert ("A contact has ended" in client.get("/contacts").text) == ("admin" in roles)


def test_an_analyst_reads_and_reports_nothing(client: FlaskClient) -> None:
    """The form and the menu hold what the role includes."""
    sign_in(client, "analyst")
    page = client.get("/contacts").text
    assert "A contact has ended" not in page
    assert 'href="/opt-outs"' not in page


def test_a_wrong_password_tells_nothing_about_the_name(client: FlaskClient) -> None:
    """Known and unknown names get the same answer; after ten tries neither is answered for a while."""
    answers = []
    for name in ("staff", "nobody"):
        for _ in range(TRIES):
            answers.append(sign_in(client, name, "something else entirely"))
        answers.append(sign_in(client, name))
    assert [answer.status_code for answer in answers] == ([401] * TRIES + [429]) * 2
    text = {re.sub(r'value="[^"]*"', "", answer.text) for answer in answers[:TRIES]}
    assert text == {re.sub(r'value="[^"]*"', "", answer.text) for answer in answers[TRIES + 1 : -1]}


@pytest.mark.parametrize(
    ("wanted", "led_to"),
    [
        ("/contact?reference=a%2Fb", "/contact?reference=a%2Fb"),
        ("https://elsewhere.example/", "/"),
        ("//elsewhere.example/", "/"),
        ("/\\elsewhere.example/", "/"),
        ("/%0d%0aSet-Cookie:x", "/%0d%0aSet-Cookie:x"),
        ("/\nSet-Cookie: x", "/"),
        ("javascript:alert(1)", "/"),
        ("", "/"),
    ],
)
def test_signing_in_leads_to_our_own_pages_only(client: FlaskClient, wanted: str, led_to: str) -> None:
    """Nobody can send a link that leads elsewhere once its reader has signed in."""
    assert where(sign_in(client, "staff", next=wanted)) == led_to


@pytest.mark.parametrize("target", ["/sign-in", "/contacts", "/opt-outs", "/account", "/sign-out"])
def test_a_form_of_another_site_changes_nothing(parts: Parts, client: FlaskClient, target: str) -> None:
    """Without the token of the session nothing is done, and what was typed is kept."""
    sign_in(client, "admin")
    form = {
        "reference": "forged",
        "ended_at": "2026-01-06T12:00",
        "phone": PHONE,
        "name": "staff",
        "password": PASSWORD,
    }
    form |= {"current": PASSWORD, "new": "another password", "again": "another password"}
    response = client.post(target, data=form)
    if target != "/sign-out":
        assert response.status_code == 422
        assert "send it again" in response.text
    assert parts.invitations.find("forged") is None
    assert parts.opt_outs.latest().count == 0
    assert parts.accounts.sign_in("admin", PASSWORD)
    assert client.get("/account").status_code == 200


def test_a_session_ends_when_nothing_is_done(parts: Parts, monkeypatch: pytest.MonkeyPatch) -> None:
    """Eight hours after the last page the cookie is worth nothing, in the browser or out of it."""
    client = create_app(parts).test_client()
    sign_in(client, "staff")
    moment = time.time()
    monkeypatch.setattr("itsdangerous.timed.time.time", lambda: moment + 7.9 * 3600)
    assert client.get("/contacts").status_code == 200
    monkeypatch.setattr("itsdangerous.timed.time.time", lambda: moment + 15.8 * 3600)
    assert client.get("/contacts").status_code == 200
    monkeypatch.setattr("itsdangerous.timed.time.time", lambda: moment + 24 * 3600)
    assert urlsplit(where(client.get("/contacts"))).path == "/sign-in"


def test_changes_to_an_account_hold_at_once(parts: Parts, client: FlaskClient) -> None:
    """Another role is seen on the next page; a disabled user is out."""
    sign_in(client, "staff")
    parts.accounts.change_role("staff", Role.ANALYST)
    assert client.get("/opt-outs").status_code == 403
    parts.accounts.disable("staff")
    assert urlsplit(where(client.get("/contacts"))).path == "/sign-in"


def test_signing_out_ends_the_session_itself(parts: Parts) -> None:
    """A copy of the cookie opens nothing any more, nor does another browser; the page says so."""
    app = create_app(parts)
    here, there = app.test_client(), app.test_client()
    for client in (here, there):
        sign_in(client, "staff")
    cookie = here.get_cookie("nawoord")
    assert cookie
    assert "ends your sessions in every browser" in here.get("/account").text
    left = here.post("/sign-out", data={"csrf_token": token(here.get("/account"))}, follow_redirects=True)
    assert "also wherever else you were signed in" in left.text
    copied = app.test_client()
    copied.set_cookie("nawoord", cookie.value)
    for client in (here, there, copied):
        assert urlsplit(where(client.get("/contacts"))).path == "/sign-in"
    sign_in(here, "staff")
    assert here.get("/contacts").status_code == 200


def test_a_stranger_who_tries_locks_nobody_out_of_their_own_browser(parts: Parts) -> None:
    """What a browser is known by opens nothing, and is nothing that anybody could make up."""
    app = create_app(parts)
    own, stranger = app.test_client(), app.test_client()
    sign_in(own, "staff")
    own.post("/sign-out", data={"csrf_token": token(own.get("/account"))})
    assert own.get("/contacts").status_code == 302
    for _ in range(TRIES):
        assert sign_in(stranger, "staff", "not this one at all").status_code == 401
    known = own.get_cookie("nawoord-known")
    assert known
    for forged in ("", known.value[:-1], known.value.split(".")[0] + ".x"):
        stranger.set_cookie("nawoord-known", forged)
        assert sign_in(stranger, "staff").status_code == 429
    assert sign_in(own, "staff").status_code == 302
    assert own.get("/contacts").status_code == 200


def test_another_password_ends_the_other_sessions(parts: Parts) -> None:
    """Whoever changes it stays; every other browser is out, and the old password opens nothing."""
    app = create_app(parts)
    here, there = app.test_client(), app.test_client()
    for client in (here, there):
        sign_in(client, "staff")
    form = {"current": PASSWORD, "new": "vijf andere woorden nu", "again": "vijf andere woorden nu"}
    for wrong in ({"current": "not this one at all"}, {"again": "something else"}, {"new": "short", "again": "short"}):
        refused = here.post("/account", data={**form, **wrong, "csrf_token": token(here.get("/account"))})
        assert refused.status_code == 422
        assert 'aria-invalid="true"' in refused.text
    done = here.post("/account", data={**form, "csrf_token": token(here.get("/account"))})
    assert where(done) == "/account"
    assert here.get("/contacts").status_code == 200
    assert there.get("/contacts").status_code == 302
    assert parts.accounts.sign_in("staff", PASSWORD) is None


def test_a_repeated_reference_keeps_its_first_decision(parts: Parts, client: FlaskClient) -> None:
    """The page says that it was reported before, and what was decided then."""
    sign_in(client, "staff")
    for _ in range(2):
        form = {"reference": "call-1", "phone": PHONE, "ended_at": "2026-01-06T12:58"}
        form["csrf_token"] = token(client.get("/contacts"))
        page = client.post("/contacts", data=form, follow_redirects=True).text
    assert "was reported before" in page
    assert len(parts.invitations.recent().lines) == 1


def test_the_list_is_filtered_and_paged_by_its_address(parts: Parts, client: FlaskClient) -> None:
    """Decision, reason, state and queue stand in the address; what means nothing there is left out."""
    for number in range(30):
        reported(parts, f"call-{number:02}", PHONE, "billing" if number % 2 else "returns")
    reported(parts, "withheld", None, "billing")
    sign_in(client, "analyst")

    def listed(query: str) -> list[str]:
        return re.findall(r'scope="row"><a href="/contact\?reference=([^"]+)"', client.get(f"/contacts{query}").text)

    assert listed("?decision=invited") == ["call-00"]
    assert listed("?reason=no_number&queue=billing") == ["withheld"]
    assert listed("?state=scheduled") == ["call-00"]
    assert listed("?queue=nothing") == []
    assert len(listed("")) == len(listed("?decision=x&reason=y&cursor=zzz&attempts=00001&attempts=9")) == 25
    assert listed("?attempts=00000" + "9" * 30) == listed("")
    older = re.search(r'rel="next" href="([^"]+)"', client.get("/contacts").text)
    assert older
    assert len(listed(older[1].replace("&amp;", "&").removeprefix("/contacts"))) == 6


def sought(client: FlaskClient, who: str) -> TestResponse:
    """Looks for a contact with the form above the list."""
    return client.post("/contacts/find", data={"csrf_token": token(client.get("/contacts")), "who": who})


@pytest.mark.parametrize("spelt", [PHONE, "06 0000 0001", "0031-600000001"])
def test_a_customer_calls_and_their_contacts_are_found(parts: Parts, client: FlaskClient, spelt: str) -> None:
    """By the number, however it is written, and without it in any address; one alone is shown at once."""
    for reference in ("call-1", "call-2"):
        reported(parts, reference)
    reported(parts, "other", "+31600000002")
    sign_in(client, "staff")
    address = where(sought(client, spelt))
    assert address == "/contacts?same_as=call-2"
    page = client.get(address)
    assert re.findall(r'scope="row"><a href="/contact\?reference=([^"]+)"', page.text) == ["call-2", "call-1"]
    assert "Same customer as call-2" in page.text
    assert "not long ago" in page.text
    assert not re.search(r'(href|action)="[^"]*600000001', page.text)
    assert where(sought(client, "+31 600000002")) == "/contact?reference=other"
    assert where(sought(client, " call-1 ")) == "/contact?reference=call-1"
    assert "1 other contact of this customer" in client.get("/contact?reference=call-1").text
    assert "other contact" not in client.get("/contact?reference=other").text


def test_who_only_reads_figures_is_not_told_whose_contacts_are_whose(parts: Parts, client: FlaskClient) -> None:
    """Neither beside a contact nor in the list."""
    for reference in ("call-1", "call-2", "call-3"):
        reported(parts, reference, None if reference == "call-3" else PHONE)
    sign_in(client, "analyst")
    assert "other contact" not in client.get("/contact?reference=call-1").text
    assert "call-3" in client.get("/contacts?same_as=call-1").text


@pytest.mark.parametrize(("role", "who"), [("staff", "+31600000009"), ("staff", "nobody"), ("analyst", PHONE)])
def test_whom_nobody_reported_is_not_found(parts: Parts, client: FlaskClient, role: str, who: str) -> None:
    """Nor, by a number, for those who only read figures."""
    reported(parts, "call-1")
    sign_in(client, role)
    page = sought(client, who)
    assert page.status_code == 404
    assert "No such contact" in page.text
    assert ("Reference or phone number" in page.text) == (role == "staff")


def test_whoever_looks_from_another_site_finds_nobody(parts: Parts, client: FlaskClient) -> None:
    """Without the token of the session; what was typed is still there."""
    reported(parts, "call-1")
    sign_in(client, "staff")
    page = client.post("/contacts/find", data={"who": "call-1"})
    assert (page.status_code, "send it again" in page.text, 'value="call-1"' in page.text) == (422, True, True)


def test_why_a_customer_was_not_asked(parts: Parts, client: FlaskClient) -> None:
    """The contact's page says it in a sentence, by the clock of the settings; an unknown reference says so."""
    reported(parts, "call-1")
    reported(parts, "call/2 ?")
    sign_in(client, "analyst")
    page = client.get("/contact", query_string={"reference": "call/2 ?"}).text
    assert "Why this customer was not asked" in page
    assert re.search(r"this holds until <time [^>]+>6 Apr 14:00</time>", page)
    unknown = client.get("/contact", query_string={"reference": NASTY})
    assert unknown.status_code == 404
    assert "<script>alert" not in unknown.text
    assert client.get("/contact", query_string={"reference": "\0"}).status_code == 404


def test_an_opt_out_is_noted_and_undone(parts: Parts, client: FlaskClient) -> None:
    """The number is neither shown nor put in an address; what is no number is told beside the field."""
    reported(parts, "call-1")
    sign_in(client, "staff")
    for undo, count, said in (({}, 1, "asked nothing more"), ({"undo": "y"}, 0, "may be asked again.")):
        form = {"phone": "+31 6 000 000 01", "csrf_token": token(client.get("/opt-outs")), **undo}
        done = client.post("/opt-outs", data=form)
        assert where(done) == "/opt-outs"
        page = client.get("/opt-outs").text
        assert said in page
        assert "000 000 01" not in page
        assert parts.opt_outs.latest().count == count
    taken_back = parts.invitations.find("call-1")
    assert taken_back
    assert taken_back.state == "opted_out"
    refused = client.post("/opt-outs", data={"phone": "12ab", "csrf_token": token(client.get("/opt-outs"))})
    assert refused.status_code == 422
    assert "no telephone number" in refused.text


@pytest.mark.parametrize(
    "target", ["/sign-in", "/contacts", "/contact?reference=call-1", "/opt-outs", "/account", "/nothing"]
)
def test_pages_are_sealed(parts: Parts, client: FlaskClient, target: str) -> None:
    """Nothing inline, nothing from elsewhere, in nobody's frame, kept in no cache; customer text is escaped."""
    reported(parts, "call-1", queue=NASTY)
    sign_in(client, "admin")
    response = client.get(target)
    policy = response.headers["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "frame-ancestors 'none'" in policy
    assert "unsafe" not in policy
    assert response.headers["Cache-Control"] == "no-store"
    assert response.headers["X-Content-Type-Options"] == "nosniff"
    assert "<script" not in response.text
    assert not re.search(r'\s(style|on\w+)="', response.text)


@pytest.mark.parametrize(("url", "secure"), [("https://survey.example.com", True), ("http://127.0.0.1:8000", False)])
def test_the_cookie_is_kept_close(tmp_path: Path, parts: Parts, url: str, secure: bool) -> None:
    """No script reads it, no other site sends it, and where there is TLS it travels in nothing else."""
    settings = parts.settings.model_copy(update={"public_url": url})
    app = create_app(assemble(settings))
    answer = app.test_client().get("/sign-in", headers={"Host": urlsplit(url).netloc})
    known, user = Response(), parts.accounts.sign_in("staff", PASSWORD)
    assert user
    Browsers([b"secret"], url).remember(known, user)
    for cookie, name in ((answer.headers["Set-Cookie"], "nawoord"), (known.headers["Set-Cookie"], "nawoord-known")):
        assert "HttpOnly" in cookie
        assert "SameSite=Lax" in cookie
        assert "Path=/" in cookie
        assert ("Secure" in cookie) == secure
        assert cookie.startswith(f"__Host-{name}=" if secure else f"{name}=")


def test_webhooks_and_the_api_know_no_session(parts: Parts) -> None:
    """A carrier gets no cookie, and to have signed in with this browser opens nothing in the API."""
    app = create_app(parts)
    carrier = app.test_client()
    for response in (carrier.post("/twilio/voice"), carrier.get("/healthz")):
        assert "Set-Cookie" not in response.headers
        assert "Vary" not in response.headers
    person = app.test_client()
    sign_in(person, "admin")
    refused = person.get("/api/v1/contacts")
    assert (refused.status_code, "Set-Cookie" in refused.headers) == (401, False)


def test_a_database_that_does_not_answer_is_told_on_a_page(
    parts: Parts, client: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nothing of the failure is shown, and what to do is."""
    sign_in(client, "staff")

    def fail(*_: object) -> None:
        raise OperationalError("SELECT secret", {}, Exception(PHONE))

    monkeypatch.setattr(parts.invitations, "recent", fail)
    response = client.get("/contacts")
    assert response.status_code == 503
    assert "Wait a moment" in response.text
    assert PHONE not in response.text
