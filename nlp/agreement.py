"""Measures how far people who coded the same verbatims agree with each other, beyond what chance would give.

Krippendorff's alpha, as in K. Krippendorff, "Computing Krippendorff's Alpha-Reliability" (2011): one minus the observed
disagreement over the disagreement that would be expected if values were dealt out at random. 1 is perfect, 0 is chance,
below 0 is worse than chance; from 0.667 on tentative conclusions may be drawn, from 0.8 on firm ones.
"""

from collections import Counter
from collections.abc import Callable, Collection, Hashable, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from typing import TypeVar

Value = TypeVar("Value", bound=Hashable)


@dataclass(frozen=True, slots=True)
class Coding:
    """All the themes that one person gave one verbatim."""

    verbatim: str
    coder: str
    themes: frozenset[str]


@dataclass(frozen=True, slots=True)
class Agreement:
    """How far the coders of the same verbatims agree.

    verbatims: how many were coded by two or more; themes: alpha of each theme, nominal; sets: alpha of the sets of
    themes by MASI distance; None wherever all gave the same to everything, so that nothing can be said of chance;
    conflicts: the verbatims that were not coded alike, those furthest apart first.
    """

    verbatims: int
    themes: Mapping[str, float | None]
    sets: float | None
    conflicts: tuple[str, ...]


def agree(codings: Collection[Coding], themes: Sequence[str]) -> Agreement:
    """The agreement over all verbatims that two or more people coded; of twice the same person the last counts."""
    coded: dict[str, dict[str, frozenset[str]]] = {}
    for coding in codings:
        coded.setdefault(coding.verbatim, {})[coding.coder] = coding.themes
    units = {verbatim: list(given.values()) for verbatim, given in coded.items() if len(given) > 1}
    per_theme = {theme: alpha([[theme in given for given in unit] for unit in units.values()]) for theme in themes}
    apart = {verbatim: max(masi(one, other) for one in unit for other in unit) for verbatim, unit in units.items()}
    conflicts = sorted((verbatim for verbatim in apart if apart[verbatim] > 0), key=lambda v: (-apart[v], v))
    return Agreement(len(units), per_theme, alpha(list(units.values()), masi), tuple(conflicts))


def differs(one: Hashable, other: Hashable) -> float:
    """The nominal distance: 0 for the same value, 1 for any other."""
    return 0.0 if one == other else 1.0


def masi(one: AbstractSet[str], other: AbstractSet[str]) -> float:
    """The distance between two sets, from 0 for the same set to 1 for sets with nothing in common.

    One minus Jaccard's overlap times 1 for equal sets, 2/3 where one holds the other, 1/3 where each has something of
    its own (R. Passonneau, "Measuring Agreement on Set-valued Items", 2006). Two empty sets are the same set.
    """
    if one == other:
        return 0.0
    likeness = 2 / 3 if one < other or other < one else 1 / 3
    return 1 - likeness * len(one & other) / len(one | other)


def alpha(units: Sequence[Sequence[Value]], distance: Callable[[Value, Value], float] = differs) -> float | None:
    """Krippendorff's alpha over units, each with the values that coders gave it; who gave which makes no difference.

    Units with fewer than two values are left out. None where no two values differ, or there are none.
    """
    paired = [Counter(unit) for unit in units if len(unit) > 1]
    all_values: Counter[Value] = Counter()
    for unit in paired:
        all_values.update(unit)
    total = all_values.total()
    expected = _apart(all_values, distance)
    if not expected:
        return None
    observed = sum(_apart(unit, distance) / (unit.total() - 1) for unit in paired)
    return 1 - (total - 1) * observed / expected


def _apart(values: Counter[Value], distance: Callable[[Value, Value], float]) -> float:
    """The distances over all ordered pairs of values."""
    return sum(
        count * (others - (one == other)) * distance(one, other)
        for one, count in values.items()
        for other, others in values.items()
    )
