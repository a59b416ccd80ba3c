"""Code frames: what a file may say, what is told of its faults, and what may be done to themes that are in use."""

import re
from collections.abc import Callable
from math import prod
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from nlp import codeframe, operations, seeds, words
from nlp.automaton import Sense
from nlp.codeframe import CodeFrame, DefinitionError
from nlp.matcher import Matcher
from nlp.tags import Sentiment

SERVICE = codeframe.load("service")
GROUPS = {theme.parent for theme in SERVICE.themes}
THEMES = [theme.key for theme in SERVICE.themes if theme.key not in GROUPS]


def small(**themes: dict[str, Any]) -> dict[str, Any]:
    """A code frame in Dutch with these themes, as it would stand in a file."""
    named = {key: {"names": {"nl": key}, **theme} for key, theme in themes.items()}
    return {"frame": "small", "number": 1, "languages": ["nl"], "themes": named}


def faults(plain: dict[str, Any]) -> str:
    """Everything that is told of a code frame that cannot be used."""
    with pytest.raises(DefinitionError) as caught:
        codeframe.from_plain(plain)
    return str(caught.value)


def test_the_shipped_code_frame_speaks_five_languages() -> None:
    """Every theme has its name and description in each of them, and each that is no group has seeds and examples."""
    assert set(SERVICE.languages) == set(words.LANGUAGES) == {"nl", "en", "de", "fr", "es"}
    for theme in SERVICE.themes:
        assert set(theme.names) == set(theme.descriptions) == set(SERVICE.languages), theme.key
    for key in THEMES:
        theme = SERVICE.theme(key)
        assert set(theme.examples) == set(SERVICE.languages), key
        for language in SERVICE.languages:
            fold = words.of(language).fold
            assert sum(ways(seeds.parse(seed, fold).sequence) for seed in theme.seeds[language]) >= 20, (key, language)


def ways(sequence: seeds.Sequence) -> int:
    """In how many ways a seed may be met."""
    return prod(sum(map(ways, item.sequences)) for item in sequence if isinstance(item, seeds.Choice))


def test_the_shipped_code_frame_is_about_what_makes_service_hard() -> None:
    """The four things that customers complain of most are themes of their own, under one parent."""
    hard = {theme.key for theme in SERVICE.themes if theme.parent == "effort"}
    assert hard == {"explain_again", "channel_switch", "much_effort", "repeat_contact"}


def instance(sequence: seeds.Sequence, number: str) -> list[str]:
    """Words that meet a seed: of each choice the last that is not empty, gaps left out."""
    found: list[str] = []
    for item in sequence:
        if isinstance(item, seeds.Choice):
            found += instance(next(one for one in reversed(item.sequences) if one), number)
        elif item != seeds.GAP:
            found.append(number if item == seeds.NUMBER else item.strip("*~"))
    return found


@pytest.mark.parametrize("language", SERVICE.languages)
def test_every_shipped_seed_can_be_met(language: str) -> None:
    """The words of a seed are read as that seed: none is written in a way that no text could match."""
    known = words.of(language)
    for theme in SERVICE.themes:
        for seed in theme.seeds.get(language, ()):
            pattern = seeds.parse(seed, known.fold)
            matcher = Matcher(known, [(pattern, Sense(theme.key, True, 0))])
            said = instance(pattern.sequence, "3")
            if not said:
                assert matcher.find_nothing(), seed
                continue
            read = [matcher.vocabulary.read(word) for word in said]
            found = matcher.find_whole(read) if pattern.is_whole else matcher.find(read, [len(read)] * len(read))
            assert any(match.sense.name == theme.key for match in found), (language, seed, said)


def test_plain_values_make_the_same_code_frame() -> None:
    """Nothing is lost on the way to a saved model and back."""
    again = codeframe.from_plain(codeframe.plain(SERVICE))
    assert again == SERVICE
    assert again.version == SERVICE.version


def test_the_version_changes_with_the_content() -> None:
    """A seed more is another version; the same themes read again are not."""
    one = codeframe.from_plain(small(a={"seeds": {"nl": ["wachten"]}}))
    same = codeframe.from_plain(small(a={"seeds": {"nl": {"open": ["wachten"]}}}))
    other = codeframe.from_plain(small(a={"seeds": {"nl": ["wachten", "gewacht"]}}))
    assert one.version == same.version != other.version


def test_seeds_may_tell_how_the_customer_feels() -> None:
    """Those in a plain list leave it to the words around them."""
    listed = {"nl": {"open": ["wachttijd"], "positive": ["snel"], "negative": ["lang gewacht"]}}
    theme = codeframe.from_plain(small(a={"seeds": listed, "feeling": "negative"})).theme("a")
    assert theme.seeds["nl"] == ("wachttijd", "snel", "lang gewacht")
    assert theme.felt["nl"] == {"snel": Sentiment.POSITIVE, "lang gewacht": Sentiment.NEGATIVE}
    assert theme.feeling is Sentiment.NEGATIVE


FAULTY = [
    (small(a={"parent": "b"}), "themes.a.parent: there is no theme 'b'"),
    (small(a={"parent": "a"}), "themes.a.parent: a theme cannot be named in its own place here"),
    (
        small(a={"parent": "b"}, b={"parent": "c"}, c={"parent": "a"}),
        "themes.a: 'a' stands under itself, by way of 'b'",
    ),
    (small(a={"opposite": "bb"}, b={}), "themes.a.opposite: there is no theme 'bb'"),
    (small(a={"feeling": "angry"}), "themes.a.feeling: 'angry' is not known here"),
    (small(a={"yields": "always"}), "themes.a.yields: 'always' is not known here"),
    (small(a={"names": {}}), "themes.a.names: the name in 'nl' is missing; add 'nl'"),
    (small(a={"names": {"nl": "A", "de": "A"}}), "themes.a.names.de: 'de' is none of this code frame's languages"),
    (small(a={"seeds": {"nl": [""]}}), "themes.a.seeds.nl.0: this text is empty"),
    (small(a={"seeds": {"nl": ["..."]}}), "a gap stands at its end"),
    (small(a={"seeds": {"nl": ["lang ..."]}}), "a gap stands at its end"),
    (small(a={"seeds": {"nl": ["a ... b ... c ... d ... e"]}}), "it has more than 3 gaps"),
    (small(a={"seeds": {"nl": ["(lang|kort"]}}), "it opens a bracket that is not closed"),
    (small(a={"seeds": {"nl": ["lang) kort"]}}), "it closes a bracket not opened"),
    (small(a={"seeds": {"nl": ["lang|kort"]}}), "a | stands outside brackets"),
    (small(a={"seeds": {"nl": ["(lang|)"]}}), "it can be met without a word"),
    (small(a={"seeds": {"nl": ["<n>"]}}), "it can be met without a word"),
    (small(a={"seeds": {"nl": ["?!"]}}), "it can be met without a word"),
    (small(a={"seeds": {"nl": ["wa*"]}}), "'wa*' would be met everywhere"),
    (small(a={"seeds": {"nl": ["wacht*tijd"]}}), "'wacht*tijd' is no part of a word"),
    (small(a={"seeds": {"nl": ["gewacht", "Gewácht"]}}), "'Gewácht' stands under 'open' already"),
    (
        small(a={"seeds": {"nl": {"positive": ["snel"], "negative": ["snel"]}}}),
        "'snel' stands under 'positive' already",
    ),
    (small(a={"seeds": {"nl": ["snel"]}}, b={"seeds": {"nl": ["SNEL"]}}), "'SNEL' belongs to 'a' already"),
    (small(a={"seeds": {"nl": {"nice": ["snel"]}}}), "themes.a.seeds.nl.nice: unknown key 'nice'"),
    (small(a={"sedes": {"nl": ["snel"]}}), "themes.a.sedes: unknown key 'sedes'; did you mean 'seeds'?"),
    (small(A={}), "themes.A: 'A' is not a key"),
    (small(), "themes: there are no themes"),
    (small(a={}) | {"number": 0}, "number: code frames are numbered from 1"),
    (small(a={}) | {"languages": ["nl", "xx"]}, "languages.1: verbatims in 'xx' cannot be read; known here: de, en"),
    (small(a={}) | {"languages": ["nl", "nl"]}, "languages.1: the language 'nl' stands here twice"),
    (small(a={}) | {"languages": []}, "languages: this list is empty"),
    (
        small(a={}) | {"history": [{"number": 1, "old": "a", "into": ["a"]}]},
        "the key 'a' was given up and is in use again",
    ),
    (small(a={}) | {"history": [{"number": 1, "old": "b", "into": ["c"]}]}, "'b' became 'c', which there is not"),
    (small(a={}) | {"history": [{"number": 7, "old": "b", "into": ["a"]}]}, "this code frame is only at number 1"),
    (small(a={}) | {"history": [{"number": 1, "old": "b", "into": ["a"]}] * 2}, "'b' was given up twice"),
]


@pytest.mark.parametrize(("plain", "told"), FAULTY, ids=[told for _, told in FAULTY])
def test_what_cannot_be_used_is_told(plain: dict[str, Any], told: str) -> None:
    """Every fault has its place, says what is wrong, and is refused."""
    assert told in faults(plain)


def test_all_faults_are_told_at_once(tmp_path: Path) -> None:
    """With file, line, place and remedy, as an analyst who wrote the file by hand needs them."""
    path = tmp_path / "mine.yaml"
    path.write_text(
        "frame: theirs\nnumber: 1\nlanguages: [nl]\nthemes:\n  a:\n    parent: b\n    names: {nl: A}\n"
        "    seeds: {nl: ['(x']}\n  c:\n    names: {}\n",
        encoding="utf-8",
    )
    with pytest.raises(DefinitionError) as caught:
        codeframe.load(path)
    assert [str(fault).removeprefix(f"{path}:") for fault in caught.value.faults] == [
        "1: frame: this file is called 'mine' and says 'theirs'; let both be the same",
        "6: themes.a.parent: there is no theme 'b'; known here: a, c",
        "8: themes.a.seeds.nl.0: '(x': it opens a bracket that is not closed; see nlp/seeds.py for how seeds are "
        "written",
        "10: themes.c.names: the name in 'nl' is missing; add 'nl'",
    ]


def test_where_seeds_leave_a_choice_the_first_theme_has_it() -> None:
    """Brackets of two themes may overlap; only what is spelt out must be one theme's alone."""
    overlapping = small(a={"seeds": {"nl": ["(lang|kort) wachten"]}}, b={"seeds": {"nl": ["(lang|eeuwig) wachten"]}})
    assert [theme.key for theme in codeframe.from_plain(overlapping).themes] == ["a", "b"]


def test_the_operators_own_code_frame_goes_first(tmp_path: Path) -> None:
    """What stands in the operator's folder is taken before what is shipped; what stands nowhere is asked back."""
    (tmp_path / "themes").mkdir()
    own = codeframe.from_plain(small(a={"seeds": {"nl": ["wachten"]}}) | {"frame": "service"})
    operations.write(own, tmp_path / "themes" / "service.yaml")
    assert codeframe.load("service", [tmp_path]) == own
    assert codeframe.load("service") == SERVICE
    with pytest.raises(DefinitionError, match=r"there is no themes/servise.yaml; did you mean 'service'\?"):
        codeframe.load("servise", [tmp_path])
    with pytest.raises(DefinitionError, match="cannot be read: No such file or directory; check path and permissions"):
        codeframe.load(tmp_path / "none.yaml")


def test_a_renamed_theme_takes_its_tags_along() -> None:
    """Those that point to it point to its new key."""
    renamed = operations.rename(SERVICE, "solved", "helped")
    assert renamed.successor("solved") == "helped"
    assert renamed.theme("not_solved").opposite == "helped"
    assert renamed.number == SERVICE.number + 1
    assert renamed.theme("helped").seeds == SERVICE.theme("solved").seeds


def test_a_merged_theme_gives_its_tags_and_seeds() -> None:
    """Also after another change of the theme that has them."""
    merged = operations.merge(SERVICE, ["knowledge"], "friendliness")
    again = operations.rename(merged, "friendliness", "manner")
    assert again.successor("knowledge") == again.successor("friendliness") == "manner"
    assert set(SERVICE.theme("knowledge").seeds["nl"]) < set(again.theme("manner").seeds["nl"])
    assert again.theme("manner").felt["nl"]["deskundig"] is Sentiment.POSITIVE


def test_several_themes_may_become_a_new_one() -> None:
    """It stands where the first of them stood, and has what that one says of itself."""
    merged = operations.merge(SERVICE, ["friendliness", "knowledge"], "staff")
    assert merged.successor("knowledge") == merged.successor("friendliness") == "staff"
    assert merged.theme("staff").names == SERVICE.theme("friendliness").names


def test_merging_opposites_leaves_no_opposite() -> None:
    """A theme is not its own opposite, nor its own parent."""
    merged = operations.merge(SERVICE, ["complaint"], "praise")
    assert merged.theme("praise").opposite is None
    nested = operations.merge(SERVICE, ["people"], "friendliness")
    assert nested.theme("friendliness").parent is None
    assert nested.theme("knowledge").parent == "friendliness"


def test_of_a_split_theme_nobody_knows_what_a_tag_means() -> None:
    """Its tags stand for no theme until people have looked; its seeds stay with the first part."""
    divided = operations.split(SERVICE, "price_invoice", ["price", "invoice"])
    assert divided.successor("price_invoice") is None
    assert divided.theme("price").parent == divided.theme("invoice").parent == "offer"
    assert divided.theme("price").seeds == SERVICE.theme("price_invoice").seeds
    assert divided.theme("invoice").descriptions == SERVICE.theme("price_invoice").descriptions


REFUSED = [
    (lambda frame: operations.rename(frame, "solvd", "x"), "there is no theme 'solvd'; did you mean 'solved'?"),
    (lambda frame: operations.rename(frame, "solved", "praise"), "there is a theme 'praise' already"),
    (lambda frame: operations.rename(frame, "solved", "Praise"), "'Praise' is not a key"),
    (lambda frame: operations.rename(frame, "solved", "old"), "'old' once was another theme"),
    (lambda frame: operations.merge(frame, ["solved"], "solved"), "there is nothing to merge into 'solved'"),
    (lambda frame: operations.merge(frame, ["x"], "solved"), "there is no theme 'x'"),
    (lambda frame: operations.split(frame, "solved", ["x"]), "name at least two, or rename it"),
    (lambda frame: operations.split(frame, "solved", ["x", "praise"]), "there is a theme 'praise' already"),
]


@pytest.mark.parametrize(("change", "told"), REFUSED, ids=[told for _, told in REFUSED])
def test_a_change_that_would_lose_something_is_refused(change: Callable[[CodeFrame], CodeFrame], told: str) -> None:
    """A key once used is never used for something else."""
    themes = {key: {"seeds": {"nl": [f"woord{key}"]}} for key in ("solved", "praise", "old")}
    frame = operations.rename(codeframe.from_plain(small(**themes)), "old", "questionnaire")
    with pytest.raises(ValueError, match=re.escape(told)):
        change(frame)


@settings(max_examples=40, deadline=None)
@given(st.data())
def test_whatever_is_done_no_tag_is_misread(data: st.DataObject) -> None:
    """After any row of changes every key there ever was stands for a theme there is, or for none, and is no other's."""
    start = codeframe.from_plain(small(**{key: {"seeds": {"nl": [f"woord{key}"]}} for key in "abcd"}))
    frame, born = start, {theme.key for theme in start.themes}
    for number in range(data.draw(st.integers(1, 6))):
        keys = [theme.key for theme in frame.themes]
        old = data.draw(st.sampled_from(keys))
        new = [f"n{number}", f"m{number}"]
        match data.draw(st.sampled_from(["rename", "merge", "split"])):
            case "rename":
                changed = operations.rename(frame, old, new[0])
            case "merge" if len(keys) > 1:
                changed = operations.merge(frame, [old], data.draw(st.sampled_from([k for k in keys if k != old])))
            case _:
                changed = operations.split(frame, old, new)
        now = {theme.key for theme in changed.themes}
        assert not (now - set(keys)) & born
        born |= now
        assert changed.number == frame.number + 1
        assert codeframe.from_plain(codeframe.plain(changed)) == changed
        for key in born:
            assert changed.successor(key) in {*now, None}
            if frame.successor(key) not in (old, None):
                assert changed.successor(key) == frame.successor(key)
        frame = changed


TEXTS = st.text(
    st.one_of(st.sampled_from("abc é()|*~.:#'\"&!%@`-=<>?,[]{}"), st.characters(codec="utf-8")), min_size=1, max_size=30
)


@settings(max_examples=150, deadline=None)
@given(st.lists(TEXTS, min_size=1, max_size=6))
def test_what_is_written_is_read_again(tmp_path_factory: pytest.TempPathFactory, texts: list[str]) -> None:
    """Whatever the texts of a code frame hold, its file means the same as before."""
    plain = small(a={"descriptions": {"nl": texts[0]}, "examples": {"nl": texts}, "seeds": {"nl": texts}})
    try:
        frame = codeframe.from_plain(plain)
    except DefinitionError:
        return
    path = tmp_path_factory.mktemp("frames") / "small.yaml"
    operations.write(frame, path)
    assert codeframe.load(path) == frame


def test_the_comment_that_a_file_begins_with_stays(tmp_path: Path) -> None:
    """What an analyst wrote on top is not lost when a command changes the themes."""
    path = tmp_path / "small.yaml"
    path.write_text("# Ours.\n#\n# Ask Anna.\n\nframe: small\n", encoding="utf-8")
    frame: CodeFrame = codeframe.from_plain(small(a={"seeds": {"nl": ["wachten"]}}))
    operations.write(frame, path)
    assert path.read_text(encoding="utf-8").startswith("# Ours.\n#\n# Ask Anna.\n\nframe: small\nnumber: 1\n")
    assert codeframe.load(path) == frame
