"""Up, ready, and who may look: answers for load balancers, operators and Prometheus."""

from collections.abc import Iterator, Mapping
from contextlib import closing
from datetime import timedelta
from pathlib import Path
from threading import Event
from typing import Any

import pytest
from werkzeug.test import Client, TestResponse

from bot.accounts import Role
from bot.app import create_app
from bot.readiness import Check, Readiness
from storage import heartbeats
from storage.database import Database, downgrade
from tests.wire import Wire

HERE = "127.0.0.1"
AWAY = "203.0.113.9"


@pytest.fixture
def wire(database_url: str) -> Iterator[Wire]:
    """An application whose worker has just come by."""
    with closing(Wire.to(database_url)) as made:
        with made.parts.database.write() as connection:
            heartbeats.beat(connection, "one", made.clock())
        yield made


def asked(wire: Wire, path: str, address: str = AWAY, **headers: str) -> TestResponse:
    """The answer to somebody who asks from that address."""
    client = Client(create_app(wire.parts), use_cookies=False)
    return client.get(path, environ_overrides={"REMOTE_ADDR": address}, headers=headers)


def standing(response: TestResponse) -> dict[str, bool]:
    told: Any = response.json
    return {check["name"]: check["ok"] for check in told["checks"]}


def test_it_is_ready(wire: Wire) -> None:
    """Database, tables and worker are as they should be; strangers learn no more than that."""
    response = asked(wire, "/readyz")
    assert response.status_code == 200
    assert response.json == {
        "ready": True,
        "checks": [
            {"name": name, "ok": True}
            for name in ("database", "migrations", "exports", "announcements", "themes", "worker")
        ],
    }
    assert response.headers["Cache-Control"] == "no-store"


def test_a_model_that_cannot_be_used_is_told(wire: Wire) -> None:
    """Surveys go on, for verbatims are read by the rules; whoever watches the check sees why."""
    with wire.parts.database.write() as connection:
        heartbeats.tell(connection, "one", "model 0123 is not what was saved", 7)
    response = asked(wire, "/readyz")
    assert response.status_code == 200
    assert not standing(response)["themes"]
    key = wire.parts.accounts.add_key("prometheus", Role.ADMIN)
    told = asked(wire, "/metrics", Authorization=f"Bearer {key}").text
    assert 'nawoord_check{check="themes"} 0.0' in told
    assert "nawoord_verbatims_untagged 7.0" in told


def test_it_is_not_ready_without_a_worker(wire: Wire) -> None:
    """A worker that has not come by for too long counts as gone; who answers calls only may leave that out."""
    wire.clock.advance(seconds=120)
    assert asked(wire, "/readyz").status_code == 200
    wire.clock.advance(seconds=1)
    response = asked(wire, "/readyz")
    assert (response.status_code, standing(response)["worker"]) == (503, False)
    assert asked(wire, "/readyz?exclude=worker").status_code == 200


def test_it_is_not_ready_where_no_worker_ever_was(database_url: str) -> None:
    """As long as nobody has come by, nothing is sent."""
    with closing(Wire.to(database_url)) as wire:
        assert standing(asked(wire, "/readyz")) == {
            "database": True,
            "migrations": True,
            "exports": True,
            "announcements": True,
            "worker": False,
        }


def test_it_is_not_ready_with_other_tables(blank_url: str) -> None:
    """A database that was not brought up to date, or is none of ours."""
    with closing(Wire.to(blank_url)) as wire:
        response = asked(wire, "/readyz")
        assert (response.status_code, standing(response)) == (503, {"database": True, "migrations": False})


def test_it_is_not_ready_without_its_database() -> None:
    """A server that is not there is told without saying where it should be; the process is up all the same."""
    with closing(Wire.to("postgresql://nawoord:hush@127.0.0.1:1/nawoord", {"monitoring": {"open_to": [HERE]}})) as wire:
        for path, status in (("/readyz", 503), ("/metrics", 503)):
            response = asked(wire, path, HERE)
            assert response.status_code == status
            assert "hush" not in response.text
        assert standing(asked(wire, "/readyz")) == {"database": False}
        up = asked(wire, "/healthz")
        assert (up.status_code, up.text) == (200, "ok")


def test_a_database_that_hangs_keeps_nobody_waiting(database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    """After a moment the answer is no, for this look and for those behind it."""
    free = Event()
    monkeypatch.setattr("bot.readiness.LONGEST_LOOK", 0.05)
    monkeypatch.setattr("bot.readiness.at_head", lambda _: not free.wait())
    readiness = Readiness(database, lambda: None, timedelta(minutes=2))  # type: ignore[arg-type,return-value]
    try:
        for _ in range(2):
            assert readiness.look() == (Check("database", False, "no answer within 0.05 seconds"),)
    finally:
        free.set()


@pytest.mark.parametrize(
    ("settings", "address", "headers", "may"),
    [
        ({}, HERE, {}, False),
        ({}, AWAY, {}, False),
        ({"carrier": "sandbox"}, HERE, {}, True),
        ({"carrier": "sandbox"}, "::1", {}, True),
        ({"carrier": "sandbox"}, "::ffff:127.0.0.1", {}, True),
        ({"carrier": "sandbox"}, AWAY, {}, False),
        ({"carrier": "sandbox"}, "", {}, False),
        ({"carrier": "sandbox"}, HERE, {"X-Forwarded-For": HERE}, False),
        ({"carrier": "sandbox"}, HERE, {"Forwarded": "for=127.0.0.1"}, False),
        ({"carrier": "sandbox", "monitoring": {"open_to": []}}, HERE, {}, False),
        ({"monitoring": {"open_to": ["203.0.113.0/24", "10.0.0.7"]}}, AWAY, {}, True),
        ({"monitoring": {"open_to": ["203.0.113.0/24", "10.0.0.7"]}}, "10.0.0.7", {}, True),
        ({"monitoring": {"open_to": ["203.0.113.0/24", "10.0.0.7"]}}, "10.0.0.8", {}, False),
        ({"monitoring": {"open_to": ["203.0.113.0/24"]}}, AWAY, {"X-Forwarded-For": "10.1.1.1"}, False),
        ({"monitoring": {"open_to": ["203.0.113.0/24"]}}, AWAY, {"Authorization": "Bearer nobody's"}, False),
    ],
)
def test_numbers_are_for_those_who_run_it(
    settings: Mapping[str, Any], address: str, headers: Mapping[str, str], may: bool, migrated_sqlite: Path
) -> None:
    """From addresses that are listed and not behind a proxy; nobody is trusted for being on the same machine."""
    with closing(Wire.to(f"sqlite:///{migrated_sqlite}", settings)) as wire:
        response = asked(wire, "/metrics", address, **headers)
        assert response.status_code == (200 if may else 401)
        assert ("detail" in asked(wire, "/readyz", address, **headers).text) is may


@pytest.mark.parametrize("role", [Role.TRIGGER, Role.ANALYST, Role.ADMIN])
def test_a_key_of_an_admin_opens_the_numbers(role: Role, wire: Wire) -> None:
    """And no other key, from wherever it is used."""
    key = wire.parts.accounts.add_key("prometheus", role)
    response = asked(wire, "/metrics", Authorization=f"Bearer {key}", **{"X-Forwarded-For": AWAY})
    assert response.status_code == (200 if role is Role.ADMIN else 401)
    if role is Role.ADMIN:
        assert 'nawoord_check{check="worker"} 1.0' in response.text
        assert response.content_type.startswith("text/plain; version=")
        wire.parts.accounts.revoke_key("prometheus")
        assert asked(wire, "/metrics", Authorization=f"Bearer {key}").status_code == 401


def test_tables_of_an_earlier_version_are_told_with_the_remedy(blank_url: str) -> None:
    """Whoever may look in detail reads what to do."""
    with closing(Wire.to(blank_url, {"monitoring": {"open_to": [HERE]}})) as wire:
        downgrade(wire.parts.database)
        assert "run `nawoord db upgrade`" in asked(wire, "/readyz", HERE).text
