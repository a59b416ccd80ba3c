"""Reads a verbatim in one language: what it speaks of, what of that is denied, and which words tell of feeling."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from nlp import scope, seeds
from nlp.automaton import Sense
from nlp.matcher import Match, Matcher
from nlp.theme import CodeFrame
from nlp.words import ROLES, Words

_ENDS, _PAUSES = 2, 1
_SIGNS = dict.fromkeys(".!?;:()[]…¡¿\n", _ENDS) | dict.fromkeys(",–—•|", _PAUSES)
_LONGEST_WHOLE = 10


@dataclass(frozen=True, slots=True)
class Told:
    """A phrase that was met, whether it is denied, and whether it is only wished for."""

    match: Match
    is_denied: bool
    is_wished: bool


@dataclass(frozen=True, slots=True)
class Reading:
    """What a verbatim holds. The places of phrases are those of words; tokens: of each word the place of its token."""

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
        hits = _longest([match for match in found if match.sense.is_theme])
        roles = _longest([match for match in found if not match.sense.is_theme])
        if not places:
            places = _first_sign(tokens)
            breaks = [0] * len(places)
            hits = self._matcher.find_nothing() if places else []
        elif len(places) <= _LONGEST_WHOLE:
            hits = _longest(self._matcher.find_whole(read)) or hits
        return self._weigh(places, scope.divide(breaks, roles), hits, roles)

    def _weigh(
        self, places: Sequence[int], clauses: scope.Clauses, hits: Sequence[Match], roles: Sequence[Match]
    ) -> Reading:
        """The reading, once it is known what of all this is denied or wished for."""
        spoken = {place for match in hits for place in match.places if match.sense.feeling}
        feelings = [m for m in roles if m.sense.name in ("good", "bad") and spoken.isdisjoint(m.places)]
        targets = _without_degrees(sorted([*hits, *feelings], key=_place), roles)
        denied = scope.denials(roles, targets, clauses, self._language.is_trailing, self._language.is_agreeing)
        wished = scope.wishes(roles, targets, clauses)
        told = [Told(*one) for one in zip(targets, denied, wished, strict=True)]
        return Reading(
            places,
            clauses,
            [one for one in told if one.match.sense.is_theme],
            [one for one in told if not one.match.sense.is_theme],
            roles,
        )


def _themes(frame: CodeFrame, language: Words) -> Iterator[tuple[seeds.Pattern, Sense]]:
    """The seeds of every theme. One that is spelt out goes before one with a choice, and an earlier theme's first."""
    for number, theme in enumerate(frame.themes):
        felt = theme.felt.get(language.language, {})
        for seed in theme.seeds.get(language.language, ()):
            pattern = seeds.parse(seed, language.fold)
            rank = number + (not pattern.is_spelt_out) * len(frame.themes)
            yield pattern, Sense(theme.key, True, rank, str(felt.get(seed, "")))


def _roles(language: Words) -> Iterator[tuple[seeds.Pattern, Sense]]:
    for role in ROLES:
        for phrase in language.roles[role]:
            yield seeds.parse(phrase, language.fold), Sense(role, False, 0)


def _words(tokens: Sequence[str], spaced: Sequence[bool]) -> tuple[list[int], list[int]]:
    """The places of the tokens that are words, and before each of them how the text pauses."""
    places: list[int] = []
    breaks: list[int] = []
    pause = 0
    for place, sign in enumerate(tokens):
        if seeds.is_word(sign):
            places.append(place)
            breaks.append(pause)
            pause = 0
        elif sign == "-" and (spaced[place] or (place and spaced[place - 1])):
            pause = max(pause, _PAUSES)
        elif sign[0] in _SIGNS:
            pause = max(pause, _SIGNS[sign[0]])
    return places, breaks


def _first_sign(tokens: Sequence[str]) -> list[int]:
    return [place for place, sign in enumerate(tokens) if not sign.isspace()][:1]


def _stops(breaks: Sequence[int]) -> list[int]:
    """For each word the place of the first one that a pause parts from it."""
    stops = [len(breaks)] * len(breaks)
    for place in range(len(breaks) - 1, 0, -1):
        stops[place - 1] = place if breaks[place] else stops[place]
    return stops


def _without_degrees(targets: Sequence[Match], roles: Sequence[Match]) -> list[Match]:
    """Without what only tells how much of the next, as `super` does in `super slow`."""
    degrees = {match.places for match in roles if match.sense.name == "stronger"}
    starts = {match.start for match in targets}
    return [match for match in targets if match.places not in degrees or match.end not in starts]


def _longest(matches: list[Match]) -> list[Match]:
    """Those that no longer phrase speaks for, and of several for the same words the one that knows best."""
    if len(matches) < 2:
        return matches
    kept: list[Match] = []
    around: dict[int, list[Match]] = {}
    for match in sorted(matches, key=_knowing):
        if not any(_speaks_for(other, match) for other in around.get(match.start, ())):
            kept.append(match)
            for place in match.places:
                around.setdefault(place, []).append(match)
    return kept


def _speaks_for(longer: Match, match: Match) -> bool:
    """Whether a phrase makes another one, for the same words or some of them, superfluous."""
    is_same = match.sense.name == longer.sense.name
    if match.places == longer.places:
        return is_same or match.sense.is_theme
    kept = longer.places if is_same or not longer.free else set(longer.places) - set(longer.free)
    return all(place in kept for place in match.places)


def _knowing(match: Match) -> tuple[int, int, int, tuple[int, ...], str]:
    places, weight, sense, _ = match
    return -len(places), -weight, sense.rank, places, sense.name


def _place(match: Match) -> tuple[tuple[int, ...], int, str]:
    return match.places, match.sense.rank, match.sense.name
