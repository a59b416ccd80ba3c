"""Names beside the signs of a chart, as many as lie on nothing else."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

SIGN, ROW, GAP = 6.4, 13.0, 3.0
"""About as much room as a letter, a line and what is between a sign and its name take, in pixels."""


@dataclass(frozen=True, slots=True)
class Sign:
    """A circle on a chart, in pixels from its upper left corner, and what it is called."""

    name: str
    x: float
    y: float
    radius: float


@dataclass(frozen=True, slots=True)
class Label:
    """A name. x, y: where it begins, ends or has its middle, as `align` says, and half its height; in pixels."""

    name: str
    x: float
    y: float
    align: str


Box = tuple[float, float, float, float]
"""Left, top, right, bottom."""


def beside(signs: Sequence[Sign], width: float, height: float, line: float) -> list[Label]:
    """The names that fit on a chart of that size, those of the first signs before others: at the right or the left of
    the sign, else above or below it. line: how far down one runs across the chart that they keep off too.
    """
    taken = [(each.x - each.radius, each.y - each.radius, each.x + each.radius, each.y + each.radius) for each in signs]
    taken.append((0.0, line, width, line))
    found = []
    for sign in signs:
        for label in _around(sign):
            box = _box(label)
            is_inside = min(box) >= 0 and box[2] <= width and box[3] <= height
            if is_inside and not _hits(box, taken):
                taken.append(box)
                found.append(label)
                break
    return found


def _around(sign: Sign) -> Iterable[Label]:
    reach = sign.radius + GAP
    yield Label(sign.name, sign.x + reach, sign.y, "left")
    yield Label(sign.name, sign.x - reach, sign.y, "right")
    yield Label(sign.name, sign.x, sign.y - reach - ROW / 2, "center")
    yield Label(sign.name, sign.x, sign.y + reach + ROW / 2, "center")


def _box(label: Label) -> Box:
    long = len(label.name) * SIGN
    left = label.x - {"left": 0.0, "center": long / 2, "right": long}[label.align]
    return left, label.y - ROW / 2, left + long, label.y + ROW / 2


def _hits(box: Box, taken: Iterable[Box]) -> bool:
    left, top, right, bottom = box
    return any(left < other[2] and other[0] < right and top < other[3] and other[1] < bottom for other in taken)
