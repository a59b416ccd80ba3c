"""What holds of every decision, whatever the contact, the person and the hour."""

import itertools
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bot.invitations import Invitations, NewContact, Source
from bot.policy import policy_of
from bot.settings import Settings
from flows import loader
from flows.eligibility import Contact, History, Ineligible, NumberKind, Policy, Reason, decide, is_sampled
from flows.survey import Channel
from storage.database import Database
from storage.encryption import Keys

SURVEY = loader.load("post_contact", company="Voorbeeld")
COUNTRIES = {"NL": {}, "BE": {}, "ES": {}, "US": {"zones": ["America/New_York", "America/Los_Angeles"]}}

MOMENTS = st.datetimes(datetime(2026, 1, 1), datetime(2027, 12, 31), timezones=st.just(UTC))  # noqa: DTZ001
REFERENCES = st.text(st.characters(exclude_categories=["Cc", "Cs"]), min_size=1, max_size=40)


def mostly(usual: Any, others: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    """Most draws are the usual one, for a contact with ten things in its way is of no use."""
    return st.integers(0, 9).flatmap(lambda chance: others if chance == 0 else st.just(usual))


@st.composite
def policies(draw: st.DrawFn) -> Policy:
    rules = {
        "countries": COUNTRIES,
        "channels": draw(st.permutations(list(Channel)))[: draw(mostly(3, st.integers(1, 2)))],
        "delay_minutes": draw(st.integers(0, 59)),
        "oldest_hours": draw(st.integers(1, 72)),
        "quarantine_days": draw(st.integers(0, 180)),
        "share": draw(mostly(1, st.floats(0, 1))),
        "a_day": draw(mostly(None, st.integers(1, 10))),
    }
    return policy_of(Settings.model_validate({"eligibility": rules}), SURVEY, draw(st.binary(max_size=8)))


@st.composite
def cases(draw: st.DrawFn) -> tuple[Policy, History, Contact, datetime]:
    now = draw(MOMENTS)
    contact = Contact(
        reference=draw(REFERENCES),
        ended_at=now - timedelta(minutes=draw(st.integers(-5, 120) | st.integers(-5, 80 * 60))),
        country=draw(st.sampled_from(list(COUNTRIES)) | mostly("NL", st.sampled_from(["DE", None]))),
        number=draw(
            st.sampled_from([NumberKind.MOBILE, NumberKind.EITHER])
            | mostly(NumberKind.LANDLINE, st.sampled_from(NumberKind))
        ),
        likely=draw(mostly("nl", st.sampled_from(["en", "it"]))),
        language=draw(mostly(None, st.sampled_from(["nl", "fr", "it"]))),
        channel=draw(st.none() | st.sampled_from(Channel)),
        queue=draw(st.none() | st.sampled_from(["returns", "billing"])),
        live=draw(mostly(False, st.just(True))),
    )
    invited_at = draw(mostly(None, st.integers(0, 200).map(lambda days: now - timedelta(days=days))))
    return (
        draw(policies()),
        History(draw(mostly(False, st.just(True))), invited_at, draw(st.integers(0, 12))),
        contact,
        now,
    )


@settings(max_examples=400)
@given(case=cases())
def test_an_invitation_keeps_every_rule(case: tuple[Policy, History, Contact, datetime]) -> None:
    """Never in quiet hours, too soon or late, against a wish, in quarantine, or where it is not permitted."""
    policy, history, contact, now = case
    decision = decide(policy, history, contact, now)
    if isinstance(decision, Ineligible):
        return
    assert not history.opted_out
    assert history.invited_at is None or now >= history.invited_at + policy.quarantine
    assert policy.a_day is None or history.invited_today < policy.a_day
    assert is_sampled(policy, contact.reference, contact.queue)
    assert decision.language in SURVEY.languages
    assert set(decision.channels) <= set(policy.channels)
    assert len(set(decision.channels)) == len(decision.channels)
    if contact.live:
        assert decision.at == now
        assert Channel.CALL not in decision.channels
        return
    assert decision.channels
    assert contact.country is not None
    assert policy.countries[contact.country].is_open(decision.at)
    assert max(now, contact.ended_at + policy.delay) <= decision.at <= contact.ended_at + policy.oldest
    assert contact.number is not NumberKind.LANDLINE or decision.channels == (Channel.CALL,)


@given(case=cases())
def test_a_decision_is_stable(case: tuple[Policy, History, Contact, datetime]) -> None:
    """Whoever asks the same again is told the same."""
    assert decide(*case) == decide(*case)


@given(case=cases())
def test_more_in_the_way_never_helps(case: tuple[Policy, History, Contact, datetime]) -> None:
    """Whoever is not invited is not invited either after having opted out, and is then told nothing else but facts."""
    policy, history, contact, now = case
    stopped = decide(policy, History(True, history.invited_at, history.invited_today), contact, now)
    assert isinstance(stopped, Ineligible)
    assert stopped.reason in (Reason.OPTED_OUT, Reason.NO_NUMBER, Reason.BAD_NUMBER)


@given(
    reference=REFERENCES, smaller=st.floats(0, 1), larger=st.floats(0, 1), queue=st.none() | st.sampled_from(["a", "b"])
)
def test_a_larger_sample_holds_the_smaller(reference: str, smaller: float, larger: float, queue: str | None) -> None:
    """Raising the share adds contacts and takes none away; nobody is in a sample of 0, everybody in one of 1."""
    smaller, larger = sorted((smaller, larger))

    def sample(share: float) -> bool:
        rules = {"share": 0 if queue else share, "shares": {"a": share, "b": share}}
        return is_sampled(policy_of(Settings.model_validate({"eligibility": rules}), SURVEY, b"s"), reference, queue)

    assert sample(smaller) <= sample(larger)
    assert not sample(0)
    assert sample(1)


@pytest.mark.parametrize("salt", [b"one salt", b"another", b"\x00\xff"])
@pytest.mark.parametrize("share", [0.01, 0.2, 0.5, 0.97])
def test_the_share_of_the_sample_is_the_share_that_is_set(salt: bytes, share: float) -> None:
    """Of 20,000 references in a row so many are in the sample as chance allows: within 4.5 standard deviations."""
    policy = policy_of(Settings.model_validate({"eligibility": {"share": share}}), SURVEY, salt)
    count = 20_000
    drawn = sum(is_sampled(policy, f"call-{number:06}", None) for number in range(count))
    assert abs(drawn - count * share) < 4.5 * (count * share * (1 - share)) ** 0.5


def test_samples_under_two_salts_have_nothing_to_do_with_each_other() -> None:
    """Who knows one sample cannot tell the other: of the half in one, half is in the other, as far as chance allows."""
    one, other = (
        policy_of(Settings.model_validate({"eligibility": {"share": 0.5}}), SURVEY, salt) for salt in (b"1", b"2")
    )
    references = [f"call-{number}" for number in range(20_000)]
    both = sum(is_sampled(one, each, None) and is_sampled(other, each, None) for each in references)
    assert abs(both - 5_000) < 4.5 * (20_000 * 0.25 * 0.75) ** 0.5


PERSONS = itertools.count(1)
ALWAYS = {"hours": {"mon-sun": "00:00-24:00"}, "countries": {"NL": {"holidays": False}}, "delay_minutes": 0}
TRIGGERS = st.lists(
    st.tuples(st.integers(0, 2), st.sampled_from([0, 1, 9, 29, 30, 31]), st.sampled_from([0, 0, 0, 1, 86_399])),
    min_size=1,
    max_size=12,
)


@settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(triggers=TRIGGERS)
def test_nobody_is_invited_twice_within_the_quarantine(
    database: Database, keys: Keys, tmp_path: Path, triggers: list[tuple[int, int, int]]
) -> None:
    """Over any sequence of contacts of three people on a real database: invited exactly when thirty days are over."""
    rules = Settings.model_validate({"folder": tmp_path, "eligibility": ALWAYS | {"quarantine_days": 30}})
    now = datetime(2026, 1, 1, tzinfo=UTC)
    ids = map(str, itertools.count())
    example = next(PERSONS)
    invitations = Invitations(rules, SURVEY, database, keys, lambda: now, lambda: f"{example}-{next(ids)}")
    last: dict[int, datetime] = {}
    for number, (person, days, seconds) in enumerate(triggers):
        now += timedelta(days=days, seconds=seconds)
        phone = f"+316{example:06}{person:02}"
        decided = invitations.take(NewContact(f"{example}/{number}", phone, now, Source.API))
        may = person not in last or now >= last[person] + timedelta(days=30)
        assert decided.invited == may
        if may:
            last[person] = now
        else:
            assert (decided.reason, decided.until) == (Reason.QUARANTINED, last[person] + timedelta(days=30))
