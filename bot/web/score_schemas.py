"""What the API gives of one score: its interval, whether and why it moved, and where it would stand otherwise."""

from datetime import date

from pydantic import BaseModel, ConfigDict, Field

from flows.disclosure import Standing
from flows.movement import Course, Kind
from flows.survey import Channel
from flows.trends import Why


class EstimateOut(BaseModel):
    """A figure with its interval of 95 %."""

    value: float
    low: float
    high: float
    n: int = Field(description="How many answers it rests on.")


class FigureOut(BaseModel):
    """Answers of one period. With fewer than 10, of agents 30, nothing but their number is given."""

    n: int = Field(description="Answers with a number.")
    missing: int = Field(description="Asked in vain; in no figure.")
    late: int = Field(description="Of `n`, given after the survey had expired.")
    standing: Standing = Field(description="`suppressed` below 10 answers, `indicative` below 30 (agents: 30).")
    hidden: bool = Field(description="Kept back so that a small group beside it cannot be told from the total.")
    score: EstimateOut | None = Field(description="Good minus bad in points: NPS, or low minus high effort.")
    mean: EstimateOut | None = Field(description="On the scale, in its direction; of every measure but NPS.")
    low_effort: EstimateOut | None = Field(description="Percent.")
    high_effort: EstimateOut | None = Field(description="Percent.")
    needed: int | None = Field(description="Answers to bring the interval of `score` to 5 points to either side.")
    distribution: dict[str, int] | None = Field(description="How often each number was answered.")


class MeanChangeOut(EstimateOut):
    """What became of the mean on its scale, later minus earlier, with Welch's interval."""

    course: Course = Field(description="What that means for customers, whichever way the scale runs.")


class ChangeOut(BaseModel):
    """What became of the score since the period before."""

    kind: Kind = Field(
        description="`doubtful` of a group whose change is clear by itself and not among all groups of the answer."
    )
    value: float | None = Field(description="Points, from unrounded scores.")
    low: float | None
    high: float | None
    p: float | None = Field(description="The chance of a change this large where nothing has changed.")
    q: float | None = Field(
        description="Of a group: the share of chance finds among changes at least this clear (Benjamini and Hochberg)."
    )
    needed: int | None = Field(description="Answers a period to find a change of 5 points.")
    mean: MeanChangeOut | None = Field(description="Of every measure but NPS, where anything is compared.")
    sentence: str = Field(description="The same in English.")


class StretchOut(BaseModel):
    """The part of a period between two breaks, or from one to the edge of the period: a measurement of its own."""

    model_config = ConfigDict(populate_by_name=True, serialize_by_alias=True)

    from_: date = Field(alias="from")
    to: date
    figure: FigureOut


class BreakOut(BaseModel):
    """From this day on answers are another measurement than before."""

    day: date
    why: Why
    channel: Channel
    language: str


class MixOut(BaseModel):
    """The change taken apart, in points; groups too small to be shown count as one."""

    by: str = Field(description="The dimension: `channel`, unless another was asked for.")
    rate: float = Field(description="What changed within its groups.")
    mix: float = Field(description="What changed by their shares.")
    reversed: bool = Field(description="Whether every group moved one way and the whole the other.")


class StratumOut(BaseModel):
    """One group that is weighed as a whole."""

    values: list[str] = Field(description="Several where each has too few answers to count for itself.")
    eligible: int = Field(
        description="Invited, and by queue, country and touchpoint also those whom only the sample left out."
    )
    answers: int
    weight: float | None = Field(description="What each answer counts for where 1 is the mean; null without answers.")


class AdjustedOut(BaseModel):
    """The score had every group answered equally often. It cannot mend that people stay silent because of what happened
    to them. Null where fewer than two groups have answers to show, and under a filter by theme or series."""

    by: str = Field(description="The dimension: `channel`, unless another was asked for.")
    score: EstimateOut = Field(description="`n` as many answers were weighed.")
    unweighted: EstimateOut = Field(description="The same answers as they were counted.")
    effective_n: float = Field(description="How many answers of equal weight would tell as much.")
    standing: Standing = Field(description="By `effective_n`.")
    covered: float = Field(description="The share of the eligible, from 0 to 1, in whose group anybody has answered.")
    left_out: int = Field(
        description="Answers of those who came by themselves, and from groups in which nobody was eligible."
    )
    strata: list[StratumOut]
