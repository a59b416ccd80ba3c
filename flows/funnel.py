"""Who was asked and how far they came: those kept out, those invited, and where people leave the questions."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from itertools import accumulate

from flows.eligibility import Reason
from flows.estimates import LEVEL, Estimate, Method, NothingCountedError, share
from flows.quantiles import at_most
from flows.rates import Dispositions


@dataclass(frozen=True, slots=True)
class Funnel:
    """Every contact that ended, in exactly one place.

    outside: never invited, by reason; they stand beside the rates and never in them. open: invited and not at an end
    yet, in no rate either. ended: what became of the others. Raises ValueError for fewer than none.
    """

    ended: Dispositions
    open: int = 0
    outside: Mapping[Reason, int] = field(default_factory=dict)

    def __post_init__(self) -> None:
        if min((self.open, *self.outside.values())) < 0:
            raise ValueError("fewer than no contacts")

    @property
    def invited(self) -> int:
        return self.open + self.ended.n

    @property
    def contacts(self) -> int:
        return self.invited + sum(self.outside.values())

    def kept_out(self, reason: Reason, level: float = LEVEL) -> Estimate:
        """The percentage of contacts that this reason kept out, such as the quarantine. Raises NothingCountedError."""
        return share(self.outside.get(reason, 0), self.contacts, level)


@dataclass(frozen=True, slots=True)
class Step:
    """One question. asked: to how many it was put; answered: by how many; left: who ended at it, never more than
    those without an answer to it. Raises ValueError where the numbers contradict each other."""

    question: str
    asked: int
    answered: int
    left: int

    def __post_init__(self) -> None:
        if min(self.asked, self.answered, self.left) < 0 or self.answered + self.left > self.asked:
            raise ValueError(f"{self.question}: {self.answered} answered and {self.left} left, of {self.asked} asked")


@dataclass(frozen=True, slots=True)
class DropOff:
    """answered, left: in percent of those asked, None where it was put to nobody."""

    step: Step
    answered: Estimate | None
    left: Estimate | None


def drop_off(steps: Sequence[Step], level: float = LEVEL) -> tuple[DropOff, ...]:
    """Where people leave, question by question."""
    return tuple(
        DropOff(step, share(step.answered, step.asked, level), share(step.left, step.asked, level))
        if step.asked
        else DropOff(step, None, None)
        for step in steps
    )


def median(times: Mapping[float, int], level: float = LEVEL) -> Estimate:
    """The median of values that came so many times each, such as seconds to the answer, in their own unit.

    The interval lies between two values of the sample, found by the binomial distribution of how many lie below the
    median (order statistics; David and Nagaraja 2003); both ends of the sample where there are too few for that.
    Raises NothingCountedError.
    """
    values = sorted((value, n) for value, n in times.items() if n)
    n = sum(n for _, n in values)
    if not n:
        raise NothingCountedError("there is no median of nothing")
    ends = list(accumulate(n for _, n in values))

    def ranked(rank: int) -> float:
        return next(value for (value, _), end in zip(values, ends, strict=True) if rank <= end)

    middle = (ranked((n + 1) // 2) + ranked(n // 2 + 1)) / 2
    below = _below(n, (1 - level) / 2)
    return Estimate(middle, ranked(below), ranked(n + 1 - below), n, Method.ORDER, level)


def _below(n: int, tail: float) -> int:
    """The highest rank that lies above the median with no more than this chance; 1 where there is none."""
    low, high = 1, n // 2 + 1
    while high - low > 1:
        rank = (low + high) // 2
        low, high = (rank, high) if at_most(rank - 1, n, 0.5) <= tail else (low, rank)
    return low
