"""What tests would do over again, each time with the same outcome, is done once in a process."""

import pickle
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from flask_openapi3 import utils
from jinja2 import FileSystemBytecodeCache

from flows import loader
from flows.survey import Survey
from nlp import codeframe, rules
from nlp.reading import Reader
from nlp.theme import CodeFrame
from nlp.words import Words

_load, _schema = loader.load, utils.get_model_schema
_readers: dict[tuple[int, str], tuple[CodeFrame, Reader]] = {}


@contextmanager
def once(folder: Path) -> Iterator[None]:
    """Until the block is left, applications share what does not depend on their settings.

    These are compiled templates (kept in the folder), descriptions of the API's models, surveys as shipped, and what
    reads verbatims by the same code frame and words.
    """
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Flask, "jinja_options", {"bytecode_cache": FileSystemBytecodeCache(str(folder))})
        patch.setattr(utils, "get_model_schema", _described)
        patch.setattr(loader, "load", _loaded)
        patch.setattr(codeframe, "_build", cache(codeframe._build))
        patch.setattr(rules, "Reader", _reader)
        yield


def _loaded(survey: str | Path, *, company: str, folders: Sequence[Path] = ()) -> Survey:
    own = folders or isinstance(survey, Path) or survey.endswith((".yaml", ".yml"))
    return _load(survey, company=company, folders=folders) if own else _shipped(str(survey), company)


@cache
def _shipped(survey: str, company: str) -> Survey:
    return _load(survey, company=company)


def _described(model: Any, mode: Any = "validation") -> dict[str, Any]:
    # The caller may change what it gets; to unpickle is several times faster than to copy.
    description: dict[str, Any] = pickle.loads(_pickled(model, mode))  # noqa: S301 -- pickled here
    return description


@cache
def _pickled(model: Any, mode: Any) -> bytes:
    return pickle.dumps(_schema(model, mode))


def _reader(frame: CodeFrame, words: Words) -> Reader:
    known = id(frame), repr(words)
    if known not in _readers:
        # The frame is kept, so that no other gets its id.
        _readers[known] = frame, Reader(frame, words)
    return _readers[known][1]
