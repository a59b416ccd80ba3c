"""What the API takes and gives of the course of a score and of the themes that go with it."""

from datetime import date
from typing import Literal, Self

from pydantic import BaseModel, ConfigDict, Field

from bot.reporting.shifts import Shifts
from bot.reporting.trends import WINDOW, Trend
from bot.web.figure_schemas import BreakOut, Filtered
from bot.web.schemas import PRINTABLE
from bot.web.score_schemas import EstimateOut
from flows.disclosure import Standing
from flows.estimates import Estimate
from flows.trends import Every, Point


class QuestionPath(BaseModel):
    """Which question."""

    question: str = Field(
        min_length=1, max_length=200, pattern=PRINTABLE, description="Its key in the survey, such as `nps` or `ces`."
    )


class TrendQuery(Filtered):
    """Of which answers; a year up to today without days."""

    every: Every = Field(Every.WEEK, description="What a period is; weeks begin on Monday.")
    window: Literal["28", "56", "91", "200-answers"] = Field(
        WINDOW,
        description="What a rolling window holds: days, or as many days as it takes to have 200 answers, which is about"
        " equally exact at every point and suits queues where few answer.",
    )


class DriversQuery(Filtered):
    """Of which answers; four weeks up to today without days."""


class PointOut(BaseModel):
    """The score of all answers of some days, pooled and never averaged."""

    first: date
    last: date
    n: int
    standing: Standing = Field(description="`suppressed` below 10 answers, `indicative` below 30 (agents: 30).")
    score: EstimateOut | None

    @classmethod
    def of(cls, point: Point) -> Self:
        """The point as it is given out."""
        score = _estimate(point.estimate) if point.estimate else None
        return cls(first=point.first, last=point.last, n=point.counts.n, standing=point.standing, score=score)


class ShiftOut(BaseModel):
    """CUSUM of the periods since the last break, in standard errors from the score of the first `baseline` of them."""

    periods: list[date] = Field(description="The first day of each.")
    baseline: int
    up: list[float] = Field(description="What has added up above.")
    down: list[float] = Field(description="What has added up below.")
    limit: float = Field(description="Beyond it a sum is a signal.")
    onset: date | None = Field(description="When the first shift that was signalled is likely to have begun.")
    rises: bool | None

    @classmethod
    def of(cls, shifts: Shifts, periods: tuple[Point, ...]) -> Self:
        """The sums as they are given out. periods: that were added up."""
        sums = shifts.sums
        return cls(
            periods=[each.first for each in periods],
            baseline=shifts.baseline,
            up=list(sums.up),
            down=list(sums.down),
            limit=sums.limit,
            onset=shifts.onset,
            rises=sums.rises,
        )


class TrendOut(BaseModel):
    """How the score of one question runs through time."""

    model_config = ConfigDict(populate_by_name=True, serialize_by_alias=True)

    question: str
    instrument: str
    from_: date = Field(alias="from")
    to: date
    rolling: list[PointOut] = Field(
        description="The window up to each day. Neighbours share most of their answers: to look at and not to test."
    )
    periods: list[PointOut] = Field(description="Without a day in common; a break ends one and begins another.")
    breaks: list[BreakOut]
    shift: ShiftOut | None = Field(description="Null where there are less than 12 periods since the last break.")
    sentence: str = Field(description="What became of the last whole period since the one before, in English.")

    @classmethod
    def of(cls, found: Trend) -> Self:
        """The course as it is given out."""
        return cls(
            question=found.question,
            instrument=found.instrument,
            from_=found.period[0],
            to=found.period[1],
            rolling=[PointOut.of(each) for each in found.rolling],
            periods=[PointOut.of(each) for each in found.periods],
            breaks=[
                BreakOut(day=each.day, why=each.why, channel=each.channel, language=each.language)
                for each in found.breaks
            ],
            shift=ShiftOut.of(found.shifts, found.stretch) if found.shifts else None,
            sentence=found.sentence,
        )


class GapOut(BaseModel):
    """The score of those who speak of a theme less that of the others, in points, with its interval of 95 %."""

    value: float
    low: float
    high: float
    p: float = Field(description="The chance of a gap this large where there is none.")


class DriverOut(BaseModel):
    """What one theme has to do with the score; association is not effect. Null where too few speak of it or not."""

    theme: str
    standing: Standing
    prevalence: EstimateOut = Field(description="Percent of the comments that were read; `n` is how many.")
    with_it: EstimateOut | None = Field(description="The score of those who speak of it.")
    without_it: EstimateOut | None = Field(description="The score of the others.")
    gap: GapOut | None
    weighted_gap: float | None = Field(
        description="Prevalence times the score of those who speak of it less that of all: not the same as `impact`."
    )
    impact: EstimateOut | None = Field(
        description="The score of all less that of the others, in points. Impacts overlap and do not add up."
    )
    sentiment: EstimateOut | None = Field(description="Positive minus negative, in points.")
    q: float | None = Field(description="The share of chance finds among themes at least this clear.")
    detectable: bool = Field(description="Whether `q` is at most 0.05 (Benjamini and Hochberg).")
    explains: float | None = Field(
        description="The part of the differences between scores that it explains, from 0 to 1, beside the others; of"
        " the ten most common themes."
    )


class DriversOut(BaseModel):
    """Which themes go with a high or a low score, first what pulls it down most, last what is too rare to say."""

    model_config = ConfigDict(populate_by_name=True, serialize_by_alias=True)

    question: str
    instrument: str
    from_: date = Field(alias="from")
    to: date
    n: int = Field(description="How many commented, and were read by a machine or a person.")
    unread: int = Field(description="How many others commented; they are in nothing that is told by theme.")
    standing: Standing
    commenting: EstimateOut | None = Field(description="Percent of those who answered: they chose themselves.")
    themes: list[DriverOut]


def _estimate(estimate: Estimate) -> EstimateOut:
    return EstimateOut(value=estimate.value, low=estimate.low, high=estimate.high, n=estimate.n)
