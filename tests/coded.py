"""Verbatims made up for the tests, coded by themes that are easily told apart."""

import random

from nlp.codeframe import CodeFrame, from_plain
from nlp.coding import Coded

FRAME = from_plain(
    {
        "frame": "shop",
        "number": 1,
        "languages": ["nl", "en"],
        "themes": {
            "waiting": {
                "names": {"nl": "Wachten", "en": "Waiting"},
                "seeds": {"nl": ["*wacht*"], "en": ["wait*"]},
            },
            "price": {"names": {"nl": "Prijs", "en": "Price"}, "seeds": {"nl": ["duur"], "en": ["expensive"]}},
            "staff": {"names": {"nl": "Personeel", "en": "Staff"}, "seeds": {"nl": ["medewerker"], "en": ["agent"]}},
            "parking": {"names": {"nl": "Parkeren", "en": "Parking"}, "seeds": {"nl": ["parkeer*"], "en": ["park*"]}},
        },
    }
)
"""A code frame whose seeds name only one of the ways in which people speak of its themes."""

PARTS = {
    "waiting": ("het duurde een eeuwigheid", "eindeloos in de rij", "lang gewacht", "eeuwigheid aan de lijn"),
    "price": ("veel te duur", "de factuur was torenhoog", "torenhoge kosten", "wat een kosten"),
    "staff": ("vriendelijke medewerker", "de dame dacht goed mee", "meneer was kortaf", "die dame was vriendelijk"),
}
"""Ways to speak of each theme but the last, which nobody mentions."""

REST = ("gisteren gebeld", "over mijn abonnement", "voor de tweede keer", "verder prima", "dat was het")


def examples(count: int, seed: int = 0) -> list[Coded]:
    """So many verbatims, each with none, one or two themes, coded completely."""
    draw = random.Random(seed)  # noqa: S311 -- no secret
    made = []
    for number in range(count):
        themes = draw.sample(sorted(PARTS), draw.choice((0, 1, 1, 2)))
        parts = [draw.choice(PARTS[theme]) for theme in themes] + draw.sample(REST, 2)
        draw.shuffle(parts)
        known = dict.fromkeys(themes, True)
        made.append(Coded(f"v{number}", ", ".join(parts), "nl", known=known, scores={"nps": draw.randrange(11)}))
    return made


def frame(**changes: object) -> CodeFrame:
    """The code frame with other themes or another history."""
    plain = {
        "frame": "shop",
        "number": 2,
        "languages": ["nl"],
        "themes": {key: {"names": {"nl": key}} for key in ("waiting", "price", "staff", "parking")},
    }
    return from_plain(plain | changes)
