"""The API by rows: what is asked, with what key, and what comes back; on both databases where it writes."""

import base64
import logging
import threading
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import func, select
from sqlalchemy.exc import OperationalError
from werkzeug.test import TestResponse

from bot.accounts import Role
from bot.app import Parts, assemble, create_app
from bot.settings import Settings
from bot.web.api import PER_KEY
from storage.models import contacts, invitations, opt_outs
from tests.conftest import SECRET

NOON = datetime(2026, 1, 6, 12, tzinfo=UTC)  # a Tuesday
PHONE = "+31600000001"
GOOD = {"reference": "call-1", "phone": PHONE, "ended_at": "2026-01-06T12:55:00+01:00"}


@pytest.fixture
def parts(database_url: str, tmp_path: Path) -> Iterator[Parts]:
    """An installation at noon on a Tuesday."""
    plain = {"folder": tmp_path, "database": {"url": database_url}, "secrets": {"secret_key": SECRET}}
    assembled = assemble(Settings.model_validate(plain), lambda: NOON)
    yield assembled
    assembled.database.dispose()


@pytest.fixture
def client(parts: Parts) -> FlaskClient:
    return create_app(parts).test_client(use_cookies=False)


@pytest.fixture
def keys(parts: Parts) -> Mapping[str, str]:
    """A key of each role, and those that open nothing."""
    made = {role.value: parts.accounts.add_key(role, role) for role in (Role.TRIGGER, Role.ANALYST, Role.ADMIN)}
    made["revoked"] = parts.accounts.add_key("revoked", Role.ADMIN)
    parts.accounts.revoke_key("revoked")
    return {**made, "unknown": "nw_unknown"}


def bearer(key: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {key}"}


def is_problem(response: TestResponse, status: int) -> dict[str, Any]:
    """What the problem says, when it is one and has that status."""
    assert response.status_code == status, response.text
    assert response.content_type == "application/problem+json"
    told: dict[str, Any] = response.get_json()
    assert told["status"] == status
    assert told["title"]
    assert told["detail"].endswith((".", "}."))
    return told


def rows(parts: Parts, table: Any) -> int:
    with parts.database.read() as connection:
        return connection.execute(select(func.count()).select_from(table)).scalar_one()


def test_a_contact_is_decided_and_found_again(parts: Parts, client: FlaskClient, keys: Mapping[str, str]) -> None:
    """201 with the decision and where it is; 200 with the same decision whenever it is reported again."""
    asked = {**GOOD, "queue": "billing", "agent": "a17", "touchpoint": "invoice", "attributes": {"product": "fibre"}}
    first = client.post("/api/v1/contacts", json=asked, headers=bearer(keys["trigger"]))
    assert first.status_code == 201
    decision = first.get_json()
    assert (decision["decision"], decision["reason"], decision["state"]) == ("invited", None, "scheduled")
    assert (decision["due_at"], decision["source"]) == ("2026-01-06T12:05:00Z", "api")
    assert (decision["queue"], decision["agent"], decision["touchpoint"]) == ("billing", "a17", "invoice")
    again = client.post("/api/v1/contacts", json={**asked, "phone": "+31600000009"}, headers=bearer(keys["trigger"]))
    assert (again.status_code, again.get_json()) == (200, decision)
    found = client.get(first.headers["Location"], headers=bearer(keys["analyst"]))
    assert (found.status_code, found.get_json()) == (200, decision)
    assert rows(parts, invitations) == 1


def test_a_refusal_says_why(client: FlaskClient, keys: Mapping[str, str]) -> None:
    """Nobody is invited twice in the quarantine; reason, sentence and the end of it are told."""
    client.post("/api/v1/contacts", json=GOOD, headers=bearer(keys["trigger"]))
    second = client.post("/api/v1/contacts", json={**GOOD, "reference": "call-2"}, headers=bearer(keys["trigger"]))
    decision = second.get_json()
    assert (second.status_code, decision["decision"], decision["reason"]) == (201, "not_invited", "quarantined")
    assert decision["until"] == "2026-04-06T12:00:00Z"
    assert "not long ago" in decision["sentence"]
    assert decision["state"] is None


@pytest.mark.parametrize("reference", ["a/b", "a//b", "/a", "a b?c#d&e=%20", "ünï\u00a0✓", "..a", "a/", "%2F"])
def test_a_reference_holds_any_characters(client: FlaskClient, keys: Mapping[str, str], reference: str) -> None:
    """Whatever the other system calls a contact, its address leads back to it."""
    reported = client.post("/api/v1/contacts", json={**GOOD, "reference": reference}, headers=bearer(keys["admin"]))
    found = client.get(reported.headers["Location"], headers=bearer(keys["admin"]))
    assert (found.status_code, found.get_json()["reference"]) == (200, reference)


@pytest.mark.parametrize("same", ["reference", "phone"])
def test_racing_requests_invite_once(parts: Parts, client: FlaskClient, keys: Mapping[str, str], same: str) -> None:
    """The same contact, or the same person, reported many times at one moment: one invitation, and no error."""
    start, answers = threading.Barrier(6), []

    def report(number: int) -> None:
        asked = {**GOOD, **({"reference": f"call-{number}"} if same == "phone" else {})}
        start.wait()
        answers.append(client.post("/api/v1/contacts", json=asked, headers=bearer(keys["trigger"])))

    threads = [threading.Thread(target=report, args=(number,)) for number in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    statuses = sorted(answer.status_code for answer in answers)
    assert statuses == ([200] * 5 + [201] if same == "reference" else [201] * 6)
    assert len({answer.text for answer in answers}) == (1 if same == "reference" else 6)
    assert (rows(parts, invitations), rows(parts, contacts)) == (1, 1 if same == "reference" else 6)


FAULTY: list[tuple[dict[str, Any], str, str]] = [
    ({"quue": "billing"}, "#/quue", "did you mean queue?"),
    ({"weather": "wet"}, "#/weather", "known are reference, phone"),
    ({"reference": ""}, "#/reference", "at least 1"),
    ({"reference": "  "}, "#/reference", "people can read"),
    ({"reference": "x" * 201}, "#/reference", "200 characters"),
    ({"reference": "a\x00b"}, "#/reference", "people can read"),
    ({"phone": "12ab"}, "#/phone", "+31600000001"),
    ({"phone": 31600000001}, "#/phone", "quotation marks"),
    ({"ended_at": "2026-01-06T12:00:00"}, "#/ended_at", "+01:00"),
    ({"ended_at": "yesterday"}, "#/ended_at", "+01:00"),
    ({"ended_at": "2026-01-07T12:00:00Z"}, "#/ended_at", "when it has ended"),
    ({"channel": "fax"}, "#/channel", "'sms'"),
    ({"language": "klingon"}, "#/language", "as in nl"),
    ({"country": "XX"}, "#/country", "as in NL"),
    ({"country": "Netherlands"}, "#/country", "10 characters"),
    ({"queue": "x" * 101}, "#/queue", "100 characters"),
    ({"attributes": ["a"]}, "#/attributes", "names and texts"),
    ({"attributes": {"a/b~c": 1}}, "#/attributes/a~1b~0c", "quotation marks"),
    ({"attributes": {str(n): "x" for n in range(21)}}, "#/attributes", "20"),
]


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
@pytest.mark.parametrize(("changes", "pointer", "remedy"), FAULTY, ids=[str(row[0])[:40] for row in FAULTY])
def test_a_faulty_field_is_named_with_the_remedy(
    parts: Parts, client: FlaskClient, keys: Mapping[str, str], changes: dict[str, Any], pointer: str, remedy: str
) -> None:
    """422 with a JSON pointer and what to do; nothing is kept, and what was sent is not repeated."""
    response = client.post("/api/v1/contacts", json={**GOOD, **changes}, headers=bearer(keys["trigger"]))
    told = is_problem(response, 422)
    assert [error["pointer"] for error in told["errors"]] == [pointer]
    assert told["errors"][0]["detail"]
    assert remedy in told["errors"][0]["remedy"]
    assert PHONE not in response.text.replace("as in +31600000001", "")
    assert rows(parts, contacts) == 0


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_all_faults_are_told_at_once(client: FlaskClient, keys: Mapping[str, str]) -> None:
    """Whoever connects a system need not mend one field after the other."""
    told = is_problem(client.post("/api/v1/contacts", json={"x": 1}, headers=bearer(keys["admin"])), 422)
    assert {error["pointer"] for error in told["errors"]} == {"#/reference", "#/phone", "#/ended_at", "#/x"}


REQUESTS: list[tuple[str, str, dict[str, Any], int]] = [
    ("POST", "/api/v1/contacts", {"data": "reference=1"}, 415),
    ("POST", "/api/v1/contacts", {"data": "{", "content_type": "application/json"}, 400),
    ("POST", "/api/v1/contacts", {"data": b"\xff\xfe", "content_type": "application/json"}, 400),
    ("POST", "/api/v1/contacts", {"data": "[" * 60_000, "content_type": "application/json"}, 400),
    ("POST", "/api/v1/contacts", {"json": [GOOD]}, 422),
    ("POST", "/api/v1/contacts", {"json": "text"}, 422),
    ("POST", "/api/v1/contacts", {"json": {**GOOD, "queue": "x" * 70_000}}, 413),
    ("PUT", "/api/v1/contacts", {"json": GOOD}, 405),
    ("DELETE", "/api/v1/opt-outs", {}, 405),
    ("GET", "/api/v1/contacts/unknown", {}, 404),
    ("GET", "/api/v1/nothing", {}, 404),
    ("GET", "/api/", {}, 404),
    ("GET", "/api/v1/contacts?limit=0", {}, 422),
    ("GET", "/api/v1/contacts?limt=5", {}, 422),
    ("GET", "/api/v1/contacts?queue=%00", {}, 422),
    ("GET", "/api/v1/contacts?cursor=abcd", {}, 422),
    ("GET", "/api/v1/contacts/a%00b", {}, 422),
    ("POST", "/api/v1/opt-outs", {"json": {"phone": "anonymous"}}, 422),
    ("POST", "/api/v1/opt-outs", {"json": {"phone": PHONE, "undo": "no"}}, 422),
]


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
@pytest.mark.parametrize(("method", "target", "sent", "status"), REQUESTS, ids=[f"{m} {t}" for m, t, _, _ in REQUESTS])
def test_whatever_cannot_be_done_is_a_problem(
    client: FlaskClient, keys: Mapping[str, str], method: str, target: str, sent: dict[str, Any], status: int
) -> None:
    """Every error has the same shape, also where there is no such address or method."""
    response = client.open(target, method=method, headers=bearer(keys["admin"]), **sent)
    told = is_problem(response, status)
    assert status != 405 or {"GET", "POST"} <= set(response.headers["Allow"].split(", "))
    for error in told.get("errors", []):
        assert ("parameter" in error) == (method == "GET")


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
@pytest.mark.parametrize(
    ("method", "target", "sent", "roles"),
    [
        ("POST", "/api/v1/contacts", {"json": GOOD}, {"trigger", "admin"}),
        ("GET", "/api/v1/contacts/unknown", {}, {"trigger", "analyst", "admin"}),
        ("GET", "/api/v1/contacts", {}, {"analyst", "admin"}),
        ("POST", "/api/v1/opt-outs", {"json": {"phone": PHONE}}, {"trigger", "admin"}),
        ("GET", "/api/v1/opt-outs", {}, {"analyst", "admin"}),
    ],
)
def test_a_key_opens_what_its_role_includes(
    client: FlaskClient, keys: Mapping[str, str], method: str, target: str, sent: dict[str, Any], roles: set[str]
) -> None:
    """401 without a key that is in use, 403 where the role does not include it, both with WWW-Authenticate."""
    for name, key in keys.items():
        response = client.open(target, method=method, headers=bearer(key), **sent)
        if name in roles:
            assert response.status_code in (200, 201, 404)
        else:
            is_problem(response, 403 if name in ("trigger", "analyst", "admin") else 401)
            assert response.headers["WWW-Authenticate"].startswith('Bearer realm="nawoord", error=')
    for header in ({}, {"Authorization": "Basic abc"}, {"Authorization": "Bearer "}, {"Authorization": keys["admin"]}):
        response = client.open(target, method=method, headers=header, **sent)
        is_problem(response, 401)
        assert response.headers["WWW-Authenticate"] == 'Bearer realm="nawoord"'


def test_contacts_are_paged_from_the_newest_on(client: FlaskClient, keys: Mapping[str, str]) -> None:
    """Every contact comes once, on one page; filters hold together."""
    for number in range(5):
        asked = {**GOOD, "reference": f"call-{number}", "queue": "billing" if number % 2 else "returns"}
        client.post("/api/v1/contacts", json=asked, headers=bearer(keys["admin"]))
    seen: list[str] = []
    asked = {"limit": "2"}
    while True:
        page = client.get("/api/v1/contacts", query_string=asked, headers=bearer(keys["analyst"])).get_json()
        seen += [line["reference"] for line in page["contacts"]]
        if page["next"] is None:
            break
        asked = {"limit": "2", "cursor": page["next"]}
    assert seen == [f"call-{number}" for number in (4, 3, 2, 1, 0)]
    forged = base64.urlsafe_b64encode(b"2026-01-06T12:00:00+00:00 \0").decode()
    is_problem(client.get("/api/v1/contacts", query_string={"cursor": forged}, headers=bearer(keys["analyst"])), 422)
    target = "/api/v1/contacts?queue=returns&decision=not_invited&reason=quarantined"
    filtered = client.get(target, headers=bearer(keys["analyst"])).get_json()["contacts"]
    assert [line["reference"] for line in filtered] == ["call-4", "call-2"]


def test_an_opt_out_holds_at_once_and_can_be_undone(parts: Parts, client: FlaskClient, keys: Mapping[str, str]) -> None:
    """What was to be sent is not, the next contact is refused, and after undoing the person may be asked again."""
    client.post("/api/v1/contacts", json=GOOD, headers=bearer(keys["trigger"]))
    for _ in range(2):
        noted = client.post("/api/v1/opt-outs", json={"phone": "+31 6 00000001"}, headers=bearer(keys["trigger"]))
        assert (noted.status_code, noted.get_json()) == (200, {"opted_out": True})
    assert client.get("/api/v1/contacts/call-1", headers=bearer(keys["trigger"])).get_json()["state"] == "opted_out"
    refused = client.post("/api/v1/contacts", json={**GOOD, "reference": "call-2"}, headers=bearer(keys["trigger"]))
    assert refused.get_json()["reason"] == "opted_out"
    latest = client.get("/api/v1/opt-outs", headers=bearer(keys["analyst"]))
    assert latest.get_json() == {"count": 1, "latest": [{"at": "2026-01-06T12:00:00Z", "how": "api"}]}
    asked = {"phone": "0600000001", "country": "nl", "undo": True}
    undone = client.post("/api/v1/opt-outs", json=asked, headers=bearer(keys["trigger"]))
    assert (undone.status_code, undone.get_json(), rows(parts, opt_outs)) == (200, {"opted_out": False}, 0)


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_too_many_requests_with_one_key_are_refused(
    client: FlaskClient, keys: Mapping[str, str], monkeypatch: pytest.MonkeyPatch, parts: Parts
) -> None:
    """429 says how long to wait; another key is not affected."""
    monkeypatch.setattr("bot.web.api.PER_KEY", "3 per minute")
    assert PER_KEY == "1200 per minute"
    limited = create_app(parts).test_client(use_cookies=False)
    answers = [limited.get("/api/v1/opt-outs", headers=bearer(keys["admin"])) for _ in range(4)]
    assert [answer.status_code for answer in answers] == [200, 200, 200, 429]
    is_problem(answers[-1], 429)
    assert answers[-1].headers["Retry-After"] == "60"
    assert limited.get("/api/v1/opt-outs", headers=bearer(keys["analyst"])).status_code == 200


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_a_database_that_does_not_answer_is_no_failure_of_the_client(
    parts: Parts, client: FlaskClient, keys: Mapping[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """503 with when to come back; and what nobody thought of is a 500 that shows nothing of itself."""

    def fail(error: Exception) -> None:
        def take(*_: Any) -> None:
            raise error

        monkeypatch.setattr(parts.invitations, "take", take)

    fail(OperationalError("SELECT", {}, Exception(PHONE)))
    response = client.post("/api/v1/contacts", json=GOOD, headers=bearer(keys["admin"]))
    assert "nothing was taken" in is_problem(response, 503)["detail"]
    assert response.headers["Retry-After"] == "5"
    fail(RuntimeError(PHONE))
    response = client.post("/api/v1/contacts", json=GOOD, headers=bearer(keys["admin"]))
    assert PHONE not in str(is_problem(response, 500))


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_no_number_reaches_an_address_or_a_log(
    client: FlaskClient, keys: Mapping[str, str], caplog: pytest.LogCaptureFixture
) -> None:
    """Neither when a contact is taken nor when it is refused."""
    caplog.set_level(logging.DEBUG)
    taken = client.post("/api/v1/contacts", json=GOOD, headers=bearer(keys["admin"]))
    client.post("/api/v1/contacts", json={**GOOD, "reference": "call-2", "x": PHONE}, headers=bearer(keys["admin"]))
    assert PHONE[3:] not in caplog.text + taken.headers["Location"] + taken.text


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_the_api_knows_no_cookies(client: FlaskClient, keys: Mapping[str, str]) -> None:
    """Nothing a browser sends along by itself opens it, and it sets nothing."""
    response = client.get("/api/v1/opt-outs", headers=bearer(keys["admin"]))
    assert "Set-Cookie" not in response.headers
    assert response.headers["Cache-Control"] == "no-store"


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_the_documentation_names_everything_and_asks_nobody_outside(client: FlaskClient) -> None:
    """Every operation stands on the page, which loads nothing from elsewhere and runs no script."""
    document = client.get("/api/v1/openapi.json").get_json()
    page = client.get("/api/v1/docs")
    for path, item in document["paths"].items():
        for operation in item.values():
            assert f'id="{operation["operationId"]}"' in page.text
            assert operation["summary"] in page.text
            assert operation["x-roles"]
        assert f"/api{path}".replace("{", "{") in page.text
    assert "<script" not in page.text
    assert "style=" not in page.text
    assert "default-src 'none'" in page.headers["Content-Security-Policy"]


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_the_example_of_the_documentation_works(client: FlaskClient, keys: Mapping[str, str]) -> None:
    """What is shown as a request to copy is taken as it stands."""
    document = client.get("/api/v1/openapi.json").get_json()
    example = document["components"]["schemas"]["Contact"]["example"]
    fresh = {**example, "ended_at": (NOON - timedelta(minutes=5)).isoformat()}
    assert client.post("/api/v1/contacts", json=fresh, headers=bearer(keys["trigger"])).status_code == 201
