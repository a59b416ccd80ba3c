"""Figures from rows: what is shown of them, what is not, and that nobody can get round it."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest
from sqlalchemy import update

from bot.reporting.drivers import driven, explained
from bot.reporting.exports import What, export
from bot.reporting.funnel import asked
from bot.reporting.overview import Measured, Overview, overview
from bot.reporting.source import Source
from bot.reporting.trends import WINDOWS, Latest, Window, trend
from flows import loader
from flows.cases import Ending
from flows.disclosure import Standing
from flows.eligibility import Reason
from flows.filters import Filter, read
from flows.movement import Kind
from flows.rates import Dispositions
from flows.reversals import Suspicion
from flows.selection import Step, watch
from flows.session import Outcome
from flows.survey import Direction, Rating
from flows.trends import Every, Why
from nlp import codeframe
from storage.chains import watched
from storage.contacts import Contact, keep
from storage.database import Database
from storage.encryption import Keys
from storage.figures import values_of
from storage.models import sessions, taggings
from storage.responses import BEGINNING, page
from storage.selected import of_contacts, of_surveys
from tests.tallied import NOON, ZONE, Surveyed, contact, decide, invite, review, survey, surveys, tag

TODAY = NOON + timedelta(days=7)
WEEK = Filter(date(2026, 3, 2), date(2026, 3, 8))
BEFORE = NOON - timedelta(days=7)

MIXED = [10] * 50 + [8] * 30 + [3] * 20
"""NPS 30, of 100 answers."""
LOWER = [10] * 25 + [8] * 30 + [3] * 45
"""NPS -20."""


@pytest.fixture
def source(database: Database) -> Source:
    """Figures a week later."""
    asked_now = loader.load("post_contact", company="Acme")
    return Source(database, asked_now, ZONE, lambda: TODAY, lambda: codeframe.load("service"))


def fill(database: Database, *given: tuple[Any, Mapping[str, Any]]) -> None:
    """Surveys with these scores, and how else they are."""
    with database.write() as connection:
        for scores, more in given:
            surveys(connection, scores, **more)


def measured(found: Overview, instrument: str = "nps") -> Measured:
    return next(each for each in found.measures if each.instrument == instrument)


def test_a_score_has_its_interval_and_its_answers(database: Database, source: Source) -> None:
    """The reference's own vector: 50, 30 and 20 make NPS 30, adjusted interval 14.051 to 44.201."""
    fill(database, (MIXED, {}))
    found = measured(overview(source, WEEK))
    now = found.compared.now
    assert (found.question, now.n, now.standing) == ("nps", 100, Standing.SOUND)
    assert now.score
    assert (now.score.value, round(now.score.low, 3), round(now.score.high, 3)) == (30, 14.051, 44.201)
    assert found.compared.before.n == 0
    assert found.compared.sentence == "Not compared: there are too few answers."


def test_effort_has_mean_and_shares(database: Database, source: Source) -> None:
    """The reference's vector of effort answers: mean 2.10, low 70 %, high 15 %, net +55."""
    with database.write() as connection:
        surveys(connection, [1] * 40 + [2] * 30 + [3] * 15 + [4] * 10 + [5] * 5, "ces")
    means = measured(overview(source, WEEK), "ces_effort").compared.now.effort
    assert means
    assert (round(means.mean.value, 2), round(means.mean.low, 4), round(means.mean.high, 4)) == (2.1, 1.8649, 2.3351)
    assert (means.low.value, means.high.value, means.net.value) == (70, 15, 55)


def test_a_movement_is_told_in_a_sentence(database: Database, source: Source) -> None:
    """Down more than chance: by how much, with the interval."""
    fill(database, (MIXED, {"at": BEFORE}), (LOWER, {}))
    both = measured(overview(source, WEEK)).compared
    assert both.movement.kind is Kind.DOWN
    assert both.sentence == "Down by 50, interval −70 to −27."


@pytest.mark.parametrize(("n", "standing"), [(9, Standing.SUPPRESSED), (10, Standing.INDICATIVE), (30, Standing.SOUND)])
def test_few_answers_are_held_back(database: Database, source: Source, n: int, standing: Standing) -> None:
    """Below ten nothing but their number leaves; below thirty they come with a warning."""
    fill(database, ([9] * n, {}))
    now = measured(overview(source, WEEK)).compared.now
    assert (now.n, now.standing) == (n, standing)
    assert (now.score is None) == (now.distribution is None) == (standing is Standing.SUPPRESSED)


def test_a_small_group_cannot_be_told_from_the_others(database: Database, source: Source) -> None:
    """With the next smallest hidden beside it, the total gives nothing away; without a change, either."""
    fill(database, ([9] * 50, {}), ([9] * 20, {"channel": "call"}), ([0] * 4, {"channel": "whatsapp"}))
    groups = {each.value: each.compared.now for each in measured(overview(source, WEEK)).groups["channel"]}
    assert {value: figure.score is not None for value, figure in groups.items()} == {
        "sms": True,
        "call": False,
        "whatsapp": False,
    }
    assert groups["call"].is_hidden


def test_what_was_small_before_tells_no_change(database: Database, source: Source) -> None:
    """A change and a score give away the score before it."""
    fill(database, ([9] * 50, {}), ([9] * 50, {"channel": "call"}))
    fill(database, ([9] * 50, {"at": BEFORE}), ([0] * 5, {"at": BEFORE, "channel": "call"}))
    found = {each.value: each.compared for each in measured(overview(source, WEEK)).groups["channel"]}
    assert found["call"].now.score
    assert found["call"].movement.difference is None
    assert found["sms"].movement.difference


def test_an_agent_needs_more_answers(database: Database, source: Source) -> None:
    """Thirty, for figures of one person; counted from the rows, as only they know the agent."""
    fill(database, ([9] * 35, {"agent": "anna"}), ([5] * 29, {"agent": "bob"}), ([9] * 40, {}))
    groups = measured(overview(source, WEEK, "agent")).groups["agent"]
    assert {each.value: (each.compared.now.n, each.compared.now.score is not None) for each in groups} == {
        "-": (40, True),
        "anna": (35, True),
        "bob": (29, False),
    }


@pytest.mark.parametrize("n", [29, 30])
def test_whatever_is_of_one_agent_needs_as_many(database: Database, source: Source, n: int) -> None:
    """Overview, its groups, the course and the themes, also where a filter makes them figures of one person."""
    with database.write() as connection:
        for _ in range(n):
            said = survey(connection, Surveyed({"nps": 9, "why": "x"}, agent="anna"))
            tag(connection, said, {"friendliness": "positive"})
        surveys(connection, [5] * 60)
    wanted = WEEK.among("agent", "anna")
    found, course = measured(overview(source, wanted)), trend(source, wanted, "nps", "nps")
    figures = [found.compared.now, *(each.compared.now for of in found.groups.values() for each in of)]
    assert {each.n for each in figures} == {n}
    assert {each.score is not None for each in figures} == {n >= 30}
    points = [
        *course.rolling,
        *course.periods,
        *(each for of in course.groups.values() for all in of.values() for each in all),
    ]
    assert {each.estimate is not None for each in points} == {n >= 30}
    assert (driven(source, wanted, "nps", "nps").commenters is not None) == (n >= 30)


def test_a_new_wording_breaks_the_series(database: Database, source: Source) -> None:
    """The break is told with its day, and nothing is compared across it."""
    fill(database, (MIXED, {"at": BEFORE}), (LOWER, {"series": "second"}))
    found = measured(overview(source, WEEK))
    assert [(each.day, each.why) for each in found.breaks] == [(date(2026, 3, 2), Why.TEXT)]
    assert found.compared.movement.kind is Kind.BROKEN
    assert all(each.compared.movement.difference is None for each in found.groups["channel"])


def test_wordings_of_two_languages_break_nothing(database: Database, source: Source) -> None:
    """Each language has its own wording for good."""
    fill(database, (MIXED, {"at": BEFORE}), (MIXED, {"at": BEFORE, "language": "de", "series": "auf Deutsch"}))
    fill(database, (MIXED, {}), (MIXED, {"language": "de", "series": "auf Deutsch"}))
    found = measured(overview(source, WEEK))
    assert found.breaks == ()
    assert found.compared.movement.kind is Kind.UNDETECTED


def test_why_a_score_moved_is_taken_apart(database: Database, source: Source) -> None:
    """Simpson: 50 and 0 become 52 and 4, and the whole falls from 25 to 16; +3.25 within, -12.25 by the shares."""
    fill(database, ([10] * 50 + [8] * 50, {"at": BEFORE}), ([8] * 100, {"at": BEFORE, "channel": "call"}))
    fill(database, ([10] * 26 + [8] * 24, {}), ([10] * 6 + [8] * 144, {"channel": "call"}))
    mix = measured(overview(source, WEEK)).mix
    assert mix
    assert (round(mix.total.value, 6), round(mix.rate.value, 6), round(mix.mix, 6)) == (-9, 3.25, -12.25)
    assert mix.is_reversed


def test_what_is_left_out_stands_beside(database: Database, source: Source) -> None:
    """Asked in vain, answered late, on no scale: counted, and in no figure but where they belong."""
    with database.write() as connection:
        surveys(connection, [9] * 20)
        surveys(connection, [9] * 3, late=True)
        survey(connection, Surveyed({"nps": "(unclear)"}))
        survey(connection, Surveyed({"nps": 11}))
    found = measured(overview(source, WEEK))
    now = found.compared.now
    assert (now.n, now.missing, now.late, found.off_scale) == (23, 1, 3, 1)


def test_contradictions_are_counted_and_stay(database: Database, source: Source) -> None:
    """The hardest with a recommendation, or with praise; without them the score is told beside, never instead."""
    with database.write() as connection:
        for _ in range(20):
            survey(connection, Surveyed({"ces": 1, "nps": 9}))
        survey(connection, Surveyed({"ces": 5, "nps": 10}))
        praised = survey(connection, Surveyed({"ces": 5, "why": "prima"}))
        tag(connection, praised, {"staff": "positive"})
        corrected = survey(connection, Surveyed({"ces": 5, "why": "niet prima"}))
        tag(connection, corrected, {"staff": "positive"})
        decide(connection, corrected, "staff", True, "negative")
    found = measured(overview(source, WEEK), "ces_effort").contradictions
    assert found
    assert (found.suspected.n, round(found.suspected.value, 1)) == (23, 8.7)
    assert found.by_suspicion == {Suspicion.SCORE: 1, Suspicion.COMMENT: 1}
    assert found.without
    assert (found.headline.distribution.n, found.without.distribution.n) == (23, 21)


FILTERED: list[tuple[str, int]] = [
    ("", 12),
    ("channel=sms", 6),
    ("channel=sms&channel=call", 9),
    ("queue=billing", 4),
    ("queue=-", 8),
    ("agent=anna", 2),
    ("agent=-&queue=billing", 2),
    ("country=-", 1),
    ("touchpoint=shop", 3),
    ("language=de", 1),
    ("instrument=nps", 12),
    ("instrument=ces_effort", 0),
    ("series=second nps", 2),
    ("survey=other", 0),
    ("theme=friendliness", 1),
    ("from=2026-03-03", 0),
    ("to=2026-03-01&from=2026-02-28", 0),
]


@pytest.mark.parametrize(("words", "n"), FILTERED)
def test_every_filter_narrows_figures_and_rows_alike(
    database: Database, source: Source, keys: Keys, words: str, n: int
) -> None:
    """Whether counts come from the roll-up or from rows, and for the surveys behind them."""
    with database.write() as connection:
        surveys(connection, [9] * 2, queue="billing", agent="anna")
        surveys(connection, [9] * 2, queue="billing")
        surveys(connection, [9] * 3, channel="call", touchpoint="shop")
        surveys(connection, [9] * 2, channel="whatsapp", series="second")
        surveys(connection, [9], language="de")
        surveys(connection, [9], country=None)
        spoken = survey(connection, Surveyed({"nps": 9, "why": "x"}, channel="whatsapp"))
        tag(connection, spoken, {"friendliness": "positive"})
    wanted = read(pair.split("=") for pair in words.split("&") if pair)  # type: ignore[misc]
    found = overview(source, wanted.between(wanted.first or WEEK.first, wanted.last or WEEK.last))
    assert sum(each.compared.now.n for each in found.measures) == n
    with database.read() as connection:
        assert len(page(connection, keys, BEGINNING, 50, of_surveys(wanted, ZONE))) == n


def test_a_filter_by_theme_heeds_decisions(database: Database, source: Source) -> None:
    """The last decision goes before what was found."""
    with database.write() as connection:
        ids = [survey(connection, Surveyed({"nps": 9, "why": "x"})) for _ in range(4)]
        for id in ids[:3]:
            tag(connection, id, {"price_invoice": "negative"})
        decide(connection, ids[0], "price_invoice", False)
        decide(connection, ids[1], "price_invoice", False)
        decide(connection, ids[1], "price_invoice", True)
        decide(connection, ids[3], "price_invoice", True)
    assert measured(overview(source, WEEK.among("theme", "price_invoice"))).compared.now.n == 3


def test_days_begin_by_the_centres_clock(database: Database, source: Source) -> None:
    """A survey at half past eleven in the evening UTC belongs to the next day in Amsterdam."""
    fill(database, ([9], {"at": NOON.replace(hour=22, minute=59)}), ([9], {"at": NOON.replace(hour=23)}))
    days = [measured(overview(source, WEEK.between(day, day))).compared.now.n for day in (WEEK.first, date(2026, 3, 3))]
    assert days == [1, 1]


def test_without_days_the_last_four_weeks_are_meant(source: Source) -> None:
    """Up to today, beside the four weeks before."""
    found = overview(source, Filter())
    assert found.period == (date(2026, 2, 10), date(2026, 3, 9))
    assert found.before == (date(2026, 1, 13), date(2026, 2, 9))
    assert found.measures == ()


def test_every_contact_is_in_one_place(database: Database, source: Source) -> None:
    """The reference's classes: complete, partial, refused, not reached, unknown, ineligible; kept out stand beside."""
    with database.write() as connection:
        complete, partial, late = (survey(connection, Surveyed({"nps": 9}, outcome="completed")) for _ in range(3))
        half = survey(connection, Surveyed({"nps": 9}, outcome="partial"))
        invite(connection, contact(connection), "completed", [("sms", "delivered", complete)])
        invite(connection, contact(connection), "partial", [("sms", "delivered", half)])
        invite(connection, contact(connection), "opted_out")
        invite(connection, contact(connection), "expired", [("sms", "delivered", None)])
        invite(connection, contact(connection), "expired", [("sms", "sent", None)])
        invite(connection, contact(connection), "undeliverable", [("sms", "undelivered", None)], code=30003)
        invite(connection, contact(connection), "undeliverable", [("sms", "failed", None)], code=21211)
        # Given up, and finished all the same.
        invite(connection, contact(connection), "unreached", [("sms", "sent", None), ("call", "completed", late)])
        invite(connection, contact(connection), None, [("sms", "delivered", None)])
        # Answering just now, and answering an invitation of another origin, which ends this one.
        going = survey(connection, Surveyed({"nps": 9}, outcome=None))
        invite(connection, contact(connection), None, [("sms", "delivered", going)])
        invite(connection, contact(connection), "in_conversation")
        contact(connection, reason="quarantined")
        contact(connection, reason="sampled_out")
        survey(connection, Surveyed({"nps": 9}, outcome="partial"))
    assert partial
    found = asked(source, WEEK)
    assert found.funnel.ended == Dispositions(i=2, p=1, r=1, nc=1, uo=2, ne=2)
    assert (found.funnel.contacts, found.funnel.invited, found.funnel.open) == (13, 11, 2)
    assert found.funnel.outside == {Reason.QUARANTINED: 1, Reason.SAMPLED_OUT: 1}
    assert found.endings == {
        Outcome.COMPLETED: 2,
        Outcome.PARTIAL: 1,
        Ending.OPTED_OUT: 1,
        Outcome.EXPIRED: 2,
        Ending.UNDELIVERABLE: 2,
        Ending.IN_CONVERSATION: 1,
        "delivered": 1,
        "answering": 1,
    }
    assert (found.rates.rr1.numerator, found.rates.rr1.denominator) == (2, 7)
    assert (found.rates.rr2.numerator, found.rates.rr2.denominator) == (3, 7)
    assert found.walk_ins == {"completed": 1, "partial": 1}
    assert found.attempts == {0: 2, 1: 8, 2: 1}


def test_where_people_leave_is_told_question_by_question(database: Database, source: Source) -> None:
    """Put to, answered, left there; one who skips a question has not left."""
    with database.write() as connection:
        survey(connection, Surveyed({"nps": 9, "ces": 1, "why": "x"}))
        survey(connection, Surveyed({"nps": 9, "ces": "(silent)"}, outcome="partial", asked="why"))
        survey(connection, Surveyed({"nps": 9}, outcome="partial", asked="ces"))
        survey(connection, Surveyed({}, outcome="refused", asked="nps"))
        survey(connection, Surveyed({}, outcome=None, asked="nps"))
    steps = [each.step for each in asked(source, WEEK).steps]
    assert [(step.question, step.asked, step.answered, step.left) for step in steps] == [
        ("nps", 5, 3, 1),
        ("ces", 3, 1, 1),
        ("why", 2, 1, 1),
    ]
    of_nps = overview(source, WEEK.among("instrument", "nps")).asked
    assert ([each.step for each in of_nps.steps], of_nps.ignored) == (steps, ("instrument",))


def test_a_question_is_put_to_an_invitation_once(database: Database, source: Source) -> None:
    """However many messages and calls it took: the survey counts in which somebody has said something, or the last."""
    later = NOON + timedelta(hours=5)
    with database.write() as connection:
        for channel, given, outcome in (("call", {"nps": 9}, "partial"), ("call", {}, "broken_off"), ("sms", {}, None)):
            silent = survey(connection, Surveyed({}, outcome="expired", asked="nps"))
            connection.execute(update(sessions).where(sessions.c.id == silent).values(revision=1))
            again = Surveyed(given, outcome=outcome, asked="ces" if given else "nps", channel=channel, at=later)
            tried = [("sms", "delivered", silent), (channel, "completed", survey(connection, again))]
            invite(connection, contact(connection), outcome, tried)
    found = asked(source, WEEK)
    steps = {each.step.question: each.step for each in found.steps if each.step.asked}
    assert (steps["nps"].asked, steps["nps"].answered, steps["nps"].left) == (3, 1, 1)
    assert (steps["ces"].asked, steps["ces"].answered, steps["ces"].left) == (1, 0, 1)
    assert found.seconds
    assert found.seconds.n == 1
    assert sum(each.compared.now.n for each in overview(source, WEEK).measures) == 1


def test_whoever_lets_a_message_expire_has_not_started(database: Database, source: Source, keys: Keys) -> None:
    """Its end is noted in the survey, and nothing has come from them."""
    with database.write() as connection:
        silent = survey(connection, Surveyed({}, outcome="expired", asked="nps"))
        connection.execute(update(sessions).where(sessions.c.id == silent).values(revision=1))
        invite(connection, contact(connection), "expired", [("sms", "delivered", silent)])
    with source.fresh() as connection:
        passed = watched(connection, keys, WEEK, ZONE, "queue").passed
    assert passed == {"invited": 1, "offered": 1, "connected": 1, "started": 0, "answered": 0}
    with database.write() as connection:
        connection.execute(update(sessions).where(sessions.c.id == silent).values(revision=2))
    with source.fresh() as connection:
        assert watched(connection, keys, WEEK, ZONE, "queue").passed["started"] == 1


def test_the_time_to_an_answer_counts_from_the_first_message(database: Database, source: Source) -> None:
    """The median over those who answered, whatever channel it was in the end; walk-ins have none."""
    with database.write() as connection:
        for seconds in (30, 60, 90):
            answered = survey(connection, Surveyed({"nps": 9}, at=NOON, seconds=seconds))
            invite(connection, contact(connection), "completed", [("sms", "delivered", answered)], at=NOON)
        survey(connection, Surveyed({"nps": 9}, seconds=5000))
    seconds_ = asked(source, WEEK).seconds
    assert seconds_
    assert (seconds_.value, seconds_.n) == (60, 3)


def test_themes_are_told_with_and_without(database: Database, source: Source) -> None:
    """The reference's vector: of 200 with NPS 20, 40 speak of it with -50; without them 37.5, so it takes 17.5 away."""
    with database.write() as connection:
        for scores, is_theirs in ((SPOKE, True), (SILENT, False)):
            for score in scores:
                id = survey(connection, Surveyed({"nps": score, "why": "woorden"}))
                tag(connection, id, {"price_invoice": "negative"} if is_theirs else {})
        surveys(connection, [9] * 10)
    found = driven(source, WEEK, "nps", "nps")
    (price,) = found.drivers
    assert price.impact
    assert price.sentiment
    assert (price.key, price.prevalence.value, price.impact.value, price.sentiment.value) == (
        "price_invoice",
        20,
        -17.5,
        -100,
    )
    assert found.commenters
    assert (found.commenters.rate.n, found.n) == (210, 200)
    assert set(explained(found)) == {"price_invoice"}


SPOKE = [9] * 5 + [8] * 10 + [2] * 25
SILENT = [9] * 85 + [8] * 50 + [2] * 25


def test_what_people_decided_counts_for_themes(database: Database, source: Source) -> None:
    """A theme that somebody took away or added counts as they have it, with the feeling they gave."""
    with database.write() as connection:
        ids = [survey(connection, Surveyed({"nps": 9, "why": "woorden"})) for _ in range(40)]
        for place, id in enumerate(ids):
            tag(connection, id, {"price_invoice": "negative"} if place < 15 else {})
        decide(connection, ids[0], "price_invoice", False)
        for id in ids[20:25]:
            decide(connection, id, "price_invoice", True, "positive")
    (price,) = driven(source, WEEK, "nps", "nps").drivers
    assert price.with_it
    assert price.sentiment
    assert (price.with_it.n, price.sentiment.n, round(price.sentiment.value, 1)) == (19, 19, round(-900 / 19, 1))


def test_few_comments_tell_of_no_theme(database: Database, source: Source) -> None:
    """Below ten commenters only their number is given."""
    with database.write() as connection:
        for _ in range(9):
            tag(connection, survey(connection, Surveyed({"nps": 9, "why": "x"})), {"price_invoice": "negative"})
    found = driven(source, WEEK, "nps", "nps")
    assert (found.n, found.standing, found.drivers, found.commenters) == (9, Standing.SUPPRESSED, (), None)


def test_a_course_is_told_week_by_week(database: Database, source: Source) -> None:
    """Periods without a common day, a rolling window over them, and the last whole week beside the one before."""
    for week, scores in enumerate((MIXED, MIXED, LOWER)):
        fill(database, (scores, {"at": NOON - timedelta(weeks=2 - week)}))
    found = trend(source, Filter(date(2026, 2, 1), date(2026, 3, 8)), "nps", "nps", window=Window(14))
    assert [(each.first, each.counts.n) for each in found.periods] == [
        (date(2026, 2, 16), 100),
        (date(2026, 2, 23), 100),
        (date(2026, 3, 2), 100),
    ]
    assert [(each.first, each.counts.n) for each in found.rolling] == [
        (date(2026, 2, 16), 200),
        (date(2026, 2, 17), 200),
    ]
    assert found.chart
    assert found.latest
    assert found.latest.movement.kind is Kind.DOWN
    assert found.sentence.startswith("Down by 50")


def test_only_whole_weeks_next_to_each_other_are_compared(database: Database, source: Source) -> None:
    """A week of which only some days are meant is none, and one without answers is told to have none."""
    for day in (*range(7), *range(14, 21)):
        fill(database, (MIXED[::5], {"at": NOON + timedelta(days=day - 28)}))

    def latest(first: int, last: int) -> Latest | None:
        begin, end = (date(2026, 2, 2) + timedelta(days=each) for each in (first, last))
        return trend(source, Filter(begin, end), "nps", "nps").latest

    assert latest(0, 12) is None
    assert latest(1, 13) is None
    gap = latest(0, 13)
    assert gap
    assert (gap.last.first, gap.last.last, gap.before.counts.n, gap.last.counts.n) == (
        date(2026, 2, 9),
        date(2026, 2, 15),
        140,
        0,
    )
    assert gap.movement.kind is Kind.TOO_FEW
    cut = latest(0, 24)
    assert cut
    assert (cut.before.counts.n, cut.last.counts.n) == (0, 140)


def test_a_window_reaches_back_before_the_days_meant(database: Database, source: Source) -> None:
    """The first point is of as many days as any other; the course of everybody begins with its first whole window."""
    for day in range(40):
        fill(database, ([10] * 10, {"at": NOON + timedelta(days=day - 60)}))
    begin = (NOON - timedelta(days=60)).date()
    found = trend(source, Filter(begin + timedelta(days=30), begin + timedelta(days=35)), "nps", "nps")
    assert [(each.first, each.counts.n) for each in found.rolling] == [
        (begin + timedelta(days=place + 3), 280) for place in range(6)
    ]
    whole = trend(source, Filter(begin, begin + timedelta(days=39)), "nps", "nps")
    assert (whole.rolling[0].last, len(whole.rolling)) == (begin + timedelta(days=27), 13)
    answers = trend(source, Filter(begin + timedelta(days=30)), "nps", "nps", window=WINDOWS["200-answers"])
    assert answers.rolling[0].first == begin + timedelta(days=11)


def test_a_small_group_takes_its_breaks_from_everybody(database: Database, source: Source) -> None:
    """A channel unseen in a language for weeks has not come in; one unseen by everybody has, on the day it did."""
    for day in range(0, 56, 2):
        for channel in ("sms", "call"):
            fill(database, ([10], {"at": NOON + timedelta(days=day - 60), "channel": channel}))
    for day in (0, 10, 20, 30, 50):
        fill(database, ([10] * 5, {"at": NOON + timedelta(days=day - 60), "language": "de", "channel": "sms"}))
    fill(database, ([10] * 5, {"at": NOON - timedelta(days=20), "language": "de", "channel": "call"}))
    german = Filter((NOON - timedelta(days=60)).date(), (NOON - timedelta(days=5)).date(), language=("de",))
    assert trend(source, german, "nps", "nps").breaks == ()
    assert measured(overview(source, replace(german, first=(NOON - timedelta(days=32)).date()))).breaks == ()
    came = NOON - timedelta(days=40)
    for day in range(0, 30, 3):
        fill(database, ([10], {"at": came + timedelta(days=day), "channel": "whatsapp"}))
    assert trend(source, german, "nps", "nps").breaks == ()
    fill(database, ([10], {"at": NOON - timedelta(days=10), "language": "de", "channel": "whatsapp"}))
    (found,) = trend(source, german, "nps", "nps").breaks
    assert (found.day, found.why) == (came.date(), Why.CHANNEL)


def test_a_week_that_is_not_over_is_not_compared(database: Database) -> None:
    """Nobody knows yet what it will come to."""
    for week in range(3):
        fill(database, (MIXED, {"at": NOON - timedelta(weeks=week)}))
    survey_ = loader.load("post_contact", company="Acme")
    source = Source(database, survey_, ZONE, lambda: NOON + timedelta(days=1), lambda: codeframe.load("service"))
    found = trend(source, Filter(), "nps", "nps", Every.WEEK)
    assert len(found.periods) == 3
    assert found.latest
    assert found.latest.movement.kind is Kind.UNDETECTED
    assert found.latest.last.last == date(2026, 3, 1)


def test_an_unknown_instrument_is_told_and_in_no_figure(database: Database, source: Source) -> None:
    """Numbers of an instrument of one's own mean nothing once the survey no longer has it."""
    with database.write() as connection:
        surveys(connection, [9] * 20)
        connection.exec_driver_sql("UPDATE answers SET instrument = 'own_scale'")
    found = overview(source, WEEK)
    assert (found.measures, found.unknown) == ((), ("nps",))
    with pytest.raises(ValueError, match="own_scale"):
        trend(source, WEEK, "nps", "own_scale")
    with pytest.raises(ValueError, match="own_scale"):
        driven(source, WEEK, "nps", "own_scale")


def test_who_chooses_the_respondents_is_seen(database: Database, source: Source, keys: Keys) -> None:
    """Per agent: invited, offered, reached, answered; and who ended the call first, where that is on record."""
    with database.write() as connection:
        for number in range(6):
            id = contact(connection, agent="anna")
            answered = survey(connection, Surveyed({"nps": 9}, channel="call")) if number < 2 else None
            tried = [("call", "completed", answered)] if number < 4 else []
            invite(connection, id, "completed" if answered else None, tried)
        invite(connection, contact(connection), "expired", [("sms", "sent", None)])
        for number, who in enumerate(("agent", "customer", "customer")):
            told = Contact(f"E-{number}", None, "api", NOON, NOON, agent="anna", attributes={"ended_by": who})
            assert keep(connection, keys, told)
    with source.fresh() as connection:
        found = {each.unit: each for each in watched(connection, keys, WEEK, ZONE, "agent").chains}
        assert watched(connection, keys, WEEK.among("agent", "bob"), ZONE, "agent").chains == ()
    anna = found["anna"]
    assert (anna.eligible, anna.offered, anna.connected, anna.answered) == (6, 4, 4, 2)
    assert (anna.ended, anna.hung_up) == (3, 1)
    assert (found["-"].offered, found["-"].connected) == (1, 0)
    assert set(watch(list(found.values()))) == set(Step)


def test_what_a_dimension_has_had_can_be_chosen_from(database: Database, source: Source) -> None:
    """Each value once, and none for what is not known."""
    with database.write() as connection:
        surveys(connection, [9] * 2, queue="billing", agent="anna")
        surveys(connection, [9])
        tag(connection, survey(connection, Surveyed({"why": "x"})), {"price_invoice": "negative"})
    overview(source, WEEK)
    with database.read() as connection:
        assert values_of(connection, "queue") == ["billing"]
        assert values_of(connection, "agent") == ["anna"]
        assert values_of(connection, "theme") == ["price_invoice"]
        assert of_contacts(Filter(), ZONE) == []


WAIT, PRICE = "waiting_time", "price_invoice"


def test_of_two_themes_either_is_enough(database: Database, source: Source) -> None:
    """What was decided of one theme says nothing of another."""
    with database.write() as connection:
        for _ in range(3):
            id = survey(connection, Surveyed({"nps": 3, "why": "x"}))
            tag(connection, id, {WAIT: "negative", PRICE: "negative"})
            decide(connection, id, PRICE, False)
    assert measured(overview(source, WEEK.among("theme", WAIT, PRICE))).compared.now.n == 3
    assert overview(source, WEEK.among("theme", PRICE)).measures == ()


SAID: Sequence[tuple[Sequence[tuple[Any, ...]], set[str]]] = (
    ([], {WAIT}),
    ([("review", WAIT, PRICE)], set()),
    ([("review", PRICE)], {WAIT}),
    ([("decide", PRICE, True), ("review", PRICE)], {WAIT}),
    ([("review", WAIT, PRICE), ("decide", PRICE, True)], {PRICE}),
    ([("decide", PRICE, True), ("decide", PRICE, False), ("decide", WAIT, False)], set()),
    ([("decide", WAIT, False), ("decide", WAIT, True)], {WAIT}),
)
"""What people said one after another of a comment in which waiting was found, and what it speaks of then."""


def test_everything_agrees_on_what_a_comment_speaks_of(database: Database, source: Source, keys: Keys) -> None:
    """Filters, drivers, contradictions and exports: the last word of people on a theme, else what was found."""
    with database.write() as connection:
        for place, (steps, _) in enumerate(SAID):
            for _ in range(10):
                id = survey(connection, Surveyed({"nps": 3, "ces": 1, "why": "x"}, queue=str(place)))
                tag(connection, id, {WAIT: "negative"})
                for minutes, (what, *told) in enumerate(steps):
                    at = NOON + timedelta(minutes=minutes)
                    if what == "review":
                        review(connection, id, told, at)
                    else:
                        theme, is_present = told
                        decide(connection, id, theme, is_present, "negative", at)
    for place, (steps, speaks_of) in enumerate(SAID):
        wanted = WEEK.among("queue", str(place))
        found = {theme for theme in (WAIT, PRICE) if overview(source, wanted.among("theme", theme)).measures}
        assert found == speaks_of, steps
        assert {each.key for each in driven(source, wanted, "nps", "nps").drivers} == speaks_of, steps
        doubts = measured(overview(source, wanted), "ces_effort").contradictions
        assert doubts
        assert bool(doubts.by_suspicion[Suspicion.COMMENT]) == bool(speaks_of), steps
        table = export(source, keys, What.VERBATIMS, wanted).table()
        column = [column.name for column in table.columns].index("theme")
        assert {row[column] for row in table.rows} - {None} == speaks_of, steps


def test_numbers_on_no_scale_of_today_are_counted_beside_the_figures(database: Database, source: Source) -> None:
    """An 11 to a question that goes to 10 stops nothing, and contradicts no answer on effort."""
    with database.write() as connection:
        for _ in range(10):
            survey(connection, Surveyed({"nps": 11, "ces": 5}))
    found = overview(source, WEEK)
    assert (measured(found).off_scale, measured(found).compared.now.n) == (10, 0)
    doubts = measured(found, "ces_effort").contradictions
    assert doubts
    assert doubts.suspected.value == 0


def test_a_published_instrument_asked_otherwise_is_in_no_figure(database: Database, source: Source) -> None:
    """Numbers on the scale turned round would be read the wrong way."""
    fill(database, (MIXED, {}))
    turned = tuple(
        replace(each, scale=replace(each.scale, direction=Direction.LOW_IS_GOOD)) if isinstance(each, Rating) else each
        for each in source.survey.questions
    )
    found = overview(replace(source, survey=replace(source.survey, questions=turned)), WEEK)
    assert (found.measures, found.unknown) == ((), ("nps",))


def test_what_was_not_read_speaks_neither_for_nor_against_a_theme(database: Database, source: Source) -> None:
    """Comments in a language that is not read, or not read yet, are told beside the others."""
    with database.write() as connection:
        for _ in range(20):
            tag(connection, survey(connection, Surveyed({"nps": 3, "why": "x"})), {WAIT: "negative"})
            tag(connection, survey(connection, Surveyed({"nps": 9, "why": "x"})), {})
        foreign = [survey(connection, Surveyed({"nps": 9, "why": "x"})) for _ in range(30)]
        for id in foreign[:20]:
            tag(connection, id, {})
            connection.execute(update(taggings).where(taggings.c.session_id == id).values(untagged="language"))
        decide(connection, foreign[0], WAIT, False)
    found = driven(source, WEEK, "nps", "nps")
    (wait,) = found.drivers
    assert (found.n, found.unread) == (41, 29)
    assert found.commenters
    assert found.commenters.rate.value == 100
    assert wait.without_it
    assert (wait.prevalence.n, wait.without_it.n) == (41, 21)


def test_of_many_groups_one_seems_to_move_by_chance(database: Database, source: Source) -> None:
    """One of eight queues falls from 30 to -6: z = 34.95 / 11.235 = 3.111, p = 0.0019, and times 8 it still is below
    0.05. A ninth falls to 6: z = 2.074, p = 0.0381, and times 9 / 2 it is doubtful. A group that is all of its
    dimension is no test of its own."""
    for place in range(7):
        fill(database, (MIXED, {"at": BEFORE, "queue": f"q{place}"}), (MIXED, {"queue": f"q{place}"}))
    fill(database, (MIXED, {"at": BEFORE, "queue": "low"}), ([10] * 32 + [8] * 30 + [3] * 38, {"queue": "low"}))
    found = {each.value: each.compared for each in measured(overview(source, WEEK, "queue")).groups["queue"]}
    assert (found["low"].movement.kind, round(found["low"].movement.q or 0, 4)) == (Kind.DOWN, 0.0149)
    fill(database, (MIXED, {"at": BEFORE, "queue": "less"}), ([10] * 38 + [8] * 30 + [3] * 32, {"queue": "less"}))
    told = measured(overview(source, WEEK, "queue"))
    less = next(each.compared for each in told.groups["queue"] if each.value == "less")
    assert less.movement.difference
    assert (round(less.movement.difference.p, 4), round(less.movement.q or 0, 3)) == (0.0381, 0.171)
    assert less.movement.kind is Kind.DOUBTFUL
    assert less.sentence.startswith("May be chance, of so many groups: −24, interval")
    (language,) = told.groups["language"]
    assert language.compared.movement == told.compared.movement


def test_what_was_asked_in_two_wordings_is_told_apart(database: Database, source: Source) -> None:
    """40 answers, of which the first 20 score 100 and the last 20 -100, have no score of 0."""
    days = Filter(date(2026, 2, 9), date(2026, 3, 8))
    fill(database, ([10] * 20, {"at": NOON - timedelta(days=14)}), ([0] * 20, {"series": "second"}))
    first, second = measured(overview(source, days)).stretches
    assert (first.first, first.last, second.first, second.last) == (
        date(2026, 2, 9),
        date(2026, 3, 1),
        date(2026, 3, 2),
        date(2026, 3, 8),
    )
    assert first.figure.score
    assert second.figure.score
    assert (first.figure.n, first.figure.score.value, second.figure.score.value) == (20, 100, -100)
    assert measured(overview(source, WEEK)).stretches == (), "nothing came before it within the week"


def test_a_wording_that_few_have_answered_is_told_with_the_others(database: Database, source: Source) -> None:
    """Nine answers to the new wording are not scored, nor are the others, for the whole is."""
    fill(database, (MIXED, {}), ([0] * 9, {"at": NOON + timedelta(days=3), "series": "second"}))
    parts = measured(overview(source, WEEK)).stretches
    assert [(each.figure.n, each.figure.score) for each in parts] == [(100, None), (9, None)]
