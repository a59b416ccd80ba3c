"""The pages on which customers are called back: who sees what, two at once, and a call from the list to its end."""

import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest
from click.testing import CliRunner
from flask.testing import FlaskClient
from playwright.sync_api import Browser, expect
from werkzeug.test import TestResponse

from bot.accounts import Role
from bot.app import Parts, create_app
from bot.callbacks import TakenError
from bot.cli import cli
from bot.invitations import NewContact, Source
from flows.callbacks import Ending
from storage.callbacks import NewCallback, agree, withdraw
from storage.models import answers, respondents, sessions
from tests.served import served
from tests.staffed import PASSWORD, client_of, staffed, token

USERS = {"ann": Role.STAFF, "ben": Role.STAFF, "eve": Role.ANALYST, "kim": Role.ADMIN}
PHONE = "+31600000001"
MAIL = "somebody@example.com"
NOW = datetime(2026, 1, 6, 12, tzinfo=UTC)
NASTY = "<script>alert(1)</script>"


@pytest.fixture(scope="module")
def parts(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Parts]:
    """An installation with one user of each role and a second of the staff."""
    folder = tmp_path_factory.mktemp("callbacks")
    with staffed(f"sqlite:///{folder}/pages.db", folder, lambda: NOW, USERS) as staffed_parts:
        yield staffed_parts


def agreed(parts: Parts, id: str, due: timedelta = timedelta(hours=24), why: str = "nobody ever calls back") -> str:
    """A callback with its contact, session and answers; gives its id."""
    keys, attributes = parts.keys, {"Order": "4711", "Also at": MAIL}
    parts.invitations.take(NewContact(f"C-{id}", None, NOW, Source.API, queue="repairs", attributes=attributes))
    session = {
        "id": f"s-{id}",
        "survey": "post_contact",
        "survey_version": "v",
        "channel": "sms",
        "language": "en",
        "ours": "+3197000000",
        "reference": f"C-{id}",
        "queue": "repairs",
        "started_at": NOW,
        "expires_at": NOW + timedelta(hours=72),
        "revision": 3,
        "snapshot": b"",
        "respondent_id": f"p-{id}",
        "theirs": f"i-{id}",
    }
    given = {"session_id": f"s-{id}", "series": "x", "language": "en", "channel": "sms", "late": False}
    given |= {"raw": b"", "answered_at": NOW}
    verbatim = keys.encrypt(why, "answers.verbatim")
    person = {"id": f"p-{id}", "address_index": f"i-{id}", "address": b"", "created_at": NOW}
    with parts.database.write() as connection:
        connection.execute(respondents.insert(), person)
        connection.execute(sessions.insert(), session)
        connection.execute(answers.insert(), {**given, "question": "nps", "instrument": "nps", "value": 2})
        connection.execute(answers.insert(), {**given, "question": "why", "verbatim": verbatim})
        new = NewCallback(
            id=id,
            session=f"s-{id}",
            reference=f"C-{id}",
            reasons="low_score",
            survey_version="v",
            language="en",
            asked="May we call you back?",
            said="Yes, after five",
            number=PHONE,
            consented_at=NOW,
            due_at=NOW + due,
        )
        assert agree(connection, keys, new, ())
    return id


@pytest.fixture
def ann(parts: Parts) -> FlaskClient:
    return client_of(parts, "ann")


def press(client: FlaskClient, id: str, what: str, **form: str) -> TestResponse:
    """Sends one of the forms on the page of a callback, and follows."""
    form["csrf_token"] = token(client.get(f"/callbacks/{id}"))
    return client.post(f"/callbacks/{id}/{what}", data=form, follow_redirects=True)


def test_analysts_see_no_callbacks(parts: Parts) -> None:
    """Who only reads figures gets neither the list nor a number; nobody does who has not signed in."""
    id = agreed(parts, "secret")
    eve, nobody = client_of(parts, "eve"), create_app(parts).test_client()
    for path in ("/callbacks", f"/callbacks/{id}"):
        assert eve.get(path).status_code == 403
        assert nobody.get(path).status_code == 302
    assert "/callbacks" not in eve.get("/contacts").text


def test_the_number_is_shown_to_whoever_has_claimed(parts: Parts, ann: FlaskClient) -> None:
    """Before that nobody reads it, and afterwards only one; the rest of what the customer said is there for all."""
    id = agreed(parts, "number", why=NASTY)
    page = ann.get(f"/callbacks/{id}").text
    assert PHONE not in page
    assert NASTY not in page
    assert "&lt;script&gt;" in page
    for known in ("May we call you back?", "Yes, after five", "Low score", "4711", "repairs"):
        assert known in page
    assert f'href="tel:{PHONE}"' in press(ann, id, "claim").text
    assert PHONE not in client_of(parts, "kim").get(f"/callbacks/{id}").text


def test_what_tells_who_somebody_is_is_for_whoever_has_claimed(parts: Parts, ann: FlaskClient) -> None:
    """In the words of the customer, in what was reported with the contact and in the notes."""
    id = agreed(parts, "masked", why=f"call me at 0600000001 or write to {MAIL}")
    page = ann.get(f"/callbacks/{id}").text
    assert "call me at [phone] or write to [email]" in page
    assert MAIL not in page
    mine = press(ann, id, "claim").text
    assert f"call me at 0600000001 or write to {MAIL}" in mine
    assert mine.count(MAIL) == 2
    press(ann, id, "close", note=f"wrote to {MAIL}", ending="solved")
    past = ann.get(f"/callbacks/{id}").text
    assert "wrote to [email]" in past
    assert MAIL not in past


@pytest.mark.parametrize(
    ("language", "told"),
    [
        ("en", "NPS: 2 of 10, detractor 0 = not at all likely, 10 = extremely likely"),
        ("nl", "NPS: 2 van 10, criticaster 0 = helemaal niet waarschijnlijk, 10 = zeer waarschijnlijk"),
    ],
)
def test_a_number_is_told_with_its_scale(parts: Parts, ann: FlaskClient, language: str, told: str) -> None:
    """In the list and on the page, in the reader's language: nobody has to know which end is the good one."""
    id = agreed(parts, f"scale-{language}")
    for path in ("/callbacks", f"/callbacks/{id}"):
        page = ann.get(path, headers={"Accept-Language": language}).text
        words = " ".join(re.sub(r"<[^>]+>", " ", page).split()).replace(" ,", ",")
        assert told.removeprefix("" if path == "/callbacks" else "NPS: ") in words, words


def test_whoever_comes_second_is_told_by_whom(parts: Parts, ann: FlaskClient) -> None:
    """Two open the page, both claim: the second reads who was faster."""
    id, ben = agreed(parts, "race"), client_of(parts, "ben")
    form = {"csrf_token": token(ben.get(f"/callbacks/{id}"))}
    press(ann, id, "claim")
    told = ben.post(f"/callbacks/{id}/claim", data=form, follow_redirects=True).text
    assert "ann was faster and has claimed this callback." in told
    assert PHONE not in told


def test_closing_takes_words_and_an_outcome(parts: Parts, ann: FlaskClient) -> None:
    """Without either it stays as it was, and what was typed is still there."""
    id = agreed(parts, "closing")
    press(ann, id, "claim")
    assert press(ann, id, "close", ending="solved").status_code == 422
    missing = press(ann, id, "close", note="rang twice")
    assert missing.status_code == 422
    assert "rang twice" in missing.text
    never = press(ann, id, "close", note="rang twice", ending="not_reached", due_at="")
    assert "Say when to try again" in never.text
    for beyond in ("2026-04-07T09:30", "9999-12-31T23:59", "0001-01-01T00:00"):
        refused = press(ann, id, "close", note="rang twice", ending="not_reached", due_at=beyond)
        assert (refused.status_code, "in 90 days at the latest" in refused.text) == (422, True)
    later = press(ann, id, "close", note="rang twice", ending="not_reached", due_at="2026-01-07T09:30")
    assert "open again for the next try" in later.text
    assert "Open, tried once" in later.text
    press(ann, id, "claim")
    assert "the callback is closed" in press(ann, id, "close", note="sent a new one", ending="solved").text
    page = ann.get(f"/callbacks/{id}").text
    assert "rang twice" in page
    assert "Reached, and solved" in page
    assert PHONE not in page
    assert f"C-{id}" in ann.get("/callbacks?show=closed").text


def test_a_claim_can_be_taken_over(parts: Parts, ann: FlaskClient) -> None:
    """Whoever claimed it may have gone home. Of two who take it over one does, and no word of the other is lost."""
    id, ben, kim = agreed(parts, "left"), client_of(parts, "ben"), client_of(parts, "kim")
    press(ann, id, "claim")
    seen = re.findall(r'name="revision" value="(\d+)"', ben.get(f"/callbacks/{id}").text)[0]
    assert f'href="tel:{PHONE}"' in press(ben, id, "take-up", revision=seen).text
    second = press(kim, id, "take-up", revision=seen).text
    assert "ben was faster and has claimed this callback." in second
    assert PHONE not in second
    lost = press(ann, id, "close", note="rang twice", ending="solved")
    assert lost.status_code == 409
    assert "what you wrote was not kept" in lost.text
    assert "rang twice" in lost.text
    found = parts.callbacks.find(id, "ben")
    assert found
    assert (found.line.claimed_by, found.words.note) == ("ben", "")


def test_a_callback_closed_by_mistake_is_taken_up_again(parts: Parts, ann: FlaskClient) -> None:
    """With all that was noted; unless the customer has taken the yes back."""
    id = agreed(parts, "mistake")
    press(ann, id, "claim")
    press(ann, id, "close", note="wrong customer", ending="solved")
    page = ann.get(f"/callbacks/{id}").text
    seen = re.findall(r'name="revision" value="(\d+)"', page)[0]
    again = press(ann, id, "take-up", revision=seen).text
    assert f'href="tel:{PHONE}"' in again
    assert "wrong customer" in again
    with parts.database.write() as connection:
        withdraw(connection, f"s-{id}", NOW)
    page = ann.get(f"/callbacks/{id}").text
    assert "Take it up again" not in page
    with pytest.raises(TakenError):
        parts.callbacks.take_up(id, "ann", int(seen) + 2)


def test_a_form_of_another_site_does_nothing(parts: Parts, ann: FlaskClient) -> None:
    """Without the token of the page nothing is claimed, released or closed."""
    id = agreed(parts, "forged")
    ann.post(f"/callbacks/{id}/claim")
    found = parts.callbacks.find(id, "ann")
    assert found
    assert found.line.state == "open"
    parts.callbacks.claim(id, "ann")
    assert ann.post(f"/callbacks/{id}/close", data={"note": "x", "ending": "solved"}).status_code == 422
    ann.post(f"/callbacks/{id}/release")
    found = parts.callbacks.find(id, "ann")
    assert found
    assert found.line.state == "claimed"


def test_an_address_of_nothing_is_told(ann: FlaskClient) -> None:
    """A callback that is gone is not found; a filter that is none shows what is to call."""
    assert ann.get("/callbacks/gone").status_code == 404
    assert ann.get("/callbacks?show=none&page=-3").status_code == 200
    assert ann.get("/callbacks?page=99999999999999999999").status_code == 200


def test_a_callback_from_the_list_to_its_end(parts: Parts, browser: Browser) -> None:
    """Without JavaScript and at the width of a telephone: overdue first and in words, claim, note, close, released."""
    late = agreed(parts, "late", timedelta(hours=-2))
    with (
        served(create_app(parts)) as address,
        browser.new_context(viewport={"width": 390, "height": 844}, java_script_enabled=False) as context,
    ):
        page = context.new_page()
        page.goto(f"{address}/callbacks?show=overdue")
        page.get_by_label("Name").fill("ben")
        page.get_by_label("Password").fill(PASSWORD)
        page.get_by_role("button", name="Sign in").click()
        first = page.get_by_role("row").nth(1)
        expect(first).to_contain_text(f"C-{late}")
        expect(first).to_contain_text("Overdue")
        first.get_by_role("link").click()
        page.get_by_role("button", name="Claim").click()
        expect(page.get_by_role("link", name=f"Call {PHONE}")).to_be_visible()
        assert page.evaluate("document.documentElement.scrollWidth") <= 390
        page.get_by_role("button", name="Leave it to somebody else").click()
        page.get_by_role("button", name="Claim").click()
        page.get_by_label("What was done").fill("apologised, and mended it")
        page.get_by_label("Reached, and solved").check()
        page.get_by_role("button", name="Write it down").click()
        expect(page.get_by_role("status")).to_contain_text("closed")
    found = parts.callbacks.find(late, "ben")
    assert found
    assert (found.line.outcome, found.line.closed_by) == (Ending.SOLVED, "ben")


# From other systems, and in a terminal


def test_programs_claim_and_close_in_somebodys_name(parts: Parts) -> None:
    """The list has no number, a claim gives it, whoever comes second is told, and closing takes the same name."""
    id, client = agreed(parts, "api"), create_app(parts).test_client()
    key = {"Authorization": f"Bearer {parts.accounts.add_key('crm', Role.ADMIN)}"}
    listed = client.get("/api/v1/callbacks", headers=key)
    assert PHONE not in listed.text
    assert id in [each["id"] for each in listed.json["callbacks"]]  # type: ignore[index]
    claimed = client.post(f"/api/v1/callbacks/{id}/claim", headers=key, json={"by": "crm ann"})
    assert (claimed.status_code, claimed.json["phone"]) == (200, PHONE)  # type: ignore[index]
    second = client.post(f"/api/v1/callbacks/{id}/claim", headers=key, json={"by": "crm ben"})
    assert (second.status_code, second.json["detail"]) == (409, "crm ann has claimed it.")  # type: ignore[index]
    done = {"by": "crm ann", "outcome": "not_reached", "note": "rang twice"}
    assert client.post(f"/api/v1/callbacks/{id}/close", headers=key, json=done).status_code == 422
    for beyond in ("9999-12-31T23:59:59+00:00", "9999-12-31T23:59:59-23:59", "0001-01-01T00:00:00+23:59"):
        refused = client.post(f"/api/v1/callbacks/{id}/close", headers=key, json={**done, "due_at": beyond})
        assert (refused.status_code, "due_at" in refused.text) == (422, True)
    assert client.get("/api/v1/callbacks", headers=key).status_code == 200
    done["outcome"] = "unwanted"
    closed = client.post(f"/api/v1/callbacks/{id}/close", headers=key, json=done)
    assert (closed.status_code, closed.json["state"]) == (200, "closed")  # type: ignore[index]
    assert PHONE not in closed.text
    for role in (Role.TRIGGER, Role.ANALYST):
        other = {"Authorization": f"Bearer {parts.accounts.add_key(f'other {role}', role)}"}
        assert client.get("/api/v1/callbacks", headers=other).status_code == 403


def test_whoever_watches_sees_what_is_overdue(parts: Parts) -> None:
    """Open and overdue callbacks, and announcements that wait or never arrived, are told to Prometheus."""
    agreed(parts, "watched", timedelta(hours=-1))
    told = create_app(parts).test_client().get("/metrics").text
    for name in ("callbacks_open", "callbacks_overdue"):
        assert float(re.findall(rf"^nawoord_{name} (\S+)$", told, re.MULTILINE)[0]) >= 1
    assert "nawoord_callback_announcements_waiting 0.0" in told
    assert "nawoord_callback_announcements_given_up 0.0" in told


def test_the_terminal_lists_them_without_numbers(parts: Parts, monkeypatch: pytest.MonkeyPatch) -> None:
    """And a test announcement without any way to send it is told."""
    id = agreed(parts, "terminal", timedelta(hours=-1))
    monkeypatch.setattr("bot.app.ready", lambda: parts)
    monkeypatch.setattr(parts.database, "dispose", lambda: None)
    monkeypatch.setenv("COLUMNS", "80")
    monkeypatch.setattr("rich.console.Console.is_terminal", True)
    listed = CliRunner().invoke(cli, ["callbacks", "list", "--show", "overdue"])
    assert listed.exit_code == 0, listed.output
    assert id in listed.output
    assert "times in Europe/Amsterdam" in listed.output
    assert PHONE not in listed.output
    tested = CliRunner().invoke(cli, ["callbacks", "test"])
    assert (tested.exit_code, "no way is set" in tested.output) == (2, True)
