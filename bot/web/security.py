"""What every page and every answer of the API says to the browser about itself."""

from collections.abc import Mapping

from flask import Response, request

HEADERS: Mapping[str, str] = {
    "Content-Security-Policy": "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self';"
    " connect-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'",
    "Referrer-Policy": "same-origin",
    "X-Content-Type-Options": "nosniff",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cache-Control": "no-store",
}
"""Nothing inline, nothing from elsewhere, in nobody's frame, kept in no cache."""


def secured(response: Response) -> Response:
    """The response with these headers; what never changes between versions may be kept for a while."""
    response.headers.update(HEADERS)
    if request.endpoint == "static":
        response.headers["Cache-Control"] = "max-age=3600"
    return response
