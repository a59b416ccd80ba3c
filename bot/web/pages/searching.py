"""Which contacts a page lists, as it stands in its address."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from werkzeug.datastructures import MultiDict

from bot.invitations import State, Wanted
from bot.reporting.endings import WAYS, of_class
from bot.web.language import day
from bot.web.language import gettext as _
from bot.web.pages.names import class_name, dimension_name, step_name, value_name
from flows.eligibility import Reason
from flows.filters import CONTROL, DAYS, DIMENSIONS, LONGEST, Filter, FilterError, read
from flows.rates import Class
from storage.asked import Ended, EndedBy
from storage.steps import STEPS

IN_FORM = ("decision", "reason", "state", "queue")
ENDED = "ended"
"""Of the states any in which nothing more is to come."""
KNOWN: Mapping[str, tuple[str, ...]] = {
    "decision": ("invited", "not_invited"),
    "reason": tuple(Reason),
    "state": (*State, ENDED),
    "class": tuple(Class),
    "step": tuple(STEPS),
    "ended_by": tuple(EndedBy),
}
SEVERAL = ("class",)
"""Names of which several values widen the list."""
MOST_ATTEMPTS = 1000

Chosen = dict[str, list[str]]
"""Names and values in the address, as far as they mean anything."""


@dataclass(frozen=True, slots=True)
class Chip:
    """Something that narrows the list and has no field in the form. rest: the list without it."""

    title: str
    rest: Chosen


@dataclass(frozen=True, slots=True)
class Search:
    """wanted: what is meant; chosen: how that is written; chips: what the form cannot show, and `others` the same."""

    wanted: Wanted
    chosen: Chosen

    @property
    def first(self) -> Mapping[str, str]:
        """Of each name its first value."""
        return {name: values[0] for name, values in self.chosen.items()}

    @property
    def reasons(self) -> tuple[str, ...]:
        return KNOWN["reason"]

    @property
    def states(self) -> tuple[str, ...]:
        return KNOWN["state"]

    @property
    def others(self) -> list[tuple[str, str]]:
        return [(name, value) for name, values in self.chosen.items() if name not in IN_FORM for value in values]

    @property
    def chips(self) -> list[Chip]:
        hidden = [*self.others, *(("queue", value) for value in self.chosen.get("queue", [])[1:])]
        return [Chip(_called(name, value), _without(self.chosen, name, value)) for name, value in hidden]


def searched(asked: MultiDict[str, str], zone: str) -> Search:
    """What stands in the address of a list of contacts; what means nothing there is left out."""
    chosen = {name: found for name in KNOWN if (found := _known(asked, name))}
    attempts = asked.get("attempts", "").strip()
    if attempts.isascii() and attempts.isdigit() and len(attempts) <= 4 and int(attempts) <= MOST_ATTEMPTS:
        chosen["attempts"] = [str(int(attempts))]
    same_as = asked.get("same_as", "").strip()
    if same_as and len(same_as) <= LONGEST and not CONTROL.search(same_as):
        chosen["same_as"] = [same_as]
    narrowed = _filter(asked)
    chosen |= {name: [given.isoformat()] for name, field in DAYS.items() if (given := getattr(narrowed, field))}
    chosen |= {name: list(values) for name in DIMENSIONS if (values := narrowed.of(name))}
    told = {name: values[0] for name, values in chosen.items()}
    return Search(
        Wanted(
            invited=told["decision"] == "invited" if "decision" in told else None,
            reason=told.get("reason"),
            state=told["state"] if told.get("state", ENDED) != ENDED else None,
            ended=_ended(chosen),
            step=told.get("step"),
            attempts=int(told["attempts"]) if "attempts" in told else None,
            ended_by=EndedBy(told["ended_by"]) if "ended_by" in told else None,
            same_as=told.get("same_as"),
            filter=narrowed,
            zone=zone,
        ),
        chosen,
    )


def _known(asked: MultiDict[str, str], name: str) -> list[str]:
    """What the address says under that name, as far as it means anything: the first of it, or all."""
    found = [each for each in KNOWN[name] if each in map(str.strip, asked.getlist(name))]
    return found if name in SEVERAL else found[:1]


def _ended(chosen: Chosen) -> tuple[Ended, ...] | None:
    """Every way to end that is meant; None where it does not matter."""
    if "class" in chosen:
        return tuple(way for aapor in chosen["class"] for way in of_class(aapor))
    return tuple(way.ended for way in WAYS) if chosen.get("state") == [ENDED] else None


def _filter(asked: MultiDict[str, str]) -> Filter:
    """What the address says of days and dimensions, as far as that can be understood and tells of contacts."""
    told = [(name, value) for name, value in asked.items(multi=True) if name not in ("instrument", "series", "theme")]
    try:
        return read(told)
    except FilterError as error:
        faulty = {each.field for each in error.faults}
        return read(pair for pair in told if pair[0] not in faulty)


def _called(name: str, value: str) -> str:
    if name == "class":
        return _("AAPOR class: %(name)s", name=class_name(Class(value)))
    if name == "step":
        return _("Came to: %(step)s", step=step_name(value))
    if name == "ended_by":
        return _("The agent hung up first") if value == EndedBy.AGENT else _("Known who hung up first")
    if name == "same_as":
        return _("Same customer as %(reference)s", reference=value)
    if name == "attempts":
        return _("Messages and calls: %(n)s", n=value)
    if name in DAYS:
        title = _("From") if name == "from" else _("To")
        return f"{title}: {day(date.fromisoformat(value))}"
    return f"{dimension_name(name)}: {value_name(name, value)}"


def _without(chosen: Chosen, name: str, value: str) -> Chosen:
    rest = {**chosen, name: [each for each in chosen[name] if each != value]}
    return {each: values for each, values in rest.items() if values}
