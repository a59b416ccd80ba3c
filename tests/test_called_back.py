"""Being called back: agreed to in a conversation, kept once, claimed by one person, and counted in no figure."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest

from bot.callbacks import Callbacks, Listing, TakenError
from flows import loader
from flows.callbacks import Ending
from flows.consent import find_consent
from flows.definitions import without_callback
from flows.language import Lexicon
from flows.turn import Reason
from storage import callbacks
from tests.wire import CALLER, Row, Wire, dialled, ended, texted

SURVEY = loader.load("post_contact", company="Nawoord")
KEYS = {"1": True, "2": False}


@pytest.fixture
def wire(database_url: str) -> Iterator[Wire]:
    """An application over an empty database."""
    to = Wire.to(database_url)
    yield to
    to.close()


def converse(wire: Wire, *said: str, name: str = "a", theirs: str = CALLER) -> str:
    """Sends these messages one after the other, each twice, as a carrier may; gives the last reply."""
    body = ""
    for number, words in enumerate(("survey nl", *said)):
        body = wire.post(texted(f"{name}{number}", words, theirs)).body
        assert wire.post(texted(f"{name}{number}", words, theirs)).body == body
    return body


def agreed(wire: Wire, name: str = "a", theirs: str = CALLER) -> Row:
    """Somebody who was let down agrees to be called back."""
    assert "Afgesproken" in converse(
        wire, "3", "5", "nooit iemand gesproken", "Ja, na 17 uur", name=name, theirs=theirs
    )
    return next(row for row in wire.rows("callbacks") if row["said"] == "Ja, na 17 uur")


# Asking


@pytest.mark.parametrize(("score", "effort", "asked"), [("9", "2", False), ("6", "1", True), ("9", "4", True)])
def test_whoever_was_let_down_is_asked(wire: Wire, score: str, effort: str, asked: bool) -> None:
    """A low score or high effort, and nobody else."""
    assert ("terugbellen" in converse(wire, score, effort, "zo maar")) is asked


def test_a_yes_is_kept_once_with_what_was_asked_and_why(wire: Wire) -> None:
    """Copies of a message make no second callback; it holds the words asked and the number, and is due in time."""
    row = agreed(wire)
    (session,) = wire.rows("sessions")
    assert [each["session_id"] for each in wire.rows("callbacks")] == [session["id"]]
    assert (row["reasons"], row["state"], row["number"]) == ("low_score high_effort", "open", CALLER)
    assert row["asked"].startswith("Mogen we u hierover terugbellen?")
    assert row["survey_version"] == session["survey_version"]
    assert row["due_at"] - row["consented_at"] == timedelta(hours=24)


@pytest.mark.parametrize("said", ["nee", "liever niet", "niet bellen aub", "overslaan", "STOP"])
def test_nothing_else_is_a_yes(wire: Wire, said: str) -> None:
    """A no, a wish to skip and a stop make no callback; only the stop is one."""
    converse(wire, "3", "5", "zo maar", said)
    assert wire.rows("callbacks") == []
    assert len(wire.rows("opt_outs")) == (said == "STOP")


def test_by_telephone_a_key_agrees(wire: Wire) -> None:
    """1 is yes; also where the news of the hang-up overtakes it."""
    asked = wire.post(dialled("CA1"))
    for pressed in ({"Digits": "3"}, {"Digits": "1"}, {}, {"SpeechResult": "zo maar"}):
        asked = wire.post(dialled("CA1", target=asked.action, **pressed))
    assert "terugbellen" in asked.body
    wire.post(ended("CA1"))
    wire.post(dialled("CA1", target=asked.action, Digits="1"))
    assert [row["state"] for row in wire.rows("callbacks")] == ["open"]


def test_whoever_withholds_the_number_is_not_asked(wire: Wire) -> None:
    """Nobody could call them."""
    asked = wire.post(dialled("CA1", "anonymous", "/twilio/voice/after-call?language=nl"))
    for pressed in ({"Digits": "3"}, {"Digits": "1"}, {}, {"SpeechResult": "zo maar"}):
        asked = wire.post(dialled("CA1", "anonymous", asked.action, **pressed))
    assert asked.gather is None


def test_an_operator_can_ask_nobody() -> None:
    """Without the question it is another version of the survey."""
    without = without_callback(SURVEY)
    assert without.callback is None
    assert without.version != SURVEY.version


def test_a_yes_can_be_taken_back(wire: Wire) -> None:
    """A no after a yes closes the callback; a stop does not, for a promise was made and only questions are unwanted."""
    agreed(wire)
    wire.post(texted("stop", "STOP"))
    assert [row["state"] for row in wire.rows("callbacks")] == ["open"]
    assert "niet terug" in wire.post(texted("no", "toch maar niet")).body
    (row,) = wire.rows("callbacks")
    assert (row["state"], row["outcome"], row["closed_by"]) == ("closed", "withdrawn", None)


@pytest.mark.parametrize("last", [None, "misschien", "nee", "ja", "overslaan"])
def test_a_survey_is_complete_with_or_without_an_answer(wire: Wire, last: str | None) -> None:
    """As soon as everything that counts is answered, however the question fares; no figure knows of it."""
    converse(wire, "3", "5", "zo maar")
    (at_once,) = wire.rows("sessions")
    assert (at_once["outcome"], at_once["last_question"]) == ("completed", "why")
    wire.clock.advance(minutes=5)
    if last:
        wire.post(texted("last", last))
    wire.clock.advance(days=4)
    wire.parts.conversations.expire_overdue()
    (session,) = wire.rows("sessions")
    assert [session[name] for name in ("outcome", "last_question", "ended_at")] == [
        at_once[name] for name in ("outcome", "last_question", "ended_at")
    ]
    assert {row["question"] for row in wire.rows("answers")} == {"nps", "ces", "why"}
    assert [event["is"] for row in wire.rows("turns") for event in row["events"]].count("Ended") == 1


def test_a_yes_may_come_late(wire: Wire) -> None:
    """Days after the survey is complete the question stands; once it is forgotten nothing is taken for an answer."""
    converse(wire, "3", "5", "zo maar")
    lasts = wire.parts.settings.text
    wire.clock.advance(hours=lasts.session_hours + lasts.grace_hours - 1)
    assert "Afgesproken" in wire.post(texted("yes", "ja")).body
    assert len(wire.rows("callbacks")) == 1
    converse(wire, "3", "5", "zo maar", name="b", theirs="+31201234599")
    wire.clock.advance(hours=lasts.session_hours + lasts.grace_hours)
    wire.post(texted("too late", "ja", "+31201234599"))
    assert len(wire.rows("callbacks")) == 1


def test_a_correction_still_counts_while_the_question_stands(wire: Wire) -> None:
    """The survey is over and stays complete; who was not let down after all is not asked any longer."""
    converse(wire, "9", "5", "zo maar")
    assert "terugbellen" not in wire.post(texted("corrected", "ik bedoel 2")).body
    (session,) = wire.rows("sessions")
    assert session["outcome"] == "completed"
    assert {row["question"]: row["value"] for row in wire.rows("answers")} == {"nps": 9, "ces": 2, "why": None}


def test_a_number_taken_back_opens_the_survey_again(wire: Wire) -> None:
    """It counts no longer; with another it is complete once more."""
    converse(wire, "3", "5", "zo maar")
    wire.post(texted("back", "terug"))
    (session,) = wire.rows("sessions")
    assert (session["outcome"], session["ended_at"]) == (None, None)
    assert "terugbellen" in wire.post(texted("again", "4")).body
    (session,) = wire.rows("sessions")
    assert (session["outcome"], session["last_question"]) == ("completed", "why")


@pytest.mark.parametrize(
    ("said", "meant"),
    [
        ("Yes", True),
        ("y", True),
        ("ok, call after five", True),
        ("yes, if it helps", Reason.YES_OR_NO),
        ("yes or no?", Reason.YES_OR_NO),
        ("maybe", Reason.YES_OR_NO),
        ("I don't know, yes", Reason.YES_OR_NO),
        ("not sure", Reason.YES_OR_NO),
        ("8", Reason.YES_OR_NO),
        ("1", True),
        ("2", False),
        ("No thanks", False),
        ("no, you never call anyway", False),
        ("it took ages", Reason.YES_OR_NO),
    ],
)
def test_nothing_is_taken_for_a_yes_that_might_be_none(said: str, meant: bool | Reason) -> None:
    """What stands first decides, and nothing that could take it back may follow."""
    assert find_consent(said, SURVEY.languages["en"].lexicon, KEYS) == meant


@pytest.mark.parametrize("code", SURVEY.languages)
def test_every_language_says_yes_and_no(code: str) -> None:
    """Each word listed means what it is listed for, alone and in capitals."""
    lexicon: Lexicon = SURVEY.languages[code].lexicon
    for meanings in lexicon.consents.values():
        for meaning in meanings:
            phrase = " ".join(meaning.words)
            assert {find_consent(said, lexicon, {}) for said in (phrase, phrase.upper())} == {bool(meaning.value)}


# Calling


def test_the_longest_overdue_comes_first(wire: Wire) -> None:
    """Overdue is what was due by now; closed ones stand apart."""
    first = agreed(wire)
    wire.clock.advance(hours=25)
    converse(wire, "0", "1", "zo maar", "ja", name="b", theirs="+31600000002")
    desk = wire.parts.callbacks
    assert next(line.id for line in desk.listed(Listing.OPEN, "ann", 9)) == first["id"]
    assert [line.id for line in desk.listed(Listing.OVERDUE, "ann", 9)] == [first["id"]]
    assert (desk.count().open, desk.count().overdue) == (2, 1)


def test_of_two_who_claim_at_once_one_is_told_by_whom(wire: Wire) -> None:
    """Exactly one of them gets it, and only they see the number."""
    id = agreed(wire)["id"]
    desk = wire.parts.callbacks
    with ThreadPoolExecutor(8) as threads:
        came = list(threads.map(lambda who: _claim(desk, id, who), [f"agent {n}" for n in range(8)]))
    winner = next(f"agent {n}" for n, by in enumerate(came) if by is None)
    assert [by for by in came if by is not None] == [winner] * 7
    seen = {who: desk.find(id, who) for who in (winner, "somebody else")}
    assert {who: one and one.words.number for who, one in seen.items()} == {winner: CALLER, "somebody else": ""}


def test_what_was_done_closes_it(wire: Wire) -> None:
    """Only whoever has claimed it closes it, with words; a try in vain gives it a new time and frees it."""
    id, desk = agreed(wire)["id"], wire.parts.callbacks
    with pytest.raises(TakenError):
        desk.close(id, "ann", Ending.SOLVED, "done")
    desk.claim(id, "ann")
    desk.claim(id, "ann")
    with pytest.raises(ValueError, match="note"):
        desk.close(id, "ann", Ending.SOLVED, "  ")
    with pytest.raises(ValueError, match="due_at"):
        desk.close(id, "ann", Ending.NOT_REACHED, "no answer")
    desk.close(id, "ann", Ending.NOT_REACHED, "no answer", wire.clock.now + timedelta(hours=3))
    with pytest.raises(TakenError):
        desk.release(id, "ann")
    desk.claim(id, "ben")
    desk.close(id, "ben", Ending.SOLVED, "sent a new one")
    (row,) = wire.rows("callbacks")
    assert (row["state"], row["outcome"], row["closed_by"], row["tries"]) == ("closed", "solved", "ben", 2)
    assert "ann: no answer" in row["note"]
    assert "ben: sent a new one" in row["note"]


def test_a_callback_goes_when_it_has_been_kept_long_enough(wire: Wire) -> None:
    """Closed or never called, after callbacks.keep_days it is deleted and counted; answers stay."""
    id, desk = agreed(wire)["id"], wire.parts.callbacks
    desk.claim(id, "ann")
    desk.close(id, "ann", Ending.SOLVED, "done")
    converse(wire, "0", "1", "zo maar", "ja", name="b", theirs="+31600000002")
    wire.clock.advance(days=89)
    assert desk.purge() == 0
    wire.clock.advance(days=3)
    assert desk.purge() == 2
    assert wire.rows("callbacks") == []
    assert len(wire.rows("sessions")) == 2
    assert [row["input"]["count"] for row in wire.rows("turns") if row["session_id"] is None] == [2]


def test_a_session_has_one_callback_whoever_asks(wire: Wire) -> None:
    """Also where the same consent is written twice."""
    row = agreed(wire)
    new = callbacks.NewCallback(
        "other",
        row["session_id"],
        None,
        "low_score",
        "v",
        "nl",
        "?",
        "ja",
        CALLER,
        row["consented_at"],
        row["due_at"],
    )
    with wire.parts.database.write() as connection:
        assert not callbacks.agree(connection, wire.parts.keys, new, ())


def _claim(desk: Callbacks, id: str, who: str) -> str | None:
    try:
        desk.claim(id, who)
    except TakenError as error:
        return error.by
    return None
