"""Answers to take away: the columns of a row for every survey that was begun, and what stands in them."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from bot.reporting.source import Source
from bot.reporting.walk import Surveyed
from bot.reporting.writers import Cell, Column
from flows.measures import Band, Measure
from flows.session import AAPOR, Outcome
from flows.survey import Rating, series
from storage.responses import Given, questions

CONTRACT = (
    Column("reference", str, "What your own system calls the contact; empty where somebody came by themselves."),
    Column("session", str, "The id of the survey, as in the API and in the export of verbatims."),
    Column("channel", str, "Over which it was held: call, sms or whatsapp."),
    Column("language", str, "In which it was held."),
    Column("started_at", datetime, "When it was begun, in UTC."),
    Column("ended_at", datetime, "When it ended, in UTC; empty while it is open."),
    Column("outcome", str, "completed, partial, refused, broken_off or expired; empty while it is open."),
    Column("last_question", str, "The question that was put last."),
    Column("nps", int, "The first answer by NPS, from 0 to 10; empty without."),
    Column("ces", int, "The first answer by a measure of effort, as it was given; see its direction. Empty without."),
    Column("verbatim", str, "All that was said in own words, a line for each question."),
)
"""What integrators rely on."""

ABOUT = (
    Column(
        "outcome_class", str, "AAPOR's class of the outcome: I complete, P partial, R refusal or break-off, NC none."
    ),
    Column("late", bool, "Whether anything was answered after the survey had expired."),
    Column(
        "contradictory",
        bool,
        "Whether an effort answer may have been meant the other way round, as other answers or words contradict it;"
        " nothing was changed for that. Empty without such an answer.",
    ),
    Column("themes", str, "What the verbatims speak of, and how that is felt about, as in waiting_time: negative."),
    Column("code_frame", str, "The version of the code frame the verbatims were read with."),
    Column("model", str, "The version of what read them."),
)

CONTEXT = (
    Column("survey", str, "The key of the survey."),
    Column("survey_version", str, "Changes with anything that can be asked."),
    Column("country", str, "Of the contact, otherwise of the number; empty where neither is known."),
    Column("queue", str, "As reported with the contact."),
    Column("agent", str, "As reported with the contact."),
    Column("touchpoint", str, "As reported with the contact."),
)

SERIES = Column(
    "series", str, "Changes with wording, anchors or scale; answers of different series are not one measurement."
)
MISSING = Column("missing", str, "Why it has no answer though it was put: skipped, unclear, silent or inaudible.")
CONFIDENCE = Column(
    "confidence", float, "How sure speech recognition was, from 0 to 1; empty where nothing was spoken."
)
OF_A_RATING = (
    Column("instrument", str, "The published measure it was asked by."),
    Column("direction", str, "high_is_good or low_is_good."),
    Column("low", int, "The lowest number of the scale."),
    Column("high", int, "The highest number of the scale."),
    Column("low_anchor", str, "The words at its lowest number; empty where the wording is one of the past."),
    Column("high_anchor", str, "The words at its highest number; empty where the wording is one of the past."),
    Column("band", str, "promoter, passive or detractor; low, middle or high effort; else good, middle or bad."),
    SERIES,
    Column("corrected_from", int, "The number that this one replaced."),
    MISSING,
    CONFIDENCE,
)
OF_AN_OPEN_QUESTION = (SERIES, MISSING, CONFIDENCE)
"""Columns of each question, behind its key."""

FAMILIES = ("nps", "ces")
"""Columns of the contract that hold the first answer by a measure of that family, as `ces_effort` is of `ces`."""


@dataclass(frozen=True, slots=True)
class Question:
    """A question with the names of its columns: those of `OF_A_RATING` or `OF_AN_OPEN_QUESTION`, and `answer`, which
    is left out where a column of the contract always holds it."""

    key: str
    instrument: str | None
    names: Mapping[str, str]


def answer_columns(source: Source) -> tuple[tuple[Column, ...], Callable[[Surveyed], list[Mapping[str, Cell]]]]:
    """The columns, and what makes the one row of a survey.

    Every question ever answered has its columns: those of the present survey in its order, then the others.
    """
    known = {each.key: each.instrument if isinstance(each, Rating) else None for each in source.survey.questions}
    with source.database.read() as connection:
        known |= {key: instrument for key, instrument in questions(connection).items() if key not in known}
    taken = {column.name for column in (*CONTRACT, *ABOUT, *CONTEXT)}
    columns: list[Column] = []
    asked: list[Question] = []
    for key, instrument in known.items():
        names: dict[str, str] = {}
        details = OF_AN_OPEN_QUESTION if instrument is None else OF_A_RATING
        for column in details if _is_in_contract(key, known) else (_answer(instrument), *details):
            names[column.name] = _free(key if column.name == "answer" else f"{key}_{column.name}", taken)
            columns.append(Column(names[column.name], column.type, f"`{key}`: {column.meaning}"))
        asked.append(Question(key, instrument, names))
    about = _About(source)
    return (*CONTRACT, *ABOUT, *columns, *CONTEXT), lambda one: [_row(one, asked, about)]


class _About:
    """What does not change between the answers to one question in one wording, found once."""

    def __init__(self, source: Source) -> None:
        self._source = source
        self._anchors = {
            (question.key, series(question, language, medium)): question.anchors[language]
            for question in source.survey.questions
            if isinstance(question, Rating)
            for language, medium in question.prompts
        }
        self._found: dict[tuple[str, str | None, str], tuple[Mapping[str, Cell], Measure | None]] = {}

    def __call__(self, question: Question, given: Given) -> tuple[Mapping[str, Cell], Measure | None]:
        """The cells by column, and what the number means; None where nobody knows any more."""
        wording = question.key, given.instrument, given.series
        if wording not in self._found:
            self._found[wording] = self._look(question, given)
        return self._found[wording]

    def _look(self, question: Question, given: Given) -> tuple[Mapping[str, Cell], Measure | None]:
        measure = self._source.measure_of(question.key, given.instrument) if given.instrument else None
        anchors = self._anchors.get((question.key, given.series))
        cells: Mapping[str, Cell] = {
            "instrument": given.instrument,
            "series": given.series,
            "direction": str(measure.scale.direction) if measure else None,
            "low": measure.scale.low if measure else None,
            "high": measure.scale.high if measure else None,
            "low_anchor": anchors.low if anchors else None,
            "high_anchor": anchors.high if anchors else None,
        }
        return {name: cells[column] for column, name in question.names.items() if column in cells}, measure


def _row(one: Surveyed, asked: Sequence[Question], about: _About) -> Mapping[str, Cell]:
    response = one.response
    row: dict[str, Cell] = {
        **{name: getattr(response, name) for name in PLAIN},
        "survey_version": response.version,
        "outcome_class": AAPOR[Outcome(response.outcome)] if response.outcome else None,
        "late": any(given.late for given in response.answers.values()),
        "contradictory": one.is_doubtful,
    }
    for question in asked:
        if (given := response.answers.get(question.key)) is None:
            continue
        cells, measure = about(question, given)
        row |= cells
        names = question.names
        row[names["missing"]], row[names["confidence"]] = given.missing, given.confidence
        if question.instrument is None:
            comment = one.comments.get(question.key)
            row[names["answer"]] = comment.shown if comment else None
            continue
        row[names["corrected_from"]] = given.corrected_from
        row[names["band"]] = named(measure, given.value)
        if "answer" in names:
            row[names["answer"]] = given.value
        if (family := question.instrument.partition("_")[0]) in FAMILIES and row.get(family) is None:
            row[family] = given.value
    return row | _said(one, asked) if one.comments else row


PLAIN = (
    *("reference", "session", "channel", "language", "started_at", "ended_at", "outcome", "last_question"),
    *("survey", "country", "queue", "agent", "touchpoint"),
)
"""Columns that stand in the database as they are."""


def named(measure: Measure | None, value: int | None) -> str | None:
    """What a number is called that lies in its band; None without either, or off its scale."""
    if measure is None or value is None or value not in measure.scale:
        return None
    return measure.names[list(Band).index(measure.band(value))]


def _said(one: Surveyed, asked: Sequence[Question]) -> dict[str, Cell]:
    comments = [one.comments[question.key] for question in asked if question.key in one.comments]
    felt = {tag.theme: tag.sentiment for comment in comments for tag in comment.tags}
    read = next((comment.tagged for comment in comments if comment.tagged), None)
    return {
        "verbatim": "\n".join(comment.shown for comment in comments),
        "themes": "; ".join(f"{theme}: {sentiment}" for theme, sentiment in felt.items()) or None,
        "code_frame": read.frame if read else None,
        "model": read.model if read else None,
    }


def _answer(instrument: str | None) -> Column:
    return Column("answer", str, "What was said.") if instrument is None else Column("answer", int, "The number given.")


def _is_in_contract(key: str, known: Mapping[str, str | None]) -> bool:
    """Whether the column of this name in the contract is this question's alone."""
    return [other for other, instrument in known.items() if (instrument or "").partition("_")[0] == key] == [key]


def _free(name: str, taken: set[str]) -> str:
    """The name, with a stroke behind it as often as there is another column of that name."""
    while name in taken:
        name += "_"
    taken.add(name)
    return name
