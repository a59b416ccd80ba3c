"""What the API takes and gives of verbatims and their themes, field by field."""

from datetime import datetime
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

from bot.standing import Standing
from bot.verbatims import Shown
from bot.web.figure_schemas import Narrowed
from bot.web.schemas import PRINTABLE, Cursor, Taken
from nlp.redaction import mask, redact
from nlp.tags import Sentiment, Source
from nlp.theme import Theme

Key = Annotated[str, Field(max_length=100, pattern=PRINTABLE)]


class TagOut(BaseModel):
    """A theme that counts for a verbatim."""

    theme: str
    sentiment: Sentiment
    confidence: float = Field(ge=0, le=1, description="1 where somebody has decided it.")
    source: Source
    evidence: list[str] = Field(description="The words that show it.")
    by: str | None = Field(description="Who decided it.")

    @classmethod
    def of(cls, tag: Standing, text: str) -> "TagOut":
        """The tag, its evidence cut from the text as it may be shown."""
        words = [text[stretch.start : stretch.end] for stretch in tag.evidence]
        return cls(
            theme=tag.theme,
            sentiment=tag.sentiment,
            confidence=tag.confidence,
            source=tag.source,
            evidence=words,
            by=tag.by,
        )


class Verbatim(BaseModel):
    """What somebody answered in their own words, and what it speaks of."""

    id: str
    session: str
    question: str
    language: str = Field(description="Of the survey.")
    answered_at: datetime
    text: str = Field(description="With a word in brackets for whatever tells who somebody is.")
    scores: dict[str, int] = Field(description="The same respondent's ratings.")
    tags: list[TagOut]
    is_read: bool = Field(description="Whether it was tagged as it stands.")
    reviewed_by: list[str] = Field(description="Who has read it for every theme.")

    @classmethod
    def of(cls, shown: Shown) -> "Verbatim":
        """The verbatim, masked."""
        said = shown.said
        redactions = redact(said.text, said.own)
        # Evidence is told by place in the original, so what is masked is masked there first, sign by sign.
        veiled = said.text
        for part in redactions:
            veiled = veiled[: part.start] + "•" * (part.end - part.start) + veiled[part.end :]
        return cls(
            id=said.id,
            session=said.session,
            question=said.question,
            language=said.language,
            answered_at=said.answered_at,
            text=mask(said.text, redactions),
            scores=dict(said.scores),
            tags=[TagOut.of(tag, veiled) for tag in shown.tags],
            is_read=shown.tagged is not None and shown.tagged.read.answered_at == said.answered_at,
            reviewed_by=list(dict.fromkeys(review.by for review in shown.reviews)),
        )


class VerbatimPath(BaseModel):
    """Which verbatim."""

    id: str = Field(min_length=1, max_length=200, pattern=PRINTABLE, description="Its `id`.")


class VerbatimsQuery(Narrowed):
    """Which verbatims, and how many of them; all days without days."""

    limit: int = Field(50, ge=1, le=500, description="Verbatims on a page.")
    cursor: Cursor | None = Field(None, description="`next` of the page before, to go on from there.")


class Verbatims(BaseModel):
    """A page of verbatims, the first answered first."""

    verbatims: list[Verbatim]
    next: str | None = Field(description="The cursor of the next page; null on the last.")


class TagIn(Taken):
    """A theme that the verbatim speaks of."""

    theme: Key
    sentiment: Sentiment | None = Field(None, description="Left out, the feeling that was found stays.")


class Coding(Taken):
    """What somebody decided about a verbatim."""

    model_config = ConfigDict(
        json_schema_extra={"example": {"tags": [{"theme": "waiting_time", "sentiment": "negative"}]}}
    )

    tags: list[TagIn] = Field(max_length=200, description="All themes it speaks of; none for no theme.")
    themes: list[Key] | None = Field(
        None,
        min_length=1,
        max_length=200,
        description="The themes it was read for. Left out, all: then every theme not in `tags` is known to be absent.",
    )


class ThemeOut(BaseModel):
    """A theme of the code frame."""

    key: str
    parent: str | None
    names: dict[str, str] = Field(description="By language.")
    descriptions: dict[str, str] = Field(description="By language.")

    @classmethod
    def of(cls, theme: Theme) -> "ThemeOut":
        """The theme as it is given out."""
        descriptions = dict(theme.descriptions)
        return cls(key=theme.key, parent=theme.parent, names=dict(theme.names), descriptions=descriptions)


class CodeFrameOut(BaseModel):
    """The themes that verbatims are read for."""

    frame: str
    number: int = Field(description="Higher with each change of the themes.")
    version: str = Field(description="Changes with everything in it.")
    themes: list[ThemeOut]
