"""What control charts look like, in Vega-Lite: periods within their limits, and deviations added up."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from bot.web.axes import DAY, SCHEMA, days, either, score
from bot.web.charts import Look, Spec
from bot.web.marks import Mark, padding, placed, rules

HEIGHT = 190
"""Of a control chart, in pixels."""


@dataclass(frozen=True, slots=True)
class Limit:
    """A period of a control chart. signal: what makes it more than noise, empty where nothing does."""

    day: date
    value: float
    low: float
    high: float
    signal: str = ""


def control(limits: Sequence[Limit], centre: float, marks: Sequence[Mark], look: Look) -> Spec:
    """Periods within their limits; a signal is larger, of another colour and another shape."""
    values = [
        {
            "day": each.day.isoformat(),
            "value": each.value,
            "low": each.low,
            "high": each.high,
            "signal": bool(each.signal),
        }
        for each in limits
    ]
    dashes = {"type": "line", "interpolate": "step", "strokeDash": [4, 3], "color": look.muted, "strokeWidth": 1}
    layers = [
        {"mark": dashes, "encoding": {"y": score("low")}},
        {"mark": dashes, "encoding": {"y": score("high")}},
        _level(centre, look, []),
        {"mark": _stroke(look), "encoding": {"y": score("value")}},
        _signs(look),
    ]
    return _drawn(values, layers, marks, look)


@dataclass(frozen=True, slots=True)
class Sums:
    """A period of a CUSUM chart: what has added up above and below the target, and which of them is a signal."""

    day: date
    up: float
    down: float
    is_high: bool
    is_low: bool


def sums(periods: Sequence[Sums], limit: float, marks: Sequence[Mark], look: Look) -> Spec:
    """What has added up above the target runs upwards, what has below it downwards; a sum beyond the limit is a signal
    and looks as signals do in `control`.
    """
    values = [
        {"day": each.day.isoformat(), "value": value, "side": side, "signal": is_signal}
        for each in periods
        for side, value, is_signal in (("up", each.up, each.is_high), ("down", -each.down, each.is_low))
    ]
    side = {"detail": {"field": "side", "type": "nominal"}}
    layers = [
        _level(limit, look, [4, 3]),
        _level(-limit, look, [4, 3]),
        _level(0, look, []),
        {"mark": _stroke(look), "encoding": {"y": score("value"), **side}},
        _signs(look),
    ]
    return _drawn(values, layers, marks, look)


def _drawn(values: list[dict[str, Any]], layers: Sequence[Spec], marks: Sequence[Mark], look: Look) -> Spec:
    width = look.width - 60
    words = placed(marks, [date.fromisoformat(each["day"]) for each in values], width)
    return {
        "$schema": SCHEMA,
        "width": width,
        "height": HEIGHT,
        "padding": padding(words),
        "data": {"values": values},
        "encoding": {"x": {"field": "day", **DAY, "axis": days(look)}},
        "layer": [*layers, *rules(words, HEIGHT, look)],
    }


def _level(value: float, look: Look, dashes: Sequence[int]) -> Spec:
    mark = {"type": "rule", "color": look.muted, "strokeDash": list(dashes)}
    return {"data": {"values": [{}]}, "mark": mark, "encoding": {"y": {"datum": value}, "x": None}}


def _stroke(look: Look) -> Spec:
    return {"type": "line", "color": look.accent, "strokeWidth": 1.5}


def _signs(look: Look) -> Spec:
    return {
        "mark": {"type": "point", "filled": True, "opacity": 1},
        "encoding": {
            "y": score("value"),
            "color": either("signal", look.bad, look.accent),
            "shape": either("signal", "diamond", "circle"),
            "size": either("signal", 110, 30),
        },
    }
