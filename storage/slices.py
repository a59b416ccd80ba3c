"""What surveys and contacts are told apart by where they are counted."""

import hashlib
from collections import Counter
from datetime import date
from enum import StrEnum
from functools import lru_cache
from typing import NamedTuple


class Part(StrEnum):
    """What is counted by which day: surveys by when they began, contacts by when they were received."""

    SURVEYS = "surveys"
    CONTACTS = "contacts"


WALK_IN = "walk_in"
"""The mark of those who came by themselves."""

BESIDE = "beside"
"""The mark of what is said beside the survey that stands for its invitation."""


class Slice(NamedTuple):
    """What is counted together; empty where something is not known or does not apply. A tuple, for there are many.

    of: `answer` (one question of one survey), `session`, `seconds` (from the first message or call to the first answer,
    as the value), `contact`, `attempts` (how many, as the value), or `step` (how far those invited have come: the place
    in `storage.steps.DEPTHS` as the value).
    said: of an answer `number`, `words`, `left` or `waiting` (no answer, and the survey has ended there or not), or why
    there is none; of a session its outcome or `open`; of a contact how far it is, or why nobody was invited.
    mark: of a number, what speaks against it, and `walk_in` where nobody had invited its respondent; of what came of a
    question, `beside` where another survey stands for the same invitation; of a session `invited` or `walk_in`; of a
    contact `kept_out`, `arrived` where it has expired after that, or where it is undeliverable the carrier's code.
    agent: only where asked for.
    """

    of: str
    survey: str = ""
    question: str = ""
    instrument: str = ""
    series: str = ""
    channel: str = ""
    language: str = ""
    country: str = ""
    queue: str = ""
    touchpoint: str = ""
    said: str = ""
    mark: str = ""
    late: bool = False
    agent: str = ""


STORED = Slice._fields[:-1]
"""What the roll-up knows of a slice: everything but the agent."""

Cells = Counter[tuple[date, Slice, int]]
"""How many there are by day, slice and value; the value is 0 of whatever has none."""


@lru_cache(maxsize=1 << 16)
def id_of(slice: Slice) -> int:
    """The same in every process: the first 63 bits of a hash of everything that is stored of it."""
    told = "\x1f".join(map(str, slice[: len(STORED)]))
    return int.from_bytes(hashlib.blake2b(told.encode("utf-8", "replace"), digest_size=8).digest()) >> 1


@lru_cache(maxsize=1 << 16)
def without_queue(slice: Slice) -> Slice:
    """The same, neither queue nor touchpoint told apart."""
    return slice._replace(queue="", touchpoint="")
