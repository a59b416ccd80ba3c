"""Contradictions on their page, with what would hang on them, and themes that are worked out once a visit."""

import re
from collections.abc import Callable, Iterator
from html import unescape
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest

from bot.app import Parts, source_of
from bot.reporting.drivers import driven
from flows.filters import Filter
from tests.staffed import Ticking, client_of, staffed
from tests.tallied import Surveyed, survey, surveys, tag
from tests.test_pages_figures import words


@pytest.fixture
def parts(database_url: str, tmp_path: Path) -> Iterator[Parts]:
    with staffed(database_url, tmp_path, Ticking()) as staffed_parts:
        yield staffed_parts


def test_what_hangs_on_the_direction_is_told(parts: Parts) -> None:
    """Mean 2.10, 70 percent low and 15 percent high effort, of which 4 percent are suspected."""
    with parts.database.write() as connection:
        surveys(connection, [1] * 40 + [2] * 30 + [3] * 15 + [4] * 10 + [5], "ces")
        for _ in range(4):
            survey(connection, Surveyed({"nps": 10, "ces": 5}))
    page = words(client_of(parts).get("/themes/contradictions?measure=ces.ces_effort").text)
    assert "0% As answered 2.10 70.0% 15.0% +55.0" in page
    assert "4% as many as are suspected 2.17 67.8% 17.2% +50.6" in page
    assert "10% 2.28 64.5% 20.5% +44.0" in page
    assert "20% 2.46 59.0% 26.0% +33.0" in page


def test_few_answers_hang_on_nothing(parts: Parts) -> None:
    """No figures of less than ten, turned over or not."""
    with parts.database.write() as connection:
        surveys(connection, [1] * 9, "ces")
    page = client_of(parts).get("/themes/contradictions?measure=ces.ces_effort").text
    assert "No answer contradicts itself." in page
    assert "Turned over" not in page


@pytest.fixture
def waiting(parts: Parts) -> Parts:
    """The reference's example: 200 comments that score 20, of which 40 speak of waiting and score -50."""
    with parts.database.write() as connection:
        for theme, good, middle, bad in (("friendliness", 85, 50, 25), ("waiting_time", 5, 10, 25)):
            for score in [10] * good + [8] * middle + [2] * bad:
                tag(connection, survey(connection, Surveyed({"nps": score, "why": "x"})), {theme: "neutral"})
    return parts


def test_a_visit_is_worked_out_once(waiting: Parts, monkeypatch: pytest.MonkeyPatch) -> None:
    """The pictures are drawn from what the page has; whoever comes back to the page sees it worked out anew."""
    # A machine that is busy may take longer than values are kept.
    monkeypatch.setattr("bot.web.pages.lately.SECONDS", 600.0)
    worked: list[str] = []
    module = import_module("bot.web.pages.themes")

    def noted(work: Callable[..., Any]) -> Callable[..., Any]:
        def works(*told: Any) -> Any:
            worked.append(work.__name__)
            return work(*told)

        return works

    for name in ("overview", "driven"):
        monkeypatch.setattr(module, name, noted(getattr(module, name)))
    client = client_of(waiting)
    page = client.get("/themes").text
    pictures = {unescape(at) for at in re.findall(r'(?:srcset|src|href)="(/themes/themes[^"]+)"', page)}
    assert len(pictures) >= 4
    assert {client.get(each).status_code for each in pictures} == {200}
    assert worked == ["overview", "driven"]
    client.get("/themes")
    assert len(worked) == 4


def test_the_numbers_behind_the_picture_are_complete(waiting: Parts) -> None:
    """The gap with its interval, and the weighted gap, which is another figure."""
    lines = client_of(waiting).get("/themes/themes.csv").get_data().decode("utf-8-sig").splitlines()
    assert lines[0] == "theme,prevalence,gap,low,high,weighted_gap,n,detectable"
    told = next(line for line in lines if line.startswith("Waiting")).split(",")
    drivers = driven(source_of(waiting), Filter(), "nps", "nps").drivers
    gap = next(each.gap for each in drivers if each.key == "waiting_time")
    assert gap
    assert [float(each) for each in told[1:7]] == pytest.approx([20, -87.5, gap.low, gap.high, -14, 40])
