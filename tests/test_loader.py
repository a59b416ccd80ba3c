"""Surveys are data: what the shipped definitions hold, what can be changed, and how every fault is reported."""

import shutil
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from flows.lint import lint
from flows.loader import PHRASES, SHIPPED, DefinitionError, Fault, load, voices
from flows.survey import Anchors, Condition, Direction, Medium, Open, Rating, Scale, Survey, fill, series
from flows.turn import Reason
from tests.definitions import change

SURVEY, NPS, CES, DUTCH = (
    "surveys/post_contact.yaml",
    "instruments/nps.yaml",
    "instruments/ces_effort.yaml",
    "languages/nl.yaml",
)


def loaded(folder: Path, survey: str | Path = "post_contact") -> Survey:
    return load(survey, company="Voorbeeld", folders=[folder])


def faults(folder: Path, survey: str | Path = "post_contact") -> tuple[Fault, ...]:
    with pytest.raises(DefinitionError) as caught:
        loaded(folder, survey)
    return caught.value.faults


# What is shipped


def test_the_shipped_survey_asks_nps_effort_and_why_in_five_languages() -> None:
    """The shipped survey asks NPS 0-10, effort 1-5 where low is good, and an open why, in five languages."""
    survey = load("post_contact", company="Voorbeeld")
    nps, ces, why = survey.questions
    assert list(survey.languages) == ["nl", "en", "de", "fr", "es"]
    assert isinstance(nps, Rating)
    assert isinstance(ces, Rating)
    assert isinstance(why, Open)
    assert [nps.key, ces.key, why.key] == ["nps", "ces", "why"]
    assert (nps.instrument, nps.scale) == ("nps", Scale(0, 10, Direction.HIGH_IS_GOOD))
    assert (ces.instrument, ces.scale) == ("ces_effort", Scale(1, 5, Direction.LOW_IS_GOOD))
    assert nps.read_back == {0, 1}
    assert ces.read_back == {1, 2, 3, 4, 5}
    assert ces.anchors["nl"] == Anchors("heel weinig moeite", "heel veel moeite")
    for question in survey.questions:
        assert {code: question.prompts[code, Medium.VOICE].tries for code in survey.languages} == dict.fromkeys(
            survey.languages, 2 if question is why else 3
        )
        assert {question.prompts[code, Medium.TEXT].tries for code in survey.languages} == {2}


@pytest.mark.parametrize("instrument", ["nps", "ces_effort", "ces_ease", "ces_agreement"])
def test_every_shipped_instrument_can_be_asked(instrument: str, folder: Path) -> None:
    """Each shipped instrument loads in all five languages and lints without an error."""
    change(folder, SURVEY, "instrument: ces_effort", f"instrument: {instrument}")
    survey = loaded(folder)
    assert [finding for finding in lint(survey) if finding.severity == "error"] == []


def test_every_language_has_a_phrase_for_each_reason() -> None:
    """Whatever the reason to ask again, there are words for it."""
    assert {reason.value for reason in Reason} <= set(PHRASES)
    for language in load("post_contact", company="Voorbeeld").languages.values():
        assert set(language.phrases) == set(PHRASES)


def test_voices_are_known_by_locale() -> None:
    """The table of voices names at least one for the locale of every shipped language."""
    known = voices()
    assert all(known[language.locale] for language in load("post_contact", company="Voorbeeld").languages.values())


# Versions and series


def test_the_company_changes_no_version_and_no_series() -> None:
    """Two companies that ask the same words measure the same thing."""
    one, other = load("post_contact", company="Een {low} BV"), load("post_contact", company="Ander")
    assert one.version == other.version
    for question, same in zip(one.questions, other.questions, strict=True):
        assert series(question, "nl", Medium.TEXT) == series(same, "nl", Medium.TEXT)
    assert "Een {low} BV" in one.say(one.questions[0].prompts["nl", Medium.TEXT].ask)


@pytest.mark.parametrize(
    ("file", "old", "new"),
    [
        (NPS, "Hoe waarschijnlijk is het", "Hoe waarschijnlijk vindt u het"),
        (NPS, "high: zeer waarschijnlijk", "high: heel waarschijnlijk"),
        (NPS, "read_back: [0, 1]", "read_back: [0]"),
        (CES, "een laag cijfer weinig moeite", "een laag cijfer minder moeite"),
        (SURVEY, "twee korte vragen", "twee vragen"),
        (SURVEY, "instrument: ces_effort", "instrument: ces_effort\n    only_if: {nps: 0-6}"),
        (SURVEY, "key: why", "key: reason"),
    ],
)
def test_the_version_changes_with_everything_asked(file: str, old: str, new: str, folder: Path) -> None:
    """Another word, anchor, reading back, bridge, greeting, condition or key is another version."""
    before = loaded(folder).version
    change(folder, file, old, new)
    assert loaded(folder).version != before


def test_the_version_stays_when_nothing_asked_changes(folder: Path) -> None:
    """A comment, the thanks and a phrase can change without starting a new version."""
    before = loaded(folder).version
    change(folder, SURVEY, "Ze helpen ons", "Zo helpt u ons")
    change(folder, SURVEY, "survey: post_contact", "survey: post_contact  # ours")
    change(folder, DUTCH, "Dat getal staat niet op de schaal.", "Dat getal kan hier niet.")
    assert loaded(folder).version == before


# What an operator can change


def test_questions_can_be_left_out_reordered_and_made_conditional(folder: Path) -> None:
    """A survey file of one's own may leave out questions, order them otherwise, or ask some after certain answers."""
    text = (folder / SURVEY).read_text(encoding="utf-8")
    start, end = text.index("  - key: nps"), text.index("  - key: why")
    own = (
        "  - {key: effort, instrument: ces_effort}\n"
        "  - {key: nps, instrument: nps, only_if: {effort: 4-5}}\n"
        "  - {key: ease, instrument: ces_ease, only_if: {effort: 3, nps: 0-6}}\n"
    )
    text = text[:start] + own + text[end : text.index("    open:")]
    thanks = (folder / SURVEY).read_text(encoding="utf-8")
    opened = thanks[thanks.index("    open:") :]
    path = folder / "mine.yaml"
    text = (text + opened).replace("post_contact", "mine").replace("ces: 4-5}", "effort: 4-5}")
    path.write_text(text, encoding="utf-8")
    survey = loaded(folder, path)
    assert [question.key for question in survey.questions] == ["effort", "nps", "ease", "why"]
    assert survey.questions[1].only_if == (Condition("effort", 4, 5),)
    assert survey.questions[2].only_if == (Condition("effort", 3, 3), Condition("nps", 0, 6))


def test_own_folders_come_before_the_shipped_one(tmp_path: Path) -> None:
    """An instrument in the operator's folder replaces the shipped one of that name; the rest stays as shipped."""
    (tmp_path / "instruments").mkdir()
    shutil.copy(SHIPPED / NPS, tmp_path / NPS)
    change(tmp_path, NPS, "high: zeer waarschijnlijk", "high: heel waarschijnlijk")
    survey = loaded(tmp_path)
    assert isinstance(survey.questions[0], Rating)
    assert survey.questions[0].anchors["nl"].high == "heel waarschijnlijk"
    assert survey.questions[1] == load("post_contact", company="Voorbeeld").questions[1]


def test_a_survey_may_speak_fewer_languages(folder: Path) -> None:
    """Wordings in languages that the survey does not speak are no fault, and are not kept."""
    change(folder, SURVEY, "[nl, en, de, fr, es]", "[fr]")
    survey = loaded(folder)
    assert list(survey.languages) == ["fr"]
    assert set(survey.greeting) == {("fr", Medium.VOICE), ("fr", Medium.TEXT)}
    assert set(survey.questions[0].prompts) == {("fr", Medium.VOICE), ("fr", Medium.TEXT)}


def test_a_byte_order_mark_is_no_fault(folder: Path) -> None:
    """A file saved with a byte order mark, as some editors do, is read."""
    path = folder / SURVEY
    path.write_bytes(b"\xef\xbb\xbf" + path.read_bytes())
    assert loaded(folder).key == "post_contact"


def test_placeholders_are_filled_once() -> None:
    """What stands in a value is said as it is, even where it looks like a placeholder."""
    assert fill("{company} en {low} en {x}", company="{low}", low=0) == "{low} en 0 en {x}"


# Faults, one at a time


ONE_FAULT = [
    # the survey
    (SURVEY, "survey: post_contact", "survey: other", "survey", "is called 'post_contact' and says 'other'", "same"),
    (SURVEY, "survey: post_contact", "survey: post_contact\ngreetings: {}", "greetings", "unknown key", "'greeting'"),
    (SURVEY, "thanks:", "danke:\n  x: y\nthanks:", "danke", "unknown key 'danke'", "known here: callback"),
    (SURVEY, "  - key: why", "  - key: ces", "questions.2.key", "a question 'ces' already", "key of its own"),
    (SURVEY, "key: nps", "key: 9nps", "questions.0.key", "'9nps' is not a name", "small letters"),
    (SURVEY, "  - key: nps\n    instrument", "  - instrument", "questions.0", "the key 'key' is missing", "add 'key'"),
    (SURVEY, "instrument: ces_effort", "instrument: ces_efort", "questions.1.instrument", "ces_efort", "'ces_effort'"),
    (SURVEY, "instrument: ces_effort", "instrument: [a]", "questions.1.instrument", "found a list", "write a name"),
    (SURVEY, "    instrument: nps\n", "", "questions.0", "either a rating or an open one", "'instrument: NAME'"),
    (SURVEY, "    open:", "    instrument: nps\n    open:", "questions.2", "either a rating or an open", "'open:'"),
    (SURVEY, "languages: [nl, en, de, fr, es]", "languages: []", "languages", "this list is empty", "at least one"),
    (SURVEY, "[nl, en, de, fr, es]", "[nl, nl]", "languages.1", "stands here twice", "remove"),
    (SURVEY, "[nl, en, de, fr, es]", "[nl, no]", "languages.1", "found 'no'", "put it in quotes"),
    (SURVEY, "[nl, en, de, fr, es]", "nl", "languages", "expected a list, found 'nl'", "write a list"),
    (SURVEY, "  de:\n    voice: >-", "  dk:\n    voice: >-", "greeting", "'de' is missing", "add"),
    (SURVEY, "    text: Dank", "    txt: Dank", "thanks.nl.txt", "unknown key 'txt'", "did you mean 'text'?"),
    # wordings
    (SURVEY, "text: Dank u wel", "text: '' #", "thanks.nl.text", "this text is empty", "write what is to be said"),
    (SURVEY, "text: Dank u wel", "text: yes #", "thanks.nl.text", "expected text, found 'yes'", "put it in quotes"),
    (SURVEY, "text: Dank u wel", "text: 12 #", "thanks.nl.text", "expected text, found '12'", "put it in quotes"),
    (SURVEY, "text: Dank u wel", "text: #", "thanks.nl.text", "expected text, found nothing", "write text"),
    (SURVEY, "text: Dank u wel", "text: !!binary aGk= #", "thanks.nl.text", "expected text", "put it in quotes"),
    (SURVEY, "text: Dank u wel", "text: Dank u {compny} #", "thanks.nl.text", "{compny}", "'company'"),
    (SURVEY, "text: Dank u wel", "text: Dank u company} #", "thanks.nl.text", "a brace stands alone", "{name}"),
    (SURVEY, "text: Dank u wel", "text: [Dank, u] #", "thanks.nl.text", "found a list", "write text"),
    # an instrument
    (NPS, "instrument: nps", "instrument: npo", "instrument", "is called 'nps' and says 'npo'", "same"),
    (NPS, "from: 0", "from: 10", "scale", "runs from 10 to 10", "'from' be lower"),
    (NPS, "from: 0", "from: -1", "scale.from", "below 0", "0 or 1"),
    (NPS, "to: 10", "to: 100", "scale.to", "above 99", "99 or lower"),
    (NPS, "to: 10", "to: tien", "scale.to", "expected a whole number, found 'tien'", "write a whole number"),
    (NPS, "to: 10", "to: 0x0A", "scale.to", "'0x0A' is not a whole number", "nothing else"),
    (NPS, "to: 10", "to: 20", "scale", "is published from 0 to 10, high_is_good", "a name of their own"),
    (CES, "direction: low_is_good", "direction: high_is_good", "scale", "from 1 to 5, high_is_good", "of their own"),
    (NPS, "high_is_good", "high_is_god", "scale.direction", "unknown direction 'high_is_god'", "'high_is_good'"),
    (NPS, "read_back: [0, 1]", "read_back: [0, 11]", "read_back", "11 is not on the scale", "0 to 10"),
    (NPS, "read_back: [0, 1]", "read_back: some", "read_back", "expected a list or 'all', found 'some'", "or 'all'"),
    (CES, "    anchors: {low: heel weinig moeite, high: heel veel moeite}\n", "", "languages.nl", "'anchors'", "add"),
    (NPS, ", high: zeer waarschijnlijk}", "}", "languages.nl.anchors", "the key 'high' is missing", "add 'high'"),
    (CES, "high: heel veel moeite", "high: Heel weinig moeite", "languages.nl.anchors", "same words", "of its own"),
    (NPS, "  nl:\n", "  nl_be:\n", "languages", "the language 'nl' is missing", "add 'nl'"),
    (NPS, "    voice:\n", "    vocie:\n", "languages.nl.vocie", "unknown key 'vocie'", "did you mean 'voice'?"),
    (NPS, "{low_words}", "{lowwords}", "languages.nl.voice.ask", "unknown placeholder {lowwords}", "'low_words'"),
    # a language
    (DUTCH, "code: nl", "code: be", "code", "is called 'nl' and says 'be'", "same"),
    (DUTCH, "locale: nl-NL", "locale: be-NL", "locale", "'be-NL' is no locale of 'nl'", "'nl-'"),
    (DUTCH, "  goodbye:", "  godbye:", "phrases.godbye", "unknown key 'godbye'", "did you mean 'goodbye'?"),
    (DUTCH, "plaats van {old}", "plaats van iets anders", "phrases.corrected", "{old} is missing", "put it where"),
    (DUTCH, "phrases:", "phrases:\n  no: nee", "phrases.no", "this key is not text", "put it in quotes"),
    (DUTCH, "name: Nederlands", "name: Nederlands\n? !!str {a: b}\n: c", "?", "this key is not text", "in quotes"),
    (DUTCH, "reading:\n", "reading:\n  nonsense: [x]\n", "reading", "'nonsense' is unknown", "see the other languages"),
    (DUTCH, "reading:\n", "reading:\n  no: [x]\n", "reading.no", "this key is not text", "put it in quotes"),
    (DUTCH, "name: Nederlands", "name: Nederlands\nname: Vlaams", "name", "stands here twice", "remove"),
]  # fmt: skip


@pytest.mark.parametrize(("file", "old", "new", "place", "problem", "remedy"), ONE_FAULT)
def test_a_fault_is_told_with_place_and_remedy(
    file: str, old: str, new: str, place: str, problem: str, remedy: str, folder: Path
) -> None:
    """One thing broken is one fault, at its file, line and place, with what to do about it."""
    change(folder, file, old, new)
    (fault,) = faults(folder)
    assert (fault.file, fault.place) == (str(folder / file), place)
    assert problem in fault.problem
    assert remedy in fault.remedy


def test_a_fault_reads_as_one_line(folder: Path) -> None:
    """A fault prints its file, line, place, problem and remedy as one line that an editor can jump to."""
    change(folder, SURVEY, "[nl, en, de, fr, es]", "[nl, nl]")
    (fault,) = faults(folder)
    assert str(fault) == f"{folder / SURVEY}:3: languages.1: the language 'nl' stands here twice; remove one of the two"


@pytest.mark.parametrize(
    ("condition", "problem", "remedy"),
    [
        ("{nsp: 0-6}", "the question 'nsp' is not asked before", "did you mean 'nps'?"),
        ("{why: 0-6}", "the question 'why' is not asked before", "known here: nps"),
        ("{ces: 1}", "the question 'ces' is not asked before", "known here: nps"),
        ("{nps: 6-0}", "6-0 does not lie on the scale of 'nps'", "0 to 10, the lower one first"),
        ("{nps: 9-11}", "9-11 does not lie on the scale of 'nps'", "0 to 10"),
        ("{nps: low}", "found 'low'", "two joined by a hyphen (0-6)"),
        ("{nps: -3}", "found '-3'", "two joined by a hyphen (0-6)"),
        ("{nps: [0, 6]}", "found a list", "two joined by a hyphen (0-6)"),
        ("nps", "expected a mapping (key: value), found 'nps'", "write a mapping"),
    ],
)
def test_a_condition_must_name_an_earlier_rating_and_numbers_on_its_scale(
    condition: str, problem: str, remedy: str, folder: Path
) -> None:
    """A condition on a later, unknown or misspelt question, or off the scale, is a fault."""
    change(folder, SURVEY, "key: ces\n", f"key: ces\n    only_if: {condition}\n")
    (fault,) = faults(folder)
    assert fault.place.startswith("questions.1.only_if")
    assert problem in fault.problem
    assert remedy in fault.remedy


def test_an_open_question_is_no_condition(folder: Path) -> None:
    """An answer in words has no number to go by."""
    change(folder, SURVEY, "\n# Asked last", "\n  - {key: more, instrument: nps, only_if: {why: 1}}\n\n# Asked last")
    (fault,) = faults(folder)
    assert "'why' is open, and has no number" in fault.problem


# Faults of whole files


@pytest.mark.parametrize(
    ("content", "line", "problem", "remedy"),
    [
        (b"", 0, "empty", "write the definition"),
        (b"# nothing but a comment\n", 0, "empty", "write the definition"),
        (b"survey: x\n\tkey: y\n", 2, "not YAML", "never with tabs"),
        (b"survey: [x\n", 2, "not YAML", "mend the YAML"),
        (b"survey: x\n---\nsurvey: y\n", 2, "not YAML", "mend the YAML"),
        (b"survey: *x\n", 1, "aliases", "mend the YAML"),
        (b"survey: x\nthanks: caf\xe9\n", 2, "not UTF-8", "encoding UTF-8"),
        (b"\xff\xfes\x00", 1, "not UTF-8", "encoding UTF-8"),
        (b"survey: \x00\n", 0, "unacceptable character", "mend the YAML"),
        (b'survey: "\\UFFFFFFFF"\n', 1, "not YAML", "mend the YAML"),
        (b"[" * 200_000, 1, "nested too deeply", "mend the YAML"),
        (b"survey: &a [*a]\n", 1, "aliases", "mend the YAML"),
        (b"- survey\n", 1, "expected a mapping (key: value), found a list", "write a mapping"),
        (b"survey\n", 1, "expected a mapping (key: value), found 'survey'", "write a mapping"),
    ],
)
def test_an_unusable_file_is_one_fault(content: bytes, line: int, problem: str, remedy: str, tmp_path: Path) -> None:
    """A file that is empty, no YAML, no UTF-8 or no mapping is told once, with its line where it has one."""
    path = tmp_path / "x.yaml"
    path.write_bytes(content)
    (fault,) = faults(tmp_path, path)
    assert (fault.file, fault.line) == (str(path), line)
    assert problem in fault.problem
    assert remedy in fault.remedy


def test_a_file_that_is_not_there_is_a_fault(tmp_path: Path) -> None:
    """A path without a file, or with a folder in its place, is a fault that names the path."""
    missing, directory = tmp_path / "gone.yaml", tmp_path / "dir.yaml"
    directory.mkdir()
    for path in (missing, directory, str(missing)):
        (fault,) = faults(tmp_path, path)
        assert fault.file == str(path)
        assert fault.problem.startswith("cannot be read: ")


@pytest.mark.parametrize(
    ("survey", "remedy"), [("post_contcat", "did you mean 'post_contact'?"), ("x/../y", "known here")]
)
def test_an_unknown_survey_names_the_nearest(survey: str, remedy: str) -> None:
    """A survey that is in no folder is a fault that says which there are."""
    with pytest.raises(DefinitionError) as caught:
        load(survey, company="Voorbeeld")
    (fault,) = caught.value.faults
    assert f"there is no surveys/{survey}.yaml" in str(fault)
    assert remedy in fault.remedy


def test_an_unknown_language_names_those_there_are(folder: Path) -> None:
    """A language without a file is a fault where the survey lists it, and so are all wordings it lacks."""
    change(folder, SURVEY, "[nl, en, de, fr, es]", "[nl, it]")
    found = faults(folder)
    (fault,) = [fault for fault in found if fault.place == "languages.1"]
    assert fault.problem == "there is no languages/it.yaml"
    assert fault.remedy == "known here: de, en, es, fr, nl"
    missing = {(Path(fault.file).name, fault.place) for fault in found if "'it' is missing" in fault.problem}
    assert missing == {
        ("post_contact.yaml", "greeting"),
        ("post_contact.yaml", "thanks"),
        ("post_contact.yaml", "questions.2.open"),
        ("post_contact.yaml", "callback.consent"),
        ("nps.yaml", "languages"),
        ("ces_effort.yaml", "languages"),
    }


def test_all_faults_of_all_files_are_told_at_once(folder: Path) -> None:
    """Faults in the survey, an instrument and a language come together, one line each, in reading order."""
    change(folder, SURVEY, "key: ces", "key: nps")
    change(folder, SURVEY, "Ze helpen ons", "Ze helpen {us}")
    change(folder, NPS, "high_is_good", "good_is_high")
    change(folder, NPS, "to: 10", "to: -10")
    change(folder, DUTCH, "  goodbye: We ronden hier af. Dank u wel voor uw tijd.\n", "")
    change(folder, DUTCH, "locale: nl-NL", "locale: [nl-NL]")
    with pytest.raises(DefinitionError) as caught:
        loaded(folder)
    told = [(Path(fault.file).name, fault.place) for fault in caught.value.faults]
    assert told == [
        ("nps.yaml", "scale"),
        ("nps.yaml", "scale.direction"),
        ("nl.yaml", "locale"),
        ("nl.yaml", "phrases"),
        ("post_contact.yaml", "questions.1.key"),
        ("post_contact.yaml", "thanks.nl.voice"),
    ]
    assert str(caught.value).splitlines() == [str(fault) for fault in caught.value.faults]


def test_a_missing_part_is_told_once_and_not_for_what_depends_on_it(folder: Path) -> None:
    """Where the instrument of the first question is unknown, conditions on that question are no faults of their own."""
    change(folder, SURVEY, "instrument: nps", "instrument: nsp")
    change(folder, SURVEY, "key: ces\n", "key: ces\n    only_if: {nps: 0-6}\n")
    (fault,) = faults(folder)
    assert fault.problem == "there is no instruments/nsp.yaml"


# Whatever is in the files


FILES = (SURVEY, NPS, CES, DUTCH)
SNIPPETS = st.sampled_from(
    [
        "",
        "no",
        "12",
        "-1",
        "~",
        "[]",
        "{}",
        "[x]",
        "{x: y}",
        "all",
        "0-6",
        "{",
        "\t",
        "'",
        '"',
        "*a",
        "&a",
        "? ",
        "|",
        "---",
    ]
)
ANYTHING = st.one_of(
    SNIPPETS.map(str.encode), st.text(max_size=8).map(lambda text: text.encode()), st.binary(max_size=3)
)
DAMAGE = st.tuples(st.sampled_from(FILES), st.floats(0, 1, exclude_max=True), st.integers(0, 40), ANYTHING)
"""A file, where in it, how much is taken away (0: the value on that line) and what is put there instead."""


def damaged(content: bytes, place: float, length: int, instead: bytes) -> bytes:
    at = int(place * len(content))
    if length:
        return content[:at] + instead + content[at + length :]
    start, end = content.find(b": ", at), content.find(b"\n", at)
    return content[: start + 2] + instead + content[max(start + 2, end) :]


@pytest.fixture(scope="module")
def scratch(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder that is written anew for each example."""
    return tmp_path_factory.mktemp("scratch")


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(damages=st.lists(DAMAGE, min_size=1, max_size=3))
def test_whatever_stands_in_the_files_is_loaded_or_told(
    damages: list[tuple[str, float, int, bytes]], scratch: Path
) -> None:
    """However the files are mangled, loading gives a survey that can be linted or a DefinitionError, nothing else."""
    for file in FILES:
        content = (SHIPPED / file).read_bytes().replace(b"[nl, en, de, fr, es]", b"[nl]")
        for _, place, length, instead in (damage for damage in damages if damage[0] == file):
            content = damaged(content, place, length, instead)
        (scratch / file).parent.mkdir(exist_ok=True)
        (scratch / file).write_bytes(content)
    told: tuple[Fault, ...] = ()
    survey: Survey | None = None
    try:
        survey = load("post_contact", company="Voorbeeld", folders=[scratch])
    except DefinitionError as error:
        told = error.faults
    assert bool(told) is (survey is None)
    assert all(fault.problem and fault.remedy for fault in told)
    if survey:
        lint(survey)
