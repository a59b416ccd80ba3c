"""Overview and trend on pages: the numbers of the reports, filters in the address, and charts from our own origin."""

import re
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from urllib.parse import parse_qsl, urlsplit

import pytest
from flask.testing import FlaskClient
from playwright.sync_api import Browser, expect
from werkzeug.test import TestResponse

from bot.app import Parts, create_app, source_of
from bot.reporting.overview import overview
from bot.reporting.trends import trend
from bot.web.language import number
from flows.filters import Filter, read
from tests.served import served
from tests.staffed import PASSWORD, client_of, staffed
from tests.tallied import NOON, Surveyed, contact, invite, survey, surveys, tag

NASTY = '<script>alert(1)</script> & "x"'
NOW = NOON + timedelta(days=29, hours=3)
"""A Tuesday, four weeks after the first surveys."""


@pytest.fixture(scope="module")
def parts(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Parts]:
    """Eight weeks of answers in two queues, with a theme that pulls down and a few answers in French."""
    folder: Path = tmp_path_factory.mktemp("figures")
    with staffed(f"sqlite:///{folder}/f.db", folder, lambda: NOW) as staffed_parts:
        _fill(staffed_parts)
        yield staffed_parts


def _fill(parts: Parts) -> None:
    with parts.database.write() as connection:
        for weeks in range(-4, 5):
            at = NOON + timedelta(weeks=weeks)
            surveys(connection, [10] * 12 + [8] * 5 + [2] * 3, at=at, queue=NASTY)
            surveys(connection, [1, 2, 2, 3, 5], "ces", at=at, channel="call", queue="orders")
            slow = survey(connection, Surveyed({"nps": 3, "why": "slow"}, at=at, queue="orders"))
            tag(connection, slow, {"waiting_time": "negative"})
            invite(connection, contact(connection, at=at), "completed", [("sms", "delivered", slow)], at=at)
            invite(connection, contact(connection, at=at), "expired", [("sms", "delivered", None)], at=at)
        surveys(connection, [9] * 4, at=NOON + timedelta(weeks=4), language="fr")


@pytest.fixture(scope="module")
def client(parts: Parts) -> FlaskClient:
    """An analyst who has signed in."""
    return client_of(parts, "analyst")


def seen(client: FlaskClient, path: str, status: int = 200) -> str:
    response = client.get(path)
    assert response.status_code == status, response.text
    return response.text


def words(html: str) -> str:
    """What stands on the page, without its tags."""
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", html))


def test_answers_lead_to_their_surveys_and_to_what_was_said(client: FlaskClient) -> None:
    """As many surveys as there are answers, as many verbatims as are said to be there."""
    page = seen(client, "/overview")
    led = re.findall(r'<p><a href="([^"]+)">(\d+) answers</a>(?:, <a href="([^"]+)">(\d+) of them said why</a>)?', page)
    assert [bool(why) for _surveys, _n, why, _said in led] == [True, False]
    for to_surveys, n, to_verbatims, said in led:
        assert f"{n} surveys" in words(seen(client, to_surveys.replace("&amp;", "&")))
        if to_verbatims:
            assert f"{said} verbatims" in words(seen(client, to_verbatims.replace("&amp;", "&")))


def test_days_that_nobody_names_are_told(client: FlaskClient) -> None:
    """Beside the empty fields, so that sending them means the last four weeks tomorrow as well."""
    assert "From 4 Mar 2026 To 31 Mar 2026" in words(seen(client, "/overview"))
    assert "From To 31 Mar 2026" in words(seen(client, "/overview?from=2026-03-01"))


def test_groups_without_a_course_are_named(client: FlaskClient) -> None:
    """Few have answered in French: they are not passed over in silence."""
    assert "Without a course, for in no period enough have answered: French." in words(seen(client, "/trend"))


def test_the_overview_has_the_numbers_of_the_report(parts: Parts, client: FlaskClient) -> None:
    """Scores, intervals, numbers of answers, shares and rates are those that `nawoord report` prints."""
    found = overview(source_of(parts), Filter())
    page = words(seen(client, "/overview"))
    nps, ces = sorted(found.measures, key=lambda each: each.instrument, reverse=True)
    score = nps.compared.now.score
    assert score
    assert f"{number(score.value, signed=True)} interval {number(score.low, signed=True)}" in page
    assert f"{nps.compared.now.n} answers" in page
    assert ces.compared.now.effort
    assert f"{number(ces.compared.now.effort.mean.value, 2)} mean; interval" in page
    rr1 = found.asked.rates.rr1
    assert f"{rr1.numerator} of {number(rr1.denominator)}" in page
    assert "No detectable change" in page


def test_every_measure_stands_alone(client: FlaskClient) -> None:
    """NPS and effort are two sections with a chart each, and no figure is of both."""
    page = seen(client, "/overview")
    assert page.count('class="panel measure"') == 2
    assert page.count("<picture>") == 2


def test_a_filter_is_in_every_address(client: FlaskClient) -> None:
    """The charts, the other pages and the verbatims behind a number are narrowed alike, days written out."""
    page = seen(client, "/overview?channel=sms&from=2026-03-10").replace("&amp;", "&")
    assert re.search(r'src="/overview/nps-nps\.svg\?channel=sms&from=2026-03-10&look=light', page)
    assert 'href="/trend?from=2026-03-10&channel=sms&measure=nps-nps"' in page
    behind = next(each for each in re.findall(r'href="([^"]+)"', page) if "band=detractor" in each)
    assert urlsplit(behind).path == "/verbatims"
    assert dict(parse_qsl(urlsplit(behind).query)) == {
        "from": "2026-03-10",
        "to": "2026-03-31",
        "channel": "sms",
        "instrument": "nps",
        "band": "detractor",
    }
    assert 'href="/overview?from=2026-03-10"' in page, "a chip takes its value away"


def test_what_cannot_be_understood_is_said_beside_its_field(client: FlaskClient) -> None:
    """The page keeps what it understood, and shows no figures for something else than was asked."""
    page = seen(client, "/overview?from=2026-02-30&queue=orders", 422)
    assert 'aria-describedby="filter-from-wrong"' in page
    assert "this is no day; write it as in 2026-01-31" in page
    assert "Queue: orders" in words(page)
    assert "No figures are shown until the filter is mended." in page
    assert seen(client, "/overview/nps-nps.svg?from=2026-02-30", 404)


@pytest.mark.parametrize("query", ["endpoint=x", "wanted=x&self=y", "measure=-", "look=z&width=9"])
def test_other_names_in_the_address_break_nothing(client: FlaskClient, query: str) -> None:
    """They are carried on or ignored."""
    seen(client, f"/overview?{query}")
    seen(client, f"/trend?{query}&every=year&window=3")


def test_few_answers_are_counted_and_not_scored(client: FlaskClient) -> None:
    """Below ten there is a number of answers and no score, chart or share; below thirty the figure is indicative."""
    page = words(seen(client, "/overview?language=fr"))
    assert "Too few answers to show a score" in page
    assert "4 answers" in page
    assert "<picture>" not in seen(client, "/overview?language=fr")
    assert seen(client, "/overview/nps-nps.svg?language=fr", 404)
    few = seen(client, "/overview?from=2026-03-30&language=nl")
    assert "indicative: few answers" in few


def test_names_that_people_gave_are_shown_and_never_run(client: FlaskClient) -> None:
    """A queue may be called anything, on the page and in a chart."""
    page = seen(client, "/overview?queue=%3Cscript%3Ealert(1)%3C%2Fscript%3E%20%26%20%22x%22")
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in page
    assert "<script>alert" not in page


@pytest.mark.parametrize("path", ["/overview", "/overview/nps-nps.svg", "/trend", "/trend/rolling.csv"])
def test_figures_are_for_analysts_and_admins(parts: Parts, path: str) -> None:
    """Staff are refused, and strangers asked who they are; pictures and files are no way round it."""
    assert client_of(parts, "staff").get(path).status_code == 403
    assert client_of(parts, "admin").get(path).status_code == 200
    assert create_app(parts).test_client().get(path).status_code == 302


@pytest.mark.parametrize(("name", "first"), [("staff", "/contacts"), ("analyst", "/overview"), ("admin", "/overview")])
def test_everybody_begins_where_their_work_is(parts: Parts, name: str, first: str) -> None:
    """Analysts and admins with the figures, staff with the contacts."""
    assert client_of(parts, name).get("/").headers["Location"] == first


@pytest.mark.parametrize("look", ["look=light&width=wide", "look=dark&width=narrow"])
def test_charts_are_pictures_without_script(client: FlaskClient, look: str) -> None:
    """Of the right type, under the same strict policy, and with nothing fetched from anywhere."""
    for path in ("/overview/nps-nps.svg", "/trend/rolling.svg", "/trend/by-language.svg"):
        picture: TestResponse = client.get(f"{path}?{look}")
        assert (picture.status_code, picture.mimetype) == (200, "image/svg+xml")
        assert "default-src 'none'" in picture.headers["Content-Security-Policy"]
        assert picture.text.startswith("<svg")
        assert not re.search(r"<script|<image|href=|url\(http|@import", picture.text)


def test_the_numbers_behind_a_chart_can_be_taken_away(parts: Parts, client: FlaskClient) -> None:
    """As CSV, with what the chart shows."""
    distribution = overview(source_of(parts), Filter()).measures[0].compared.now.distribution
    response = client.get("/overview/nps-nps.csv")
    assert response.mimetype == "text/csv"
    lines = response.get_data().decode("utf-8-sig").split("\r\n")
    assert lines[0] == "answer,band,n,percent,low,high,means"
    assert distribution
    assert [int(line.split(",")[2]) for line in lines[1:] if line] == [
        distribution.counts.get(value, 0) for value in range(11)
    ]


def test_what_the_ends_of_a_scale_mean_stands_beside_its_numbers(client: FlaskClient) -> None:
    """Below the chart, in its words for those who do not see it, and in the numbers behind it, in the reader's
    language."""
    page = seen(client, "/overview")
    assert "1 = very little effort; 5 = a great deal of effort" in page
    assert "1 = very little effort" in client.get("/overview/ces-ces_effort.svg").text
    rows = client.get("/overview/ces-ces_effort.csv").get_data().decode("utf-8-sig").split()
    assert rows[1].startswith("1,")
    dutch = client.get("/overview/ces-ces_effort.svg?width=narrow", headers={"Accept-Language": "nl"}).text
    assert "1 = heel weinig moeite" in dutch
    assert "5 = heel veel moeite" in dutch


def test_every_band_leads_to_its_comments(client: FlaskClient) -> None:
    """The one in between as well."""
    page = seen(client, "/overview")
    for band in ("band=promoter", "band=passive", "band=detractor", "effort=low", "effort=middle", "effort=high"):
        assert re.search(rf'href="/verbatims\?[^"]*{band}', page), band


def test_the_trend_has_the_numbers_of_the_report(parts: Parts, client: FlaskClient) -> None:
    """Windows, limits and the sentence are those of the reports, for the year up to today."""
    wanted = read([("from", "2025-04-02"), ("to", "2026-03-31")])
    found = trend(source_of(parts), wanted, "nps", "nps")
    rows = client.get("/trend/rolling.csv").get_data().decode("utf-8-sig").split("\r\n")[1:]
    assert [line.split(",")[2] for line in rows if line] == [str(each.counts.n) for each in found.rolling]
    assert found.chart
    limits = client.get("/trend/periods.csv").get_data().decode("utf-8-sig").split("\r\n")[1:]
    assert [float(line.split(",")[3]) for line in limits if line] == [each.value for each in found.chart.points]
    page = words(seen(client, "/trend"))
    assert "The last whole week, 23 Mar 2026 to 29 Mar 2026: No detectable change" in page


def test_the_trend_shows_what_is_asked_for(client: FlaskClient) -> None:
    """Measure, periods and window stand in the address; single days only when somebody asks for them."""
    page = seen(client, "/trend?measure=ces-ces_effort&every=month&window=56")
    assert "Trend of CES, effort" in page
    assert "Low effort minus High effort over 56 days" in page
    assert "Single days mostly show chance" not in seen(client, "/trend")
    assert "Single days mostly show chance" in seen(client, "/trend?every=day")


def test_a_small_group_cannot_be_told_from_the_total(parts: Parts) -> None:
    """Where a group is too small in a week, the next smallest of that week shows no score either."""
    found = trend(source_of(parts), Filter(first=(NOW - timedelta(days=60)).date()), "nps", "nps")
    languages = found.groups["language"]
    last = languages["fr"][-1]
    assert last.estimate is None
    assert next(each for each in languages["nl"] if each.first == last.first).estimate is None
    assert languages["nl"][0].estimate is not None


def test_filters_work_without_javascript(parts: Parts, browser: Browser) -> None:
    """A list is opened, a value ticked, the page narrowed, and the value taken away again; charts are really drawn."""
    with (
        served(create_app(parts)) as address,
        browser.new_context(viewport={"width": 390, "height": 844}, java_script_enabled=False) as context,
    ):
        page = context.new_page()
        page.goto(address)
        page.get_by_label("Name").fill("analyst")
        page.get_by_label("Password").fill(PASSWORD)
        page.get_by_role("button", name="Sign in").click()
        expect(page.get_by_role("heading", level=1)).to_have_text("Overview")
        page.get_by_role("button", name="Filter", exact=True).click()
        page.locator("summary").filter(has_text="Channel").first.click()
        page.get_by_role("checkbox", name="Call").check()
        page.get_by_role("button", name="Show").click()
        expect(page).to_have_url(re.compile(r"channel=call"))
        expect(page.locator(".measure")).to_have_count(1)
        picture = page.get_by_role("img", name=re.compile("CES, effort, 20 answers: Low effort 60%"))
        picture.scroll_into_view_if_needed()
        expect(picture).to_be_visible()
        page.wait_for_load_state("networkidle")
        assert (picture.bounding_box() or {"width": 0})["width"] > 250
        page.get_by_role("link", name="Channel: Call").click()
        expect(page.locator(".measure")).to_have_count(2)
        page.get_by_role("link", name="Year").click()
        expect(page).to_have_url(re.compile("from=2025-04-02"))
