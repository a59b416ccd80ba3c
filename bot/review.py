"""A sheet of verbatims that an analyst corrects somewhere else: written out, and taken back with what was decided."""

import re
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime

from bot.cells import UnreadableCellError, moment_of, text_of
from bot.reporting.writers import Cell, Column, Table
from bot.sheets import Row, Sheet, SheetError
from bot.standing import Standing
from bot.verbatims import Decided, Shown, UnknownThemeError, UnknownVerbatimError, Verbatims
from nlp.redaction import mask, redact
from nlp.tags import Sentiment

COLUMNS = (
    Column("id", str, "How the verbatim is named; leave it as it is."),
    Column("question", str, "What was asked."),
    Column("language", str, "The language of the survey."),
    Column("scores", str, "What the same respondent answered to the other questions."),
    Column("verbatim", str, "What the respondent said, with a word in brackets for what tells who somebody is."),
    Column("found", str, "The themes that counted when this sheet was made."),
    Column(
        "themes",
        str,
        "Yours to correct: the themes it speaks of, separated by semicolons, each with a feeling if you like, as in"
        " waiting: negative; price.",
    ),
    Column("read", str, "Write yes where you have read it for every theme, also if you changed nothing."),
    Column("made_at", datetime, "When this sheet was made; what others decided later is not overruled unseen."),
)

ABSENT = object()

YES = frozenset({"yes", "y", "ja", "j", "x", "1", "true", "oui", "si", "sí"})


@dataclass(frozen=True, slots=True)
class Conflict:
    """Somebody has decided otherwise since the sheet was made; nothing was taken. theirs, ours: as in the sheet."""

    line: int
    id: str
    by: str
    theirs: str
    ours: str


@dataclass(frozen=True, slots=True)
class Refused:
    """A row that cannot be taken. why: what to mend."""

    line: int
    why: str


@dataclass(frozen=True, slots=True)
class Taken:
    """A row whose decision was kept."""

    line: int
    id: str


class _ConflictError(Exception):
    def __init__(self, conflict: Conflict) -> None:
        self.conflict = conflict


def sheet_of(shown: Iterable[Shown], blind: Collection[str], made_at: datetime) -> Table:
    """The sheet, with the themes that count at present to begin from.

    blind: ids of those that are used to measure, for which no theme is given: whoever sees one tends to agree.
    """
    return Table.by_name(COLUMNS, (_row(each, each.said.id in blind, made_at) for each in shown))


def take(verbatims: Verbatims, sheet: Sheet, by: str, overrule: bool = False) -> Iterator[Taken | Conflict | Refused]:
    """What came of each row that somebody has worked on; the others are passed over.

    overrule: keep the decision of this sheet also where somebody decided otherwise since it was made.
    Raises SheetError for a file that is no such sheet.
    """
    if missing := {"id", "found", "themes", "read"} - set(sheet.header):
        raise SheetError(f"this is no sheet to review: it lacks {', '.join(sorted(missing))}")
    for row in sheet.rows:
        wanted = _text(row, "themes")
        if _is_read(row) or wanted != _text(row, "found"):
            yield _take(verbatims, row, wanted, by, overrule)


def _take(verbatims: Verbatims, row: Row, wanted: str, by: str, overrule: bool) -> Taken | Conflict | Refused:
    id, was_read = _text(row, "id"), _is_read(row)
    try:
        themes, before = _themes(wanted), _themes(_text(row, "found"))
        made_at = _made_at(row)
        # Who did not read it for every theme has decided of those alone that they changed.
        changed = [key for key in (*themes, *before) if themes.get(key, ABSENT) != before.get(key, ABSENT)]
        decided = {key: feeling for key, feeling in themes.items() if was_read or key in changed}

        def taken(shown: Shown) -> Decided:
            since = [decision for decision in shown.decisions if decision.by != by and decision.at > made_at]
            if since and not overrule and not _agree(shown.tags, themes):
                raise _ConflictError(Conflict(row.line, id, since[-1].by, _written(shown.tags), wanted))
            return decided, () if was_read else tuple(dict.fromkeys(changed))

        verbatims.correct(id, by, taken)
    except _ConflictError as error:
        return error.conflict
    except (UnknownThemeError, UnknownVerbatimError, ValueError) as error:
        return Refused(row.line, str(error))
    return Taken(row.line, id)


def _made_at(row: Row) -> datetime:
    """Raises ValueError, which says how it is written."""
    try:
        return moment_of(row.cells.get("made_at"), UTC, "")
    except UnreadableCellError as error:
        raise ValueError(f"made_at: {error.fault.problem}; {error.fault.remedy}") from None


def _agree(tags: Iterable[Standing], themes: Mapping[str, Sentiment | None]) -> bool:
    """Whether these are the same themes, with the same feelings where any are told."""
    felt = {tag.theme: tag.sentiment for tag in tags}
    return felt.keys() == themes.keys() and all(told in (None, felt[key]) for key, told in themes.items())


def _row(shown: Shown, is_blind: bool, made_at: datetime) -> Mapping[str, Cell]:
    said, found = shown.said, "" if is_blind else _written(shown.tags)
    return {
        "id": said.id,
        "question": said.question,
        "language": said.language,
        "scores": ", ".join(f"{key} {value}" for key, value in said.scores.items()),
        "verbatim": mask(said.text, redact(said.text, said.own)),
        "found": found,
        "themes": found,
        "made_at": made_at,
    }


def _written(tags: Iterable[Standing]) -> str:
    return "; ".join(f"{tag.theme}: {tag.sentiment}" for tag in tags)


def _themes(written: str) -> dict[str, Sentiment | None]:
    """Raises ValueError, which says how it is written."""
    themes: dict[str, Sentiment | None] = {}
    for part in re.split(r"[;\n]", written):
        key, _, feeling = (piece.strip().lower() for piece in part.partition(":"))
        if not key and not feeling:
            continue
        if feeling and feeling not in list(Sentiment):
            raise ValueError(f"{feeling} is no feeling; write one of {', '.join(Sentiment)}")
        themes[key] = Sentiment(feeling) if feeling else None
    return themes


def _is_read(row: Row) -> bool:
    return _text(row, "read").lower() in YES


def _text(row: Row, column: str) -> str:
    return text_of(row.cells.get(column)) or ""
