"""What charts of units and themes look like, in Vega-Lite: funnel plots and bubbles, with names where there is room."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from bot.web.axes import SCHEMA, either
from bot.web.charts import Look, Spec
from bot.web.labels import Label, Sign, beside
from flows.selection import Plot


@dataclass(frozen=True, slots=True)
class Bubble:
    """A theme. across: how common it is, in percent; up: points, with their interval from low to high; n: answers;
    is_clear: whether chance is ruled out."""

    name: str
    across: float
    up: float
    low: float
    high: float
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
                    "color": either("out", look.bad, look.accent),
                    "shape": either("out", "diamond", "circle"),
                    "size": either("out", 120, 45),
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
    """How common each theme is, and what goes with it, with its interval; clear ones filled. Names that would lie upon
    something else are left out: they stand in the table.
    """
    by_size = sorted(spots, key=lambda each: -each.n)
    ends = -0.04 * max(each.across for each in spots), 1.08 * max(each.across for each in spots)
    lowest, highest = min(0.0, *(each.low for each in spots)), max(0.0, *(each.high for each in spots))
    spare = 0.05 * (highest - lowest)
    heights = lowest - spare, highest + spare
    names = _named(by_size, ends, heights, look)
    values = [
        {"x": each.across, "y": each.up, "low": each.low, "high": each.high, "n": each.n, "clear": each.is_clear}
        for each in by_size
    ]
    x = {
        "field": "x",
        "type": "quantitative",
        "title": across,
        "scale": {"domain": ends, "nice": False},
        "axis": {"tickCount": 6},
    }
    y = {"type": "quantitative", "title": up, "scale": {"domain": heights, "nice": False}}
    colour = {
        "field": "clear",
        "type": "nominal",
        "legend": None,
        "scale": {"domain": [True, False], "range": [look.accent, look.middle]},
    }
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
                "mark": {"type": "rule", "strokeWidth": 1.5, "opacity": 0.7},
                "encoding": {"x": x, "y": {**y, "field": "low"}, "y2": {"field": "high"}, "color": colour},
            },
            {
                "mark": {"type": "circle", "opacity": 0.85, "stroke": look.ink, "strokeWidth": 0.5},
                "encoding": {
                    "x": x,
                    "y": {**y, "field": "y"},
                    "size": {"field": "n", "type": "quantitative", "legend": None, "scale": _sizes(by_size)},
                    "color": colour,
                },
            },
            *(_text(each, look) for each in names),
        ],
    }


HEIGHT, SMALLEST, LARGEST = 340, 30, 900
"""Pixels, and square pixels."""


def _sizes(spots: Sequence[Bubble]) -> Spec:
    return {"domain": [0, max(each.n for each in spots)], "range": [SMALLEST, LARGEST]}


def _named(
    spots: Sequence[Bubble], across: tuple[float, float], up: tuple[float, float], look: Look
) -> Sequence[Label]:
    """The names that fit, the largest first."""
    width, most = look.width - 70, max(each.n for each in spots)

    def down(height: float) -> float:
        return HEIGHT * (up[1] - height) / ((up[1] - up[0]) or 1.0)

    signs = [
        Sign(
            each.name,
            width * (each.across - across[0]) / (across[1] - across[0]),
            down(each.up),
            math.sqrt((SMALLEST + (LARGEST - SMALLEST) * each.n / most) / math.pi),
        )
        for each in spots
    ]
    return beside(signs, width, HEIGHT, down(0.0))


def _text(label: Label, look: Look) -> Spec:
    return {
        "data": {"values": [{"name": label.name}]},
        "mark": {"type": "text", "align": label.align, "baseline": "middle", "color": look.ink, "fontSize": 11},
        "encoding": {
            "x": {"value": label.x},
            "y": {"value": label.y},
            "text": {"field": "name", "type": "nominal"},
        },
    }


def _line(look: Look, dashes: Sequence[int]) -> Spec:
    return {"type": "line", "color": look.muted, "strokeWidth": 1, "strokeDash": list(dashes)}


def _xy(x: Spec, field: str, title: str) -> dict[str, Any]:
    return {"x": x, "y": {"field": field, "type": "quantitative", "title": title, "scale": {"zero": False}}}
