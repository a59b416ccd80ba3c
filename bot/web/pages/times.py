"""Moments as people read them, by the clock of the settings."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from babel.dates import format_timedelta
from markupsafe import Markup, escape

from bot.web.language import LOCALES, day, language
from bot.web.language import gettext as _


@dataclass(frozen=True, slots=True)
class Clock:
    """The time, and where it is read."""

    now: Callable[[], datetime]
    zone: ZoneInfo

    def show(self, moment: datetime | None) -> Markup:
        """As in 14:03 today, 5 Jan 14:03 this year, and 5 Jan 2025 14:03 before; the whole moment for programs."""
        if moment is None:
            return Markup("")
        at, date = self._read(moment)
        return self._marked(moment, f"{date} {at}" if date else at)

    def say(self, moment: datetime | None) -> Markup:
        """The same within a sentence: at 14:03, on 5 Jan at 14:03."""
        if moment is None:
            return escape(_("later"))
        at, date = self._read(moment)
        said = _("on %(day)s at %(time)s", day=date, time=at) if date else _("at %(time)s", time=at)
        return self._marked(moment, said)

    def _read(self, moment: datetime) -> tuple[str, str]:
        """The time of day, and the day where it is not today."""
        local, today = moment.astimezone(self.zone), self.now().astimezone(self.zone)
        date = "" if local.date() == today.date() else day(local, "d MMM" if local.year == today.year else "d MMM y")
        return f"{local:%H:%M}", date

    def _marked(self, moment: datetime, said: str) -> Markup:
        return Markup('<time datetime="{}">{}</time>').format(
            moment.astimezone(self.zone).isoformat(timespec="seconds"), said
        )


def duration(seconds: float) -> str:
    """A time that passed, in the largest unit of which there are two at least."""
    said: str = format_timedelta(timedelta(seconds=round(seconds)), threshold=2, locale=LOCALES[language()])
    return said
