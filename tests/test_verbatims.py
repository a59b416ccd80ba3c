"""What customers wrote is read for its themes, and what an analyst decides of it stays decided."""

from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from threading import Event

import pytest

from bot.learning import coded
from bot.standing import known, standing
from bot.verbatims import BATCH, Decided, Shown, UnknownThemeError, UnknownVerbatimError, Verbatims
from nlp.operations import merge
from nlp.tags import Sentiment, Source
from tests.wire import Wire, texted


@pytest.fixture
def wire(database_url: str) -> Iterator[Wire]:
    opened = Wire.to(database_url)
    yield opened
    opened.close()


@pytest.fixture
def verbatims(wire: Wire) -> Verbatims:
    return wire.parts.verbatims


def say(wire: Wire, why: str, number: int = 1, nps: str = "3") -> str:
    """Somebody answers everything by text; gives the id of the verbatim."""
    theirs = f"+3160000{number:04}"
    for turn, body in enumerate(("survey", nps, "4", why)):
        wire.post(texted(f"SM{number}-{turn}", body, theirs))
    (session,) = [row["id"] for row in wire.rows("sessions") if row["theirs"] == wire.parts.keys.index(theirs)]
    return f"{session}.why"


def themes(verbatims: Verbatims, id: str) -> Mapping[str, Source]:
    return {tag.theme: tag.source for tag in verbatims.show(id).tags}


def test_what_nobody_has_read_is_read_once(wire: Wire, verbatims: Verbatims) -> None:
    """A verbatim gets its themes, with the words that show them, and is not read again."""
    id = say(wire, "veel te lang gewacht aan de telefoon")
    assert verbatims.backlog() == 1
    assert verbatims.tag_due() == 1
    assert verbatims.backlog() == 0
    assert verbatims.tag_due() == 0
    (tag,) = [tag for tag in verbatims.show(id).tags if tag.theme == "waiting_time"]
    assert tag.sentiment is Sentiment.NEGATIVE
    assert "lang gewacht" in " ".join(verbatims.show(id).said.text[e.start : e.end] for e in tag.evidence)


def test_more_than_a_batch_is_read_and_what_comes_later_too(wire: Wire, verbatims: Verbatims) -> None:
    """The backlog is worked off in batches, in as many goes as it takes."""
    ids = [say(wire, "lang gewacht", number) for number in range(3)]
    assert sum(verbatims.tag_all()) == len(ids) < BATCH
    wire.clock.advance(minutes=5)
    say(wire, "vriendelijk geholpen", 7)
    assert verbatims.tag_due(most=1) == 1


def test_an_answer_that_changed_is_read_again(wire: Wire, verbatims: Verbatims) -> None:
    """What was found belongs to the words it was found in."""
    id = say(wire, "lang gewacht")
    verbatims.tag_due()
    with wire.parts.database.write() as connection:
        connection.exec_driver_sql("UPDATE taggings SET answered_at = '2026-01-01T00:00:00.000000Z'")
    assert verbatims.backlog() == 1
    assert sum(verbatims.tag_all()) == 1
    assert themes(verbatims, id).get("waiting_time") is Source.RULE


def test_a_decision_survives_every_reading(wire: Wire, verbatims: Verbatims) -> None:
    """Retagging never brings back what somebody has removed, nor takes away what somebody added."""
    id = say(wire, "lang gewacht")
    verbatims.tag_due()
    verbatims.decide(id, "analyst", {"price_invoice": Sentiment.NEGATIVE})
    assert themes(verbatims, id) == {"price_invoice": Source.HUMAN}
    assert sum(verbatims.tag_all(retag=True)) == 0
    with wire.parts.database.write() as connection:
        connection.exec_driver_sql("UPDATE taggings SET model = 'an older one'")
    assert sum(verbatims.tag_all(retag=True)) == 1
    assert themes(verbatims, id) == {"price_invoice": Source.HUMAN}
    assert len(wire.rows("corrections")) == 2


def test_accepting_keeps_the_evidence(wire: Wire, verbatims: Verbatims) -> None:
    """What somebody confirms counts as theirs, and still shows why it was found."""
    id = say(wire, "lang gewacht")
    verbatims.tag_due()
    shown = verbatims.decide(id, "analyst", {"waiting_time": None})
    (tag,) = shown.tags
    assert (tag.source, tag.by, tag.confidence, tag.sentiment) == (Source.HUMAN, "analyst", 1.0, Sentiment.NEGATIVE)
    assert tag.evidence


def test_the_last_decision_counts(wire: Wire, verbatims: Verbatims) -> None:
    """Of two analysts the later one is heard; both remain known."""
    id = say(wire, "lang gewacht")
    verbatims.tag_due()
    verbatims.decide(id, "first", {})
    verbatims.decide(id, "second", {"waiting_time": None})
    assert themes(verbatims, id) == {"waiting_time": Source.HUMAN}
    ((_, by_first),) = verbatims.coded("first")
    ((_, by_second),) = verbatims.coded("second")
    assert (by_first["waiting_time"], by_second["waiting_time"]) == (False, True)


def test_only_what_was_read_completely_says_what_is_absent(wire: Wire, verbatims: Verbatims) -> None:
    """One theme corrected in passing tells nothing of the others."""
    id = say(wire, "lang gewacht")
    verbatims.tag_due()
    verbatims.decide(id, "analyst", {}, of=["waiting_time"])
    ((_, known),) = verbatims.coded()
    assert known == {"waiting_time": False}
    verbatims.decide(id, "analyst", {"waiting_time": Sentiment.NEGATIVE})
    ((_, known),) = verbatims.coded()
    assert known == {theme.key: theme.key == "waiting_time" for theme in verbatims.frame.themes}


def test_unknown_themes_and_verbatims_are_told(wire: Wire, verbatims: Verbatims) -> None:
    """Nothing is kept of a decision that makes no sense."""
    id = say(wire, "lang gewacht")
    with pytest.raises(UnknownThemeError, match=r"waitng.*waiting_time"):
        verbatims.decide(id, "analyst", {"waitng": None})
    with pytest.raises(UnknownVerbatimError):
        verbatims.decide("nothing.why", "analyst", {})
    assert wire.rows("corrections") == wire.rows("reviews") == []


def test_tags_go_with_their_answer(wire: Wire, verbatims: Verbatims) -> None:
    """Whoever is erased leaves no themes behind."""
    id = say(wire, "lang gewacht")
    verbatims.tag_due()
    verbatims.decide(id, "analyst", {"price_invoice": None})
    with wire.parts.database.write() as connection:
        connection.exec_driver_sql("DELETE FROM answers")
    assert [wire.rows(table) for table in ("taggings", "tags", "corrections", "reviews")] == [[], [], [], []]


def test_what_was_read_completely_stays_so(wire: Wire, verbatims: Verbatims) -> None:
    """A theme that somebody had in mind and did not name does not come back, however it is found later."""
    id = say(wire, "lang gewacht")
    verbatims.decide(id, "analyst", {})
    verbatims.tag_due()
    assert themes(verbatims, id) == {}


def test_of_merged_themes_one_that_is_present_is_enough(wire: Wire, verbatims: Verbatims) -> None:
    """Who kept one and removed the other has not removed what they became."""
    id = say(wire, "lang gewacht")
    verbatims.decide(id, "analyst", {"waiting_time": None})
    merged = merge(verbatims.frame, ["waiting_time", "price_invoice"], "both")
    shown = verbatims.show(id)
    assert [tag.theme for tag in standing(merged, shown.tagged, shown.decisions, shown.reviews)] == ["both"]
    assert known(merged, shown.decisions, shown.reviews)["both"]


def test_the_last_word_counts_whoever_read_it_completely_before(wire: Wire, verbatims: Verbatims) -> None:
    """Who says first that a theme is there and then reads it for every theme without it has changed their mind."""
    id = say(wire, "lang gewacht")
    verbatims.decide(id, "analyst", {"privacy": None}, of=["privacy"])
    wire.clock.advance(minutes=1)
    verbatims.decide(id, "analyst", {})
    ((_, coded),) = verbatims.coded("analyst")
    assert coded["privacy"] is False


def test_learning_reads_the_language_that_tagging_reads(wire: Wire, verbatims: Verbatims) -> None:
    """Whoever answers a Dutch survey in English teaches English."""
    id = say(wire, "I had to wait on the phone for such a long time, this was really awful")
    verbatims.decide(id, "an analyst", {"waiting_time": None})
    (taught,) = coded(verbatims)
    assert taught.language == "en"


def test_nobody_decides_of_a_verbatim_while_somebody_else_does(wire: Wire, verbatims: Verbatims) -> None:
    """Whoever comes second waits, and sees what the first has decided before it is their turn."""
    id = say(wire, "lang gewacht")
    verbatims.tag_due()
    is_first_in, is_second_in = Event(), Event()
    found: list[str] = []

    def first(_: Shown) -> Decided:
        is_first_in.set()
        assert not is_second_in.wait(0.2)
        return {}, ["waiting_time"]

    def second(shown: Shown) -> Decided:
        is_second_in.set()
        found.extend(decision.by for decision in shown.decisions)
        return {}, ["price_invoice"]

    with ThreadPoolExecutor(2) as pool:
        done = pool.submit(verbatims.correct, id, "first", first)
        assert is_first_in.wait(10)
        pool.submit(verbatims.correct, id, "second", second).result()
        done.result()
    assert found == ["first"]


def test_what_is_taken_back_leaves_what_stood_before(wire: Wire, verbatims: Verbatims) -> None:
    """Of the same person and of others, a verbatim read completely twice included; each can be taken back once."""
    id = say(wire, "lang gewacht")
    verbatims.tag_due()
    verbatims.decide(id, "first", {"waiting_time": None})
    wire.clock.advance(minutes=1)
    verbatims.decide(id, "second", {}, of=["waiting_time"])
    wire.clock.advance(minutes=1)
    again = verbatims.decide(id, "first", {"waiting_time": None})
    wire.clock.advance(minutes=1)
    assert not verbatims.take_back(id, "second", again.decisions[-1].at)
    assert verbatims.take_back(id, "first", again.decisions[-1].at)
    assert not verbatims.take_back(id, "first", again.decisions[-1].at)
    assert themes(verbatims, id).get("waiting_time") is None
    assert verbatims.take_back(id, "second", again.decisions[-2].at)
    shown = verbatims.show(id)
    assert [(tag.theme, tag.by) for tag in shown.tags] == [("waiting_time", "first")]
    assert [review.by for review in shown.reviews] == ["first"]
    assert [at is None for _, at in verbatims.history(id)] == [True, False, False]
