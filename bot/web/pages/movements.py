"""What became of a score, as a sentence in the reader's language."""

from collections.abc import Iterable
from datetime import date
from typing import Any

from bot.web.language import day, gettext, number
from bot.web.language import gettext as _
from bot.web.pages.names import value_name
from flows.estimates import about
from flows.mix import Decomposition
from flows.movement import MEANS, QUANTITIES, SENTENCES, MeanMovement, Movement
from flows.trends import Break, Why


def moved(movement: Movement) -> str:
    """The movement; of a measure with a mean, what became of that and then of which score."""
    said = score_moved(movement)
    if movement.mean is None:
        return said
    named = gettext(QUANTITIES[movement.measure.names[0]]).format(said=f"{said[0].lower()}{said[1:]}")
    return f"{_mean_moved(movement.mean)} {named}"


def _mean_moved(mean: MeanMovement) -> str:
    return gettext(MEANS[mean.course]).format(
        before=number(mean.before, 2),
        after=number(mean.after, 2),
        change=number(mean.change.value, 2, signed=True),
        low=number(mean.change.low, 2, signed=True),
        high=number(mean.change.high, 2, signed=True),
    )


def score_moved(movement: Movement) -> str:
    """The movement of the score alone, in whole points."""
    found = movement.difference
    return gettext(SENTENCES[movement.kind]).format(
        change=number(found.value if found else None, signed=True),
        size=number(abs(found.value) if found else None),
        low=number(found.low if found else None, signed=True),
        high=number(found.high if found else None, signed=True),
        worth=number(movement.worth),
        needed=number(about(movement.needed) if movement.needed else None),
        broken=day(movement.broken.day if movement.broken else None),
    )


def taken_apart(mix: Decomposition[Any], dimension: str) -> str:
    """What of the change the groups have done, and what their shares."""
    rate, by_shares = number(mix.rate.value, 1, signed=True), number(mix.mix, 1, signed=True)
    told = {
        "channel": _(
            "Of this change %(rate)s comes from the channels themselves and %(mix)s from a different mix of them."
        ),
        "queue": _(
            "Of this change %(rate)s comes from the queues themselves and %(mix)s from a different mix of them."
        ),
        "language": _(
            "Of this change %(rate)s comes from the languages themselves and %(mix)s from a different mix of them."
        ),
        "country": _(
            "Of this change %(rate)s comes from the countries themselves and %(mix)s from a different mix of them."
        ),
        "touchpoint": _(
            "Of this change %(rate)s comes from the touchpoints themselves and %(mix)s from a different mix of them."
        ),
    }[dimension] % {"rate": rate, "mix": by_shares}
    return " ".join((told, _("Each of them has moved the other way."))) if mix.is_reversed else told


def broken(breaks: Iterable[Break]) -> list[str]:
    """The breaks of a series, a sentence for each day and reason, the first first."""
    together: dict[tuple[date, Why], list[Break]] = {}
    for each in breaks:
        together.setdefault((each.day, each.why), []).append(each)
    return [_broken(on, why, found) for (on, why), found in sorted(together.items())]


def _broken(on: date, why: Why, found: Iterable[Break]) -> str:
    channels = ", ".join(sorted({value_name("channel", each.channel) for each in found}))
    if why is Why.CHANNEL:
        return _("%(day)s: %(channel)s came in; not one series with what was before.", day=day(on), channel=channels)
    return _(
        "%(day)s: the wording changed (%(channel)s, %(language)s); not one series with what was before.",
        day=day(on),
        channel=channels,
        language=", ".join(sorted({value_name("language", each.language) for each in found})),
    )
