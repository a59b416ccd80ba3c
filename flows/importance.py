"""How much of the differences between scores each theme accounts for where themes come together in one comment."""

from collections.abc import Collection, Mapping
from itertools import combinations
from math import comb

import numpy as np

from flows.estimates import NothingCountedError
from flows.measures import Counts
from flows.scoring import net, variance

MOST = 10
"""Themes at once; every combination of them is looked at, and there are 2^10."""


def importance(
    everybody: Counts, scored: Mapping[str, Counts], together: Mapping[frozenset[str], int]
) -> Mapping[str, float]:
    """The part of the variance of answers counted as 1, 0 and -1 that each theme explains, from 0 to 1.

    Parts add up to the R^2 of the linear regression on all themes and do not depend on their order (Lindeman, Merenda
    and Gold 1980; the Shapley value of R^2). They say how much and not which way: that is the sign of the gap.
    scored: the answers of those who speak of a theme; together: how many speak of both of a pair, 0 where it is not
    named. Raises ValueError for more than `MOST` themes, IncomparableError where measures differ, and
    NothingCountedError where nobody commented.
    """
    if len(scored) > MOST:
        raise ValueError(f"of at most {MOST} themes at once can it be told what each explains, not of {len(scored)}")
    if not everybody.n:
        raise NothingCountedError("there is no comment to explain")
    subsets = [frozenset(each) for size in range(len(scored) + 1) for each in combinations(scored, size)]
    return shapley(scored, {subset: _explained(everybody, scored, together, subset) for subset in subsets})


def shapley(players: Collection[str], worth: Mapping[frozenset[str], float]) -> Mapping[str, float]:
    """Each one's mean gain over all orders in which they can join. worth: of every subset, the empty one included."""
    others = len(players) - 1
    return {
        player: sum(
            (value - worth[subset - {player}]) / (len(players) * comb(others, len(subset) - 1))
            for subset, value in worth.items()
            if player in subset
        )
        for player in players
    }


def _explained(
    everybody: Counts, scored: Mapping[str, Counts], together: Mapping[frozenset[str], int], themes: Collection[str]
) -> float:
    """R^2 of the regression of answers on whether they speak of these themes, from their covariances."""
    spread, known = (
        variance(everybody),
        [theme for theme in themes if (everybody - scored[theme]).n and scored[theme].n],
    )
    if not spread or not known:
        return 0.0
    part = {theme: scored[theme].n / everybody.n for theme in known}
    with_score = np.array([part[theme] * (net(scored[theme]) - net(everybody)) / 100 for theme in known])
    with_others = np.array(
        [
            [(part[one] if one == other else together.get(frozenset({one, other}), 0) / everybody.n) for other in known]
            for one in known
        ]
    ) - np.outer(list(part.values()), list(part.values()))
    # Two themes that always come together leave it open which of them explains; least squares share it out.
    slopes = np.linalg.lstsq(with_others, with_score, rcond=None)[0]
    return float(with_score @ slopes) / spread
