"""Reads a verbatim in one language: the phrases it holds, its clauses, and what of it is denied."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from nlp import scope, seeds
from nlp.matcher import Match, Matcher, Sense
from nlp.theme import CodeFrame
from nlp.words import ROLES, Words

_ENDS, _PAUSES = 2, 1
_SIGNS = dict.fromkeys(".!?;:()[]…¡¿\n", _ENDS) | dict.fromkeys(",–—•|", _PAUSES)
_LONGEST_WHOLE = 10


@dataclass(frozen=True, slots=True)
class Told:
    """A phrase that was met, and whether it is denied."""

    match: Match
    is_denied: bool


@dataclass(frozen=True, slots=True)
class Reading:
    """What a verbatim holds. tokens: of each word the place of its token; of phrases the places are those of words."""

    tokens: Sequence[int]
    clauses: scope.Clauses
    hits: Sequence[Told]
    feelings: Sequence[Told]
    roles: Sequence[Match]


class Reader:
    """Reads verbatims in one language by the seeds of a code frame."""

    def __init__(self, frame: CodeFrame, language: Words) -> None:
        self._language = language
        self._matcher = Matcher(language, [*_themes(frame, language), *_roles(language)])

    def read(self, tokens: Sequence[str], spaced: Sequence[bool]) -> Reading:
        """The reading of a text that was split into these tokens. spaced: of each, whether a space follows it."""
        places, breaks = _words(tokens, spaced)
        read = [self._matcher.vocabulary.read(tokens[place]) for place in places]
        found = self._matcher.find(read, _stops(breaks))
        roles = _longest([match for match in found if not match.sense.is_theme])
        hits = _longest([match for match in found if match.sense.is_theme])
        if not places:
            signs = [place for place, token in enumerate(tokens) if not token.isspace()]
            places, breaks, hits = signs[:1], [0] * len(signs[:1]), self._matcher.find_nothing() if signs else []
        elif len(places) <= _LONGEST_WHOLE:
            hits = _longest(self._matcher.find_whole(read)) or hits
        clauses = scope.divide(breaks, roles)
        spoken = {place for match in hits for place in match.places}
        feelings = [m for m in roles if m.sense.name in ("good", "bad") and spoken.isdisjoint(m.places)]
        targets = sorted([*hits, *feelings], key=lambda match: match.places)
        denied = scope.denials(roles, targets, clauses, self._language.is_trailing, self._language.is_agreeing)
        told = [Told(match, is_denied) for match, is_denied in zip(targets, denied, strict=True)]
        return Reading(
            places,
            clauses,
            [one for one in told if one.match.sense.is_theme],
            [one for one in told if not one.match.sense.is_theme],
            roles,
        )


def _themes(frame: CodeFrame, language: Words) -> Iterator[tuple[seeds.Pattern, Sense]]:
    for theme in frame.themes:
        felt = theme.felt.get(language.language, {})
        for seed in theme.seeds.get(language.language, ()):
            for pattern in seeds.patterns(seed, language.fold):
                yield pattern, Sense(theme.key, True, pattern.weight, str(felt.get(seed, "")))


def _roles(language: Words) -> Iterator[tuple[seeds.Pattern, Sense]]:
    for role in ROLES:
        for phrase in language.roles[role]:
            for pattern in seeds.patterns(phrase, language.fold):
                yield pattern, Sense(role, False, pattern.weight)


def _words(tokens: Sequence[str], spaced: Sequence[bool]) -> tuple[list[int], list[int]]:
    """The places of the tokens that are words, and before each of them how the text pauses."""
    places: list[int] = []
    breaks: list[int] = []
    pause = 0
    for place, token in enumerate(tokens):
        if seeds.is_word(token):
            places.append(place)
            breaks.append(pause)
            pause = 0
        elif token == "-" and place and spaced[place - 1]:
            pause = max(pause, _PAUSES)
        elif token[0] in _SIGNS:
            pause = max(pause, _SIGNS[token[0]])
    return places, breaks


def _stops(breaks: Sequence[int]) -> list[int]:
    """For each word the place of the first one that a pause parts from it."""
    stops = [len(breaks)] * len(breaks)
    for place in range(len(breaks) - 1, 0, -1):
        stops[place - 1] = place if breaks[place] else stops[place]
    return stops


def _longest(matches: Iterable[Match]) -> list[Match]:
    """Those that no longer phrase holds, and of two for the same words the one that asks for more letters."""
    kept: list[Match] = []
    for match in sorted(matches, key=lambda match: (-len(match.places), -match.sense.weight, match)):
        own = set(match.places)
        if not any(
            own < set(other.places)
            or (match.places == other.places and (match.sense.weight < other.sense.weight or match == other))
            for other in kept
        ):
            kept.append(match)
    return sorted(kept)
