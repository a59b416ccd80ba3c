"""What charts look like, in Vega-Lite: distributions, courses with their bands, and small multiples."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from bot.web.axes import DAY, SCHEMA, days, score
from bot.web.charts import Look, Spec
from bot.web.marks import GAP, ROW, SIGN, Mark, padding, placed, rules

HEIGHT = 260
"""Of a course, in pixels."""


@dataclass(frozen=True, slots=True)
class Bar:
    """How often a number was answered. share: in percent; band: `good`, `middle` or `bad`."""

    label: str
    n: int
    share: float
    band: str


@dataclass(frozen=True, slots=True)
class Spot:
    """A score of some days, with its interval. stretch: spots of one stretch are joined, of two not."""

    day: date
    value: float
    low: float
    high: float
    stretch: int = 0
    group: str = ""


AXIS = 20
"""Room that the numbers under the bars take, in pixels."""
TALL = 130
"""Of the bars, in pixels."""


def distribution(bars: Sequence[Bar], ends: tuple[str, str] | None, look: Look) -> Spec:
    """A bar for every number of the scale, with its share above it and what its ends mean below."""
    width = look.width - 20
    colours = {"good": look.good, "middle": look.middle, "bad": look.bad}
    values = [{"label": each.label, "share": each.share, "band": each.band} for each in bars]
    x = {"field": "label", "type": "nominal", "sort": None, "title": None, "axis": {"labelAngle": 0, "ticks": False}}
    y = {"field": "share", "type": "quantitative", "axis": None}
    return {
        "$schema": SCHEMA,
        "data": {"values": values},
        "width": width,
        "height": TALL,
        "layer": [
            {
                "mark": {"type": "bar", "cornerRadiusEnd": 3, "width": {"band": 0.82}},
                "encoding": {
                    "x": x,
                    "y": y,
                    "color": {
                        "field": "band",
                        "type": "nominal",
                        "legend": None,
                        "scale": {"domain": list(colours), "range": list(colours.values())},
                    },
                },
            },
            {
                "mark": {"type": "text", "dy": -8, "color": look.muted, "fontSize": 11},
                "encoding": {"x": x, "y": y, "text": {"field": "share", "type": "quantitative", "format": ".0f"}},
            },
            *(_ends(ends, width, look) if ends else ()),
        ],
    }


def _ends(ends: tuple[str, str], width: int, look: Look) -> list[Spec]:
    """The words at the left and the right end of a scale, the second a row lower where both have no room."""
    is_long = sum(map(len, ends)) * SIGN + GAP > width
    return [
        {
            "data": {"values": [{"label": words}]},
            "mark": {"type": "text", "align": align, "baseline": "bottom", "fontSize": 11, "color": look.muted},
            "encoding": {
                "x": {"value": x},
                "y": {"value": TALL + AXIS + ROW * row},
                "text": {"field": "label", "type": "nominal"},
            },
        }
        for words, align, x, row in zip(ends, ("left", "right"), (0, width), (1, 1 + is_long), strict=True)
    ]


def course(spots: Sequence[Spot], marks: Sequence[Mark], title: str, look: Look) -> Spec:
    """A line with its band; what happened stands as a rule with its words."""
    width = look.width - 60
    words = placed(marks, [each.day for each in spots], width)
    return {
        "$schema": SCHEMA,
        "width": width,
        "height": HEIGHT,
        "padding": padding(words),
        "layer": [*_line(_plain(spots), title, look), *rules(words, HEIGHT, look)],
    }


def multiples(spots: Sequence[Spot], title: str, look: Look) -> Spec:
    """A small course for each group, all on one scale, in the order in which they come."""
    columns = 1 if look.is_narrow else min(3, len({each.group for each in spots}))
    inner: Spec = {"width": (look.width - 60) // columns - 20, "height": 110}
    return {
        "$schema": SCHEMA,
        "data": {"values": _plain(spots)},
        "facet": {"field": "group", "type": "nominal", "sort": None, "header": {"labelAnchor": "start"}},
        "columns": columns,
        "spacing": 18,
        "spec": {**inner, "layer": _line(None, title, look, is_small=True)},
    }


def stretches(periods: Sequence[tuple[date, date]], edges: Sequence[date]) -> list[int]:
    """Which periods are joined by a line: not those with an edge or a period that is not there between them."""
    found: list[int] = []
    for place, (first, last) in enumerate(periods):
        if not place:
            found.append(0)
            continue
        before = periods[place - 1]
        is_next = first <= before[1] + timedelta(days=1)
        is_cut = any(before[1] < edge <= last for edge in edges)
        found.append(found[-1] + (not is_next or is_cut))
    return found


def _plain(spots: Sequence[Spot]) -> list[dict[str, Any]]:
    return [
        {
            "day": each.day.isoformat(),
            "value": each.value,
            "low": each.low,
            "high": each.high,
            "stretch": each.stretch,
            "group": each.group,
        }
        for each in spots
    ]


def _line(values: list[dict[str, Any]] | None, title: str, look: Look, *, is_small: bool = False) -> list[Spec]:
    """A band with a line in it; a spot without neighbours is seen as a point."""
    x = {"field": "day", **DAY, "axis": days(look, is_small=is_small)}
    detail = {"field": "stretch", "type": "nominal"}
    band: Spec = {
        "mark": {"type": "area", "color": look.soft, "opacity": 0.75},
        "encoding": {"x": x, "y": score("low", title), "y2": {"field": "high"}, "detail": detail},
    }
    line: Spec = {
        "mark": {"type": "line", "color": look.accent, "strokeWidth": 2, "point": {"size": 12, "color": look.accent}},
        "encoding": {"x": x, "y": score("value", title), "detail": detail},
    }
    return [{"data": {"values": values}, **each} for each in (band, line)] if values is not None else [band, line]
