"""What may be done to the themes of a code frame that is in use: renamed, merged, split, always with their history.

A key is never used again for something else. A tag keeps the key it was given; `CodeFrame.successor` tells which theme
that key stands for today, or None where nobody can know.
"""

from collections.abc import Mapping
from typing import Any

from flows.document import NAME, DefinitionError, Fault, nearest
from nlp.codeframe import from_plain
from nlp.theme import CodeFrame, plain


def rename(frame: CodeFrame, old: str, new: str) -> CodeFrame:
    """The code frame with another key for a theme; its tags go along.

    Raises DefinitionError where there is no such theme, or the new key is or was in use.
    """
    _demand(frame, old)
    _demand_new(frame, new)
    found = plain(frame)
    found["themes"] = {new if key == old else key: theme for key, theme in found["themes"].items()}
    return _changed(found, old, [new], new)


def merge(frame: CodeFrame, old: str, into: str) -> CodeFrame:
    """The code frame without a theme, whose tags and seeds now are those of another.

    Raises DefinitionError where there is no such theme, or both are the same.
    """
    _demand(frame, old)
    _demand(frame, into)
    if old == into:
        raise _refusal(frame, f"{old!r} cannot be merged with itself", "name two themes")
    found = plain(frame)
    given_up, kept = found["themes"].pop(old), found["themes"][into]
    for language, by_feeling in given_up.get("seeds", {}).items():
        own = kept.setdefault("seeds", {}).setdefault(language, {})
        known = {seed for listed in own.values() for seed in listed}
        for feeling, listed in by_feeling.items():
            own.setdefault(feeling, []).extend(seed for seed in listed if seed not in known)
    if kept.get("parent") == old:
        kept["parent"] = given_up.get("parent")
    return _changed(found, old, [into], into)


def split(frame: CodeFrame, old: str, into: Mapping[str, Mapping[str, Any]]) -> CodeFrame:
    """The code frame with several new themes in the place of one. What its tags mean now, only people can tell.

    into: the new themes by key, as they would stand in a file; what one does not say of itself, apart from names,
    seeds and examples, is as it was. Raises DefinitionError where there is no such theme, there are fewer than two new
    ones, a key is or was in use, or a new theme is not well defined.
    """
    _demand(frame, old)
    for key in into:
        _demand_new(frame, key)
    if len(into) < 2:
        raise _refusal(frame, f"{old!r} is to be split into fewer than two", "name at least two new themes")
    found = plain(frame)
    was = {name: value for name, value in found["themes"][old].items() if name not in ("names", "seeds", "examples")}
    new = {key: {**was, **theme} for key, theme in into.items()}
    found["themes"] = {
        name: theme
        for key, one in found["themes"].items()
        for name, theme in (new if key == old else {key: one}).items()
    }
    return _changed(found, old, list(into), was.get("parent"))


def _changed(found: dict[str, Any], old: str, into: list[str], heir: str | None) -> CodeFrame:
    """The code frame after a change. heir: to whom other themes now point that pointed to the old one."""
    for key, theme in found["themes"].items():
        for name in ("parent", "opposite"):
            if theme.get(name) == old:
                theme[name] = heir if heir != key and not (name == "opposite" and len(into) > 1) else None
            if name in theme and theme[name] is None:
                del theme[name]
    found["number"] += 1
    found["history"].append({"number": found["number"], "old": old, "into": into})
    return from_plain(found)


def _demand(frame: CodeFrame, key: str) -> None:
    keys = [theme.key for theme in frame.themes]
    if key not in keys:
        raise _refusal(frame, f"there is no theme {key!r}", nearest(key, keys))


def _demand_new(frame: CodeFrame, key: str) -> None:
    if not NAME.fullmatch(key):
        raise _refusal(frame, f"{key!r} is not a key", "use small letters, digits and _, beginning with a letter")
    if any(theme.key == key for theme in frame.themes):
        raise _refusal(frame, f"there is a theme {key!r} already", "choose another key")
    if any(key in (change.old, *change.into) for change in frame.history):
        raise _refusal(frame, f"the key {key!r} was in use before", "choose another key: old tags still have this one")


def _refusal(frame: CodeFrame, problem: str, remedy: str) -> DefinitionError:
    return DefinitionError([Fault(f"{frame.key}.yaml", 0, "themes", problem, remedy)])
