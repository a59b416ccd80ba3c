"""Counts turned to questions and groups: what was answered in both halves of the time, and by whom."""

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from bot.reporting.figures import Counted
from bot.reporting.source import Source
from flows.filters import UNKNOWN
from flows.measures import Distribution, Measure
from flows.reversals import Suspicion
from storage.figures import Counts
from storage.slices import BESIDE, WALK_IN, Slice

Question = tuple[str, str]
"""A question and the instrument it measures by."""
Halves = tuple[Counted, Counted]
"""What was counted in the earlier and in the later half."""


@dataclass(frozen=True, slots=True)
class Pivot:
    """The answers to one question. groups: by dimension and value, unknown ones as `flows.filters.UNKNOWN`.

    walk_ins: in the same way, of the later half, answers of those who came by themselves; they are among the others.
    suspected: of the later half, answers that something speaks against; by_suspicion: and what; off_scale: numbers that
    lie on no scale of today, in both halves.
    """

    measure: Measure
    halves: Halves
    groups: Mapping[str, Mapping[str, Halves]]
    walk_ins: Mapping[str, Mapping[str, Distribution]]
    suspected: Distribution
    by_suspicion: Mapping[Suspicion, int]
    off_scale: int


@dataclass(frozen=True, slots=True)
class Pivots:
    """Every question with numbers for answers; unknown: those whose instrument nobody knows any more."""

    measures: Mapping[Question, Pivot]
    unknown: tuple[str, ...]


@dataclass(slots=True)
class _Sum:
    values: Counter[int] = field(default_factory=Counter)
    missing: int = 0
    late: int = 0

    def add(self, slice: Slice, value: int, n: int) -> None:
        if slice.said == "number":
            self.values[value] += n
            self.late += n if slice.late else 0
        else:
            self.missing += n

    def of(self, measure: Measure) -> Counted:
        return Counted(Distribution(measure, dict(self.values), self.missing), self.late)


def pivoted(counts: Counts, source: Source, dimensions: Sequence[str]) -> Pivots:
    """The counts by question in the order of the survey, and by these dimensions."""
    by_question: dict[Question, list[tuple[bool, Slice, int, int]]] = defaultdict(list)
    for (half, slice, value), n in counts.halves.items():
        if slice.of == "answer" and slice.instrument:
            by_question[slice.question, slice.instrument].append((half, slice, value, n))
    order = [each.key for each in source.survey.questions]
    questions = sorted(by_question, key=lambda each: (order.index(each[0]) if each[0] in order else len(order), each))
    known = {each: measure for each in questions if (measure := source.measure_of(*each))}
    measures = {each: _pivot(measure, by_question[each], dimensions) for each, measure in known.items()}
    return Pivots(measures, tuple(each[0] for each in questions if each not in known))


def _pivot(measure: Measure, cells: Sequence[tuple[bool, Slice, int, int]], dimensions: Sequence[str]) -> Pivot:
    whole = (_Sum(), _Sum())
    groups: dict[str, dict[str, tuple[_Sum, _Sum, _Sum]]] = {each: {} for each in dimensions}
    suspected: Counter[int] = Counter()
    why: Counter[Suspicion] = Counter(dict.fromkeys(Suspicion, 0))
    off_scale = 0
    for half, slice, value, n in cells:
        if slice.said == "number" and value not in measure.scale:
            off_scale += n
            continue
        whole[half].add(slice, value, n)
        for dimension in dimensions:
            of_value = groups[dimension].setdefault(getattr(slice, dimension) or UNKNOWN, (_Sum(), _Sum(), _Sum()))
            of_value[half].add(slice, value, n)
            if half and WALK_IN in slice.mark:
                of_value[2].add(slice, value, n)
        if half and (doubts := [each for each in slice.mark.split() if each not in (BESIDE, WALK_IN)]):
            suspected[value] += n
            why.update({Suspicion(each): n for each in doubts})
    return Pivot(
        measure=measure,
        halves=(whole[0].of(measure), whole[1].of(measure)),
        groups={
            dimension: {value: (sums[0].of(measure), sums[1].of(measure)) for value, sums in sorted(of_value.items())}
            for dimension, of_value in groups.items()
        },
        walk_ins={
            dimension: {value: sums[2].of(measure).distribution for value, sums in of_value.items()}
            for dimension, of_value in groups.items()
        },
        suspected=Distribution(measure, dict(suspected)),
        by_suspicion=dict(why),
        off_scale=off_scale,
    )
