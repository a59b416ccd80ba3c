"""The project's own verbatims, and how well the tagging of them agrees with how they were coded by hand."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from flows.document import Fault, parse

FOLDER = Path(__file__).parent / "verbatims"
LANGUAGES = ("nl", "en", "de", "fr", "es")
HALVES = ("develop", "hold")

Coded = Mapping[str, str]
"""The feeling of each theme."""


@dataclass(frozen=True, slots=True)
class Example:
    """A verbatim and how it was coded by hand."""

    language: str
    text: str
    coded: Coded


@dataclass(frozen=True, slots=True)
class Agreement:
    """How well tags agree with hand coding: themes found, wrongly found and missed; feelings right, of those found."""

    found: int
    wrong: int
    missed: int
    felt: int

    def __add__(self, other: "Agreement") -> "Agreement":
        """Of both together."""
        return Agreement(
            self.found + other.found, self.wrong + other.wrong, self.missed + other.missed, self.felt + other.felt
        )

    @property
    def n(self) -> int:
        """How many themes were coded."""
        return self.found + self.missed

    @property
    def f1(self) -> float:
        """Micro-F1 of the themes: 2 TP / (2 TP + FP + FN)."""
        return 2 * self.found / (2 * self.found + self.wrong + self.missed)

    @property
    def feeling(self) -> float:
        """The share of rightly found themes whose feeling is right too."""
        return self.felt / self.found


def examples(language: str, half: str) -> list[Example]:
    """The verbatims of one language, of the half to develop on or the half that is only measured."""
    faults: list[Fault] = []
    path = FOLDER / f"{language}.yaml"
    plain = parse(path.read_bytes(), str(path), faults).plain()
    assert not faults, faults
    return [Example(language, text, coded) for text, coded in plain[half]]


def agreement(those: Iterable[Example], tag: Callable[[Example], Coded]) -> Agreement:
    """How well `tag` agrees with those who coded by hand."""
    found = wrong = missed = felt = 0
    for example in those:
        tagged = tag(example)
        both = tagged.keys() & example.coded.keys()
        found += len(both)
        wrong += len(tagged) - len(both)
        missed += len(example.coded) - len(both)
        felt += sum(tagged[theme] == example.coded[theme] for theme in both)
    return Agreement(found, wrong, missed, felt)
