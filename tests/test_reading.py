"""What answers are taken for: the corpus, its figures, and laws that hold for any text."""

import re
import time
import unicodedata
from collections.abc import Callable, Iterator
from dataclasses import astuple, dataclass
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import assume, given
from hypothesis import strategies as st

from flows.definitions import build_instrument
from flows.document import Fault, parse
from flows.lexicon import lexicon
from flows.loader import SHIPPED, load
from flows.reading import Command, Unclear, Understood, Wish, read
from flows.roles import Role
from flows.survey import Open, Question, Rating
from flows.turn import Keyed, Reason, Spoken, Typed
from flows.words import words

HERE = Path(__file__).parent
CODES = ("nl", "en", "de", "fr", "es")


SURVEY = load("post_contact", company="Nawoord")
LANGUAGES = SURVEY.languages


def instrument(name: str) -> Rating:
    """A shipped instrument that the shipped survey does not use."""
    faults: list[Fault] = []
    rating = build_instrument(parse((SHIPPED / f"instruments/{name}.yaml").read_bytes(), f"{name}.yaml", faults), CODES)
    assert not faults
    return rating


QUESTIONS: dict[str, Question] = {
    **{question.key: question for question in SURVEY.questions if question.key in ("nps", "ces")},
    "agreement": instrument("ces_agreement"),
    "ease": instrument("ces_ease"),
    "open": Open("open", prompts={}),
}
EXPECTED = {reason.value: Reason(reason) for reason in Reason} | {wish.value: Wish(wish) for wish in Wish}


@dataclass(frozen=True)
class Case:
    """A row of the corpus. person: the number a person would have taken, also where the reader rather asks again."""

    code: str
    ask: str
    given: Keyed | Typed | Spoken
    result: Understood | Command | Unclear
    person: int | None

    def __str__(self) -> str:
        return f"{self.code} {self.ask} {self.given!r}"

    def read(self) -> Understood | Command | Unclear:
        return read(QUESTIONS[self.ask], self.given, LANGUAGES[self.code])


def corpus() -> Iterator[Case]:
    """Every row of tests/reading, keys as read under a Dutch survey."""
    for path in sorted((HERE / "reading").glob("*.yaml")):
        code = path.stem if path.stem in CODES else "nl"
        for group in yaml.safe_load(path.read_text(encoding="utf-8")):
            for text, expected, *more in group["rows"]:
                match group["how"]:
                    case "keyed":
                        given: Keyed | Typed | Spoken = Keyed(text)
                    case "spoken":
                        given = Spoken(text, group["confidence"])
                    case _:
                        given = Typed(text)
                extra = more[0] if more else None
                match EXPECTED.get(expected, expected):
                    case Reason() as reason:
                        yield Case(code, group["ask"], given, Unclear(reason), extra)
                    case Wish() as wish:
                        yield Case(code, group["ask"], given, Command(wish, extra), extra)
                    case int() as number:
                        yield Case(code, group["ask"], given, Understood(number, extra or ""), number)
                    case _:
                        yield Case(code, group["ask"], given, Understood(text.strip()), None)


CASES = list(corpus())


@dataclass(frozen=True)
class Figures:
    """Of some cases: how many, and how many are read as a person would; in how many a person sees a number, and in how
    many of those it is taken at once; in how many no number must be taken; and how many wrong numbers are taken.
    """

    cases: int
    accurate: int
    numbers: int
    taken: int
    traps: int
    wrong: int

    @property
    def line(self) -> str:
        """In one line, as published."""
        share = f"{self.accurate / self.cases:.1%} read as a person would"
        return f"{self.cases} cases, five languages, {share}, {self.wrong} wrong numbers"

    def __str__(self) -> str:
        return (
            f"{self.cases} cases, {self.accurate / self.cases:.1%} read as a person would; "
            f"{self.taken} of {self.numbers} numbers taken at once ({self.taken / self.numbers:.0%}), "
            "the others asked again; "
            f"{self.wrong} wrong numbers taken, in {self.traps} traps and all else"
        )


def figures(cases: list[Case]) -> Figures:
    """The figures of these cases. A wrong number is any that is taken though the case names another one or none."""
    accurate = taken = wrong = 0
    for case in cases:
        result = case.read()
        accurate += result == case.result and number(result) == case.person
        taken += number(result) is not None and number(result) == case.person
        wrong += number(result) is not None and number(result) != number(case.result)
    seen = sum(case.person is not None for case in cases)
    return Figures(len(cases), accurate, seen, taken, sum(number(case.result) is None for case in cases), wrong)


def number(result: Understood | Command | Unclear) -> int | None:
    """The number that was taken, if one was."""
    value = None if isinstance(result, Unclear) else result.value
    return value if isinstance(value, int) else None


@pytest.mark.parametrize("case", CASES, ids=str)
def test_reads_the_corpus(case: Case) -> None:
    """Every input of the corpus is taken for what its row says."""
    assert case.read() == case.result


@pytest.mark.parametrize("code", CODES)
def test_takes_no_wrong_number(code: str, capsys: pytest.CaptureFixture[str]) -> None:
    """In every language no wrong number is taken, and few messages are asked again that a person would understand."""
    found = figures([case for case in CASES if case.code == code])
    with capsys.disabled():
        print(f"\nreading {code}: {found}")  # noqa: T201 -- the figures are published from here
    assert found.wrong == 0
    assert found.accurate / found.cases >= 0.9
    assert found.taken / found.numbers >= 0.75


def test_publishes_its_figures(capsys: pytest.CaptureFixture[str]) -> None:
    """The line that may be published of all languages together holds: no wrong number, and nine in ten as a person."""
    found = figures(CASES)
    with capsys.disabled():
        print(f"\nreading: {found.line}")  # noqa: T201 -- published from here
    assert re.fullmatch(
        r"\d+ cases, five languages, (9\d|100)\.\d% read as a person would, 0 wrong numbers", found.line
    )


def test_corpus_is_large_enough() -> None:
    """At least 450 cases, 80 of them in each language, and 200 in which no number must be taken."""
    assert len(CASES) >= 450
    assert all(figures([case for case in CASES if case.code == code]).cases >= 80 for code in CODES)
    assert figures(CASES).traps >= 200


def test_stop_is_the_same_everywhere() -> None:
    """Every word for stop is understood in every language."""
    stops = [
        {words for words, wish in spoken.lexicon.wishes.items() if wish == "stop"} for spoken in LANGUAGES.values()
    ]
    assert all(words == stops[0] for words in stops)


codes = st.sampled_from(CODES)
asked = st.sampled_from(list(QUESTIONS))


def phrases(code: str, *roles: Role) -> list[str]:
    """The phrases of these roles, or of all, in a language."""
    known = (meaning for listed in LANGUAGES[code].lexicon.meanings.values() for meaning in listed)
    return sorted({" ".join(meaning.words) for meaning in known if not roles or meaning.role in roles})


@st.composite
def messages(draw: st.DrawFn) -> tuple[str, str]:
    """A language, and a message of its words, of numbers, signs and anything else, with and without spaces."""
    code = draw(codes)
    ends = [end for question in RATINGS for end in (question.anchors[code].low, question.anchors[code].high)]
    numbers = st.integers(-3, 130).map(str)
    signs = st.sampled_from(list(".,;:!?-–/()*_#+~%€$='\"½²🔟💯👍\n\u20e3\u0336\u202e\x00"))
    words = st.sampled_from([*phrases(code), *ends])
    parts = draw(st.lists(st.one_of(words, words, numbers, signs, st.text(max_size=4)), max_size=8))
    return code, draw(st.sampled_from([" ", " ", ""])).join(parts)


RATINGS = [question for question in QUESTIONS.values() if isinstance(question, Rating)]


@given(asked, messages(), st.sampled_from([Typed, Spoken, Keyed]))
def test_any_message_is_read(ask: str, message: tuple[str, str], kind: Callable[[str], Typed | Spoken | Keyed]) -> None:
    """Whatever is sent or said: a number taken is on the scale, and a remark is part of what was written."""
    code, text = message
    question = QUESTIONS[ask]
    result = read(question, kind(text), LANGUAGES[code])
    if isinstance(result, Understood):
        assert result.remark in text
        expected = question.scale if isinstance(question, Rating) else [text.strip()]
        assert result.value in expected  # type: ignore[operator]


@given(asked, codes, st.one_of(st.text(), st.text(alphabet=st.characters(categories=["Cs", "Mn", "Cf", "No", "Nd"]))))
def test_any_text_is_read(ask: str, code: str, text: str) -> None:
    """No text at all makes the reader fail."""
    assert isinstance(read(QUESTIONS[ask], Typed(text), LANGUAGES[code]), Understood | Command | Unclear)


@given(codes, st.sampled_from(RATINGS), st.data())
def test_fillers_change_nothing(code: str, question: Rating, data: st.DataObject) -> None:
    """A number on the scale between words that say nothing is that number, without a remark."""
    value = data.draw(st.integers(question.scale.low, question.scale.high))
    before = data.draw(st.sampled_from(["", *phrases(code, Role.FILLER, Role.COURTESY, Role.ARTICLE)]))
    after = data.draw(st.sampled_from(["", ".", "!", *phrases(code, Role.FILLER, Role.COURTESY)]))
    assert read(question, Typed(f"{before} {value} {after}"), LANGUAGES[code]) == Understood(value)


@given(codes, st.data())
def test_a_number_needs_a_number(code: str, data: st.DataObject) -> None:
    """Words that are neither numbers nor anchors never give a number."""
    numbers = {word for phrase in phrases(code, Role.NUMBER, Role.ONE) for word in phrase.split()}
    ends = {" ".join(words(end)) for question in RATINGS for end in astuple(question.anchors[code])}
    known = [phrase for phrase in phrases(code) if not numbers & set(phrase.split()) and phrase not in ends]
    letters = st.text(alphabet=st.characters(categories=["L", "P", "S", "Zs"], exclude_characters="🔟💯"), max_size=9)
    text = " ".join(data.draw(st.lists(st.one_of(st.sampled_from(known), letters), max_size=6)))
    assume(not numbers & set(words(text)) and not any(unicodedata.numeric(sign, None) is not None for sign in text))
    for question in RATINGS:
        assert number(read(question, Typed(text), LANGUAGES[code])) is None


@given(codes, st.data())
def test_words_that_unsettle_are_never_passed_over(code: str, data: st.DataObject) -> None:
    """With "not", "or so", "at least" or "maybe" beside it and nothing else, a number is asked again."""
    unsettling = (Role.NEGATION, Role.INEXACT, Role.DOUBT, Role.HINGE, Role.UNIT, Role.PART)
    phrase = data.draw(st.sampled_from(phrases(code, *unsettling)))
    value = data.draw(st.integers(0, 10))
    text = data.draw(st.sampled_from(["{phrase} {value}", "{value} {phrase}", "{value}, {phrase}"]))
    result = read(QUESTIONS["nps"], Typed(text.format(phrase=phrase, value=value)), LANGUAGES[code])
    assert result == Command(Wish.CORRECT, value) or isinstance(result, Unclear)


@given(codes, st.data())
def test_of_two_numbers_none_is_chosen(code: str, data: st.DataObject) -> None:
    """Whatever word or sign stands between two different numbers, neither is taken."""
    one, other = data.draw(st.lists(st.integers(0, 9), min_size=2, max_size=2, unique=True))
    between = data.draw(st.sampled_from([*" ,./:;-+&|=~", " ", "\n", *(f" {phrase} " for phrase in phrases(code))]))
    assert isinstance(read(QUESTIONS["nps"], Typed(f"{one}{between}{other}"), LANGUAGES[code]), Unclear)


LONG = [
    *("8" * 100_000, "8 " * 50_000, "8,9/" * 25_000, "1a" * 50_000, "-" * 100_000, "((((" * 25_000, "'8" * 50_000),
    *("een " * 25_000, "acht" * 25_000, "a.b" * 33_000, "a-" * 50_000, "ik geef " * 12_000 + "8", "x" * 100_000 + "8"),
    *("\0" * 100_000, "e\u0301" * 50_000, "\u202e8" * 50_000, "👍🏽" * 50_000, "9 want " + "5 keer " * 14_000),
    "heel weinig " * 8_000,
]


@pytest.mark.parametrize("text", LONG, ids=lambda text: text[:8].encode("unicode_escape").decode())
def test_cost_is_bounded(text: str) -> None:
    """A hundred thousand characters of anything are read in about a second, and never in minutes."""
    began = time.perf_counter()
    read(QUESTIONS["nps"], Typed(text), LANGUAGES["nl"])
    assert time.perf_counter() - began < 10


@pytest.mark.parametrize(
    ("spoil", "complaint"),
    [
        (lambda plain: plain.pop("unit"), "'unit' is missing"),
        (lambda plain: plain.pop("numbers"), "'numbers' is missing"),
        (lambda plain: plain["numbers"].pop(8), "'numbers' has no words for 8"),
        (lambda plain: plain["numbers"].update(eight=["eight"]), "'numbers' has 'eight' for a number"),
        (lambda plain: plain["negation"].append(False), "'negation' holds False, which is no text: put it in quotes"),
        (lambda plain: plain["negation"].append("maybe"), "'maybe' is listed twice"),
        (lambda plain: plain["wishes"].pop("help"), "'wishes.help' is missing"),
        (lambda plain: plain["wishes"].update(stop=["Stop!"]), "'stop' is listed twice"),
        (lambda plain: plain["correct"].pop("after"), "'correct.after' is missing"),
        (lambda plain: plain.update(fillers=[]), "'fillers' is unknown"),
    ],
)
def test_lexicon_names_what_is_missing(spoil: Callable[[dict[str, Any]], object], complaint: str) -> None:
    """A `reading` section with something missing, unknown or ambiguous is refused, and the error says what it is."""
    plain = yaml.safe_load((SHIPPED / "languages" / "en.yaml").read_text(encoding="utf-8"))["reading"]
    spoil(plain)
    with pytest.raises(ValueError, match=re.escape(complaint)):
        lexicon(plain, stop=["stop"])
