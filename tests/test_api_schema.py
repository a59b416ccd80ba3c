"""The API keeps to its own OpenAPI document, whatever is sent: Schemathesis tries, with a key and without."""

import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import schemathesis
from flask import Flask
from hypothesis import HealthCheck, assume, given, settings
from schemathesis import APIOperation, BaseSchema, Case, GenerationMode, checks
from schemathesis.core.result import Ok

from bot.accounts import Role
from bot.app import Parts, assemble, create_app
from bot.settings import Settings

DOCUMENT = "/api/v1/openapi.json"
EVERY_TIME_ALIKE = settings(
    # Most operations share their parameters, so that each of these is tried a hundred times and more.
    max_examples=15,
    deadline=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much, HealthCheck.function_scoped_fixture],
)

UNREAD = settings(EVERY_TIME_ALIKE, max_examples=5)
"""For requests of which nothing is read."""

SENSIBLE: dict[str, Any] = {
    "phone": "+31600000001",
    "country": "nl",
    "language": "nl-BE",
    "ended_at": "2026-01-06T12:00:00.5+01:00",
    "attributes": {"product": "fibre"},
    "from": "2026-01-01",
    "to": "2026-01-31",
}


@pytest.fixture(scope="module")
def parts(migrated_sqlite: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Parts]:
    """A migrated and empty installation."""
    folder = tmp_path_factory.mktemp("api")
    (folder / "var").mkdir()
    shutil.copy(migrated_sqlite, folder / "var" / "nawoord.db")
    assembled = assemble(Settings(folder=folder))
    yield assembled
    assembled.database.dispose()


@pytest.fixture(scope="module")
def app(parts: Parts) -> Flask:
    return create_app(parts)


@pytest.fixture(scope="module")
def admin(parts: Parts) -> dict[str, str]:
    """The header of a key that may do everything."""
    return {"Authorization": f"Bearer {parts.accounts.add_key('admin', Role.ADMIN)}"}


@pytest.fixture(scope="module")
def described(app: Flask) -> BaseSchema:
    """The document, as Schemathesis reads it."""
    schema = schemathesis.openapi.from_wsgi(DOCUMENT, app)
    assert len(operations(schema)) >= 5
    return schema


def test_the_document_is_valid(described: BaseSchema) -> None:
    """It keeps to the rules of OpenAPI 3.1."""
    assert described.raw_schema["openapi"].startswith("3.1")
    described.validate()


@pytest.mark.parametrize("mode", list(GenerationMode))
def test_what_comes_back_is_what_the_document_says(
    described: BaseSchema, admin: dict[str, str], mode: GenerationMode
) -> None:
    """With a key: no failure of ours, no answer unknown to the document, nothing good refused, nothing bad taken."""
    for operation in operations(described):

        @EVERY_TIME_ALIKE
        @given(operation.as_strategy(generation_mode=mode))
        def ask(case: Case[Any]) -> None:
            if mode is GenerationMode.POSITIVE:
                make_sense(case)
            assume(is_sent_as_it_is(case))
            case.call_and_validate(headers=admin)

        ask()


def test_nothing_is_told_without_a_key(described: BaseSchema) -> None:
    """Without a key every request is refused before it is read, and as the document says."""
    for operation in operations(described):

        @UNREAD
        @given(operation.as_strategy(generation_mode=GenerationMode.NEGATIVE))
        def ask(case: Case[Any]) -> None:
            case.headers.pop("Authorization", None)
            response = case.call()
            assert response.status_code == 401
            case.validate_response(response, checks=[checks.response_schema_conformance])

        ask()


def operations(described: BaseSchema) -> list[APIOperation[Any, Any, Any, Any]]:
    return [found.ok() for found in described.get_all_operations() if isinstance(found, Ok)]


def make_sense(case: Case[Any]) -> None:
    """Numbers that exist and times that have passed; no cursors: no schema can say what these are."""
    case.query.pop("cursor", None)
    for sent in (case.body, case.query):
        if isinstance(sent, dict):
            sent.update({name: value for name, value in SENSIBLE.items() if sent.get(name) is not None})


def is_sent_as_it_is(case: Case[Any]) -> bool:
    """Whether the address can say what was made up: what is empty is not sent, and one item looks like a list of it."""
    lists = {each["name"] for each in case.operation.definition.raw.get("parameters", ()) if "items" in each["schema"]}
    return not any(
        value in ([], {}) or (name in lists and not isinstance(value, list | dict))
        for name, value in case.query.items()
    )
