"""A model as the body of a response."""

from collections.abc import Mapping

from flask import Response
from pydantic import BaseModel


def reply(model: BaseModel, status: int = 200, headers: Mapping[str, str] | None = None) -> Response:
    """The model as JSON."""
    return Response(model.model_dump_json(), status, headers, mimetype="application/json")
