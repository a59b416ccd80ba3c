"""Days on a chart at which something happened: a rule each, and its words above the chart, within its edges."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from bot.web.axes import DAY
from bot.web.charts import Look, Spec

SIGN, ROW, GAP = 6.6, 14, 8
"""About as much room as a letter, a line and what is between two labels take, in pixels."""


@dataclass(frozen=True, slots=True)
class Mark:
    """Something that happened on a day, in a few words. is_break: whether what comes after is another series."""

    day: date
    label: str
    is_break: bool = True


@dataclass(frozen=True, slots=True)
class Placed:
    """A mark and where its words go. x: where they begin, or end if is_left_of, in pixels; row: 0 lies lowest."""

    mark: Mark
    x: float
    is_left_of: bool
    row: int


def placed(marks: Sequence[Mark], days: Sequence[date], width: int) -> list[Placed]:
    """Where words go on a chart of these days: at the right of their rule where there is room, else up to it, and above
    those that they would lie on.
    """
    first, last = min((*days, *(each.day for each in marks))), max((*days, *(each.day for each in marks)))
    found: list[Placed] = []
    taken: list[float] = []
    for mark in sorted(marks, key=lambda each: each.day):
        rule = width * ((mark.day - first) / (last - first) if last > first else 0.5)
        long = len(mark.label) * SIGN
        is_left_of = rule + long > width
        begins = max(rule, long) - long if is_left_of else rule
        row = next((row for row, until in enumerate(taken) if until + GAP <= begins), len(taken))
        taken[row : row + 1] = [begins + long]
        found.append(Placed(mark, begins + long if is_left_of else begins, is_left_of, row))
    return found


def rules(marks: Sequence[Placed], height: int, look: Look) -> list[Spec]:
    """Layers for a chart of that height, whose axis across is one of days."""
    colours = {True: look.bad, False: look.ink}
    return [
        layer
        for each in marks
        for layer in (
            {
                "data": {"values": [{"day": each.mark.day.isoformat()}]},
                "mark": {"type": "rule", "color": colours[each.mark.is_break], "strokeDash": [2, 3]},
                "encoding": {
                    "x": {"field": "day", **DAY},
                    "y": {"value": -ROW * each.row - 2},
                    "y2": {"value": height},
                },
            },
            {
                "data": {"values": [{"label": each.mark.label}]},
                "mark": {
                    "type": "text",
                    "align": "right" if each.is_left_of else "left",
                    "baseline": "bottom",
                    "fontSize": 11,
                    "color": colours[each.mark.is_break],
                },
                "encoding": {
                    "x": {"value": each.x},
                    "y": {"value": -ROW * each.row - 2},
                    "text": {"field": "label", "type": "nominal"},
                },
            },
        )
    ]


def padding(marks: Sequence[Placed]) -> Spec:
    """What a chart keeps free around itself, in pixels, words above it included."""
    above = ROW * (1 + max(each.row for each in marks)) if marks else 0
    return {"top": 4 + above, "right": 4, "bottom": 4, "left": 4}
