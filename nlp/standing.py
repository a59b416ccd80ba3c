"""What stands of a reading: what is denied is turned, general themes yield, and words of feeling are weighed."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from nlp.reading import Reading, Told
from nlp.theme import Rest, Theme

_TURNED = {"positive": "negative", "negative": "positive"}
_SIGNS = {"positive": 1.0, "negative": -1.0}
_STRONGER, _WEAKER, _TOO_MUCH = 2.0, 0.5, -2.0


@dataclass(frozen=True, slots=True)
class Hit:
    """Words that speak of a theme. start, end: places of words; words: how many of them the seed asked for.

    feeling: positive or negative, as the words tell by themselves, or empty if they do not.
    """

    theme: str
    start: int
    end: int
    words: int
    feeling: str


@dataclass(frozen=True, slots=True)
class Feeling:
    """A word of feeling, in its place. value: above 0 if it feels good, below 0 if it feels bad."""

    place: int
    value: float


def standing(reading: Reading, themes: Mapping[str, Theme]) -> tuple[list[Hit], list[Feeling]]:
    """The themes that a reading speaks of, and what else in it tells of feeling."""
    before = {name: {m.end for m in reading.roles if m.sense.name == name} for name in ("stronger", "weaker", "excess")}
    hits = _apart([_turned(told, themes, before["excess"]) for told in reading.hits])
    feelings = [Feeling(told.match.start, _value(told, before)) for told in reading.feelings]
    part = reading.clauses.part
    specific = {part[hit.start] for hit in hits if themes[hit.theme].yields is None}
    spoken = {hit.theme for hit in hits}
    kept = []
    for hit in hits:
        match themes[hit.theme].yields:
            case Rest.CLAUSE if part[hit.start] in specific:
                feelings.append(Feeling(hit.start, _SIGNS.get(hit.feeling, 0.0)))
            case Rest.VERBATIM if spoken != {hit.theme}:
                pass
            case _:
                kept.append(hit)
    return kept, sorted(feelings, key=lambda feeling: feeling.place)


def _turned(told: Told, themes: Mapping[str, Theme], excess: set[int]) -> Hit:
    """The hit as it is meant: a theme that is denied is felt the other way, or is its opposite."""
    match = told.match
    theme = themes[match.sense.name]
    feeling = match.sense.feeling
    if told.is_denied:
        feeling = _TURNED.get(feeling or str(theme.feeling or "positive"), "")
        theme = themes[theme.opposite] if theme.opposite else theme
    elif feeling == "positive" and (told.is_wished or match.start in excess):
        feeling = "negative"
    return Hit(theme.key, match.start, match.end, len(match.places), feeling)


def _apart(hits: Sequence[Hit]) -> list[Hit]:
    """The hits, and of those for one theme that overlap only the one that was asked for with most words."""
    kept: list[Hit] = []
    taken: dict[str, set[int]] = {}
    for hit in sorted(hits, key=lambda hit: (-hit.words, hit.feeling == "", hit.start)):
        own = range(hit.start, hit.end)
        if taken.setdefault(hit.theme, set()).isdisjoint(own):
            taken[hit.theme].update(own)
            kept.append(hit)
    return sorted(kept, key=lambda hit: (hit.start, hit.end, hit.theme))


def _value(told: Told, before: Mapping[str, set[int]]) -> float:
    start = told.match.start
    if start in before["excess"]:
        return _TOO_MUCH
    value = 1.0 if (told.match.sense.name == "good") is not told.is_denied else -1.0
    if told.is_wished:
        value = -abs(value)
    return value * (_STRONGER if start in before["stronger"] else 1) * (_WEAKER if start in before["weaker"] else 1)
