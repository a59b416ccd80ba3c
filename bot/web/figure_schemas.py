"""What the API takes and gives of figures and answers, field by field."""

from collections.abc import Iterator
from datetime import date, datetime
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, WithJsonSchema

from bot.web.problems import DAY
from bot.web.schemas import PRINTABLE, Cursor, Taken
from bot.web.score_schemas import AdjustedOut, BreakOut, ChangeOut, EstimateOut, FigureOut, MixOut, StretchOut
from flows.filters import DIMENSIONS, LONGEST, MOST
from flows.narrowing import NAMES, SCORES, Coding
from flows.session import Gap
from flows.survey import Channel
from nlp.redaction import mask, redact
from nlp.tags import Sentiment
from storage.responses import Given, Response

Value = Annotated[str, Field(max_length=LONGEST, pattern=PRINTABLE)]
Values = Annotated[list[Value], Field(max_length=MOST)]
# What is none of these the filter itself refuses, in the same words everywhere.
Channels = Annotated[
    list[Annotated[str, WithJsonSchema({"type": "string", "enum": [each.value for each in Channel]})]],
    Field(max_length=MOST),
]
Score = Annotated[int, Field(ge=SCORES[0], le=SCORES[-1])]
# Said in place: the API calls what is decided of a verbatim a coding, and the document names its parts by their class.
Coded = Annotated[Coding, WithJsonSchema({"type": "string", "enum": [each.value for each in Coding]})]
Day = Annotated[str, Field(pattern=DAY, json_schema_extra={"format": "date"})]


class Filtered(Taken):
    """Which answers: everything named has to hold, and of a name given several times any value; `-` stands for those
    of whom it is not known."""

    model_config = ConfigDict(populate_by_name=True)

    from_: Day | None = Field(None, alias="from", description="The first day, by the centre's clock.")
    to: Day | None = Field(None, description="The last day; today, if left out.")
    channel: Channels = Field([])
    language: Values = Field([])
    country: Values = Field([])
    queue: Values = Field([])
    agent: Values = Field([])
    touchpoint: Values = Field([])
    survey: Values = Field([])
    instrument: Values = Field([])
    series: Values = Field([], description="Of the wording, anchors and scale; changes with each of them.")
    theme: Values = Field([], description="Any verbatim of the same survey speaks of it.")

    def pairs(self) -> Iterator[tuple[str, str]]:
        """As a query has them."""
        yield from (("from", self.from_ or ""), ("to", self.to or ""))
        yield from ((name, value) for name in DIMENSIONS for value in getattr(self, name))


class Narrowed(Filtered):
    """Which comments, and the answers beside them: what narrows the list of verbatims, each with one value."""

    score_from: Score | None = Field(None, description="At least; of the same respondent's answer by NPS.")
    score_to: Score | None = Field(None, description="At most.")
    band: Literal["promoter", "passive", "detractor"] | None = Field(None, description="Of that answer.")
    effort: Literal["low", "middle", "high"] | None = Field(
        None, description="Of the same respondent's answer about effort."
    )
    sentiment: Sentiment | None = Field(
        None, description="Of any theme of the comment; of one of those in `theme`, where it is given."
    )
    coding: Coded | None = Field(
        None,
        description="Who said what the comment speaks of: a `person`, at least in part; the `machine` alone; `none`,"
        " for it has no theme; or `review`, where a person had better look.",
    )

    def pairs(self) -> Iterator[tuple[str, str]]:
        """As a query has them."""
        yield from super().pairs()
        yield from ((name, str(value)) for name in NAMES if (value := getattr(self, name)) is not None)


class ScoresQuery(Filtered):
    """Of which answers; four weeks up to today without days."""

    by: Literal["channel", "queue", "language", "country", "touchpoint", "agent"] | None = Field(
        None, description="One more dimension to group by; `mix` and `adjusted` are by it, too, and never by agent."
    )


class FunnelQuery(Filtered):
    """Of which contacts; four weeks up to today without days."""


class AnswersQuery(Narrowed):
    """Which surveys, and how many of them; all days without days."""

    limit: int = Field(50, ge=1, le=500, description="Surveys on a page.")
    cursor: Cursor | None = Field(None, description="`next` of the page before, to go on from there.")


class GroupOut(BaseModel):
    """The answers of one channel, language, country or what was asked for, beside its own past."""

    dimension: str
    value: str
    now: FigureOut
    before: FigureOut
    change: ChangeOut
    query: str = Field(description="The filter that means these answers.")


class MirroredOut(BaseModel):
    """What the figures would be, had so many answers been meant the other way round."""

    percent: float = Field(description="Of the answers, turned over.")
    mean: float
    low_effort: float = Field(description="Percent.")
    high_effort: float = Field(description="Percent.")
    score: float


class DoubtsOut(BaseModel):
    """Effort answers that may have been meant the other way round; they stay in every figure."""

    suspected: EstimateOut = Field(description="Percent.")
    why: dict[str, int]
    mean: float
    mean_without: float | None
    score: float
    score_without: float | None
    if_mirrored: list[MirroredOut] = Field(description="At 5, 10 and 20 percent, and at `suspected`; the least first.")


class MeasureOut(BaseModel):
    """Everything about one question with numbers for answers."""

    question: str
    instrument: str
    now: FigureOut = Field(description="Of all answers of the period; see `stretches`.")
    before: FigureOut
    change: ChangeOut
    breaks: list[BreakOut]
    stretches: list[StretchOut] = Field(
        description="Where a break lies within the period: what each part of it came to, which is to be told instead of"
        " `now`. Empty otherwise."
    )
    mix: MixOut | None
    adjusted: AdjustedOut | None
    contradictions: DoubtsOut | None
    groups: list[GroupOut]
    off_scale: int = Field(description="Numbers that lie on no scale of today; in no figure.")
    query: str = Field(description="The filter that means these answers.")


class Scores(BaseModel):
    """Every measure of a period, beside as many days before it."""

    model_config = ConfigDict(populate_by_name=True, serialize_by_alias=True)

    from_: date = Field(alias="from")
    to: date
    before_from: date
    before_to: date
    measures: list[MeasureOut]
    unknown: list[str] = Field(description="Questions whose instrument nobody knows any more; in no figure.")


class RateOut(BaseModel):
    """A share with its interval; null where nobody could be counted."""

    value: float | None
    low: float | None
    high: float | None


class StepOut(BaseModel):
    """One question: to how many it was put, and what became of it."""

    question: str
    asked: int
    answered: int
    left: int = Field(description="Who ended the survey there.")
    answered_percent: float | None
    left_percent: float | None


class FunnelOut(BaseModel):
    """Every contact of a period in exactly one place."""

    contacts: int
    invited: int
    open: int = Field(description="Invited and not at an end yet; in no rate.")
    kept_out: dict[str, int] = Field(description="Never invited, by reason; beside the rates and never in them.")
    endings: dict[str, int] = Field(description="Invitations by what became of them.")
    classes: dict[str, int] = Field(description="AAPOR's classes of those that have ended.")
    rates: dict[str, RateOut] = Field(description="AAPOR's rates from 0 to 1; publish `rr1` and `rr2`.")
    e: float | None = Field(description="The share of the unknown that is taken to be eligible.")
    walk_ins: dict[str, int] = Field(description="Conversations that nobody was invited to, by outcome.")
    questions: list[StepOut]
    seconds_to_answer: EstimateOut | None = Field(description="Median from the first message or call.")
    attempts: dict[str, int] = Field(description="How many invitations took so many messages and calls.")
    ignored: list[str] = Field(description="Names of the filter that say nothing of a contact.")


class AnswerOut(BaseModel):
    """The answer to one question: a number, words, or why there is neither."""

    question: str
    instrument: str | None
    series: str
    value: int | None
    verbatim: str | None = Field(description="With a word in brackets for whatever tells who somebody is.")
    missing: Gap | None
    corrected_from: int | None
    confidence: float | None
    late: bool
    answered_at: datetime

    @classmethod
    def of(cls, question: str, given: Given, own: str | None) -> "AnswerOut":
        """The answer, masked. own: the respondent's number."""
        told = given._asdict()
        text = told.pop("verbatim")
        return cls(question=question, verbatim=None if text is None else mask(text, redact(text, own)), **told)


class SurveyOut(BaseModel):
    """One survey and its answers."""

    session: str
    reference: str | None
    survey: str
    version: str
    channel: Channel
    language: str
    country: str | None
    queue: str | None
    agent: str | None
    touchpoint: str | None
    started_at: datetime
    ended_at: datetime | None
    outcome: str | None
    last_question: str | None
    answers: list[AnswerOut]

    @classmethod
    def of(cls, response: Response, own: str | None) -> "SurveyOut":
        """The survey as it is given out."""
        given = [AnswerOut.of(question, each, own) for question, each in response.answers.items()]
        names = [name for name in cls.model_fields if name != "answers"]
        return cls(answers=given, **{name: getattr(response, name) for name in names})


class Answers(BaseModel):
    """A page of surveys, the first begun first."""

    surveys: list[SurveyOut]
    next: str | None = Field(description="The cursor of the next page; null on the last.")
