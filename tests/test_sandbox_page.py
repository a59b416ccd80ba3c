"""The sandbox page: a survey by telephone and by text in a real browser, and endpoints that serve that page only."""

import shutil
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from flask.testing import FlaskClient
from playwright.sync_api import Browser, Page, expect

from bot.carriers import Outgoing
from flows.survey import Channel
from storage.database import Database
from storage.encryption import Keys
from tests.served import served
from tests.toy import OURS, THEIRS, VOICE, Toy


@pytest.fixture
def toy(migrated_sqlite: Path, tmp_path: Path, keys: Keys) -> Iterator[Toy]:
    database = Database.open(f"sqlite:///{shutil.copy(migrated_sqlite, tmp_path / 'nawoord.db')}")
    yield Toy(database, keys)
    database.dispose()


@pytest.fixture
def address(toy: Toy) -> Iterator[str]:
    """Where the toy application is served for a browser."""
    with served(toy.app) as base:
        toy.serve(base)
        yield base


@pytest.fixture
def opened(browser: Browser, address: str) -> Iterator[Callable[..., Page]]:
    """Opens the page; afterwards nothing may have gone wrong in it, and no other host may have been asked."""
    troubles: list[str] = []

    def watch(page: Page) -> None:
        page.on("console", lambda message: troubles.append(message.text) if message.type == "error" else None)
        page.on("pageerror", lambda error: troubles.append(str(error)))
        page.on("request", lambda asked: None if asked.url.startswith(address) else troubles.append(asked.url))

    def open_page(width: int = 1280, height: int = 800, script: str = "", **options: Any) -> Page:
        page = browser.new_page(viewport={"width": width, "height": height}, **options)
        watch(page)
        if script:
            page.add_init_script(script)
        page.goto(f"{address}/sandbox")
        return page

    yield open_page
    for context in browser.contexts:
        context.close()
    assert troubles == []


def talk(page: Page) -> list[str]:
    return page.locator("#heard li").all_inner_texts()


def until(page: Page, holds: str) -> None:
    """Waits until the expression holds; Playwright's own waiting needs `eval`, which the page's policy forbids."""
    for _ in range(100):
        if page.evaluate(holds):
            return
        page.wait_for_timeout(50)
    pytest.fail(f"{holds} never came true")


def test_a_survey_by_telephone(toy: Toy, opened: Callable[..., Page]) -> None:
    """With keyboard, keypad and a spoken answer a caller gets from Dial to the end, and reads all that was said."""
    page = opened()
    page.click("#dial")
    expect(page.locator("#heard")).to_contain_text("Hoe waarschijnlijk?")
    page.keyboard.press("1")
    page.keyboard.press("0")
    expect(page.locator("#heard")).to_contain_text("How much effort?")
    page.click("[data-key='2']")
    page.fill("#spoken", "I had to wait")
    page.press("#spoken", "Enter")
    expect(page.locator("#call-status")).to_have_text("Call ended")
    assert talk(page) == [
        "Welcome.",
        "Hoe waarschijnlijk?",
        "10",
        "How much effort?",
        "2",
        "Why is that?",
        "I had to wait",
        "Thank you.",
        "call ended",
    ]
    assert toy.digits() == ["10", "2"]
    spoken = next(form for _, form in toy.posted if "SpeechResult" in form)
    assert (spoken["SpeechResult"], spoken["Confidence"]) == ("I had to wait", "0.95")
    assert toy.posted[-1][0] == "/twilio/voice/status"
    assert page.locator("#heard .bot span").nth(1).get_attribute("lang") == "nl-NL"
    expect(page.locator("#dial")).to_be_focused()


def test_keys_are_never_lost_or_reordered(toy: Toy, opened: Callable[..., Page]) -> None:
    """Sixty keys typed at once, while the application is slow, arrive as they were typed."""
    keys = "314159265358979323846264338327950288419716939937510582097494"
    toy.voice["/twilio/voice"] = '<Gather numDigits="6"><Say>Type</Say></Gather>'
    toy.delay = 0.03
    page = opened()
    page.click("#dial")
    page.keyboard.type(keys)
    expect.set_options(timeout=20_000)
    expect(page.locator("#heard .bot")).to_have_count(11)
    expect.set_options(timeout=5_000)
    assert "".join(toy.digits()) == keys
    assert "".join(page.locator("#heard .keys").all_inner_texts()) == keys


def test_silence_passes_by_itself_or_at_once(toy: Toy, opened: Callable[..., Page]) -> None:
    """The button lets a long timeout pass now; a short one passes by itself, and both are seen as silence."""
    page = opened()
    page.click("#dial")
    expect(page.locator("#heard")).to_contain_text("Hoe waarschijnlijk?")
    page.click("#silent")
    expect(page.locator("#heard")).to_contain_text("Nothing heard.")
    expect(page.locator("#call-status")).to_have_text("Call ended")
    assert talk(page)[2] == "silence"

    toy.voice["/twilio/voice"] = VOICE["/twilio/effort"]
    page.click("#dial")
    expect(page.locator("#heard")).to_contain_text("Why is that?")
    assert talk(page) == ["How much effort?", "silence", "Why is that?"]


def test_who_is_speaking_is_not_silent(toy: Toy, opened: Callable[..., Page]) -> None:
    """While a spoken answer is being written the timeout does not pass; a mumble is sent with low confidence."""
    toy.voice["/twilio/voice"] = VOICE["/twilio/why"].replace('timeout="9"', 'timeout="1"')
    page = opened()
    page.click("#dial")
    page.fill("#spoken", "well")
    page.wait_for_timeout(2_500)
    assert talk(page) == ["Why is that?"]
    page.check("#unclear")
    page.click("#speech button")
    expect(page.locator("#call-status")).to_have_text("Call ended")
    assert next(form["Confidence"] for _, form in toy.posted if "Confidence" in form) == "0.3"


def test_hanging_up_is_reported(toy: Toy, opened: Callable[..., Page]) -> None:
    """Hang up ends the call with one report to the application and without an answer."""
    page = opened()
    page.click("#dial")
    expect(page.locator("#heard")).to_contain_text("Hoe waarschijnlijk?")
    page.keyboard.press("9")
    page.click("#hang-up")
    expect(page.locator("#call-status")).to_have_text("Call ended")
    assert [path for path, _ in toy.posted] == ["/twilio/voice", "/twilio/voice/status"]
    assert toy.posted[-1][1]["CallStatus"] == "completed"
    page.keyboard.press("5")
    assert talk(page)[-2:] == ["you hang up", "call ended"]


VOICES = """
const said = (window.said = []);
let current = null;
const voice = (lang, localService) => ({ lang, localService, name: lang });
Object.defineProperty(window, "speechSynthesis", { value: {
  getVoices: () => [voice("nl-NL", true), voice("en_GB", true), voice("en-US", false)],
  speak: (utterance) => { said.push(["speaks", utterance.text, utterance.lang]); current = utterance; },
  cancel: () => { if (current) { said.push(["stops", current.text]); current = null; } },
} });
window.SpeechSynthesisUtterance = class { constructor(text) { this.text = text; } };
window.finish = () => { const ended = current; current = null; ended.onend(); };
"""


def test_lines_are_spoken_in_their_language(opened: Callable[..., Page]) -> None:
    """Each line is spoken in turn by a voice of its language that lives in the browser; a key stops a question only."""
    page = opened(script=VOICES)
    page.click("#dial")
    expect(page.locator("#heard")).to_contain_text("Hoe waarschijnlijk?")
    until(page, "said.length == 1")
    page.keyboard.press("1")
    page.evaluate("finish()")
    assert page.evaluate("said") == [["speaks", "Welcome.", "en_GB"]]
    page.keyboard.press("0")
    until(page, "said.length == 2")
    page.keyboard.press("3")
    until(page, "said.length == 4")
    assert page.evaluate("said.slice(1)") == [
        ["speaks", "How much effort?", "en_GB"],
        ["stops", "How much effort?"],
        ["speaks", "Why is that?", "en_GB"],
    ]


def test_a_muted_telephone_says_nothing(opened: Callable[..., Page]) -> None:
    """With the voice switched off lines are only shown."""
    page = opened(script=VOICES)
    page.click("#voice")
    page.click("#dial")
    expect(page.locator("#heard")).to_contain_text("Hoe waarschijnlijk?")
    assert page.evaluate("said") == []
    assert page.get_attribute("#voice", "aria-pressed") == "false"


def test_a_conversation_by_sms(toy: Toy, opened: Callable[..., Page]) -> None:
    """A touch sends the word that begins the survey; what is written is shown as written, and carriers answer STOP."""
    page = opened()
    page.click("text=Send “survey” to begin")
    expect(page.locator("#thread .bot")).to_have_count(1)
    page.fill("#body", "<img src=x onerror=alert(1)>")
    page.press("#body", "Enter")
    page.fill("#body", "STOP")
    page.press("#body", "Enter")
    expect(page.locator("#thread .bot")).to_have_count(3)
    said = page.locator("#thread li span").all_inner_texts()
    assert said[:4] == [
        "survey",
        "You said: survey",
        "<img src=x onerror=alert(1)>",
        "You said: <img src=x onerror=alert(1)>",
    ]
    assert page.locator("#thread .carrier").count() == 1
    assert [form["From"] for _, form in toy.posted] == [THEIRS] * 3


def test_a_conversation_by_whatsapp(toy: Toy, opened: Callable[..., Page]) -> None:
    """Buttons come with the carrier's message and send their payload; each caller and channel has its own thread."""
    page = opened()
    page.select_option("#caller", "+447700900123")
    page.click(".switch [data-channel=whatsapp]")
    page.fill("#body", "buttons")
    page.press("#body", "Enter")
    page.click("text=5 very much")
    expect(page.locator("#thread .bot").last).to_contain_text("You said: ces-5")
    _, form = toy.posted[-1]
    assert (form["From"], form["ButtonText"]) == ("whatsapp:+447700900123", "5 very much")
    page.click(".switch [data-channel=sms]")
    expect(page.locator("#thread .hint")).to_contain_text("No messages yet.")


def test_messages_arrive_by_themselves(toy: Toy, opened: Callable[..., Page]) -> None:
    """What the carrier delivers appears by itself, marked where one is not looking; any number can be one's own."""
    page = opened()
    toy.carrier.send(Outgoing(Channel.WHATSAPP, OURS, THEIRS, "How was it?"))
    toy.carrier.send(Outgoing(Channel.SMS, OURS, "+31600000042", "And for you?"))
    expect(page.locator(".switch [data-channel=whatsapp] .dot")).to_be_visible()
    page.click(".switch [data-channel=whatsapp]")
    expect(page.locator("#thread .bot")).to_contain_text("How was it?")
    page.click(".switch [data-channel=sms]")
    page.select_option("#caller", "other")
    page.fill("#other", "+31 6 0000 0042")
    page.press("#other", "Tab")
    expect(page.locator("#thread .bot")).to_contain_text("And for you?")


def test_a_call_of_ours_rings_and_is_answered(toy: Toy, opened: Callable[..., Page]) -> None:
    """The telephone rings by itself; answered, the call is heard, taken part in and ended as any other."""
    page = opened()
    ref = toy.ring()
    expect(page.locator("#call-status")).to_have_text(f"Incoming call from {OURS}")
    expect(page.locator("#dial")).to_be_hidden()
    page.click("#answer")
    expect(page.locator("#heard")).to_contain_text("Hoe waarschijnlijk?")
    expect(page.locator("#hang-up")).to_be_focused()
    page.keyboard.type("10")
    expect(page.locator("#heard")).to_contain_text("How much effort?")
    page.click("#hang-up")
    expect(page.locator("#call-status")).to_have_text("Call ended")
    assert talk(page)[:3] == ["Welcome.", "Hoe waarschijnlijk?", "10"]
    assert [form["CallStatus"] for form in toy.reports()] == ["in-progress", "completed"]
    assert toy.carrier.fate(Channel.CALL, ref).status == "completed"
    toy.ring()
    expect(page.locator("#answer")).to_be_visible()


def test_a_call_of_ours_is_declined(toy: Toy, opened: Callable[..., Page]) -> None:
    """Declined, it rings no more, the caller is told the line is busy, and one can dial oneself."""
    page = opened()
    ref = toy.ring()
    page.click("#decline")
    expect(page.locator("#call-status")).to_have_text("Call declined")
    expect(page.locator("#dial")).to_be_focused()
    expect(page.locator("#answer")).to_be_hidden()
    until(page, "document.querySelectorAll('#heard .note').length == 2")
    assert talk(page) == ["your telephone rings", "call declined"]
    assert [form["CallStatus"] for form in toy.reports()] == ["busy"]
    assert toy.carrier.fate(Channel.CALL, ref).status == "busy"


def test_a_call_of_ours_is_missed(toy: Toy, opened: Callable[..., Page]) -> None:
    """What nobody answers stops ringing when its time is over, and is shown and reported as missed, once."""
    page = opened()
    toy.ring(seconds=25)
    expect(page.locator("#answer")).to_be_visible()
    toy.time += timedelta(seconds=25)
    expect(page.locator("#call-status")).to_have_text("Missed call")
    expect(page.locator("#dial")).to_be_visible()
    assert talk(page) == ["your telephone rings", "missed call"]
    assert [form["CallStatus"] for form in toy.reports()] == ["no-answer"]


def test_an_answering_machine_takes_a_call_of_ours(toy: Toy, opened: Callable[..., Page]) -> None:
    """Left to the voicemail, the application hears that a machine has answered."""
    toy.voice["/twilio/voice"] = "<Hangup/>"
    page = opened()
    toy.ring()
    page.click("#machine")
    expect(page.locator("#call-status")).to_have_text("Call ended")
    assert talk(page) == ["your voicemail answers", "call ended"]
    assert [form["AnsweredBy"] for _, form in toy.posted if "AnsweredBy" in form] == ["machine_start"]


def test_a_call_rings_for_the_person_called_only(toy: Toy, opened: Callable[..., Page]) -> None:
    """Nothing rings at another number; whoever becomes the person called hears it ring, and who ceases to, no more."""
    page = opened()
    toy.ring("+447700900123")
    toy.carrier.send(Outgoing(Channel.SMS, OURS, THEIRS, "The page has looked."))
    expect(page.locator("#thread .bot")).to_have_count(1)
    expect(page.locator("#answer")).to_be_hidden()
    page.select_option("#caller", "+447700900123")
    expect(page.locator("#answer")).to_be_visible()
    page.select_option("#caller", THEIRS)
    expect(page.locator("#answer")).to_be_hidden()
    expect(page.locator("#call-status")).to_have_text("Ready to call")
    assert toy.posted == []
    page.select_option("#caller", "+447700900123")
    expect(page.locator("#answer")).to_be_visible()


def test_nothing_rings_during_a_call(toy: Toy, opened: Callable[..., Page]) -> None:
    """Who is on the telephone is not rung up until the call is over."""
    page = opened()
    page.click("#dial")
    expect(page.locator("#heard")).to_contain_text("Hoe waarschijnlijk?")
    toy.ring()
    toy.carrier.send(Outgoing(Channel.SMS, OURS, THEIRS, "The page has looked."))
    expect(page.locator("#thread .bot")).to_have_count(1)
    expect(page.locator("#answer")).to_be_hidden()
    page.click("#hang-up")
    expect(page.locator("#answer")).to_be_visible()


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_a_call_rings_on_a_small_telephone(toy: Toy, opened: Callable[..., Page], scheme: str) -> None:
    """At 360 pixels a mark shows that it rings while one reads texts; every choice fits and can be keyed."""
    page = opened(360, 640, color_scheme=scheme)
    page.click("[data-show=text]")
    toy.ring()
    expect(page.locator("[data-show=phone] .dot")).to_be_visible()
    page.click("[data-show=phone]")
    expect(page.locator("[data-show=phone] .dot")).to_be_hidden()
    assert page.evaluate("document.documentElement.scrollWidth") == 360
    page.focus("#heard")
    reached = []
    for _ in range(3):
        page.keyboard.press("Tab")
        reached.append(page.evaluate("document.activeElement.innerText.trim()"))
    assert reached == ["Decline", "Voicemail", "Answer"]
    page.keyboard.press("Enter")
    expect(page.locator("#heard")).to_contain_text("Hoe waarschijnlijk?")


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_page_fits_a_small_telephone(opened: Callable[..., Page], scheme: str) -> None:
    """At 360 pixels nothing is cut off sideways, one of phone and text is shown, and every key can be touched."""
    page = opened(360, 640, color_scheme=scheme)
    assert page.evaluate("document.documentElement.scrollWidth") == 360
    assert page.locator("#dial").is_visible()
    assert not page.locator("#body").is_visible()
    page.click("#dial")
    for key in "0123456789*#":
        page.click(f"[data-key='{key}']")
    page.click("[data-show=text]")
    assert page.locator("#body").is_visible()
    assert not page.locator("#keypad").is_visible()


def test_the_page_can_be_used_without_a_mouse(toy: Toy, opened: Callable[..., Page]) -> None:
    """From the top of the page Tab reaches the caller and Dial; Enter dials, and Enter again hangs up."""
    page = opened(reduced_motion="reduce")
    order = []
    for _ in range(6):
        page.keyboard.press("Tab")
        order.append(page.evaluate("document.activeElement.id"))
    assert order[:4] == ["caller", "ours", "heard", "dial"]
    page.focus("#dial")
    page.keyboard.press("Enter")
    expect(page.locator("#heard")).to_contain_text("Hoe waarschijnlijk?")
    expect(page.locator("#hang-up")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.locator("#call-status")).to_have_text("Call ended")


@pytest.fixture
def client(toy: Toy) -> FlaskClient:
    toy.serve("https://survey.example.com")
    return toy.app.test_client()


def test_the_page_trusts_nobody_else(client: FlaskClient) -> None:
    """The page allows content of its own host only, holds nothing inline, and escapes what it is told."""
    page = client.get("/sandbox")
    policy = page.headers["Content-Security-Policy"]
    assert policy.startswith("default-src 'self';")
    assert "unsafe" not in policy
    assert "frame-ancestors 'none'" in policy
    html = page.get_data(as_text=True)
    assert "<style" not in html
    assert " style=" not in html
    assert " on" + "click" not in html
    assert "Acme &amp; &lt;b&gt;Sons&lt;/b&gt;" in html
    assert "<script type=" in html
    assert html.count("<script") == 1


DIAL = {"event": "dial", "ours": OURS, "theirs": THEIRS}
ANSWER = {"event": "answer", "call": "CA1", "theirs": THEIRS, "machine": False}
TEXT = {"ours": OURS, "theirs": THEIRS, "channel": "sms", "body": "hello"}

REFUSED: dict[str, tuple[str, dict[str, Any], int]] = {
    "another site": ("call", {"json": DIAL, "headers": {"Origin": "https://evil.example"}}, 403),
    "no site at all": ("text", {"json": TEXT, "headers": {"Origin": "null"}}, 403),
    "a form": ("call", {"data": DIAL}, 415),
    "plain text": ("text", {"data": "{}", "content_type": "text/plain"}, 415),
    "no json": ("call", {"data": "{", "content_type": "application/json"}, 400),
    "a list": ("text", {"json": [TEXT]}, 400),
    "an unknown event": ("call", {"json": {"event": "shout"}}, 400),
    "a number that is not ours": ("call", {"json": DIAL | {"ours": "+15005550001"}}, 400),
    "a number that is none": ("text", {"json": TEXT | {"theirs": "whatsapp:1"}}, 400),
    "a channel that is none": ("text", {"json": TEXT | {"channel": "fax"}}, 400),
    "a text too long": ("text", {"json": TEXT | {"body": "x" * 1601}}, 400),
    "a body that is none": ("text", {"json": TEXT | {"body": 8}}, 400),
    "messages of nobody": ("messages", {"json": {"theirs": "me", "after": 0}}, 400),
    "messages since nothing": ("messages", {"json": {"theirs": THEIRS}}, 400),
    "a call answered by nobody": ("call", {"json": {"event": "answer", "call": "CA1", "theirs": THEIRS}}, 400),
    "a call that does not ring": ("call", {"json": ANSWER}, 409),
    "a call declined by nobody": ("decline", {"json": {"call": "CA1"}}, 400),
    "a call declined that does not ring": ("decline", {"json": {"call": "CA1", "theirs": THEIRS}}, 409),
    "a call made up": ("call", {"json": {"event": "wait", "state": "e30.forged"}}, 403),
}


@pytest.mark.parametrize(("endpoint", "asked", "status"), REFUSED.values(), ids=REFUSED)
def test_what_the_page_would_not_ask_is_refused(
    toy: Toy, client: FlaskClient, endpoint: str, asked: dict[str, Any], status: int
) -> None:
    """A request from elsewhere, in another form or with other content is refused with a reason, and reaches nobody."""
    answer = client.post(f"/sandbox/{endpoint}", **asked)
    assert answer.status_code == status
    assert len(answer.get_json()["error"]) > 10
    assert toy.posted == []


def test_a_key_that_no_telephone_has_is_refused(client: FlaskClient) -> None:
    """A wrong key in a real call is refused; the call goes on from the same state."""
    state = client.post("/sandbox/call", json=DIAL).get_json()["state"]
    assert client.post("/sandbox/call", json={"event": "press", "key": "A", "state": state}).status_code == 400
    again = client.post("/sandbox/call", json={"event": "press", "key": "1", "state": state}).get_json()
    assert again["keys"] == "1"


def test_the_page_itself_is_let_in(client: FlaskClient) -> None:
    """With its own Origin the page's requests are answered, and its answers carry what the page shows."""
    own = {"Origin": "http://localhost"}
    answer = client.post("/sandbox/call", json=DIAL, headers=own).get_json()
    assert answer["gather"] == {"input": ["dtmf"], "timeout": 9, "language": "en-US"}
    assert answer["heard"][0] == {
        "kind": "said",
        "text": "Welcome.",
        "language": "en-GB",
        "voice": "man",
        "interruptible": False,
    }
    assert client.post("/sandbox/text", json=TEXT, headers=own).get_json() == {
        "messages": [{"source": "bot", "text": "You said: hello"}]
    }
