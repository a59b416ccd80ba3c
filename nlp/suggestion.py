"""Suggests which verbatims to code next."""

import heapq
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum

from nlp.coding import fraction, is_locked

UNCERTAIN_SHARE, RANDOM_SHARE = 0.5, 0.25
"""Which share of the suggestions is uncertain and which is random; the rest are disagreements."""

SURE = 0.9
"""From this probability on, or up to one less it, a model that contradicts a person is worth a second look."""


class Why(StrEnum):
    """Why a verbatim is worth coding."""

    UNCERTAIN = "uncertain"
    RANDOM = "random"
    DISAGREEMENT = "disagreement"


@dataclass(frozen=True, slots=True)
class Candidate:
    """A verbatim that may be coded, or looked at again.

    rules: the themes its seeds speak of; likely: the probability of each theme, for one that was coded from a model
    that did not learn from it; known: what people said of it, empty where nobody coded it yet.
    """

    id: str
    rules: frozenset[str] = frozenset()
    likely: Mapping[str, float] = field(default_factory=dict)
    known: Mapping[str, bool] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Pick:
    """A verbatim to code. theme: the one in question, None where it was drawn at random."""

    id: str
    why: Why
    theme: str | None = None


def to_code(
    candidates: Collection[Candidate],
    count: int,
    borders: Mapping[str, float],
    coded: Mapping[str, int],
) -> tuple[Pick, ...]:
    """Up to `count` verbatims, those worth most first within each kind; the same for the same candidates.

    Half are those a model is least sure of, theme by theme, themes seldom coded first; a quarter are drawn at random,
    from the verbatims kept for measuring as long as there are any; a quarter are those where rules and model, or a
    person and the model, contradict each other. Where one kind runs out, random ones take its place. Verbatims kept
    for measuring are only ever drawn at random, and never twice.

    borders: the probability from which on each theme is tagged; coded: how many verbatims people gave each theme.
    """
    uncertain_count, random_count = int(count * UNCERTAIN_SHARE), int(count * RANDOM_SHARE)
    open_ones = [one for one in candidates if not is_locked(one.id)]
    picks: dict[str, Pick] = {}
    _take(picks, _contradicting(open_ones, borders), count - uncertain_count - random_count)
    _take(picks, _uncertain(open_ones, borders, coded), uncertain_count)
    _take(picks, _random(candidates), count - len(picks))
    return tuple(picks.values())


def _take(picks: dict[str, Pick], more: Iterator[Pick], count: int) -> None:
    """Adds so many of the verbatims that are not there yet."""
    most = len(picks) + count
    while len(picks) < most and (pick := next(more, None)):
        picks.setdefault(pick.id, pick)


def _contradicting(candidates: Sequence[Candidate], borders: Mapping[str, float]) -> Iterator[Pick]:
    """Where the model contradicts a person or the rules, the surest contradiction first."""
    found = []
    for one in candidates:
        for theme, probability in one.likely.items():
            said = one.known.get(theme) if one.known else theme in one.rules
            if said is None:
                continue
            against = 1 - probability if said else probability
            is_contradicted = against >= SURE if one.known else said != (probability >= borders.get(theme, 0.5))
            if is_contradicted:
                found.append((-against, one.id, theme))
    return (Pick(verbatim, Why.DISAGREEMENT, theme) for _, verbatim, theme in sorted(found))


def _uncertain(
    candidates: Sequence[Candidate], borders: Mapping[str, float], coded: Mapping[str, int]
) -> Iterator[Pick]:
    """For each theme in turn, the one coded least first, the verbatim nearest to its border."""
    queues: dict[str, list[tuple[float, str]]] = {}
    for one in candidates:
        for theme, probability in one.likely.items() if not one.known else ():
            queues.setdefault(theme, []).append((abs(probability - borders.get(theme, 0.5)), one.id))
    order = sorted(queues, key=lambda theme: (coded.get(theme, 0), theme))
    for queue in queues.values():
        heapq.heapify(queue)
    while any(queues.values()):
        for theme in order:
            if queues[theme]:
                yield Pick(heapq.heappop(queues[theme])[1], Why.UNCERTAIN, theme)


def _random(candidates: Collection[Candidate]) -> Iterator[Pick]:
    """In an order that has to do with nothing but the ids, those kept for measuring first."""
    order = sorted((not is_locked(one.id), fraction(f"random:{one.id}"), one.id) for one in candidates if not one.known)
    return (Pick(verbatim, Why.RANDOM) for _, _, verbatim in order)
