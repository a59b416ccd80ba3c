"""Answers to take away: one row for every survey that was begun."""

import csv
from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import TextIO

from storage.database import Database
from storage.encryption import Keys
from storage.responses import Given, Response, responses

Cell = str | int | float | None

COLUMNS = (
    *("reference", "session", "channel", "language", "started_at", "ended_at", "outcome", "last_question"),
    *("nps", "ces", "verbatim"),
    *("nps_series", "ces_instrument", "ces_series", "nps_corrected_from", "ces_corrected_from", "nps_missing"),
    *("ces_missing", "verbatim_missing", "verbatim_confidence", "late"),
    *("survey", "survey_version", "agent", "queue", "touchpoint"),
)
"""An empty cell means unanswered; the `_missing` columns say why, where it was asked. Times are ISO 8601, in UTC.

series: changes with the wording, anchors or scale; answers of different series are not one measurement.
"""

FORMULA = ("=", "+", "-", "@", "\t", "\r")
"""What a spreadsheet would take for the beginning of a formula."""


def answers(database: Database, keys: Keys) -> Iterator[Mapping[str, Cell]]:
    """A row for every survey, the first begun first, in constant memory."""
    with database.read() as connection:
        for response in responses(connection, keys):
            yield _row(response)


def write_csv(rows: Iterator[Mapping[str, Cell]], to: TextIO) -> None:
    """The rows as CSV, with nothing in it that a spreadsheet would execute."""
    writer = csv.DictWriter(to, COLUMNS, lineterminator="\r\n")
    writer.writeheader()
    for row in rows:
        writer.writerow({name: _harmless(cell) for name, cell in row.items()})


def _row(response: Response) -> Mapping[str, Cell]:
    given = response.answers.values()
    nps = next((each for each in given if each.instrument == "nps"), None)
    ces = next((each for each in given if (each.instrument or "").startswith("ces")), None)
    words = [each for each in given if each.instrument is None]
    return {
        "reference": response.reference,
        "session": response.session,
        "channel": response.channel,
        "language": response.language,
        "started_at": _moment(response.started_at),
        "ended_at": _moment(response.ended_at),
        "outcome": response.outcome,
        "last_question": response.last_question,
        **_rated("nps", nps),
        **_rated("ces", ces),
        "ces_instrument": ces.instrument if ces else None,
        "verbatim": "\n".join(each.verbatim for each in words if each.verbatim) or None,
        "verbatim_missing": next((each.missing for each in words if each.missing), None),
        "verbatim_confidence": next((each.confidence for each in words if each.confidence is not None), None),
        "late": int(any(each.late for each in given)),
        "survey": response.survey,
        "survey_version": response.version,
        "agent": response.agent,
        "queue": response.queue,
        "touchpoint": response.touchpoint,
    }


def _rated(name: str, given: Given | None) -> Mapping[str, Cell]:
    return {
        name: given.value if given else None,
        f"{name}_series": given.series if given else None,
        f"{name}_corrected_from": given.corrected_from if given else None,
        f"{name}_missing": given.missing if given else None,
    }


def _moment(at: datetime | None) -> str | None:
    return at.isoformat(timespec="seconds").replace("+00:00", "Z") if at else None


def _harmless(cell: Cell) -> Cell:
    """Text that could be a formula goes behind an apostrophe, which a spreadsheet shows as nothing but text."""
    return f"'{cell}" if isinstance(cell, str) and cell.startswith(FORMULA) else cell
