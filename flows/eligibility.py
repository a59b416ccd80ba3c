"""Whom a survey may be put to: one decision for every contact, with the reason where nobody is invited."""

import hashlib
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from enum import StrEnum

from flows.hours import Hours
from flows.survey import Channel


class NumberKind(StrEnum):
    """What can be reached at a number."""

    MOBILE = "mobile"
    LANDLINE = "landline"
    EITHER = "either"
    BAD = "bad"
    NONE = "none"


class Reason(StrEnum):
    """Why somebody is not invited, in the order in which it is looked for: the first that holds is told."""

    NO_NUMBER = "no_number"
    BAD_NUMBER = "bad_number"
    OPTED_OUT = "opted_out"
    NO_PERMISSION = "no_permission"
    TOO_OLD = "too_old"
    NO_LANGUAGE = "no_language"
    LANDLINE = "landline"
    NO_CHANNEL = "no_channel"
    QUARANTINED = "quarantined"
    SAMPLED_OUT = "sampled_out"
    NO_TIME = "no_time"
    DAILY_CAP = "daily_cap"


SENTENCES: Mapping[Reason, str] = {
    Reason.NO_NUMBER: "The contact came without a telephone number, or the number was withheld.",
    Reason.BAD_NUMBER: "Nobody can be reached at a number like this one.",
    Reason.OPTED_OUT: "This person has asked not to be asked.",
    Reason.NO_PERMISSION: "Nobody is invited in this person's country unless the settings permit it.",
    Reason.TOO_OLD: "The contact ended too long ago to ask about it.",
    Reason.NO_LANGUAGE: "The survey does not speak the language of this contact.",
    Reason.LANDLINE: "A landline takes no text messages, and calls are not among the channels.",
    Reason.NO_CHANNEL: "There is no channel left over which this person may be invited.",
    Reason.QUARANTINED: "This person was invited not long ago.",
    Reason.SAMPLED_OUT: "The contact is not in the sample.",
    Reason.NO_TIME: "There are no open hours left before the contact is too old to ask about it.",
    Reason.DAILY_CAP: "As many people have been invited today as may be in a day.",
}
"""One sentence for each reason."""


@dataclass(frozen=True, slots=True)
class Contact:
    """A contact that has ended, as far as the decision needs it.

    country: where the person is, as ISO 3166 code, None where nobody knows; origin: where the number is from; zones:
    names of the time zones the number is from, empty where it does not tell; language: as the contact has it, None
    where it has none, and `likely` is spoken; live: the person is on the line at this moment and is asked right there.
    """

    reference: str
    ended_at: datetime
    country: str | None
    number: NumberKind
    likely: str
    language: str | None = None
    channel: Channel | None = None
    queue: str | None = None
    origin: str | None = None
    zones: Collection[str] = ()
    live: bool = False


@dataclass(frozen=True, slots=True)
class History:
    """What is known of the person, and of the day. invited_at: last, over all surveys and channels."""

    opted_out: bool = False
    invited_at: datetime | None = None
    invited_today: int = 0


@dataclass(frozen=True, slots=True)
class Policy:
    """The rules.

    countries: those in which anybody may be invited, with their open hours; channels: in the order of preference;
    languages: which the survey speaks; templates: languages in which WhatsApp may open a conversation, None for all;
    delay, oldest: from the end of the contact; share: of contacts, 0 to 1, `shares` by queue; a_day: most invitations.
    """

    countries: Mapping[str, Hours]
    channels: tuple[Channel, ...]
    languages: Collection[str]
    templates: Collection[str] | None
    delay: timedelta
    oldest: timedelta
    quarantine: timedelta
    share: float
    shares: Mapping[str, float]
    salt: bytes
    a_day: int | None = None

    def share_of(self, queue: str | None) -> float:
        """The share of this queue's contacts that is invited; what is set for the queue goes before the overall one."""
        return self.shares.get(queue, self.share) if queue is not None else self.share


@dataclass(frozen=True, slots=True)
class Eligible:
    """To be invited, at that moment, over the first of the channels and then the others. Only live none may be left."""

    at: datetime
    channels: tuple[Channel, ...]
    language: str


@dataclass(frozen=True, slots=True)
class Ineligible:
    """Not to be invited. until: from when the reason no longer holds, where that is known."""

    reason: Reason
    until: datetime | None = None


def decide(policy: Policy, history: History, contact: Contact, now: datetime) -> Eligible | Ineligible:
    """Whether, when and how to invite. The same arguments always give the same decision.

    Of somebody on the line only opt-out, language, quarantine, sample and cap are asked, for nobody is disturbed by
    them; the channels are those over which a text may follow, which is possible only where it is permitted as well.
    """
    language = contact.language or contact.likely
    channels = _channels(policy, contact, language)
    if reason := _obstacle(policy, history, contact, language, channels, now):
        return Ineligible(reason)
    if (until := quarantined_until(policy, history.invited_at)) and now < until:
        return Ineligible(Reason.QUARANTINED, until)
    if not is_sampled(policy, contact.reference, contact.queue):
        return Ineligible(Reason.SAMPLED_OUT)
    at = now if contact.live else _moment(policy, contact, now)
    if at is None:
        return Ineligible(Reason.NO_TIME)
    if policy.a_day is not None and history.invited_today >= policy.a_day:
        return Ineligible(Reason.DAILY_CAP, next_day(now))
    return Eligible(at, channels, language)


def explain(reason: Reason, until: datetime | None = None) -> str:
    """The reason as one sentence."""
    sentence = SENTENCES[reason]
    return f"{sentence[:-1]}; this holds until {until.astimezone(UTC):%Y-%m-%d %H:%M} UTC." if until else sentence


def is_sampled(policy: Policy, reference: str, queue: str | None) -> bool:
    """Whether the contact is in the sample, drawn by a keyed hash: nobody can choose, and repeating changes nothing."""
    drawn = hashlib.sha256(policy.salt + b"|" + reference.encode("utf-8", "surrogatepass")).digest()
    return int.from_bytes(drawn[:8], "big") < policy.share_of(queue) * 2**64


def quarantined_until(policy: Policy, invited_at: datetime | None) -> datetime | None:
    """From when somebody invited at that moment may be invited again."""
    return _after(invited_at, policy.quarantine) if invited_at else None


def next_day(now: datetime) -> datetime:
    """When the count of a day begins anew: midnight in UTC."""
    return datetime.combine(now.astimezone(UTC).date() + timedelta(days=1), time(), tzinfo=UTC)


def open_at(
    policy: Policy, country: str | None, at: datetime, last: datetime, zones: Collection[str] = ()
) -> datetime | None:
    """The first moment from `at` to `last` at which somebody in that country may be disturbed; None where none is."""
    hours = policy.countries.get(country or "")
    return hours.within(zones).next_open(at, last) if hours else None


def is_permitted(policy: Policy, contact: Contact) -> bool:
    """Whether anybody may be invited where the person is, and where the number is from if that is elsewhere."""
    return contact.country in policy.countries and (contact.origin is None or contact.origin in policy.countries)


def _obstacle(
    policy: Policy,
    history: History,
    contact: Contact,
    language: str,
    channels: tuple[Channel, ...],
    now: datetime,
) -> Reason | None:
    if contact.number is NumberKind.NONE and not contact.live:
        return Reason.NO_NUMBER
    if contact.number is NumberKind.BAD and not contact.live:
        return Reason.BAD_NUMBER
    if history.opted_out:
        return Reason.OPTED_OUT
    if not contact.live and not is_permitted(policy, contact):
        return Reason.NO_PERMISSION
    if not contact.live and now > _after(contact.ended_at, policy.oldest):
        return Reason.TOO_OLD
    if language not in policy.languages:
        return Reason.NO_LANGUAGE
    if not contact.live and not channels:
        return Reason.LANDLINE if contact.number is NumberKind.LANDLINE else Reason.NO_CHANNEL
    return None


def _channels(policy: Policy, contact: Contact, language: str) -> tuple[Channel, ...]:
    """The order of channels for this contact, the one it asks for first."""
    if not is_permitted(policy, contact) or contact.number in (NumberKind.BAD, NumberKind.NONE):
        return ()
    asked_first = sorted(policy.channels, key=lambda channel: channel is not contact.channel)
    return tuple(channel for channel in asked_first if _is_usable(policy, contact, language, channel))


def _is_usable(policy: Policy, contact: Contact, language: str, channel: Channel) -> bool:
    if channel is Channel.CALL:
        return not contact.live
    if channel is Channel.WHATSAPP and policy.templates is not None and language not in policy.templates:
        return False
    return contact.number is not NumberKind.LANDLINE


def _moment(policy: Policy, contact: Contact, now: datetime) -> datetime | None:
    earliest = max(now, _after(contact.ended_at, policy.delay))
    return open_at(policy, contact.country, earliest, _after(contact.ended_at, policy.oldest), contact.zones)


def _after(moment: datetime, span: timedelta) -> datetime:
    """That much later in earnest: where the clock is changed meanwhile, a clock there would show another hour."""
    return moment.astimezone(UTC) + span
