"""How figures stand in a terminal."""

from rich.console import RenderableType
from rich.padding import Padding
from rich.text import Text

from flows.estimates import Estimate, rounded


def signed(points: float, digits: int = 0) -> str:
    """With its sign, a true minus among them; 0 has none."""
    shown = rounded(points, digits)
    return f"{shown:+.{digits}f}".replace("-", "−") if shown else f"{shown:.{digits}f}"


def interval(score: Estimate | None, digits: int = 0) -> str:
    """Of a score in points; nothing where there is none."""
    return f"{signed(score.low, digits)} to {signed(score.high, digits)}" if score else ""


def percent(estimate: Estimate) -> str:
    return f"{rounded(estimate.value):.0f} %"


def under(line: str, style: str = "") -> RenderableType:
    """A line below the one it belongs to."""
    return Padding(Text(line, style=style), (0, 0, 0, 2))
