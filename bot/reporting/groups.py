"""Groups of answers, each beside its own past: what may be shown of them, and which changes are more than chance."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from bot.reporting.figures import Compared, compared
from bot.reporting.pivot import Halves
from bot.reporting.source import Period
from flows import trends
from flows.disclosure import concealed, needed
from flows.drivers import DISCOVERIES, false_discovery
from flows.filters import UNKNOWN, Filter, query
from flows.movement import among
from flows.scoring import Difference
from storage.slices import Slice

Course = Sequence[tuple[trends.Use, Slice]]
"""On which days a question was answered, and how it had been put."""


@dataclass(frozen=True, slots=True)
class Group:
    """The answers of one channel, language or country, beside its own past and never in a row with others.

    value: `flows.filters.UNKNOWN` where it is not known; query: the filter that means these answers.
    """

    dimension: str
    value: str
    compared: Compared
    query: str


Groups = Mapping[str, tuple[Group, ...]]
"""By dimension, in the order of values."""


def grouped(
    dimension: str,
    values: Mapping[str, Halves],
    periods: tuple[Period, Period],
    course: Course,
    breaks: Sequence[trends.Break],
    wanted: Filter,
) -> tuple[Group, ...]:
    """Every value of the dimension; the small ones, and what is hidden for their sake, without a figure."""
    thresholds = needed(wanted, dimension)
    sizes = [{value: halves[half].distribution.n for value, halves in values.items()} for half in (0, 1)]
    before, now = (concealed(of_period, thresholds=thresholds) for of_period in sizes)
    of_value: dict[str, list[trends.Use]] = defaultdict(list)
    for used, slice in course:
        of_value[getattr(slice, dimension) or UNKNOWN].append(used)
    return tuple(
        Group(
            dimension,
            value,
            compared(
                periods,
                halves,
                trends.concerning(breaks, of_value[value]),
                (value in before, value in now),
                thresholds,
            ),
            query(wanted.among(dimension, value)),
        )
        for value, halves in values.items()
    )


def believed(tables: Iterable[Groups]) -> list[Groups]:
    """The same groups, where a change that is clear by itself is believed only if it still is among all of them.

    Of so many groups one or another seems to move by chance alone (Benjamini and Hochberg 1995). A group that is all of
    its dimension is the whole once more, and stands as the whole does.
    """
    tables = list(tables)
    tested = [found for groups in tables for of in groups.values() for group in of if (found := _tested(group, of))]
    q_values = iter(false_discovery([found.p for found in tested]))

    def told(group: Group, of: Sequence[Group]) -> Group:
        if _tested(group, of) is None:
            return group
        movement = among(group.compared.movement, next(q_values), DISCOVERIES)
        return replace(group, compared=replace(group.compared, movement=movement))

    return [{name: tuple(told(group, of) for group in of) for name, of in groups.items()} for groups in tables]


def _tested(group: Group, of_dimension: Sequence[Group]) -> Difference | None:
    return group.compared.movement.difference if len(of_dimension) > 1 else None
