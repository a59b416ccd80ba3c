"""What can be taken away: answers, a row for every survey, and verbatims, a row for every theme of each."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum

from bot.reporting.answers import answer_columns
from bot.reporting.source import Source
from bot.reporting.verbatims import VERBATIMS, verbatim_rows
from bot.reporting.walk import Surveyed, Walk
from bot.reporting.writers import Cell, Column, Table
from flows.filters import Filter
from flows.narrowing import EVERYTHING, Narrowing
from storage.encryption import Keys
from storage.places import Place
from storage.responses import BEGINNING

Rows = Callable[[Surveyed], Iterable[Sequence[Cell]]]


class What(StrEnum):
    """What a row is: a whole survey, or one theme of a verbatim."""

    ANSWERS = "answers"
    VERBATIMS = "verbatims"


@dataclass(frozen=True, slots=True)
class Export:
    """Rows that can be read once, twice or page by page."""

    columns: tuple[Column, ...]
    rows: Rows
    walk: Walk
    what: What

    @property
    def surveys(self) -> int:
        """How many surveys the rows are of."""
        return self.walk.count(commented=self.what is What.VERBATIMS)

    def table(self, step: Callable[[int], object] = lambda _: None) -> Table:
        """Everything, in constant memory. step: called with how many surveys have been read after each page of them;
        what it raises ends the reading."""
        return Table(self.columns, self._all(step))

    def page(self, after: Place, most: int) -> tuple[list[Sequence[Cell]], Place | None]:
        """The rows of so many surveys behind that place, and where to go on; None at the end."""
        found = next(self._pages(after, most + 1), [])
        shown = found[:most]
        return [row for each in shown for row in self.rows(each)], shown[-1].place if len(found) > most else None

    def _all(self, step: Callable[[int], object]) -> Iterator[Sequence[Cell]]:
        for page in self._pages(BEGINNING, 1000):
            for each in page:
                yield from self.rows(each)
            step(len(page))

    def _pages(self, after: Place, batch: int) -> Iterator[list[Surveyed]]:
        return self.walk.pages(commented=self.what is What.VERBATIMS, after=after, batch=batch)


def export(
    source: Source,
    keys: Keys,
    what: What,
    wanted: Filter,
    narrowing: Narrowing = EVERYTHING,
    *,
    is_masked: bool = True,
    has_phones: bool = False,
) -> Export:
    """What the filter and the narrowing mean, ready to be written: of verbatims those meant, of answers the surveys in
    which one of them was said.

    is_masked: whether a word in brackets stands for whatever in a verbatim tells who somebody is; has_phones: whether
    there is a column with the respondent's number. Raises DefinitionError where the code frame cannot be read.
    """
    walk = Walk(source, keys, source.frame(), wanted, narrowing, is_masked, has_phones)
    columns, rows = (VERBATIMS, verbatim_rows(source, walk.frame)) if what is What.VERBATIMS else answer_columns(source)
    if has_phones:
        return Export((*columns, PHONE), lambda one: [(*row, one.own) for row in rows(one)], walk, what)
    return Export(columns, rows, walk, what)


PHONE = Column("phone", str, "The respondent's number, where it is known; only because it was asked for.")
