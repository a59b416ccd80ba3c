"""Reads verbatims, many at a time: in which language, of which themes, with what feeling, and what tells who speaks."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import islice
from threading import Lock
from typing import Self, cast

from spacy.language import Language
from spacy.tokens import Doc

from flows.measures import PUBLISHED, Band
from nlp import learner, tokens  # noqa: F401  (a saved model needs the learner's factory)
from nlp.broken import BrokenModel
from nlp.codeframe import CodeFrame
from nlp.identify import language_of
from nlp.models import Models
from nlp.pipeline import rules_pipeline, rules_version
from nlp.redaction import redact
from nlp.tags import Sentiment, Source, Stretch, Tag, Tagging, Verbatim

FORGET_AFTER = 50_000
"""After how many verbatims the words that spaCy gathered are given up, so that a worker can run for years."""

_MOODS = {Band.GOOD: Sentiment.POSITIVE, Band.BAD: Sentiment.NEGATIVE}


class Tagger:
    """Tags by one model, or by the rules of the code frame alone.

    version: of the model, or of the rules; trouble: why the model that should be at work is not, None where all is
    well. May be shared by threads. Of a text no more than `tokens.READ_AT_MOST` characters are read for themes, and all
    of it for redactions. Beside its words, `doc.user_data` tells the pipeline "language", "question", "scores" and,
    where the ratings tell it, "mood": positive or negative.
    """

    def __init__(self, pipeline: Language, frame: CodeFrame, version: str, trouble: str | None = None) -> None:
        self.frame = frame
        self.version = version
        self.trouble = trouble
        self._pipeline = pipeline
        self._since = 0
        self._alone = Lock()

    @classmethod
    def rules(cls, frame: CodeFrame, trouble: str | None = None) -> Self:
        """A tagger that has learned nothing."""
        return cls(rules_pipeline(frame), frame, rules_version(frame), trouble)

    @classmethod
    def load(cls, models: Models, frame: CodeFrame) -> Self:
        """A tagger with the model at work; with the rules alone where there is none, or it is broken."""
        try:
            version, pipeline = models.active(), models.load(frame)
            if models.active() != version:  # another was put to work in between
                return cls.load(models, frame)
        except BrokenModel as error:
            return cls.rules(frame, str(error))
        return cls(pipeline, frame, version) if pipeline and version else cls.rules(frame)

    def tag(self, verbatims: Iterable[Verbatim], batch: int = 64) -> Iterator[Tagging]:
        """What each verbatim says, in the order in which they come; no more than a batch is held at a time.

        Left untagged are texts without a word or sign to read ("empty"), those in a language that the code frame does
        not know ("language"), and any at which reading fails ("unreadable"). Raises nothing, whatever a text holds.
        """
        stream = iter(verbatims)
        while some := list(islice(stream, batch)):
            yield from self._batch(some)

    def _batch(self, some: Sequence[Verbatim]) -> list[Tagging]:
        asked = [(one, language_of(one.text, one.language), redact(one.text, one.own)) for one in some]
        untagged = [self._untagged(one, language) for one, language, _ in asked]
        read = iter(self._read([(one, lang) for (one, lang, _), why in zip(asked, untagged, strict=True) if not why]))
        tagged = []
        for (_, language, redactions), why in zip(asked, untagged, strict=True):
            tags = () if why else next(read)
            why = "unreadable" if tags is None else why
            tagged.append(Tagging(None if why == "language" else language, tags or (), redactions, why))
        return tagged

    def _untagged(self, verbatim: Verbatim, language: str | None) -> str | None:
        """Why a verbatim is not read at all."""
        if not verbatim.text[: tokens.READ_AT_MOST].strip():
            return "empty"
        return "language" if language is not None and language not in self.frame.languages else None

    def _read(self, some: Sequence[tuple[Verbatim, str | None]]) -> list[tuple[Tag, ...] | None]:
        """The tags of each; None where it cannot be read, for which the others must not pay."""
        try:
            with self._alone:
                docs = [self._doc(verbatim, language) for verbatim, language in some]
                tags = [_tags(self.frame, doc) for doc in self._pipeline.pipe(docs)]
                self._forget(len(some))
                return list(tags)
        except Exception:  # whatever a text brings to light, the queue goes on behind it
            return [None] if len(some) == 1 else [tags for one in some for tags in self._read([one])]

    def _doc(self, verbatim: Verbatim, language: str | None) -> Doc:
        doc = self._pipeline.make_doc(verbatim.text)
        doc.user_data |= {"language": language, "question": verbatim.question, "scores": verbatim.scores}
        if mood := _mood(verbatim.scores):
            doc.user_data["mood"] = str(mood)
        return doc

    def _forget(self, read: int) -> None:
        """Gives up the vocabulary now and then; nothing in the pipeline depends on it."""
        self._since += read
        if self._since >= FORGET_AFTER:
            self._since = 0
            splitter = cast(tokens.Words, self._pipeline.tokenizer)
            self._pipeline.vocab = splitter.vocab = tokens.blank().vocab


def _mood(scores: Mapping[str, int]) -> Sentiment | None:
    """How somebody feels who rated so, where their ratings agree; a question of another name is not known here."""
    bands = {each.band(scores[key]) for key, each in PUBLISHED.items() if key in scores and scores[key] in each.scale}
    bands.discard(Band.MIDDLE)
    return _MOODS[bands.pop()] if len(bands) == 1 else None


def _tags(frame: CodeFrame, doc: Doc) -> tuple[Tag, ...]:
    decided, feelings = doc.user_data["decided"], doc.user_data["sentiment"]
    evidence: dict[str, list[Stretch]] = {}
    for span in doc.spans["themes"]:
        evidence.setdefault(span.label_, []).append(Stretch(span.start_char, span.end_char))
    return tuple(
        Tag(
            theme.key,
            Sentiment(feelings[theme.key]),
            decided[theme.key][0],
            Source(decided[theme.key][1]),
            tuple(evidence.get(theme.key, ())),
        )
        for theme in frame.themes
        if theme.key in decided
    )
