"""Verbatims through the API: they are read masked, and what an analyst decides stands under the name of the key."""

from collections.abc import Iterator
from typing import Any

import pytest
from flask.testing import FlaskClient

from bot.accounts import Role
from bot.app import create_app
from tests.wire import Wire, texted


@pytest.fixture
def wire(database_url: str) -> Iterator[Wire]:
    opened = Wire.to(database_url)
    for turn, body in enumerate(("survey", "2", "5", "veel te lang gewacht, bel me op 06 12345678")):
        opened.post(texted(f"SM{turn}", body))
    opened.parts.verbatims.tag_due()
    yield opened
    opened.close()


@pytest.fixture
def client(wire: Wire) -> FlaskClient:
    return create_app(wire.parts).test_client(use_cookies=False)


@pytest.fixture
def analyst(wire: Wire) -> dict[str, str]:
    return {"Authorization": f"Bearer {wire.parts.accounts.add_key('analyst', Role.ANALYST)}"}


def only(client: FlaskClient, analyst: dict[str, str]) -> dict[str, Any]:
    """The one verbatim there is."""
    (found,) = client.get("/api/v1/verbatims", headers=analyst).get_json()["verbatims"]
    return dict(found)


def test_a_verbatim_comes_with_its_themes_and_without_numbers(client: FlaskClient, analyst: dict[str, str]) -> None:
    """Whoever codes sees what was said, how it was rated, and why a theme was found; not whom to call."""
    found = only(client, analyst)
    assert "[phone]" in found["text"]
    assert "12345678" not in str(found)
    assert found["scores"] == {"nps": 2, "ces": 5}
    waiting = next(tag for tag in found["tags"] if tag["theme"] == "waiting_time")
    assert (waiting["sentiment"], waiting["source"], waiting["by"]) == ("negative", "rule", None)
    assert "lang" in " ".join(waiting["evidence"])
    assert client.get(f"/api/v1/verbatims/{found['id']}", headers=analyst).get_json() == found


def test_a_decision_counts_and_is_signed(client: FlaskClient, analyst: dict[str, str]) -> None:
    """What an analyst puts replaces what was found, and says who read it."""
    address = f"/api/v1/verbatims/{only(client, analyst)['id']}/tags"
    body = {"tags": [{"theme": "reachability", "sentiment": "negative"}]}
    decided = client.put(address, json=body, headers=analyst).get_json()
    assert [(tag["theme"], tag["source"], tag["by"]) for tag in decided["tags"]] == [
        ("reachability", "human", "analyst")
    ]
    assert decided["reviewed_by"] == ["analyst"]
    assert client.put(address, json=body, headers=analyst).get_json() == decided


def test_one_theme_can_be_decided_alone(client: FlaskClient, analyst: dict[str, str]) -> None:
    """Who looked for one theme only has said nothing of the others."""
    address = f"/api/v1/verbatims/{only(client, analyst)['id']}/tags"
    decided = client.put(address, json={"tags": [], "themes": ["waiting_time"]}, headers=analyst).get_json()
    assert "waiting_time" not in [tag["theme"] for tag in decided["tags"]]
    assert decided["reviewed_by"] == []


def test_a_theme_that_is_not_there_is_named(client: FlaskClient, analyst: dict[str, str]) -> None:
    """Nothing is kept of it, and the answer says where the keys are."""
    found = only(client, analyst)
    answer = client.put(f"/api/v1/verbatims/{found['id']}/tags", json={"tags": [{"theme": "weather"}]}, headers=analyst)
    assert answer.status_code == 422
    assert "weather" in answer.get_json()["detail"]
    assert only(client, analyst) == found


def test_pages_lead_to_the_end(wire: Wire, client: FlaskClient, analyst: dict[str, str]) -> None:
    """Every verbatim comes once; the last page has no next."""
    for turn, body in enumerate(("survey", "9", "1", "vriendelijk geholpen")):
        wire.post(texted(f"SN{turn}", body, "+31600000002"))
    seen, cursor = [], ""
    while cursor is not None:
        page = client.get(
            "/api/v1/verbatims",
            query_string={"limit": 1, "cursor": cursor} if cursor else {"limit": 1},
            headers=analyst,
        ).get_json()
        seen += [each["id"] for each in page["verbatims"]]
        cursor = page["next"]
    assert len(seen) == len(set(seen)) == 2


@pytest.mark.parametrize("cursor", ["x", "W10=", "eyJhIjoxfQ=="])
def test_a_cursor_that_is_none_of_ours_is_refused(cursor: str, client: FlaskClient, analyst: dict[str, str]) -> None:
    """It says what to send instead."""
    answer = client.get("/api/v1/verbatims", query_string={"cursor": cursor}, headers=analyst)
    assert answer.status_code == 422


def test_there_is_no_such_verbatim(client: FlaskClient, analyst: dict[str, str]) -> None:
    """To look up and to decide alike."""
    assert client.get("/api/v1/verbatims/nothing.why", headers=analyst).status_code == 404
    assert client.put("/api/v1/verbatims/nothing.why/tags", json={"tags": []}, headers=analyst).status_code == 404


def test_only_analysts_may(wire: Wire, client: FlaskClient) -> None:
    """A key that triggers surveys reads no verbatims."""
    trigger = {"Authorization": f"Bearer {wire.parts.accounts.add_key('phone-system', Role.TRIGGER)}"}
    assert client.get("/api/v1/verbatims", headers=trigger).status_code == 403


def test_the_code_frame_is_shown(client: FlaskClient, analyst: dict[str, str]) -> None:
    """With the keys that decisions use, and names for people."""
    frame = client.get("/api/v1/themes", headers=analyst).get_json()
    assert "waiting_time" in [theme["key"] for theme in frame["themes"]]
    assert all(theme["names"] for theme in frame["themes"])
