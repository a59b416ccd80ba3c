"""Writes invented contacts and all that came of them, as the product itself would have."""

from collections.abc import Callable, Iterator
from itertools import islice
from random import Random

from bot.app import Parts, source_of
from bot.demo.customers import Happened, happened
from bot.demo.deciding import Decisions
from bot.demo.following import Following, Numbers
from bot.demo.handling import code_some, handle_callbacks
from bot.sections import Callbacks
from flows.eligibility import Eligible, Ineligible
from storage import contacts, demonstration
from storage.demonstration import Pile
from storage.rollup import refresh

BATCH = 200
"""Contacts written together."""


FILLED = "this database holds contacts or surveys already, and nothing invented is mixed with them"
INVENTED = "this database holds a demonstration already, which is never added to: delete it to start anew"


class FilledError(Exception):
    """The database holds something already, which nothing invented may be mixed with. The message says what."""


def fill(parts: Parts, count: int, seed: int, step: Callable[[int], None]) -> None:
    """Fills an empty database, with all of it or nothing. The same seed on the same day gives the same rows, but for
    what is sealed.

    step: is told of so many more contacts. Raises FilledError, and DefinitionError where phrases cannot be read.
    """
    chance, today = Random(seed), source_of(parts).today  # noqa: S311 -- the same rows every time; nothing is kept secret
    decisions = Decisions.like(parts.invitations.policy, count)
    following = Following(parts.survey, chance, Numbers(chance), Pile(parts.keys, parts.survey))
    unannounced = parts.settings.model_copy(update={"callbacks": Callbacks()})
    coming = happened(Random(seed + 1), count, today)  # noqa: S311
    with parts.database.write() as connection:
        if (is_invented := demonstration.is_invented(connection)) is not None:
            raise FilledError(INVENTED if is_invented else FILLED)
        demonstration.mark(connection, parts.keys, parts.conversations.now(), count)
        while batch := list(islice(coming, BATCH)):
            for each in batch:
                _take(parts, decisions, following, each)
            following.pile.write(connection)
            following.keep_permissions(connection, unannounced)
            step(len(batch))
        demonstration.keep_decided(connection, decisions.invited, decisions.invited_on)
        demonstration.keep_statistics(connection)


def finish(parts: Parts, seed: int) -> Iterator[int]:
    """Reads what was said, lets people handle some of it and counts everything; gives how many verbatims were read."""
    yield from parts.verbatims.tag_all()
    chance = Random(seed)  # noqa: S311
    code_some(parts, chance)
    handle_callbacks(parts, chance)
    refresh(parts.database, parts.settings.pages.time_zone)


def _take(parts: Parts, decisions: Decisions, following: Following, of: Happened) -> None:
    customer = of.customer
    theirs = parts.keys.index(customer.address) if customer.address else None
    decision = decisions.decide(of, theirs)
    refusal = decision if isinstance(decision, Ineligible) else None
    contact = contacts.Contact(
        reference=of.reference,
        theirs=theirs,
        source="transfer" if of.transferred else "api",
        received_at=of.received_at,
        ended_at=of.ended_at,
        channel=of.channel,
        language=customer.language,
        country=customer.country,
        queue=of.queue,
        agent=of.agent,
        touchpoint=of.touchpoint,
        attributes={"ended_by": of.ended_by},
        reason=refusal.reason if refusal else None,
        until=refusal.until if refusal else None,
    )
    following.pile.contact(contact)
    if theirs and isinstance(decision, Eligible) and following.follow(of, contact, decision):
        decisions.opted_out.add(theirs)
