"""Ids in the addresses that a carrier calls, signed, so that nobody can name one who was not given it."""

from itsdangerous import BadSignature, Signer

from storage.encryption import Keys

LABEL = "tickets"


def ticket(keys: Keys, id: str) -> str:
    """The id with its signature, in characters that mean nothing to a URL."""
    return _signer(keys).sign(id).decode()


def read_ticket(keys: Keys, ticket: str) -> str | None:
    """The id that was signed, under whichever key; None for anything else."""
    try:
        return _signer(keys).unsign(ticket).decode()
    except BadSignature:
        return None


def _signer(keys: Keys) -> Signer:
    return Signer([*reversed(keys.subs(LABEL))], salt="ticket", key_derivation="hmac")
