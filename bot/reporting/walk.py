"""Survey after survey with all that is known of each, for exports: in memory only a page of them at a time."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import lru_cache
from typing import Any

from bot.reporting.source import Source
from bot.standing import Standing, standing
from flows.filters import Filter
from flows.measures import NPS, PUBLISHED
from flows.narrowing import EVERYTHING, Narrowing
from flows.reversals import Answered, suspicions
from nlp.redaction import mask, redact
from nlp.tags import Redaction, Stretch
from nlp.theme import CodeFrame
from storage import themes
from storage.doubts import feelings
from storage.encryption import Keys
from storage.narrowed import meant, of_surveys
from storage.places import Place
from storage.responses import BEGINNING, COMMENTED, Given, Response, count, pages
from storage.selected import own_numbers
from storage.themes import Decision, Key, Tagged


@dataclass(frozen=True, slots=True)
class Comment:
    """A verbatim with what counts for it.

    shown: the text with a word in brackets for whatever tells who somebody is; redactions: where that is; tagged: None
    where nobody has read it yet.
    """

    text: str
    shown: str
    redactions: tuple[Redaction, ...]
    answered_at: datetime
    tags: tuple[Standing, ...]
    tagged: Tagged | None
    decisions: Sequence[Decision]

    def evidence(self, tag: Standing) -> str | None:
        """The words that show this theme, masked as in the whole."""
        return " … ".join(self._part(part) for part in tag.evidence) or None

    def _part(self, part: Stretch) -> str:
        within = [
            Redaction(max(one.start, part.start) - part.start, min(one.end, part.end) - part.start, one.kind)
            for one in self.redactions
            if one.start < part.end and one.end > part.start
        ]
        return mask(self.text[part.start : part.end], within)


@dataclass(frozen=True, slots=True)
class Surveyed:
    """One survey. comments: by question; own: the respondent's number, where it was asked for; is_doubtful: whether an
    effort answer may have been meant the other way round, None without any."""

    response: Response
    comments: Mapping[str, Comment]
    is_doubtful: bool | None
    own: str | None = field(repr=False)

    @property
    def place(self) -> Place:
        """Where it stands; what comes after it is read next."""
        return Place(self.response.started_at, self.response.session)


@dataclass(frozen=True, slots=True)
class Walk:
    """The surveys that a filter means, and what narrows it. frame: the code frame of today; is_masked: whether anything
    in a verbatim that tells who somebody is may not be shown; has_phones: whether numbers are asked for."""

    source: Source
    keys: Keys
    frame: CodeFrame
    filter: Filter
    narrowing: Narrowing = EVERYTHING
    is_masked: bool = True
    has_phones: bool = False

    def count(self, *, commented: bool = False) -> int:
        """How many surveys there are, or how many of them with a comment."""
        with self.source.database.read() as connection:
            return count(connection, self._where(commented))

    def pages(
        self, *, commented: bool = False, after: Place = BEGINNING, batch: int = 1000
    ) -> Iterator[list[Surveyed]]:
        """The surveys behind that place, the first begun first. Raises Unreadable.

        commented: those with a comment that is meant, and of their comments no others.
        """
        for found in pages(self.source.database, self.keys, self._where(commented), after, batch):
            yield self._known(found, commented)

    def _where(self, commented: bool) -> list[Any]:
        where = of_surveys(self.source.narrowed(self.filter), self.narrowing, self.source.zone)
        return [*where, COMMENTED] if commented else where

    def _said(self, found: Sequence[Response], commented: bool) -> list[Key]:
        """The comments to be told of these surveys."""
        said = [(one.session, key) for one in found for key, given in one.answers.items() if given.verbatim is not None]
        if not (commented and self.narrowing.tells_comments_apart):
            return said
        with self.source.database.read() as connection:
            of = [one.session for one in found]
            kept = meant(connection, of, self.source.narrowed(self.filter), self.narrowing)
        return [key for key in said if key in kept]

    def _known(self, found: Sequence[Response], commented: bool) -> list[Surveyed]:
        said = self._said(found, commented)
        told = set(said)
        sessions = {session for session, _ in said}
        with self.source.database.read() as connection:
            numbers = [each.session for each in found] if self.has_phones else sessions
            own = own_numbers(connection, self.keys, numbers) if numbers else {}
            read = themes.tagged(connection, said) if said else {}
            decided = themes.decisions(connection, said) if said else {}
            reviewed = themes.reviewers(connection, said) if said else {}
            felt = feelings(connection, sorted(sessions)) if sessions else {}

        def comment(session: str, question: str, given: Given, text: str) -> Comment:
            key = session, question
            tagged = _current(read.get(key), given.answered_at)
            decisions = decided.get(key, ())
            hidden = redact(text, own.get(session)) if self.is_masked else ()
            return Comment(
                text=text,
                shown=mask(text, hidden) if hidden else text,
                redactions=hidden,
                answered_at=given.answered_at,
                tags=standing(self.frame, tagged, decisions, reviewed.get(key, ())),
                tagged=tagged,
                decisions=decisions,
            )

        return [
            Surveyed(
                response=one,
                comments={
                    question: comment(one.session, question, given, given.verbatim)
                    for question, given in one.answers.items()
                    if given.verbatim is not None and (one.session, question) in told
                },
                is_doubtful=_is_doubtful(one, felt.get(one.session, 0)),
                own=own.get(one.session) if self.has_phones else None,
            )
            for one in found
        ]


def _current(tagged: Tagged | None, answered_at: datetime) -> Tagged | None:
    """What was found, unless it was found in words that were changed since."""
    return tagged if tagged and tagged.read.answered_at == answered_at else None


def _is_doubtful(response: Response, feeling: int) -> bool | None:
    """As the overview counts it."""
    numbers = tuple((each.instrument, each.value) for each in response.answers.values() if each.value is not None)
    return _is_suspect(numbers, feeling)


@lru_cache(maxsize=4096)
def _is_suspect(numbers: tuple[tuple[str | None, int], ...], feeling: int) -> bool | None:
    """Of instruments and what was answered; the same few come again and again."""
    known = [(measure, value) for instrument, value in numbers if (measure := PUBLISHED.get(instrument or ""))]
    told = [(measure, value) for measure, value in known if value in measure.scale]
    nps = max((value for measure, value in told if measure is NPS), default=None)
    efforts = [(measure, value) for measure, value in told if measure is not NPS]
    if not efforts:
        return None
    return any(suspicions(measure, Answered(value, nps, feeling)) for measure, value in efforts)
