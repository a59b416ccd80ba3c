"""What the API takes and gives of exports, field by field."""

from collections.abc import Mapping
from typing import Any, Literal

from pydantic import BaseModel, Field

from bot.reporting.exports import What
from bot.reporting.writers import MEDIA_TYPES
from bot.web.figure_schemas import Narrowed
from bot.web.schemas import Cursor


class ExportPath(BaseModel):
    """What is taken away."""

    what: What = Field(description="`answers`: a row for every survey; `verbatims`: one for every theme of each.")


class ExportQuery(Narrowed):
    """Which surveys, and how they are written; all days without days."""

    format: Literal["csv", "jsonl", "parquet", "xlsx", "json"] = Field(
        "csv", description="`json` comes page by page, every other format as one file."
    )
    bom: bool = Field(False, description="Begin CSV with a mark that Excel knows UTF-8 by.")
    phones: bool = Field(False, description="With the respondents' numbers; for keys of role admin, and logged.")
    limit: int = Field(500, ge=1, le=1000, description="Surveys on a page of `json`.")
    cursor: Cursor | None = Field(None, description="`next` of the page of `json` before, to go on from there.")


class ColumnOut(BaseModel):
    """A column of an export."""

    name: str
    type: str
    meaning: str


class ColumnsOut(BaseModel):
    """What the columns of an export mean, in their order."""

    columns: list[ColumnOut]


CONTENT: Mapping[str, Any] = {
    "application/json": {
        "schema": {
            "type": "object",
            "required": ["rows", "next"],
            "properties": {
                "rows": {"type": "array", "items": {"type": "object"}, "description": "By the names of the columns."},
                "next": {
                    "anyOf": [{"type": "string"}, {"type": "null"}],
                    "description": "The cursor of the next page; null on the last.",
                },
            },
        }
    },
    **{media_type: {} for media_type in MEDIA_TYPES.values()},
}
"""An export in each of its formats."""
