"""Writes everything anew with the newest key, so that the secret before it can be thrown away."""

from dataclasses import dataclass
from typing import Any

from sqlalchemy import (
    Column,
    ColumnElement,
    Connection,
    Select,
    bindparam,
    delete,
    exists,
    func,
    literal,
    or_,
    select,
    tuple_,
    update,
)
from sqlalchemy.dialects.postgresql import insert

from storage.answers import RAW, VERBATIM
from storage.callbacks import NOTE, NUMBER, SAID
from storage.contacts import ATTRIBUTES
from storage.database import Database
from storage.encryption import Keys
from storage.journal import INPUT
from storage.models import (
    answers,
    callbacks,
    contacts,
    invitations,
    opt_outs,
    quarantines,
    respondents,
    sandbox_calls,
    sandbox_messages,
    senders,
    sessions,
    turns,
)
from storage.respondents import ADDRESS
from storage.sessions import SNAPSHOT

BATCH = 500

SEALED = {
    SNAPSHOT: sessions.c.snapshot,
    RAW: answers.c.raw,
    VERBATIM: answers.c.verbatim,
    INPUT: turns.c.input,
    ADDRESS: respondents.c.address,
    ATTRIBUTES: contacts.c.attributes,
    NUMBER: callbacks.c.number,
    SAID: callbacks.c.said,
    NOTE: callbacks.c.note,
}
INDEXES = [
    respondents.c.address_index,
    sessions.c.theirs,
    invitations.c.theirs,
    quarantines.c.theirs,
    opt_outs.c.address_index,
    sandbox_messages.c.theirs,
    sandbox_calls.c.theirs,
]


@dataclass(frozen=True, slots=True)
class Rotated:
    """sealed: values encrypted anew; people: persons found by a new index.

    left: indexes under an older key that had to stay, mostly of people who opted out and of whom nothing else is known.
    While there are any, keep the older secret in NAWOORD_SECRET_KEY behind the newest, or these would be asked again.
    """

    sealed: int
    people: int
    left: int


def rotate(database: Database, keys: Keys) -> Rotated:
    """Goes through the whole database in short transactions, while it is in use; after a crash, call it again.

    Every process that writes must know the newest key already. How often senders were greeted is forgotten. Contacts
    whose number is not kept, because nobody was invited, keep an index that nothing leads to without the older key.
    Raises Unreadable where a value was written with a key that is not among `keys`; what came before it is done.
    """
    people = _index_anew(database, keys)
    sealed = sum(_seal_anew(database, keys, name, column) for name, column in SEALED.items())
    with database.write() as connection:
        connection.execute(delete(senders).where(_is_older(senders.c.theirs, keys)))
    with database.read() as connection:
        left = sum(connection.scalar(select(func.count()).where(_is_older(index, keys))) or 0 for index in INDEXES)
    return Rotated(sealed, people, left)


def _index_anew(database: Database, keys: Keys) -> int:
    person = respondents.c
    has_older_session = exists().where(sessions.c.respondent_id == person.id, _is_older(sessions.c.theirs, keys))
    older = (
        select(person.id, person.address)
        .where(or_(_is_older(person.address_index, keys), has_older_session))
        .order_by(person.id)
        .limit(BATCH)
    )
    done, last = 0, ""
    while people := _read(database, older.where(person.id > last)):
        with database.write() as connection:
            for id, sealed in people:
                _index_person(connection, id, keys.indexes(keys.decrypt(sealed, ADDRESS)))
        done += len(people)
        last = people[-1].id
    return done


def _index_person(connection: Connection, id: str, indexes: tuple[str, ...]) -> None:
    new, *older = indexes
    twin = connection.scalar(select(respondents.c.id).where(respondents.c.address_index == new))
    if twin in (None, id):
        connection.execute(update(respondents).where(respondents.c.id == id).values(address_index=new))
    else:
        # Known twice, because for a time the older secret was missing: from now on one person again.
        for table in (sessions, invitations):
            connection.execute(update(table).where(table.c.respondent_id == id).values(respondent_id=twin))
        connection.execute(delete(respondents).where(respondents.c.id == id))
    # Two conversations may be open with a person who was known twice; then the older keeps its index until it ends.
    other = sessions.alias()
    taken = exists().where(
        other.c.theirs == new,
        other.c.channel == sessions.c.channel,
        other.c.ours == sessions.c.ours,
        other.c.ended_at.is_(None),
    )
    movable = or_(sessions.c.ended_at.is_not(None), ~taken)
    connection.execute(update(sessions).where(sessions.c.theirs.in_(older), movable).values(theirs=new))
    _move_quarantine(connection, new, older)
    for table in (contacts, invitations, sandbox_messages, sandbox_calls):
        connection.execute(update(table).where(table.c.theirs.in_(older)).values(theirs=new))
    wishes = select(literal(new), opt_outs.c.at, opt_outs.c.how).where(opt_outs.c.address_index.in_(older))
    connection.execute(insert(opt_outs).from_select(["address_index", "at", "how"], wishes).on_conflict_do_nothing())
    connection.execute(delete(opt_outs).where(opt_outs.c.address_index.in_(older)))


def _move_quarantine(connection: Connection, new: str, older: list[str]) -> None:
    """Of a person invited under several indexes the last time counts."""
    columns = quarantines.c
    last = (
        select(literal(new), columns.invited_at, columns.reference)
        .where(columns.theirs.in_(older))
        .order_by(columns.invited_at.desc())
        .limit(1)
    )
    moved = insert(quarantines).from_select(["theirs", "invited_at", "reference"], last)
    connection.execute(
        moved.on_conflict_do_update(
            index_elements=["theirs"],
            set_={"invited_at": moved.excluded.invited_at, "reference": moved.excluded.reference},
            where=columns.invited_at < moved.excluded.invited_at,
        )
    )
    connection.execute(delete(quarantines).where(columns.theirs.in_(older)))


def _seal_anew(database: Database, keys: Keys, name: str, column: Column[Any]) -> int:
    ids = list(column.table.primary_key.columns)
    older = (
        select(*ids, column.label("sealed"))
        .where(func.substr(column, 1, len(keys.newest.mark)) != literal(keys.newest.mark))
        .order_by(*ids)
        .limit(BATCH)
    )
    # What was written anew meanwhile, by a turn, is left as it is.
    anew = update(column.table).where(column == bindparam("sealed")).values({column: bindparam("anew")})
    for id in ids:
        anew = anew.where(id == bindparam(f"id_{id.name}"))
    done = 0
    rows = _read(database, older)
    while rows:
        values = [
            {**{f"id_{id.name}": part for id, part in zip(ids, row, strict=False)}, "sealed": row.sealed}
            | {"anew": keys.encrypt(keys.decrypt(row.sealed, name), name)}
            for row in rows
        ]
        with database.write() as connection:
            connection.execute(anew, values)
        done += len(rows)
        last = (literal(part, id.type) for id, part in zip(ids, rows[-1], strict=False))
        rows = _read(database, older.where(tuple_(*ids) > tuple_(*last)))
    return done


def _read(database: Database, rows: Select[Any]) -> list[Any]:
    with database.read() as connection:
        return list(connection.execute(rows))


def _is_older(index: Column[Any], keys: Keys) -> ColumnElement[bool]:
    return index.not_like(f"{keys.newest.id}%")
