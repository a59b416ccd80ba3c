"""A theme, the code frame it stands in, and what has become of themes that are no more."""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from nlp.tags import Sentiment


class Rest(StrEnum):
    """Where a theme stands only if no other theme does, as praise in general does."""

    CLAUSE = "clause"
    VERBATIM = "verbatim"


@dataclass(frozen=True, slots=True)
class Theme:
    """One theme of a code frame, with its names, descriptions, examples and seeds by language.

    seeds: the words and phrases that speak of it, in the syntax of `nlp.seeds`; felt: those of them that tell by
    themselves how the customer feels; feeling: how somebody feels who only mentions it; opposite: the theme that is
    meant where a seed of this one is denied; yields: where it stands only if no other theme does.
    """

    key: str
    names: Mapping[str, str]
    parent: str | None = None
    descriptions: Mapping[str, str] = field(default_factory=dict)
    examples: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    seeds: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    felt: Mapping[str, Mapping[str, Sentiment]] = field(default_factory=dict)
    feeling: Sentiment | None = None
    opposite: str | None = None
    yields: Rest | None = None


@dataclass(frozen=True, slots=True)
class Change:
    """What became of a theme that no longer exists: its tags now mean `into`, or nobody knows which of several.

    number: of the first code frame without it.
    """

    number: int
    old: str
    into: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class CodeFrame:
    """The themes that verbatims are tagged with. number: declared, higher with each change of the themes."""

    key: str
    number: int
    languages: tuple[str, ...]
    themes: tuple[Theme, ...]
    history: tuple[Change, ...] = ()

    @property
    def version(self) -> str:
        """Twelve hex digits that change with everything in the code frame, and with nothing else."""
        return hashlib.sha256(json.dumps(plain(self)).encode()).hexdigest()[:12]

    def theme(self, key: str) -> Theme:
        """The theme of that key. Raises KeyError where there is none."""
        for theme in self.themes:
            if theme.key == key:
                return theme
        raise KeyError(key)

    def successor(self, key: str) -> str | None:
        """The theme that a tag with this key, however old, stands for today.

        None where that cannot be known: the theme was split, or the code frame never had it.
        """
        changes = {change.old: change.into for change in self.history}
        while key in changes:
            if len(changes[key]) != 1:
                return None
            key = changes[key][0]
        return key if any(theme.key == key for theme in self.themes) else None


def plain(frame: CodeFrame) -> dict[str, Any]:
    """The code frame as dictionaries and lists, from which `from_plain` makes it again."""
    return {
        "frame": frame.key,
        "number": frame.number,
        "languages": list(frame.languages),
        "history": [{"number": c.number, "old": c.old, "into": list(c.into)} for c in frame.history],
        "themes": {theme.key: _plain_theme(theme) for theme in frame.themes},
    }


def _plain_theme(theme: Theme) -> dict[str, Any]:
    single = {name: getattr(theme, name) for name in ("parent", "feeling", "opposite", "yields")}
    found: dict[str, Any] = {name: str(value) for name, value in single.items() if value is not None}
    found["names"] = dict(theme.names)
    if theme.descriptions:
        found["descriptions"] = dict(theme.descriptions)
    if theme.examples:
        found["examples"] = {language: list(texts) for language, texts in theme.examples.items()}
    if theme.seeds:
        found["seeds"] = {language: _plain_seeds(theme, language) for language in theme.seeds}
    return found


def _plain_seeds(theme: Theme, language: str) -> dict[str, list[str]]:
    """The seeds of a language by the feeling they tell of."""
    felt = theme.felt.get(language, {})
    found: dict[str, list[str]] = {}
    for seed in theme.seeds[language]:
        found.setdefault(str(felt.get(seed, "open")), []).append(seed)
    return found
