"""The picture of themes: how common each is, and what goes with it."""

from flask import request

from bot.reporting.drivers import Drivers
from bot.reporting.source import Source
from bot.web.charts import Chart, Heading
from bot.web.language import gettext as _
from bot.web.language import language, number
from bot.web.pages.cards import theme_name
from bot.web.scatters import Bubble, bubbles
from flows.disclosure import Standing
from flows.drivers import Driver
from flows.estimates import Estimate
from flows.scoring import Difference

UP = ("gap", "sentiment")
"""What the bubbles can be told apart by upwards."""


def up() -> str:
    """What the address wants upwards; what it does not know is the gap."""
    wanted = request.args.get("up", "")
    return wanted if wanted in UP else UP[0]


def titles() -> dict[str, str]:
    """What each of `UP` is called."""
    return {"gap": _("Gap between scores, in points"), "sentiment": _("Sentiment, in points")}


def chart(source: Source, found: Drivers) -> Chart | None:
    """The themes that may be shown, as bubbles; None where there is none."""
    way, frame = up(), source.frame()
    told = [(each, height) for each in found.drivers if (height := _height(each, way))]
    if not told:
        return None
    spots = [
        Bubble(
            name=theme_name(frame, each.key, language()),
            across=each.prevalence.value,
            up=height.value,
            low=height.low,
            high=height.high,
            n=each.with_it.n if each.with_it else 0,
            is_clear=each.is_detectable,
        )
        for each, height in told
    ]
    across, title = _("Prevalence, in percent of comments"), titles()[way]
    low = min(spots, key=lambda each: each.up)
    return Chart(
        key="themes",
        title=_("Themes: how common, and what goes with them"),
        finding=_(
            "%(n)s themes; lowest lies %(name)s with %(points)s points.",
            n=number(len(spots)),
            name=low.name,
            points=number(low.up, 1, signed=True),
        ),
        draw=lambda look: bubbles(spots, across, title, look),
        headings=(
            Heading("theme", _("Theme"), str),
            Heading("prevalence", across, float),
            Heading(way, title, float),
            Heading("low", _("From"), float),
            Heading("high", _("To"), float),
            Heading("weighted_gap", _("Weighted gap"), float),
            Heading("n", _("Respondents"), int),
            Heading("detectable", _("More than chance"), str),
        ),
        rows=[
            (spot.name, spot.across, spot.up, spot.low, spot.high, each.weighted_gap, spot.n, _yes(spot.is_clear))
            for spot, (each, _height) in zip(spots, told, strict=True)
        ],
    )


def _height(driver: Driver, way: str) -> Estimate | Difference | None:
    if driver.standing is Standing.SUPPRESSED:
        return None
    return driver.gap if way == "gap" else driver.sentiment


def _yes(holds: bool) -> str:
    return _("yes") if holds else _("no")
