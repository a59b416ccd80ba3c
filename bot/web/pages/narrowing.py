"""The filter of pages that mean single comments: that of all pages, and what narrows it besides."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, fields

from flask import request

from bot.reporting.source import Source
from bot.web.language import gettext as _
from bot.web.pages.filtering import Bar, Choice, Field, Link, asked, here, told_faults
from flows.filters import FilterError
from flows.narrowing import NAMES, SCORES, Narrowing, read, written


@dataclass(frozen=True, slots=True)
class NarrowingBar(Bar):
    """The filter as it is shown above such a page. narrowing: what is meant besides; narrowed_by: to choose from."""

    narrowing: Narrowing
    narrowed_by: tuple[Field, ...]

    @property
    def chosen(self) -> Mapping[str, str]:
        """Names and values of the narrowing, as they are carried on to other pages."""
        return written(self.narrowing)


def narrowed(source: Source) -> NarrowingBar:
    """The filter of the page that is being asked for, with what narrows it; `others` tells what is neither."""
    bar = asked(source)
    narrowing, faults = _understood([(name, value) for name, value in request.args.items(multi=True) if name in NAMES])
    offered = tuple(_fields(written(narrowing)))
    kept = {each.name: getattr(bar, each.name) for each in fields(Bar)}
    kept |= {
        "faults": {**bar.faults, **{each.title: faults[each.name] for each in offered if each.name in faults}},
        "chips": (*bar.chips, *_chips(bar, offered)),
        "others": tuple((name, value) for name, value in bar.others if name not in NAMES),
    }
    return NarrowingBar(**kept, narrowing=narrowing, narrowed_by=offered)


def _understood(given: list[tuple[str, str]]) -> tuple[Narrowing, dict[str, str]]:
    """What can be understood of it, and what is wrong with the rest."""
    try:
        return read(given), {}
    except FilterError as error:
        faults = told_faults(error)
        return read(pair for pair in given if pair[0] not in faults), faults


def _chips(bar: Bar, offered: Iterable[Field]) -> Iterable[Link]:
    """What narrows the page, each leading to the page without it."""
    for field in offered:
        for choice in field.chosen:
            rest = [(name, value) for name, value in bar.others if name != field.name]
            yield Link(f"{field.title}: {choice.name}", here(bar.wanted, rest))


def _fields(chosen: Mapping[str, str]) -> Iterable[Field]:
    for name, (title, values) in _offered().items():
        choices = [Choice(value, shown, value == chosen.get(name)) for value, shown in values.items()]
        yield Field(name, title, tuple(choices))


def _offered() -> Mapping[str, tuple[str, Mapping[str, str]]]:
    """By name what it is called, and what its values are."""
    scores = {str(score): str(score) for score in SCORES}
    return {
        "band": (
            _("Recommendation"),
            {"promoter": _("Promoters"), "passive": _("Passives"), "detractor": _("Detractors")},
        ),
        "score_from": (_("NPS answer from"), scores),
        "score_to": (_("NPS answer to"), scores),
        "effort": (_("Effort"), {"low": _("Low effort"), "middle": _("In between"), "high": _("High effort")}),
        "sentiment": (
            _("Feeling"),
            {
                "positive": f"+ {_('positive')}",
                "negative": f"− {_('negative')}",
                "mixed": f"± {_('mixed')}",
                "neutral": f"○ {_('neutral')}",
            },
        ),
        "coding": (
            _("Tagged"),
            {
                "person": _("By a person"),
                "machine": _("By machine"),
                "none": _("Without a theme"),
                "review": _("To review"),
            },
        ),
    }
