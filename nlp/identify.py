"""Tells in which language a verbatim is: that of the session, unless the text clearly says otherwise."""

import re
from collections.abc import Sequence
from functools import cache
from typing import Any

from nlp import words

_FEWEST_WORDS = 4
_SURE, _LIKELY = 0.6, 0.5
"""How probable a language must be to be believed against that of the session, and where nothing else is known."""

_ORDINARY, _SHARED = 0.35, {"es": 0.5}
"""The share of a text that the commonest words of a language make up at least, if no second look is to be needed; more
where another language has many of the same, as Portuguese has of Spanish."""

_OTHERS = (
    *("tr", "ar", "pl", "it", "pt", "ro", "ru", "uk", "bg", "hu"),
    *("cs", "el", "sv", "fi", "zh", "ja", "fa", "hr", "sq"),
)
"""Languages that cannot be read here, but must not be taken for one that can. Near twins of ours are left out."""

_LAST_LATIN = "\u024f"
_WORD = re.compile(r"[^\W\d_]+")
_READ_AT_MOST = 300


def language_of(text: str, prior: str | None) -> str | None:
    """The language of a text by its code, which may be one that cannot be read; None where nobody can tell.

    prior: that of the session, such as `nl` or `nl-BE`. It stands for texts of less than four words, unless most are in
    a script other than Latin, and wherever the text does not clearly say otherwise.
    """
    expected = re.split("[-_]", prior.lower())[0] or None if prior else None
    found = _WORD.findall(text[:_READ_AT_MOST])
    if not found or (expected in words.LANGUAGES and _is_ordinary([word.lower() for word in found], expected)):
        return expected
    is_elsewhere = sum(word[0] > _LAST_LATIN for word in found) * 2 > len(found)
    if len(found) < _FEWEST_WORDS and not is_elsewhere:
        return expected
    language, confidence = _identifier().classify(" ".join(found))
    is_believed = confidence >= (_SURE if expected else _LIKELY) or (is_elsewhere and language not in words.LANGUAGES)
    return language if is_believed else expected


def _is_ordinary(found: Sequence[str], language: str) -> bool:
    """Whether the commonest words of that language make up half of the text, and more than those of any other do."""
    own = _count(found, language)
    least = _SHARED.get(language, _ORDINARY) * len(found)
    return own >= least and all(own > _count(found, o) for o in words.LANGUAGES if o != language)


def _count(found: Sequence[str], language: str) -> int:
    ordinary = words.of(language).ordinary
    return len([word for word in found if word in ordinary])


@cache
def _identifier() -> Any:
    """The identifier, which takes a second to load and 100 MB to keep, and so is loaded when first needed."""
    from py3langid.langid import MODEL_FILE, LanguageIdentifier  # type: ignore[import-untyped]

    found = LanguageIdentifier.from_model_file(MODEL_FILE, norm_probs=True)
    found.set_languages([*words.LANGUAGES, *_OTHERS])
    return found
