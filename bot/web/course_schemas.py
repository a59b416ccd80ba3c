"""What the API takes and gives of the course of a score and of the themes that go with it."""

from collections.abc import Sequence
from datetime import date
from typing import Literal, Self

from pydantic import BaseModel, ConfigDict, Field

from bot.reporting.shifts import Shifts
from bot.reporting.trends import WINDOW, Trend
from bot.web.figure_schemas import Filtered
from bot.web.schemas import PRINTABLE
from bot.web.score_schemas import BreakOut, EstimateOut
from flows.charts import Chart, Rule
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


class LimitedOut(BaseModel):
    """One period of a control chart, with the limits it has to stay within."""

    first: date
    last: date
    n: int
    value: float
    low: float
    high: float
    signals: list[Rule] = Field(description="`outside` the limits; `run` at the eighth in a row on one side.")


class ControlOut(BaseModel):
    """A control chart of the periods since the last break: what of them is more than noise."""

    centre: float
    points: list[LimitedOut]

    @classmethod
    def of(cls, chart: Chart, periods: Sequence[Point]) -> Self:
        """The chart as it is given out. periods: that its points stand for."""
        points = [
            LimitedOut(
                first=period.first,
                last=period.last,
                n=period.counts.n,
                value=each.value,
                low=each.low,
                high=each.high,
                signals=[signal.rule for signal in chart.signals if signal.place == place],
            )
            for place, (period, each) in enumerate(zip(periods, chart.points, strict=True))
        ]
        return cls(centre=chart.centre, points=points)


class SumsOut(BaseModel):
    """What adds up of how far each period lies from `average.centre`, in standard errors, less a half (CUSUM)."""

    up: list[float] = Field(description="Above; one for each period of `average`.")
    down: list[float] = Field(description="Below.")
    limit: float = Field(description="Beyond it a sum is a signal.")


class ShiftOut(BaseModel):
    """A lasting change of level. A hypothesis: its day is the one that fits best."""

    since: date = Field(description="When it is likely to have begun.")
    before: PointOut = Field(description="All periods of the level until then.")
    after: PointOut = Field(description="All periods of the level that began, up to the next shift.")
    value: float = Field(description="The later score less the earlier one, in points.")
    low: float
    high: float


class ShiftsOut(BaseModel):
    """The shifts in the periods since the last break, and the latest periods against the level before the last of them;
    all periods where there is none."""

    found: list[ShiftOut] = Field(description="The earliest first.")
    baseline: int = Field(description="How many of the first periods of the charts that level has.")
    average: ControlOut = Field(description="An exponentially weighted moving average (EWMA, 0.2).")
    individuals: ControlOut = Field(description="Periods by themselves (XmR), where their volume is about equal.")
    sums: SumsOut

    @classmethod
    def of(cls, shifts: Shifts) -> Self:
        """The shifts as they are given out."""
        found = [
            ShiftOut(
                since=each.after.first,
                before=PointOut.of(each.before),
                after=PointOut.of(each.after),
                value=each.size.value,
                low=each.size.low,
                high=each.size.high,
            )
            for each in shifts.found
        ]
        sums = shifts.sums
        return cls(
            found=found,
            baseline=shifts.baseline,
            average=ControlOut.of(shifts.average, shifts.periods),
            individuals=ControlOut.of(shifts.individuals, shifts.periods),
            sums=SumsOut(up=list(sums.up), down=list(sums.down), limit=sums.limit),
        )


class TrendOut(BaseModel):
    """How the score of one question runs through time."""

    model_config = ConfigDict(populate_by_name=True, serialize_by_alias=True)

    question: str
    instrument: str
    from_: date = Field(alias="from")
    to: date
    rolling: list[PointOut] = Field(
        description="The window up to each day, as soon as there is a whole one. Neighbours share most of their"
        " answers: to look at and not to test."
    )
    periods: list[PointOut] = Field(description="Without a day in common; a break ends one and begins another.")
    breaks: list[BreakOut]
    score: ControlOut | None = Field(
        description="The periods since the last break; null where there are less than two."
    )
    good: ControlOut | None = Field(description="The same of the percentage in the good band (p-chart).")
    bad: ControlOut | None = Field(description="And of that in the bad band.")
    shifts: ShiftsOut | None = Field(description="Null where there are less than 12 periods since the last break.")
    groups: dict[str, dict[str, list[PointOut]]] = Field(
        description="By `channel`, `language` and `country`, and by value, the periods of each beside its own past."
    )
    before: PointOut | None = Field(description="The last whole period but one; null where `last` is.")
    last: PointOut | None = Field(description="The last whole one that is over; null where these days hold no two.")
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
            score=_control(found.chart, found.stretch),
            good=_control(found.good, found.stretch),
            bad=_control(found.bad, found.stretch),
            shifts=ShiftsOut.of(found.shifts) if found.shifts else None,
            groups={
                dimension: {value: [PointOut.of(each) for each in points] for value, points in of_value.items()}
                for dimension, of_value in found.groups.items()
            },
            before=PointOut.of(found.latest.before) if found.latest else None,
            last=PointOut.of(found.latest.last) if found.latest else None,
            sentence=found.sentence,
        )


class GapOut(BaseModel):
    """The score of some less that of the others, in points, with its interval of 95 %."""

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
    commented: EstimateOut | None = Field(description="Their score; null where these or the others are too few.")
    silent: EstimateOut | None = Field(description="The score of those who answered and did not comment.")
    silence_gap: GapOut | None = Field(description="The score of those who commented less that of those who did not.")
    themes: list[DriverOut]


def _control(chart: Chart | None, periods: Sequence[Point]) -> ControlOut | None:
    return ControlOut.of(chart, periods) if chart else None


def _estimate(estimate: Estimate) -> EstimateOut:
    return EstimateOut(value=estimate.value, low=estimate.low, high=estimate.high, n=estimate.n)
