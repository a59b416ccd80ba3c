"""What people at the invented centre have done: some verbatims coded by hand, most callbacks made."""

from datetime import timedelta
from random import Random

from bot.app import Parts
from flows.callbacks import Ending
from storage import callbacks
from storage.callbacks import Wanted

BY = "demo"
"""Who has done it all."""

CODED = 25
CLOSED, POSTPONED, CLAIMED, FORGOTTEN = "closed", "postponed", "claimed", "forgotten"
STATES = (POSTPONED, FORGOTTEN, CLAIMED, POSTPONED, CLOSED)
LATEST = 15
"""Callbacks that have come last; in these states by turns."""


def code_some(parts: Parts, chance: Random) -> None:
    """Some verbatims looked over by a person: most are left as found, of some a theme is taken away."""
    every = [shown for shown in parts.verbatims.all() if shown.tags]
    for shown in chance.sample(every, min(CODED, len(every))):
        kept = shown.tags[1:] if len(shown.tags) > 1 and chance.random() < 0.4 else shown.tags
        parts.verbatims.decide(shown.said.id, BY, {tag.theme: tag.sentiment for tag in kept})


def handle_callbacks(parts: Parts, chance: Random) -> None:
    """Closes most callbacks; of the latest some are still to be made, in somebody's hands, or overdue."""
    now = parts.conversations.now()
    with parts.database.write() as connection:
        every = callbacks.listed(connection, Wanted(), 1_000_000)
        for place, line in enumerate(every):
            is_late = place >= len(every) - LATEST
            what = STATES[place % len(STATES)] if is_late else CLOSED
            at = line.consented_at + timedelta(minutes=chance.randrange(60, 1200))
            ending = chance.choices((Ending.SOLVED, Ending.UNSOLVED, Ending.UNWANTED), (70, 20, 10))[0]
            if what == FORGOTTEN or not callbacks.claim(connection, line.id, BY, at):
                continue
            mine = callbacks.find(connection, line.id)
            if mine is not None and what == CLOSED:
                callbacks.close(connection, parts.keys, mine, "Demo", ending, at + timedelta(minutes=10))
            elif mine is not None and what == POSTPONED:
                due_at = now + timedelta(minutes=chance.randrange(120, 1800))
                callbacks.postpone(connection, parts.keys, mine, "Demo", due_at)
