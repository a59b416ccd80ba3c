"""The pipeline that reads verbatims: the rules, room for what is learned, and how the customer feels.

One pipeline serves all languages; that of a verbatim travels as `doc.user_data["language"]`, and where it is None the
rules of every language are tried. What a component leaves for the next:

`nawoord_rules` writes `doc.spans["rules"]`, the words that speak of a theme (`label_`), with the feeling that they tell
of by themselves (`id_`: positive, negative or empty). What is denied has been turned or taken out. It also writes
`doc.user_data["decided"]`, the themes that stand: `{theme: (confidence, "rule")}`.
A learned component, added with `before="nawoord_sentiment"`, may read all that; it writes `doc.cats`, its evidence as
`doc.spans["model"]`, and in `doc.user_data["decided"]` what stands from now on, its own with the source "model".
`nawoord_sentiment` writes `doc.spans["themes"]`, the evidence for what was decided, and `doc.user_data["sentiment"]`,
the feeling of each theme that stands, as text. It reads `doc.user_data["mood"]`, how the respondent rated (positive,
negative or nothing), where the words tell of no feeling.
"""

import hashlib
import json
from typing import cast

from spacy.language import Language

from nlp import rules, sentiment, tokens, words
from nlp.theme import CodeFrame

__all__ = ["frame_of", "rules_pipeline", "rules_version", "sentiment"]

_READING = 1
"""Goes up when the same words and seeds are read in another way."""


def rules_pipeline(frame: CodeFrame) -> Language:
    """A pipeline that tags by the code frame's seeds alone. Everything it needs is saved with it by `to_disk`."""
    pipeline = tokens.blank()
    pipeline.add_pipe("nawoord_rules")
    pipeline.add_pipe("nawoord_sentiment")
    _rules(pipeline).take(frame, {language: words.listed(language) for language in frame.languages})
    return pipeline


def rules_version(frame: CodeFrame) -> str:
    """The version of what reads by rules: it changes with the code frame, the ordinary words, and how they are read."""
    known = [_READING, frame.version, *(words.listed(language) for language in frame.languages)]
    return f"rules-{hashlib.sha256(json.dumps(known).encode()).hexdigest()[:12]}"


def frame_of(pipeline: Language) -> CodeFrame:
    """The code frame by which a pipeline tags, also one that was saved and loaded."""
    return _rules(pipeline).frame


def _rules(pipeline: Language) -> rules.Rules:
    return cast(rules.Rules, pipeline.get_pipe("nawoord_rules"))
