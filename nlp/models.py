"""Keeps trained models in a folder, one of them at work, so that any number of processes may read it at any time.

Each model is a folder `versions/<version>`, with the pipeline and a `manifest.json` that tells what it was made from,
with the checksum of each file. Which one is at work, and which were before it, stands in `active.json`, which is always
replaced as a whole.
"""

import fcntl
import hashlib
import json
import os
import shutil
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import spacy
from spacy.language import Language

from nlp.broken import BrokenModel
from nlp.codeframe import CodeFrame
from nlp.training import Trained

_MANIFEST = "manifest.json"
_PIPELINE = "pipeline"


class Models:
    """The models in a folder. The folder is made when the first model is saved."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def save(self, trained: Trained) -> str:
        """Keeps a model and gives its version, twelve hex digits that tell its content; it is not yet at work."""
        versions = self._folder / "versions"
        versions.mkdir(parents=True, exist_ok=True)
        draft = Path(tempfile.mkdtemp(prefix=".draft-", dir=versions))
        try:
            # The vocabulary has grown with the words of verbatims, and nothing in the pipeline needs it.
            trained.pipeline.to_disk(draft / _PIPELINE, exclude=["vocab"])
            manifest = trained.manifest | {"files": _checksums(draft)}
            (draft / _MANIFEST).write_text(json.dumps(manifest, indent=1), encoding="utf-8")
            version = _checksum(draft / _MANIFEST)[:12]
            with self._alone():
                shutil.rmtree(versions / version, ignore_errors=True)
                draft.rename(versions / version)
        finally:
            shutil.rmtree(draft, ignore_errors=True)
        return version

    def activate(self, version: str) -> None:
        """Puts a model to work. Raises BrokenModel, and changes nothing, where it is missing or damaged."""
        self.manifest(version)
        with self._alone():
            try:
                history = self.history
            except BrokenModel:
                history = []
            self._point([*(earlier for earlier in history if earlier != version), version])

    def rollback(self) -> str | None:
        """Puts back what was at work before, and gives its version; None where that were the rules alone."""
        with self._alone():
            self._point(self.history[:-1])
            return self.active()

    def active(self) -> str | None:
        """The version at work; None for the rules alone."""
        return self.history[-1] if self.history else None

    def mark(self) -> int | None:
        """Another one after each change of what is at work, also where the same version was put to work again."""
        try:
            return (self._folder / "active.json").stat().st_mtime_ns
        except OSError:
            return None

    @property
    def history(self) -> list[str]:
        """The versions that were put to work and not rolled back, the one at work last. Raises BrokenModel."""
        try:
            told = json.loads((self._folder / "active.json").read_bytes())
            return [str(version) for version in told["history"]]
        except FileNotFoundError:
            return []
        except (OSError, ValueError, KeyError, TypeError) as error:
            raise BrokenModel(
                f"{self._folder / 'active.json'} cannot be read: {error}; activate a model again"
            ) from None

    def saved(self) -> list[str]:
        """Every version there is, in alphabetical order."""
        versions = self._folder / "versions"
        return sorted(path.name for path in versions.glob("[!.]*") if path.is_dir())

    def manifest(self, version: str) -> Mapping[str, Any]:
        """What the model was made from. Raises BrokenModel where a file of it is missing or not what was saved."""
        folder = self._folder / "versions" / version
        path = folder / _MANIFEST
        if not version or "/" in version or not path.is_file():
            raise BrokenModel(f"there is no model {version}; there are: {', '.join(self.saved()) or 'none'}")
        try:
            manifest: Mapping[str, Any] = json.loads(path.read_bytes())
            damaged = manifest["files"] != _checksums(folder) or _checksum(path)[:12] != version
        except (OSError, ValueError, KeyError, TypeError) as error:
            raise BrokenModel(f"the manifest of model {version} cannot be read: {error}") from None
        if damaged:
            raise BrokenModel(
                f"model {version} is not what was saved: a file is missing or was changed; train it again"
            )
        return manifest

    def load(self, frame: CodeFrame) -> Language | None:
        """The pipeline of the model at work, None for the rules alone.

        Raises BrokenModel where it is missing, damaged, or was trained for another version of the code frame.
        """
        version = self.active()
        if version is None:
            return None
        made_for = self.manifest(version)["frame"]["version"]
        if made_for != frame.version:
            raise BrokenModel(
                f"model {version} was trained for version {made_for} of the code frame, which now is {frame.version};"
                " train it again"
            )
        try:
            return spacy.load(self._folder / "versions" / version / _PIPELINE)
        except Exception as error:  # whatever an incompatible library raises, tagging must go on
            raise BrokenModel(f"model {version} cannot be loaded: {error}") from error

    def _point(self, history: list[str]) -> None:
        """Replaces the pointer in one step, so that a reader sees the old or the new."""
        draft = self._folder / f".active-{os.getpid()}"
        draft.write_text(json.dumps({"history": history}), encoding="utf-8")
        draft.replace(self._folder / "active.json")

    @contextmanager
    def _alone(self) -> Iterator[None]:
        """While this lasts, nobody else changes the folder; reading needs no lock."""
        self._folder.mkdir(parents=True, exist_ok=True)
        # The lock goes with the file's closing, also when the process dies.
        with (self._folder / ".lock").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            yield


def _checksums(folder: Path) -> dict[str, str]:
    files = sorted(path for path in folder.rglob("*") if path.is_file() and path.name != _MANIFEST)
    return {path.relative_to(folder).as_posix(): _checksum(path) for path in files}


def _checksum(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()
