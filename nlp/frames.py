"""What stands in the file of a code frame, as the types of `nlp.theme`."""

from collections.abc import Collection, Mapping, Sequence
from pathlib import PurePath
from typing import TypeVar

from flows.document import NAME, Part, nearest
from nlp import seeds, words
from nlp.tags import Sentiment
from nlp.theme import Change, CodeFrame, Rest, Theme

_OPEN = "open"
_FEELINGS: Mapping[str, Sentiment | None] = {
    _OPEN: None,
    "positive": Sentiment.POSITIVE,
    "negative": Sentiment.NEGATIVE,
}
_LEFT_TO_GUESS = {str(feeling): feeling for feeling in (Sentiment.POSITIVE, Sentiment.NEGATIVE, Sentiment.NEUTRAL)}
T = TypeVar("T")
_FIELDS = ("parent", "feeling", "opposite", "yields", "descriptions", "examples", "seeds")


def build_frame(part: Part) -> CodeFrame:
    """The code frame defined by a file; unusable where faults are noted."""
    fields = part.fields(("frame", "number", "languages", "themes"), ("history",))
    key, stem = fields["frame"].name(), PurePath(part.file).stem
    if key and key != stem:
        fields["frame"].fault(f"this file is called {stem!r} and says {key!r}", "let both be the same")
    number = fields["number"].number()
    if number is not None and number < 1:
        fields["number"].fault("code frames are numbered from 1", "write 1, and one more with each change")
    languages = _languages(fields["languages"])
    parts = fields["themes"].entries()
    if not parts and not part.faults:
        fields["themes"].fault("there are no themes", "write at least one")
    spoken = _Spoken()
    themes = tuple(_theme(key, entry, languages, parts, spoken) for key, entry in parts.items())
    _complain_of_circles(themes, parts)
    history = fields["history"].items() if "history" in fields else []
    changes = tuple(_change(item, number or 0, parts) for item in history)
    _complain_of_lost(changes, history, parts)
    return CodeFrame(stem, number or 1, languages, themes, changes)


class _Spoken:
    """The seeds seen so far, so that none that is spelt out belongs to two themes, or tells of two feelings."""

    def __init__(self) -> None:
        self.owners: dict[tuple[str, seeds.Pattern], tuple[str, str]] = {}

    def claim(self, item: Part, language: str, key: str, feeling: str) -> str:
        """The seed in this part, which from now on is that theme's; empty if it cannot be used."""
        text = item.text()
        try:
            pattern = seeds.parse(text, words.of(language).fold) if text else None
        except ValueError as error:
            item.fault(f"{text!r}: {error}", "see nlp/seeds.py for how seeds are written")
            return ""
        if pattern is None:
            return ""
        owner, told = self.owners.get((language, pattern), ("", ""))
        if owner not in ("", key) and pattern.is_spelt_out:
            item.fault(f"{text!r} belongs to {owner!r} already", "let one theme have it, or make it longer")
        elif owner == key:
            item.fault(f"{text!r} stands under {told!r} already", "remove one of the two")
        self.owners.setdefault((language, pattern), (key, feeling))
        return text if owner in ("", key) else ""


def _languages(part: Part) -> tuple[str, ...]:
    found: dict[str, None] = {}
    for item in part.items(needed=True):
        code = item.name()
        if code and code not in words.LANGUAGES:
            item.fault(f"verbatims in {code!r} cannot be read", nearest(code, words.LANGUAGES))
        elif code in found:
            item.fault(f"the language {code!r} stands here twice", "remove one of the two")
        elif code:
            found[code] = None
    return tuple(found)


def _theme(key: str, part: Part, languages: Sequence[str], known: Collection[str], spoken: _Spoken) -> Theme:
    fields = part.fields(("names",), _FIELDS)
    if not NAME.fullmatch(key):
        part.fault(f"{key!r} is not a key", "use small letters, digits and _, beginning with a letter")
    names = {language: entry.text() for language, entry in _by_language(fields["names"], languages).items()}
    for language in languages:
        if fields["names"].node is not None and language not in names:
            fields["names"].fault(f"the name in {language!r} is missing", f"add {language!r}")
    texts = {name: _by_language(fields[name], languages) for name in _FIELDS[-3:] if name in fields}
    listed: dict[str, tuple[str, ...]] = {}
    felt: dict[str, dict[str, Sentiment]] = {}
    for language, entry in texts.get("seeds", {}).items():
        listed[language], feelings = _seeds(entry, language, key, spoken)
        if feelings:
            felt[language] = feelings
    return Theme(
        key,
        names,
        parent=_reference(fields["parent"], key, known) if "parent" in fields else None,
        descriptions={language: entry.text() for language, entry in texts.get("descriptions", {}).items()},
        examples={
            language: tuple(item.text() for item in entry.items())
            for language, entry in texts.get("examples", {}).items()
        },
        seeds=listed,
        felt=felt,
        feeling=_choice(fields["feeling"], _LEFT_TO_GUESS) if "feeling" in fields else None,
        opposite=_reference(fields["opposite"], key, known) if "opposite" in fields else None,
        yields=_choice(fields["yields"], {str(rest): rest for rest in Rest}) if "yields" in fields else None,
    )


def _seeds(part: Part, language: str, key: str, spoken: _Spoken) -> tuple[tuple[str, ...], dict[str, Sentiment]]:
    """The seeds of one theme and language, and of those listed under a feeling, the feeling."""
    has_feelings = part.node is not None and part.node.tag.endswith(":map")
    by_feeling = part.fields((), tuple(_FEELINGS)) if has_feelings else {_OPEN: part}
    listed: dict[str, None] = {}
    felt: dict[str, Sentiment] = {}
    for name, entry in by_feeling.items():
        for item in entry.items():
            seed = spoken.claim(item, language, key, name)
            if seed:
                listed[seed] = None
                if feeling := _FEELINGS[name]:
                    felt[seed] = feeling
    return tuple(listed), felt


def _by_language(part: Part, languages: Sequence[str]) -> dict[str, Part]:
    entries = part.entries()
    for code in [code for code in entries if languages and code not in languages]:
        entries.pop(code).fault(f"{code!r} is none of this code frame's languages", nearest(code, languages))
    return {code: entry for code, entry in entries.items() if code in words.LANGUAGES}


def _reference(part: Part, own: str, known: Collection[str]) -> str | None:
    name = part.name()
    if name and name not in known:
        part.fault(f"there is no theme {name!r}", nearest(name, known))
    elif name == own:
        part.fault("a theme cannot be named in its own place here", "name another theme, or remove this line")
    return name or None


def _choice(part: Part, known: Mapping[str, T]) -> T | None:
    name = part.name()
    if name and name not in known:
        part.fault(f"{name!r} is not known here", nearest(name, known))
    return known.get(name)


def _change(part: Part, number: int, themes: Collection[str]) -> Change:
    fields = part.fields(("number", "old", "into"))
    when, old = fields["number"].number() or 0, fields["old"].name()
    if when > number > 0:
        fields["number"].fault(f"this code frame is only at number {number}", "raise its number, or lower this one")
    if old in themes:
        fields["old"].fault(f"the key {old!r} was given up and is in use again", "give the new theme a key of its own")
    return Change(when, old, tuple(name for item in fields["into"].items() if (name := item.name())))


def _complain_of_lost(changes: Sequence[Change], parts: Sequence[Part], themes: Collection[str]) -> None:
    """Note every change whose tags would find no theme, and every theme that was given up twice."""
    into: dict[str, tuple[str, ...]] = {}
    for change, part in zip(changes, parts, strict=True):
        if change.old in into:
            part.fault(f"{change.old!r} was given up twice", "remove one of the two")
        into.setdefault(change.old, change.into)
    for change, part in zip(changes, parts, strict=True):
        for name in change.into:
            seen: set[str] = set()
            while name not in themes and len(into.get(name, ())) == 1 and name not in seen:
                seen.add(name)
                name = into[name][0]
            if name in seen or (name not in themes and name not in into):
                part.fault(f"{change.old!r} became {name!r}, which there is not", nearest(name, themes))


def _complain_of_circles(themes: Sequence[Theme], parts: Mapping[str, Part]) -> None:
    """Note every theme that is, by way of others, its own parent."""
    parents = {theme.key: theme.parent for theme in themes}
    for key in parents:
        above, seen = parents[key], {key}
        while above is not None and above not in seen:
            seen.add(above)
            above = parents.get(above)
        if above == key and parents[key] != key:
            parts[key].fault(f"{key!r} stands under itself, by way of {parents[key]!r}", "give one another parent")
