"""What may be shown of few answers: nothing below one number, with a warning below another, and no way round it."""

from collections.abc import Collection, Hashable, Mapping
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


def concealed(
    sizes: Mapping[Cell, int], totals: Collection[Collection[Cell]] = (), thresholds: Thresholds = SMALL
) -> frozenset[Cell]:
    """The cells of a breakdown whose figures must not be shown: the small ones, and enough others to hide them.

    sizes: answers in each cell; totals: the groups of cells of which a figure for the whole is shown as well, such as
    the rows and the columns of a table; without any, all cells together. What remains of a total once the cells shown
    are taken away must be of two cells at least and of as many answers as may be shown (complementary suppression).
    Empty cells have nothing to hide and hide nothing.
    """
    filled = {cell: n for cell, n in sizes.items() if n}
    hidden = {cell for cell, n in filled.items() if thresholds.standing(n) is Standing.SUPPRESSED}
    groups = [[cell for cell in group if cell in filled] for group in totals or [list(filled)]]
    # Hiding a cell for the sake of one total can betray it in another, so this goes on until none asks for more.
    while more := {cell for group in groups for cell in _also(group, hidden, filled, thresholds)}:
        hidden |= more
    return frozenset(hidden)


def together(*sizes: Mapping[Cell, int], thresholds: Thresholds = SMALL) -> list[tuple[Cell, ...]]:
    """Every cell of these breakdowns of the same kind, such as two periods: alone, or where its figures must not be
    shown in one of them, in a group with all others of which that is so. Of the group nothing can be told that the
    totals do not tell.
    """
    cells = list(dict.fromkeys(cell for each in sizes for cell in each))
    hidden = frozenset[Cell]().union(*(concealed(each, thresholds=thresholds) for each in sizes))
    groups: list[tuple[Cell, ...]] = [(cell,) for cell in cells if cell not in hidden]
    return [*groups, tuple(cell for cell in cells if cell in hidden)] if hidden else groups


def _also(
    group: Collection[Cell], hidden: Collection[Cell], sizes: Mapping[Cell, int], thresholds: Thresholds
) -> Collection[Cell]:
    """The next smallest cell of the group, where the hidden ones could be told from the total."""
    inside = [cell for cell in group if cell in hidden]
    shown = [cell for cell in group if cell not in hidden]
    safe = len(inside) > 1 and thresholds.standing(sum(sizes[cell] for cell in inside)) is not Standing.SUPPRESSED
    if not inside or safe or not shown:
        return ()
    return (min(shown, key=lambda cell: sizes[cell]),)
