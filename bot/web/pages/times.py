"""Moments as people read them, by the clock of the settings."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from markupsafe import Markup


@dataclass(frozen=True, slots=True)
class Clock:
    """The time, and where it is read."""

    now: Callable[[], datetime]
    zone: ZoneInfo

    def show(self, moment: datetime | None) -> Markup:
        """As in 14:03 today, 5 Jan 14:03 this year, and 5 Jan 2025 14:03 before; the whole moment for programs."""
        if moment is None:
            return Markup("")
        local, today = moment.astimezone(self.zone), self.now().astimezone(self.zone)
        day = (
            ""
            if local.date() == today.date()
            else f"{local.day} {local:%b}{'' if local.year == today.year else f' {local.year}'} "
        )
        return Markup('<time datetime="{}">{}</time>').format(
            local.isoformat(timespec="seconds"), f"{day}{local:%H:%M}"
        )
