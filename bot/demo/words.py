"""What invented customers say: phrases of a small grammar, put together as people do."""

from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path
from random import Random

from flows.document import DefinitionError, Fault, parse

FOLDER = Path(__file__).parent

ENDS = ("", "", "", ".", ".", "!")

Phrases = Mapping[str, Sequence[str]]


@cache
def phrases(language: str) -> Phrases:
    """The phrases of a language by what they are about; `joins` and `turns` put two together."""
    faults: list[Fault] = []
    part = parse((FOLDER / f"{language}.yaml").read_bytes(), f"{language}.yaml", faults)
    found = {
        about: tuple(item.text(optional=("one", "other")) for item in listed.items(needed=True))
        for about, listed in part.entries().items()
    }
    if faults:
        raise DefinitionError(faults)
    return found


def verbatim(chance: Random, language: str, good: Sequence[str], bad: Sequence[str]) -> str:
    """What somebody says who speaks well of some things and badly of others; at most two of them all."""
    known = phrases(language)
    said = [chance.choice(known[about]) for about in (*bad, *good)[:2]] or [chance.choice(known["nothing"])]
    if len(said) == 2:
        pattern = chance.choice(known["turns" if good and bad else "joins"])
        said = [pattern.format(one=said[0], other=said[1])]
    whole = said[0]
    return (whole[0].upper() + whole[1:] if chance.random() < 0.7 else whole) + chance.choice(ENDS)
