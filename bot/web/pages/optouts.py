"""Opt-outs on a page: note one, take it back, see how many there are."""

from flask import Blueprint, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from bot import optouts
from bot.invitations import InvalidContact
from bot.web.pages.forms import OptOutForm
from bot.web.roles import DESK, allowed

LATEST = 20


def opt_outs(opted_out: optouts.OptOuts) -> Blueprint:
    """The page about people who want no more questions."""
    pages = Blueprint("opt_outs", __name__)

    @pages.route("/opt-outs", methods=["GET", "POST"])
    @allowed(*DESK)
    def noted() -> ResponseReturnValue:
        form = OptOutForm()
        if form.validate_on_submit():
            try:
                if form.undo.data:
                    opted_out.undo(form.phone.data or "")
                else:
                    opted_out.note(form.phone.data or "", "page")
            except InvalidContact as error:
                form.tell(error.faults)
            else:
                flash("undone" if form.undo.data else "noted", "opt-out")
                return redirect(url_for("pages.opt_outs.noted"))
        return render_template("opt_outs.html", form=form, latest=opted_out.latest(LATEST)), (
            422 if form.is_submitted() else 200
        )

    return pages
