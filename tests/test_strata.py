"""Scores adjusted to who was invited, and changes taken apart, by channel, queue or country, as they are read."""

import re
from collections.abc import Iterator, Sequence
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from argon2 import PasswordHasher
from click.testing import CliRunner
from flask.testing import FlaskClient
from sqlalchemy import Connection

from bot import app
from bot.accounts import Role
from bot.app import Parts, assemble, create_app, source_of
from bot.cli import cli
from bot.reporting.overview import Measured, overview
from bot.settings import Settings
from flows.adjusting import Adjusted
from flows.filters import Filter, read
from tests.conftest import SECRET
from tests.tallied import NOON, Surveyed, contact, invite, survey, surveys

BEFORE = NOON - timedelta(days=28)
PASSWORD = "vier woorden zonder verband"
CALLED = [10] * 15 + [8] * 9 + [3] * 6
TEXTED = [10] * 49 + [8] * 14 + [3] * 7
"""The two strata of the reference: 30 answers with a score of 30, and 70 with one of 60."""


@pytest.fixture
def parts(database_url: str, tmp_path: Path) -> Iterator[Parts]:
    """An installation a week after noon on a Monday."""
    plain = {"folder": tmp_path, "database": {"url": database_url}, "secrets": {"secret_key": SECRET}}
    assembled = assemble(Settings.model_validate(plain), lambda: NOON + timedelta(days=7))
    assembled.accounts._hasher = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)
    yield assembled
    assembled.database.dispose()


def asked(connection: Connection, scores: Sequence[int], silent: int, channel: str, **more: Any) -> None:
    """Contacts who were invited: those with a score have answered."""
    about = {name: value for name, value in more.items() if name in ("queue", "agent", "country")}
    for score in scores:
        said = survey(connection, Surveyed({"nps": score}, channel=channel, **more))
        invite(connection, contact(connection, **about), "completed", [(channel, "delivered", said)])
    for _ in range(silent):
        invite(connection, contact(connection, **about), "expired", [(channel, "delivered", None)])


def nps(parts: Parts, query: Sequence[tuple[str, str]] = (), by: str | None = None) -> Measured:
    return next(each for each in overview(source_of(parts), read(query), by).measures if each.instrument == "nps")


def adjusted(parts: Parts, query: Sequence[tuple[str, str]] = (), by: str | None = None) -> Adjusted:
    found = nps(parts, query, by).adjusted
    assert found
    return found


def counted(found: Adjusted) -> list[tuple[tuple[str, ...], int, int]]:
    return [(each.values, each.eligible, each.answers) for each in found.strata]


@pytest.fixture
def uneven(parts: Parts) -> Parts:
    """Of a hundred invited over either channel, 30 and 70 have answered; each channel has a queue and a country."""
    with parts.database.write() as connection:
        asked(connection, CALLED, 70, "call", queue="billing", agent="anna", country="BE")
        asked(connection, TEXTED, 30, "sms", queue="orders", agent="anna", country="NL")
    return parts


def test_a_score_is_adjusted_to_who_was_invited(uneven: Parts) -> None:
    """By channel where nobody chooses, and by hand the reference's 51 that becomes 45; the headline stays."""
    found = adjusted(uneven)
    assert (found.weighted.unweighted.value, found.weighted.score.value) == pytest.approx((51, 45))
    assert found.weighted.effective_n == pytest.approx(84)
    assert counted(found) == [(("call",), 100, 30), (("sms",), 100, 70)]
    headline = nps(uneven).compared.now.score
    assert headline
    assert headline.value == 51


@pytest.mark.parametrize(("by", "values"), [("queue", ["billing", "orders"]), ("country", ["BE", "NL"])])
def test_it_can_be_adjusted_by_something_else(uneven: Parts, by: str, values: list[str]) -> None:
    """The same people in other groups; an agent is none, so that it stays by channel then."""
    found = adjusted(uneven, by=by)
    assert counted(found) == [((values[0],), 100, 30), ((values[1],), 100, 70)]
    assert found.weighted.score.value == pytest.approx(45)
    assert counted(adjusted(uneven, by="agent"))[0][0] == ("call",)


def test_whom_only_the_sample_left_out_could_have_answered(uneven: Parts) -> None:
    """Of a queue that is asked less often; whoever was kept out for another reason could not. Over which channel they
    would have been asked nobody knows."""
    with uneven.database.write() as connection:
        for reason in ["sampled_out"] * 100 + ["quarantined"] * 50:
            contact(connection, queue="billing", reason=reason)
    found = adjusted(uneven, by="queue")
    assert counted(found) == [(("billing",), 200, 30), (("orders",), 100, 70)]
    assert found.weighted.score.value == pytest.approx((2 * 30 + 60) / 3)
    assert counted(adjusted(uneven)) == [(("call",), 100, 30), (("sms",), 100, 70)]


def test_who_came_by_themselves_weighs_nothing(uneven: Parts) -> None:
    """They are in the headline, and told apart from those invited over the same channel; so is a channel of theirs."""
    with uneven.database.write() as connection:
        surveys(connection, [0] * 12, channel="call")
        surveys(connection, [10] * 5, channel="whatsapp")
    found = adjusted(uneven)
    assert (found.weighted.score.value, found.weighted.score.n, found.left_out) == pytest.approx((45, 100, 17))
    assert nps(uneven).compared.now.n == 117


def test_a_figure_of_one_agent_is_adjusted_from_the_rows(uneven: Parts) -> None:
    """As only they know the agent; walk-ins are known there as well."""
    with uneven.database.write() as connection:
        surveys(connection, [0] * 12, channel="call", agent="anna")
        asked(connection, [10] * 40, 0, "call", agent="bob")
    found = adjusted(uneven, [("agent", "anna")])
    assert (found.weighted.score.value, found.left_out) == pytest.approx((45, 12))


@pytest.mark.parametrize("query", [("channel", "sms"), ("series", "first nps"), ("theme", "waiting_time")])
def test_what_cannot_be_adjusted_is_not(uneven: Parts, query: tuple[str, str]) -> None:
    """One group alone; or some answers of a group, of which nobody knows to whom they were open."""
    found = overview(source_of(uneven), read([query])).measures
    assert [each.adjusted for each in found] == [None] * len(found)


def test_without_invitations_there_is_nothing_to_adjust_to(parts: Parts) -> None:
    """Nor where contacts have been erased."""
    with parts.database.write() as connection:
        surveys(connection, CALLED, channel="call")
        surveys(connection, TEXTED)
    assert nps(parts).adjusted is None


def test_a_change_is_taken_apart_by_what_is_chosen(parts: Parts) -> None:
    """Simpson's queues: 50 and 0 become 52 and 4, the whole falls from 25 to 16; by channel there is nothing to see."""
    with parts.database.write() as connection:
        surveys(connection, [10] * 50 + [8] * 50, at=BEFORE, queue="billing")
        surveys(connection, [8] * 100, at=BEFORE, queue="orders")
        surveys(connection, [10] * 26 + [8] * 24, queue="billing")
        surveys(connection, [10] * 6 + [8] * 144, queue="orders")
    mix = nps(parts, by="queue").mix
    assert mix
    assert (mix.rate.value, mix.mix) == pytest.approx((3.25, -12.25))
    assert mix.is_reversed
    assert nps(parts).mix is None


def test_small_groups_are_taken_apart_together(parts: Parts) -> None:
    """Nothing is hidden for them, and nothing is told of one of them alone."""
    with parts.database.write() as connection:
        for queue, before, now in (("a", 50, 40), ("b", 30, 20), ("c", 5, 12), ("d", 20, 3)):
            surveys(connection, [10] * before, at=BEFORE, queue=queue)
            surveys(connection, [9] * (now - 2) + [0] * 2, queue=queue)
    mix = nps(parts, by="queue").mix
    assert mix
    assert [part.segment for part in mix.parts] == [("a",), ("b",), ("c", "d")]
    assert mix.rate.value + mix.mix == pytest.approx(mix.total.value)


def client(parts: Parts) -> FlaskClient:
    """An analyst who has signed in."""
    parts.accounts.add_user("analyst", Role.ANALYST, PASSWORD)
    signed_in = create_app(parts).test_client()
    token = re.search(r'name="csrf_token"[^>]*value="([^"]+)"', signed_in.get("/sign-in").text)
    assert token
    signed_in.post("/sign-in", data={"csrf_token": token[1], "name": "analyst", "password": PASSWORD})
    return signed_in


def words(html: str) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", html))


def test_the_overview_shows_it_beside_the_headline(uneven: Parts) -> None:
    """With the same answers as counted, effective n, what is left out, what each counts for, and what it cannot mend;
    a dimension that there is not is none."""
    with uneven.database.write() as connection:
        surveys(connection, [10] * 5, channel="whatsapp")
    browsing = client(uneven)
    page = words(browsing.get("/overview?by=queue").text)
    for said in (
        "Had every queue answered equally often: +45 interval",
        "As counted, the same answers come to +51",
        "100 answers tell as much as 84 would",
        "5 answers are left out",
        "billing 100 30 30% 1.67",
        "It cannot mend that people stay silent because of what happened to them.",
        "About 770 answers would bring the interval of the score to ±5 points.",
        "By channel, language, country and queue",
    ):
        assert said in page
    assert "Had every channel answered equally often" in words(browsing.get("/overview?by=nothing").text)
    links = browsing.get("/overview?by=queue").text
    assert re.search(r'by=queue" aria-current="true"', links)
    assert "There is nothing to adjust by this" in words(browsing.get("/overview?by=queue&queue=billing").text)
    assert browsing.get("/overview/nps-nps.svg?by=queue").mimetype == "image/svg+xml"


def test_the_page_speaks_dutch(uneven: Parts) -> None:
    """The same in the other language."""
    page = words(client(uneven).get("/overview?by=country", headers={"Accept-Language": "nl"}).text)
    assert "Als elk land even vaak had geantwoord: +45 interval" in page


def test_the_api_gives_all_of_it(uneven: Parts) -> None:
    """By the dimension that is asked for, with every group."""
    header = {"Authorization": f"Bearer {uneven.accounts.add_key('figures', Role.ANALYST)}"}
    reading = create_app(uneven).test_client(use_cookies=False)
    (told,) = reading.get("/api/v1/scores?by=country", headers=header).get_json()["measures"]
    found = told["adjusted"]
    assert (found["by"], found["standing"], found["covered"], found["left_out"]) == ("country", "sound", 1, 0)
    assert (found["score"]["value"], found["unweighted"]["value"]) == pytest.approx((45, 51))
    assert found["effective_n"] == pytest.approx(84)
    assert found["strata"][0] == {
        "values": ["BE"],
        "eligible": 100,
        "answers": 30,
        "weight": pytest.approx(5 / 3),
    }
    assert told["now"]["needed"] > told["now"]["n"]
    assert reading.get("/api/v1/scores?by=nothing", headers=header).status_code == 422


def test_the_report_prints_a_line_of_it(uneven: Parts, monkeypatch: pytest.MonkeyPatch) -> None:
    """And what it can and cannot mend once, at the end."""
    monkeypatch.setattr(app, "ready", lambda: uneven)
    done = CliRunner().invoke(cli, ["report", "--by", "queue"], catch_exceptions=False)
    said = " ".join(done.output.split())
    assert "had every queue answered equally often: +45, interval" in said
    assert "effective n 84" in said
    assert "answers would bring the interval to ±5 points" in said
    assert said.count("An adjusted score mends that some queues answer more often than others.") == 1
    assert overview(source_of(uneven), Filter()).stratum == "channel"
