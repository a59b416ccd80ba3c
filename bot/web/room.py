"""How much room the picture of a chart takes, before it is drawn."""

from math import ceil
from typing import Any

BESIDE, BELOW, ABOVE, LINE = 40, 30, 23, 12
"""Pixels that the upward axis takes, the axis across, the name above a small course, and a line of text."""

MARGIN, GAP = 8, 18
"""Pixels around a picture that sets none, and between small courses."""


def room(spec: dict[str, Any]) -> tuple[int, int]:
    """About the width and height of the picture of a Vega-Lite specification: off by a line of text at most."""
    if "facet" in spec:
        inner, columns = spec["spec"], spec["columns"]
        rows = ceil(len({each["group"] for each in spec["data"]["values"]}) / columns)
        across = columns * inner["width"] + (columns - 1) * GAP
        return across + BESIDE, rows * (inner["height"] + ABOVE) + (rows - 1) * GAP + BELOW
    edges = spec.get("padding", {"top": MARGIN})
    words = [layer["encoding"].get("y", {}).get("value", 0) + LINE for layer in spec["layer"]]
    lowest = max(spec["height"] + BELOW, *words)
    return spec["width"] + BESIDE, lowest + edges["top"] + edges.get("bottom", 0)
