"""The customers who agreed to be called back, for those who call them: list, claim, call, close."""

from datetime import datetime, timedelta

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from wtforms import DateTimeLocalField, RadioField, TextAreaField
from wtforms.validators import InputRequired, Length, Optional

from bot.callbacks import CLOSING, LONGEST_NOTE, Callbacks, Listing, TakenError
from bot.web import auth
from bot.web.language import gettext as _
from bot.web.language import language
from bot.web.pages.forms import MINUTE, NEEDED, Plain
from bot.web.pages.frame import wrong
from bot.web.pages.scores import scored
from bot.web.pages.times import Clock
from bot.web.roles import DESK, allowed
from flows.callbacks import Ending
from flows.survey import Survey
from storage.listed import Rated

ON_A_PAGE = 50

ENDINGS = (*CLOSING, Ending.NOT_REACHED)


class DoneForm(Plain):
    """What was done. due_at: when to try again, by the clock of the pages."""

    note = TextAreaField(validators=[InputRequired(NEEDED), Length(max=LONGEST_NOTE)])
    # The stubs know pairs only, which the library has given up.
    ending = RadioField(choices=[each.value for each in ENDINGS], validators=[InputRequired(NEEDED)])  # type: ignore[misc]
    due_at = DateTimeLocalField(format=[MINUTE, f"{MINUTE}:%S"], validators=[Optional()])


def callbacks(all_of_them: Callbacks, survey: Survey, clock: Clock) -> Blueprint:
    """The pages about callbacks. Who only reads figures sees none of them."""
    pages = Blueprint("callbacks", __name__)
    days = all_of_them.keep.days

    @pages.get("/callbacks")
    @allowed(*DESK)
    def listed() -> ResponseReturnValue:
        asked = request.args.get("show", "")
        shown = Listing(asked) if asked in set(Listing) else Listing.OPEN
        page = min(request.args.get("page", 0, int), 10_000)
        skip = max(page, 0) * ON_A_PAGE
        lines = all_of_them.listed(shown, auth.name(), ON_A_PAGE + 1, skip)
        given = all_of_them.ratings(lines[:ON_A_PAGE])
        return render_template(
            "callbacks.html",
            lines=lines[:ON_A_PAGE],
            scores={id: [scored(each, survey, language()) for each in of_survey] for id, of_survey in given.items()},
            has_more=len(lines) > ON_A_PAGE,
            page=max(page, 0),
            shown=shown,
            count=all_of_them.count(),
            is_overdue=all_of_them.is_overdue,
        )

    @pages.get("/callbacks/<id>")
    @allowed(*DESK)
    def one(id: str) -> ResponseReturnValue:
        return _page(id, DoneForm(due_at=_tomorrow()))

    @pages.post("/callbacks/<id>/claim")
    @allowed(*DESK)
    def claim(id: str) -> ResponseReturnValue:
        if Plain().validate_on_submit():
            try:
                all_of_them.claim(id, auth.name())
            except TakenError as error:
                flash(error.by or "", "taken")
        return redirect(url_for("pages.callbacks.one", id=id))

    @pages.post("/callbacks/<id>/take-up")
    @allowed(*DESK)
    def take_up(id: str) -> ResponseReturnValue:
        if Plain().validate_on_submit():
            try:
                all_of_them.take_up(id, auth.name(), request.form.get("revision", -1, int))
            except TakenError as error:
                flash(error.by or "", "taken")
        return redirect(url_for("pages.callbacks.one", id=id))

    @pages.post("/callbacks/<id>/release")
    @allowed(*DESK)
    def release(id: str) -> ResponseReturnValue:
        if Plain().validate_on_submit():
            try:
                all_of_them.release(id, auth.name())
            except TakenError as error:
                flash(error.by or "", "taken")
        return redirect(url_for("pages.callbacks.one", id=id))

    @pages.post("/callbacks/<id>/close")
    @allowed(*DESK)
    def close(id: str) -> ResponseReturnValue:
        form = DoneForm()
        if not form.validate_on_submit():
            return _page(id, form, 422)
        again: datetime | None = form.due_at.data.replace(tzinfo=clock.zone) if form.due_at.data else None
        try:
            all_of_them.close(id, auth.name(), Ending(form.ending.data), form.note.data or "", again)
        except TakenError:
            return _page(id, form, 409)
        except ValueError as error:
            at_fault = form.due_at if str(error) == "due_at" else form.note
            too_far = _("Say when to try again, at a time to come and in %(days)s days at the latest.", days=days)
            told = too_far if at_fault is form.due_at else _("This is needed.")
            at_fault.errors = [*at_fault.errors, told]
            return _page(id, form, 422)
        flash(form.ending.data, "done")
        return redirect(url_for("pages.callbacks.listed"))

    def _tomorrow() -> datetime:
        """When to try again, unless they say otherwise."""
        return clock.now().astimezone(clock.zone).replace(tzinfo=None, minute=0, second=0) + timedelta(days=1)

    def _page(id: str, form: DoneForm, status: int = 200) -> ResponseReturnValue:
        found = all_of_them.find(id, auth.name())
        if found is None:
            return wrong(404)
        is_overdue = all_of_them.is_overdue(found.line)
        is_mine = bool(found.words.number)
        return (
            render_template(
                "callback.html",
                one=found,
                line=found.line,
                form=form,
                is_overdue=is_overdue,
                mine=is_mine,
                can_be_taken_up=all_of_them.can_be_taken_up(found.line),
                lost="" if is_mine else form.note.data,
                scored=lambda given: scored(Rated(given.question, given.instrument, given.value), survey, language()),
            ),
            status,
        )

    return pages
