"""Which contacts a list means: what was decided about them, and how far their invitations have come."""

from collections.abc import Callable, Collection
from dataclasses import dataclass
from enum import StrEnum

from sqlalchemy import ColumnElement, and_, false, or_, select

from flows.filters import Filter
from storage.chains import AGENT, ended_by
from storage.ledger import CODE, HAS_ARRIVED, STATE, TRIED, Attributes
from storage.models import contacts, invitations
from storage.selected import of_contacts
from storage.steps import STEPS

EVERYTHING = Filter()

_other = contacts.alias("other_contact")


@dataclass(frozen=True, slots=True)
class Ended:
    """Invitations that ended alike. arrived: whether anything sent did; codes: the carrier's last one is among them, or
    where `is_among` is not set is none of them; of each None where it does not matter.
    """

    state: str
    arrived: bool | None = None
    codes: Collection[int] | None = None
    is_among: bool = True


class EndedBy(StrEnum):
    """Calls told apart by who ended them first."""

    AGENT = "agent"
    KNOWN = "known"
    """Whoever it was."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which contacts: everything that is not None has to hold.

    invited: whether somebody was; ended: in any of these ways; step: one of `storage.steps.STEPS` they have come to;
    attempts: how many messages and calls it took; ended_by: who ended the call first; theirs: blind indexes, one of
    which is that of the number; same_as: the reference of another contact of the same person; filter: of day and
    dimension, by the clock of the zone.
    """

    invited: bool | None = None
    reason: str | None = None
    state: str | None = None
    ended: tuple[Ended, ...] | None = None
    step: str | None = None
    attempts: int | None = None
    ended_by: EndedBy | None = None
    theirs: Collection[str] | None = None
    same_as: str | None = None
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
    if wanted.ended_by is not None:
        found.append(contacts.c.attributes.is_not(None))
    if wanted.theirs is not None:
        found.append(contacts.c.theirs.in_(wanted.theirs))
    if wanted.same_as is not None:
        found.append(
            contacts.c.theirs == select(_other.c.theirs).where(_other.c.reference == wanted.same_as).scalar_subquery()
        )
    return found


def readable(wanted: Wanted) -> Callable[[Attributes], bool] | None:
    """What holds, beside that, of attributes, which no database can read; None where they do not matter."""
    match wanted.ended_by:
        case None:
            return None
        case EndedBy.AGENT:
            return lambda attributes: ended_by(attributes) == AGENT
        case EndedBy.KNOWN:
            return lambda attributes: ended_by(attributes) is not None


def _has_ended(so: Ended) -> ColumnElement[bool]:
    found: list[ColumnElement[bool]] = [STATE.in_([so.state])]
    if so.arrived is not None:
        found.append(HAS_ARRIVED if so.arrived else ~HAS_ARRIVED)
    if so.codes is not None:
        found.append(CODE.in_(so.codes) if so.is_among else CODE.not_in(so.codes))
    return and_(*found)
