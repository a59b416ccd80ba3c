"""What tells who somebody is gets marked, in whatever way it is typed or spoken, and nothing else is."""

import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from flows.document import Fault, parse
from nlp import numbers, redaction, spoken, words
from nlp.redaction import mask, redact
from nlp.tags import Redaction

OWN = "+31600000001"
LANGUAGES = ("nl", "en", "de", "fr", "es")
BRACKET = re.compile(r"\{(\w+):([^}]*)\}")


def table(language: str, part: str) -> list[str]:
    faults: list[Fault] = []
    path = Path(__file__).parent / "redaction" / f"{language}.yaml"
    listed: list[str] = parse(path.read_bytes(), str(path), faults).plain()[part]
    assert not faults
    assert len(listed) >= 15
    return listed


MARKED = [(language, text) for language in LANGUAGES for text in table(language, "marked")]
UNMARKED = [(language, text) for language in LANGUAGES for text in table(language, "unmarked")]


@pytest.mark.parametrize(("language", "marked"), MARKED)
def test_what_tells_who_somebody_is_gets_marked(language: str, marked: str) -> None:
    """From its first to its last character, by its kind."""
    expected, text, after = [], "", 0
    for bracket in BRACKET.finditer(marked):
        text += marked[after : bracket.start()]
        expected.append(Redaction(len(text), len(text) + len(bracket[2]), bracket[1]))
        text, after = text + bracket[2], bracket.end()
    text += marked[after:]
    assert redact(text) == tuple(expected), mask(text, redact(text))
    assert mask(text, redact(text)) == BRACKET.sub(r"[\1]", marked)


@pytest.mark.parametrize(("language", "text"), UNMARKED)
def test_what_tells_nothing_of_anybody_stays(language: str, text: str) -> None:
    """Years, dates, hours, prices, amounts, scores and house numbers."""
    assert redact(text) == (), mask(text, redact(text))


@pytest.mark.parametrize("written", ["+31600000001", "0600000001", "00000001", "6 00 00 00 01", "31-6-0000 0001"])
def test_the_own_number_is_known_in_any_form(written: str) -> None:
    """Also in one in which nobody else's would be."""
    text = f"zo: {written} dus"
    assert mask(text, redact(text, OWN)) == "zo: [phone] dus"


@pytest.mark.parametrize("own", ["", "  ", "+", "112", "anonymous", "\ud800"])
def test_an_own_number_that_is_none_changes_nothing(own: str) -> None:
    """A short or withheld number would be found everywhere."""
    assert redact("ik belde 112 om 14.30", own) == ()


def test_check_digits_are_checked() -> None:
    """What only looks like an account or a card is none; long as it is, it is marked all the same."""
    assert redaction.is_iban("NL91ABNA0417164300")
    assert not redaction.is_iban("NL91ABNA0417164301")
    assert not redaction.is_iban("NL91ABNA041716430")
    assert not redaction.is_iban("XX91ABNA0417164300")
    assert numbers.is_card("4111111111111111")
    assert not numbers.is_card("4111111111111112")
    assert [each.kind for each in redact("pas 4111111111111112")] == ["order"]


def test_what_was_marked_once_is_marked_wherever_it_stands() -> None:
    """A word tells what a number is only the first time."""
    text = "ordernummer 4432, dus 4432, niet 44321 of 4432 euro"
    assert mask(text, redact(text)) == "ordernummer [order], dus [order], niet 44321 of [order] euro"


FRAGMENTS = st.sampled_from(
    [
        *(
            "06",
            "00000001",
            "0600000001",
            "+31",
            "(0)6",
            "20231234",
            "1.234.567",
            "12-03-2024",
            "2023",
            "14:30",
            "٠١٢",
            "０６",
            "¹",
        ),
        *(
            "nul",
            "zes",
            "double",
            "four",
            "zéro",
            "quatre-vingt",
            "dix",
            "een",
            "euro",
            "€",
            "is",
            "[phone]",
            "[order]",
        ),
        *("order", "ordernummer", "klantnr.", "INC0012345", "kenteken", "12-AB-34", "AB-123-CD", "1234", "BCD", "B-MW"),
        *("NL91ABNA0417164300", "NL91", "ABNA", "0417", "1643", "00", "4111111111111111", "jan@voorbeeld.nl", "@"),
        *("jan", "apenstaartje", "voorbeeld", "punt", "nl", "at", "dot", "com"),
    ]
)
HOSTILE = st.lists(
    st.one_of(FRAGMENTS, st.text(max_size=5), st.characters(categories=["Cs", "Nd", "Cc"])), max_size=14
).map(" ".join) | st.lists(FRAGMENTS | st.sampled_from("-./,+ \n@#"), max_size=14).map("".join)


@given(HOSTILE, st.none() | st.just(OWN))
def test_marks_lie_inside_and_never_overlap(text: str, own: str | None) -> None:
    """In the order of the text, each of a known kind, and the same every time."""
    found = redact(text, own)
    ends = [0, *(each.end for each in found)]
    assert all(end <= each.start < each.end <= len(text) for end, each in zip(ends, found, strict=False))
    assert {each.kind for each in found} <= {"phone", "email", "iban", "card", "order", "plate"}
    assert found == redact(text, own)


@given(HOSTILE)
def test_a_masked_text_has_nothing_left_to_mask(text: str) -> None:
    """Nor does any word stand in it that was masked elsewhere."""
    found = redact(text)
    masked = mask(text, found)
    assert redact(masked) == (), masked
    codes = {text[each.start : each.end] for each in found if each.kind == "order"}
    assert codes.isdisjoint(re.findall(r"(?<![A-Za-z0-9_-])[A-Za-z0-9]+(?![A-Za-z0-9_-])", masked))


TELLING = re.compile(r"\d|@")


@given(st.text(max_size=200))
def test_a_text_without_figures_and_addresses_is_never_changed(text: str) -> None:
    """Figures are typed or in words, addresses have their sign typed or in words."""
    said = {word for language in words.LANGUAGES for word in words.of(language).spelt["at"]}
    if not TELLING.search(text) and not any(spoken.rows(text)) and said.isdisjoint(text.lower().split()):
        assert mask(text, redact(text)) == text


@given(st.lists(st.sampled_from(sorted(words.of("nl").ordinary - set(words.of("nl").numbers))), max_size=40))
def test_ordinary_words_are_never_changed(said: list[str]) -> None:
    """Whatever their order."""
    assert redact(" ".join(said)) == ()


@pytest.mark.parametrize(
    "piece",
    [
        *("1", "0 ", "a@", "@", "a@a.", "NL91", "AB-12-", "1-", "zes ", "a at b dot ", "order ", "order 1 ", "double "),
        *(
            "kenteken is ",
            "06 12 34 56 78 ",
            "+",
            "1a",
            "a1b2c3d4e5f6g7 ",
            "A1-",
            "\0",
            "😀",
            "\ud800",
            "quatre vingt ",
            "é",
        ),
    ],
)
def test_a_hundred_thousand_characters_are_read(piece: str) -> None:
    """Work that grew with the square of the length would not come to an end here."""
    text = (piece * 100_000)[:100_000]
    found = redact(text, OWN)
    assert all(each.end <= len(text) for each in found)
