"""Verbatims to take away: the columns of a row for every theme of each, and what stands in them."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import datetime
from functools import cache

from bot.reporting.answers import CONTEXT, FAMILIES, OF_A_SCALE, Question, Told
from bot.reporting.source import Source
from bot.reporting.walk import Comment, Surveyed
from bot.reporting.writers import Cell, Column, placed
from bot.standing import Standing
from nlp.tags import Source as By
from nlp.theme import CodeFrame


def _of_scale(family: str) -> list[Column]:
    """What the numbers in the column of that family mean."""
    return [Column(f"{family}_{each.name}", each.type, f"`{family}`: {each.meaning}") for each in OF_A_SCALE]


VERBATIMS = (
    Column("id", str, "The verbatim, as in the API; the same in each of its rows. One without themes has one row."),
    Column("reference", str, "What your own system calls the contact; empty where somebody came by themselves."),
    Column("session", str, "The id of the survey, as in the export of answers."),
    Column("question", str, "What was asked."),
    Column("channel", str, "Over which the survey was held: call, sms or whatsapp."),
    Column("language", str, "In which the survey was held."),
    Column("started_at", datetime, "When the survey was begun, in UTC."),
    Column("answered_at", datetime, "When this was said, in UTC."),
    Column(
        "outcome", str, "Of the survey: completed, partial, refused, broken_off or expired; empty while it is open."
    ),
    Column("nps", int, "The same respondent's first answer by NPS; empty without."),
    *_of_scale("nps"),
    Column("ces", int, "The same respondent's first answer by a measure of effort, as it was given; empty without."),
    *_of_scale("ces"),
    Column("verbatim", str, "What was said, with a word in brackets for whatever tells who somebody is."),
    Column("language_read", str, "The language in which it was read for its themes; empty where it was not."),
    Column(
        "untagged", str, "Why it was not read, such as language; empty where it was, or where its turn has not come."
    ),
    Column("theme", str, "The key of one theme that counts today; empty where there is none."),
    Column("theme_name", str, "Its name in English, or in the first language of the code frame."),
    Column("sentiment", str, "How the respondent feels about it: positive, negative, mixed or neutral."),
    Column("evidence", str, "The words that show it, parts of the verbatim with … in between; masked alike."),
    Column(
        "confidence", float, "The calibrated probability, from 0 to 1, that a person would say the same; 1 of people."
    ),
    Column("tagged_by", str, "machine or person."),
    Column("source", str, "rule, model or human."),
    Column("coder", str, "The user or key that decided it; empty where a machine did."),
    Column("code_frame", str, "The version of the code frame with which it was read, or by which a person decided."),
    Column("model", str, "The version of what read it; empty where a person decided."),
    *CONTEXT,
)


def verbatim_rows(source: Source, frame: CodeFrame) -> Callable[[Surveyed], Iterator[Sequence[Cell]]]:
    """What makes the rows of a survey, by the code frame of today."""
    in_order = placed(VERBATIMS)
    scaled = cache(lambda key, instrument: Told(source, Question(key, instrument, has_answer=False)))
    names = {theme.key: theme.names.get("en") or next(iter(theme.names.values())) for theme in frame.themes}

    def rows(one: Surveyed) -> Iterator[Sequence[Cell]]:
        about = _about(one, scaled)
        for question, comment in one.comments.items():
            said = {**about, **_said(one, question, comment)}
            for tag in comment.tags:
                yield in_order({**said, **_tag(frame, comment, tag), "theme_name": names[tag.theme]})
            if not comment.tags:
                yield in_order(said)

    return rows


def _about(one: Surveyed, scaled: Callable[[str, str], Told]) -> Mapping[str, Cell]:
    response = one.response
    about: dict[str, Cell] = {name: getattr(response, name) for name in PLAIN} | {"survey_version": response.version}
    for key, given in response.answers.items():
        instrument = given.instrument or ""
        family = instrument.partition("_")[0]
        if given.value is not None and family in FAMILIES and family not in about:
            about[family] = given.value
            about |= zip(SCALED[family], scaled(key, instrument).cells(given, None), strict=False)
    return about


SCALED = {family: [column.name for column in _of_scale(family)] for family in FAMILIES}
PLAIN = (
    *("reference", "session", "channel", "language", "started_at", "outcome"),
    *("survey", "country", "queue", "agent", "touchpoint"),
)


def _said(one: Surveyed, question: str, comment: Comment) -> Mapping[str, Cell]:
    read = comment.tagged
    return {
        "id": f"{one.response.session}.{question}",
        "question": question,
        "answered_at": comment.answered_at,
        "verbatim": comment.shown,
        "language_read": read.read.language if read else None,
        "untagged": read.read.untagged if read else None,
        "code_frame": read.frame if read else None,
        "model": read.model if read else None,
    }


def _tag(frame: CodeFrame, comment: Comment, tag: Standing) -> Mapping[str, Cell]:
    found: dict[str, Cell] = {
        "theme": tag.theme,
        "sentiment": str(tag.sentiment),
        "evidence": comment.evidence(tag),
        "confidence": tag.confidence,
        "source": str(tag.source),
        "tagged_by": "machine",
    }
    if tag.source is By.HUMAN:
        found |= {"tagged_by": "person", "coder": tag.by, "model": None, "code_frame": _decided_by(frame, comment, tag)}
    return found


def _decided_by(frame: CodeFrame, comment: Comment, tag: Standing) -> str | None:
    """The code frame of the last decision for this theme."""
    decisions: Sequence[str] = [
        decision.frame
        for decision in comment.decisions
        if decision.present and frame.successor(decision.theme) == tag.theme
    ]
    return decisions[-1] if decisions else None
