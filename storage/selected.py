"""The surveys and the contacts that a filter means, as conditions on their rows."""

from collections.abc import Collection
from datetime import datetime
from typing import Any

from sqlalchemy import Column, ColumnElement, Connection, exists, or_, select

from flows.filters import UNKNOWN, Filter
from flows.survey import Channel
from storage.days import DAY, begins
from storage.encryption import Keys
from storage.figures import speaks_of
from storage.ledger import CHANNEL, LANGUAGE
from storage.models import answers, contacts, invitations, respondents, sessions
from storage.respondents import ADDRESS

OF_SURVEYS = ("channel", "language", "country", "queue", "agent", "touchpoint", "survey")
OF_ANSWERS = ("instrument", "series")

_given = answers.alias("given")
# Under a name of its own, for those who ask may look at answers themselves.


def of_surveys(wanted: Filter, zone: str) -> list[ColumnElement[bool]]:
    """What holds of the sessions meant; of instrument and series any answer has to have them."""
    found = _between(sessions.c.started_at, wanted, zone)
    found += [_among(sessions.c[name], wanted.of(name)) for name in OF_SURVEYS if wanted.of(name)]
    asked = [_among(_given.c[name], wanted.of(name)) for name in OF_ANSWERS if wanted.of(name)]
    if asked:
        found.append(exists().where(_given.c.session_id == sessions.c.id, *asked))
    if wanted.theme:
        found.append(speaks_of(wanted.theme))
    return found


def of_contacts(wanted: Filter, zone: str) -> list[ColumnElement[bool]]:
    """What holds of the lines of the ledger meant, told apart as they are counted."""
    columns: dict[str, Any] = {name: contacts.c[name] for name in ("country", "queue", "agent", "touchpoint")}
    columns |= {"language": LANGUAGE, "survey": invitations.c.survey}
    found = _between(contacts.c.received_at, wanted, zone)
    found += [_among(column, wanted.of(name)) for name, column in columns.items() if wanted.of(name)]
    if wanted.channel:
        first = [CHANNEL.like(f"{channel},%") for channel in wanted.channel if channel in tuple(Channel)]
        found.append(or_(_among(CHANNEL, wanted.channel), *first))
    return found


def own_numbers(connection: Connection, keys: Keys, wanted: Collection[str]) -> dict[str, str]:
    """The number of each respondent by session, as far as it is known, so that it can be masked. Raises Unreadable."""
    rows = connection.execute(
        select(sessions.c.id, respondents.c.address)
        .join(respondents, respondents.c.id == sessions.c.respondent_id)
        .where(sessions.c.id.in_(list(wanted)))
    )
    return {row.id: keys.decrypt(row.address, ADDRESS) for row in rows}


def _between(at: Column[datetime], wanted: Filter, zone: str) -> list[ColumnElement[bool]]:
    found = [at >= begins(wanted.first, zone)] if wanted.first else []
    return [*found, at < begins(wanted.last + DAY, zone)] if wanted.last else found


def _among(column: Any, values: Collection[str]) -> ColumnElement[bool]:
    named: ColumnElement[bool] = column.in_([value for value in values if value != UNKNOWN])
    return or_(named, column.is_(None)) if UNKNOWN in values else named
