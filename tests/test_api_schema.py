"""The API keeps to its own OpenAPI document, whatever is sent: Schemathesis tries, with a key, without, and with less."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
import schemathesis
from flask import Flask
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from schemathesis import BaseSchema, Case, GenerationMode, checks

from bot.accounts import Role
from bot.app import Parts, assemble, create_app
from bot.settings import Settings

DOCUMENT = "/api/v1/openapi.json"
EVERY_TIME_ALIKE = settings(
    max_examples=40,
    deadline=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much, HealthCheck.function_scoped_fixture],
)

schemathesis.openapi.format(
    "phone", st.sampled_from(["+31600000001", "+32 470 00 00 01", "+447700900001", "0031600000002"])
)


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
    assert len(list(schema.get_all_operations())) >= 5
    return schema


def test_the_document_is_valid(described: BaseSchema) -> None:
    """It keeps to the rules of OpenAPI 3.1."""
    assert described.raw_schema["openapi"].startswith("3.1")
    described.validate()


@pytest.mark.parametrize("mode", list(GenerationMode))
def test_what_comes_back_is_what_the_document_says(
    described: BaseSchema, admin: dict[str, str], mode: GenerationMode
) -> None:
    """With a key: no failure of ours, no answer the document does not know, nothing good refused and nothing bad taken."""
    for operation in described.get_all_operations():

        @EVERY_TIME_ALIKE
        @given(operation.ok().as_strategy(generation_mode=mode))
        def ask(case: Case) -> None:
            case.call_and_validate(headers=admin)

        ask()


def test_nothing_is_told_without_a_key(described: BaseSchema) -> None:
    """Without a key every request is refused before it is read, and as the document says."""
    for operation in described.get_all_operations():

        @EVERY_TIME_ALIKE
        @given(operation.ok().as_strategy(generation_mode=GenerationMode.NEGATIVE))
        def ask(case: Case) -> None:
            case.headers.pop("Authorization", None)
            response = case.call()
            assert response.status_code == 401
            case.validate_response(response, checks=[checks.response_schema_conformance])

        ask()
