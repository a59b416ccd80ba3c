"""Which comments are meant besides the filter: by scores, effort, feeling and who tagged, and its form in a URL."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, fields
from enum import StrEnum
from typing import Any

from flows import filters
from flows.filters import Filter, FilterError, FilterFault
from flows.measures import NPS, PUBLISHED, Band


class Coding(StrEnum):
    """Who has said what a comment speaks of."""

    PERSON = "person"
    """Somebody has decided at least something."""
    MACHINE = "machine"
    """Rules or a model, and nobody has decided anything."""
    NONE = "none"
    """No theme counts for it."""
    REVIEW = "review"
    """Nobody has decided anything of it, and no theme was found, or one of them without being sure."""


SCORES = range(NPS.scale.low, NPS.scale.high + 1)
BANDS: Mapping[str, Band] = {"promoter": Band.GOOD, "passive": Band.MIDDLE, "detractor": Band.BAD}
EFFORTS: Mapping[str, Band] = {"low": Band.GOOD, "middle": Band.MIDDLE, "high": Band.BAD}


@dataclass(frozen=True, slots=True)
class Narrowing:
    """Everything named has to hold of a comment and of the survey it was said in; nothing named, every comment.

    score_from, score_to: of the same respondent's answer by NPS, both included; band: of that answer; effort: of their
    answer by any published measure of effort; sentiment: of a theme that counts for the comment, one of those that the
    filter names where it names any; coding: who has said what it speaks of.
    """

    score_from: int | None = None
    score_to: int | None = None
    band: str | None = None
    effort: str | None = None
    sentiment: str | None = None
    coding: Coding | None = None

    @property
    def numbers(self) -> tuple[Mapping[str, frozenset[int]], ...]:
        """For each of these the respondent has given one of the numbers it names by instrument."""
        found: list[Mapping[str, frozenset[int]]] = []
        if (self.score_from, self.score_to, self.band) != (None, None, None):
            low = SCORES[0] if self.score_from is None else self.score_from
            high = SCORES[-1] if self.score_to is None else self.score_to
            band = BANDS[self.band] if self.band else None
            meant = (score for score in SCORES if low <= score <= high and band in (None, NPS.band(score)))
            found.append({NPS.instrument: frozenset(meant)})
        if self.effort:
            found.append(_of_effort(EFFORTS[self.effort]))
        return tuple(found)

    @property
    def tells_comments_apart(self) -> bool:
        """Whether of one survey some comments may be meant and others not."""
        return self.sentiment is not None or self.coding is not None


EVERYTHING = Narrowing()
"""Nothing is narrowed."""

NAMES = tuple(each.name for each in fields(Narrowing))

VALUES: Mapping[str, tuple[str, ...]] = {
    "score_from": tuple(map(str, SCORES)),
    "score_to": tuple(map(str, SCORES)),
    "band": tuple(BANDS),
    "effort": tuple(EFFORTS),
    # As tagging calls them, which is not known here.
    "sentiment": ("positive", "negative", "mixed", "neutral"),
    "coding": tuple(Coding),
}
"""What each name can be narrowed to."""

UNHEARD_OF = "there is no such value"
REMEDIES: Mapping[str, str] = {
    "score_from": "give a whole number from 0 to 10",
    "score_to": "give a whole number from 0 to 10",
    "band": "give promoter, passive or detractor",
    "effort": "give low, middle or high",
    "sentiment": "give positive, negative, mixed or neutral",
    "coding": "give person, machine, none or review",
}
TWICE = "it can have one value only", "leave the others out"
CROSSED = "it lies below the beginning", "give a higher number, or exchange the two"


def read(pairs: Iterable[tuple[str, str]]) -> Narrowing:
    """What the names and values of a query narrow; names that are no part of it are left to others, blanks ignored.

    Raises FilterError with every fault found.
    """
    given = _given(pairs)
    if faults := tuple(_faults(given)):
        raise FilterError(faults)
    told: dict[str, Any] = {name: values[0] for name, values in given.items()}
    told |= {name: int(told[name]) for name in ("score_from", "score_to") if name in told}
    return Narrowing(**told | ({"coding": Coding(told["coding"])} if "coding" in told else {}))


def read_with_filter(pairs: Iterable[tuple[str, str]]) -> tuple[Filter, Narrowing]:
    """The filter and what narrows it, both in the same names and values. Raises FilterError with the faults of both."""
    told = list(pairs)
    try:
        wanted = filters.read(told)
    except FilterError as error:
        raise FilterError((*error.faults, *_faults(_given(told)))) from None
    return wanted, read(told)


def written(narrowing: Narrowing) -> dict[str, str]:
    """Names and values as `read` takes them, without those that narrow nothing."""
    return {name: str(value) for name in NAMES if (value := getattr(narrowing, name)) is not None}


def _given(pairs: Iterable[tuple[str, str]]) -> Mapping[str, list[str]]:
    told = list(pairs)
    named = {name: list(dict.fromkeys(value.strip() for key, value in told if key == name)) for name in NAMES}
    return {name: filled for name, values in named.items() if (filled := [value for value in values if value])}


def _faults(given: Mapping[str, list[str]]) -> Iterable[FilterFault]:
    for name, values in given.items():
        if not set(values) <= set(VALUES[name]):
            yield FilterFault(name, UNHEARD_OF, REMEDIES[name])
        elif len(values) > 1:
            yield FilterFault(name, *TWICE)
    low, high = (given.get(name, [""])[0] for name in ("score_from", "score_to"))
    if low in VALUES["score_from"] and high in VALUES["score_to"] and int(high) < int(low):
        yield FilterFault("score_to", *CROSSED)


def _of_effort(band: Band) -> Mapping[str, frozenset[int]]:
    """The numbers in that band of every published measure of effort."""
    return {
        measure.instrument: frozenset(
            value for value in range(measure.scale.low, measure.scale.high + 1) if measure.band(value) is band
        )
        for measure in PUBLISHED.values()
        if measure is not NPS
    }
