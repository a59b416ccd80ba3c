"""Scores, funnel and answers through the API: the same figures, one role, pages that miss nothing."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import update

from bot.accounts import Role
from bot.app import Parts, assemble, create_app
from bot.settings import Settings
from storage import respondents
from storage.models import sessions
from tests.conftest import SECRET
from tests.tallied import NOON, Surveyed, contact, invite, survey, surveys

PHONE = "+31600000001"


@pytest.fixture
def parts(database_url: str, tmp_path: Path) -> Iterator[Parts]:
    """An installation a day after noon on a Monday."""
    plain = {"folder": tmp_path, "database": {"url": database_url}, "secrets": {"secret_key": SECRET}}
    assembled = assemble(Settings.model_validate(plain), lambda: NOON + timedelta(days=1))
    yield assembled
    assembled.database.dispose()


@pytest.fixture
def client(parts: Parts) -> FlaskClient:
    return create_app(parts).test_client(use_cookies=False)


@pytest.fixture
def analyst(parts: Parts) -> dict[str, str]:
    """The header of a key that may read figures."""
    return {"Authorization": f"Bearer {parts.accounts.add_key('figures', Role.ANALYST)}"}


def read(client: FlaskClient, path: str, header: dict[str, str], status: int = 200) -> Any:
    response = client.get(f"/api/v1/{path}", headers=header)
    assert response.status_code == status, response.text
    return response.get_json()


@pytest.mark.parametrize("path", ["scores", "funnel", "answers"])
def test_figures_are_for_analysts(parts: Parts, client: FlaskClient, path: str) -> None:
    """Whoever may only report contacts reads no figures, and nobody does without a key."""
    trigger = {"Authorization": f"Bearer {parts.accounts.add_key('trigger', Role.TRIGGER)}"}
    read(client, path, trigger, 403)
    read(client, path, {}, 401)


def test_scores_have_intervals(parts: Parts, client: FlaskClient, analyst: dict[str, str]) -> None:
    """The reference's own vector, with the days it is of and what became of it."""
    with parts.database.write() as connection:
        surveys(connection, [10] * 50 + [8] * 30 + [3] * 20)
    told = read(client, "scores", analyst)
    assert (told["from"], told["to"], told["before_to"]) == ("2026-02-04", "2026-03-03", "2026-02-03")
    (nps,) = told["measures"]
    score = nps["now"]["score"]
    assert (nps["question"], score["value"], round(score["low"], 3), round(score["high"], 3)) == (
        "nps",
        30,
        14.051,
        44.201,
    )
    assert nps["change"]["kind"] == "too_few"
    assert {each["dimension"] for each in nps["groups"]} == {"channel", "language", "country"}


def test_scores_can_be_told_apart_and_narrowed(parts: Parts, client: FlaskClient, analyst: dict[str, str]) -> None:
    """By one more dimension; of one name any of several values, of several names all."""
    with parts.database.write() as connection:
        surveys(connection, [9] * 30, queue="billing")
        surveys(connection, [9] * 30, queue="orders", channel="call")
        surveys(connection, [9] * 30)
    (nps,) = read(client, "scores?by=queue&queue=billing&queue=-", analyst)["measures"]
    assert [each["value"] for each in nps["groups"] if each["dimension"] == "queue"] == ["-", "billing"]
    assert nps["now"]["n"] == 60
    assert read(client, "scores?queue=orders&channel=sms", analyst)["measures"] == []


def test_the_funnel_tells_every_rate(parts: Parts, client: FlaskClient, analyst: dict[str, str]) -> None:
    """With AAPOR's classes, those kept out beside them, and the way through the questions."""
    with parts.database.write() as connection:
        answered = survey(connection, Surveyed({"nps": 9, "ces": 2, "why": "x"}))
        invite(connection, contact(connection), "completed", [("sms", "delivered", answered)])
        invite(connection, contact(connection), "expired", [("sms", "delivered", None)])
        contact(connection, reason="quarantined")
    told = read(client, "funnel", analyst)
    assert (told["contacts"], told["invited"], told["kept_out"]) == (3, 2, {"quarantined": 1})
    assert (told["classes"]["i"], told["classes"]["nc"], told["rates"]["rr1"]["value"]) == (1, 1, 0.5)
    assert [each["answered"] for each in told["questions"]] == [1, 1, 1]
    assert read(client, "funnel?theme=solved", analyst)["ignored"] == ["theme"]


@pytest.mark.parametrize(
    ("path", "parameter"),
    [
        ("scores?from=2026-02-30", "from"),
        ("scores?from=2026-03-02&to=2026-03-01", "to"),
        ("funnel?to=tomorrow", "to"),
        ("scores?by=weather", "by"),
        ("scores?channel=fax", "channel"),
        ("answers?quue=billing", "quue"),
        ("answers?cursor=nonsense", "cursor"),
        ("answers?limit=0", "limit"),
    ],
)
def test_what_cannot_be_read_is_told(client: FlaskClient, analyst: dict[str, str], path: str, parameter: str) -> None:
    """With the parameter and the remedy; no figure is given for a filter that was meant otherwise."""
    (error,) = read(client, path, analyst, 422)["errors"]
    assert error["parameter"] == parameter
    assert error["remedy"]


@pytest.mark.parametrize("day", ["x", "31-03-2026", "2026-02-31"])
def test_a_day_that_is_none_is_told_how_days_are_written(
    client: FlaskClient, analyst: dict[str, str], day: str
) -> None:
    """Whether it looks like one or not."""
    (error,) = read(client, f"scores?from={day}", analyst, 422)["errors"]
    assert (error["detail"], error["remedy"]) == ("this is no day", "write it as in 2026-01-31")


@pytest.mark.parametrize("limit", [1, 2, 3, 7, 500])
def test_pages_hold_every_survey_once(parts: Parts, client: FlaskClient, analyst: dict[str, str], limit: int) -> None:
    """However many a page holds, and also where several began at one moment; what is open is there too."""
    with parts.database.write() as connection:
        ids = [survey(connection, Surveyed({"nps": 9}, at=NOON + timedelta(minutes=place // 3))) for place in range(7)]
        survey(connection, Surveyed({"nps": 9}, channel="call"))
    seen, cursor = [], ""
    while True:
        told = read(client, f"answers?channel=sms&limit={limit}{cursor}", analyst)
        assert len(told["surveys"]) <= limit
        seen += [each["session"] for each in told["surveys"]]
        if told["next"] is None:
            break
        cursor = f"&cursor={told['next']}"
    assert sorted(seen) == sorted(ids)
    assert len(seen) == 7


def test_an_answer_is_whole_and_masked(parts: Parts, client: FlaskClient, analyst: dict[str, str]) -> None:
    """Everything about it but who it is from: numbers in words are masked, the respondent's own among them."""
    with parts.database.write() as connection:
        id = survey(connection, Surveyed({"nps": 9, "ces": "(silent)", "why": f"bel {PHONE} of mij, a@example.com"}))
        person = respondents.remember(connection, parts.keys, "p1", PHONE, NOON)
        mine = update(sessions).where(sessions.c.id == id)
        connection.execute(mine.values(respondent_id=person, theirs=parts.keys.index(PHONE)))
    response = client.get("/api/v1/answers", headers=analyst)
    (told,) = response.get_json()["surveys"]
    answers = {each["question"]: each for each in told["answers"]}
    assert (told["channel"], told["language"], told["country"], told["outcome"]) == ("sms", "nl", "NL", "completed")
    assert (answers["nps"]["value"], answers["nps"]["instrument"], answers["ces"]["missing"]) == (9, "nps", "silent")
    assert answers["why"]["verbatim"] == "bel [phone] of mij, [email]"
    assert "600000001" not in response.text


def test_effort_says_how_its_mean_moved_and_a_new_wording_is_told_apart(
    parts: Parts, client: FlaskClient, analyst: dict[str, str]
) -> None:
    """Means of 4 and 2: an error of 0.2756 with 158 degrees of freedom; and each wording with a figure of its own."""
    with parts.database.write() as connection:
        surveys(connection, [5] * 60 + [1] * 20, "ces", at=NOON - timedelta(days=40))
        surveys(connection, [1] * 60 + [5] * 20, "ces")
        surveys(connection, [10] * 20, at=NOON - timedelta(days=10))
        surveys(connection, [0] * 20, series="second")
    found = {each["instrument"]: each for each in read(client, "scores", analyst)["measures"]}
    change = found["ces_effort"]["change"]
    assert change["mean"] == {
        "course": "less_effort",
        "value": -2,
        "low": pytest.approx(-2.544313, abs=1e-6),
        "high": pytest.approx(-1.455687, abs=1e-6),
        "n": 160,
    }
    assert change["sentence"].startswith("Less effort: the mean went from 4.00 to 2.00")
    apart = found["nps"]["stretches"]
    assert [(each["from"], each["to"], each["figure"]["score"]["value"]) for each in apart] == [
        ("2026-02-04", "2026-03-01", 100),
        ("2026-03-02", "2026-03-03", -100),
    ]
