"""The overview as values that JSON can hold, alike for the command line and the API."""

from dataclasses import asdict
from typing import Any

from bot.reporting.figures import Compared, Figure
from bot.reporting.funnel import Asked
from bot.reporting.overview import Measured, Overview
from bot.reporting.stretches import Stretch
from bot.reporting.trends import Trend
from flows.adjusting import Adjusted
from flows.estimates import Estimate
from flows.funnel import DropOff
from flows.mix import Decomposition
from flows.movement import Movement, sentence
from flows.rates import Rate
from flows.reversals import Examined, sensitivity

Plain = dict[str, Any]


def plain_overview(told: Overview) -> Plain:
    """Everything of the overview but the funnel, which is `plain_asked`."""
    return {
        "from": told.period[0].isoformat(),
        "to": told.period[1].isoformat(),
        "before_from": told.before[0].isoformat(),
        "before_to": told.before[1].isoformat(),
        "measures": [_measured(each, told.stratum) for each in told.measures],
        "unknown": list(told.unknown),
    }


def plain_course(told: Trend) -> Plain:
    """How a score has run lately: what became of it in the last whole period since the one before."""
    return {
        "question": told.question,
        "instrument": told.instrument,
        "from": told.period[0].isoformat(),
        "to": told.period[1].isoformat(),
        "every": told.every,
        "sentence": told.sentence,
    }


def plain_asked(told: Asked) -> Plain:
    """Who was asked, with AAPOR's classes and every rate."""
    every = told.rates
    return {
        "contacts": told.funnel.contacts,
        "invited": told.funnel.invited,
        "open": told.funnel.open,
        "kept_out": {str(reason): n for reason, n in sorted(told.funnel.outside.items())},
        "endings": dict(sorted(told.endings.items())),
        "classes": asdict(told.funnel.ended),
        "rates": {name: _rate(getattr(every, name)) for name in every.__slots__ if name != "e"},
        "e": every.e,
        "walk_ins": dict(sorted(told.walk_ins.items())),
        "questions": [_step(each) for each in told.steps],
        "seconds_to_answer": plain_estimate(told.seconds),
        "attempts": {str(attempts): n for attempts, n in told.attempts.items()},
        "ignored": list(told.ignored),
    }


def _measured(each: Measured, by: str) -> Plain:
    return {
        "question": each.question,
        "instrument": each.instrument,
        **_compared(each.compared),
        "breaks": [
            {"day": one.day.isoformat(), "why": one.why, "channel": one.channel, "language": one.language}
            for one in each.breaks
        ],
        "stretches": [_stretch(part) for part in each.stretches],
        "mix": None if each.mix is None else {"by": by, **_taken_apart(each.mix)},
        "adjusted": None if each.adjusted is None else {"by": by, **_adjusted(each.adjusted)},
        "contradictions": None if each.contradictions is None else _examined(each.contradictions),
        "groups": [
            {"dimension": group.dimension, "value": group.value, **_compared(group.compared), "query": group.query}
            for groups in each.groups.values()
            for group in groups
        ],
        "off_scale": each.off_scale,
        "query": each.query,
    }


def _taken_apart(mix: Decomposition[Any]) -> Plain:
    return {"rate": mix.rate.value, "mix": mix.mix, "reversed": mix.is_reversed}


def _adjusted(told: Adjusted) -> Plain:
    weighted = told.weighted
    return {
        "score": plain_estimate(weighted.score),
        "unweighted": plain_estimate(weighted.unweighted),
        "effective_n": weighted.effective_n,
        "standing": told.standing,
        "covered": weighted.covered,
        "left_out": told.left_out,
        "strata": [asdict(each) for each in told.strata],
    }


def _compared(both: Compared) -> Plain:
    return {"now": _figure(both.now), "before": _figure(both.before), "change": plain_movement(both.movement)}


def plain_movement(movement: Movement) -> Plain:
    """What became of a score, and of a mean where there is one."""
    found, mean = movement.difference, movement.mean
    return {
        "kind": movement.kind,
        "value": found.value if found else None,
        "low": found.low if found else None,
        "high": found.high if found else None,
        "p": found.p if found else None,
        "q": movement.q,
        "needed": movement.needed,
        "mean": {"course": mean.course, **(plain_estimate(mean.change) or {})} if mean else None,
        "sentence": sentence(movement),
    }


def _stretch(part: Stretch) -> Plain:
    return {"from": part.first.isoformat(), "to": part.last.isoformat(), "figure": _figure(part.figure)}


def _figure(figure: Figure) -> Plain:
    means, told = figure.effort, figure.distribution
    return {
        "n": figure.n,
        "missing": figure.missing,
        "late": figure.late,
        "standing": figure.standing,
        "hidden": figure.is_hidden,
        "score": plain_estimate(figure.score),
        "mean": plain_estimate(means.mean if means else None),
        "low_effort": plain_estimate(means.low if means else None),
        "high_effort": plain_estimate(means.high if means else None),
        "needed": figure.needed,
        "distribution": {str(value): told.counts[value] for value in sorted(told.counts)} if told else None,
    }


def _examined(found: Examined) -> Plain:
    return {
        "suspected": plain_estimate(found.suspected),
        "why": {str(why): n for why, n in found.by_suspicion.items()},
        "mean": found.headline.mean.value,
        "mean_without": found.without.mean.value if found.without else None,
        "score": found.headline.net.value,
        "score_without": found.without.net.value if found.without else None,
        "if_mirrored": [
            {
                "percent": each.part,
                "mean": each.mean,
                "low_effort": each.low,
                "high_effort": each.high,
                "score": each.net,
            }
            for each in sensitivity(found)
        ],
    }


def plain_estimate(estimate: Estimate | None) -> Plain | None:
    """A figure with its interval, and how many answers it rests on."""
    if estimate is None:
        return None
    return {"value": estimate.value, "low": estimate.low, "high": estimate.high, "n": estimate.n}


def _rate(rate: Rate) -> Plain:
    return {"value": rate.value, "low": rate.low, "high": rate.high}


def _step(each: DropOff) -> Plain:
    step = each.step
    return {
        "question": step.question,
        "asked": step.asked,
        "answered": step.answered,
        "left": step.left,
        "answered_percent": each.answered.value if each.answered else None,
        "left_percent": each.left.value if each.left else None,
    }
