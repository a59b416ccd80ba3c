"""The shape of the project: who may import whom, and where each library lives."""

import ast
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

PROJECT = Path(__file__).resolve().parent.parent

MAY_IMPORT = {
    "flows": {"flows"},
    "storage": {"storage", "flows"},
    "nlp": {"nlp", "flows"},
    "bot": {"bot", "flows", "storage", "nlp"},
}
"""The folders, and which folders each of them may know."""

HOMES = {
    "flask": {"bot/web", "bot/app.py"},
    "itsdangerous": {"bot/web", "bot/tickets.py"},
    "werkzeug": {"bot/web", "bot/carriers/sandbox.py"},
    "twilio": {"bot/twiml.py", "bot/carriers/twilio.py"},
    "requests": {"bot/carriers/twilio.py"},
    "sqlalchemy": {"storage"},
    "alembic": {"storage"},
    "cryptography": {"storage"},
    "apscheduler": {"bot/worker.py"},
    "granian": {"bot/server.py"},
    "click": {"bot/cli"},
    "rich": {"bot/cli"},
    "argon2": {"bot/accounts.py"},
    "flask_limiter": {"bot/web"},
    "flask_login": {"bot/web"},
    "flask_openapi3": {"bot/web", "bot/app.py"},
    "flask_wtf": {"bot/web"},
    "wtforms": {"bot/web"},
    "holidays": {"bot/calendars.py"},
    "openpyxl": {"bot/sheets.py"},
    "xlsxwriter": {"bot/reporting/writers.py"},
    "babel": {"bot/web"},
    "vl_convert": {"bot/web/charts.py"},
    "prometheus_client": {"bot/metrics.py"},
    "spacy": {"nlp"},
    "thinc": {"nlp"},
    "py3langid": {"nlp/identify.py"},
    "sklearn": {"nlp"},
    "markupsafe": {"bot/web"},
    "numpy": {"nlp", "flows/importance.py", "flows/levels.py"},
    "scipy": {"nlp", "flows/quantiles.py"},
    "pyarrow": {"bot/comments.py", "bot/reporting/writers.py"},
    "phonenumbers": {"bot/addresses.py"},
    "pydantic": {"bot/config.py", "bot/sections.py", "bot/settings.py", "bot/web"},
    "yaml": {"flows/document.py", "bot/config.py"},
}
"""Every third-party library has one home; what is not named here may not be imported."""

PURE = {"random", "secrets", "time", "logging", "os", "socket", "uuid", "threading"}
"""What the deciding folder must not know: no ids, randomness, logging or effects."""

CLOCKS = {"now", "utcnow", "today", "fromtimestamp"}
"""What it must not ask: times enter as arguments."""


def modules(folder: str) -> Iterator[tuple[str, ast.Module]]:
    for path in sorted((PROJECT / folder).rglob("*.py")):
        yield path.relative_to(PROJECT).as_posix(), ast.parse(path.read_text(encoding="utf-8"))


def imported(tree: ast.Module) -> set[str]:
    """The top-level names of everything the module imports."""
    names: set[str] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            names |= {alias.name.partition(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            names.add(node.module.partition(".")[0])
    return names


ALL = [(path, tree) for folder in MAY_IMPORT for path, tree in modules(folder)]


@pytest.mark.parametrize(("path", "tree"), ALL, ids=[path for path, _ in ALL])
def test_imports_keep_to_the_folders(path: str, tree: ast.Module) -> None:
    """A folder imports only what it may, and each library only at its home."""
    folder = path.partition("/")[0]
    for name in imported(tree):
        if name in MAY_IMPORT:
            assert name in MAY_IMPORT[folder], f"{path} imports {name}"
        elif name not in sys.stdlib_module_names and name != "_typeshed":
            homes = HOMES.get(name, set())
            assert any(path.startswith(home) for home in homes), f"{path} imports {name}, which lives in {homes}"


@pytest.mark.parametrize(("path", "tree"), list(modules("flows")), ids=[path for path, _ in modules("flows")])
def test_deciding_is_pure(path: str, tree: ast.Module) -> None:
    """What decides knows no clock, no randomness and no world outside."""
    assert imported(tree) & PURE == set(), path
    assert {node.attr for node in ast.walk(tree) if isinstance(node, ast.Attribute)} & CLOCKS == set(), path


@pytest.mark.parametrize(("path", "tree"), ALL, ids=[path for path, _ in ALL])
def test_a_module_says_in_one_sentence_what_it_is(path: str, tree: ast.Module) -> None:
    """Every module has a docstring whose first line stands for the whole."""
    assert (ast.get_docstring(tree) or "").partition("\n")[0].endswith("."), path


@pytest.mark.parametrize(("path", "tree"), ALL, ids=[path for path, _ in ALL])
def test_modules_stay_short(path: str, tree: ast.Module) -> None:
    """What no longer fits on a few screens has become two things."""
    assert len((PROJECT / path).read_text(encoding="utf-8").splitlines()) <= 300, path
