"""References in addresses: whatever another system calls a contact, slashes and blanks included."""

from urllib.parse import quote

from werkzeug.routing import BaseConverter


class ReferenceConverter(BaseConverter):
    """All the rest of the path, percent-encoded where it has to be."""

    regex = ".+"
    part_isolating = False

    def to_url(self, value: str) -> str:
        """The reference as a part of an address."""
        return quote(value, safe="")
