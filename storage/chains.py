"""Who chooses the respondents: per agent or queue, how many contacts came how far, and who ended the call."""

import json
from collections import Counter, defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Literal

from sqlalchemy import Connection, func

from flows.filters import UNKNOWN, Filter
from flows.selection import Chain
from storage.contacts import ATTRIBUTES
from storage.encryption import Keys
from storage.figures import counted
from storage.ledger import LINES
from storage.models import contacts
from storage.selected import of_contacts
from storage.slices import Part
from storage.steps import DEPTHS

ENDED_BY = "ended_by"
"""The attribute of a contact that tells who ended its call first: `AGENT`, or anybody else."""
AGENT = "agent"


@dataclass(frozen=True, slots=True)
class Watched:
    """passed: how many of those invited have come to each of `storage.steps.DEPTHS`; chains: one for each agent or
    queue, `UNKNOWN` for contacts without, each step counted among those who passed the one before."""

    passed: Mapping[str, int]
    chains: tuple[Chain, ...]


def ended_by(attributes: Mapping[str, str]) -> str | None:
    """Who ended the call first, `AGENT` or anybody else; None where nobody has told."""
    return attributes.get(ENDED_BY, "").strip().lower() or None


def watched(connection: Connection, keys: Keys, wanted: Filter, zone: str, by: Literal["agent", "queue"]) -> Watched:
    """How far those invited have come. Raises Unreadable."""
    units: dict[str, Counter[int]] = defaultdict(Counter)
    for (_, slice, depth), n in counted(
        connection, Part.CONTACTS, wanted, zone, date.min, ("step",), by
    ).halves.items():
        units[getattr(slice, by) or UNKNOWN][depth] += n
    ended, hung_up = _ended(connection, keys, wanted, zone, by)
    passed = {unit: _passed(depths) for unit, depths in units.items()}
    return Watched(
        {name: sum(steps[name] for steps in passed.values()) for name in DEPTHS},
        tuple(
            Chain(
                unit,
                eligible=steps["invited"],
                offered=steps["offered"],
                connected=steps["connected"],
                answered=steps["answered"],
                hung_up=hung_up[unit],
                ended=ended[unit],
            )
            for unit, steps in sorted(passed.items())
        ),
    )


def _passed(depths: Mapping[int, int]) -> Mapping[str, int]:
    return {name: sum(n for depth, n in depths.items() if depth >= place) for place, name in enumerate(DEPTHS)}


def _ended(
    connection: Connection, keys: Keys, wanted: Filter, zone: str, by: Literal["agent", "queue"]
) -> tuple[Counter[str], Counter[str]]:
    """Calls of which it is known who ended them, and those that the agent did."""
    ended: Counter[str] = Counter()
    hung_up: Counter[str] = Counter()
    rows = connection.execute(
        LINES.with_only_columns(func.coalesce(contacts.c[by], UNKNOWN), contacts.c.attributes).where(
            contacts.c.attributes.is_not(None), *of_contacts(wanted, zone)
        )
    )
    for unit, sealed in rows:
        if who := ended_by(json.loads(keys.decrypt(sealed, ATTRIBUTES))):
            ended[unit] += 1
            hung_up[unit] += who == AGENT
    return ended, hung_up
