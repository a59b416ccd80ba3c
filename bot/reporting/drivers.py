"""Which themes go with a high or a low score, as people and then rules have read what was said."""

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from functools import cache
from itertools import combinations, groupby
from operator import attrgetter

from bot.reporting.source import Period, Source
from bot.standing import standing
from flows.disclosure import Standing, needed
from flows.drivers import FEELING, Commenters, Driver, Theme, commenters, drivers
from flows.filters import Filter
from flows.importance import MOST, importance
from flows.measures import Counts, Distribution, Measure
from nlp.tags import Sentiment
from nlp.tags import Source as By
from nlp.theme import CodeFrame
from storage.commented import Commented, commented, scored
from storage.selected import of_surveys
from storage.themes import Found, Read, Tagged
from storage.verbatims import BEGINNING


@dataclass(frozen=True, slots=True)
class Drivers:
    """What pulls one score up and down in a period.

    commenters: how far those who said why stand for all who scored; drivers: what pulls down most first. n: whose
    comments were read, by a machine or a person; unread: how many others commented, in nothing that is told by theme.
    Where too few were read, only these numbers are told.
    everybody: what those answered whose comments were read, common: those of them who speak of a theme, of the
    `flows.importance.MOST` most common ones that may be shown, and together: how many speak of both of a pair.
    """

    question: str
    instrument: str
    period: Period
    n: int
    unread: int
    standing: Standing
    commenters: Commenters | None
    drivers: tuple[Driver, ...]
    everybody: Counts
    common: Mapping[str, Counts]
    together: Mapping[frozenset[str], int]


def driven(source: Source, wanted: Filter, question: str, instrument: str) -> Drivers:
    """The themes of those who answered that question, in the period meant.

    Raises DefinitionError where the code frame cannot be read, and ValueError where nobody knows the instrument.
    """
    if (measure := source.measure_of(question, instrument)) is None:
        raise ValueError(f"nobody knows what numbers mean on {instrument} any more")
    _, period = source.periods(wanted)
    where = of_surveys(source.narrowed(wanted).between(*period), source.zone)
    with source.database.read() as connection:
        whole = _banded(measure, scored(connection, question, instrument, where))
        read = _read(source.frame(), measure, commented(connection, question, instrument, where))
    everybody, unread = _banded(measure, read.everybody), _banded(measure, read.unread)
    thresholds = needed(wanted)
    worth = thresholds.standing(everybody.n)
    if worth is Standing.SUPPRESSED:
        return Drivers(question, instrument, period, everybody.n, unread.n, worth, None, (), everybody, {}, {})
    scores = {key: _banded(measure, numbers) for key, numbers in sorted(read.scores.items())}
    found = drivers(
        everybody, [Theme(key, counts, _felt(read.felt[key])) for key, counts in scores.items()], thresholds
    )
    shown = [each.key for each in found if each.standing is not Standing.SUPPRESSED]
    return Drivers(
        question=question,
        instrument=instrument,
        period=period,
        n=everybody.n,
        unread=unread.n,
        standing=worth,
        commenters=commenters(whole, everybody + unread, thresholds),
        drivers=found,
        everybody=everybody,
        common={key: scores[key] for key in sorted(shown, key=lambda key: -scores[key].n)[:MOST]},
        together=read.together,
    )


def explained(found: Drivers) -> Mapping[str, float]:
    """How much of the differences between scores each of the common themes explains, as `flows.importance` has it.

    Every combination of themes is looked at: compute it only where it is shown.
    """
    return importance(found.everybody, found.common, found.together) if found.common else {}


@dataclass(slots=True)
class _Reading:
    """What was counted: numbers of all whose comments were read, of the other commenters, and by theme; feelings by
    theme; themes that come together."""

    everybody: Counter[int] = field(default_factory=Counter)
    unread: Counter[int] = field(default_factory=Counter)
    scores: dict[str, Counter[int]] = field(default_factory=lambda: defaultdict(Counter))
    felt: dict[str, Counter[str]] = field(default_factory=lambda: defaultdict(Counter))
    together: Counter[frozenset[str]] = field(default_factory=Counter)


def _read(frame: CodeFrame, measure: Measure, verbatims: Iterable[Commented]) -> _Reading:
    """Each respondent counts once for a theme, in however many verbatims they speak of it; each feeling counts."""
    reading, successor = _Reading(), cache(frame.successor)
    on_scale = (each for each in verbatims if each.score in measure.scale)
    for (_, score), of_respondent in groupby(on_scale, attrgetter("session", "score")):
        themes: set[str] = set()
        read = [each for each in of_respondent if each.is_read]
        if not read:
            reading.unread[score] += 1
            continue
        for verbatim in read:
            for theme, sentiment in _themes(frame, successor, verbatim).items():
                themes.add(theme)
                reading.felt[theme][sentiment] += 1
        reading.everybody[score] += 1
        for theme in themes:
            reading.scores[theme][score] += 1
        reading.together.update(frozenset(pair) for pair in combinations(themes, 2))
    return reading


def _themes(frame: CodeFrame, successor: Callable[[str], str | None], verbatim: Commented) -> Mapping[str, str]:
    """The themes that count, with how they are felt about; the long way where people have said anything."""
    if not (verbatim.decided or verbatim.reviewed):
        return {key: sentiment for theme, sentiment in verbatim.found if (key := successor(theme))}
    found = tuple(Found(theme, sentiment, 1.0, By.RULE) for theme, sentiment in verbatim.found)
    read = Read(verbatim.session, verbatim.question, BEGINNING, None, found)
    told = standing(frame, Tagged(read, frame.version, "", BEGINNING), verbatim.decided, verbatim.reviewed)
    return {each.theme: each.sentiment for each in told}


def _banded(measure: Measure, numbers: Mapping[int, int]) -> Counts:
    return Distribution(measure, {value: n for value, n in numbers.items() if value in measure.scale}).banded


def _felt(sentiments: Counter[str]) -> Counts:
    good, bad = sentiments[Sentiment.POSITIVE], sentiments[Sentiment.NEGATIVE]
    return Counts(FEELING, good, sentiments.total() - good - bad, bad)
