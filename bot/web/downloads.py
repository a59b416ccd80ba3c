"""An export as the body of a response: sent as it is read where its format allows, else by way of a temporary file."""

from collections.abc import Iterator
from functools import partial
from itertools import chain
from tempfile import TemporaryFile
from typing import IO

from flask import Response

from bot.reporting.exports import Export
from bot.reporting.writers import MEDIA_TYPES, STREAMED, stream, write

PIECE = 1 << 16
"""Bytes sent at a time of a file that was written first."""


def download(export: Export, format: str, *, bom: bool = False) -> Response:
    """The export as a file to keep, named by the day; in memory only a few rows of it. Raises UnavailableError."""
    name = f"nawoord-{export.what}-{export.walk.source.today}.{format}"
    headers = {"Content-Disposition": f'attachment; filename="{name}"'}
    if format in STREAMED:
        pieces = stream(export.table(), format, bom)
        # With the first rows there, whatever is wrong can still be told as an error.
        begun = next(pieces)
        return Response(chain([begun], pieces), headers=headers, content_type=f"{MEDIA_TYPES[format]}; charset=utf-8")
    file = TemporaryFile()  # noqa: SIM115 -- closed with the response
    try:
        write(export.table(), file, format)
    except BaseException:
        file.close()
        raise
    headers["Content-Length"] = str(file.tell())
    file.seek(0)
    response = Response(_pieces(file), headers=headers, content_type=MEDIA_TYPES[format])
    # Where nobody reads it to its end.
    response.call_on_close(file.close)
    return response


def _pieces(file: IO[bytes]) -> Iterator[bytes]:
    with file:
        yield from iter(partial(file.read, PIECE), b"")
