"""The component that tells how the customer feels about each theme, by the clauses that speak of it."""

from collections.abc import Iterable, Sequence
from typing import NamedTuple, cast

from spacy.language import Language
from spacy.tokens import Doc, Span

from nlp.rules import Rules
from nlp.tags import Sentiment

_GOOD, _BAD = str(Sentiment.POSITIVE), str(Sentiment.NEGATIVE)
_MIXED, _NEUTRAL = str(Sentiment.MIXED), str(Sentiment.NEUTRAL)
_WORDS, _THEMES = "words", "themes"
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
        found = [_Evidence(s.start, s.end, s.label_, s.id_, s) for group in groups for s in group]
        shown = sorted((one for one in found if one.theme in decided), key=lambda one: one[:3])
        doc.spans["themes"] = [one.span for one in shown]
        moods = _Moods(doc, shown) if not all(one.feeling for one in shown) else None
        doc.user_data["sentiment"] = {
            theme: self._feeling(theme, [one for one in shown if one.theme == theme], moods, doc) for theme in decided
        }
        for passed_on in ("words", "feelings"):
            doc.user_data.pop(passed_on, None)
        return doc

    def _feeling(self, theme: str, shown: Sequence["_Evidence"], moods: "_Moods | None", doc: Doc) -> str:
        mentioned = self._rules.themes[theme].feeling
        if mentioned is Sentiment.NEUTRAL:
            return _NEUTRAL
        felt = _together(one.feeling or (moods.around(one.start) if moods else "") for one in shown)
        return felt or doc.user_data.get("mood") or str(mentioned or _NEUTRAL)

    @property
    def _rules(self) -> Rules:
        return cast(Rules, self._pipeline.get_pipe("nawoord_rules"))


class _Evidence(NamedTuple):
    """A span that shows a theme, with the feeling that it tells of by itself, or none."""

    start: int
    end: int
    theme: str
    feeling: str
    span: Span


class _Moods:
    """The words of feeling in a verbatim, by the clauses in which they stand."""

    def __init__(self, doc: Doc, shown: Sequence[_Evidence]) -> None:
        self._place = {token: (clause, part) for token, clause, part in doc.user_data.get("words", ())}
        taken = {self._place.get(one.start) for one in shown}
        self._near: dict[object, list[float]] = {}
        self._far: dict[object, list[float]] = {}
        for token, value in doc.user_data.get("feelings", ()):
            self._note(_WORDS, token, value, is_free=self._place[token] not in taken)
        for one in shown:
            if one.feeling and one.start in self._place:
                self._note(_THEMES, one.start, _VALUES[one.feeling], is_free=True)

    def _note(self, kind: str, token: int, value: float, is_free: bool) -> None:
        place = self._place[token]
        self._near.setdefault((kind, place), []).append(value)
        if is_free:
            self._far.setdefault((kind, place[0]), []).append(value)

    def around(self, token: int) -> str:
        """How the words around one feel, the nearest that tell anything: words of feeling, then other themes' words.

        First those in its part of the thought, then those in other parts of it.
        """
        place = self._place.get(token)
        if place is None:
            return ""
        return (
            _sign(self._near.get((_WORDS, place), ()))
            or _sign(self._near.get((_THEMES, place), ()))
            or _sign(self._far.get((_WORDS, place[0]), ()))
            or _sign(self._far.get((_THEMES, place[0]), ()))
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
