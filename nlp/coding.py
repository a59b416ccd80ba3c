"""What people said of the themes of verbatims, and which of these are kept for measuring."""

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, fields

from nlp.theme import CodeFrame

LOCKED = 0.15
"""The share of verbatims that no training ever sees, so that what was learned is measured on them."""


@dataclass(frozen=True, slots=True)
class Coded:
    """A verbatim and what people said of its themes.

    known: by theme whether it has it; complete: somebody looked at every theme, so that those not in `known` are not
    there. Otherwise nothing is known of them.
    """

    id: str
    text: str
    language: str | None = None
    question: str | None = None
    scores: Mapping[str, int] = field(default_factory=dict)
    known: Mapping[str, bool] = field(default_factory=dict)
    complete: bool = True


def is_locked(verbatim: str) -> bool:
    """Whether the verbatim with this id is kept out of all training; always the same for the same id."""
    return fraction(f"locked:{verbatim}") < LOCKED


def meant(example: Coded, frame: CodeFrame) -> dict[str, bool]:
    """What is known of the themes of today's code frame: themes renamed or merged carry over, of one that was split
    nobody knows which of its parts was meant."""
    known = {theme.key: False for theme in frame.themes} if example.complete else {}
    parts = {change.old: change.into for change in frame.history}
    for theme, has_it in example.known.items():
        today = frame.successor(theme)
        if today is None and has_it:
            for part in parts.get(theme, ()):
                known.pop(part, None)
    for theme, has_it in example.known.items():
        today = frame.successor(theme)
        # That one of several merged themes is absent says nothing of the others.
        if today is not None and (has_it or today == theme):
            known[today] = known.get(today, False) or has_it
    return known


def fingerprint(examples: Sequence[Coded]) -> str:
    """The SHA-256 of all that the examples say, in hexadecimal."""
    total = hashlib.sha256()
    for one in sorted(examples, key=lambda one: one.id):
        told = {name.name: getattr(one, name.name) for name in fields(one)}
        told |= {"scores": dict(one.scores), "known": dict(one.known)}
        total.update(json.dumps(told, sort_keys=True).encode() + b"\n")
    return total.hexdigest()


def fraction(text: str) -> float:
    """A number from 0 up to 1 that belongs to the text alone, as if it were drawn at random."""
    return int.from_bytes(hashlib.sha256(text.encode()).digest()[:8]) / 2**64
