"""Opt-outs through the API: note one, take it back, see how many there are."""

from flask import Response
from flask_openapi3.blueprint import APIBlueprint
from flask_openapi3.models.tag import Tag

from bot import optouts
from bot.invitations import InvalidContact
from bot.web.api.admission import KEY, READING, WRITING
from bot.web.api.replies import reply
from bot.web.problems import faulty
from bot.web.roles import READERS, REPORTERS, allowed
from bot.web.schemas import Noted, OptedOut, OptOut, OptOuts, OptOutsQuery


def opt_outs(opted_out: optouts.OptOuts) -> APIBlueprint:
    """The endpoints under /v1/opt-outs."""
    tag = Tag(name="Opt-outs", description="People who must not be asked again, over any channel.")
    routes = APIBlueprint("opt_outs", __name__, url_prefix="/v1/opt-outs", abp_tags=[tag], abp_security=KEY)

    @routes.post(
        "",
        operation_id="note_opt_out",
        summary="Note an opt-out, or undo it",
        description="Holds at once and for all channels; what was to be sent to this person is not. Noted again, it"
        " changes nothing.",
        responses={200: OptedOut, **WRITING},
    )
    @allowed(*REPORTERS)
    def note(body: OptOut) -> Response:
        try:
            if body.undo:
                opted_out.undo(body.phone, body.country)
            else:
                opted_out.note(body.phone, "api", body.country)
        except InvalidContact as error:
            return faulty(error.faults)
        return reply(OptedOut(opted_out=not body.undo))

    @routes.get(
        "",
        operation_id="list_opt_outs",
        summary="See how many have opted out",
        description="With the time and the way of the latest. Whose they are cannot be told: only a keyed hash of each"
        " number is kept.",
        responses={200: OptOuts, **READING},
    )
    @allowed(*READERS)
    def latest(query: OptOutsQuery) -> Response:
        found = opted_out.latest(query.limit)
        return reply(OptOuts(count=found.count, latest=[Noted(at=at, how=how) for at, how in found.noted]))

    return routes
