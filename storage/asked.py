"""Which contacts a list means: what was decided about them, and how far their invitations have come."""

from collections.abc import Collection
from dataclasses import dataclass

from sqlalchemy import ColumnElement, and_, false, or_

from flows.filters import Filter
from storage.chains import STEPS
from storage.ledger import CODE, HAS_ARRIVED, STATE, TRIED
from storage.models import contacts, invitations
from storage.selected import of_contacts

EVERYTHING = Filter()


@dataclass(frozen=True, slots=True)
class Ended:
    """Invitations that ended alike. arrived: whether anything sent did; codes: the carrier's last one is among them, or
    where `is_among` is not set is none of them; of each None where it does not matter.
    """

    state: str
    arrived: bool | None = None
    codes: Collection[int] | None = None
    is_among: bool = True


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which contacts: everything that is not None has to hold.

    invited: whether somebody was; ended: in any of these ways; step: one of `storage.chains.STEPS` they have come to;
    attempts: how many messages and calls it took; filter: of day and dimension, by the clock of the zone.
    """

    invited: bool | None = None
    reason: str | None = None
    state: str | None = None
    ended: tuple[Ended, ...] | None = None
    step: str | None = None
    attempts: int | None = None
    filter: Filter = EVERYTHING
    zone: str = "UTC"


def conditions(wanted: Wanted) -> list[ColumnElement[bool]]:
    """What holds of the lines of the ledger that are meant."""
    found = of_contacts(wanted.filter, wanted.zone)
    if wanted.invited is not None:
        found.append(contacts.c.reason.is_(None) if wanted.invited else contacts.c.reason.is_not(None))
    if wanted.reason is not None:
        found.append(contacts.c.reason == wanted.reason)
    if wanted.state is not None:
        found.append(STATE.in_([wanted.state]))
    if wanted.ended is not None:
        found.append(or_(false(), *map(_has_ended, wanted.ended)))
    if wanted.step is not None:
        found += [invitations.c.id.is_not(None), STEPS[wanted.step]]
    if wanted.attempts is not None:
        found += [invitations.c.id.is_not(None), TRIED.in_([wanted.attempts])]
    return found


def _has_ended(so: Ended) -> ColumnElement[bool]:
    found: list[ColumnElement[bool]] = [STATE.in_([so.state])]
    if so.arrived is not None:
        found.append(HAS_ARRIVED if so.arrived else ~HAS_ARRIVED)
    if so.codes is not None:
        found.append(CODE.in_(so.codes) if so.is_among else CODE.not_in(so.codes))
    return and_(*found)
