"""The page about the course of a score: windows of answers, sums that tell of a shift, and words within the edges."""

import csv
import re
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from flask.testing import FlaskClient

from bot.app import Parts
from tests.staffed import client_of, staffed
from tests.tallied import NOON, surveys
from tests.test_pages_figures import seen, words

WEEKS, SHIFT = 26, 16
"""How many there are, and after how many the score falls."""


@pytest.fixture(scope="module")
def parts(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Parts]:
    """Half a year of twenty answers a week, which score 40 and then 10; effort is asked anew in the last week."""
    folder: Path = tmp_path_factory.mktemp("trend")
    now = NOON + timedelta(weeks=WEEKS)
    with staffed(f"sqlite:///{folder}/t.db", folder, lambda: now) as staffed_parts:
        with staffed_parts.database.write() as connection:
            for week in range(WEEKS):
                at = NOON + timedelta(weeks=week)
                usual = [10] * 12 + [8] * 4 + [2] * 4
                surveys(connection, usual if week < SHIFT else [10] * 8 + [8] * 6 + [2] * 6, at=at)
                series = "second" if week == WEEKS - 1 else "first"
                surveys(connection, [1, 2, 2, 3, 5, 1, 2, 2, 1, 2], "ces", at=at, series=series)
        yield staffed_parts


@pytest.fixture(scope="module")
def client(parts: Parts) -> FlaskClient:
    """An analyst who has signed in."""
    return client_of(parts, "analyst")


def rows(client: FlaskClient, path: str) -> list[dict[str, str]]:
    """The numbers behind a chart."""
    return list(csv.DictReader(client.get(path).get_data().decode("utf-8-sig").splitlines()))


def test_a_window_can_hold_answers(client: FlaskClient) -> None:
    """As many as it says once there are, whatever time it takes to have them; and the page says what for."""
    page = seen(client, "/trend?window=200-answers")
    assert "NPS over the last 200 answers up to each day" in words(page)
    assert re.search(r'window=200-answers" aria-current="true">200 answers<', page)
    assert "suits queues where few answer" in words(page)
    found = rows(client, "/trend/rolling.csv?window=200-answers")
    assert [int(each["n"]) for each in found] == [200] * (WEEKS - 9)
    assert found[0]["first_day"] == NOON.date().isoformat()
    assert float(found[0]["score"]) == 40
    assert float(found[-1]["score"]) == 10


def test_a_window_of_answers_is_one_line(client: FlaskClient) -> None:
    """From one day with answers to the next, where a week without any lies between."""
    picture = client.get("/trend/rolling.svg?window=200-answers").text
    lines = re.findall(r'aria-roledescription="line mark"[^>]* d="([^"]+)"', picture)
    assert [path.count("L") for path in lines] == [WEEKS - 10]


def test_a_window_that_nobody_knows_is_four_weeks(client: FlaskClient) -> None:
    """As where none is named."""
    for window in ("7", "200", "-1-answers", "x"):
        assert "over 28 days" in words(seen(client, f"/trend?window={window}"))


def test_sums_tell_of_a_shift_and_since_when(client: FlaskClient) -> None:
    """Thirty points are 1.677 standard errors of twenty answers: each week adds 1.177, so that the fifth is above 5."""
    began = NOON.date() + timedelta(weeks=SHIFT)
    page = words(seen(client, "/trend"))
    assert "A lasting shift downwards, by about 30, is likely to have begun about 22 Jun" in page
    assert "CUSUM" in page
    found = rows(client, "/trend/sums.csv")
    falls = [float(each["down"]) for each in found]
    assert falls[:SHIFT] == [0] * SHIFT
    assert falls[SHIFT:] == pytest.approx([1.1771 * (place + 1) for place in range(WEEKS - SHIFT)], abs=1e-3)
    assert {float(each["up"]) for each in found} == {0}
    assert {float(each["limit"]) for each in found} == {5}
    assert [each["signal"] for each in found] == [""] * (SHIFT + 4) + ["downwards, beyond the limit"] * 6
    assert found[SHIFT]["first_day"] == began.isoformat()


@pytest.mark.parametrize("key", ["rolling", "periods", "sums"])
@pytest.mark.parametrize("width", ["wide", "narrow"])
def test_the_beginning_of_a_shift_is_marked(client: FlaskClient, key: str, width: str) -> None:
    """On the course, on the chart of its periods and on that of the sums."""
    assert client.get(f"/trend/{key}.svg?width={width}").text.count(">likely shift<") == 1
    assert "likely shift" not in client.get(f"/trend/{key}.svg?measure=ces-ces_effort").text


@pytest.mark.parametrize("width", ["wide", "narrow"])
def test_words_near_the_edge_are_whole(client: FlaskClient, width: str) -> None:
    """What changed in the last week stands at the left of its rule."""
    picture = client.get(f"/trend/rolling.svg?measure=ces-ces_effort&width={width}").text
    found = re.search(r"<text ([^>]*)>new wording</text>", picture)
    assert found
    assert 'text-anchor="end"' in found[1]


@pytest.mark.parametrize("path", ["/trend", "/overview"])
def test_room_is_kept_for_pictures(client: FlaskClient, path: str) -> None:
    """The page hardly moves when they come: each is about as high for its width as the page says, also on a phone."""
    told = r'(?:srcset|src)="(/[^"]+svg[^"]+)" width="(\d+)" height="(\d+)"'
    pictures = re.findall(told, seen(client, path))
    assert pictures
    for address, width, height in pictures:
        if "look=light" in address:
            size = re.search(r'width="(\d+)" height="(\d+)"', seen(client, address.replace("&amp;", "&")))
            assert size, address
            assert int(size[2]) * int(width) / int(size[1]) == pytest.approx(int(height), abs=24), address
