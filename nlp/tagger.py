"""Reads verbatims, many at a time: in which language, of which themes, with what feeling, and what tells who speaks."""

from collections.abc import Iterable, Iterator, Mapping
from itertools import islice
from threading import Lock
from typing import Self, cast

from spacy.language import Language
from spacy.tokens import Doc

from flows.measures import PUBLISHED, Band
from nlp import learner, tokens  # noqa: F401  (a saved model needs the learner's factory)
from nlp.codeframe import CodeFrame
from nlp.models import BrokenModel, Models
from nlp.pipeline import rules_pipeline
from nlp.tags import Sentiment, Source, Stretch, Tag, Tagging, Verbatim

FORGET_AFTER = 50_000
"""After how many verbatims the words that spaCy gathered are given up, so that a worker can run for years."""

_MOODS = {Band.GOOD: Sentiment.POSITIVE, Band.BAD: Sentiment.NEGATIVE}


class Tagger:
    """Tags by one model, or by the rules of the code frame alone.

    version: of the model, or of the rules; trouble: why the model that should be at work is not, None where all is
    well. May be shared by threads. Of a verbatim no more than `tokens.READ_AT_MOST` characters are read for themes and
    language; redactions are looked for in all of it. Beside its words, `doc.user_data` tells the pipeline "language",
    "question", "scores" and, where the ratings tell it, "mood": positive or negative.
    """

    def __init__(self, pipeline: Language, frame: CodeFrame, version: str, trouble: str | None = None) -> None:
        self.frame = frame
        self.version = version
        self.trouble = trouble
        self._pipeline = pipeline
        self._read = 0
        self._alone = Lock()

    @classmethod
    def rules(cls, frame: CodeFrame, trouble: str | None = None) -> Self:
        """A tagger that has learned nothing."""
        return cls(rules_pipeline(frame), frame, f"rules-{frame.version}", trouble)

    @classmethod
    def load(cls, models: Models, frame: CodeFrame) -> Self:
        """A tagger with the model at work; with the rules alone where there is none, or it is broken."""
        try:
            version, pipeline = models.active(), models.load(frame)
        except BrokenModel as error:
            return cls.rules(frame, str(error))
        return cls(pipeline, frame, version) if pipeline and version else cls.rules(frame)

    def tag(self, verbatims: Iterable[Verbatim], batch: int = 64) -> Iterator[Tagging]:
        """What each verbatim says, in the order in which they come; no more than a batch is held at a time."""
        stream = iter(verbatims)
        while some := list(islice(stream, batch)):
            with self._alone:
                tagged = [_tagging(self.frame, doc) for doc in self._pipeline.pipe(map(self._told, some))]
                self._forget(len(some))
            yield from tagged

    def _told(self, verbatim: Verbatim) -> Doc:
        doc = self._pipeline.make_doc(verbatim.text)
        doc.user_data |= {"language": verbatim.language, "question": verbatim.question, "scores": verbatim.scores}
        if mood := _mood(verbatim.scores):
            doc.user_data["mood"] = str(mood)
        return doc

    def _forget(self, read: int) -> None:
        """Gives up the vocabulary now and then; nothing in the pipeline depends on it."""
        self._read += read
        if self._read >= FORGET_AFTER:
            self._read = 0
            splitter = cast(tokens.Words, self._pipeline.tokenizer)
            self._pipeline.vocab = splitter.vocab = tokens.blank().vocab


def _mood(scores: Mapping[str, int]) -> Sentiment | None:
    """How somebody feels who rated so, where their ratings agree; a question of another name is not known here."""
    bands = {each.band(scores[key]) for key, each in PUBLISHED.items() if key in scores and scores[key] in each.scale}
    bands.discard(Band.MIDDLE)
    return _MOODS[bands.pop()] if len(bands) == 1 else None


def _tagging(frame: CodeFrame, doc: Doc) -> Tagging:
    decided, feelings = doc.user_data["decided"], doc.user_data["sentiment"]
    evidence: dict[str, list[Stretch]] = {}
    for span in doc.spans["themes"]:
        evidence.setdefault(span.label_, []).append(Stretch(span.start_char, span.end_char))
    tags = tuple(
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
    return Tagging(doc.user_data["language"], tags)
