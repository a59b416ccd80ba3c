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
        return self._marked(moment, "{} {}") if moment else Markup("")

    def say(self, moment: datetime | None) -> Markup:
        """The same within a sentence: at 14:03, on 5 Jan at 14:03."""
        return self._marked(moment, "on {} at {}") if moment else Markup("later")

    def _marked(self, moment: datetime, pattern: str) -> Markup:
        local, today = moment.astimezone(self.zone), self.now().astimezone(self.zone)
        year = "" if local.year == today.year else f" {local.year}"
        said = pattern.format(f"{local.day} {local:%b}{year}", f"{local:%H:%M}")
        if local.date() == today.date():
            said = pattern.partition("{}")[2].format(f"{local:%H:%M}").strip()
        return Markup('<time datetime="{}">{}</time>').format(local.isoformat(timespec="seconds"), said)
