"""Contacts on a page: report one, see the latest with what was decided, and all that happened to each."""

from collections.abc import Callable, Collection

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from bot.invitations import Decided, InvalidContact, Invitations, Wanted
from bot.web import auth
from bot.web.pages.forms import ContactForm, FindForm, Plain
from bot.web.pages.names import value_name
from bot.web.pages.searching import Search, searched
from bot.web.pages.times import Clock
from bot.web.roles import DESK, EVERYBODY, allowed
from storage.histories import Step

ON_A_PAGE = 25
COUNTED = 10_000
"""How many are counted at most, so that a page comes quickly however many there are."""


def contacts(
    invitations: Invitations,
    history: Callable[[str], list[Step]],
    languages: Collection[str],
    clock: Clock,
    hurry: Callable[[str], None] | None = None,
) -> Blueprint:
    """The pages about contacts.

    history: what happened to the contact of a reference; languages: codes of those spoken; hurry: does at once what
    comes next for its invitation, which only the sandbox offers.
    """
    pages = Blueprint("contacts", __name__)

    @pages.get("/contacts")
    @allowed(*EVERYBODY)
    def listed() -> ResponseReturnValue:
        return _page(_form()), 200

    @pages.post("/contacts")
    @allowed(*DESK)
    def report() -> ResponseReturnValue:
        form = _form()
        if form.validate_on_submit():
            try:
                decided = invitations.take(form.contact())
            except InvalidContact as error:
                form.tell(error.faults)
            else:
                flash(decided.reference, "new" if decided.is_new else "known")
                return redirect(url_for("pages.contacts.listed"))
        return _page(form), 422

    @pages.post("/contacts/find")
    @allowed(*EVERYBODY)
    def find() -> ResponseReturnValue:
        # Sent as a form, for a number must not stand in an address.
        form, blank = FindForm(by_number=_may_report()), ContactForm(languages, clock.zone, clock.now(), formdata=None)
        if not form.validate_on_submit():
            return _page(blank, form), 422
        typed = (form.who.data or "").strip()
        decided = invitations.find(typed)
        lines = (decided,) if decided else _of_number(typed) if form.by_number else ()
        if not lines:
            return _unknown(typed), 404
        if len(lines) == 1:
            return redirect(url_for("pages.contacts.one", reference=lines[0].reference))
        return redirect(url_for("pages.contacts.listed", same_as=lines[0].reference))

    @pages.get("/contact")
    @allowed(*EVERYBODY)
    def one() -> ResponseReturnValue:
        reference = request.args.get("reference", "").strip()
        decided = invitations.find(reference)
        if decided is None:
            return _unknown(reference), 404
        can_hurry = hurry is not None and decided.due_at is not None
        return render_template(
            "contact.html",
            line=decided,
            history=history(decided.reference),
            others=invitations.count(Wanted(same_as=decided.reference), COUNTED) - 1 if _may_report() else 0,
            can_hurry=can_hurry,
        ), 200

    @pages.post("/contact/now")
    @allowed(*DESK)
    def at_once() -> ResponseReturnValue:
        reference = request.form.get("reference", "").strip()
        if hurry is None or invitations.find(reference) is None:
            return _unknown(reference), 404
        if Plain().validate_on_submit():
            hurry(reference)
        return redirect(url_for("pages.contacts.one", reference=reference))

    def _form() -> ContactForm:
        return ContactForm(languages, clock.zone, clock.now())

    def _page(form: ContactForm, finder: FindForm | None = None) -> str:
        told = request.args.copy()
        if not _may_report():
            # Which contacts are one person's is nothing that figures are read for.
            told.poplist("same_as")
        search: Search = searched(told, clock.zone.key)
        try:
            page = invitations.recent(search.wanted, ON_A_PAGE, request.args.get("cursor"))
        except InvalidContact:
            page = invitations.recent(search.wanted, ON_A_PAGE)  # an address from elsewhere; the newest is never wrong
        return render_template(
            "contacts.html",
            form=form if _may_report() else None,
            finder=finder or FindForm(by_number=_may_report()),
            page=page,
            search=search,
            count=invitations.count(search.wanted, COUNTED + 1) if search.chosen else None,
            counted=COUNTED,
            languages={code: value_name("language", code) for code in languages},
            find=invitations.find,
        )

    def _unknown(typed: str) -> str:
        finder = FindForm(by_number=_may_report())
        return render_template("unknown_contact.html", reference=typed, finder=finder)

    def _of_number(typed: str) -> tuple[Decided, ...]:
        try:
            return invitations.of_number(typed, 2)
        except InvalidContact:
            return ()

    return pages


def _may_report() -> bool:
    user = auth.who()
    return user is not None and user.role in DESK
