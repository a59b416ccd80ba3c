"""Pages in the language of their reader: which one, how numbers and days are written, and that nothing lacks Dutch."""

import ast
import re
import shutil
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest
from babel.messages.catalog import Catalog
from babel.messages.extract import DEFAULT_KEYWORDS, extract_from_dir
from babel.messages.pofile import read_po
from flask import Flask
from flask.testing import FlaskClient

import bot.web
from bot.app import assemble, create_app
from bot.settings import Settings
from bot.web.language import CATALOGUES, COOKIE, day, gettext, language, number, percent, speak
from bot.web.pages.frame import MENU
from flows import eligibility, filters, movement, narrowing
from tests.conftest import SECRET

WEB = Path(bot.web.__file__).parent
MARKS = {**DEFAULT_KEYWORDS, "later": None, "marked": None}
PLACES = re.compile(r"%\(\w+\)s|%%|(?<!%)\{\w*\}|<[^>]+>")
"""What a translation has to keep: the values' places, and the tags around words."""


def extracted() -> Iterator[str]:
    """Every message in the code and the templates of the web; of those with a plural the singular."""
    methods = [("**.py", "python"), ("templates/**.html", "jinja2")]
    options = {"templates/**.html": {"silent": "false"}}
    for _, _, message, _, _ in extract_from_dir(WEB, methods, options, MARKS):
        yield message if isinstance(message, str) else message[0]


def tabled() -> Iterator[str]:
    """Every message that a table has, which is looked up as it is."""
    yield from (place.title for place in MENU)
    yield from eligibility.SENTENCES.values()
    yield from (*movement.SENTENCES.values(), *movement.MEANS.values(), *movement.QUANTITIES.values())
    yield from (narrowing.UNHEARD_OF, *narrowing.TWICE, *narrowing.CROSSED, *narrowing.REMEDIES.values())
    for module in (
        *(WEB.parent / name for name in ("intake.py", "optouts.py", "addresses.py")),
        Path(filters.__file__),
    ):
        tree = ast.parse(module.read_text(encoding="utf-8"))
        for node in ast.walk(tree):
            match node:
                case ast.Call(func=ast.Name(id="Fault" | "FilterFault"), args=[_, problem, remedy]):
                    yield from _words(problem, remedy)
                case ast.Raise(exc=ast.Call(args=[problem])):
                    yield from _words(problem)
                case ast.Assign(targets=[ast.Name(id="remedy")], value=remedy):
                    yield from _words(remedy)


def _words(*nodes: ast.expr) -> Iterator[str]:
    yield from (node.value for node in nodes if isinstance(node, ast.Constant) and isinstance(node.value, str))


@pytest.fixture(scope="module")
def messages() -> set[str]:
    return {*extracted(), *tabled()}


@pytest.fixture(scope="module")
def dutch() -> Catalog:
    with (CATALOGUES / "nl.po").open("rb") as file:
        return read_po(file, locale="nl", abort_invalid=True)


def spoken(catalogue: Catalog) -> dict[str, tuple[tuple[str, ...], tuple[str, ...]]]:
    """By message: all its forms, and all those of its translation."""
    forms = {}
    for each in catalogue:
        if each.id:
            said = each.id if isinstance(each.id, (list, tuple)) else (each.id,)
            told = each.string if isinstance(each.string, (list, tuple)) else (each.string or "",)
            forms[said[0]] = tuple(said), tuple(told)
    return forms


@pytest.fixture
def client(migrated_sqlite: Path, tmp_path: Path) -> Iterator[FlaskClient]:
    """A browser at an installation to which nobody has been let in yet."""
    url = f"sqlite:///{shutil.copy(migrated_sqlite, tmp_path / 'pages.db')}"
    plain = {"folder": tmp_path, "database": {"url": url}, "secrets": {"secret_key": SECRET}}
    parts = assemble(Settings.model_validate(plain))
    yield create_app(parts).test_client()
    parts.database.dispose()


def test_everything_is_said_in_dutch(messages: set[str], dutch: Catalog) -> None:
    """No message is without its translation."""
    translated = {message for message, (_, told) in spoken(dutch).items() if all(told)}
    assert sorted(messages - translated) == []


def test_nothing_is_translated_that_nobody_says(messages: set[str], dutch: Catalog) -> None:
    """What is no longer said leaves the catalogue."""
    assert sorted(set(spoken(dutch)) - messages) == []


def test_translations_keep_the_places_of_values(dutch: Catalog) -> None:
    """A value that is left out, or a tag that is not closed, would be a fault nobody sees in English."""
    for said, told in spoken(dutch).values():
        for one, other in zip(said, told, strict=True):
            assert sorted(PLACES.findall(one)) == sorted(PLACES.findall(other)), one


@pytest.fixture(scope="module")
def app() -> Flask:
    app = Flask("bot.web")
    app.config["SESSION_COOKIE_SECURE"] = False
    speak(app)
    return app


@pytest.mark.parametrize(
    ("asked", "cookie", "code"),
    [
        ("nl", None, "nl"),
        ("nl-BE,nl;q=0.9,en;q=0.8", None, "nl"),
        ("nl-NL,en;q=0.8", None, "nl"),
        ("de,en;q=0.7,nl;q=0.3", None, "en"),
        ("fr,nl;q=0", None, "en"),
        ("", None, "en"),
        ("*", None, "en"),
        ("en-GB", "nl", "nl"),
        ("nl", "en", "en"),
        ("nl", "tlh", "nl"),
    ],
)
def test_the_language_is_the_readers(app: Flask, asked: str, cookie: str | None, code: str) -> None:
    """A choice comes before what the browser asks for, and English stands in for what nobody wrote."""
    headers = {"Accept-Language": asked, **({"Cookie": f"{COOKIE}={cookie}"} if cookie else {})}
    with app.test_request_context(headers=headers):
        assert language() == code


def test_outside_a_request_it_is_english() -> None:
    """The command line has no reader with a browser."""
    assert language() == "en"
    assert gettext("Contacts") == "Contacts"


@pytest.mark.parametrize(
    ("value", "digits", "signed", "english", "nederlands"),
    [
        (1234.5, 1, False, "1,234.5", "1.234,5"),
        (1234567, 0, False, "1,234,567", "1.234.567"),
        (-2.5, 0, True, "−3", "−3"),
        (2.5, 0, True, "+3", "+3"),
        (-0.4, 0, True, "0", "0"),
        (0.125, 2, False, "0.13", "0,13"),
        (None, 0, False, "–", "–"),
    ],
)
def test_numbers(app: Flask, value: float | None, digits: int, signed: bool, english: str, nederlands: str) -> None:
    """With the marks of the language, a true minus, and halves away from zero."""
    for code, written in (("en", english), ("nl", nederlands)):
        with app.test_request_context(headers={"Accept-Language": code}):
            assert number(value, digits, signed=signed) == written


def test_shares_and_days(app: Flask) -> None:
    """As a percentage of what lies between 0 and 1, and with the month's name."""
    with app.test_request_context(headers={"Accept-Language": "nl"}):
        assert (percent(0.125), percent(0.1234, 1), percent(1), percent(None)) == ("13%", "12,3%", "100%", "–")
        assert (day(date(2026, 3, 5)), day(None)) == ("5 mrt 2026", "–")
    with app.test_request_context():
        assert (percent(0.285), percent(0.1234, 1)) == ("29%", "12.3%")
        assert day(date(2026, 3, 5)) == "5 Mar 2026"


def test_values_in_templates_are_escaped(app: Flask) -> None:
    """Whatever stands in a message's places is text; the tags of the message itself are tags."""
    said = """{{ _("<q>%(it)s</q> 5%%", it=it) }} {{ ngettext("%(n)s <b>", "%(n)s <i>%(it)s", 2000, it=it) }}"""
    with app.test_request_context():
        shown = app.jinja_env.from_string(said).render(it="<script>")
    assert shown == "<q>&lt;script&gt;</q> 5% 2,000 <i>&lt;script&gt;"


def test_the_choice_is_kept(client: FlaskClient) -> None:
    """The form at the foot of a page changes the language from then on, and comes back to the page."""
    page = client.get("/sign-in?next=/contacts")
    assert '<html lang="en">' in page.text
    token = re.findall(r'name="csrf_token"[^>]*value="([^"]+)"', page.text)[-1]
    chosen = {"language": "nl", "next": "/sign-in?next=/contacts"}
    assert client.post("/language", data=chosen).headers.getlist("Set-Cookie") == []
    answer = client.post("/language", data={**chosen, "csrf_token": token})
    assert answer.headers["Location"] == "/sign-in?next=/contacts"
    page = client.get("/sign-in")
    assert '<html lang="nl">' in page.text
    assert "Wachtwoord" in page.text
    elsewhere = {"language": "xx", "next": "https://elsewhere.example/", "csrf_token": token}
    assert client.post("/language", data=elsewhere).headers["Location"] == "/"
    assert '<html lang="en">' in client.get("/sign-in").text
