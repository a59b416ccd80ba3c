"""Splits a text into words, numbers and signs, alike in every language and whatever it holds."""

import re
from collections.abc import Callable
from typing import Any

import spacy
from spacy.language import Language
from spacy.tokens import Doc
from spacy.util import registry
from spacy.vocab import Vocab

from nlp.signs import TOKEN

READ_AT_MOST = 4000
"""How many characters of a verbatim are read; whatever comes after them is kept, but speaks for no theme."""


_UNPAIRED = re.compile("[\ud800-\udfff]")


@registry.tokenizers("nawoord.words")  # type: ignore[untyped-decorator]  # spaCy gives it no type
def make_words() -> Callable[[Language], "Words"]:
    return lambda nlp: Words(nlp.vocab)


class Words:
    """The tokenizer of the pipeline. It has nothing to learn and so nothing to save."""

    def __init__(self, vocab: Vocab) -> None:
        self.vocab = vocab

    def __call__(self, text: str) -> Doc:
        """The text's words; its characters are those of the text, one for one, as far as it is read."""
        words: list[str] = []
        spaces: list[bool] = []
        for found in TOKEN.findall(_UNPAIRED.sub("\ufffd", text[:READ_AT_MOST])):
            if found == " " and words and not spaces[-1]:
                spaces[-1] = True
            else:
                words.append(found)
                spaces.append(False)
        return Doc(self.vocab, words=words, spaces=spaces)

    def to_bytes(self, **_: Any) -> bytes:
        return b""

    def from_bytes(self, *_: Any, **__: Any) -> "Words":
        return self

    def to_disk(self, *_: Any, **__: Any) -> None:
        pass

    def from_disk(self, *_: Any, **__: Any) -> "Words":
        return self


def blank() -> Language:
    """An empty pipeline for every language."""
    return spacy.blank("xx", config={"nlp": {"tokenizer": {"@tokenizers": "nawoord.words"}}})
