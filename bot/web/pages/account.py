"""Signing in and out, and changing one's own password."""

from flask import Blueprint, flash, make_response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from bot.accounts import Accounts, TooManyTriesError, UnusableError, User
from bot.web import auth
from bot.web.browsers import Browsers
from bot.web.language import choose
from bot.web.language import gettext as _
from bot.web.pages.forms import NewPassword, Plain, SignIn
from bot.web.roles import EVERYBODY, allowed, open_to_all


def account(accounts: Accounts, browsers: Browsers) -> Blueprint:
    """Where people come in, go out, and look after their password."""
    pages = Blueprint("account", __name__)

    @pages.route("/sign-in", methods=["GET", "POST"])
    @open_to_all
    def sign_in() -> ResponseReturnValue:
        target = auth.own_address(request.values.get("next")) or url_for("pages.home")
        if request.method == "GET" and auth.who():
            return redirect(target)
        form = SignIn()
        trouble, status = None, 422 if form.is_submitted() else 200
        if form.validate_on_submit():
            user, trouble, status = _tried(form)
            if user:
                auth.enter(user)
                response = redirect(target)
                browsers.remember(response, user)
                return response
        has_users = accounts.has_users()
        return render_template("sign_in.html", form=form, target=target, trouble=trouble, has_users=has_users), status

    def _tried(form: SignIn) -> tuple[User | None, str | None, int]:
        try:
            user = accounts.sign_in(form.name.data or "", form.password.data or "", browsers.known())
        except TooManyTriesError as error:
            return None, "busy" if error.seconds < 60 else "tried too often", 429
        return user, "unknown", 401

    @pages.post("/sign-out")
    @open_to_all
    def sign_out() -> ResponseReturnValue:
        if Plain().validate_on_submit():
            if user := auth.who():
                accounts.end_sessions(user.id)
            auth.leave()
            flash(_("You are signed out, also wherever else you were signed in."))
        return redirect(url_for("pages.account.sign_in"))

    @pages.post("/language")
    @open_to_all
    def read_in() -> ResponseReturnValue:
        response = make_response(redirect(auth.own_address(request.form.get("next")) or url_for("pages.home")))
        if Plain().validate_on_submit():
            choose(response, request.form.get("language", ""))
        return response

    @pages.route("/account", methods=["GET", "POST"])
    @allowed(*EVERYBODY)
    def own() -> ResponseReturnValue:
        form, user = NewPassword(), auth.who()
        if user and form.validate_on_submit() and _changed(form, user):
            flash(_("Your password is changed. Wherever else you were signed in, you no longer are."))
            return redirect(url_for("pages.account.own"))
        return render_template("account.html", form=form), 422 if form.is_submitted() else 200

    def _changed(form: NewPassword, user: User) -> bool:
        """Whether the password is another now; if not, the form says why."""
        if form.new.data != form.again.data:
            form.again.errors = [_("The two are not the same; type the new password twice.")]
            return False
        try:
            if not accounts.sign_in(user.name, form.current.data or "", user.id):
                form.current.errors = [_("This is not your password; type the one you signed in with.")]
                return False
            accounts.change_password(user.name, form.new.data or "")
            auth.enter(accounts.sign_in(user.name, form.new.data or "", user.id) or user)
        except TooManyTriesError:
            form.current.errors = [_("It was tried too often; wait a quarter of an hour.")]
            return False
        except UnusableError:
            form.new.errors = [
                _(
                    "Too short or too easily guessed; take at least 12 characters, "
                    "as in four words that do not belong together."
                )
            ]
            return False
        return True

    return pages
