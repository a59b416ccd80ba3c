"""Reads code frames from YAML files or from plain values, and reports all that is wrong with them at once."""

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from flows.document import DefinitionError, Fault, nearest, parse
from nlp.frames import build_frame
from nlp.theme import Change, CodeFrame, Rest, Theme, plain

__all__ = ["SHIPPED", "Change", "CodeFrame", "DefinitionError", "Rest", "Theme", "from_plain", "load", "plain"]

SHIPPED = Path(__file__).parent
"""The folder whose folder `themes` holds the code frames that come with the product."""


def load(key: str | Path, folders: Sequence[Path] = ()) -> CodeFrame:
    """The code frame of that key, or in that file.

    folders: the operator's own, each with a folder `themes`; what stands there is taken before what is shipped, the
    first folder first. Raises DefinitionError with every fault in the file, also where there is no such code frame.
    """
    if isinstance(key, Path) or key.endswith((".yaml", ".yml")):
        return _read(Path(key))
    there = {path.stem: path for folder in (SHIPPED, *reversed(folders)) for path in (folder / "themes").glob("*.yaml")}
    if key not in there:
        raise DefinitionError([Fault(key, 0, "", f"there is no themes/{key}.yaml", nearest(key, there))])
    return _read(there[key])


def from_plain(mapping: Mapping[str, Any], file: str = "") -> CodeFrame:
    """The code frame described by dictionaries and lists, as they would stand in a file.

    file: what faults call it; without it, the code frame's own key. Raises DefinitionError with every fault in it.
    """
    content = json.dumps(mapping, ensure_ascii=False).encode(errors="replace")
    return _build(content, file or f"{mapping.get('frame', 'frame')}.yaml")


def _read(path: Path) -> CodeFrame:
    try:
        content = path.read_bytes()
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or str(error)
        fault = Fault(str(path), 0, "", f"cannot be read: {reason}", "check path and permissions")
        raise DefinitionError([fault]) from None
    return _build(content, str(path))


def _build(content: bytes, file: str) -> CodeFrame:
    faults: list[Fault] = []
    frame = build_frame(parse(content, file, faults))
    if faults:
        raise DefinitionError(faults)
    return frame
