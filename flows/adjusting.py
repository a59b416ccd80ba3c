"""Where a score would stand had every channel, queue or language answered equally often, under the rules for few."""

from collections.abc import Mapping
from dataclasses import dataclass

from flows.disclosure import SMALL, Standing, Thresholds, together
from flows.measures import Counts, pooled
from flows.weighting import Weighted, adjusted_to_mix


@dataclass(frozen=True, slots=True)
class Stratum:
    """One channel, queue or language; or several, where each has too few answers to count for itself.

    eligible: who could have answered; weight: what each answer counts for where 1 is the mean, None without answers.
    """

    values: tuple[str, ...]
    eligible: int
    answers: int
    weight: float | None


@dataclass(frozen=True, slots=True)
class Adjusted:
    """A score adjusted to who was eligible. standing: by its effective n; left_out: answers that it leaves out, of
    those who came by themselves and from where nobody was eligible."""

    weighted: Weighted
    standing: Standing
    strata: tuple[Stratum, ...]
    left_out: int


def adjusted(
    answers: Mapping[str, Counts],
    walk_ins: Mapping[str, Counts],
    eligible: Mapping[str, int],
    thresholds: Thresholds = SMALL,
) -> Adjusted | None:
    """Post-stratified to the eligible, as `flows.weighting.adjusted_to_mix` does; None where that may not be shown, or
    fewer than two strata have answers: there is nothing to adjust then.

    answers: all of a stratum, walk_ins: of these, by whoever came by themselves. Strata too small to be shown count as
    one: their scores cannot be told from the result, and no single answer weighs for a whole queue.
    """
    invited = {value: counts - walk_ins[value] if value in walk_ins else counts for value, counts in answers.items()}
    known = {value: counts for value, counts in invited.items() if counts.n and eligible.get(value)}
    groups = together({value: counts.n for value, counts in known.items()}, thresholds=thresholds)
    if len(groups) < 2:
        return None
    counted = {values: pooled(known[value] for value in values) for values in groups}
    population = {values: sum(eligible[value] for value in values) for values in groups}
    population |= {(value,): n for value, n in eligible.items() if n and value not in known}
    found = adjusted_to_mix(counted, population)
    mean = sum(population[values] for values in groups) / found.score.n
    strata = tuple(
        Stratum(values, n, counted[values].n, n / counted[values].n / mean)
        if values in counted
        else Stratum(values, n, 0, None)
        for values, n in sorted(population.items(), key=lambda each: (len(each[0]) > 1, each[0]))
    )
    # Weights never take more than all but the answers of the smallest stratum, which may be shown.
    standing = thresholds.standing(round(found.effective_n))
    return Adjusted(found, standing, strata, sum(each.n for each in answers.values()) - found.score.n)
