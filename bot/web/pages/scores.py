"""A number that a respondent gave, as it is shown: what was asked, how far its scale goes, and what its ends mean."""

from dataclasses import dataclass

from bot.web.pages.names import question_name
from flows.measures import PUBLISHED, Band, Measure
from flows.survey import Anchors, Rating, Scale, Survey
from storage.listed import Rated


@dataclass(frozen=True, slots=True)
class Score:
    """name: of the question; scale, anchors: its numbers and the words at their ends, None where nobody knows them any
    more; band: as the measure names it, None off the scale and of measures of one's own.
    """

    name: str
    value: int
    scale: Scale | None
    band: str | None
    anchors: Anchors | None


def scored(rated: Rated, survey: Survey, language: str) -> Score:
    """The number for somebody who reads that language."""
    asked = _asked(survey, rated.question, rated.instrument)
    measure = PUBLISHED.get(rated.instrument)
    scale = measure.scale if measure else asked.scale if asked else None
    return Score(
        name=question_name(survey, rated.question, rated.instrument),
        value=rated.value,
        scale=scale,
        band=_called(measure, rated.value) if measure and rated.value in measure.scale else None,
        anchors=_anchors(asked, language),
    )


def anchors_of(survey: Survey, question: str, instrument: str, language: str) -> Anchors | None:
    """The words at the ends of the scale for somebody who reads that language; None of what is no longer asked."""
    return _anchors(_asked(survey, question, instrument), language)


def _asked(survey: Survey, question: str, instrument: str) -> Rating | None:
    ratings = (each for each in survey.questions if isinstance(each, Rating))
    return next((each for each in ratings if (each.key, each.instrument) == (question, instrument)), None)


def _anchors(asked: Rating | None, language: str) -> Anchors | None:
    anchors = asked.anchors if asked else {}
    return anchors.get(language) or anchors.get("en") or next(iter(anchors.values()), None)


def _called(measure: Measure, value: int) -> str:
    return dict(zip(Band, measure.names, strict=True))[measure.band(value)]
