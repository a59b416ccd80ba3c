"""Finds the words and phrases that set some verbatims apart: candidate seeds of a theme, and themes not yet there."""

import math
import re
from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase

LONGEST = 3
"""How many words a phrase may have."""

FEWEST = 3
"""In how many verbatims a phrase must stand to be worth a look."""

TELLING = 1.96
"""How many standard deviations the odds of a phrase must differ, here from there."""

EXAMPLES = 3

MOST_SEEDS = 10
"""How many new seeds are named for a theme."""

MOST_UNCOVERED = 20
"""How many phrases are named that no theme covers."""

_WORD = re.compile(r"[^\W_]+(?:['’-][^\W_]+)*")


@dataclass(frozen=True, slots=True)
class Phrase:
    """A phrase that stands out. weight: by how many standard deviations; count: in how many of the verbatims in
    question it stands; examples: ids of some of them."""

    words: str
    weight: float
    count: int
    examples: tuple[str, ...]


def seed_terms(
    texts: Mapping[str, str],
    coded: Mapping[str, Collection[str]],
    seeds: Mapping[str, Iterable[str]],
) -> dict[str, list[Phrase]]:
    """For each theme in `seeds`, the phrases that verbatims with the theme have more than others do, and that are no
    seed of it yet. texts: by id; coded: the themes people gave, by id; those not coded have no part in it."""
    stands = {verbatim: phrases(texts[verbatim]) for verbatim in coded if verbatim in texts}
    found = {}
    for theme, listed in seeds.items():
        patterns = [seed.lower() for seed in listed]
        here = [verbatim for verbatim in stands if theme in coded[verbatim]]
        there = [verbatim for verbatim in stands if theme not in coded[verbatim]]
        new = [phrase for phrase in _setting_apart(here, there, stands) if not _is_covered(phrase.words, patterns)]
        found[theme] = _without_parts(new, stands)[:MOST_SEEDS]
    return found


def uncovered(texts: Mapping[str, str], tagged: Collection[str]) -> list[Phrase]:
    """The phrases that recur in verbatims that no theme covers, and stand out against those that some theme does.

    texts: by id; tagged: the ids of those with a theme.
    """
    stands = {verbatim: phrases(text) for verbatim, text in texts.items()}
    there = [verbatim for verbatim in stands if verbatim in tagged]
    here = [verbatim for verbatim in stands if verbatim not in tagged]
    return _without_parts(_setting_apart(here, there, stands), stands)[:MOST_UNCOVERED]


def phrases(text: str) -> frozenset[str]:
    """All runs of up to `LONGEST` words, in small letters."""
    words = _WORD.findall(text.lower())
    return frozenset(
        " ".join(words[start : start + length])
        for length in range(1, LONGEST + 1)
        for start in range(len(words) - length + 1)
        if any(len(word) > 2 for word in words[start : start + length])
    )


def _setting_apart(here: Sequence[str], there: Sequence[str], stands: Mapping[str, frozenset[str]]) -> list[Phrase]:
    """The phrases that stand in more of the verbatims here than chance would have it, the strongest first.

    By the log-odds ratio with all verbatims as prior, in standard deviations (B. Monroe, M. Colaresi and K. Quinn,
    "Fightin' Words", 2008), counting verbatims and not occurrences.
    """
    ours, theirs = (Counter(phrase for verbatim in side for phrase in stands[verbatim]) for side in (here, there))
    total = len(here) + len(there)
    found = []
    for phrase, times in ours.items():
        if times < FEWEST:
            continue
        prior = (times + theirs[phrase]) / total
        left = _log_odds(times + prior, len(here) + 1)
        right = _log_odds(theirs[phrase] + prior, len(there) + 1)
        weight = (left - right) / math.sqrt(1 / (times + prior) + 1 / (theirs[phrase] + prior))
        if weight >= TELLING:
            examples = tuple(verbatim for verbatim in here if phrase in stands[verbatim])[:EXAMPLES]
            found.append(Phrase(phrase, weight, times, examples))
    return sorted(found, key=lambda phrase: (-phrase.weight, phrase.words))


def _log_odds(times: float, total: float) -> float:
    return math.log(times / max(total - times, 0.5))


def _is_covered(words: str, patterns: Sequence[str]) -> bool:
    """Whether a word of the phrase is a seed by itself, or the phrase is one."""
    return any(fnmatchcase(part, pattern) for part in (words, *words.split()) for pattern in patterns)


def _without_parts(found: Sequence[Phrase], stands: Mapping[str, frozenset[str]]) -> list[Phrase]:
    """Of phrases that share a word and stand in much the same verbatims, the one that stands out most."""
    kept: list[Phrase] = []
    where = {phrase.words: {v for v, there in stands.items() if phrase.words in there} for phrase in found}
    for phrase in found:
        own = where[phrase.words]
        for other in kept:
            shares = set(phrase.words.split()) & set(other.words.split())
            if shares and 2 * len(own & where[other.words]) > len(own):
                break
        else:
            kept.append(phrase)
    return kept
