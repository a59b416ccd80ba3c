"""The overview: where every measure stands, whether it has moved, who was asked, and what was kept out beside it."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from bot.reporting.figures import Compared, Period
from flows.estimates import Estimate
from flows.filters import Filter
from flows.funnel import DropOff, Funnel
from flows.mix import Decomposition
from flows.rates import Rates
from flows.reversals import Examined
from flows.trends import Break


@dataclass(frozen=True, slots=True)
class Group:
    """The answers of one channel, language or country, beside its own past and never in a row with others.

    value: `flows.filters.UNKNOWN` where it is not known; query: the filter that means these answers.
    """

    dimension: str
    value: str
    compared: Compared
    query: str


@dataclass(frozen=True, slots=True)
class Measured:
    """Everything about one question with numbers for answers.

    breaks: of the series from the beginning of the period before on, the first first; mix: why the score moved by
    channel, None where nothing is compared; contradictions: effort answers that may have been meant the other way
    round, counted and left as they are, None of other measures and where too few have answered; groups: by dimension;
    off_scale: answers that do not lie on today's scale, in no figure; query: the filter that means these answers.
    """

    question: str
    instrument: str
    compared: Compared
    breaks: tuple[Break, ...]
    mix: Decomposition[str] | None
    contradictions: Examined | None
    groups: Mapping[str, tuple[Group, ...]]
    off_scale: int
    query: str


@dataclass(frozen=True, slots=True)
class Asked:
    """Who was asked in the period, and how far they came.

    endings: invitations by what became of them, as `flows.session.Outcome` and `flows.cases.Ending` name it, and open
    ones by how far they are; walk_ins: conversations that nobody was invited to, by outcome; steps: question by
    question; seconds: the median from the first message or call to the first answer, None where nobody has answered;
    attempts: how many invitations took so many messages and calls; ignored: names of the filter that do not apply to
    contacts and have not narrowed these counts.
    """

    funnel: Funnel
    rates: Rates
    endings: Mapping[str, int]
    walk_ins: Mapping[str, int]
    steps: tuple[DropOff, ...]
    seconds: Estimate | None
    attempts: Mapping[int, int]
    ignored: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Overview:
    """Everything at a glance. filter: as it was asked for; period, before: the days compared; day: today."""

    filter: Filter
    day: date
    period: Period
    before: Period
    measures: tuple[Measured, ...]
    asked: Asked
