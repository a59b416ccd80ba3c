"""The overview: where every measure stands, whether it has moved, who was asked, and what was kept out beside it."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date

from bot.reporting.figures import Compared, compared
from bot.reporting.funnel import OF_CONTACTS, OF_SURVEYS, Asked, asked_in
from bot.reporting.groups import Course, Groups, believed, grouped
from bot.reporting.pivot import Pivot, Pivots, Question, pivoted
from bot.reporting.source import Period, Source
from bot.reporting.strata import Population, population, standardised, stratum_of, taken_apart
from bot.reporting.stretches import Stretch, edges, stretches
from flows import trends
from flows.adjusting import Adjusted
from flows.disclosure import Standing, Thresholds, needed
from flows.effort import effort
from flows.estimates import share
from flows.filters import Filter, query
from flows.measures import NPS, PUBLISHED, Distribution
from flows.mix import Decomposition
from flows.reversals import Examined
from flows.survey import Channel
from storage.courses import courses
from storage.figures import counted, daily
from storage.slices import Cells, Part, Slice

ALWAYS = ("channel", "language", "country")
"""The dimensions of which every group is shown beside its own past."""
EFFORT = [each for each in PUBLISHED.values() if each != NPS]
"""Measures of which it is told how many answers may have been meant the other way round."""


@dataclass(frozen=True, slots=True)
class Measured:
    """Everything about one question with numbers for answers.

    breaks: of the series from the beginning of the period before on, the first first; stretches: the parts of the
    period between these, none where there are not two: each was measured by itself, and the whole is of no series;
    mix: why the score moved, and adjusted: where it would stand had everybody eligible answered equally often, both by
    the stratum of the overview and None where that cannot be told; contradictions: effort answers that may have been
    meant the other way round, counted and left as they are, None of other measures and where too few have answered;
    groups: by dimension; off_scale: answers that do not lie on today's scale, in no figure; query: the filter that
    means these answers.
    """

    question: str
    instrument: str
    compared: Compared
    breaks: tuple[trends.Break, ...]
    stretches: tuple[Stretch, ...]
    mix: Decomposition[tuple[str, ...]] | None
    adjusted: Adjusted | None
    contradictions: Examined | None
    groups: Groups
    off_scale: int
    query: str


@dataclass(frozen=True, slots=True)
class Overview:
    """Everything at a glance. filter: as it was asked for; period, before: the days compared; day: today; stratum: the
    dimension by which changes are taken apart and scores adjusted; unknown: questions whose instrument nobody knows any
    more, in no figure."""

    filter: Filter
    day: date
    period: Period
    before: Period
    stratum: str
    measures: tuple[Measured, ...]
    unknown: tuple[str, ...]
    asked: Asked


def overview(source: Source, wanted: Filter, by: str | None = None) -> Overview:
    """Everything at a glance. by: one more dimension to tell groups apart by, such as queue or agent, and the stratum
    where it can be one.

    Raises DefinitionError where a theme is named and the code frame cannot be read.
    """
    before, now = source.periods(wanted)
    whole = source.narrowed(wanted).between(before[0], now[1])
    stratum = stratum_of(by)
    with source.fresh() as connection:
        found = counted(connection, Part.SURVEYS, whole, source.zone, now[0], OF_SURVEYS, by)
        table = pivoted(found, source, tuple(dict.fromkeys((*ALWAYS, *([by] if by else ())))))
        broken = _breaks(courses(connection, before[0], now[1]))
        course = _course((day, slice) for day, slice in found.days if slice.said == "number")
        of_now = whole.between(*now)
        invited = counted(connection, Part.CONTACTS, of_now, source.zone, now[0], OF_CONTACTS, stratum).of_half(True)
        people = population(invited, stratum)
        measures = [
            _measured(question, pivot, (before, now), course[question], broken[question], wanted.between(*now), people)
            for question, pivot in table.measures.items()
        ]
        is_apart = any(edges(now, each.breaks) for each in measures)
        cells = daily(connection, Part.SURVEYS, of_now, source.zone, ("answer",)) if is_apart else Counter()
        asked = asked_in(source, connection, wanted, now, found.of_half(True), invited)
    apart = [_stretches(cells, now, each, table, needed(of_now)) for each in measures]
    groups = believed(each.groups for each in measures)
    told = (
        replace(each, groups=of_it, stretches=parts) for each, of_it, parts in zip(measures, groups, apart, strict=True)
    )
    return Overview(wanted, source.today, now, before, stratum, tuple(told), table.unknown, asked)


def _course(days: Iterable[tuple[date, Slice]]) -> Mapping[Question, Course]:
    found: dict[Question, list[tuple[trends.Use, Slice]]] = defaultdict(list)
    for day, slice in days:
        used = trends.Use(day, Channel(slice.channel), slice.language, slice.series)
        found[slice.question, slice.instrument].append((used, slice))
    return found


def _breaks(days: Iterable[tuple[date, Slice]]) -> Mapping[Question, Sequence[trends.Break]]:
    found = {question: trends.breaks(used for used, _ in course) for question, course in _course(days).items()}
    return defaultdict(tuple, found)


def _measured(
    question: Question,
    pivot: Pivot,
    periods: tuple[Period, Period],
    course: Course,
    breaks: Sequence[trends.Break],
    wanted: Filter,
    people: Population,
) -> Measured:
    key, instrument = question
    of_this = wanted.among("instrument", instrument)
    broken = trends.concerning(breaks, (used for used, _ in course))
    thresholds = needed(wanted)
    both = compared(periods, pivot.halves, broken, thresholds=thresholds)
    groups = {
        dimension: grouped(dimension, values, periods, course, breaks, of_this)
        for dimension, values in pivot.groups.items()
    }
    return Measured(
        question=key,
        instrument=instrument,
        compared=both,
        breaks=broken,
        stretches=(),
        mix=taken_apart(both, pivot, people.dimension, wanted),
        adjusted=standardised(pivot, people, wanted),
        contradictions=_contradictions(pivot, thresholds),
        groups=groups,
        off_scale=pivot.off_scale,
        query=query(of_this),
    )


def _stretches(
    cells: Cells, now: Period, measured: Measured, table: Pivots, thresholds: Thresholds
) -> tuple[Stretch, ...]:
    if not edges(now, measured.breaks):
        return ()
    question = measured.question, measured.instrument
    answers = [
        (*key, n)
        for key, n in cells.items()
        if key[1].question == measured.question and key[1].instrument in ("", measured.instrument)
    ]
    return stretches(table.measures[question].measure, now, measured.breaks, answers, thresholds)


def _contradictions(pivot: Pivot, thresholds: Thresholds) -> Examined | None:
    """With and without the suspects, whose suspicions were noted where each answer was counted."""
    whole = pivot.halves[1].distribution
    if pivot.measure not in EFFORT or thresholds.standing(whole.n) is Standing.SUPPRESSED:
        return None
    rest = Distribution(whole.measure, whole.counts) - pivot.suspected
    without = effort(rest) if thresholds.standing(rest.n) is not Standing.SUPPRESSED else None
    return Examined(effort(whole), without, share(pivot.suspected.n, whole.n), pivot.by_suspicion)
