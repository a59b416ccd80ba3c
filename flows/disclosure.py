"""What may be shown of few answers: nothing below one number, and with a warning below another."""

from collections.abc import Callable, Hashable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import TypeVar

from flows.filters import Filter

Cell = TypeVar("Cell", bound=Hashable)


class Standing(StrEnum):
    """How much a figure can bear."""

    SUPPRESSED = "suppressed"
    """Too few: the number of answers is shown and nothing else."""
    INDICATIVE = "indicative"
    """Shown with the warning that it rests on few answers."""
    SOUND = "sound"


@dataclass(frozen=True, slots=True)
class Thresholds:
    """suppressed_below, indicative_below: numbers of answers. Raises ValueError where they are out of order."""

    suppressed_below: int = 10
    indicative_below: int = 30

    def __post_init__(self) -> None:
        if not 1 <= self.suppressed_below <= self.indicative_below:
            raise ValueError(f"suppressed below {self.suppressed_below}, indicative below {self.indicative_below}")

    def standing(self, n: int) -> Standing:
        """How much a figure from so many answers can bear."""
        if n < self.suppressed_below:
            return Standing.SUPPRESSED
        return Standing.INDICATIVE if n < self.indicative_below else Standing.SOUND


SMALL = Thresholds()
"""The numbers that apply unless an operator sets others."""
OF_PEOPLE = Thresholds(30, 30)
"""For figures of one agent or a few."""


def needed(wanted: Filter, dimension: str | None = None) -> Thresholds:
    """How many answers a figure needs under this filter; or a group by that dimension does, where one is given."""
    return OF_PEOPLE if wanted.agent or dimension == "agent" else SMALL


def concealed(sizes: Mapping[Cell, int], thresholds: Thresholds = SMALL) -> frozenset[Cell]:
    """The cells of a breakdown whose figures are not shown: the small ones, and another that is itself of few answers
    where one could be told from the total without it (complementary suppression).

    sizes: answers in each cell. A cell of enough answers is always shown, also where the total then tells of a small
    one: hiding it would keep nothing from whoever can ask for it alone. Empty cells have nothing to hide.
    """
    return _withheld(sizes, thresholds, lambda n: thresholds.standing(n) is not Standing.SOUND)


def together(*sizes: Mapping[Cell, int], thresholds: Thresholds = SMALL) -> list[tuple[Cell, ...]]:
    """Every cell of these breakdowns of the same kind, such as two periods: alone, or where it is small in one of them,
    in a group with all others of which that is so and with as many of the next smallest as it takes. Of the group
    nothing can be told that the totals do not tell.
    """
    cells = list(dict.fromkeys(cell for each in sizes for cell in each))
    pooled = frozenset[Cell]().union(*(_withheld(each, thresholds, lambda _: True) for each in sizes))
    groups: list[tuple[Cell, ...]] = [(cell,) for cell in cells if cell not in pooled]
    return [*groups, tuple(cell for cell in cells if cell in pooled)] if pooled else groups


def _withheld(sizes: Mapping[Cell, int], thresholds: Thresholds, joins: Callable[[int], bool]) -> frozenset[Cell]:
    """The small cells, and the next smallest of those that join them, until what is withheld is of two cells at least
    and of as many answers as may be shown."""
    by_size = sorted((cell for cell, n in sizes.items() if n), key=lambda cell: sizes[cell])
    withheld = {cell for cell in by_size if thresholds.standing(sizes[cell]) is Standing.SUPPRESSED}
    for cell in by_size[len(withheld) :] if withheld else ():
        is_enough = thresholds.standing(sum(sizes[each] for each in withheld)) is not Standing.SUPPRESSED
        if (len(withheld) > 1 and is_enough) or not joins(sizes[cell]):
            break
        withheld.add(cell)
    return frozenset(withheld)
