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
FORGOTTEN = 0.05
"""The share of callbacks that nobody has made in time."""


def code_some(parts: Parts, chance: Random) -> None:
    """Some verbatims looked over by a person: most are left as found, of some a theme is taken away."""
    every = [shown for shown in parts.verbatims.all() if shown.tags]
    for shown in chance.sample(every, min(CODED, len(every))):
        kept = shown.tags[1:] if len(shown.tags) > 1 and chance.random() < 0.4 else shown.tags
        parts.verbatims.decide(shown.said.id, BY, {tag.theme: tag.sentiment for tag in kept})


def handle_callbacks(parts: Parts, chance: Random) -> None:
    """Closes the callbacks that are past their time, but for a few; those still to come stay open."""
    now = parts.conversations.now()
    with parts.database.write() as connection:
        for line in callbacks.listed(connection, Wanted(due_before=now - timedelta(days=2)), 1_000_000):
            if chance.random() < FORGOTTEN:
                continue
            at = line.consented_at + timedelta(hours=chance.randrange(1, 20))
            callbacks.claim(connection, line.id, BY, at)
            mine = callbacks.find(connection, line.id)
            ending = chance.choices((Ending.SOLVED, Ending.UNSOLVED, Ending.UNWANTED), (70, 20, 10))[0]
            if mine is not None:
                at += timedelta(minutes=chance.randrange(5, 40))
                callbacks.close(connection, parts.keys, mine, "Demo", ending, at)
