"""Answers to take away: one row for every survey that was begun."""

import csv
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import TextIO

from flows.survey import Rating, Survey
from nlp.redaction import mask, redact
from storage.database import Database
from storage.encryption import Keys
from storage.responses import Given, Response, questions, responses

Cell = str | int | float | None

CONTRACT = (
    *("reference", "session", "channel", "language", "started_at", "ended_at", "outcome", "last_question"),
    *("nps", "ces", "verbatim"),
)
"""What integrators rely on. nps, ces: the first rating of such an instrument; verbatim: all words, a line each.

An empty cell means unanswered. Times are ISO 8601, in UTC.
"""

CONTEXT = ("survey", "survey_version", "agent", "queue", "touchpoint")

OF_A_RATING = ("instrument", "series", "corrected_from", "missing", "confidence")
OF_AN_OPEN_QUESTION = ("missing", "confidence")
"""Columns of each question, behind its key. missing: why it has no answer though it was asked; series: changes with
wording, anchors or scale, and answers of different series are not one measurement."""

FORMULA = ("=", "+", "-", "@", "\t", "\r")
"""What a spreadsheet would take for the beginning of a formula."""


@dataclass(frozen=True, slots=True)
class Table:
    """Columns, and rows that have a cell for each; to be read once."""

    columns: tuple[str, ...]
    rows: Iterator[Mapping[str, Cell]]


def answers(database: Database, keys: Keys, survey: Survey, masked: bool = True) -> Table:
    """A row for every survey, the first begun first, in constant memory.

    masked: whether a word in brackets stands for whatever in a verbatim tells who somebody is.
    Every question ever answered has its columns: those of the present survey in its order, then the others.
    """
    known = {each.key: each.instrument if isinstance(each, Rating) else None for each in survey.questions}
    with database.read() as connection:
        known |= {key: instrument for key, instrument in questions(connection).items() if key not in known}
    own = [
        *(f"{key}_{name}" for key, instrument in known.items() for name in _details(instrument)),
        *(key for key in known if key not in CONTRACT),
    ]
    return Table((*CONTRACT, "late", *own, *CONTEXT), _rows(database, keys, known, _masked if masked else str))


def write_csv(table: Table, to: TextIO) -> None:
    """The table as CSV, with nothing in it that a spreadsheet would execute."""
    writer = csv.DictWriter(to, table.columns, lineterminator="\r\n")
    writer.writeheader()
    for row in table.rows:
        writer.writerow({name: _harmless(cell) for name, cell in row.items()})


def _rows(
    database: Database, keys: Keys, known: Mapping[str, str | None], shown: Callable[[str], str]
) -> Iterator[Mapping[str, Cell]]:
    with database.read() as connection:
        for response in responses(connection, keys):
            yield _row(response, known, shown)


def _row(response: Response, known: Mapping[str, str | None], shown: Callable[[str], str]) -> Mapping[str, Cell]:
    given = {key: response.answers[key] for key in known if key in response.answers}
    said = {key: shown(each.verbatim) for key, each in given.items() if each.verbatim}
    own = {key: said.get(key) if each.instrument is None else each.value for key, each in given.items()}
    return {
        **{key: cell for key, cell in own.items() if key not in CONTRACT},
        **{f"{key}_{name}": getattr(each, name) for key, each in given.items() for name in _details(each.instrument)},
        "reference": response.reference,
        "session": response.session,
        "channel": response.channel,
        "language": response.language,
        "started_at": _moment(response.started_at),
        "ended_at": _moment(response.ended_at),
        "outcome": response.outcome,
        "last_question": response.last_question,
        "nps": _first(given.values(), "nps"),
        "ces": _first(given.values(), "ces"),
        "verbatim": "\n".join(said.values()) or None,
        "late": int(any(each.late for each in given.values())),
        "survey": response.survey,
        "survey_version": response.version,
        "agent": response.agent,
        "queue": response.queue,
        "touchpoint": response.touchpoint,
    }


def _masked(verbatim: str) -> str:
    return mask(verbatim, redact(verbatim))


def _details(instrument: str | None) -> tuple[str, ...]:
    return OF_AN_OPEN_QUESTION if instrument is None else OF_A_RATING


def _first(given: Iterable[Given], instrument: str) -> int | None:
    """The value by an instrument of that family, such as `ces_effort` of `ces`."""
    return next((each.value for each in given if (each.instrument or "").partition("_")[0] == instrument), None)


def _moment(at: datetime | None) -> str | None:
    return at.isoformat(timespec="seconds").replace("+00:00", "Z") if at else None


def _harmless(cell: Cell) -> Cell:
    """Text that could be a formula goes behind an apostrophe, which a spreadsheet shows as nothing but text."""
    return f"'{cell}" if isinstance(cell, str) and cell.startswith(FORMULA) else cell
