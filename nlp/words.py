"""The ordinary words of each language: those that deny, contrast and feel, and those by which a language is known."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from flows.document import DefinitionError, Fault, parse
from nlp.spelling import fold

_FOLDER = Path(__file__).parent / "words"

LANGUAGES = tuple(sorted(path.stem for path in _FOLDER.glob("*.yaml")))
"""The languages that verbatims can be read in."""

ROLES = {
    "denies": "turns what follows, and at the end of a clause what precedes: niet, nooit",
    "lacks": "turns what follows next: geen, zonder, weinig",
    "spares": "takes the turning out of a word that denies: niet alleen",
    "trails": "may stand between a denial and the end of its clause: meer, helaas",
    "parts": "begins another thought: maar, hoewel",
    "joins": "begins another part of the same thought: en",
    "chooses": "carries a denial on to the next: of, noch",
    "good": "feels good",
    "bad": "feels bad",
    "stronger": "makes what follows count more: heel, erg",
    "weaker": "makes what follows count less: een beetje",
    "excess": "makes of anything too much: te",
    "wishes": "tells that something is not so yet: zou, mag wel",
}
"""What a word may do to the words around it, and so the lists in the file of a language."""


@dataclass(frozen=True, slots=True)
class Words:
    """What is known of a language.

    roles: phrases by what they do, in the syntax of `nlp.seeds`; digraphs, spellings: what is typed and what is meant;
    ordinary: the commonest words; numbers: those for a number; references: what stands before an order number and the
    like; units: what stands after a number that is none; spelt: how signs are said out loud; is_agreeing: several
    denials in a clause are one, as in Spanish; is_trailing: a denial may follow what it denies, as in German.
    """

    language: str
    roles: Mapping[str, tuple[str, ...]]
    digraphs: Mapping[str, str]
    spellings: Mapping[str, str]
    ordinary: frozenset[str]
    numbers: Mapping[str, int]
    references: tuple[str, ...]
    units: tuple[str, ...]
    spelt: Mapping[str, tuple[str, ...]]
    is_agreeing: bool
    is_trailing: bool

    def fold(self, word: str) -> str:
        """The word as it is compared in this language, and for one that is often misspelt the one that is meant."""
        folded = fold(word, self.digraphs)
        return self.spellings.get(folded, folded)


def plain(word: str) -> str:
    """The word as it is compared where no language is known."""
    return fold(word, {})


@cache
def of(language: str) -> Words:
    """The words of a language that is among `LANGUAGES`. Raises DefinitionError where its file is damaged."""
    return from_plain(listed(language))


def listed(language: str) -> dict[str, Any]:
    """What stands in the file of a language. Raises DefinitionError where it is damaged."""
    path = _FOLDER / f"{language}.yaml"
    faults: list[Fault] = []
    found: dict[str, Any] = parse(path.read_bytes(), str(path), faults).plain()
    if faults:
        raise DefinitionError(faults)
    return found


def from_plain(found: Mapping[str, Any]) -> Words:
    """The words that `listed` gives, ready to be read by."""
    digraphs = dict(found["digraphs"])
    folded = {fold(str(typed), digraphs): fold(str(meant), digraphs) for typed, meant in found["spellings"].items()}
    numbers = {fold(str(word), digraphs): int(n) for n, listed in found["numbers"].items() for word in listed}
    ordinary = frozenset(fold(str(word), digraphs) for word in found["ordinary"])
    return Words(
        found["language"],
        {role: tuple(map(str, found["roles"][role])) for role in ROLES},
        digraphs,
        folded,
        ordinary,
        numbers,
        tuple(map(str, found["references"])),
        tuple(map(str, found["units"])),
        {sign: tuple(map(str, listed)) for sign, listed in found["spelt"].items()},
        "agrees" in found["denial"],
        "trails" in found["denial"],
    )
