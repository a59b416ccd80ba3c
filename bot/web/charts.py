"""Charts as pictures from our own origin: Vega-Lite specifications, drawn on the server, with every number beside."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any, Literal

import vl_convert
from flask import Response, abort, request

from bot.reporting.writers import Column, Table, stream
from bot.web.language import day, language, number
from bot.web.room import room

Spec = dict[str, Any]
"""A specification in Vega-Lite; what people wrote stands in its data and titles only, never in an expression."""

Cell = str | int | float | date | None


@dataclass(frozen=True, slots=True)
class Look:
    """Colours and width in pixels. good, middle, bad: of the bands, which differ in brightness too."""

    ink: str
    muted: str
    line: str
    accent: str
    soft: str
    good: str
    middle: str
    bad: str
    width: int = 1000

    @property
    def is_narrow(self) -> bool:
        """Whether it is for a telephone."""
        return self.width <= WIDTHS["narrow"]


WIDTHS: Mapping[str, int] = {"wide": 1000, "half": 540, "narrow": 340}

LOOKS: Mapping[str, Look] = {
    "light": Look(
        ink="#1d2530",
        muted="#5b6573",
        line="#e4e2db",
        accent="#0d6e5f",
        soft="#b9d9d3",
        good="#0d6e5f",
        middle="#b9bec6",
        bad="#c2571a",
    ),
    "dark": Look(
        ink="#e9ecf0",
        muted="#9ba6b3",
        line="#2c343f",
        accent="#58c7b0",
        soft="#28524c",
        good="#58c7b0",
        middle="#5a6573",
        bad="#f0935a",
    ),
}

LOCALES: Mapping[str, Literal["en-GB", "nl-NL"]] = {"en": "en-GB", "nl": "nl-NL"}


@dataclass(frozen=True, slots=True)
class Heading:
    """A column of the numbers behind a chart. name: in a file; title: on the page; digits: decimals. Days are text."""

    name: str
    title: str
    type: type[str] | type[int] | type[float]
    digits: int = 1

    def shown(self, cell: Cell) -> str:
        """The cell as the reader writes it."""
        if isinstance(cell, date):
            return day(cell)
        if isinstance(cell, str):
            return cell
        return number(cell, self.digits if self.type is float else 0)


@dataclass(frozen=True, slots=True)
class Chart:
    """A chart with all it shows. key: its name in the address; finding: what it says, for those who do not see it;
    draw: its specification for one look; rows: a cell for each heading; width: the one of `WIDTHS` it has room for.
    """

    key: str
    title: str
    finding: str
    draw: Callable[[Look], Spec]
    headings: Sequence[Heading]
    rows: Sequence[Sequence[Cell]]
    width: str = "wide"

    def room(self, width: str) -> tuple[int, int]:
        """About how wide and high its picture is at one of `WIDTHS`, so that a page keeps that free."""
        across, down = room(self.draw(replace(LOOKS["light"], width=WIDTHS[width])))
        return min(across, WIDTHS[width]), down


def picture(chart: Chart, look: Look) -> str:
    """The chart as SVG. Nothing is fetched for it."""
    drawn: str = vl_convert.vegalite_to_svg(
        chart.draw(look),
        vl_version="6.4",
        config=_config(look),
        allowed_base_urls=[],
        format_locale=LOCALES[language()],
        time_format_locale=LOCALES[language()],
    )
    return drawn


def sent(charts: Sequence[Chart], key: str, form: str) -> Response:
    """The chart of that key as the request wants it: a picture for a look and a width, or its numbers as CSV."""
    chart = next((each for each in charts if each.key == key), None)
    if chart is None or form not in ("svg", "csv"):
        abort(404)
    if form == "svg":
        return Response(picture(chart, _look()), mimetype="image/svg+xml")
    attached = {"Content-Disposition": f'attachment; filename="{chart.key}.csv"'}
    return Response(b"".join(stream(table(chart), "csv", bom=True)), mimetype="text/csv", headers=attached)


def table(chart: Chart) -> Table:
    """The numbers behind a chart, as they are written to a file."""
    columns = tuple(Column(each.name, each.type, each.title) for each in chart.headings)
    return Table(columns, ([_plain(cell) for cell in row] for row in chart.rows))


def _plain(cell: Cell) -> str | int | float | None:
    return cell.isoformat() if isinstance(cell, date) else cell


def _look() -> Look:
    """As the address asks for it; what it does not know is light and wide."""
    look = LOOKS.get(request.args.get("look", ""), LOOKS["light"])
    width = WIDTHS.get(request.args.get("width", ""), WIDTHS["wide"])
    return replace(look, width=width)


def _config(look: Look) -> Spec:
    font = "system-ui, -apple-system, 'Segoe UI', Roboto, Arial, sans-serif"
    return {
        "background": "transparent",
        "font": font,
        "padding": 4,
        "view": {"stroke": None},
        "axis": {
            "labelColor": look.muted,
            "titleColor": look.muted,
            "gridColor": look.line,
            "domainColor": look.line,
            "tickColor": look.line,
            "labelFontSize": 12,
            "titleFontSize": 12,
            "titleFontWeight": "normal",
            "labelOverlap": "greedy",
        },
        "header": {"labelColor": look.ink, "labelFontSize": 13, "title": None},
        "legend": {"labelColor": look.ink, "titleColor": look.muted, "labelFontSize": 12},
        "text": {"color": look.ink, "fontSize": 12},
    }
