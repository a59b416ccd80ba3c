"""The course of a score and its themes through the API: the figures of the pages, for one question at a time."""

from datetime import timedelta
from typing import Any

import pytest
from flask.testing import FlaskClient

from bot.accounts import Role
from bot.app import Parts, source_of
from bot.reporting.drivers import driven
from bot.reporting.trends import WINDOWS, trend
from bot.web.course_schemas import TrendQuery
from flows.document import DefinitionError
from flows.filters import Filter
from flows.trends import Every
from tests.tallied import NOON, Surveyed, survey, surveys, tag
from tests.test_api_figures import analyst, client, parts, read

__all__ = ["analyst", "client", "parts"]

WAIT, STAFF = "waiting_time", "friendliness"


@pytest.mark.parametrize("path", ["trend/nps", "drivers/nps"])
def test_courses_are_for_analysts(parts: Parts, client: FlaskClient, path: str) -> None:
    """Whoever may only report contacts reads none, and nobody does without a key."""
    trigger = {"Authorization": f"Bearer {parts.accounts.add_key('trigger', Role.TRIGGER)}"}
    read(client, path, trigger, 403)
    read(client, path, {}, 401)


@pytest.mark.parametrize("path", ["trend/why", "drivers/why", "trend/nobody", "drivers/a%20b"])
def test_only_numbers_have_a_course(client: FlaskClient, analyst: dict[str, str], path: str) -> None:
    """A question that is answered in words, or that nobody is asked, has none."""
    assert "for a number" in read(client, path, analyst, 404)["detail"]


@pytest.mark.parametrize(
    ("query", "parameter"), [("window=7", "window"), ("every=year", "every"), ("from=2026-13-01", "from"), ("x=1", "x")]
)
def test_what_cannot_be_read_is_told(client: FlaskClient, analyst: dict[str, str], query: str, parameter: str) -> None:
    """With the name of the parameter."""
    (error,) = read(client, f"trend/nps?{query}", analyst, 422)["errors"]
    assert error["parameter"] == parameter


def test_every_window_of_the_pages_can_be_had() -> None:
    """Under the same name."""
    (named,) = (each for each in TrendQuery.model_json_schema()["properties"].items() if each[0] == "window")
    assert named[1]["enum"] == list(WINDOWS)


def test_a_course_is_that_of_the_page(parts: Parts, client: FlaskClient, analyst: dict[str, str]) -> None:
    """Windows, periods and sums; of a year unless days are named. Few answers are counted and not scored."""
    with parts.database.write() as connection:
        for week in range(14):
            scores = [10] * 12 + [2] * 8 if week < 7 else [10] * 6 + [2] * 14
            surveys(connection, scores, at=NOON - timedelta(weeks=13 - week))
        surveys(connection, [1] * 5, "ces")
    told = read(client, "trend/nps?window=200-answers", analyst)
    found = trend(source_of(parts), Filter(first=(NOON - timedelta(weeks=20)).date()), "nps", "nps", Every.WEEK)
    assert [each["n"] for each in told["rolling"]] == [200] * 5
    assert told["rolling"][-1]["score"]["value"] == pytest.approx(100 * (7 * -8 + 3 * 4) / 200)
    assert [each["score"]["value"] for each in told["periods"]] == [20] * 7 + [-40] * 7
    assert told["sentence"] == found.sentence
    assert found.shifts
    assert told["shifts"]["sums"]["down"] == pytest.approx(list(found.shifts.sums.down))
    (shift,) = told["shifts"]["found"]
    assert (shift["since"], shift["value"]) == ((NOON - timedelta(weeks=6)).date().isoformat(), -60)
    assert (shift["before"]["n"], shift["before"]["score"]["value"], shift["after"]["score"]["value"]) == (140, 20, -40)
    (few,) = read(client, "trend/ces?every=day", analyst)["periods"]
    assert (few["n"], few["standing"], few["score"]) == (5, "suppressed", None)


def test_themes_are_those_of_the_page(parts: Parts, client: FlaskClient, analyst: dict[str, str]) -> None:
    """The reference's example: 200 comments that score 20, of which 40 speak of waiting and score -50."""
    with parts.database.write() as connection:
        for theme, good, middle, bad in ((WAIT, 5, 10, 25), (STAFF, 85, 50, 25)):
            for score in [10] * good + [8] * middle + [2] * bad:
                said = survey(connection, Surveyed({"nps": score, "why": "x"}))
                tag(connection, said, {theme: "negative" if theme == WAIT else "positive"})
        surveys(connection, [10] * 50)
    told = read(client, "drivers/nps", analyst)
    assert (told["n"], told["standing"], told["commenting"]["value"]) == (200, "sound", 80)
    waiting = next(each for each in told["themes"] if each["theme"] == WAIT)
    assert waiting["prevalence"]["value"] == pytest.approx(20)
    assert waiting["with_it"]["value"] == pytest.approx(-50)
    assert waiting["without_it"]["value"] == pytest.approx(37.5)
    assert waiting["gap"]["value"] == pytest.approx(-87.5)
    assert waiting["weighted_gap"] == pytest.approx(-14)
    assert waiting["impact"]["value"] == pytest.approx(-17.5)
    assert waiting["sentiment"]["value"] == -100
    found = next(each for each in driven(source_of(parts), Filter(), "nps", "nps").drivers if each.key == WAIT)
    assert found.gap
    assert (waiting["gap"]["low"], waiting["gap"]["high"]) == pytest.approx((found.gap.low, found.gap.high))
    assert (waiting["q"], waiting["detectable"]) == (pytest.approx(found.q), True)


def test_what_hangs_on_the_direction_is_told(parts: Parts, client: FlaskClient, analyst: dict[str, str]) -> None:
    """Mean 2.10 with 70 percent low effort: a tenth turned over makes 2.28 and 64.5."""
    with parts.database.write() as connection:
        surveys(connection, [1] * 40 + [2] * 30 + [3] * 15 + [4] * 10 + [5] * 5, "ces")
    (measure,) = read(client, "scores", analyst)["measures"]
    mirrored: list[dict[str, Any]] = measure["contradictions"]["if_mirrored"]
    assert [each["percent"] for each in mirrored] == [5, 10, 20]
    assert [mirrored[1][name] for name in ("mean", "low_effort", "high_effort", "score")] == pytest.approx(
        [2.28, 64.5, 20.5, 44]
    )


def test_limits_and_groups_of_the_page_are_given(parts: Parts, client: FlaskClient, analyst: dict[str, str]) -> None:
    """Half of twenty are promoters: 50 and three roots of 0.25 / 20 are 16.5 to 83.5 percent; groups are by value."""
    with parts.database.write() as connection:
        for week in range(12):
            surveys(connection, [10] * 10 + [8] * 6 + [2] * 4, at=NOON - timedelta(weeks=11 - week))
    told = read(client, "trend/nps", analyst)
    assert told["good"]["centre"] == 50
    first = told["good"]["points"][0]
    assert (first["low"], first["high"], first["signals"]) == (
        pytest.approx(16.46, abs=5e-3),
        pytest.approx(83.54, abs=5e-3),
        [],
    )
    assert (told["bad"]["centre"], told["score"]["centre"]) == (20, 30)
    assert [told["shifts"][name]["centre"] for name in ("average", "individuals")] == [30, 30]
    assert (told["shifts"]["found"], told["shifts"]["baseline"]) == ([], 12)
    assert [each["n"] for each in told["groups"]["channel"]["sms"]] == [20] * 12
    assert (told["before"]["n"], told["last"]["n"]) == (20, 20)


def test_a_code_frame_that_cannot_be_read_is_a_problem(
    parts: Parts, client: FlaskClient, analyst: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """As on the pages, and without an accident."""

    def unreadable(*_: object) -> None:
        raise DefinitionError([])

    monkeypatch.setattr("nlp.codeframe.load", unreadable)
    assert "code frame cannot be read" in read(client, "drivers/nps", analyst, 503)["detail"]
