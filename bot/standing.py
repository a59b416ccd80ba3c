"""Which themes count for a verbatim: what people decided goes before what was found, the last decision first."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from nlp.tags import Sentiment, Source, Stretch
from nlp.theme import CodeFrame
from storage.speaking import last_words
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


def standing(
    frame: CodeFrame, tagged: Tagged | None, decisions: Sequence[Decision], reviews: Sequence[Review] = ()
) -> tuple[Standing, ...]:
    """The themes that count today, in the order of the code frame.

    Themes renamed or merged meanwhile count under their new key; of those that were split nobody knows.
    """
    decided, words = known(frame, decisions, reviews), last_words(decisions, reviews)
    counted: dict[str, Standing] = {}
    for found in tagged.read.found if tagged else ():
        key = frame.successor(found.theme)
        if key and decided.get(key, True) and words.get(found.theme, True):
            where = tuple(Stretch(start, end) for start, end in found.evidence)
            one = Standing(key, Sentiment(found.sentiment), found.confidence, Source(found.source), where)
            counted[key] = _together(counted[key], one) if key in counted else one
    for decision in decisions:
        key = frame.successor(decision.theme)
        if key and decision.present and decided.get(key):
            before = counted.get(key)
            felt = decision.sentiment or (before.sentiment if before else frame.theme(key).feeling or Sentiment.NEUTRAL)
            where = before.evidence if before else ()
            counted[key] = Standing(key, Sentiment(felt), 1.0, Source.HUMAN, where, decision.by)
    return tuple(counted[theme.key] for theme in frame.themes if theme.key in counted)


def known(
    frame: CodeFrame, decisions: Iterable[Decision], reviews: Iterable[Review], by: str | None = None
) -> dict[str, bool]:
    """By theme whether a verbatim speaks of it, as far as people have said: everybody, or `by` one coder alone.

    As `storage.speaking.last_words` has it. Of themes that were merged one that is present is enough, and one that is
    absent says nothing of the others. What was split or added since is not known.
    """
    theirs = [each for each in decisions if by in (None, each.by)]
    coded: dict[str, bool] = {}
    for theme, present in last_words(theirs, [each for each in reviews if by in (None, each.by)]).items():
        key = frame.successor(theme)
        if key and (present or key == theme):
            coded[key] = coded.get(key, False) or present
    return coded


def _together(one: Standing, other: Standing) -> Standing:
    """Two themes that became one."""
    felt = one.sentiment if one.sentiment is other.sentiment else Sentiment.MIXED
    evidence = tuple(sorted({*one.evidence, *other.evidence}, key=lambda part: (part.start, part.end)))
    return replace(max(one, other, key=lambda each: each.confidence), sentiment=felt, evidence=evidence)
