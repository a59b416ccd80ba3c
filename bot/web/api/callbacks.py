"""Callbacks through the API: list, claim and close them from another system."""

from flask import Response
from flask_openapi3.blueprint import APIBlueprint
from flask_openapi3.models.tag import Tag

from bot.accounts import Role
from bot.callbacks import Callbacks, TakenError
from bot.intake import Fault
from bot.web.api.admission import CONFLICT, KEY, NOT_FOUND, READING, WRITING
from bot.web.api.replies import reply
from bot.web.callback_schemas import (
    CallbackOut,
    CallbackPath,
    CallbacksOut,
    CallbacksQuery,
    Claimed,
    Claiming,
    Closing,
)
from bot.web.problems import faulty, refuse
from bot.web.roles import allowed

UNKNOWN = "There is no callback of this id; it may have been deleted in the meantime."
FAULTS = {
    "note": ("it says nothing", "write what was done"),
    "ending": ("nobody who calls can bring this about", "choose solved, unsolved, unwanted or not_reached"),
    "due_at": ("it is missing, over or too far off", "say when to try again, with its zone, before it is deleted"),
}


def callbacks(all_of_them: Callbacks) -> APIBlueprint:
    """The endpoints under /v1/callbacks."""
    tag = Tag(name="Callbacks", description="Customers who were let down and agreed to be called back about it.")
    routes = APIBlueprint("callbacks", __name__, url_prefix="/v1/callbacks", abp_tags=[tag], abp_security=KEY)

    @routes.get(
        "",
        operation_id="list_callbacks",
        summary="See who is to be called back",
        description="Without numbers: these are given to whoever claims.",
        responses={200: CallbacksOut, **READING},
    )
    @allowed(Role.ADMIN)
    def listed(query: CallbacksQuery) -> Response:
        lines = all_of_them.listed(query.show, query.by or "", query.limit, query.skip)
        count = all_of_them.count()
        shown = [CallbackOut.model_validate(CallbackOut.fields_of(line)) for line in lines]
        return reply(CallbacksOut(open=count.open, overdue=count.overdue, callbacks=shown))

    @routes.post(
        "/<id>/claim",
        operation_id="claim_callback",
        summary="Claim a callback",
        description="Of two who claim at once one gets it, and the number with it. Claimed again it changes nothing.",
        responses={200: Claimed, **WRITING, **NOT_FOUND, **CONFLICT},
    )
    @allowed(Role.ADMIN)
    def claim(path: CallbackPath, body: Claiming) -> Response:
        _known(path.id, body.by)
        try:
            all_of_them.claim(path.id, body.by)
        except TakenError as error:
            refuse(409, _taken(error))
        return reply(_known(path.id, body.by))

    @routes.post(
        "/<id>/close",
        operation_id="close_callback",
        summary="Write down what came of a callback",
        description="Closes it; an outcome of `not_reached` leaves it open for another try at `due_at`.",
        responses={200: CallbackOut, **WRITING, **NOT_FOUND, **CONFLICT},
    )
    @allowed(Role.ADMIN)
    def close(path: CallbackPath, body: Closing) -> Response:
        _known(path.id, body.by)
        try:
            all_of_them.close(path.id, body.by, body.outcome, body.note, body.due_at)
        except TakenError as error:
            refuse(409, _taken(error))
        except ValueError as error:
            field = str(error)
            return faulty([Fault("outcome" if field == "ending" else field, *FAULTS[field])])
        return reply(
            CallbackOut.model_validate(_known(path.id, body.by).model_dump(include=set(CallbackOut.model_fields)))
        )

    def _known(id: str, who: str) -> Claimed:
        found = all_of_them.find(id, who)
        if found is None:
            refuse(404, UNKNOWN)
        return Claimed.of(found)

    return routes


def _taken(error: TakenError) -> str:
    return f"{error.by} has claimed it." if error.by else "It is not claimed by whoever is named in `by`."
