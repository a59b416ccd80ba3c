"""Laws of every conversation, however the respondent behaves."""

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from flows import loader
from flows.engine import MOST_TURNS, begin, pending, step
from flows.session import (
    Answer,
    Gap,
    Missing,
    Outcome,
    Over,
    Permission,
    Rated,
    Session,
    Verbatim,
    from_plain,
    to_plain,
)
from flows.survey import Condition, Consent, Medium, Rating, Survey
from flows.turn import (
    Answered,
    Corrected,
    Ended,
    Expired,
    HungUp,
    Input,
    Keyed,
    LeftOpen,
    OptedOut,
    Permitted,
    Reopened,
    Silence,
    Spoken,
    Tapped,
    Turn,
    Typed,
    Withdrawn,
)

SHIPPED = loader.load("post_contact", company="Nawoord")
NPS, CES, WHY = SHIPPED.questions

SURVEYS = {
    "as shipped": SHIPPED,
    "effort first": replace(SHIPPED, questions=(CES, NPS, WHY)),
    "only a score": replace(SHIPPED, questions=(NPS,)),
    "only why": replace(SHIPPED, questions=(WHY,)),
    "asked last, told early": replace(SHIPPED, questions=(WHY, NPS, CES)),
    "why of detractors": replace(SHIPPED, questions=(NPS, replace(WHY, only_if=(Condition("nps", 0, 6),)), CES)),
    "two reasons": replace(SHIPPED, questions=(NPS, WHY, CES, replace(WHY, key="wish"))),
    "effort twice": replace(SHIPPED, questions=(CES, NPS, replace(CES, key="again"), WHY)),
}

WORDS = st.sampled_from(
    [
        *("8", "10", "0", "1", "5", "3", "11", "acht", "8 want ik moest lang wachten", "heel weinig moeite"),
        *("prima", "👍", "", "stop", "STOP", "help", "herhaal", "overslaan", "terug", "ik bedoel 8", "ik bedoel 2"),
        *("START", "lang gewacht"),
    ]
)
KEYS = st.text("0123456789*#", min_size=1, max_size=2)
BY_VOICE: st.SearchStrategy[Input] = st.one_of(
    KEYS.map(Keyed),
    st.builds(Silence),
    st.builds(Spoken, WORDS, st.none() | st.floats(0, 1)),
    st.builds(HungUp),
)
BUTTONS = st.builds(Tapped, st.sampled_from(["nps", "ces", "why", "gone"]), st.sampled_from(["1", "5", "9", ""]))
BY_TEXT: st.SearchStrategy[Input] = st.one_of(
    WORDS.map(Typed), st.text(max_size=30).map(Typed), BUTTONS, st.builds(Expired)
)
BEGINNINGS = st.tuples(st.sampled_from(list(SURVEYS)), st.sampled_from(list(SHIPPED.languages)))


def conversation(survey: Survey, first: Turn, inputs: list[Input]) -> list[Turn]:
    """All turns, with the session written to and read from plain values before each."""
    turns = [first]
    for each in inputs:
        session = from_plain(to_plain(turns[-1].session))
        assert session == turns[-1].session
        turns.append(step(survey, session, each))
    return turns


conversations = st.one_of(
    st.tuples(BEGINNINGS, st.just(Medium.VOICE), st.lists(BY_VOICE, max_size=25)),
    st.tuples(BEGINNINGS, st.just(Medium.TEXT), st.lists(BY_TEXT, max_size=25)),
)


def held(drawn: tuple[tuple[str, str], Medium, list[Input]]) -> tuple[Survey, list[Turn]]:
    (name, language), medium, inputs = drawn
    survey = SURVEYS[name]
    return survey, conversation(survey, begin(survey, language, medium), inputs)


def retold(turns: list[Turn]) -> tuple[dict[str, int | Gap | None], Outcome | None]:
    """Answers, None of those in words, and how it has ended if it has, as the journal alone tells it."""
    answers: dict[str, int | Gap | None] = {}
    ended: Outcome | None = None
    for event in (event for turn in turns for event in turn.events):
        match event:
            case Answered(question=key, value=value):
                answers[key] = value
            case Permitted(question=key, granted=granted):
                answers[key] = granted
            case LeftOpen(question=key, why=why):
                answers[key] = why
            case Corrected(question=key, new=new):
                answers[key] = new
            case Withdrawn(question=key):
                del answers[key]
            case Ended(outcome=outcome):
                assert ended is None, "nothing ends twice"
                ended = outcome
            case Reopened():
                ended = None
    return answers, ended


def told(answer: Answer) -> int | Gap | None:
    match answer:
        case Rated(value=value):
            return value
        case Missing(why=why):
            return why
        case Permission(granted=granted):
            return granted
        case Verbatim():
            return None


def lasting(session: Session) -> tuple[object, ...]:
    """What is kept of a session for good."""
    over = session.state
    assert isinstance(over, Over)
    return dict(session.answers), over.outcome, session.asked


@given(conversations)
def test_every_number_is_on_the_scale_of_its_own_question(drawn: tuple[tuple[str, str], Medium, list[Input]]) -> None:
    """Whatever is pressed, typed or said, a rating holds only numbers of its scale."""
    survey, turns = held(drawn)
    for key, answer in turns[-1].session.answers.items():
        question = survey.question(key)
        assert isinstance(answer, Rated | Missing) if isinstance(question, Rating) else not isinstance(answer, Rated)
        if isinstance(question, Rating) and isinstance(answer, Rated):
            assert answer.value in question.scale


@given(conversations)
def test_journal_and_snapshot_tell_the_same_story(drawn: tuple[tuple[str, str], Medium, list[Input]]) -> None:
    """The answers and the end can be told from the events alone, after each turn."""
    _, turns = held(drawn)
    for number, turn in enumerate(turns, start=1):
        session = turn.session
        snapshot = {key: told(answer) for key, answer in session.answers.items()}
        outcome = session.state.outcome if isinstance(session.state, Over) else None
        assert retold(turns[:number]) == (snapshot, outcome)


@given(conversations)
def test_the_question_awaited_is_the_one_last_put(drawn: tuple[tuple[str, str], Medium, list[Input]]) -> None:
    """A reply awaits exactly what the session waits for, and a repeated question is the same question."""
    survey, turns = held(drawn)
    for turn in turns:
        awaited, awaits = turn.session.awaited, turn.reply.awaits
        assert (awaits is None) == (awaited is None)
        assert isinstance(turn.session.state, Over) <= isinstance(awaits, Consent | None), (
            "all that counts is asked before"
        )
        if awaited and awaits:
            assert awaits.key == awaited.question == turn.session.asked
            again = pending(survey, turn.session)
            assert (again.awaits, again.confirming) == (awaits, turn.reply.confirming)


@given(conversations)
def test_every_reply_says_something_while_an_answer_is_awaited(
    drawn: tuple[tuple[str, str], Medium, list[Input]],
) -> None:
    """Nobody is ever left in silence, and no placeholder is ever said."""
    _, turns = held(drawn)
    for turn in turns:
        assert turn.reply.awaits is None or turn.reply.lines
        assert all(line and "{" not in line for line in (*turn.reply.notice, *turn.reply.lines))


@given(
    BEGINNINGS,
    st.lists(BY_TEXT, max_size=MOST_TURNS + 5),
    st.sampled_from(["STOP", "stop", "Stop!", "afmelden", "unsubscribe"]),
)
def test_stop_always_opts_out(beginning: tuple[str, str], before: list[Input], stop: str) -> None:
    """At any point of any conversation in any language, during it and after it."""
    name, language = beginning
    survey = SURVEYS[name]
    *_, last = conversation(survey, begin(survey, language, Medium.TEXT), [*before, Typed(stop)])
    assert OptedOut() in last.events
    assert isinstance(last.session.state, Over)


@given(BEGINNINGS, st.sampled_from(list(Medium)), st.data())
def test_every_conversation_ends(beginning: tuple[str, str], medium: Medium, data: st.DataObject) -> None:
    """Nobody and nothing can keep it going, not even by asking for repetition for ever."""
    name, language = beginning
    endless = st.one_of(KEYS.map(Keyed), st.just(Keyed("*"))) if medium is Medium.VOICE else WORDS.map(Typed)
    inputs: list[Input] = data.draw(st.lists(endless, min_size=MOST_TURNS + 1, max_size=MOST_TURNS + 1))
    survey = SURVEYS[name]
    turns = conversation(survey, begin(survey, language, medium), inputs)
    assert any(isinstance(turn.session.state, Over) for turn in turns)
    assert isinstance(turns[-1].session.state, Over)


@given(conversations, st.one_of(KEYS.map(Keyed), st.builds(Silence)))
def test_news_of_the_hang_up_may_overtake_the_last_key(
    drawn: tuple[tuple[str, str], Medium, list[Input]], last: Input
) -> None:
    """An answer given before hanging up counts alike, whichever of the two webhooks arrives first."""
    survey, turns = held(drawn)
    session = turns[-1].session
    if session.medium is Medium.TEXT:
        return
    in_order = step(survey, step(survey, session, last).session, HungUp())
    overtaken = step(survey, step(survey, session, HungUp()).session, last)
    assert lasting(in_order.session) == lasting(overtaken.session)


@given(conversations)
@settings(max_examples=50)
def test_a_changed_wording_is_never_answered_by_what_was_said_to_the_old_one(
    drawn: tuple[tuple[str, str], Medium, list[Input]],
) -> None:
    """When the survey changes while somebody is being asked, they are asked anew."""
    survey, turns = held(drawn)
    session = turns[-1].session
    if isinstance(session.state, Over):
        return
    asked = survey.question(session.state.question)
    reworded = {place: replace(prompt, ask=prompt.ask + " ") for place, prompt in asked.prompts.items()}
    changed = replace(
        survey,
        questions=tuple(replace(q, prompts=reworded) if q == asked else q for q in survey.questions),
        callback=replace(asked, prompts=reworded) if isinstance(asked, Consent) else survey.callback,
    )
    given_to_old: Input = Keyed("3") if session.medium is Medium.VOICE else Typed("3")
    after = step(changed, session, given_to_old)
    assert after.session.answers == session.answers


@given(BEGINNINGS, st.lists(BY_TEXT, max_size=12), BUTTONS)
def test_a_button_answers_only_the_question_it_was_shown_with(
    beginning: tuple[str, str], before: list[Input], button: Tapped
) -> None:
    """Touched late, or for the second time, it changes no answer."""
    name, language = beginning
    survey = SURVEYS[name]
    *_, last, touched = conversation(survey, begin(survey, language, Medium.TEXT), [*before, button])
    changed = {key for key, answer in touched.session.answers.items() if last.session.answers.get(key) != answer} | (
        last.session.answers.keys() - touched.session.answers.keys()
    )
    assert changed <= {button.question}


def test_a_hash_behind_a_ten_is_not_an_answer_to_the_next_question() -> None:
    """A ten is taken at its second key; the # that the prompt asked for belongs to it, whatever comes next."""
    first = begin(SHIPPED, "nl", Medium.VOICE)
    _, ten, behind = conversation(SHIPPED, first, [Keyed("10"), Keyed("#")])
    assert (behind.session.state, behind.session.answers) == (ten.session.state, ten.session.answers)
    assert behind.reply.lines == ten.reply.lines
    survey = SURVEYS["two reasons"]
    _, _, once, twice = conversation(survey, begin(survey, "nl", Medium.VOICE), [Keyed("10"), Keyed("#"), Keyed("#")])
    assert "why" not in once.session.answers
    assert twice.session.answers["why"] == Missing(Gap.SKIPPED, "#")


@pytest.mark.parametrize("medium", Medium)
def test_an_opt_out_is_the_end_of_it(medium: Medium) -> None:
    """Whoever said stop is asked nothing more, and hears that it was understood."""
    first = begin(SHIPPED, "nl", medium)
    said = Spoken("stop", 0.9) if medium is Medium.VOICE else Typed("stop")
    turn = step(SHIPPED, first.session, said)
    assert turn.reply.awaits is None
    assert turn.reply.text == SHIPPED.languages["nl"].phrases["opted_out"]
