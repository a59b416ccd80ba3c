"""The component that tags by the seeds of a code frame."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from spacy.language import Language
from spacy.tokens import Doc, Span

from nlp import codeframe, words
from nlp.reading import Reader, Reading
from nlp.theme import CodeFrame, plain

_TURNED = {"positive": "negative", "negative": "positive", "": ""}


@Language.factory("nawoord_rules", assigns=["doc.spans"])
def make_rules(nlp: Language, name: str) -> "Rules":
    return Rules(name)


class Rules:
    """Tags by seeds; without a code frame it finds nothing. Its state is the code frame and the words it reads by."""

    def __init__(self, name: str) -> None:
        self.name = name
        self._frame: CodeFrame | None = None
        self._words: Mapping[str, Any] = {}
        self._readers: dict[str, Reader] = {}

    @property
    def frame(self) -> CodeFrame:
        """The code frame it tags by. Raises ValueError where it was given none."""
        if self._frame is None:
            raise ValueError("this pipeline has no code frame: make it with rules_pipeline, or load a saved one")
        return self._frame

    def take(self, frame: CodeFrame, listed: Mapping[str, Any]) -> None:
        """From now on, tag by this code frame. listed: what is known of each of its languages."""
        self._frame, self._words = frame, listed
        self._readers = {language: Reader(frame, words.from_plain(listed[language])) for language in frame.languages}

    def __call__(self, doc: Doc) -> Doc:
        tokens, spaced = [token.text for token in doc], [bool(token.whitespace_) for token in doc]
        language = doc.user_data.get("language")
        chosen = self._readers if language is None else {language: self._readers.get(language)}
        readings = [reader.read(tokens, spaced) for reader in chosen.values() if reader]
        reading = max(readings, key=_spoken, default=None)
        self._note(doc, reading)
        return doc

    def _note(self, doc: Doc, reading: Reading | None) -> None:
        spans = []
        decided: dict[str, tuple[float, str]] = {}
        for hit in reading.hits if reading else ():
            theme, feeling = hit.match.sense.name, hit.match.sense.feeling
            if hit.is_denied:
                theme, feeling = self.frame.theme(theme).opposite or theme, _TURNED[feeling]
            start, end = reading.tokens[hit.match.start], reading.tokens[hit.match.end - 1] + 1
            spans.append(Span(doc, start, end, label=theme, span_id=feeling))
            decided[theme] = (0.7, "rule")
        doc.spans["rules"] = spans
        doc.user_data["decided"] = decided

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


def _spoken(reading: Reading) -> int:
    """How many words of a verbatim were recognised."""
    return len({place for hit in reading.hits for place in hit.match.places})
