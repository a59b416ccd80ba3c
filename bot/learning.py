"""Learns from what people decided: what to code next, training, measuring, agreement."""

from collections import Counter, deque
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from bot.comments import Comments
from bot.sheets import SheetError
from bot.standing import known
from bot.verbatims import Shown, Verbatims
from nlp import advising, phrases
from nlp.agreement import Agreement, Coding, agree
from nlp.coding import Coded
from nlp.evaluation import Report, evaluate
from nlp.identify import language_of
from nlp.models import Models
from nlp.suggestion import Pick
from nlp.tagger import Tagger
from nlp.tags import Verbatim
from nlp.theme import CodeFrame

MOST_LOOKED_AT = 20_000
"""How many verbatims, the newest, are looked at for what to do next."""


@dataclass(frozen=True, slots=True)
class Suggestions:
    """What an analyst could do next.

    picks: verbatims to code; seeds: by theme, phrases that tell it and are no seeds yet; uncovered: phrases that recur
    where no theme was found.
    """

    picks: tuple[tuple[Pick, Shown], ...]
    seeds: Mapping[str, list[phrases.Phrase]]
    uncovered: list[phrases.Phrase]


def coded(verbatims: Verbatims) -> Iterator[Coded]:
    """What people decided of verbatims, as training takes it."""
    for shown, what in verbatims.coded():
        yield _coded(shown, what)


def suggest(verbatims: Verbatims, models: Models, most: int) -> Suggestions:
    """What an analyst could do next: verbatims to code, at most so many, seeds to add, and themes to make."""
    frame = verbatims.frame
    shown = {each.said.id: each for each in deque(verbatims.all(), MOST_LOOKED_AT)}
    decided = {id: known(frame, each.decisions, each.reviews) for id, each in shown.items()}
    given = {id: [key for key, has_it in what.items() if has_it] for id, what in decided.items() if what}
    counted = Counter(key for keys in given.values() for key in keys)
    uncoded = [_coded(each, {}) for id, each in shown.items() if not decided[id] or _is_split(frame, each)]
    picks = advising.next_to_code(frame, models, uncoded, counted, most)
    texts = {id: each.said.text for id, each in shown.items()}
    seeds = {theme.key: [seed for each in theme.seeds.values() for seed in each] for theme in frame.themes}
    return Suggestions(
        tuple((pick, shown[pick.id]) for pick in picks),
        phrases.seed_terms(texts, given, seeds),
        phrases.uncovered(texts, {id for id, each in shown.items() if each.tags}),
    )


def agreement(verbatims: Verbatims) -> Agreement:
    """How far those who read the same verbatims completely agree."""
    keys = [theme.key for theme in verbatims.frame.themes]
    codings = [
        Coding(shown.said.id, by, frozenset(theme for theme, has_it in _of(verbatims, shown, by).items() if has_it))
        for shown, _ in verbatims.coded()
        for by in dict.fromkeys(review.by for review in shown.reviews)
    ]
    return agree(codings, keys)


def measured(comments: Comments, tagger: Tagger, text: str, themes: str, languages: str | None) -> Report:
    """How well the tagger finds the themes that stand in a column of the file. Raises SheetError."""
    for name in filter(None, (text, themes, languages)):
        if name not in comments.columns:
            raise SheetError(f"there is no column {name}; the file has {', '.join(comments.columns)}")
    given: list[frozenset[str]] = []

    def asked() -> Iterator[Verbatim]:
        for row in comments.rows:
            given.append(_listed(row.get(themes)))
            yield Verbatim(str(row.get(text) or ""), str(row.get(languages) or "") or None if languages else None)

    found = [frozenset(tag.theme for tag in tagging.tags) for tagging in tagger.tag(asked())]
    return evaluate(list(zip(found, given, strict=True)), [theme.key for theme in tagger.frame.themes])


def _is_split(frame: CodeFrame, shown: Shown) -> bool:
    """Whether somebody found a theme there that has been split since, and nobody has read it completely afterwards."""
    return any(
        decision.present
        and frame.successor(decision.theme) is None
        and all(review.at <= decision.at for review in shown.reviews)
        for decision in shown.decisions
    )


def _coded(shown: Shown, what: Mapping[str, bool]) -> Coded:
    said = shown.said
    # As tagging reads it: a customer of a Dutch survey may have written English.
    language = language_of(said.text, said.language)
    return Coded(said.id, said.text, language, said.question, said.scores, what, complete=False)


def _of(verbatims: Verbatims, shown: Shown, by: str) -> Mapping[str, bool]:
    return known(verbatims.frame, shown.decisions, shown.reviews, by)


def _listed(cell: Any) -> frozenset[str]:
    """The themes in a cell: a list, or words separated by semicolons, commas or bars."""
    parts: Iterable[Any] = (
        cell if isinstance(cell, list) else str(cell or "").replace("|", ";").replace(",", ";").split(";")
    )
    return frozenset(str(part).partition(":")[0].strip() for part in parts if str(part).strip())
