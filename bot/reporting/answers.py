"""Answers to take away: the columns of a row for every survey that was begun, and what stands in them."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from bot.reporting.source import Source
from bot.reporting.walk import Comment, Surveyed
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
OF_A_SCALE = (
    Column("instrument", str, "The published measure it was asked by."),
    Column("direction", str, "high_is_good or low_is_good."),
    Column("low", int, "The lowest number of the scale."),
    Column("high", int, "The highest number of the scale."),
    Column("low_anchor", str, "The words at its lowest number; empty where the wording is one of the past."),
    Column("high_anchor", str, "The words at its highest number; empty where the wording is one of the past."),
    Column("band", str, "promoter, passive or detractor; low, middle or high effort; else good, middle or bad."),
    SERIES,
)
"""What a number means."""
OF_A_RATING = (
    *OF_A_SCALE,
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
    """A question with columns of its own, side by side: those of `OF_A_RATING` or `OF_AN_OPEN_QUESTION`, behind one for
    the answer unless a column of the contract always holds it.

    family: the column of the contract that its answer goes to, where no other has before it.
    """

    key: str
    instrument: str | None
    has_answer: bool

    @property
    def columns(self) -> tuple[Column, ...]:
        """What each of its cells is."""
        details = OF_AN_OPEN_QUESTION if self.instrument is None else OF_A_RATING
        return (_answer(self.instrument), *details) if self.has_answer else details

    @property
    def family(self) -> str | None:
        """As `FAMILIES` has it."""
        found = (self.instrument or "").partition("_")[0]
        return found if found in FAMILIES else None


def answer_columns(source: Source) -> tuple[tuple[Column, ...], Callable[[Surveyed], list[Sequence[Cell]]]]:
    """The columns, and what makes the one row of a survey.

    Every question ever answered has its columns: those of the present survey in its order, then the others.
    """
    known = {each.key: each.instrument if isinstance(each, Rating) else None for each in source.survey.questions}
    with source.database.read() as connection:
        known |= {key: instrument for key, instrument in questions(connection).items() if key not in known}
    asked = [Question(key, instrument, not _is_in_contract(key, known)) for key, instrument in known.items()]
    taken = {column.name for column in (*CONTRACT, *ABOUT, *CONTEXT)}
    columns = [_named(question.key, column, taken) for question in asked for column in question.columns]
    told = [Told(source, question) for question in asked]
    return (*CONTRACT, *ABOUT, *columns, *CONTEXT), lambda one: [_row(one, told)]


class Told:
    """The cells of one question; what does not change between the same answers in one wording is found once."""

    def __init__(self, source: Source, question: Question) -> None:
        self.key, self.family, self.is_open = question.key, question.family, question.instrument is None
        self.nothing: Sequence[Cell] = (None,) * len(question.columns)
        self._question, self._source = question, source
        self._anchors = {
            series(rating, language, medium): rating.anchors[language]
            for rating in source.survey.questions
            if isinstance(rating, Rating) and rating.key == question.key
            for language, medium in rating.prompts
        }
        self._found: dict[tuple[str | None, str, int | None], Sequence[Cell]] = {}

    def cells(self, given: Given, comment: Comment | None) -> Sequence[Cell]:
        """What stands in its columns."""
        if self.is_open:
            return (comment.shown if comment else None, given.series, given.missing, given.confidence)
        answered = given.instrument, given.series, given.value
        if (found := self._found.get(answered)) is None:
            found = self._found[answered] = self._look(given)
        return (*found, given.corrected_from, given.missing, given.confidence)

    def _look(self, given: Given) -> Sequence[Cell]:
        measure = self._source.measure_of(self.key, given.instrument) if given.instrument else None
        scale, anchors = measure.scale if measure else None, self._anchors.get(given.series)
        return (
            *((given.value,) if self._question.has_answer else ()),
            given.instrument,
            str(scale.direction) if scale else None,
            scale.low if scale else None,
            scale.high if scale else None,
            anchors.low if anchors else None,
            anchors.high if anchors else None,
            named(measure, given.value),
            given.series,
        )


def _row(one: Surveyed, asked: Sequence[Told]) -> Sequence[Cell]:
    response, comments = one.response, one.comments
    answers = response.answers
    scores: dict[str, int | None] = dict.fromkeys(FAMILIES)
    cells: list[Cell] = []
    for question in asked:
        if (given := answers.get(question.key)) is None:
            cells += question.nothing
            continue
        cells += question.cells(given, comments.get(question.key))
        if (family := question.family) and scores[family] is None:
            scores[family] = given.value
    words, *read = _said(one, asked) if comments else NOTHING_SAID
    return (
        *(response.reference, response.session, response.channel, response.language),
        *(response.started_at, response.ended_at, response.outcome, response.last_question),
        *(scores["nps"], scores["ces"], words),
        CLASSES[response.outcome] if response.outcome else None,
        any(given.late for given in answers.values()),
        one.is_doubtful,
        *read,
        *cells,
        *(response.survey, response.version, response.country, response.queue, response.agent, response.touchpoint),
    )


CLASSES: Mapping[str, str] = {outcome: AAPOR[outcome] for outcome in Outcome}
NOTHING_SAID: Sequence[Cell] = (None, None, None, None)


def named(measure: Measure | None, value: int | None) -> str | None:
    """What a number is called that lies in its band; None without either, or off its scale."""
    if measure is None or value is None or value not in measure.scale:
        return None
    return measure.names[list(Band).index(measure.band(value))]


def _said(one: Surveyed, asked: Sequence[Told]) -> Sequence[Cell]:
    """All words, their themes, and by which versions they were read."""
    comments = [one.comments[question.key] for question in asked if question.key in one.comments]
    felt = {tag.theme: tag.sentiment for comment in comments for tag in comment.tags}
    read = next((comment.tagged for comment in comments if comment.tagged), None)
    return (
        "\n".join(comment.shown for comment in comments),
        "; ".join(f"{theme}: {sentiment}" for theme, sentiment in felt.items()) or None,
        read.frame if read else None,
        read.model if read else None,
    )


def _answer(instrument: str | None) -> Column:
    return Column("answer", str, "What was said.") if instrument is None else Column("answer", int, "The number given.")


def _is_in_contract(key: str, known: Mapping[str, str | None]) -> bool:
    """Whether the column of this name in the contract is this question's alone."""
    return [other for other, instrument in known.items() if (instrument or "").partition("_")[0] == key] == [key]


def _named(key: str, column: Column, taken: set[str]) -> Column:
    """The column behind the key of its question."""
    name = _free(key if column.name == "answer" else f"{key}_{column.name}", taken)
    return Column(name, column.type, f"`{key}`: {column.meaning}")


def _free(name: str, taken: set[str]) -> str:
    """The name, with a stroke behind it as often as there is another column of that name."""
    while name in taken:
        name += "_"
    taken.add(name)
    return name
