"""Whom a survey may be put to, case by case: the table is eligibility.yaml."""

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
import yaml

from bot.addresses import Address, number_of
from bot.policy import likely_language, policy_of
from bot.settings import Settings
from flows import loader
from flows.eligibility import (
    SENTENCES,
    Contact,
    Eligible,
    History,
    Ineligible,
    Reason,
    decide,
    explain,
    open_at,
)
from flows.survey import Channel

CASES = yaml.safe_load((Path(__file__).parent / "eligibility.yaml").read_text(encoding="utf-8"))
SURVEY = loader.load("post_contact", company="Voorbeeld")
AMSTERDAM = ZoneInfo("Europe/Amsterdam")
TWILIO = {
    "carrier": "twilio",
    "public_url": "https://survey.example",
    "secrets": {"twilio_auth_tokens": "a token", "twilio_account_sid": f"AC{0:032x}"},
}


def moment(written: Any) -> datetime:
    """A time in Amsterdam, unless it has a zone of its own."""
    read = written if isinstance(written, datetime) else datetime.fromisoformat(str(written))
    return read if read.tzinfo else read.replace(tzinfo=AMSTERDAM)


def settings_of(case: dict[str, Any]) -> Settings:
    plain = {"eligibility": case.get("rules", {})} | (TWILIO if case.get("carrier") == "twilio" else {})
    return Settings.model_validate(
        plain | {"whatsapp": {"invitation": dict.fromkeys(case.get("templates", ()), f"HX{0:032x}")}}
    )


def decided(case: dict[str, Any]) -> str:
    """The decision, as the table writes it."""
    settings = settings_of(case)
    about = {"phone": "+31612345678", **case.get("contact", {})}
    number = number_of(about.pop("phone"))
    country = about.pop("country", None) or number.country
    contact = Contact(
        reference="a contact",
        ended_at=moment(case["ended"]),
        country=country,
        origin=number.country,
        zones=number.zones,
        number=number.kind,
        likely=likely_language(settings, SURVEY, Address(Channel.SMS, number.person, country)),
        channel=Channel(about.pop("channel")) if "channel" in about else None,
        **about,
    )
    past = case.get("history", {})
    history = History(**past | ({"invited_at": moment(past["invited_at"])} if "invited_at" in past else {}))
    decision = decide(policy_of(settings, SURVEY, b"salt"), history, contact, moment(case.get("now", case["ended"])))
    if isinstance(decision, Ineligible):
        return decision.reason + (f" until {shown(decision.until)}" if decision.until else "")
    return f"invited {shown(decision.at)} by {', '.join(decision.channels) or 'nothing'} in {decision.language}"


def shown(at: datetime) -> str:
    local = at.astimezone(AMSTERDAM).replace(tzinfo=None)
    return local.isoformat(" ", timespec="seconds").removesuffix(":00")


@pytest.mark.parametrize("case", CASES, ids=[case["case"] for case in CASES])
def test_each_contact_is_decided_as_the_table_says(case: dict[str, Any]) -> None:
    """What is expected follows from the rules, and being asked again changes nothing."""
    assert decided(case) == case["expect"]
    assert decided(case) == case["expect"]


def test_the_table_holds_every_reason() -> None:
    """No reason is left untried."""
    told = {case["expect"].split(" ")[0] for case in CASES} - {"invited"}
    assert told == {str(reason) for reason in Reason}


def test_the_first_reason_that_holds_is_told() -> None:
    """Reasons are told in the order in which they are named, so that a contact is never counted under two."""
    case: dict[str, Any] = {"ended": "2026-03-07 18:00", "rules": {"channels": ["sms"], "share": 0, "a_day": 1}}
    history = {"invited_at": "2026-03-01 12:00", "invited_today": 1}
    landline = {"phone": "+31201234567", "language": "nl"}
    # Each line takes away what stood in the way before it.
    lines: list[tuple[str, dict[str, Any]]] = [
        ("no_number", {"contact": {"phone": None}, "history": {"opted_out": True}, "now": "2026-03-09 12:00"}),
        ("bad_number", {"contact": {"phone": "+31612"}, "history": {"opted_out": True}, "now": "2026-03-09 12:00"}),
        ("opted_out", {"contact": {"phone": "+4930123456"}, "history": {"opted_out": True}}),
        ("no_permission", {"contact": {"phone": "+4930123456", "language": "it"}, "now": "2026-03-09 12:00"}),
        ("too_old", {"contact": {"phone": "+31201234567", "language": "it"}, "now": "2026-03-09 12:00"}),
        ("no_language", {"contact": landline | {"language": "it"}, "history": history}),
        ("landline", {"contact": landline, "history": history}),
        ("quarantined until 2026-05-30 13:00", {"history": history}),
        ("sampled_out", {"history": {"invited_today": 1}}),
        ("no_time", {"history": {"invited_today": 1}, "rules": case["rules"] | {"share": 1}}),
        ("daily_cap until 2026-03-07 01:00",
         {"history": {"invited_today": 1}, "rules": case["rules"] | {"share": 1}, "ended": "2026-03-06 12:00"}),
    ]  # fmt: skip
    assert [decided(case | line) for _, line in lines] == [told for told, _ in lines]


def test_every_reason_has_a_sentence() -> None:
    """People read why, and from when on it no longer holds."""
    assert set(SENTENCES) == set(Reason)
    until = datetime(2026, 5, 30, 13, tzinfo=AMSTERDAM)
    for reason in Reason:
        assert explain(reason).endswith(".")
        assert explain(reason).count(".") == 1
        assert explain(reason, until) == f"{explain(reason)[:-1]}; this holds until 2026-05-30 11:00 UTC."


def test_open_hours_are_asked_for_where_somebody_may_be_invited() -> None:
    """A country without permission has no hours at all."""
    policy = policy_of(Settings(), SURVEY, b"salt")
    night = datetime(2026, 3, 4, 3, tzinfo=UTC)
    assert open_at(policy, "NL", night, night + timedelta(days=1)) == datetime(2026, 3, 4, 8, tzinfo=UTC)
    assert open_at(policy, "DE", night, night + timedelta(days=1)) is None
    assert open_at(policy, None, night, night + timedelta(days=1)) is None


def test_a_decision_holds_what_dispatch_needs() -> None:
    """The moment is in UTC and the channels stand in their order."""
    noon = datetime(2026, 3, 4, 12, tzinfo=AMSTERDAM)
    contact = Contact("a contact", noon, "NL", number_of("+31612345678").kind, "nl")
    expected = Eligible(datetime(2026, 3, 4, 11, 10, tzinfo=UTC), (Channel.SMS, Channel.WHATSAPP, Channel.CALL), "nl")
    assert decide(policy_of(Settings(), SURVEY, b"salt"), History(), contact, noon) == expected
