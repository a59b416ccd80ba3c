"""What is done next for an invitation: a table of cases with times, and laws over all cases there can be."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from flows.cases import Attempt, Case, Close, Ending, Fault, Look, Move, Poll, Rest, Rules, Send, Standing
from flows.dayparts import daypart
from flows.dispatch import is_wanted, move, wait
from flows.fates import FAILED, IN_THE_AIR, RANKS, Kind, Status, below, told
from flows.hours import Hours, Window
from flows.session import Outcome
from flows.survey import Channel

AMSTERDAM = ZoneInfo("Europe/Amsterdam")
MONDAY = datetime(2026, 3, 2, 10, tzinfo=AMSTERDAM).astimezone(UTC)
OFFICE = Hours(((Window(9 * 60, 20 * 60),),) * 5 + ((),) * 2, (AMSTERDAM,))
SMS, WHATSAPP, CALL = Channel.SMS, Channel.WHATSAPP, Channel.CALL
INVITATION, REMINDER, CONTINUATION = Kind.INVITATION, Kind.REMINDER, Kind.CONTINUATION

RULES = Rules(
    answer_within={SMS: timedelta(hours=6), WHATSAPP: timedelta(hours=6)},
    remind_after=timedelta(hours=18),
    remind_within=timedelta(hours=2),
    calls=2,
    unrung=3,
    finish_by_text=True,
    lease=timedelta(minutes=1),
    patience=timedelta(minutes=10),
    poll_after=timedelta(minutes=5),
    queued=timedelta(hours=1),
    retry_after=timedelta(hours=1),
    first_wait=timedelta(seconds=5),
    longest_wait=timedelta(minutes=15),
)


def after(**time: float) -> datetime:
    """That long after Monday at ten."""
    return MONDAY + timedelta(**time)


def standing(**more: object) -> Standing:
    """A session begun on Monday at ten by a text that nobody has answered yet."""
    return replace(Standing("s1", SMS, after(hours=72)), **more)  # type: ignore[arg-type]


def attempt(
    channel: Channel, status: Status, held: Standing | None = None, kind: Kind = INVITATION, **more: object
) -> Attempt:
    """What was made on Monday at ten."""
    made = Attempt("a1", channel, kind, status, MONDAY, MONDAY, "SM1", standing=held)
    return replace(made, **more)  # type: ignore[arg-type]


def case(*attempts: Attempt, channels: Sequence[Channel] = (SMS,), **more: object) -> Case:
    """Somebody invited by text until Wednesday."""
    known = Case("i1", tuple(channels), after(hours=48), OFFICE, attempts=attempts)
    return replace(known, **more)  # type: ignore[arg-type]


OPEN = standing()
HEARD = standing(heard=True)
BROKEN = standing(
    channel=CALL, heard=True, ended_at=MONDAY, outcome=Outcome.PARTIAL, can_go_on=True, expires_at=after(hours=72)
)
SENT = attempt(SMS, Status.SENT, OPEN)
NIGHT = after(hours=12)
TUESDAY = datetime(2026, 3, 3, 9, tzinfo=AMSTERDAM).astimezone(UTC)

TABLE: dict[str, tuple[Case, datetime, Move]] = {
    "a new invitation is sent": (case(), MONDAY, Send(SMS, INVITATION)),
    "at night it waits for the morning": (case(), NIGHT, Rest(TUESDAY)),
    "whatever the hour, nothing goes once it is too late": (case(), after(hours=49), Close(Ending.TOO_LATE)),
    "nor where it is too late before the next open hour": (
        case(expires_at=after(hours=20)),
        NIGHT,
        Close(Ending.TOO_LATE),
    ),
    "nobody is asked where nobody may be any more": (case(hours=None), MONDAY, Close(Ending.TOO_LATE)),
    "who has opted out is left alone": (case(opted_out=True), MONDAY, Close(Ending.OPTED_OUT)),
    "also between the message and its reminder": (case(SENT, opted_out=True), MONDAY, Close(Ending.OPTED_OUT)),
    "where there is no channel left there was nobody to reach": (case(channels=()), MONDAY, Close(Ending.UNREACHED)),
    # What may have gone out.
    "what is being made is somebody's until the lease is over": (
        case(attempt(SMS, Status.MAKING, OPEN)),
        after(seconds=59),
        Rest(after(seconds=60)),
    ),
    "then it is looked for and never sent": (
        case(attempt(SMS, Status.MAKING, OPEN)),
        after(seconds=60),
        Look(attempt(SMS, Status.MAKING, OPEN), after(seconds=120)),
    ),
    "what nobody knows of is looked for, less and less often": (
        case(attempt(SMS, Status.UNKNOWN, OPEN)),
        after(minutes=4),
        Look(attempt(SMS, Status.UNKNOWN, OPEN), after(minutes=8)),
    ),
    "once more when patience is over, and not again": (
        case(attempt(SMS, Status.UNKNOWN, OPEN)),
        after(minutes=10),
        Look(attempt(SMS, Status.UNKNOWN, OPEN), None),
    ),
    "what never turned up is sent again, in the same conversation": (
        case(attempt(SMS, Status.LOST, OPEN)),
        after(hours=1),
        Send(SMS, INVITATION, "s1"),
    ),
    "what turned up after all is not": (case(SENT), after(minutes=11), Rest(after(hours=23))),
    "a call nobody knows of blocks the next": (
        case(attempt(CALL, Status.UNKNOWN), channels=[CALL]),
        after(minutes=4),
        Look(attempt(CALL, Status.UNKNOWN), after(minutes=8)),
    ),
    # The next channel, and the reminder.
    "an answer is waited for, then reminded of": (case(SENT), after(minutes=1), Rest(after(hours=23))),
    "the reminder": (case(SENT), after(hours=23), Send(SMS, REMINDER, "s1")),
    "there is one reminder": (
        case(SENT, attempt(SMS, Status.SENT, OPEN, REMINDER)),
        after(hours=24),
        Rest(after(hours=72)),
    ),
    "where its time would be too late, it is sent shortly before": (
        case(SENT, expires_at=after(hours=9)),
        after(minutes=1),
        Rest(after(hours=8.5)),
    ),
    "a busy worker may still be in time": (
        case(SENT, expires_at=after(hours=9)),
        after(hours=8.8),
        Send(SMS, REMINDER, "s1"),
    ),
    "where its time is closed until it is too late, it is sent before closing": (
        case(SENT, expires_at=after(hours=22)),
        after(minutes=1),
        Rest(after(hours=9.5, minutes=-1)),
    ),
    "where a message has just been sent, there is none": (
        case(SENT, expires_at=after(hours=1.9)),
        after(minutes=1),
        Rest(after(hours=72)),
    ),
    "but one of the message before, if that had its time": (
        case(
            SENT,
            attempt(WHATSAPP, Status.SENT, standing(session="s2"), made_at=after(hours=8)),
            expires_at=after(hours=9),
        ),
        after(hours=8.5),
        Send(SMS, REMINDER, "s1"),
    ),
    "the message sent last is what is reminded of": (
        case(
            SENT,
            attempt(WHATSAPP, Status.SENT, standing(session="s2", channel=WHATSAPP), made_at=after(hours=6)),
        ),
        after(hours=24),
        Send(WHATSAPP, REMINDER, "s2"),
    ),
    "unanswered, the next channel is tried": (
        case(SENT, channels=[SMS, WHATSAPP]),
        after(hours=6),
        Send(WHATSAPP, INVITATION),
    ),
    "but not before its time": (case(SENT, channels=[SMS, WHATSAPP]), after(hours=5), Rest(after(hours=6))),
    "undeliverable, the next channel is tried at once": (
        case(attempt(SMS, Status.UNDELIVERED, fault=Fault.CHANNEL), channels=[SMS, CALL]),
        after(minutes=1),
        Send(CALL, INVITATION),
    ),
    "a number that does not exist is none on any channel": (
        case(attempt(SMS, Status.REFUSED, fault=Fault.NUMBER), channels=[SMS, CALL]),
        after(minutes=1),
        Close(Ending.UNDELIVERABLE),
    ),
    "a telephone that was off gets one more message, later": (
        case(attempt(SMS, Status.UNDELIVERED, fault=Fault.CHANCE)),
        after(minutes=1),
        Rest(after(hours=1)),
    ),
    "what fails by our own settings is tried until they are mended": (
        case(*[attempt(SMS, Status.FAILED, fault=Fault.OURS)] * 5),
        after(hours=2),
        Send(SMS, INVITATION),
    ),
    "and where nobody mends them in time, nobody was disturbed": (
        case(*[attempt(SMS, Status.FAILED, fault=Fault.OURS)] * 5),
        after(hours=49),
        Close(Ending.TOO_LATE),
    ),
    "and no third": (
        case(*[attempt(SMS, Status.UNDELIVERED, fault=Fault.CHANCE)] * 2),
        after(hours=2),
        Close(Ending.UNDELIVERABLE),
    ),
    "a session nobody has answered in time ends the invitation": (
        case(attempt(SMS, Status.DELIVERED, standing(ended_at=after(hours=72), outcome=Outcome.EXPIRED))),
        after(hours=72),
        Close(Outcome.EXPIRED),
    ),
    # Calls.
    "who did not answer in the morning is called in the afternoon": (
        case(attempt(CALL, Status.NO_ANSWER), channels=[CALL]),
        after(minutes=2),
        Rest(after(hours=2)),
    ),
    "a machine is nobody": (
        case(attempt(CALL, Status.MACHINE), channels=[CALL]),
        after(hours=2),
        Send(CALL, INVITATION),
    ),
    "who did not answer twice is not called again": (
        case(attempt(CALL, Status.BUSY), attempt(CALL, Status.NO_ANSWER), channels=[CALL]),
        after(hours=3),
        Close(Ending.UNREACHED),
    ),
    "of who was only ever busy nobody knows whether they are there": (
        case(attempt(CALL, Status.BUSY), attempt(CALL, Status.BUSY), channels=[CALL]),
        after(hours=3),
        Close(Ending.UNDELIVERABLE),
    ),
    "but written to, if that comes next": (
        case(attempt(CALL, Status.BUSY), attempt(CALL, Status.NO_ANSWER), channels=[CALL, SMS]),
        after(hours=3),
        Send(SMS, INVITATION),
    ),
    "a call that never rang uses up none": (
        case(*[attempt(CALL, Status.FAILED, fault=Fault.CHANCE)] * 3, channels=[CALL]),
        after(hours=1),
        Send(CALL, INVITATION),
    ),
    "but there is an end to it": (
        case(*[attempt(CALL, Status.FAILED, fault=Fault.CHANCE)] * 4, channels=[CALL]),
        after(hours=1),
        Close(Ending.UNDELIVERABLE),
    ),
    "a call that waits at the carrier is asked after": (
        case(attempt(CALL, Status.QUEUED), channels=[CALL]),
        after(minutes=50),
        Poll(attempt(CALL, Status.QUEUED), after(hours=1)),
    ),
    "after an hour it is cancelled, and no other is placed before that is told": (
        case(attempt(CALL, Status.QUEUED), channels=[CALL, SMS]),
        after(hours=1),
        Poll(attempt(CALL, Status.QUEUED), after(hours=1.5), cancels=True),
    ),
    "also where it is too late for any other": (
        case(attempt(CALL, Status.QUEUED), channels=[CALL], expires_at=after(minutes=20)),
        after(minutes=20),
        Poll(attempt(CALL, Status.QUEUED), after(minutes=30), cancels=True),
    ),
    "and where the person wants nothing more": (
        case(attempt(CALL, Status.QUEUED), channels=[CALL], opted_out=True),
        after(minutes=6),
        Poll(attempt(CALL, Status.QUEUED), after(minutes=11), cancels=True),
    ),
    "a call that rings is not cancelled": (
        case(attempt(CALL, Status.RINGING), channels=[CALL], opted_out=True),
        after(hours=2),
        Poll(attempt(CALL, Status.RINGING), after(hours=3)),
    ),
    "one that was cancelled never rang": (
        case(attempt(CALL, Status.CANCELED), channels=[CALL]),
        after(hours=1),
        Send(CALL, INVITATION),
    ),
    "one that may have been placed may have rung": (
        case(attempt(CALL, Status.UNKNOWN), channels=[CALL]),
        after(hours=49),
        Close(Ending.UNREACHED),
    ),
    "a call is waited for": (
        case(attempt(CALL, Status.RINGING), channels=[CALL]),
        after(minutes=1),
        Rest(after(minutes=5)),
    ),
    "a call of which nothing is heard is asked after": (
        case(attempt(CALL, Status.IN_PROGRESS), channels=[CALL]),
        after(minutes=30),
        Poll(attempt(CALL, Status.IN_PROGRESS), after(minutes=45)),
    ),
    "also where the person has answered elsewhere": (
        case(attempt(SMS, Status.SENT, HEARD), attempt(CALL, Status.QUEUED), channels=[SMS, CALL]),
        after(minutes=5),
        Poll(attempt(CALL, Status.QUEUED), after(minutes=10), cancels=True),
    ),
    "picked up and said nothing is no answer": (
        case(
            attempt(CALL, Status.COMPLETED, standing(channel=CALL, ended_at=MONDAY, outcome=Outcome.BROKEN_OFF)),
            channels=[CALL],
        ),
        after(hours=2),
        Send(CALL, INVITATION),
    ),
    # Who is in conversation.
    "who answers is left to it": (case(attempt(SMS, Status.SENT, HEARD)), after(hours=23), Rest(after(hours=72))),
    "an answer by text leaves a call that was to be tried again untried": (
        case(
            attempt(CALL, Status.NO_ANSWER),
            attempt(SMS, Status.SENT, standing(heard=True, ended_at=MONDAY, outcome=Outcome.COMPLETED)),
            channels=[CALL, SMS],
        ),
        after(hours=2),
        Close(Outcome.COMPLETED),
    ),
    "of two answers the fuller counts": (
        case(
            attempt(SMS, Status.SENT, standing(heard=True, ended_at=MONDAY, outcome=Outcome.BROKEN_OFF)),
            attempt(WHATSAPP, Status.SENT, replace(BROKEN, session="s2")),
            channels=[WHATSAPP],
        ),
        after(hours=2),
        Close(Outcome.PARTIAL),
    ),
    "who is in another conversation is not interrupted": (
        case(elsewhere=(OPEN,)),
        MONDAY,
        Rest(after(minutes=15)),
    ),
    "and not asked twice": (
        case(elsewhere=(standing(heard=True, ended_at=MONDAY, outcome=Outcome.COMPLETED),)),
        MONDAY,
        Close(Ending.IN_CONVERSATION),
    ),
    "one that led to nothing does not count": (
        case(elsewhere=(standing(ended_at=MONDAY, outcome=Outcome.EXPIRED),)),
        MONDAY,
        Send(SMS, INVITATION),
    ),
    "an interrupted call is finished by text": (
        case(attempt(CALL, Status.COMPLETED, BROKEN), channels=[CALL, SMS]),
        after(minutes=1),
        Send(SMS, CONTINUATION, "s1"),
    ),
    "also where it was prepared and the carrier had no time": (
        case(
            attempt(CALL, Status.COMPLETED, standing(heard=True)),
            channels=[CALL, SMS],
        ),
        after(minutes=1),
        Send(SMS, CONTINUATION, "s1"),
    ),
    "but not while the person has called back": (
        case(
            attempt(CALL, Status.COMPLETED, BROKEN),
            attempt(CALL, Status.COMPLETED, standing(session="s2", channel=CALL, heard=True)),
            channels=[CALL, SMS],
        ),
        after(minutes=1),
        Rest(after(hours=72)),
    ),
    "in the morning, if it was interrupted at night": (
        case(attempt(CALL, Status.COMPLETED, BROKEN), channels=[CALL, SMS]),
        NIGHT,
        Rest(TUESDAY),
    ),
    "not where there is no channel for it": (
        case(attempt(CALL, Status.COMPLETED, BROKEN), channels=[CALL]),
        after(minutes=1),
        Close(Outcome.PARTIAL),
    ),
    "not against the person's will": (
        case(attempt(CALL, Status.COMPLETED, BROKEN), channels=[CALL, SMS], opted_out=True),
        after(minutes=1),
        Close(Outcome.PARTIAL),
    ),
    "and not twice": (
        case(
            attempt(CALL, Status.COMPLETED, BROKEN),
            attempt(SMS, Status.SENT, BROKEN, CONTINUATION),
            channels=[CALL, SMS],
        ),
        after(hours=1),
        Close(Outcome.PARTIAL),
    ),
    # Offered on the telephone.
    "who agreed and never reached the survey gets the text": (
        case(channels=[SMS]),
        MONDAY,
        Send(SMS, INVITATION),
    ),
    "who reached it does not, whatever came of it": (
        case(on_call=standing(channel=CALL, ended_at=MONDAY, outcome=Outcome.BROKEN_OFF)),
        MONDAY,
        Close(Outcome.BROKEN_OFF),
    ),
    "who is at it is left to it": (
        case(on_call=standing(channel=CALL)),
        MONDAY,
        Rest(after(minutes=15)),
    ),
}


@pytest.mark.parametrize("name", TABLE)
def test_what_is_done_next(name: str) -> None:
    """Each case leads to the one move that is named."""
    known, now, expected = TABLE[name]
    assert move(RULES, known, now) == expected


def test_without_a_reminder_there_is_none() -> None:
    """An operator who wants no reminder gets none."""
    assert move(replace(RULES, remind_after=None), case(SENT), after(hours=23)) == Rest(after(hours=72))


@pytest.mark.parametrize(
    ("known", "wanted"),
    [
        (case(), True),
        (case(SENT), True),
        (case(attempt(SMS, Status.SENT, HEARD)), False),
        (case(opted_out=True), False),
        (case(attempt(CALL, Status.IN_PROGRESS, standing(channel=CALL))), False),
        (case(elsewhere=(OPEN,)), False),
    ],
)
def test_who_answers_a_call_that_came_late_is_asked_only_if_still_wanted(known: Case, wanted: bool) -> None:
    """A call may connect long after somebody answered elsewhere."""
    assert is_wanted(known) is wanted


def test_waiting_doubles_up_to_a_limit_and_is_always_the_same() -> None:
    """A busy carrier is left alone for longer each time, by everyone for another while."""
    waits = [wait(RULES, "i1", failures) for failures in range(1, 40)]
    for failures, waited in enumerate(waits, start=1):
        whole = min(RULES.first_wait * 2 ** (failures - 1), RULES.longest_wait)
        assert whole / 2 <= waited <= whole
    assert waits == [wait(RULES, "i1", failures) for failures in range(1, 40)]
    assert wait(RULES, "i1", 3) != wait(RULES, "i2", 3)


@pytest.mark.parametrize("word", ["MACHINE", "partially_delivered", "making", ""])
def test_words_a_carrier_does_not_say_tell_nothing(word: str) -> None:
    """Only the carrier's own statuses are taken from it."""
    assert told(word) is None


@given(st.lists(st.sampled_from(Status), max_size=12))
def test_a_status_never_regresses(news: list[Status]) -> None:
    """In whatever order news arrive and however often, the status is the furthest of them."""
    status = Status.MAKING
    for each in news:
        status = each if status in below(each) else status
    assert RANKS[status] == max([RANKS[each] for each in news], default=0)


standings = st.builds(
    Standing,
    session=st.sampled_from(["s1", "s2", "s3"]),
    channel=st.sampled_from(Channel),
    expires_at=st.integers(0, 100).map(lambda hours: after(hours=hours)),
    ended_at=st.none(),
    heard=st.booleans(),
) | st.builds(
    Standing,
    session=st.sampled_from(["s4", "s5"]),
    channel=st.sampled_from(Channel),
    expires_at=st.integers(0, 100).map(lambda hours: after(hours=hours)),
    ended_at=st.just(MONDAY),
    outcome=st.sampled_from(Outcome),
    heard=st.booleans(),
    can_go_on=st.booleans(),
)
made = st.builds(
    Attempt,
    id=st.just("a1"),
    channel=st.sampled_from(Channel),
    kind=st.sampled_from(Kind),
    status=st.sampled_from(Status),
    made_at=st.integers(0, 3000).map(lambda minutes: after(minutes=minutes)),
    changed_at=st.integers(0, 3000).map(lambda minutes: after(minutes=minutes)),
    ref=st.just("SM1"),
    fault=st.none() | st.sampled_from(Fault),
    standing=st.none() | standings,
)
cases = st.builds(
    Case,
    id=st.just("i1"),
    channels=st.lists(st.sampled_from(Channel), unique=True).map(tuple),
    expires_at=st.integers(0, 60).map(lambda hours: after(hours=hours)),
    hours=st.none() | st.just(OFFICE),
    opted_out=st.booleans(),
    attempts=st.lists(made, max_size=5).map(tuple),
    on_call=st.none() | standings,
    elsewhere=st.lists(standings, max_size=2).map(tuple),
)
moments = st.integers(0, 6000).map(lambda minutes: after(minutes=minutes))


@settings(max_examples=500)
@given(cases, moments)
def test_nothing_goes_out_that_must_not(known: Case, now: datetime) -> None:
    """Not at closed hours, not too late, not against the person's will, and not while anything may have gone out."""
    send = move(RULES, known, now)
    if not isinstance(send, Send):
        return
    assert OFFICE.is_open(now)
    assert known.hours
    assert not known.opted_out
    assert send.channel in known.channels or send.kind is REMINDER
    if send.kind is not CONTINUATION:
        assert now <= known.expires_at
        assert not any(each.heard for each in known.standings)
        assert not any(each.heard or each.ended_at is None for each in known.elsewhere)
        in_the_air = [each for each in known.attempts if each.status in IN_THE_AIR]
        assert not any(now < each.made_at + RULES.patience for each in in_the_air)


@settings(max_examples=500)
@given(cases, moments)
def test_time_always_goes_on(known: Case, now: datetime) -> None:
    """Whoever rests does so until later, so that nothing turns in circles and nothing is forgotten."""
    match move(RULES, known, now):
        case Rest(until=until):
            assert until > now
        case Look(again=again):
            assert again is None or again > now
        case Poll(again=again):
            assert again > now
        case Close(outcome=outcome):
            assert outcome
        case Send(session=session):
            assert session is None or session in {each.session for each in known.standings}


@given(st.lists(st.sampled_from([Status.BUSY, Status.NO_ANSWER, Status.MACHINE]), min_size=1, max_size=1), moments)
def test_the_second_call_is_at_another_time_of_the_day(rang: list[Status], now: datetime) -> None:
    """Nobody is called twice in the morning."""
    known = case(attempt(CALL, rang[0]), channels=[CALL], expires_at=after(hours=240))
    if isinstance(move(RULES, known, now), Send):
        assert daypart(now, AMSTERDAM) is not daypart(MONDAY, AMSTERDAM)


@given(st.lists(st.builds(replace, made, status=st.sampled_from(sorted(FAILED))), max_size=12), moments)
def test_there_is_an_end_to_trying(attempts: list[Attempt], now: datetime) -> None:
    """However it fails, only so much is tried."""
    for channel in (SMS, WHATSAPP):
        tried = [each for each in attempts if each.channel is channel and each.kind is INVITATION]
        known = case(*(replace(each, standing=None) for each in attempts), channels=[channel])
        if sum(each.fault is not Fault.OURS for each in tried) >= 2:
            assert not isinstance(move(RULES, known, now), Send)
