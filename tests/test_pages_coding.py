"""Themes corrected on a page: what counts, what is undone, and what two people do to the same verbatim."""

import re
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Barrier

import pytest
from sqlalchemy import func, select

from bot.app import Parts
from storage.models import changes
from storage.rollup import refresh
from tests.commented import WAITED, correct, correct_as_data, say, tags
from tests.staffed import Ticking, client_of, staffed
from tests.tallied import ZONE


@pytest.fixture
def parts(database_url: str, tmp_path: Path) -> Iterator[Parts]:
    """An installation with a user of each role."""
    with staffed(database_url, tmp_path, Ticking()) as staffed_parts:
        yield staffed_parts


def test_a_correction_counts_and_its_day_is_counted_anew(parts: Parts) -> None:
    """Accepting, removing, adding and feelings stand under the analyst's name, and the roll-up is told of the day."""
    (id,) = say(parts, WAITED)
    client = client_of(parts)
    refresh(parts.database, ZONE)

    def noted() -> int:
        with parts.database.read() as connection:
            return connection.scalar(select(func.count()).select_from(changes)) or 0

    assert noted() == 0
    assert correct(client, id, "accept waiting_time").status_code == 303
    assert tags(parts, id)["waiting_time"] == ("negative", "analyst")
    assert noted() > 0
    correct(client, id, "remove waiting_time")
    correct(client, id, "add", theme="price_invoice", sentiment="positive")
    correct(client, id, "add reachability")
    correct(client, id, "feel reachability mixed")
    assert "waiting_time" not in tags(parts, id)
    assert tags(parts, id)["price_invoice"] == ("positive", "analyst")
    assert tags(parts, id)["reachability"] == ("mixed", "analyst")
    correct(client, id, "complete")
    assert {by for _, by in tags(parts, id).values()} == {"analyst"}
    assert [review.by for review in parts.verbatims.show(id).reviews] == ["analyst"]


def test_what_was_undone_counts_no_more_and_stays_on_record(parts: Parts) -> None:
    """An accept by mistake leaves nothing behind from which a model could learn; its page says that it was undone."""
    (id,) = say(parts, WAITED)
    client = client_of(parts)
    for do in ("accept waiting_time", "complete"):
        correct(client, id, do)
        page = client.get(f"/verbatims/{id}").text
        undo = re.search(r'value="(undo [^"]+)"', page)
        assert undo
        other = client_of(parts, "admin")
        correct(other, id, undo[1])
        assert parts.verbatims.show(id).decisions
        correct(client, id, undo[1], page)
        shown = parts.verbatims.show(id)
        assert (shown.decisions, shown.reviews) == ((), ())
        assert correct_as_data(client, id, undo[1], page)[1]["message"] == "There was nothing to undo."
    history = parts.verbatims.history(id)
    assert len(history) > 1
    assert all(taken_back_at and taken_back_at > decision.at for decision, taken_back_at in history)
    assert client.get(f"/verbatims/{id}").text.count("undone") == len(history)


def test_what_others_decided_meanwhile_is_not_overruled_unseen(parts: Parts) -> None:
    """Whoever had the page open is told and sees it; the second time it is meant. Other themes do not matter."""
    (id,) = say(parts, WAITED)
    here, there = client_of(parts), client_of(parts, "admin")
    opened = here.get(f"/verbatims/{id}").text
    correct(there, id, "remove waiting_time")
    back = correct(here, id, "accept waiting_time", opened)
    assert back.headers["Location"] == f"/verbatims?channel=sms#v-{id}"
    told = here.get(back.headers["Location"]).text
    assert "admin has decided otherwise meanwhile" in told
    assert "waiting_time" not in tags(parts, id)
    correct(here, id, "add price_invoice", opened)
    assert tags(parts, id)["price_invoice"][1] == "analyst"
    correct(here, id, "add waiting_time", told)
    assert tags(parts, id)["waiting_time"][1] == "analyst"
    assert "Not saved" in correct_as_data(here, id, "complete", opened)[1]["message"]


@pytest.mark.parametrize(
    "do", ["", "accept", "burn waiting_time", "feel waiting_time", "undo yesterday", "add", "add weather"]
)
def test_a_correction_that_makes_no_sense_saves_nothing(parts: Parts, do: str) -> None:
    """It is said, as a page and as data."""
    (id,) = say(parts, WAITED)
    client = client_of(parts)
    page = client.get(f"/verbatims/{id}").text
    status, told = correct_as_data(client, id, do, page)
    assert (status, parts.verbatims.show(id).decisions) == (422, ())
    assert "Nothing was saved" in told["message"]
    assert "Nothing was saved" in client.get(correct(client, id, do, page).headers["Location"]).text


def test_a_form_of_another_site_corrects_nothing(parts: Parts) -> None:
    """Without the token nothing is saved, and nobody is led elsewhere."""
    (id,) = say(parts, WAITED)
    client = client_of(parts)
    form = {"do": "accept waiting_time", "back": "https://elsewhere.example/"}
    response = client.post(f"/verbatims/{id}/tags", data=form)
    assert response.headers["Location"] == f"/verbatims/{id}#v-{id}"
    assert parts.verbatims.show(id).decisions == ()


def test_of_two_who_decide_at_once_one_is_told_of_the_other(parts: Parts) -> None:
    """Whoever is saved second sees what the first has decided, however close together they press."""
    for id in say(parts, *[WAITED] * 4):
        assert sorted(pressed_at_once(parts, id, {"analyst": "remove", "admin": "accept"})) == [200, 409]
        assert len(parts.verbatims.show(id).decisions) == 1


def pressed_at_once(parts: Parts, id: str, what: Mapping[str, str]) -> list[int]:
    """The status that each of these users gets for what they do with a theme."""
    together = Barrier(len(what))

    def press(name: str, do: str) -> int:
        client = client_of(parts, name)
        page = client.get(f"/verbatims/{id}").text
        together.wait(10)
        return correct_as_data(client, id, f"{do} waiting_time", page)[0]

    with ThreadPoolExecutor(len(what)) as pool:
        return list(pool.map(press, what, what.values()))
