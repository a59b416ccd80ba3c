"""Who was asked and what came of it: every count with its rate and its rows, and who chooses the respondents."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from flask import Blueprint, render_template, request
from flask.typing import ResponseReturnValue

from bot.reporting import funnel
from bot.reporting.endings import ends
from bot.reporting.source import Source
from bot.web.charts import sent
from bot.web.language import gettext as _
from bot.web.language import language
from bot.web.pages.filtering import Bar, Link, Meant, asked, meant
from bot.web.pages.lately import Lately
from bot.web.pages.names import class_name, dimension_name, question_name, step_name, value_name
from bot.web.pages.rates import told
from bot.web.pages.surveys import surveys
from bot.web.pages.times import duration
from bot.web.pages.watching import charts
from bot.web.roles import READERS, allowed
from flows import wording
from flows.estimates import Estimate, exact_share, share
from flows.filters import Filter, query
from flows.funnel import DropOff
from flows.selection import Chain, Step
from flows.survey import Survey
from storage.asked import EndedBy
from storage.chains import Watched, watched
from storage.encryption import Keys
from storage.figures import OF_ANSWERS
from storage.steps import STEPS

BY = ("queue", "agent")

SURVEYS = "pages.outcomes.surveys.listed"

STEP_OF = {Step.OFFERED: "offered", Step.CONNECTED: "connected", Step.ANSWERED: "answered"}
"""How the rows of a step of the selection watch are asked for; those of the last one by who ended the call."""


@dataclass(frozen=True, slots=True)
class Passed:
    """How many came to a step. rows: the address of them; share: in percent of those before, None of none; of: how many
    those are where no step before tells it, with their address.
    """

    name: str
    n: int
    rows: str
    share: Estimate | None
    of: tuple[int, str] | None = None


@dataclass(frozen=True, slots=True)
class Asked:
    """A question as it is called and put, None where it is no longer asked; how many surveys came to it and how far."""

    name: str
    words: str | None
    course: DropOff


def outcomes(source: Source, keys: Keys) -> Blueprint:
    """The page about who was asked."""
    pages = Blueprint("outcomes", __name__)
    pages.register_blueprint(surveys(source))
    lately: Lately[Watched] = Lately()

    @pages.get("/outcomes")
    @allowed(*READERS)
    def shown() -> ResponseReturnValue:
        bar, by = asked(source), _by()
        people = funnel.asked(source, bar.wanted)
        of_contacts = _without(bar, funnel.IGNORED)
        found = lately.put(_named(bar, by), _watched(bar, by))
        steps = {**found.passed, "completed": people.endings.get("completed", 0)}
        units = found.chains
        ended = ends(people)
        return render_template(
            "outcomes.html",
            bar=replace(bar, others=(("by", by),)),
            asked=people,
            steps=tuple(_steps(of_contacts, steps, people.funnel.contacts)),
            ended=[(way, n) for way, n in ended.items() if n],
            open=[(name, n) for name, n in people.endings.items() if name in funnel.OPEN],
            rates=tuple(told(people.rates)),
            kept_out=sorted(people.funnel.outside.items(), key=lambda each: (-each[1], each[0])),
            units=[(value_name(by, unit.unit), tuple(_chain(of_contacts, by, unit))) for unit in units],
            charts=charts(units, by),
            ways=[Link(dimension_name(each), bar.to("pages.outcomes.shown", by=each), each == by) for each in BY],
            by=by,
            query=query(bar.wanted.between(*bar.period)) + f"&by={by}",
            questions=[_asked(source.survey, each) for each in people.steps if each.step.asked],
            walk_ins=sum(people.walk_ins.values()),
            rows=lambda **more: of_contacts.rows("pages.contacts.listed", **more),
            surveys=lambda **more: _without(bar, OF_ANSWERS).rows(SURVEYS, **more),
            share=share,
            class_name=class_name,
            ignored=", ".join(map(dimension_name, people.ignored)),
            duration=duration,
        ), bar.status

    @pages.get("/outcomes/<key>.<form>")
    @allowed(*READERS)
    def chart(key: str, form: str) -> ResponseReturnValue:
        told, by = meant(source), _by()
        found = lately.take(_named(told, by), lambda: _watched(told, by))
        return sent(charts(found.chains, by), key, form)

    def _watched(told: Meant, by: str) -> Watched:
        with source.fresh() as connection:
            return watched(connection, keys, _of_contacts(told), source.zone, "agent" if by == "agent" else "queue")

    return pages


def _by() -> str:
    by = request.args.get("by", "")
    return by if by in BY else BY[0]


def _named(told: Meant, by: str) -> str:
    return f"{query(_of_contacts(told))} {by}"


def _of_contacts(told: Meant) -> Filter:
    """Which contacts are meant, on which days."""
    wanted = told.wanted.between(*told.period)
    for name in funnel.IGNORED:
        wanted = wanted.among(name)
    return wanted


def _without(bar: Bar, names: Sequence[str]) -> Bar:
    """The same without what has not narrowed a count."""
    wanted = bar.wanted
    for name in names:
        wanted = wanted.among(name)
    return replace(bar, wanted=wanted)


def _asked(survey: Survey, course: DropOff) -> Asked:
    key = course.step.question
    found = next((each for each in survey.questions if each.key == key), None)
    return Asked(question_name(survey, key), wording.asked(survey, found, language()) if found else None, course)


def _steps(bar: Bar, found: Mapping[str, int], contacts: int) -> Iterator[Passed]:
    yield Passed(_("Contacts"), contacts, bar.rows("pages.contacts.listed"), None)
    invited = found["invited"]
    for step in STEPS:
        of_contacts = share(found[step], contacts) if contacts else None
        of_invited = share(found[step], invited) if invited else None
        rows = bar.rows("pages.contacts.listed", step=step)
        yield Passed(step_name(step), found[step], rows, of_contacts if step == "invited" else of_invited)


def _chain(bar: Bar, by: str, unit: Chain) -> Iterator[Passed]:
    """What became of the contacts of one agent or queue, step by step."""
    of_unit = {by: unit.unit}
    yield Passed("", unit.eligible, bar.rows("pages.contacts.listed", step="invited", **of_unit), None)
    for step in Step:
        hits, n = unit.of(step)
        by_step = {"step": STEP_OF[step]} if step in STEP_OF else {"ended_by": EndedBy.AGENT.value}
        known = None if step in STEP_OF else (n, bar.rows("pages.contacts.listed", ended_by=EndedBy.KNOWN, **of_unit))
        rows = bar.rows("pages.contacts.listed", **by_step, **of_unit)
        yield Passed("", hits, rows, exact_share(hits, n) if n else None, known)
