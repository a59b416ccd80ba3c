"""The component that tells how the customer feels about each theme, by the clauses that speak of it."""

from collections.abc import Iterable, Sequence
from typing import cast

from spacy.language import Language
from spacy.tokens import Doc, Span

from nlp.rules import Rules
from nlp.tags import Sentiment

_GOOD, _BAD = str(Sentiment.POSITIVE), str(Sentiment.NEGATIVE)
_MIXED, _NEUTRAL = str(Sentiment.MIXED), str(Sentiment.NEUTRAL)
_VALUES = {_GOOD: 1.0, _BAD: -1.0}


@Language.factory("nawoord_sentiment", assigns=["doc.spans"])
def make_sentiment(nlp: Language, name: str) -> "Feelings":  # noqa: ARG001  (what a factory is called with)
    return Feelings(nlp)


class Feelings:
    """Feels for each theme that stands. It knows the code frame from the rules, and has no state of its own.

    What counts, in this order: what the words for the theme tell by themselves; what the words around them tell; how
    the respondent rated; how somebody feels who only mentions the theme. A rating never speaks against words.
    """

    def __init__(self, pipeline: Language) -> None:
        self._pipeline = pipeline

    def __call__(self, doc: Doc) -> Doc:
        decided = doc.user_data.get("decided", {})
        groups = [doc.spans[key] for key in ("rules", "model") if key in doc.spans]
        spans = [span for group in groups for span in group if span.label_ in decided]
        spans.sort(key=lambda span: (span.start, span.end, span.label_))
        doc.spans["themes"] = spans
        moods = _Moods(doc, spans)
        doc.user_data["sentiment"] = {
            theme: self._feeling(theme, [span for span in spans if span.label_ == theme], moods, doc)
            for theme in decided
        }
        for passed_on in ("words", "feelings"):
            doc.user_data.pop(passed_on, None)
        return doc

    def _feeling(self, theme: str, spans: Sequence[Span], moods: "_Moods", doc: Doc) -> str:
        mentioned = next((str(t.feeling) for t in self._rules.frame.themes if t.key == theme and t.feeling), "")
        if mentioned == _NEUTRAL:
            return _NEUTRAL
        felt = _together(span.id_ or moods.around(span) for span in spans)
        return felt or doc.user_data.get("mood", "") or mentioned or _NEUTRAL

    @property
    def _rules(self) -> Rules:
        return cast(Rules, self._pipeline.get_pipe("nawoord_rules"))


class _Moods:
    """The words of feeling in a verbatim, by the clauses in which they stand."""

    def __init__(self, doc: Doc, spans: Sequence[Span]) -> None:
        self._place = {token: (clause, part) for token, clause, part in doc.user_data.get("words", ())}
        self._words = [(self._place[token], value) for token, value in doc.user_data.get("feelings", ())]
        self._told = [(self._place[s.start], _VALUES[s.id_]) for s in spans if s.id_ and s.start in self._place]
        self._taken = {self._place.get(span.start) for span in spans}

    def around(self, span: Span) -> str:
        """How the words around a span feel, the nearest that tell anything: words of feeling, then other themes' words.

        First those in its part of the thought, then those in other parts of it.
        """
        place = self._place.get(span.start)
        if place is None:
            return ""
        free = [(other, value) for other, value in self._words if other not in self._taken]
        return (
            _sign([value for other, value in self._words if other == place])
            or _sign([value for other, value in self._told if other == place])
            or _sign([value for other, value in free if other[0] == place[0]])
            or _sign([value for other, value in self._told if other[0] == place[0]])
        )


def _sign(values: Sequence[float]) -> str:
    total = sum(values)
    if total:
        return _GOOD if total > 0 else _BAD
    return _MIXED if values else ""


def _together(feelings: Iterable[str]) -> str:
    """The feeling of several places together; those that tell none do not count."""
    found = {feeling for feeling in feelings if feeling}
    return found.pop() if len(found) == 1 else _MIXED if found else ""
