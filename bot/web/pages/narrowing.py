"""What the page of verbatims can be narrowed by besides the filter of all pages, as it stands in its address."""

from collections.abc import Mapping
from dataclasses import dataclass

from flows.measures import NPS, PUBLISHED, Band
from nlp.tags import Sentiment
from storage.listed import Coding, Wanted

BANDS = {"promoter": Band.GOOD, "passive": Band.MIDDLE, "detractor": Band.BAD}
EFFORTS = {"low": Band.GOOD, "high": Band.BAD}
SCORES = range(NPS.scale.low, NPS.scale.high + 1)


@dataclass(frozen=True, slots=True)
class Narrowing:
    """chosen: names and values in the address, as far as they mean anything; wanted: what they mean."""

    chosen: Mapping[str, str]
    wanted: Wanted


def narrowing(asked: Mapping[str, str]) -> Narrowing:
    """What stands in the address; what means nothing there is left out."""
    known: Mapping[str, set[str]] = {
        "score_from": set(map(str, SCORES)),
        "score_to": set(map(str, SCORES)),
        "band": set(BANDS),
        "effort": set(EFFORTS),
        "sentiment": {*Sentiment},
        "coding": {*Coding},
    }
    chosen = {name: value for name, values in known.items() if (value := asked.get(name, "").strip()) in values}
    rated: list[Mapping[str, frozenset[int]]] = []
    if {"score_from", "score_to", "band"} & set(chosen):
        low, high = int(chosen.get("score_from", SCORES[0])), int(chosen.get("score_to", SCORES[-1]))
        band = BANDS.get(chosen.get("band", ""))
        meant = frozenset(score for score in SCORES if low <= score <= high and band in (None, NPS.band(score)))
        rated.append({NPS.instrument: meant})
    if "effort" in chosen:
        rated.append(_effort(EFFORTS[chosen["effort"]]))
    coding = Coding(chosen["coding"]) if "coding" in chosen else None
    return Narrowing(chosen, Wanted(tuple(rated), chosen.get("sentiment"), coding))


def _effort(band: Band) -> Mapping[str, frozenset[int]]:
    """The numbers in that band of every published measure of effort."""
    return {
        measure.instrument: frozenset(
            value for value in range(measure.scale.low, measure.scale.high + 1) if measure.band(value) is band
        )
        for measure in PUBLISHED.values()
        if measure is not NPS
    }
