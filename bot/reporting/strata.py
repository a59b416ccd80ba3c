"""What the mix of channels, queues or languages does to a score: to its change, and to where it stands."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass

from bot.reporting.figures import Compared
from bot.reporting.funnel import Tally
from bot.reporting.pivot import Pivot
from flows.adjusting import Adjusted, adjusted
from flows.disclosure import needed, together
from flows.eligibility import Reason
from flows.filters import UNKNOWN, Filter
from flows.measures import Counts, pooled
from flows.mix import Decomposition, decompose

STRATA = ("channel", "queue", "language", "country", "touchpoint")
"""The dimensions by which a change is taken apart and a score adjusted; by the first where nobody chooses another."""
KNOWN_OF_ALL = ("queue", "country", "touchpoint")
"""Those that say where a contact belongs before anybody is invited; a channel and a language only the invited have."""
PARTIAL = ("series", "theme")
"""Names of a filter by which some answers of a stratum are meant, and nobody knows of which contacts."""


def stratum_of(by: str | None) -> str:
    """The dimension by which to take apart and adjust, where groups are told apart by this one."""
    return by if by in STRATA else STRATA[0]


@dataclass(frozen=True, slots=True)
class Population:
    """Who could have answered, by value of one dimension."""

    dimension: str
    eligible: Mapping[str, int]


def population(contacts: Tally, dimension: str) -> Population:
    """Those invited, and where it is known of them those whom only the sample left out."""
    found: Counter[str] = Counter()
    for (slice, _), n in contacts.items():
        is_invited = slice.mark != "kept_out" and bool(slice.said)
        is_sampled_out = slice.said == Reason.SAMPLED_OUT and dimension in KNOWN_OF_ALL
        if slice.of == "contact" and (is_invited or is_sampled_out):
            found[getattr(slice, dimension) or UNKNOWN] += n
    return Population(dimension, found)


def standardised(pivot: Pivot, people: Population, wanted: Filter) -> Adjusted | None:
    """The score had all of these people answered equally often; None where that cannot be told."""
    if any(wanted.of(name) for name in PARTIAL):
        return None
    answers = {value: halves[1].distribution.banded for value, halves in pivot.groups[people.dimension].items()}
    walk_ins = {value: told.banded for value, told in pivot.walk_ins[people.dimension].items()}
    return adjusted(answers, walk_ins, people.eligible, needed(wanted))


def taken_apart(both: Compared, pivot: Pivot, dimension: str, wanted: Filter) -> Decomposition[tuple[str, ...]] | None:
    """Why the score moved; None where nothing is compared, or there is nothing to tell apart. Groups too small to be
    shown count as one."""
    if not both.movement.difference:
        return None
    answered = {
        value: halves
        for value, halves in pivot.groups[dimension].items()
        if any(half.distribution.n for half in halves)
    }
    counts = [{value: halves[half].distribution.banded for value, halves in answered.items()} for half in (0, 1)]
    parts = together(*({value: of.n for value, of in each.items()} for each in counts), thresholds=needed(wanted))
    if len(parts) < 2:
        return None
    before, now = ({values: _pooled(each, values) for values in parts} for each in counts)
    return decompose(before, now)


def _pooled(counts: Mapping[str, Counts], values: tuple[str, ...]) -> Counts:
    return pooled(counts[value] for value in values)
