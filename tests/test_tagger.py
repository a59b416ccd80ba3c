"""Whatever verbatims come, in whatever order, each is read for itself, and reading goes on."""

import json
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from spacy.tokens import Doc

from bot.tagging import Taggers
from nlp import rules, tagger, training
from nlp.models import Models
from nlp.redaction import mask
from nlp.tagger import Tagger
from nlp.tags import Sentiment, Source, Stretch, Tagging, Verbatim
from nlp.tokens import READ_AT_MOST
from tests.coded import FRAME, examples

POISON = [
    "",
    " \n\t ",
    "\0",
    "\0\0 wachten \0",
    "\ud800",
    "duur \udfff\ud800 wachten",
    "😀" * 3000,
    "👩‍👩‍👧‍👦🇳🇱",
    "wachten 等待 انتظار ожидание",
    "a\u0300" * 2000,
    "wachten " * 12_500,
    "x" * 100_000,
    "\u202egnol oot",
    "{}[]<>\\\"'%s%n",
    "0" * 100_000,
]
PLAIN = [
    Verbatim(example.text, example.language, "why", example.scores, "+31600000001") for example in examples(30, seed=7)
] + [Verbatim("they let me wait and it was expensive", "en"), Verbatim("geen parkeerplaats", None)]
POOL = [*PLAIN, *(Verbatim(text, language) for text in POISON for language in ("nl", None))]


@cache
def trained() -> training.Trained:
    return training.train(FRAME, examples(80))


@pytest.fixture(scope="module")
def models(tmp_path_factory: pytest.TempPathFactory) -> Models:
    """A folder with a small model at work."""
    found = Models(tmp_path_factory.mktemp("models"))
    found.activate(found.save(trained()))
    return found


@cache
def ruling() -> Tagger:
    return Tagger.rules(FRAME)


@pytest.fixture(scope="module", params=["rules", "model"])
def reader(request: pytest.FixtureRequest, models: Models) -> Tagger:
    return ruling() if request.param == "rules" else Tagger.load(models, FRAME)


def test_a_verbatim_gets_its_themes_with_the_words_that_show_them() -> None:
    """As plain values, in the order of the code frame, by place in the text that was given."""
    text = "\ud800 heel duur,  en lang gewacht bij 0600000001"
    (found,) = ruling().tag([Verbatim(text, "nl")])
    assert [(tag.theme, tag.source) for tag in found.tags] == [("waiting", Source.RULE), ("price", Source.RULE)]
    shown = [text[stretch.start : stretch.end] for tag in found.tags for stretch in tag.evidence]
    assert shown == ["gewacht", "duur"]
    assert (found.language, found.untagged) == ("nl", None)
    assert mask(text, found.redactions).endswith("bij [phone]")


def test_a_model_sees_what_seeds_do_not(models: Models) -> None:
    """And says so; its version is that of the tagger."""
    loaded = Tagger.load(models, FRAME)
    (found,) = loaded.tag([Verbatim("de factuur was torenhoog", "nl")])
    assert [(tag.theme, tag.source) for tag in found.tags] == [("price", Source.MODEL)]
    assert found.tags[0].evidence
    assert (loaded.version, loaded.trouble) == (models.active(), None)
    assert next(ruling().tag([Verbatim("de factuur was torenhoog", "nl")])).tags == ()


@settings(deadline=None, max_examples=25)
@given(st.lists(st.sampled_from(range(len(POOL))), max_size=40), st.integers(1, 50))
def test_neither_order_nor_company_nor_batch_matters(chosen: list[int], batch: int) -> None:
    """Each verbatim is read as if it were alone, also between texts that are made to do harm."""
    assert list(ruling().tag([POOL[at] for at in chosen], batch)) == [alone()[at] for at in chosen]


def test_a_model_reads_each_for_itself_too(models: Models) -> None:
    """In batches of any size, forwards and backwards."""
    loaded = Tagger.load(models, FRAME)
    expected = [next(loaded.tag([verbatim])) for verbatim in POOL]
    assert [next(Tagger.load(models, FRAME).tag([verbatim])) for verbatim in PLAIN[:3]] == expected[:3]
    for batch in (1, 7, 64):
        assert list(loaded.tag(POOL, batch)) == expected
        assert list(loaded.tag(reversed(POOL), batch)) == expected[::-1]


def test_what_was_saved_reads_alike(models: Models, tmp_path: Path) -> None:
    """A model that went to disk, and one that went there twice, say the same as the one that was trained."""
    again = Models(tmp_path)
    again.activate(again.save(trained()))
    straight = Tagger(trained().pipeline, FRAME, "straight")
    assert (
        list(straight.tag(POOL))
        == list(Tagger.load(models, FRAME).tag(POOL))
        == list(Tagger.load(again, FRAME).tag(POOL))
    )


def test_a_running_worker_reads_by_what_was_mended(tmp_path: Path) -> None:
    """A damaged model means the rules; saved and activated again, under the same version, it is at work at once."""
    folder = Models(tmp_path)
    folder.activate(version := folder.save(trained()))
    taggers = Taggers(tmp_path, lambda: FRAME)
    manifest = tmp_path / "versions" / version / "manifest.json"
    whole = manifest.read_bytes()
    manifest.write_text("{")
    assert taggers.tagger().trouble
    manifest.write_bytes(whole)
    folder.activate(version)
    assert taggers.tagger().version == version


@pytest.mark.parametrize("text", POISON, ids=lambda text: ascii(text[:12]))
@pytest.mark.parametrize("language", ["nl", "tr", None])
def test_no_text_stops_the_reading(reader: Tagger, text: str, language: str | None) -> None:
    """Whatever it holds, it is answered, and its evidence and marks lie in it."""
    (found,) = reader.tag([Verbatim(text, language, "why", {"nps": 99, "ces_effort": -1}, "\0")])
    assert all(0 <= each.start < each.end <= min(len(text), READ_AT_MOST) for each in stretches(found))
    assert all(0 <= each.start < each.end <= len(text) for each in found.redactions)


@settings(deadline=None, max_examples=60)
@given(st.text(max_size=120), st.sampled_from(["nl", "en", "pt", None]))
def test_any_text_is_answered(text: str, language: str | None) -> None:
    """The same every time."""
    (found,) = ruling().tag([Verbatim(text, language)])
    assert all(0 <= each.start < each.end <= len(text) for each in stretches(found))
    assert found == next(ruling().tag([Verbatim(text, language)]))


def test_no_more_is_read_than_is_promised() -> None:
    """What comes after it speaks for no theme, but is masked like all the rest."""
    within = "x " * (READ_AT_MOST // 2)
    (found,) = ruling().tag([Verbatim(within + "heel duur, bel 0600000001", "nl")])
    assert found.tags == ()
    assert [each.kind for each in found.redactions] == ["phone"]
    assert next(ruling().tag([Verbatim(within[2:-10] + " duur", "nl")])).tags


def test_no_more_than_a_batch_is_taken_in_advance() -> None:
    """So a file of any length costs the memory of a batch."""
    taken: list[int] = []

    def endless() -> Iterator[Verbatim]:
        while True:
            taken.append(len(taken))
            yield Verbatim("lang gewacht", "nl")

    found = ruling().tag(endless(), batch=8)
    assert [next(found).tags[0].theme for _ in range(9)] == ["waiting"] * 9
    assert len(taken) == 16


@pytest.mark.parametrize(
    ("text", "language", "untagged"),
    [
        ("", "nl", "empty"),
        (" \u00a0\n", None, "empty"),
        (" " * 5000 + "duur", "nl", "empty"),
        ("telefonda yarım saat bekledim ve kimse yardım etmedi", "nl", "language"),
        ("ich habe sehr lange warten müssen bis jemand kam", "nl", "language"),
        ("çok iyi", "tr", "language"),
        ("-", "nl", None),
        ("geen", "nl", None),
        ("👍", "nl", None),
        ("duur", "nl-NL", None),
        ("duur", None, None),
    ],
)
def test_why_a_verbatim_is_left_untagged(text: str, language: str | None, untagged: str | None) -> None:
    """Nothing there, or a language that the code frame does not know; never wrong silently."""
    (found,) = ruling().tag([Verbatim(text, language)])
    assert found.untagged == untagged
    assert untagged is None or found.tags == ()
    assert (untagged == "language") <= (found.language is None)


def test_what_cannot_be_read_costs_the_others_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    """A fault that one text brings to light is told of that text alone."""
    read = rules.Rules.__call__

    def faulty(component: rules.Rules, doc: Doc) -> Doc:
        if "onleesbaar" in doc.text:
            raise RuntimeError("a fault of our own")
        return read(component, doc)

    monkeypatch.setattr(rules.Rules, "__call__", faulty)
    texts = ["heel duur", "onleesbaar, bel 0600000001", "lang gewacht"]
    found = list(ruling().tag(Verbatim(text, "nl") for text in texts))
    assert [[tag.theme for tag in each.tags] for each in found] == [["price"], [], ["waiting"]]
    assert [each.untagged for each in found] == [None, "unreadable", None]
    assert [each.kind for each in found[1].redactions] == ["phone"]


def test_forgetting_changes_nothing_and_keeps_memory_bounded(reader: Tagger, monkeypatch: pytest.MonkeyPatch) -> None:
    """A worker that never stops meets new words every day."""
    expected = list(reader.tag(PLAIN))
    monkeypatch.setattr(tagger, "FORGET_AFTER", 20)
    assert list(reader.tag(PLAIN, batch=3)) == expected
    known = []
    for day in range(10):
        list(reader.tag([Verbatim(f"woord{chr(97 + day)}{chr(97 + n)} duur", "nl") for n in range(20)], batch=10))
        known.append(len(reader._pipeline.vocab.strings))
    assert max(known) <= min(known) + 40


@pytest.mark.parametrize(
    ("scores", "feeling"),
    [
        ({"nps": 2}, Sentiment.NEGATIVE),
        ({"nps": 10}, Sentiment.POSITIVE),
        ({"nps": 8, "ces_effort": 5}, Sentiment.NEGATIVE),
        ({"nps": 10, "ces_ease": 1}, Sentiment.NEUTRAL),
        ({"nps": 7}, Sentiment.NEUTRAL),
        ({"nps": 11}, Sentiment.NEUTRAL),
        ({"colour": 1}, Sentiment.NEUTRAL),
    ],
)
def test_ratings_tell_what_words_do_not(scores: dict[str, int], feeling: Sentiment) -> None:
    """Where they agree with each other, and are answers to a measure that is known."""
    (found,) = ruling().tag([Verbatim("de medewerker", "nl", scores=scores)])
    assert [(tag.theme, tag.sentiment) for tag in found.tags] == [("staff", feeling)]


def test_without_a_model_the_rules_are_at_work(tmp_path: Path) -> None:
    """Nothing is wrong then; the version changes with the code frame."""
    found = Tagger.load(Models(tmp_path), FRAME)
    assert (found.version, found.trouble) == (ruling().version, None)
    assert list(found.tag(PLAIN)) == list(ruling().tag(PLAIN))
    assert found.version.startswith("rules")


def test_a_broken_model_gives_way_to_the_rules(tmp_path: Path) -> None:
    """And says why."""
    broken = Models(tmp_path)
    broken.activate(version := broken.save(trained()))
    next((tmp_path / "versions" / version).rglob("rules.json")).write_text("{}")
    found = Tagger.load(broken, FRAME)
    assert found.version == ruling().version
    assert found.trouble
    assert version in found.trouble
    assert list(found.tag(PLAIN)) == list(ruling().tag(PLAIN))
    (tmp_path / "active.json").write_text(json.dumps({"history": "gone"})[:9])
    assert "active.json" in (Tagger.load(broken, FRAME).trouble or "")


def test_threads_may_share_a_tagger(reader: Tagger) -> None:
    """Each gets the answers to its own verbatims."""
    expected = list(reader.tag(PLAIN))
    with ThreadPoolExecutor(4) as threads:
        shares = threads.map(lambda _: list(reader.tag(PLAIN, batch=5)), range(8))
        assert list(shares) == [expected] * 8


def test_what_needs_no_pipeline_loads_none() -> None:
    """Values, masking and telling languages apart need no spaCy, and no model of languages before its time."""
    code = "import nlp, nlp.tags, nlp.theme, nlp.redaction, nlp.identify, sys; print(*sys.modules)"
    ran = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert {"spacy", "sklearn", "py3langid"}.isdisjoint(ran.stdout.split())


@cache
def alone() -> list[Tagging]:
    return [
        next(Tagger.rules(FRAME).tag([verbatim])) if n < 3 else next(ruling().tag([verbatim]))
        for n, verbatim in enumerate(POOL)
    ]


def stretches(found: Tagging) -> list[Stretch]:
    evidence: Any = (tag.evidence for tag in found.tags)
    return [stretch for each in evidence for stretch in each]
