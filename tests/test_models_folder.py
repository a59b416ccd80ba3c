"""The folder of models is whole at any moment, has a way back, and a broken model is known for what it is."""

import json
from concurrent.futures import ThreadPoolExecutor
from functools import cache
from pathlib import Path

import pytest

from nlp import training
from nlp.broken import BrokenModel
from nlp.coding import Coded
from nlp.models import Models
from tests.coded import FRAME, examples, frame


@cache
def trained(count: int = 60) -> training.Trained:
    return training.train(FRAME, examples(count))


def decided(models: Models) -> object:
    pipeline = models.load(FRAME)
    assert pipeline
    return training.read(pipeline, [Coded("1", "de factuur was torenhoog", "nl")])[0].cats


def test_a_folder_that_is_not_there_means_rules(tmp_path: Path) -> None:
    """Without any model there is nothing wrong, and nothing at work."""
    models = Models(tmp_path / "none")
    assert models.active() is None
    assert models.load(FRAME) is None
    assert models.saved() == models.history == []


def test_a_saved_model_works_only_once_it_is_activated(tmp_path: Path) -> None:
    """Saving changes nothing; activating puts it to work as it was trained."""
    models = Models(tmp_path)
    version = models.save(trained())
    assert models.saved() == [version]
    assert models.load(FRAME) is None
    models.activate(version)
    assert models.active() == version
    assert decided(models) == training.read(trained().pipeline, [Coded("1", "de factuur was torenhoog", "nl")])[0].cats
    assert models.manifest(version)["data"] == trained().manifest["data"]


def test_the_version_tells_the_content(tmp_path: Path) -> None:
    """The same training is the same model; another one is another."""
    models = Models(tmp_path)
    assert models.save(trained()) == models.save(training.train(FRAME, examples(60)))
    assert models.save(trained(61)) != models.save(trained())
    assert len(models.saved()) == 2


def test_there_is_a_way_back(tmp_path: Path) -> None:
    """Rolling back goes to what was at work before, at last to the rules, and stays there."""
    models = Models(tmp_path)
    one, two = models.save(trained()), models.save(trained(61))
    models.activate(one)
    models.activate(two)
    assert models.history == [one, two]
    assert models.rollback() == one
    assert models.active() == one
    assert models.rollback() is None
    assert models.rollback() is None
    assert models.load(FRAME) is None


@pytest.mark.parametrize("damage", ["missing", "changed", "added", "manifest", "gone"])
def test_a_damaged_model_is_refused(tmp_path: Path, damage: str) -> None:
    """Whatever happened to its files, it is not loaded, and the reason names it."""
    models = Models(tmp_path)
    version = models.save(trained())
    models.activate(version)
    folder = tmp_path / "versions" / version
    arrays = next(folder.rglob("arrays.npz"))
    if damage == "missing":
        arrays.unlink()
    elif damage == "changed":
        arrays.write_bytes(arrays.read_bytes()[:-1])
    elif damage == "added":
        (folder / "more.txt").write_text("x")
    elif damage == "manifest":
        (folder / "manifest.json").write_text("{")
    else:
        folder.rename(tmp_path / "elsewhere")
    with pytest.raises(BrokenModel, match=version):
        models.load(FRAME)
    with pytest.raises(BrokenModel, match=version):
        models.activate(version)
    assert models.active() == version


def test_a_damaged_model_can_be_saved_again(tmp_path: Path) -> None:
    """Training the same again mends it."""
    models = Models(tmp_path)
    version = models.save(trained())
    next((tmp_path / "versions" / version).rglob("arrays.npz")).unlink()
    assert models.save(trained()) == version
    models.activate(version)
    assert models.load(FRAME)


def test_a_model_for_another_code_frame_is_refused(tmp_path: Path) -> None:
    """Its themes may no longer be what they were, so it has to be trained again."""
    models = Models(tmp_path)
    models.activate(models.save(trained()))
    with pytest.raises(BrokenModel, match="code frame"):
        models.load(frame())


def test_a_damaged_pointer_is_said_and_mended_by_activating(tmp_path: Path) -> None:
    """What is at work cannot be known then, and is not guessed."""
    models = Models(tmp_path)
    version = models.save(trained())
    (tmp_path / "active.json").write_text("[]")
    with pytest.raises(BrokenModel, match="activate"):
        models.load(FRAME)
    models.activate(version)
    assert models.active() == version


@pytest.mark.parametrize("version", ["", "..", "../versions", "abc"])
def test_only_what_was_saved_can_be_activated(tmp_path: Path, version: str) -> None:
    """A name that is no version changes nothing."""
    models = Models(tmp_path)
    with pytest.raises(BrokenModel):
        models.activate(version)
    assert models.active() is None


def test_many_may_change_it_at_once(tmp_path: Path) -> None:
    """No activation is lost, and whoever reads meanwhile sees a whole pointer."""
    models = Models(tmp_path)
    versions = [models.save(trained(count)) for count in range(60, 64)]

    def activate(version: str) -> str | None:
        models.activate(version)
        return models.active()

    with ThreadPoolExecutor(4) as pool:
        seen = list(pool.map(activate, versions * 10))
    assert set(seen) <= set(versions)
    assert sorted(json.loads((tmp_path / "active.json").read_text())["history"]) == sorted(versions)


def test_no_words_of_customers_are_kept(tmp_path: Path) -> None:
    """A model holds numbers and the code frame, and no word of those it learned from."""
    models = Models(tmp_path)
    folder = tmp_path / "versions" / models.save(trained())
    for path in folder.rglob("*"):
        assert path.is_dir() or b"torenho" not in path.read_bytes(), path
