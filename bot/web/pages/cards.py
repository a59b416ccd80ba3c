"""A verbatim as it is shown: masked, its evidence marked, its scores with what their numbers mean."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from bot.standing import Standing
from bot.verbatims import Shown
from bot.web.pages.highlights import Piece, pieces
from bot.web.pages.scores import Score, scored
from flows.measures import NPS, PUBLISHED
from flows.reversals import Answered, Suspicion, suspicions
from flows.survey import Survey
from nlp.redaction import redact
from nlp.theme import CodeFrame
from storage.listed import Listed
from storage.verbatims import BEGINNING


@dataclass(frozen=True, slots=True)
class Theme:
    """A theme that counts. number: from 1, as the evidence and the keyboard name it."""

    number: int
    name: str
    tag: Standing


@dataclass(frozen=True, slots=True)
class Card:
    """A verbatim as it is shown. seen: when people last decided anything of it; is_read: whether it was tagged as it
    stands, and untagged why nothing was found in it; numbers: of themes by key.
    """

    id: str
    listed: Listed
    pieces: tuple[Piece, ...]
    themes: tuple[Theme, ...]
    scores: tuple[Score, ...]
    doubts: frozenset[Suspicion]
    seen: datetime
    is_read: bool
    untagged: str | None
    reviewers: tuple[str, ...]
    numbers: Mapping[str, int]


def card(listed: Listed, shown: Shown, frame: CodeFrame, survey: Survey, language: str, *, masked: bool = True) -> Card:
    """The verbatim for somebody who reads that language."""
    said, read = shown.said, shown.tagged.read if shown.tagged else None
    is_read = read is not None and read.answered_at == said.answered_at
    evidence = {tag.theme: tag.evidence for tag in shown.tags if is_read}
    themes = tuple(
        Theme(number, theme_name(frame, tag.theme, language), tag) for number, tag in enumerate(shown.tags, start=1)
    )
    return Card(
        id=said.id,
        listed=listed,
        pieces=pieces(said.text, evidence, redact(said.text, said.own) if masked else ()),
        themes=themes,
        scores=tuple(scored(rated, survey, language) for rated in listed.ratings),
        doubts=_doubts(listed),
        seen=last_decided(shown),
        is_read=is_read,
        untagged=read.untagged if read and is_read else None,
        reviewers=tuple(dict.fromkeys(review.by for review in shown.reviews)),
        numbers={theme.tag.theme: theme.number for theme in themes},
    )


def last_decided(shown: Shown, by: str | None = None) -> datetime:
    """When anybody, or that person, last decided anything of it; the beginning of time where nobody has."""
    taken = [(each.by, each.at) for each in shown.decisions] + [(each.by, each.at) for each in shown.reviews]
    return max((at for who, at in taken if by in (None, who)), default=BEGINNING)


def theme_name(frame: CodeFrame, key: str, language: str) -> str:
    """What a theme is called for somebody who reads that language; its key where the code frame has it no more."""
    names = next((theme.names for theme in frame.themes if theme.key == key), {})
    return names.get(language) or names.get("en") or next(iter(names.values()), key)


def _doubts(listed: Listed) -> frozenset[Suspicion]:
    """What speaks against the effort answer; nothing where there is none."""
    on_scale = [
        (measure, rated.value)
        for rated in listed.ratings
        if (measure := PUBLISHED.get(rated.instrument)) and rated.value in measure.scale
    ]
    nps = max((value for measure, value in on_scale if measure is NPS), default=None)
    return frozenset(
        doubt
        for measure, value in on_scale
        if measure is not NPS
        for doubt in suspicions(measure, Answered(value, nps, listed.feeling))
    )
