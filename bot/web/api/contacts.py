"""Contacts through the API: report one, look one up, page through all of them."""

from urllib.parse import quote

from flask import Response
from flask_openapi3.blueprint import APIBlueprint
from flask_openapi3.models.tag import Tag

from bot.accounts import KEY_ROLES
from bot.invitations import InvalidContact, Invitations, Wanted
from bot.web.api.admission import KEY, NOT_FOUND, READING, WRITING
from bot.web.api.replies import reply
from bot.web.problems import faulty, refuse
from bot.web.roles import READERS, REPORTERS, allowed
from bot.web.schemas import Contact, ContactPath, Contacts, ContactsQuery, Decision
from flows.filters import Filter


def contacts(invitations: Invitations) -> APIBlueprint:
    """The endpoints under /v1/contacts."""
    tag = Tag(name="Contacts", description="What has ended between a customer and you, and what was decided about it.")
    routes = APIBlueprint("contacts", __name__, url_prefix="/v1/contacts", abp_tags=[tag], abp_security=KEY)

    @routes.post(
        "",
        operation_id="report_contact",
        summary="Report a contact that has ended",
        description="Decides at once and for good. A reference that was reported before brings back the first"
        " decision, also where two requests race; nobody is ever invited twice for it.",
        responses={200: Decision, 201: Decision, **WRITING},
    )
    @allowed(*REPORTERS)
    def report(body: Contact) -> Response:
        try:
            decided = invitations.take(body.reported())
        except InvalidContact as error:
            return faulty(error.faults)
        where = {"Location": f"/api/v1/contacts/{quote(decided.reference, safe='')}"}
        return reply(Decision.of(decided), 201 if decided.is_new else 200, where)

    @routes.get(
        "/<reference:reference>",
        operation_id="find_contact",
        summary="Look up a contact",
        description="What was decided about it, and how far its invitation has come.",
        responses={200: Decision, **READING, **NOT_FOUND},
    )
    @allowed(*KEY_ROLES)
    def find(path: ContactPath) -> Response:
        decided = invitations.find(path.reference.strip())
        if decided is None:
            refuse(404, "No contact with this reference was reported; check its spelling.")
        return reply(Decision.of(decided))

    @routes.get(
        "",
        operation_id="list_contacts",
        summary="Page through contacts",
        description="The newest first. Filters hold together; `next` leads to the page after.",
        responses={200: Contacts, **READING},
    )
    @allowed(*READERS)
    def newest(query: ContactsQuery) -> Response:
        invited = None if query.decision is None else query.decision == "invited"
        only = Filter()
        for name, value in (("queue", query.queue), ("agent", query.agent)):
            only = only if value is None else only.among(name, value)
        wanted = Wanted(invited, query.reason, query.state, filter=only)
        try:
            page = invitations.recent(wanted, query.limit, query.cursor)
        except InvalidContact as error:
            return faulty(error.faults)
        return reply(Contacts(contacts=[Decision.of(line) for line in page.lines], next=page.next))

    return routes
