"""One row per question answered, beside the session's snapshot, for whoever counts and reads answers later."""

from typing import Any

from flows.session import Answer, Missing, Permission, Rated, Session, Verbatim
from flows.survey import Consent, Rating, Survey, series
from storage.encryption import Keys

RAW = "answers.raw"
VERBATIM = "answers.verbatim"


def changed(keys: Keys, survey: Survey, before: Session | None, after: Session) -> list[dict[str, Any]]:
    """The rows, but for when and whose they are, of the answers that a turn has given or changed.

    A consent is no answer that anybody counts, and is kept in the session alone.
    """
    known = before.answers if before else {}
    return [
        {"question": key, "language": after.language, **_asked(survey, before, after, key), **_said(keys, answer)}
        for key, answer in after.answers.items()
        if known.get(key) != answer and not isinstance(survey.question(key), Consent)
    ]


def taken_back(before: Session, after: Session) -> list[str]:
    """The questions whose answers a turn has taken away."""
    return [key for key in before.answers if key not in after.answers]


def _asked(survey: Survey, before: Session | None, after: Session, key: str) -> dict[str, Any]:
    question = survey.question(key)
    instrument = question.instrument if isinstance(question, Rating) else None
    # What was put last may have been put in a wording that the survey no longer has.
    if before is not None and before.asked == key:
        return {"instrument": instrument, "series": before.series}
    return {"instrument": instrument, "series": series(question, after.language, after.medium)}


def _said(keys: Keys, answer: Answer) -> dict[str, Any]:
    said: dict[str, Any] = {"value": None, "missing": None, "corrected_from": None, "late": False, "verbatim": None}
    said |= {"raw": keys.encrypt(answer.raw, RAW), "confidence": answer.confidence}
    match answer:
        case Rated():
            return said | {"value": answer.value, "corrected_from": answer.corrected_from, "late": answer.late}
        case Verbatim():
            return said | {"verbatim": keys.encrypt(answer.text, VERBATIM), "late": answer.late}
        case Missing():
            return said | {"missing": str(answer.why)}
        case Permission():
            raise ValueError("a permission is no answer")
