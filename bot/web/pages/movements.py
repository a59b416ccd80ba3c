"""What became of a score, as a sentence in the reader's language."""

from bot.web.language import day, gettext, number
from flows.estimates import about
from flows.movement import SENTENCES, Movement


def moved(movement: Movement) -> str:
    """The movement in whole points."""
    found = movement.difference
    return gettext(SENTENCES[movement.kind]).format(
        change=number(found.value if found else None, signed=True),
        size=number(abs(found.value) if found else None),
        low=number(found.low if found else None, signed=True),
        high=number(found.high if found else None, signed=True),
        worth=number(movement.worth),
        needed=number(about(movement.needed) if movement.needed else None),
        broken=day(movement.broken.day if movement.broken else None),
    )
