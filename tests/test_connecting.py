"""The recipes for contact centres are done as they are printed: every markup, request, address and program in them."""

import json
import re
import shlex
from collections.abc import Iterator
from contextlib import closing
from types import SimpleNamespace
from typing import Any
from urllib.parse import quote
from xml.etree import ElementTree

import pytest
import yaml
from werkzeug.test import Client, TestResponse

from bot.accounts import Role
from bot.app import create_app
from bot.config import PROJECT
from tests.wire import BASE, CALLER, Exchange, Wire, dialled

PAGE = (PROJECT / "docs" / "connecting.md").read_text(encoding="utf-8")
OURS = "https://survey.example"
SID = "FW11111111111111111111111111111111"


def blocks(language: str) -> list[str]:
    """What is printed in that language, in order."""
    return re.findall(rf"```{language}\n(.*?)```", PAGE, re.DOTALL)


@pytest.fixture
def wire(database_url: str) -> Iterator[Wire]:
    """An application with the settings that the page prints."""
    settings: dict[str, Any] = {}
    for printed in blocks("yaml"):
        settings |= yaml.safe_load(printed)
    with closing(Wire.to(database_url, settings)) as made:
        yield made


def asked(wire: Wire, url: str, call: str = "CA1", **more: str) -> Exchange:
    """What Twilio hears that asks for this address, as it is printed."""
    assert url.startswith(OURS)
    return wire.post(dialled(call, CALLER, url.removeprefix(OURS).replace("{{flow.sid}}", SID), **more))


def reported(wire: Wire, body: str) -> TestResponse:
    """The answer to a contact in JSON, from somebody with a key made as the page says."""
    key = wire.parts.accounts.add_key("acd", Role.TRIGGER)
    client = Client(create_app(wire.parts))
    return client.post(
        "/api/v1/contacts", data=body, content_type="application/json", headers={"Authorization": f"Bearer {key}"}
    )


@pytest.mark.parametrize("number", range(len(blocks("xml"))))
def test_markup_leads_to_the_survey(number: int, wire: Wire) -> None:
    """Whatever a centre's markup names, as an action or to be redirected to, is answered with what the caller hears."""
    document = ElementTree.fromstring(blocks("xml")[number])  # noqa: S314 -- ours
    (url,) = [
        url for verb in document for url in (verb.get("action"), (verb.text or "").strip()) if url and "//" in url
    ]
    told = {"Dial": {"DialCallStatus": "completed"}, "Enqueue": {"QueueResult": "bridged"}, "Redirect": {}}
    exchange = asked(wire, url, **told[document[0].tag])
    assert exchange.status == 200
    assert exchange.gather is not None


def test_an_offer_is_taken_up_after_the_call(wire: Wire) -> None:
    """The two pieces of markup belong together: the caller who agreed in the one is asked by the other."""
    offer, after = (ElementTree.fromstring(block)[0] for block in blocks("xml")[-2:])  # noqa: S314 -- ours
    exchange = asked(wire, offer.text or "")
    answered = wire.post(
        dialled("CA1", CALLER, (exchange.gather.action if exchange.gather else "").removeprefix(BASE), Digits="1")
    )
    assert "https://connect.example/agent?queue=billing" in answered.body
    assert asked(wire, after.get("action", ""), DialCallStatus="completed").gather is not None
    (session,) = wire.rows("sessions")
    assert (session["reference"], session["agent"], session["queue"]) == ("C-1042", "a17", "billing")


def test_addresses_for_studio_work_as_they_are_entered(wire: Wire) -> None:
    """The one after the agent, and the one for the offer, which comes back to the flow."""
    (after,) = re.findall(r"\| URL \| `(.*?)` \|", PAGE)
    (offer,) = [block.strip() for block in blocks("text") if block.startswith(OURS)]
    exchange = asked(wire, offer)
    assert exchange.gather is not None
    silence = wire.post(dialled("CA1", CALLER, exchange.gather.action.removeprefix(BASE)))
    assert "https://webhooks.twilio.com/v1/Accounts/AC" in silence.body
    assert "FlowEvent=return</Redirect>" in silence.body
    with closing(Wire.to(wire.parts.settings.database_url)) as other:
        assert asked(other, after, "CA2").status == 200
    assert wire.rows("contacts")[0]["reference"] == SID


def test_an_invite_of_a_switchboard_is_a_transfer(wire: Wire) -> None:
    """The headers that are printed arrive as Twilio hands them on."""
    (invite,) = [block for block in blocks("text") if block.startswith("INVITE")]
    headers = dict(line.split(": ", 1) for line in invite.strip().split("\n")[1:])
    theirs = headers["From"].split(";")[0].strip("<>")
    told = {f"SipHeader_{name}": value for name, value in headers.items() if name.startswith("X-")}
    assert wire.post(dialled("CA1", theirs, "/twilio/voice", **told)).gather is not None
    (session,) = wire.rows("sessions")
    assert [session[name] for name in ("reference", "agent", "queue", "touchpoint")] == [
        "C-1042",
        "a17",
        "billing",
        "phone",
    ]


def test_a_number_of_its_own_takes_transfers(wire: Wire) -> None:
    """A call that comes in there is decided about, which a walk-in is not."""
    assert "`/twilio/voice/after-call?queue=billing`" in PAGE
    assert wire.post(dialled("CA1", CALLER, "/twilio/voice/after-call?queue=billing")).gather is not None
    assert [row["source"] for row in wire.rows("contacts")] == ["transfer"]


def test_a_leg_of_a_conference_is_handed_over(wire: Wire) -> None:
    """The address that Twilio's API is given for the caller's own leg."""
    (_, handed_over) = map(shlex.split, blocks("sh"))
    (told,) = [word for word in handed_over if word.startswith("Url=")]
    assert asked(wire, told.removeprefix("Url=")).gather is not None


def test_a_contact_is_reported_by_one_request(wire: Wire) -> None:
    """What curl sends is taken."""
    words = shlex.split(blocks("sh")[0])
    assert words[1] == f"{OURS}/api/v1/contacts"
    response = reported(wire, words[words.index("-d") + 1])
    assert (response.status_code, (response.json or {})["decision"]) == (201, "invited")


def test_amazon_connect_reports_a_contact(wire: Wire, monkeypatch: pytest.MonkeyPatch) -> None:
    """The function is run on what Connect hands to it."""
    sent: list[Any] = []

    def take(request: Any, timeout: float) -> Any:
        sent.append((request, timeout))
        status = reported(wire, request.data.decode()).status_code
        return closing(SimpleNamespace(status=status, close=lambda: None))

    monkeypatch.setattr("urllib.request.urlopen", take)
    monkeypatch.setenv("NAWOORD_URL", OURS)
    monkeypatch.setenv("NAWOORD_KEY", "nw_key")
    names: dict[str, Any] = {}
    (program,) = blocks("python")
    monkeypatch.setattr("datetime.datetime", type("Then", (), {"now": staticmethod(lambda _: wire.clock())}))
    exec(program, names)  # noqa: S102 -- the program that is printed
    known = {
        "ContactId": "11111111-1111-1111-1111-111111111111",
        "CustomerEndpoint": {"Address": CALLER},
        "Queue": None,
    }
    assert names["lambda_handler"]({"Details": {"ContactData": known}}, None) == {"decision": 201}
    ((request, timeout),) = sent
    assert (request.full_url, request.get_header("Authorization")) == (f"{OURS}/api/v1/contacts", "Bearer nw_key")
    assert timeout <= 8
    assert [row["reference"] for row in wire.rows("contacts")] == [known["ContactId"]]


def test_genesys_cloud_reports_a_contact(wire: Wire) -> None:
    """The template becomes a contact once its inputs are filled in."""
    (printed,) = map(json.loads, blocks("json"))
    given = {
        "reference": 'c"1',
        "phone": CALLER,
        "ended_at": "2026-03-02T09:58:00Z",
        "queue": "billing",
        "agent": "a17",
    }
    assert set(re.findall(r"\$input\.(\w+)", printed["requestTemplate"])) == set(given)
    body = re.sub(
        r"\$esc\.jsonString\(\$input\.(\w+)\)",
        lambda found: json.dumps(given[found[1]])[1:-1],
        printed["requestTemplate"],
    )
    response = reported(wire, body)
    assert response.status_code == 201, response.text
    assert printed["requestUrlTemplate"] == f"{OURS}/api/v1/contacts"


def test_next_is_percent_encoded_as_it_has_to_be() -> None:
    """What is printed for `next` is what it means, encoded."""
    for url in re.findall(r"next=([^<\s`]+)", PAGE):
        decoded = url.replace("%3A", ":").replace("%2F", "/").replace("%3F", "?").replace("%3D", "=")
        assert quote(decoded, safe="") == url
