"""Reads what people and spreadsheets write for a number, a moment or a channel."""

import re
from collections.abc import Mapping
from datetime import date, datetime, tzinfo

from bot.intake import Fault
from bot.reporting.writers import FORMULA
from bot.sheets import Cell
from flows.survey import Channel

CHANNELS: Mapping[str, Channel] = {
    **{channel.value: channel for channel in Channel},
    **dict.fromkeys(("voice", "phone", "ivr"), Channel.CALL),
    "text": Channel.SMS,
    "wa": Channel.WHATSAPP,
}
"""What people call a channel."""

MONTH_FIRST = frozenset({"US"})
"""Where 1/2/2026 is in January."""

ROUNDED = re.compile(r"[\d.,]+E\+?\d+", flags=re.IGNORECASE)
WHOLE = re.compile(r"(\d+)[.,]0+")
# Spreadsheets are kept from reading a formula or a number as one by an apostrophe in front, or by a formula that is a
# text. Any other apostrophe belongs to the word, as in 't Loo.
GUARDED = re.compile(rf"(?s)'([{re.escape(''.join(sorted(FORMULA)))}].*|\d+)|=\"(.*)\"")
DAY = re.compile(r"(\d{1,2})([-/.])(\d{1,2})\2(\d{4})[ T]+(\d{1,2}:\d{2}(?::\d{2})?)", flags=re.ASCII)


class UnreadableCellError(Exception):
    """A cell that cannot be taken for what it should be."""

    def __init__(self, field: str, problem: str, remedy: str) -> None:
        self.fault = Fault(field, problem, remedy)
        super().__init__(str(self.fault))


def text_of(cell: Cell) -> str | None:
    """The words of a cell; None where it is empty."""
    if isinstance(cell, float) and cell.is_integer():
        return f"{cell:.0f}"
    if isinstance(cell, date):
        return cell.isoformat()
    plain = "" if cell is None else str(cell).strip()
    if guarded := GUARDED.fullmatch(plain):
        plain = guarded[1] or guarded[2] or ""
    return plain or None


def phone_of(cell: Cell) -> str | None:
    """A telephone number, also one a spreadsheet took for an amount. Raises UnreadableCellError if it was rounded."""
    plain = text_of(cell)
    if plain and (ROUNDED.fullmatch(plain) or (isinstance(cell, float) and not cell.is_integer())):
        remedy = "format the column as text or as a number without decimals, and export it again"
        raise UnreadableCellError("phone", "the spreadsheet has rounded the number", remedy)
    if plain and (whole := WHOLE.fullmatch(plain)):
        return whole[1]
    return plain


def moment_of(cell: Cell, zone: tzinfo | None, country: str) -> datetime:
    """A moment: as in ISO 8601, or with the day before the month, as most write it.

    zone: of times without one, None where nobody knows; country: whose order of day and month holds.
    Raises UnreadableCellError.
    """
    moment = cell if isinstance(cell, datetime) else _moment(text_of(cell) or "", country)
    if moment is None:
        remedy = "write it as in 2026-01-31T14:05:00+01:00 or 31-01-2026 14:05"
        raise UnreadableCellError("ended_at", "this is no day with a time of day", remedy)
    if moment.tzinfo is None and zone is None:
        raise UnreadableCellError("ended_at", "it has no time zone", "write it as in 2026-01-31T14:05:00+01:00")
    return moment if moment.tzinfo else moment.replace(tzinfo=zone)


def channel_of(cell: Cell) -> Channel | None:
    """A channel; None where the cell is empty. Raises UnreadableCellError."""
    plain = text_of(cell)
    if plain is None:
        return None
    if (channel := CHANNELS.get(plain.lower())) is None:
        remedy = f"write {', '.join(Channel)}, or leave it out"
        raise UnreadableCellError("channel", "there is no such channel", remedy)
    return channel


def _moment(plain: str, country: str) -> datetime | None:
    if ":" not in plain and "T" not in plain:
        return None
    try:
        if written := DAY.fullmatch(plain):
            first, _, second, year, clock = written.groups()
            day, month = (second, first) if country in MONTH_FIRST else (first, second)
            hour, _, rest = clock.partition(":")
            plain = f"{year}-{month:0>2}-{day:0>2}T{hour:0>2}:{rest}"
        return datetime.fromisoformat(plain)
    except ValueError:
        return None
