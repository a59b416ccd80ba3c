"""The surveys behind the counts of a page: a list under any filter, each with what came of its questions."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace

from flask import Blueprint, render_template, request
from flask.typing import ResponseReturnValue

from bot.cursors import cursor_of, place_of
from bot.reporting.source import Source
from bot.web.language import gettext as _
from bot.web.language import language
from bot.web.pages.filtering import Bar, Link, asked
from bot.web.pages.names import question_name
from bot.web.pages.scores import scored
from bot.web.roles import READERS, allowed
from flows.filters import CONTROL, LONGEST
from storage import begun
from storage.begun import Came, Said, Wanted
from storage.listed import Rated

HERE = "pages.outcomes.surveys.listed"

ON_A_PAGE = 25
COUNTED = 10_000
"""How many are counted at most, so that a page comes quickly however many there are."""


@dataclass(frozen=True, slots=True)
class Narrowing:
    """chosen: names and values in the address, as far as they mean anything; wanted: what they mean."""

    chosen: Mapping[str, str]
    wanted: Wanted


def narrowing(told: Mapping[str, str]) -> Narrowing:
    """What stands in the address beside the filter; what means nothing there is left out."""
    known = {"came": {*Came}, "invited": {"yes", "no"}}
    chosen = {name: value for name, values in known.items() if (value := told.get(name, "").strip()) in values}
    question = told.get("question", "").strip()
    if "came" in chosen and question and len(question) <= LONGEST and not CONTROL.search(question):
        chosen["question"] = question
    came = Came(chosen["came"]) if "came" in chosen else None
    invited = chosen["invited"] == "yes" if "invited" in chosen else None
    return Narrowing(chosen, Wanted(chosen.get("question"), came, invited))


def surveys(source: Source) -> Blueprint:
    """The page that lists them."""
    pages = Blueprint("surveys", __name__)

    @pages.get("/outcomes/surveys")
    @allowed(*READERS)
    def listed() -> ResponseReturnValue:
        bar, narrowed = asked(source), narrowing(request.args)
        wanted = source.narrowed(bar.wanted).between(*bar.period)
        before = place_of(request.args.get("cursor", ""))
        meant = (wanted, narrowed.wanted, source.zone)
        with source.database.read() as connection:
            found = begun.newest(connection, *meant, ON_A_PAGE + 1, before)
            count = begun.count(connection, *meant, COUNTED + 1)
        last = cursor_of(found[ON_A_PAGE - 1].place) if len(found) > ON_A_PAGE else None
        chips = (*bar.chips, *_chips(source, bar, narrowed.chosen))
        return render_template(
            "surveys.html",
            bar=replace(bar, others=tuple(narrowed.chosen.items()), chips=chips),
            surveys=found[:ON_A_PAGE],
            count=count,
            counted=COUNTED,
            newest=bar.to(HERE, **narrowed.chosen) if before else None,
            older=bar.to(HERE, **narrowed.chosen, cursor=last) if last else None,
            name=lambda key, instrument=None: question_name(source.survey, key, instrument),
            score=lambda said: scored(_rated(said), source.survey, language()),
        ), bar.status

    return pages


def _chips(source: Source, bar: Bar, chosen: Mapping[str, str]) -> Iterator[Link]:
    """What narrows this page alone, each leading to the page without it."""
    came = {name: value for name, value in chosen.items() if name in ("came", "question")}
    others = {name: value for name, value in chosen.items() if name not in came}
    if came:
        name = question_name(source.survey, chosen["question"]) if "question" in chosen else _("Any question")
        said = {Came.PUT: _("put"), Came.ANSWERED: _("answered"), Came.LEFT: _("left there")}[Came(chosen["came"])]
        yield Link(f"{name}: {said}", bar.to(HERE, **others))
    if "invited" in others:
        yield Link(_("Invited") if others["invited"] == "yes" else _("Of their own accord"), bar.to(HERE, **came))


def _rated(said: Said) -> Rated:
    return Rated(said.question, said.instrument or "", said.value or 0)
