"""What the README promises somebody new: start it, dial in the browser, press 9, press 2, say why, read the answers."""

import csv
import io
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from bot.config import PROJECT


@dataclass(frozen=True)
class Installation:
    """A running one, with its own folder, port and database."""

    address: str
    environment: dict[str, str]

    def nawoord(self, *command: str) -> str:
        """What a command prints to standard output."""
        done = subprocess.run(
            [sys.executable, "-m", "bot", *command], env=self.environment, cwd=PROJECT, capture_output=True, text=True
        )
        assert done.returncode == 0, done.stderr
        return done.stdout

    def answers(self) -> list[dict[str, str]]:
        return list(csv.DictReader(io.StringIO(self.nawoord("export", "answers"))))


@pytest.fixture(scope="module")
def installation(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Installation]:
    """`nawoord run`, as it is shipped, until SIGTERM."""
    folder = tmp_path_factory.mktemp("installation")
    (folder / "config.yaml").write_text((PROJECT / "config.yaml").read_text(encoding="utf-8"), encoding="utf-8")
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    environment = os.environ | {"NAWOORD_CONFIG": str(folder / "config.yaml"), "NAWOORD_PORT": str(port)}
    for variable in ("NAWOORD_DATABASE_URL", "NAWOORD_PUBLIC_URL", "NAWOORD_CARRIER", "NAWOORD_SECRET_KEY"):
        environment.pop(variable, None)
    log = folder / "log"
    with log.open("w") as output:
        running = subprocess.Popen(
            [sys.executable, "-m", "bot", "run"], env=environment, cwd=PROJECT, stderr=output, stdout=output
        )
    try:
        _await(f"http://127.0.0.1:{port}/healthz", log)
        yield Installation(f"http://127.0.0.1:{port}", environment)
    finally:
        running.send_signal(signal.SIGTERM)
        assert running.wait(timeout=30) == 0, log.read_text()
    assert "Traceback" not in log.read_text()


@pytest.fixture
def page(browser: Browser, installation: Installation) -> Iterator[Page]:
    """The page that is printed at the start, muted so that no voice has to be waited for."""
    opened = browser.new_page(viewport={"width": 1280, "height": 800})
    opened.goto(f"{installation.address}/sandbox")
    opened.get_by_role("button", name="Voice").click()
    yield opened
    opened.close()


def test_a_call_in_the_browser_ends_in_the_export(installation: Installation, page: Page) -> None:
    """Dial, hear both ends of both scales, press 9 and 2, say why; the export has it all."""
    heard = page.get_by_role("log", name="What is said")
    page.get_by_role("button", name="Dial").click()
    expect(heard).to_contain_text("0 is helemaal niet waarschijnlijk, 10 is zeer waarschijnlijk")
    page.get_by_role("button", name="9", exact=True).click()
    page.get_by_role("button", name="hash", exact=True).click()
    expect(heard).to_contain_text("Bij heel weinig moeite toetst u 1")
    expect(heard).to_contain_text("bij heel veel moeite 5")
    page.keyboard.press("2")
    expect(heard).to_contain_text("U koos 2: dichter bij heel weinig moeite.")
    page.get_by_role("button", name="Say nothing").click()
    expect(heard).to_contain_text("U kunt nu spreken.")
    page.get_by_label("Your spoken answer").fill("goed geholpen, lang gewacht")
    page.get_by_role("button", name="Say", exact=True).click()
    expect(heard).to_contain_text("Tot ziens")
    row = next(row for row in installation.answers() if row["channel"] == "call" and row["language"] == "nl")
    assert (row["nps"], row["ces"], row["verbatim"]) == ("9", "2", "goed geholpen, lang gewacht")
    assert (row["outcome"], row["last_question"]) == ("completed", "why")


def test_hanging_up_keeps_what_was_answered(installation: Installation, page: Page) -> None:
    """An answer and a hang-up: partial, with the question that was open."""
    page.get_by_label("You are").select_option(label="Germany · +491713920001")
    heard = page.get_by_role("log", name="What is said")
    page.get_by_role("button", name="Dial").click()
    expect(heard).to_contain_text("0 ist überhaupt nicht wahrscheinlich")
    page.keyboard.press("1")
    page.keyboard.press("0")
    expect(heard).to_contain_text("eine niedrige Zahl wenig Aufwand")
    page.get_by_role("button", name="Hang up").click()
    expect(page.get_by_role("button", name="Dial")).to_be_visible()
    row = next(row for row in installation.answers() if row["channel"] == "call" and row["language"] == "de")
    assert (row["nps"], row["ces"], row["outcome"], row["last_question"]) == ("10", "", "partial", "ces")
    assert row["ended_at"]


@pytest.mark.parametrize(
    ("channel", "who", "said", "question"),
    [
        ("SMS", "United Kingdom · +447700900123", "8 out of 10, but I had to call three times", "a low number means"),
        ("WhatsApp", "France · +33639980001", "huit, mais j'ai dû rappeler", "un chiffre bas signifie"),
    ],
)
def test_a_text_conversation_ends_in_the_export(
    installation: Installation, page: Page, channel: str, who: str, said: str, question: str
) -> None:
    """The word that starts it, a number with its reason, an effort; no third question is needed."""
    page.get_by_label("You are").select_option(label=who)
    page.get_by_role("button", name=channel).click()
    thread = page.get_by_role("log", name="Messages")
    for text, reply in (("survey", "10 ="), (said, question), ("2", "2")):
        page.get_by_label("Message", exact=True).fill(text)
        page.get_by_role("button", name="Send", exact=True).click()
        expect(thread.locator("li").last).to_contain_text(reply)
    expect(thread).to_contain_text("Nawoord")
    _until(lambda: any(row["channel"] == channel.lower() and row["outcome"] for row in installation.answers()))
    row = next(row for row in installation.answers() if row["channel"] == channel.lower())
    assert (row["nps"], row["ces"], row["outcome"]) == ("8", "2", "completed")
    assert row["verbatim"] in said
    assert len(row["verbatim"]) > 10


def _until(holds: Callable[[], bool]) -> None:
    for _ in range(50):
        if holds():
            return
        time.sleep(0.1)
    raise AssertionError("it did not come to hold")


def _await(address: str, log: Path) -> None:
    for _ in range(150):
        try:
            with urllib.request.urlopen(address, timeout=2):
                return
        except OSError:
            time.sleep(0.2)
    raise AssertionError(f"it did not start: {log.read_text()}")
