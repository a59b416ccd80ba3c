"""What the API gives of a single score: its interval, why it moved, and where it would stand had all answered alike."""

from pydantic import BaseModel, Field

from flows.disclosure import Standing


class EstimateOut(BaseModel):
    """A figure with its interval of 95 %."""

    value: float
    low: float
    high: float
    n: int = Field(description="How many answers it rests on.")


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
