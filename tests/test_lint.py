"""Lint finds what a survey that loads still does wrong to those who answer it; each test breaks one thing."""

import re
from collections.abc import Mapping
from dataclasses import replace
from itertools import product
from pathlib import Path

import pytest

from flows.ends import misplaced, omitted
from flows.engine import begin
from flows.lint import Finding, Severity, lint, lint_voices
from flows.loader import load
from flows.outgoing import outgoing
from flows.segments import measure
from flows.survey import Anchors, Direction, Medium, Open, Prompt, Rating, Scale, Survey
from tests.definitions import change

SURVEY, NPS, CES, EASE, DUTCH = (
    "surveys/post_contact.yaml",
    "instruments/nps.yaml",
    "instruments/ces_effort.yaml",
    "instruments/ces_ease.yaml",
    "languages/nl.yaml",
)
TEN = Scale(0, 10, Direction.HIGH_IS_GOOD)
LIKELY = Anchors("not at all likely", "likely")


def found(folder: Path, company: str = "Voorbeeld", most_segments: int = 3) -> tuple[Finding, ...]:
    return lint(load("post_contact", company=company, folders=[folder]), most_segments)


def with_question(survey: Survey, changed: Rating) -> Survey:
    """The survey with this question instead of its own of that key."""
    return replace(survey, questions=tuple(changed if q.key == changed.key else q for q in survey.questions))


def replace_ratings(folder: Path, ratings: str) -> None:
    """Let the survey ask these ratings before its open question."""
    text = (folder / SURVEY).read_text(encoding="utf-8")
    start, end = text.index("  - key: nps"), text.index("  - key: why")
    (folder / SURVEY).write_text(text[:start] + ratings + text[end:], encoding="utf-8")


def only(folder: Path) -> Finding:
    """The one finding there is."""
    (finding,) = found(folder)
    return finding


def test_the_shipped_survey_is_clean() -> None:
    """Nothing is found in what is shipped, not even a warning."""
    assert lint(load("post_contact", company="Voorbeeld Zorg BV")) == ()


# Both ends, in every wording


@pytest.mark.parametrize("code", ["nl", "en", "de", "fr", "es"])
def test_a_wording_that_omits_a_number_or_words_is_an_error(code: str) -> None:
    """Whichever end loses its number or its words in whichever wording, exactly that wording is found."""
    survey = load("post_contact", company="Voorbeeld")
    broken = 0
    for question in survey.questions:
        if isinstance(question, Open):
            continue
        scale, anchors = question.scale, question.anchors[code]
        for medium, gone in product(Medium, (str(scale.low), str(scale.high), anchors.low, anchors.high)):
            prompt = question.prompts[code, medium]
            for number, wording in enumerate((prompt.ask, *prompt.again)):
                without = re.sub(rf"\b{re.escape(gone)}\b", "x" * len(gone), wording)
                assert without != wording
                wordings = [prompt.ask, *prompt.again]
                wordings[number] = without
                prompts = {**question.prompts, (code, medium): Prompt(wordings[0], tuple(wordings[1:]))}
                (finding,) = lint(with_question(survey, replace(question, prompts=prompts)))
                place = "ask" if number == 0 else f"again.{number - 1}"
                assert finding.place == f"{question.key}.{code}.{medium}.{place}"
                assert finding.severity is Severity.ERROR
                assert finding.problem.startswith(f"does not say {gone!r}")
                broken += 1
    assert broken == 2 * 4 * 5


def test_a_wording_in_a_file_that_omits_an_anchor_is_an_error(folder: Path) -> None:
    """An anchor taken out of a file is found, with the remedy."""
    old, new = "{low} is {low_words}, {high}", "Het gaat van {low} tot en met {high}, en die laatste"
    change(folder, NPS, old, new)
    finding = only(folder)
    assert finding.place == "nps.nl.voice.ask"
    assert finding.problem == "does not say 'helemaal niet waarschijnlijk', though text does"
    assert "{low} {low_words}" in finding.remedy


def test_spoken_and_written_ends_must_agree(folder: Path) -> None:
    """Where one medium says an end in other words than the anchors that the other uses, the finding says so."""
    change(folder, CES, "{low} = {low_words}", "{low} = nauwelijks moeite")
    finding = only(folder)
    assert finding.place == "ces.nl.text.ask"
    assert finding.problem == "does not say 'heel weinig moeite', though voice does"


def test_swapped_ends_are_an_error(folder: Path) -> None:
    """Words beside the number of the other end turn the scale round."""
    change(folder, NPS, "{low} = {low_words}", "{low} = {high_words}")
    change(folder, NPS, "{high} = {high_words}", "{high} = {low_words}")
    finding = only(folder)
    assert (finding.severity, finding.place) == (Severity.ERROR, "nps.nl.text.ask")
    assert finding.problem == "says 'helemaal niet waarschijnlijk' beside 10 and 'zeer waarschijnlijk' beside 0"


def test_numbers_far_from_their_words_are_an_error(folder: Path) -> None:
    """A number in one sentence and its words in another leave the direction open."""
    old = "{low} is {low_words}, {high} is {high_words}."
    change(folder, NPS, old, "Het kan {high_words} zijn. Of {low_words}. Van {low} tot {high}.")
    finding = only(folder)
    assert finding.place == "nps.nl.voice.ask"
    assert finding.problem.startswith("says ")
    assert "far from" in finding.problem


@pytest.mark.parametrize(
    ("wording", "missing", "wrong"),
    [
        ("0 not at all likely, 10 likely", (), ""),
        ("0 = not at all\n  likely\n10 = Likely", (), ""),
        ("If not at all likely, press 0. If likely, press 10.", (), ""),
        ("10 = likely\n0 = not at all likely", (), ""),
        ("from 0 to 10:\n0 = not at all likely\n10 = likely", (), ""),
        ("0 not at all likely, 10", ("likely",), ""),
        ("100 not at all likely, 10.5 likely", ("0", "10"), ""),
        ("0 = not at all likely, 10 = unlikely", ("likely",), ""),
        ("", ("0", "10", "not at all likely", "likely"), ""),
        ("10 not at all likely, 0 likely", (), "says 'not at all likely' beside 10 and 'likely' beside 0"),
        (
            "0 or 10. It is likely or not at all likely.",
            (),
            "says 0 far from 'not at all likely' and 10 far from 'likely'",
        ),
    ],
)
def test_ends_are_found_in_wordings(wording: str, missing: tuple[str, ...], wrong: str) -> None:
    """Numbers count as numbers, words as whole words, the words of one end not within those of the other."""
    assert omitted(wording, TEN, LIKELY) == missing
    if not missing:
        assert misplaced(wording, TEN, LIKELY) == wrong


# The bridge


def test_a_missing_bridge_is_an_error(folder: Path) -> None:
    """From NPS, where high is good, nobody goes to effort, where low is good, without a word."""
    change(folder, CES, '    bridge: "Let op: nu betekent een laag cijfer weinig moeite."\n', "")
    finding = only(folder)
    assert (finding.severity, finding.place) == (Severity.ERROR, "ces.nl.bridge")
    assert "runs the other way than that of 'nps'" in finding.problem


def test_a_bridge_is_needed_wherever_a_condition_can_bring_two_ratings_together(folder: Path) -> None:
    """A conditional rating in between may be left out, and then the ratings around it are neighbours."""
    change(folder, NPS, '    bridge: "Let op: nu', '    # bridge: "Let op: nu')
    own = (
        "  - {key: ces, instrument: ces_effort}\n"
        "  - {key: again, instrument: ces_effort, only_if: {ces: 1}}\n"
        "  - {key: nps, instrument: nps}\n"
    )
    replace_ratings(folder, own)
    problems = [finding.problem for finding in found(folder) if finding.place == "nps.nl.bridge"]
    assert [problem.rpartition(" ")[2] for problem in problems] == ["'ces'", "'again'"]


def test_no_bridge_is_needed_between_scales_that_run_alike(folder: Path) -> None:
    """From NPS to ease, both with high as the good end, nothing has to be said."""
    change(folder, SURVEY, "instrument: ces_effort", "instrument: ces_ease")
    change(folder, EASE, '    bridge: "Let op: nu', '    # bridge: "Let op: nu')
    assert [finding for finding in found(folder) if "bridge" in finding.place] == []


# Asking again, and keys


def test_asking_again_must_be_shorter(folder: Path) -> None:
    """Whoever did not answer does not hear the whole story again."""
    change(folder, SURVEY, "Waarom gaf u deze antwoorden? Schrijf", "Wat is toch de reden voor uw antwoorden? Schrijf")
    change(folder, SURVEY, "Schrijf het in uw eigen woorden.", "Schrijft u het gerust in uw eigen woorden op.")
    finding = only(folder)
    assert (finding.severity, finding.place) == (Severity.ERROR, "why.nl.text.again.0")
    assert finding.problem == "is no shorter than the wording before it"


@pytest.mark.parametrize(("voice", "most"), [(True, 2), (False, 1)])
def test_asking_again_has_an_end(voice: bool, most: int, folder: Path) -> None:
    """A question is asked again at most twice by voice and once by text."""
    last = "            - Waarom gaf u deze antwoorden? " + ("Overslaan?" if voice else "Schrijf")
    more = "".join(f"            - {'Waarom' if n else 'Waarom dan'}? Toets een hekje.\n" for n in range(most))
    text = (folder / SURVEY).read_text(encoding="utf-8")
    end = text.index("\n", text.index(last)) + 1
    (folder / SURVEY).write_text(text[:end] + more + text[end:], encoding="utf-8")
    finding = only(folder)
    assert finding.place == f"why.nl.{'voice' if voice else 'text'}.again"
    assert finding.problem == f"the question is asked again {most + 1} times"
    assert f"at most {most} times" in finding.remedy


def test_callers_are_told_how_to_be_asked_no_more(folder: Path) -> None:
    """A greeting that keeps the keys for it to itself is found."""
    change(folder, SURVEY, "Toets sterretje 0.", "Toets sterretje 10.")
    finding = only(folder)
    assert (finding.place, finding.severity) == ("greeting.nl.voice", Severity.ERROR)
    assert finding.problem == "does not say how to be asked no more ('sterretje 0')"


@pytest.mark.parametrize(
    ("file", "old", "new", "place", "key"),
    [
        (NPS, "sterretje herhaalt", "ster herhaalt", "nps.nl.voice.ask", "star"),
        (NPS, "dan een hekje", "dan een kruis", "nps.nl.voice.ask", "hash"),
        (CES, "Sterretje herhaalt", "En dan nog eens", "ces.nl.voice.ask", "star"),
        (SURVEY, "toets dan een hekje", "toets dan een kruis", "why.nl.voice.ask", "hash"),
    ],
)
def test_callers_are_told_the_keys(file: str, old: str, new: str, place: str, key: str, folder: Path) -> None:
    """A rating says which key repeats it, one of two digits also which key ends it, an open question which skips it."""
    change(folder, file, old, new)
    finding = only(folder)
    assert (finding.severity, finding.place) == (Severity.ERROR, place)
    assert finding.problem.startswith(f"does not mention the {key} key ")


def test_one_digit_needs_no_key_to_end_it(folder: Path) -> None:
    """On a scale of one digit the # key has nothing to do."""
    assert "Sterretje herhaalt" in (folder / CES).read_text(encoding="utf-8")
    assert "hekje" not in (folder / CES).read_text(encoding="utf-8").lower()
    assert found(folder) == ()


# Words at which the carrier acts


@pytest.mark.parametrize(
    ("file", "old", "new", "place", "word"),
    [
        (SURVEY, "Antwoord in uw eigen woorden.", "Antwoord YES of NEE.", "why.nl.text.ask", "YES"),
        (SURVEY, "Antwoord in uw eigen woorden.", 'Antwoord "cancel".', "why.nl.text.ask", "CANCEL"),
        (SURVEY, "Liever niet? Antwoord STOP.", "Meer weten? Antwoord INFO.", "greeting.nl.text", "INFO"),
        (SURVEY, "Liever niet? Antwoord STOP.", "Liever niet = stop.", "greeting.nl.text", "STOP"),
        (NPS, "{low} = {low_words}", "{low} = {low_words}, x = STOP", "nps.nl.text.ask", "STOP"),
        (DUTCH, "Toch wel? Stuur START.", "Toch wel? Stuur UNSTOP.", "phrases.opted_out.nl", "UNSTOP"),
    ],
)
def test_no_text_asks_for_a_word_at_which_the_carrier_acts(
    file: str, old: str, new: str, place: str, word: str, folder: Path
) -> None:
    """A carrier's keyword would never reach the survey as an answer."""
    change(folder, file, old, new)
    finding = only(folder)
    assert (finding.severity, finding.place) == (Severity.ERROR, place)
    assert finding.problem == f"offers {word} as an answer"


def test_an_end_may_not_be_a_word_at_which_the_carrier_acts(folder: Path) -> None:
    """The words of an end are accepted as an answer, and so may be no keyword."""
    change(folder, CES, "low: heel weinig moeite", "low: Stop")
    (finding,) = [finding for finding in found(folder) if finding.place == "ces.nl.anchors"]
    assert (finding.severity, finding.problem) == (Severity.ERROR, "STOP names an end")


# Sizes


def test_the_first_message_takes_two_segments_in_every_language() -> None:
    """Greeting and NPS question fit in two SMS segments of the small alphabet, with a name of eighteen characters."""
    survey = load("post_contact", company="Voorbeeld Zorg BV.")
    for code in survey.languages:
        first = begin(survey, code, Medium.TEXT).reply.text
        assert (measure(first).segments, measure(first).encoding) == (2, "GSM-7")


def test_a_text_of_many_segments_is_a_warning_that_names_the_cause(folder: Path) -> None:
    """One character can turn two segments into five; the finding names it."""
    change(folder, CES, "een goede oplossing te komen? Antwoord", "een goede financiële oplossing te komen? Antwoord")
    finding = only(folder)
    assert (finding.severity, finding.place) == (Severity.WARNING, "ces.nl.text")
    assert finding.problem == "the longest message here takes 5 SMS segments in UCS-2 because of ë"


def test_the_number_of_segments_that_warns_is_a_setting(folder: Path) -> None:
    """With one segment allowed, every message that takes two is told."""
    warned = {finding.place for finding in found(folder, most_segments=1)}
    assert {"nps.nl.text", "ces.nl.text"} <= warned
    assert found(folder, most_segments=2) == ()


def test_a_text_that_cannot_be_sent_is_an_error(folder: Path) -> None:
    """Above 1,600 characters the carrier sends nothing at all."""
    assert {finding.severity for finding in found(folder, company="x" * 1600)} == {Severity.ERROR}


def test_sizes_are_those_of_messages_as_they_are_sent(folder: Path) -> None:
    """What is measured holds greeting, echo, bridge and reason just as the conversation would say them."""
    survey = load("post_contact", company="Voorbeeld", folders=[folder])
    sent = {message.place: message for message in outgoing(survey)}
    assert set(sent) >= {"nps.nl.text", "ces.nl.text", "why.nl.text", "closing.nl.text", "phrases.no_survey.nl"}
    assert sent["ces.nl.text"].text == (
        "U koos 1: dichter bij helemaal niet waarschijnlijk.\n"
        "Let op: nu betekent een laag cijfer weinig moeite.\n" + survey.questions[1].prompts["nl", Medium.TEXT].ask
    )
    assert all(message.size == measure(message.text) for message in sent.values())


# Voices


@pytest.mark.parametrize(
    ("code", "name", "locale", "severity", "problem"),
    [
        ("nl", "Polly.Laura-Neural", "nl-NL", None, ""),
        ("nl", "Google.nl-NL-Chirp3-HD-Kore", "nl-NL", None, ""),
        ("fr", "Polly.Rémi-Generative", "fr-FR", None, ""),
        ("nl", "Polly.Lisa-Neural", "nl-NL", Severity.ERROR, "speaks nl-BE, not nl-NL"),
        ("nl", "Google.nl-BE-Wavenet-A", "nl-NL", Severity.ERROR, "speaks nl-BE, not nl-NL"),
        ("de", "Polly.Laura-Neural", "de-DE", Severity.ERROR, "speaks nl-NL, not de-DE"),
        ("de", "Polly.Vicki-Neural", "nl-NL", Severity.ERROR, "'nl-NL' is no locale of the language 'de'"),
        ("nl", "woman", "nl-NL", Severity.WARNING, "whatever voice the carrier has"),
        ("nl", "man", "nl-NL", Severity.WARNING, "whatever voice the carrier has"),
        ("nl", "Polly.Laura-Neurl", "nl-NL", Severity.WARNING, "is not known here"),
    ],
)
def test_voices_fit_their_language(code: str, name: str, locale: str, severity: Severity | None, problem: str) -> None:
    """A voice of another language or region is an error, an unknown or unnamed one a warning."""
    chosen: Mapping[str, tuple[str, str]] = {code: (name, locale)}
    findings = lint_voices(chosen)
    assert [finding.severity for finding in findings] == ([severity] if severity else [])
    assert all(problem in finding.problem and finding.place == f"voices.{code}" for finding in findings)


def test_an_unknown_voice_names_the_nearest() -> None:
    """A misspelt voice is met with the name that was meant."""
    (finding,) = lint_voices({"nl": ("Polly.Laura-Neurl", "nl-NL")})
    assert finding.remedy == "did you mean 'Polly.Laura-Neural'?"
    assert str(finding) == f"warning: voices.nl: {finding.problem}; {finding.remedy}"
