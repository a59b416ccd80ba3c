"""Writes a code frame as a YAML file in which an analyst finds the way."""

import json
import os
import re
import textwrap
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

from nlp.theme import CodeFrame, plain

_WIDTH = 120
_PLAIN = re.compile(r"=?[^\W\d_][\w ()|<>~.'’&+/*-]*|(?:\(|<n> )[\w ()|<>~.'’&+/*-]+")
_RESERVED = {"y", "n", "yes", "no", "on", "off", "true", "false", "null"}


def write(frame: CodeFrame, path: Path) -> None:
    """Replace the file in one step. The comment that it begins with stays; comments further down do not."""
    head = _head(path.read_text(encoding="utf-8")) if path.exists() else ""
    draft = path.with_name(f".{path.name}.{os.getpid()}")
    draft.write_text(head + text(frame), encoding="utf-8")
    draft.replace(path)


def text(frame: CodeFrame) -> str:
    """The code frame as YAML."""
    return "\n".join(_lines(plain(frame))) + "\n"


def _lines(found: Mapping[str, Any]) -> Iterator[str]:
    yield f"frame: {found['frame']}"
    yield f"number: {found['number']}"
    yield f"languages: [{', '.join(found['languages'])}]"
    if found["history"]:
        yield "history:"
        for change in found["history"]:
            yield f"  - {{number: {change['number']}, old: {change['old']}, into: [{', '.join(change['into'])}]}}"
    yield ""
    yield "themes:"
    for key, theme in found["themes"].items():
        yield f"  {key}:"
        yield from _theme(theme)
        yield ""


def _theme(theme: Mapping[str, Any]) -> Iterator[str]:
    for name in ("parent", "feeling", "opposite", "yields"):
        if name in theme:
            yield f"    {name}: {theme[name]}"
    for name in ("names", "descriptions"):
        if name in theme:
            yield f"    {name}:"
            yield from (f"      {language}: {_scalar(value)}" for language, value in theme[name].items())
    if "examples" in theme:
        yield "    examples:"
        for language, listed in theme["examples"].items():
            yield from _list(f"      {language}: ", listed)
    if "seeds" in theme:
        yield "    seeds:"
        for language, by_feeling in theme["seeds"].items():
            yield f"      {language}:" if by_feeling else f"      {language}: []"
            for feeling, listed in by_feeling.items():
                yield from _list(f"        {feeling}: ", listed)


def _list(name: str, listed: Iterable[str]) -> list[str]:
    """A list on as many lines as it takes; YAML reads the end of a line within a text as a space."""
    pieces = [_scalar(value) for value in listed]
    line = f"{name}[{', '.join(pieces)}]"
    if any("  " in piece for piece in pieces):
        return [line]
    indent = " " * (len(name) - len(name.lstrip()) + 2)
    return textwrap.wrap(line, _WIDTH, subsequent_indent=indent, break_long_words=False, break_on_hyphens=False)


def _scalar(value: str) -> str:
    """The text, in quotes where YAML might take it for something else."""
    is_plain = _PLAIN.fullmatch(value) and value.lower() not in _RESERVED and value == value.strip()
    return value if is_plain else json.dumps(value, ensure_ascii=False)


def _head(content: str) -> str:
    """The comment and the empty lines that a file begins with."""
    lines = content.splitlines(keepends=True)
    count = next((n for n, line in enumerate(lines) if line.strip() and not line.startswith("#")), len(lines))
    return "".join(lines[:count])
