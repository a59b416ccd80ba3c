"""Whether a database holds nothing yet, and whether what it holds was invented."""

from sqlalchemy import Connection, bindparam, exists, select

from storage.models import contacts, invitations, sessions

FIRST = "demo-000001"
"""The reference of the first invented contact, by which they are known; nobody else's begins with `demo-`."""

IS_FILLED = select(
    exists(select(contacts.c.reference)) | exists(select(invitations.c.id)) | exists(select(sessions.c.id))
)
IS_INVENTED = select(exists(select(contacts.c.reference).where(contacts.c.reference == bindparam("first"))))


def is_filled(connection: Connection) -> bool:
    """Whether there is any contact, invitation or session."""
    return bool(connection.scalar(IS_FILLED))


def is_invented(connection: Connection) -> bool:
    """Whether the contacts were invented for a demonstration; one look-up by key."""
    return bool(connection.scalar(IS_INVENTED, {"first": FIRST}))
