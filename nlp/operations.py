"""Changes the themes of a code frame so that whatever was tagged or decided before keeps its meaning."""

import os
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import replace
from itertools import takewhile
from pathlib import Path

from flows.document import NAME, nearest, written
from nlp.tags import Sentiment
from nlp.theme import Change, CodeFrame, Theme, plain


def rename(frame: CodeFrame, old: str, new: str) -> CodeFrame:
    """The code frame with a theme under another key; old tags count under the new one.

    Raises ValueError where there is no such theme, or the new key is or ever was that of a theme.
    """
    return merge(frame, [old], _fresh(frame, new))


def merge(frame: CodeFrame, olds: Sequence[str], into: str) -> CodeFrame:
    """The code frame with several themes in one, which is among them, another one, or new; old tags count for it.

    It keeps its own names, descriptions and feeling, or those of the first if it is new, and gets all their seeds and
    examples. Raises ValueError where there is no such theme, nothing changes, or a new key ever was that of a theme.
    """
    merged = [frame.theme(_known(frame, old)) for old in dict.fromkeys(olds) if old != into]
    if not merged:
        raise ValueError(f"there is nothing to merge into {into!r}; name at least one other theme")
    is_new = into not in _keys(frame)
    kept = replace(merged[0], key=_fresh(frame, into)) if is_new else frame.theme(into)
    gone = {theme.key: into for theme in merged}
    whole = replace(_together(kept, merged[is_new:]), parent=_above(frame, kept, gone))
    place = merged[0].key if is_new else into
    themes = [
        whole if theme.key == place else theme for theme in frame.themes if theme.key not in gone or theme.key == place
    ]
    return _next(frame, [_pointing(theme, gone) for theme in themes], [Change(0, old, (into,)) for old in gone])


def split(frame: CodeFrame, old: str, into: Sequence[str]) -> CodeFrame:
    """The code frame with several new themes instead of one; of old tags nobody knows which of them they mean.

    The first gets the seeds and examples, to be divided by hand; names tell them apart by their keys until then. Raises
    ValueError where there is no such theme, or not at least two keys that never were those of a theme.
    """
    theme = frame.theme(_known(frame, old))
    keys = [_fresh(frame, key) for key in dict.fromkeys(into)]
    if len(keys) < 2:
        raise ValueError(f"{old!r} is to become {len(keys)} theme; name at least two, or rename it")
    parts = [
        replace(theme, key=key, names={language: f"{name} ({key})" for language, name in theme.names.items()})
        for key in keys
    ]
    parts[1:] = [replace(part, seeds={}, felt={}, examples={}) for part in parts[1:]]
    themes = [part for each in frame.themes for part in (parts if each.key == old else [each])]
    return _next(frame, [_pointing(each, {old: keys[0]}) for each in themes], [Change(0, old, tuple(keys))])


def write(frame: CodeFrame, path: Path) -> None:
    """Puts the code frame into a file, from which it can be loaded again; a reader sees the old or the new file.

    The comment that the file begins with stays; those further down are lost. Raises OSError.
    """
    lines = path.read_text(encoding="utf-8").splitlines(keepends=True) if path.exists() else []
    comment = "".join(takewhile(lambda line: line.startswith("#") or not line.strip(), lines))
    draft = path.with_name(f".{path.name}-{os.getpid()}")
    draft.write_text(comment + written(plain(frame)), encoding="utf-8")
    draft.replace(path)


def _next(frame: CodeFrame, themes: Iterable[Theme], changes: Iterable[Change]) -> CodeFrame:
    number = frame.number + 1
    history = (*frame.history, *(replace(change, number=number) for change in changes))
    return replace(frame, number=number, themes=tuple(themes), history=history)


def _keys(frame: CodeFrame) -> set[str]:
    return {theme.key for theme in frame.themes}


def _known(frame: CodeFrame, key: str) -> str:
    if key not in _keys(frame):
        raise ValueError(f"there is no theme {key!r}; {nearest(key, sorted(_keys(frame)))}")
    return key


def _fresh(frame: CodeFrame, key: str) -> str:
    """The key, if no theme has or ever had it."""
    if not NAME.fullmatch(key):
        raise ValueError(f"{key!r} is not a key; use small letters, digits and _, beginning with a letter")
    if key in _keys(frame):
        raise ValueError(f"there is a theme {key!r} already; choose another key, or merge the two")
    if any(change.old == key for change in frame.history):
        raise ValueError(f"{key!r} once was another theme, and old tags still say so; choose another key")
    return key


def _together(kept: Theme, others: Sequence[Theme]) -> Theme:
    """A theme with the seeds and examples of others beside its own."""
    all_of_them = (kept, *others)
    felt: dict[str, Mapping[str, Sentiment]] = {}
    for theme in reversed(all_of_them):
        for language, feelings in theme.felt.items():
            felt[language] = {**felt.get(language, {}), **feelings}
    return replace(
        kept,
        seeds=_joined(theme.seeds for theme in all_of_them),
        examples=_joined(theme.examples for theme in all_of_them),
        felt=felt,
    )


def _above(frame: CodeFrame, kept: Theme, gone: Collection[str]) -> str | None:
    """Under which theme a merged one comes to stand: its own parent, but nothing that is now below it."""
    parents = {theme.key: theme.parent for theme in frame.themes}
    parent = above = kept.parent
    while above is not None:
        parent = parents[above] if above in gone else parent
        above = parents[above]
    return parent


def _joined(listed: Iterable[Mapping[str, tuple[str, ...]]]) -> dict[str, tuple[str, ...]]:
    found: dict[str, dict[str, None]] = {}
    for by_language in listed:
        for language, texts in by_language.items():
            found.setdefault(language, {}).update(dict.fromkeys(texts))
    return {language: tuple(texts) for language, texts in found.items()}


def _pointing(theme: Theme, gone: Mapping[str, str]) -> Theme:
    """The theme with its parent and opposite by their new keys; what has become the theme itself is none of the two."""
    parent, opposite = (gone.get(key, key) if key else None for key in (theme.parent, theme.opposite))
    return replace(
        theme,
        parent=None if parent == theme.key else parent,
        opposite=None if opposite == theme.key else opposite,
    )
