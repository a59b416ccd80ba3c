"""After a rotation nothing needs the older secret, nobody is asked who opted out, and nothing else has changed."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import select

from flows import loader
from flows.engine import begin as start
from flows.session import Cause, Outcome, Over, Rated, Verbatim
from flows.survey import Channel
from storage import contacts, ledger, optouts, respondents, rotation, sandbox, senders, sessions
from storage.database import Database
from storage.encryption import Keys, Unreadable
from storage.journal import Entry, lines
from storage.models import metadata
from storage.responses import pages
from storage.rotation import Rotated, rotate
from storage.sessions import Kept, NewSession

NOON = datetime(2026, 1, 2, 12, tzinfo=UTC)
OURS = "+31850000001"
THEIRS = "+31600000001"
QUARANTINE = timedelta(days=90)
SURVEY = loader.load("post_contact", company="Voorbeeld")

NEWER = "a newer secret for tests and long enough too"
OLDER = "an older secret for tests and long enough too"
NEW, OLD, BOTH = Keys.derive(NEWER), Keys.derive(OLDER), Keys.derive(f"{NEWER},{OLDER}")


def converse(database: Database, keys: Keys, id: str, channel: Channel = Channel.SMS, address: str = THEIRS) -> None:
    """A session begun and answered while `keys` were in use."""
    new = NewSession(
        id=id,
        channel=channel,
        ours=OURS,
        address=address,
        respondent=f"person of {id}",
        carrier_ref=f"call of {id}" if channel is Channel.CALL else None,
        started_at=NOON,
        expires_at=NOON + timedelta(hours=72),
        session=start(SURVEY, "nl", channel.medium).session,
    )
    with database.write() as connection:
        assert sessions.begin(connection, keys, new, SURVEY, Entry(f"begin {id}", NOON, {"is": "Call"}, (), None))
    kept = find(database, keys, id)
    after = replace(kept.session, answers={"nps": Rated(9, "negen"), "why": Verbatim(f"omdat {id}", "omdat")})
    with database.write() as connection:
        entry = Entry(f"turn {id}", NOON, {"is": "Typed", "text": "negen"}, (), "<Response/>")
        assert sessions.save(connection, keys, kept, after, SURVEY, entry)


def end(database: Database, keys: Keys, id: str) -> None:
    kept = find(database, keys, id)
    after = replace(kept.session, state=Over(Outcome.PARTIAL, Cause.EXPIRED))
    with database.write() as connection:
        assert sessions.save(connection, keys, kept, after, SURVEY, Entry(f"end {id}", NOON, {}, (), None))


def find(database: Database, keys: Keys, id: str) -> Kept:
    with database.read() as connection:
        kept = sessions.find(connection, keys, id)
    assert kept is not None
    return kept


def everything(database: Database, keys: Keys) -> dict[str, Any]:
    """All there is to read of one conversation, in plain words."""
    with database.read() as connection:
        return {
            "responses": list(pages(database, keys)),
            "journal": [line for id in ("one", "two") for line in lines(connection, keys, id)],
            "session": (kept := sessions.latest(connection, keys, Channel.SMS, OURS, keys.indexes(THEIRS)))
            and kept.session,
            "address": respondents.address(connection, keys, "person of one"),
            "person": respondents.find(connection, keys, THEIRS),
            "opted out": optouts.is_opted_out(connection, keys.indexes(THEIRS)),
            "sandbox": sandbox.since(connection, keys.indexes(THEIRS)),
        }


def fill(database: Database) -> None:
    converse(database, OLD, "one")
    converse(database, OLD, "two", Channel.CALL, "+31600000002")
    with database.write() as connection:
        optouts.opt_out(connection, OLD.index(THEIRS), NOON, "sms")
        senders.may_greet(connection, "sms", OURS, OLD.index(THEIRS), NOON)
        sandbox.put(connection, NOON, "sms", OURS, OLD.index(THEIRS), "Dank u")


@pytest.mark.parametrize("batch", [1, 500])
def test_older_secret_is_needed_no_more(database: Database, monkeypatch: pytest.MonkeyPatch, batch: int) -> None:
    """With the newer secret alone all is read that was read with the older, and with the older nothing any more."""
    monkeypatch.setattr(rotation, "BATCH", batch)
    fill(database)
    before = everything(database, OLD)
    assert everything(database, BOTH) == before
    # Per conversation a snapshot, two lines of the journal, two raws, a verbatim and an address.
    assert rotate(database, BOTH) == Rotated(sealed=14, people=2, left=0)
    assert everything(database, NEW) == before
    with pytest.raises(Unreadable):
        find(database, OLD, "one")
    assert not [value for value in stored(database) if mentions(value, OLD)]


def stored(database: Database) -> list[Any]:
    with database.read() as connection:
        return [value for table in metadata.sorted_tables for row in connection.execute(select(table)) for value in row]


def mentions(value: Any, keys: Keys) -> bool:
    """Whether a stored value was encrypted or indexed with this key."""
    if isinstance(value, bytes):
        return value.startswith(keys.newest.mark)
    return isinstance(value, str) and value.startswith(keys.newest.id)


def test_rotated_twice_is_rotated_once(database: Database) -> None:
    """Called again there is nothing to do."""
    fill(database)
    rotate(database, BOTH)
    before = stored(database)
    assert rotate(database, BOTH) == Rotated(sealed=0, people=0, left=0)
    assert stored(database) == before


def test_rotation_goes_on_after_a_crash(database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    """Broken off anywhere, everything can be read with both secrets, and another call does the rest."""
    fill(database)
    before = everything(database, OLD)
    monkeypatch.setattr(rotation, "BATCH", 1)
    write = Database.write
    steps = 0
    done = False
    while not done:
        steps += 1
        monkeypatch.setattr(Database, "write", only(steps, write))
        try:
            rotate(database, BOTH)
            done = True
        except InterruptedError:
            monkeypatch.setattr(Database, "write", write)
            assert everything(database, BOTH) == before
    assert steps > 3
    assert everything(database, NEW) == before


def only(steps: int, write: Callable[[Database], Any]) -> Callable[[Database], Any]:
    """`write()` that works a few times and then fails."""
    left = iter(range(steps))

    def limited(database: Database) -> Any:
        if next(left, None) is None:
            raise InterruptedError
        return write(database)

    return limited


def test_turns_go_on_during_rotation(database: Database) -> None:
    """A turn read before its session was encrypted anew can still be saved after it."""
    converse(database, OLD, "one")
    kept = find(database, BOTH, "one")
    rotate(database, BOTH)
    after = replace(kept.session, answers={"nps": Rated(8, "acht")})
    with database.write() as connection:
        assert sessions.save(connection, BOTH, kept, after, SURVEY, Entry("late", NOON, {}, (), None))
    assert find(database, NEW, "one").session == after


def test_opt_out_outlives_rotation(database: Database) -> None:
    """The index of somebody who opted out, of whom nothing else is known, stays; the result says to keep the secret."""
    with database.write() as connection:
        optouts.opt_out(connection, OLD.index(THEIRS), NOON, "sms")
    assert rotate(database, BOTH) == Rotated(sealed=0, people=0, left=1)
    with database.read() as connection:
        assert optouts.is_opted_out(connection, BOTH.indexes(THEIRS))


def test_opt_out_said_twice_is_one(database: Database) -> None:
    """Somebody who opted out under each of the keys has opted out once afterwards, since the first time kept."""
    converse(database, OLD, "one")
    with database.write() as connection:
        optouts.opt_out(connection, OLD.index(THEIRS), NOON, "sms")
        optouts.opt_out(connection, NEW.index(THEIRS), NOON, "call")
    assert rotate(database, BOTH).left == 0
    with database.read() as connection:
        assert len(connection.execute(select(metadata.tables["opt_outs"])).all()) == 1
        assert optouts.is_opted_out(connection, NEW.indexes(THEIRS))


def test_person_known_twice_becomes_one(database: Database) -> None:
    """Where the older secret was missing for a time, a person had a second beginning; rotation joins the two.

    A conversation that is open under either index stays with its own until one of them has ended.
    """
    converse(database, OLD, "one")
    converse(database, NEW, "two")
    assert rotate(database, BOTH).left == 1
    assert {find(database, NEW, id).respondent for id in ("one", "two")} == {"person of two"}
    end(database, NEW, "two")
    assert rotate(database, BOTH).left == 0
    assert {find(database, NEW, id).theirs for id in ("one", "two")} == {NEW.index(THEIRS)}


def test_unknown_key_stops_rotation(database: Database) -> None:
    """What was written with a secret nobody gave is not thrown away: the rotation stops and says which key it was."""
    fill(database)
    with pytest.raises(Unreadable, match=OLD.newest.id):
        rotate(database, NEW)
    assert everything(database, OLD)["address"] == THEIRS


def invite(database: Database, keys: Keys, reference: str, at: datetime = NOON) -> None:
    """A contact whose respondent was invited while `keys` were in use."""
    new = contacts.Contact(reference, keys.index(THEIRS), "api", at, at, attributes={"order": "A17"})
    invitation = contacts.NewInvitation(
        id=f"invitation of {reference}",
        respondent=f"respondent of {reference}",
        address=THEIRS,
        survey="post_contact",
        language="nl",
        channels=("sms",),
        due_at=at,
        expires_at=at + timedelta(days=1),
    )
    with database.write() as connection:
        assert contacts.reserve(connection, keys.indexes(THEIRS), reference, at, QUARANTINE)
        assert contacts.keep(connection, keys, new)
        assert contacts.invite(connection, keys, new, invitation)


def reserves(database: Database, keys: Keys, at: datetime) -> bool:
    """Whether the person may be invited then."""
    with database.write() as connection:
        return contacts.reserve(connection, keys.indexes(THEIRS), "another", at, QUARANTINE)


def test_invitations_outlive_rotation(database: Database) -> None:
    """Attributes can be read, opting out ends what is open, and nobody is invited again before their time."""
    invite(database, OLD, "one")
    assert not reserves(database, BOTH, NOON + QUARANTINE - timedelta(seconds=1))
    # The address and the attributes.
    assert rotate(database, BOTH) == Rotated(sealed=2, people=1, left=0)
    assert not [value for value in stored(database) if mentions(value, OLD)]
    with database.write() as connection:
        line = ledger.find(connection, NEW, "one")
        assert line is not None
        assert line.attributes == {"order": "A17"}
        assert contacts.cancel(connection, NEW.indexes(THEIRS), NOON) == 1
    assert not reserves(database, NEW, NOON + QUARANTINE - timedelta(seconds=1))
    assert reserves(database, NEW, NOON + QUARANTINE)


@pytest.mark.parametrize(("first", "second"), [(OLD, NEW), (NEW, OLD)])
def test_the_last_invitation_counts_of_a_person_invited_twice(database: Database, first: Keys, second: Keys) -> None:
    """Where a secret was missing for a time, somebody was invited under both; the later quarantine is kept."""
    invite(database, first, "one")
    invite(database, second, "two", NOON + timedelta(days=10))
    assert rotate(database, BOTH).left == 0
    assert len({row.respondent_id for row in rows(database, "invitations")}) == 1
    assert {row.theirs for row in rows(database, "contacts")} == {NEW.index(THEIRS)}
    assert not reserves(database, NEW, NOON + timedelta(days=9) + QUARANTINE)
    assert reserves(database, NEW, NOON + timedelta(days=10) + QUARANTINE)


def rows(database: Database, table: str) -> list[Any]:
    with database.read() as connection:
        return list(connection.execute(select(metadata.tables[table])))
