"""How many SMS segments a text takes, in which alphabet, and which characters are to blame."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

_BASIC = frozenset(
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?"
    "¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà"
)
_EXTENDED = frozenset("\f^{}\\[~]|€")
"""Each is sent as an escape and a character: two units, which always share a segment."""


@dataclass(frozen=True, slots=True)
class Segments:
    """The size of a text.

    units: septets in GSM-7, 16-bit units in UCS-2; segments: messages billed; forcing: each character that rules out
    GSM-7, once, in the order of the text.
    """

    encoding: Literal["GSM-7", "UCS-2"]
    units: int
    segments: int
    forcing: str = ""


def measure(text: str) -> Segments:
    """The size of the text as an SMS. One character outside GSM-7 turns the whole text into UCS-2."""
    forcing = "".join(dict.fromkeys(sign for sign in text if sign not in _BASIC and sign not in _EXTENDED))
    if forcing:
        sizes = [2 if ord(sign) > 0xFFFF else 1 for sign in text]
        return Segments("UCS-2", sum(sizes), _cut(sizes, alone=70, joined=67), forcing)
    sizes = [2 if sign in _EXTENDED else 1 for sign in text]
    return Segments("GSM-7", sum(sizes), _cut(sizes, alone=160, joined=153))


def _cut(sizes: Iterable[int], alone: int, joined: int) -> int:
    """The number of segments when each holds as many whole characters as fit.

    alone: the room in a text of one segment; joined: in each of several, which spend the rest on joining them.
    """
    sizes = tuple(sizes)
    if sum(sizes) <= alone:
        return 1 if sizes else 0
    segments, room = 1, joined
    for size in sizes:
        if size > room:
            segments, room = segments + 1, joined
        room -= size
    return segments
