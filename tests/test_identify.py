"""A verbatim is in the language of its session, unless it clearly is in another one."""

from concurrent.futures import ThreadPoolExecutor

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nlp import words
from nlp.identify import language_of

SAID = {
    "nl": "ik heb veel te lang moeten wachten aan de telefoon",
    "en": "nobody called me back although they had promised it",
    "de": "ich musste mein Anliegen dreimal neu erklären",
    "fr": "personne ne m'a rappelé malgré la promesse",
    "es": "tuve que explicar todo otra vez desde el principio",
}
ELSEWHERE = {
    "tr": "telefonda yarım saat bekledim ve kimse yardım etmedi",
    "pl": "musiałem tłumaczyć wszystko od nowa",
    "pt": "liguei três vezes e tive de explicar tudo de novo",
    "it": "il problema non è stato risolto e nessuno mi ha richiamato",
    "ro": "am așteptat foarte mult la telefon",
    "ar": "انتظرت طويلا على الهاتف",
    "ru": "никто не перезвонил",
    "uk": "довго чекав на відповідь оператора",
}


@pytest.mark.parametrize("prior", [*words.LANGUAGES, None])
@pytest.mark.parametrize("language", SAID)
def test_a_clear_text_is_in_its_own_language(language: str, prior: str | None) -> None:
    """Whatever the session's is."""
    assert language_of(SAID[language], prior) == language


@pytest.mark.parametrize("prior", words.LANGUAGES)
@pytest.mark.parametrize("language", ELSEWHERE)
def test_a_language_that_cannot_be_read_is_not_taken_for_one_that_can(language: str, prior: str) -> None:
    """Not even for a near relative."""
    assert language_of(ELSEWHERE[language], prior) not in words.LANGUAGES


@pytest.mark.parametrize("prior", [*words.LANGUAGES, None])
@pytest.mark.parametrize("text", ["", "  ", "👍👍", "8", "ok", "super", "top service", "-", "\0", "\ud800"])
def test_little_text_is_in_the_language_of_the_session(text: str, prior: str | None) -> None:
    """Where even that is not known, nobody knows."""
    assert language_of(text, prior) == prior


@pytest.mark.parametrize(("prior", "language"), [("nl-BE", "nl"), ("NL", "nl"), ("pt_BR", "pt"), ("", None)])
def test_regions_make_no_difference(prior: str, language: str | None) -> None:
    """The language of a session may come with a country."""
    assert language_of("prima", prior) == language


def test_a_foreign_session_stands_unless_the_text_is_ours() -> None:
    """What is known of the session counts, also where it tells of a language that cannot be read."""
    assert language_of("çok iyi", "tr") == "tr"
    assert language_of(SAID["nl"], "tr") == "nl"


@given(st.text(max_size=300) | st.text(st.characters(categories=["Cs", "Lo", "So", "Nd", "Cc"])))
def test_any_text_has_one_answer(text: str) -> None:
    """The same every time."""
    found = language_of(text, "nl")
    assert found is not None
    assert language_of(text, "nl") == found


def test_threads_do_not_disturb_each_other() -> None:
    """All of them share one identifier."""
    texts = [*SAID.values(), *ELSEWHERE.values()] * 20
    with ThreadPoolExecutor(4) as threads:
        assert list(threads.map(lambda text: language_of(text, None), texts)) == [language_of(t, None) for t in texts]
