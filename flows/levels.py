"""Where the level of a process has changed: the stretches of periods within which a score stood still."""

from collections.abc import Sequence

import numpy as np

from flows.estimates import LEVEL
from flows.measures import Counts, pooled
from flows.quantiles import normal
from flows.scoring import net, variance

LASTING = 3
"""Periods it takes for a level to be one, rather than a single day or week that stands out."""
ANSWERS = 50
"""Answers it takes, too."""


def levels(periods: Sequence[Counts], level: float = LEVEL) -> tuple[int, ...]:
    """Where each level begins, counted from 0, which is the first; that one alone where nothing has changed.

    Optimal partitioning (Jackson 2005, IEEE Signal Processing Letters 12), which PELT prunes: of all ways to divide the
    periods it takes the one that leaves the least noise, where every change has to explain more than chance does at any
    of the places where it could be (Bonferroni's correction). A search finds a place and not a cause. level: how often,
    at least, nothing is found in a process that stands still. Raises IncomparableError where measures differ, and
    NothingCountedError where nobody has answered in a period.
    """
    whole = pooled(periods)
    centre, spread = net(whole) / 100, variance(whole)
    if len(periods) < 2 * LASTING or not spread:
        return (0,)
    # Neighbouring places share most of their answers, so that half of them stand for all: found by simulation.
    price = spread * normal(1 - 2 * (1 - level) / (len(periods) - 1)) ** 2
    n = np.array([each.n for each in periods])
    # No period counts as further off than its noise: one that stands out is told by its chart, and is no level.
    reach = 3 * np.sqrt(spread / n)
    scores = np.clip([net(each) / 100 for each in periods], centre - reach, centre + reach)
    answers, balance = np.cumsum([0, *n]), np.cumsum([0, *n * scores])
    # By how many periods there are so far: what the best way to divide them explains, and where its last level begins.
    explained, begins = np.zeros(len(periods) + 1), [0]
    for end in range(1, len(periods) + 1):
        starts = np.array([0, *range(LASTING, end - LASTING + 1)])
        of_level = answers[end] - answers[starts]
        told = explained[starts] + (balance[end] - balance[starts]) ** 2 / of_level - price * (starts > 0)
        told[(np.minimum(of_level, answers[starts]) < ANSWERS) & (starts > 0)] = -np.inf
        best = int(np.argmax(told))
        explained[end] = told[best]
        begins.append(int(starts[best]))
    found = [begins[-1]]
    while found[-1]:
        found.append(begins[found[-1]])
    return tuple(reversed(found))
