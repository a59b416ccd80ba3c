"""What may be asked of a carrier, what matches what was sought, and what an error code means."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.carriers import GRACE, Found, Outgoing, OutgoingCall, Sought
from bot.carriers.errors import FINAL, MEANINGS, Verdict, explain, verdict
from flows.survey import Channel

OURS, THEIRS = "+15005550006", "+31600000001"
URL = "https://survey.example.com/x"
NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)


@pytest.mark.parametrize("seconds", [0, -1, 36_001])
def test_a_message_is_valid_for_a_while(seconds: int) -> None:
    """A message that expired before it was sent, or never expires, cannot be asked for."""
    with pytest.raises(ValueError, match="1 to 36000 seconds"):
        Outgoing(Channel.SMS, OURS, THEIRS, "text", valid_seconds=seconds)


@pytest.mark.parametrize(("rings", "lasts", "fault"), [(0, 60, "rings"), (601, 60, "rings"), (30, 0, "a second")])
def test_a_call_rings_and_lasts_for_a_while(rings: int, lasts: int, fault: str) -> None:
    """Calls that never ring or ring for ever cannot be asked for."""
    with pytest.raises(ValueError, match=fault):
        OutgoingCall(OURS, THEIRS, URL, URL, rings, lasts)


def test_nothing_shows_whom_it_is_for() -> None:
    """Neither numbers nor texts nor addresses with tokens can reach a log by the representation of anything here."""
    shown = (
        OutgoingCall(OURS, THEIRS, URL, URL, 30, 600),
        Sought(Channel.SMS, OURS, THEIRS, NOON, "How was it?"),
        Found("SM1", NOON, "sent", text="How was it?"),
        Outgoing(Channel.SMS, OURS, THEIRS, "How was it?", status_callback=URL, variables={"1": "How was it?"}),
    )
    for word in (OURS, THEIRS, "How was", "https"):
        assert word not in repr(shown)


def test_clocks_may_differ_a_little() -> None:
    """A carrier counts whole seconds by a clock of its own: what it made just before it was asked is a match."""
    sought = Sought(Channel.SMS, OURS, THEIRS, NOON)
    assert sought.covers(Found("SM1", NOON - GRACE, "sent"))
    assert not sought.covers(Found("SM1", NOON - GRACE - timedelta(seconds=1), "sent"))
    assert sought.covers(Found("SM1", None, "sent"))


@given(words=st.lists(st.text("aé€\U0001f600.", min_size=1), min_size=1), before=st.text(), after=st.text())
def test_a_text_is_found_again_whatever_is_around_it(words: list[str], before: str, after: str) -> None:
    """Other spaces, and words the carrier adds before and after, do not hide a text; another text is no match."""
    sought = Sought(Channel.SMS, OURS, THEIRS, NOON, " ".join(words))
    found = Found("SM1", NOON, "sent", text=f"{before} " + "\n ".join(words) + f" {after}")
    assert sought.covers(found)
    assert not sought.covers(Found("SM1", NOON, "sent", text="z " * len(words)))


VERDICTS = {
    21610: Verdict.OPTED_OUT,
    21211: Verdict.BAD_NUMBER,
    21217: Verdict.BAD_NUMBER,
    21614: Verdict.NOT_THIS_CHANNEL,
    21408: Verdict.NOT_THIS_CHANNEL,
    21215: Verdict.NOT_THIS_CHANNEL,
    63016: Verdict.NOT_THIS_CHANNEL,
    63024: Verdict.NOT_THIS_CHANNEL,
    30007: Verdict.NOT_THIS_CHANNEL,
    30003: Verdict.UNREACHED,
    30008: Verdict.UNREACHED,
    20003: Verdict.OURS,
    20429: Verdict.PASSING,
    429: Verdict.PASSING,
    500: Verdict.PASSING,
    503: Verdict.PASSING,
    21611: Verdict.PASSING,
    None: Verdict.PASSING,
    98765: Verdict.NOT_THIS_CHANNEL,
}


@pytest.mark.parametrize(("code", "means"), VERDICTS.items())
def test_a_code_means_something(code: int | None, means: Verdict) -> None:
    """Each code leads to one of six verdicts; one that nobody knows rules out its channel, and silence passes."""
    assert verdict(code) is means
    assert (means in FINAL) is (means in (Verdict.OPTED_OUT, Verdict.BAD_NUMBER, Verdict.NOT_THIS_CHANNEL))


def test_every_code_is_explained() -> None:
    """Whoever runs this reads a sentence for each known code, and at least the code for any other."""
    for code in MEANINGS:
        assert f"(carrier error {code})" in explain(code)
    assert "98765" in explain(98765)
    assert explain(None) == "the carrier did not answer"
