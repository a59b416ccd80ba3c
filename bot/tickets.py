"""Ids in the addresses that a carrier calls, signed, so that nobody can name one who was not given it."""

import hmac

from storage.encryption import Keys

LABEL = "tickets"


def ticket(keys: Keys, id: str) -> str:
    """The id with its signature, in characters that mean nothing to a URL."""
    return f"{id}.{_mark(keys.sub(LABEL), id)}"


def read_ticket(keys: Keys, ticket: str) -> str | None:
    """The id that was signed, under whichever key; None for anything else."""
    id, _, mark = ticket.rpartition(".")
    matches = [hmac.compare_digest(_mark(key, id).encode(), mark.encode()) for key in keys.subs(LABEL)]
    return id if any(matches) else None


def _mark(key: bytes, id: str) -> str:
    return hmac.digest(key, id.encode("utf-8", "surrogatepass"), "sha256").hex()[:32]
