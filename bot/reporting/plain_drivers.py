"""The themes beside a score as values that JSON can hold, alike for the command line and the API."""

from collections.abc import Mapping

from bot.reporting.drivers import Drivers, explained
from bot.reporting.plain import Plain, plain_estimate
from flows.drivers import Driver
from flows.scoring import Difference


def plain_driven(found: Drivers) -> Plain:
    """Everything of them, first what pulls down most."""
    parts, said = explained(found), found.commenters
    return {
        "question": found.question,
        "instrument": found.instrument,
        "from": found.period[0].isoformat(),
        "to": found.period[1].isoformat(),
        "n": found.n,
        "unread": found.unread,
        "standing": found.standing,
        "commenting": plain_estimate(said.rate if said else None),
        "commented": plain_estimate(said.commenting if said else None),
        "silent": plain_estimate(said.silent if said else None),
        "silence_gap": _gap(said.gap) if said and said.gap else None,
        "themes": [_driver(each, parts) for each in found.drivers],
    }


def _driver(driver: Driver, importance: Mapping[str, float]) -> Plain:
    return {
        "theme": driver.key,
        "standing": driver.standing,
        "prevalence": plain_estimate(driver.prevalence),
        "with_it": plain_estimate(driver.with_it),
        "without_it": plain_estimate(driver.without_it),
        "gap": _gap(driver.gap) if driver.gap else None,
        "weighted_gap": driver.weighted_gap,
        "impact": plain_estimate(driver.impact),
        "sentiment": plain_estimate(driver.sentiment),
        "q": driver.q,
        "detectable": driver.is_detectable,
        "explains": importance.get(driver.key),
    }


def _gap(gap: Difference) -> Plain:
    return {"value": gap.value, "low": gap.low, "high": gap.high, "p": gap.p}
