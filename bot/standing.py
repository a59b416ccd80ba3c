"""Which themes count for a verbatim: what people decided goes before what was found, the last decision first."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from nlp.tags import Sentiment, Source, Stretch
from nlp.theme import CodeFrame
from storage.themes import Decision, Review, Tagged


@dataclass(frozen=True, slots=True)
class Standing:
    """A theme that counts for a verbatim.

    confidence: 1 where somebody has decided it; by: who did, None where nobody has.
    """

    theme: str
    sentiment: Sentiment
    confidence: float
    source: Source
    evidence: tuple[Stretch, ...] = ()
    by: str | None = None


def standing(frame: CodeFrame, tagged: Tagged | None, decisions: Sequence[Decision]) -> tuple[Standing, ...]:
    """The themes that count today, in the order of the code frame.

    Themes renamed or merged meanwhile count under their new key; of those that were split nobody knows.
    """
    counted: dict[str, Standing] = {}
    for found in tagged.read.found if tagged else ():
        if key := frame.successor(found.theme):
            where = tuple(Stretch(start, end) for start, end in found.evidence)
            counted[key] = Standing(key, Sentiment(found.sentiment), found.confidence, Source(found.source), where)
    for decision in decisions:
        if (key := frame.successor(decision.theme)) is None:
            continue
        before = counted.pop(key, None)
        if decision.present:
            felt = decision.sentiment or (before.sentiment if before else Sentiment.NEUTRAL)
            where = before.evidence if before else ()
            counted[key] = Standing(key, Sentiment(felt), 1.0, Source.HUMAN, where, decision.by)
    return tuple(counted[theme.key] for theme in frame.themes if theme.key in counted)


def known(
    frame: CodeFrame, decisions: Iterable[Decision], reviews: Iterable[Review], by: str | None = None
) -> dict[str, bool]:
    """By theme whether a verbatim speaks of it, as far as people have said: everybody, or `by` one coder alone.

    A theme that somebody had in mind and did not name is absent. One that was split or added since is not known.
    """
    coded: dict[str, bool] = {}
    for review in reviews:
        if by in (None, review.by):
            coded |= {key: False for theme in review.themes if (key := frame.successor(theme))}
    for decision in decisions:
        if (key := frame.successor(decision.theme)) and by in (None, decision.by):
            coded[key] = decision.present
    return coded
