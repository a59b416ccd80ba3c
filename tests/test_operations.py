"""Themes are renamed, merged and split, and no tag that was ever given changes its meaning unseen."""

from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from flows.document import DefinitionError
from nlp import operations
from nlp.codeframe import from_plain, load, plain
from nlp.tags import Sentiment
from nlp.theme import Change, CodeFrame

FRAME = from_plain(
    {
        "frame": "shop",
        "number": 3,
        "languages": ["nl", "en"],
        "history": [{"number": 2, "old": "till", "into": ["queue"]}],
        "themes": {
            "visit": {"names": {"nl": "Bezoek", "en": "Visit"}},
            "queue": {
                "names": {"nl": "Rij", "en": "Queue"},
                "parent": "visit",
                "seeds": {"nl": {"negative": ["lange rij"], "open": ["rij"]}, "en": ["queue"]},
                "examples": {"nl": ["Een lange rij"]},
            },
            "counter": {
                "names": {"nl": "Balie", "en": "Counter"},
                "parent": "queue",
                "seeds": {"nl": {"positive": ["fijne balie"]}, "en": ["counter"]},
                "examples": {"nl": ["De balie was open"], "en": ["Open counter"]},
            },
            "praise": {"names": {"nl": "Lof", "en": "Praise"}, "opposite": "blame", "feeling": "positive"},
            "blame": {"names": {"nl": "Klacht", "en": "Blame"}, "opposite": "praise", "feeling": "negative"},
        },
    }
)


def keys(frame: CodeFrame) -> list[str]:
    return [theme.key for theme in frame.themes]


def test_a_renamed_theme_is_the_same_theme() -> None:
    """In its place, with all it had, and whatever pointed to it points to it still."""
    renamed = operations.rename(FRAME, "queue", "line")
    assert keys(renamed) == ["visit", "line", "counter", "praise", "blame"]
    assert renamed.theme("line").seeds == FRAME.theme("queue").seeds
    assert renamed.theme("counter").parent == "line"
    assert renamed.number == 4
    assert renamed.history[-1] == Change(4, "queue", ("line",))
    assert renamed.successor("till") == renamed.successor("queue") == "line"


def test_merged_themes_bring_what_they_had() -> None:
    """Seeds with what they tell, and examples; the theme that stays keeps its own name."""
    merged = operations.merge(FRAME, ["counter", "queue"], "queue")
    queue = merged.theme("queue")
    assert keys(merged) == ["visit", "queue", "praise", "blame"]
    assert queue.names == FRAME.theme("queue").names
    assert queue.seeds == {"nl": ("lange rij", "rij", "fijne balie"), "en": ("queue", "counter")}
    assert queue.felt == {"nl": {"lange rij": Sentiment.NEGATIVE, "fijne balie": Sentiment.POSITIVE}}
    assert queue.examples == {"nl": ("Een lange rij", "De balie was open"), "en": ("Open counter",)}
    assert queue.parent == "visit"
    assert merged.successor("counter") == "queue"
    assert merged.number == 4


def test_themes_may_merge_into_a_new_one() -> None:
    """It stands where the first of them stood, and no theme is its own parent or opposite."""
    merged = operations.merge(FRAME, ["praise", "blame"], "feeling")
    assert keys(merged) == ["visit", "queue", "counter", "feeling"]
    assert merged.theme("feeling").opposite is None
    assert merged.successor("praise") == merged.successor("blame") == "feeling"
    assert [change.number for change in merged.history] == [2, 4, 4]


def test_of_a_split_theme_old_tags_say_no_more_which() -> None:
    """The new themes stand in its place; the first has the words, to be divided by hand."""
    divided = operations.split(FRAME, "queue", ["wait", "desk"])
    assert keys(divided) == ["visit", "wait", "desk", "counter", "praise", "blame"]
    assert divided.successor("queue") is divided.successor("till") is None
    assert divided.theme("wait").seeds == FRAME.theme("queue").seeds
    assert divided.theme("desk").seeds == {}
    assert divided.theme("desk").names == {"nl": "Rij (desk)", "en": "Queue (desk)"}
    assert divided.theme("desk").parent == "visit"
    assert divided.theme("counter").parent == "wait"


REFUSED: list[tuple[Callable[[CodeFrame], CodeFrame], str]] = [
    (lambda frame: operations.rename(frame, "queu", "line"), "no theme 'queu'; did you mean 'queue'"),
    (lambda frame: operations.rename(frame, "queue", "praise"), "there is a theme 'praise' already"),
    (lambda frame: operations.rename(frame, "queue", "till"), "'till' once was another theme"),
    (lambda frame: operations.rename(frame, "queue", "Long line"), "'Long line' is not a key"),
    (lambda frame: operations.merge(frame, ["queue"], "queue"), "nothing to merge"),
    (lambda frame: operations.merge(frame, [], "queue"), "nothing to merge"),
    (lambda frame: operations.merge(frame, ["queue", "none"], "visit"), "no theme 'none'"),
    (lambda frame: operations.merge(frame, ["queue", "visit"], "till"), "'till' once was another theme"),
    (lambda frame: operations.split(frame, "queue", ["wait"]), "name at least two"),
    (lambda frame: operations.split(frame, "queue", ["wait", "wait"]), "name at least two"),
    (lambda frame: operations.split(frame, "queue", ["wait", "queue"]), "there is a theme 'queue' already"),
    (lambda frame: operations.split(frame, "none", ["wait", "desk"]), "no theme 'none'"),
]


@pytest.mark.parametrize(("change", "told"), REFUSED, ids=[told for _, told in REFUSED])
def test_what_makes_no_sense_is_refused(change: Callable[[CodeFrame], CodeFrame], told: str) -> None:
    """With what to do instead."""
    with pytest.raises((ValueError, DefinitionError), match=told):
        change(FRAME)


@settings(deadline=None, max_examples=40)
@given(st.data())
def test_any_row_of_changes_leaves_a_code_frame_in_order(data: st.DataObject) -> None:
    """It can be written and read, and every key there ever was stands for a theme of today or for none."""
    frame = FRAME
    ever = {*keys(FRAME), "till"}
    for step in range(data.draw(st.integers(1, 6))):
        present = keys(frame)
        old = data.draw(st.sampled_from(present))
        match data.draw(st.sampled_from(["rename", "merge", "split"])):
            case "merge" if len(present) > 1:
                into = data.draw(st.sampled_from([*(key for key in present if key != old), f"m{step}"]))
                changed = operations.merge(frame, [old, data.draw(st.sampled_from(present))], into)
            case "split":
                changed = operations.split(frame, old, [f"a{step}", f"b{step}"])
            case _:
                changed = operations.rename(frame, old, f"n{step}")
        assert changed.number == frame.number + 1
        assert from_plain(plain(changed)) == changed
        ever.update(keys(changed))
        assert all(changed.successor(key) in {*keys(changed), None} for key in ever)
        assert all(
            changed.successor(key) == frame.successor(key) for key in ever if frame.successor(key) in keys(changed)
        )
        frame = changed


def test_a_code_frame_is_written_as_it_is_read(tmp_path: Path) -> None:
    """Every text of the shipped one, and the comment on top of the file that was there."""
    path = tmp_path / "service.yaml"
    path.write_text("# Ours since spring.\n\nframe: service\nnumber: 1 # then still\n", encoding="utf-8")
    changed = operations.rename(load("service"), "praise", "thanks")
    operations.write(changed, path)
    assert load(path) == changed
    text = path.read_text(encoding="utf-8")
    assert text.startswith("# Ours since spring.\n\nframe: service\nnumber: 2\n")
    assert "then still" not in text
    assert [each.name for each in tmp_path.iterdir()] == ["service.yaml"]


ANY = st.text(st.characters(categories=["L", "N", "P", "S", "Z"]) | st.sampled_from("'\"#:-!&*%@|>{}[]"), min_size=1)


@settings(deadline=None)
@given(
    st.lists(ANY, min_size=1, max_size=4), st.sampled_from(["no", "null", "1.0", "2024-01-01", "~", "=", "<<", "😀"])
)
def test_any_text_survives_being_written(tmp_path_factory: pytest.TempPathFactory, texts: list[str], odd: str) -> None:
    """Also one that YAML would take for a number, a date or nothing at all."""
    found = plain(FRAME)
    found["themes"]["visit"]["examples"] = {"nl": [*texts, odd]}
    found["themes"]["visit"]["descriptions"] = {"nl": texts[0]}
    try:
        frame = from_plain(found)
    except DefinitionError:  # blank, or with braces of its own
        return
    path = tmp_path_factory.mktemp("frames") / "shop.yaml"
    operations.write(frame, path)
    assert load(path) == frame
