"""What charts of units and themes look like, in Vega-Lite: funnel plots and bubbles, with names where there is room."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from bot.web.charts import Look, Spec
from bot.web.plots import SCHEMA
from flows.selection import Plot

NAMED = 12
"""Bubbles that are named at most: the largest first."""


@dataclass(frozen=True, slots=True)
class Bubble:
    """A theme. across: how common it is, in percent; up: points; n: answers; is_clear: whether chance is ruled out."""

    name: str
    across: float
    up: float
    n: int
    is_clear: bool


def funnel_plot(plot: Plot, names: Sequence[str], across: str, up: str, look: Look) -> Spec:
    """Each unit's share over its size, with the limits within which chance keeps units that are alike; outliers named.

    names: of the units, in their order.
    """
    limits = [
        {"n": each.n, "side": side, "far": far, "near": near}
        for each in plot.limits
        for side, far, near in (("low", each.far_low, each.low), ("high", each.far_high, each.high))
    ]
    units = [
        {"n": unit.estimate.n, "share": unit.estimate.value, "name": name, "out": unit.is_outlier}
        for unit, name in zip(plot.units, names, strict=True)
    ]
    x = {"field": "n", "type": "quantitative", "title": across, "axis": {"grid": False, "tickCount": 5}}
    side = {"field": "side", "type": "nominal"}
    return {
        "$schema": SCHEMA,
        "width": look.width - 70,
        "height": 200,
        "layer": [
            {"data": {"values": limits}, "mark": _line(look, [2, 3]), "encoding": _xy(x, "far", up) | {"detail": side}},
            {
                "data": {"values": limits},
                "mark": _line(look, [6, 3]),
                "encoding": _xy(x, "near", up) | {"detail": side},
            },
            {
                "data": {"values": [{}]},
                "mark": {"type": "rule", "color": look.muted},
                "encoding": {"y": {"datum": plot.centre}},
            },
            {
                "data": {"values": units},
                "mark": {"type": "point", "filled": True, "opacity": 0.9},
                "encoding": _xy(x, "share", up)
                | {
                    "color": _either("out", look.bad, look.accent),
                    "shape": _either("out", "diamond", "circle"),
                    "size": _either("out", 120, 45),
                },
            },
            {
                "data": {"values": [unit for unit in units if unit["out"]]},
                "mark": {"type": "text", "dy": -12, "color": look.ink},
                "encoding": _xy(x, "share", up) | {"text": {"field": "name", "type": "nominal"}},
            },
        ],
    }


def bubbles(spots: Sequence[Bubble], across: str, up: str, look: Look) -> Spec:
    """How common each theme is, and what goes with it; clear ones filled. Names that would lie upon another are left
    out: they stand in the table.
    """
    named = _placed(spots, look)
    values = [
        {
            "name": each.name if each in named else "",
            "x": each.across,
            "y": each.up,
            "n": each.n,
            "clear": each.is_clear,
        }
        for each in sorted(spots, key=lambda each: -each.n)
    ]
    # Room at either side for a name in the middle of which its bubble lies.
    widest = max((each.across for each in spots), default=1.0)
    ends = {"domain": [-0.12 * widest, 1.25 * widest], "nice": False}
    x = {"field": "x", "type": "quantitative", "title": across, "scale": ends, "axis": {"tickCount": 6}}
    y = {"field": "y", "type": "quantitative", "title": up}
    fill = {"type": "nominal", "legend": None, "field": "clear"}
    return {
        "$schema": SCHEMA,
        "width": look.width - 70,
        "height": HEIGHT,
        "data": {"values": values},
        "layer": [
            {
                "data": {"values": [{}]},
                "mark": {"type": "rule", "color": look.muted},
                "encoding": {"y": {"datum": 0, "type": "quantitative"}},
            },
            {
                "mark": {"type": "circle", "opacity": 0.75, "stroke": look.ink, "strokeWidth": 0.5},
                "encoding": {
                    "x": x,
                    "y": y,
                    "size": {
                        "field": "n",
                        "type": "quantitative",
                        "legend": None,
                        "scale": {"range": [30, LARGEST], "zero": True},
                    },
                    "color": fill | {"scale": {"domain": [True, False], "range": [look.accent, look.middle]}},
                },
            },
            {
                "mark": {"type": "text", "dy": -14, "color": look.ink, "fontSize": 11},
                "encoding": {"x": x, "y": y, "text": {"field": "name", "type": "nominal"}},
            },
        ],
    }


HEIGHT, LARGEST = 340, 900
"""Pixels, and square pixels."""
SIGN, ROW = 6.0, 14.0
"""About as much room as a letter and a line take, in pixels."""


def _placed(spots: Sequence[Bubble], look: Look) -> list[Bubble]:
    """Those whose names fit, the largest first."""
    wide, high = _reach([each.across for each in spots]), _reach([*(each.up for each in spots), 0.0])
    taken: list[tuple[float, float, float]] = []
    found = []
    for each in sorted(spots, key=lambda each: -each.n)[:NAMED]:
        middle, line = each.across / wide * (look.width - 70), each.up / high * HEIGHT
        half = len(each.name) * SIGN / 2
        if all(abs(middle - x) > half + other or abs(line - y) > ROW for x, y, other in taken):
            taken.append((middle, line, half))
            found.append(each)
    return found


def _reach(values: Sequence[float]) -> float:
    return max(values, default=0.0) - min(*values, 0.0, 0.0) or 1.0


def _line(look: Look, dashes: Sequence[int]) -> Spec:
    return {"type": "line", "color": look.muted, "strokeWidth": 1, "strokeDash": list(dashes)}


def _xy(x: Spec, field: str, title: str) -> dict[str, Any]:
    return {"x": x, "y": {"field": field, "type": "quantitative", "title": title, "scale": {"zero": False}}}


def _either(field: str, then: str | int, otherwise: str | int) -> Spec:
    return {
        "field": field,
        "type": "nominal",
        "legend": None,
        "scale": {"domain": [True, False], "range": [then, otherwise]},
    }
