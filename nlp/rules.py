"""The component that tags by the seeds of a code frame."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from spacy.language import Language
from spacy.tokens import Doc, Span

from nlp import codeframe, words
from nlp.reading import Reader, Reading
from nlp.standing import standing
from nlp.tags import Source
from nlp.theme import CodeFrame, Theme, plain

_CONFIDENCE, _MOST_CONFIDENT = {1: 0.7, 2: 0.8, 3: 0.85}, 0.9
"""By the number of words that show a theme. Somewhat less than how often, in the held half of the project's own
verbatims, who coded by hand saw the theme too (0.86, 0.94, 0.90; 0.97): those are easier to read than others."""


@Language.factory("nawoord_rules", assigns=["doc.spans"])
def make_rules(nlp: Language, name: str) -> "Rules":  # noqa: ARG001  (what a factory is called with)
    return Rules()


class Rules:
    """Tags by seeds; without a code frame it finds nothing. Its state is the code frame and the words it reads by."""

    def __init__(self) -> None:
        self._frame: CodeFrame | None = None
        self._words: Mapping[str, Any] = {}
        self._readers: dict[str, Reader] = {}
        self._themes: dict[str, Theme] = {}

    @property
    def frame(self) -> CodeFrame:
        """The code frame it tags by. Raises ValueError where it was given none."""
        if self._frame is None:
            raise ValueError("this pipeline has no code frame: make it with rules_pipeline, or load a saved one")
        return self._frame

    @property
    def themes(self) -> Mapping[str, Theme]:
        """The themes of the code frame, by key."""
        return self._themes

    def take(self, frame: CodeFrame, listed: Mapping[str, Any]) -> None:
        """From now on, tag by this code frame. listed: what is known of each of its languages."""
        self._frame, self._words = frame, listed
        self._readers = {language: Reader(frame, words.from_plain(listed[language])) for language in frame.languages}
        self._themes = {theme.key: theme for theme in frame.themes}

    def __call__(self, doc: Doc) -> Doc:
        tokens, spaced = [token.text for token in doc], [bool(token.whitespace_) for token in doc]
        language = doc.user_data.get("language")
        chosen = self._readers if language is None else self._readers.keys() & {language}
        readings = [self._readers[one].read(tokens, spaced) for one in sorted(chosen)]
        if readings:
            self._note(doc, max(readings, key=_recognised))
        else:
            doc.spans["rules"], doc.user_data["decided"] = [], {}
        return doc

    def _note(self, doc: Doc, reading: Reading) -> None:
        hits, feelings = standing(reading, self._themes)
        at = reading.tokens
        doc.spans["rules"] = [
            Span(doc, at[hit.start], at[hit.end - 1] + 1, label=hit.theme, span_id=hit.feeling) for hit in hits
        ]
        words: dict[str, int] = {}
        for hit in hits:
            words[hit.theme] = words.get(hit.theme, 0) + hit.words
        doc.user_data["decided"] = {
            theme: (_CONFIDENCE.get(count, _MOST_CONFIDENT), str(Source.RULE)) for theme, count in words.items()
        }
        doc.user_data["words"] = list(zip(at, reading.clauses.clause, reading.clauses.part, strict=True))
        doc.user_data["feelings"] = [(at[feeling.place], feeling.value) for feeling in feelings]

    def to_bytes(self, **_: Any) -> bytes:
        """The code frame and the words, as JSON."""
        return json.dumps({"frame": plain(self.frame), "words": self._words}).encode()

    def from_bytes(self, data: bytes, **_: Any) -> "Rules":
        """What `to_bytes` gave, in use again."""
        found = json.loads(data)
        self.take(codeframe.from_plain(found["frame"]), found["words"])
        return self

    def to_disk(self, path: Path, **_: Any) -> None:
        path.mkdir(exist_ok=True)
        (path / "rules.json").write_bytes(self.to_bytes())

    def from_disk(self, path: Path, **_: Any) -> "Rules":
        return self.from_bytes((path / "rules.json").read_bytes())


def _recognised(reading: Reading) -> int:
    """How many words of a verbatim speak of a theme."""
    return len({place for hit in reading.hits for place in hit.match.places})
