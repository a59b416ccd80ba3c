"""Reads how everything stands around an invitation, as the decision about it needs it."""

from collections.abc import Mapping
from dataclasses import dataclass

from bot.addresses import number_of
from bot.carriers.errors import Verdict, verdict
from bot.conversations import Conversations
from flows.cases import Attempt, Case, Fault, Standing
from flows.fates import FAILED, Kind, Status
from flows.hours import Hours
from flows.resuming import may_resume
from flows.session import Outcome
from flows.survey import Channel
from storage import attempts, optouts, respondents, sessions
from storage.attempts import Conversation, Made
from storage.database import Connection
from storage.invitations import Invitation

FAULTS: Mapping[Verdict, Fault] = {
    Verdict.BAD_NUMBER: Fault.NUMBER,
    Verdict.OPTED_OUT: Fault.CHANNEL,
    Verdict.NOT_THIS_CHANNEL: Fault.CHANNEL,
    Verdict.UNREACHED: Fault.CHANCE,
    Verdict.OURS: Fault.OURS,
    Verdict.PASSING: Fault.CHANCE,
}
SPOKE = frozenset({Outcome.COMPLETED, Outcome.PARTIAL, Outcome.REFUSED})
"""Ends to which the person has come; any other may also come by itself."""


@dataclass(frozen=True, slots=True)
class Known:
    """An invitation with its case. address: where the person is reached, None where that was erased."""

    mine: Invitation
    case: Case
    address: str | None


def read_case(conversations: Conversations, countries: Mapping[str, Hours], mine: Invitation) -> Known:
    """How everything stands at this moment. countries: in which anybody may be asked, with their hours."""
    keys = conversations.keys
    with conversations.database.read() as connection:
        made = attempts.of(connection, mine.id)
        address = respondents.address(connection, keys, mine.respondent) if mine.respondent else None
        opted_out = address is not None and optouts.is_opted_out(connection, keys.indexes(address))
        held = attempts.conversations(connection, mine.respondent, mine.call, mine.invited_at)
        asked_for = {each.session for each in made if each.kind == Kind.CALL_BACK and each.channel != Channel.CALL}
        standings = {each.id: _standing(connection, conversations, each, each.id in asked_for) for each in held}
    own = {each.session for each in made}
    on_call = next((each.id for each in held if mine.call is not None and each.call == mine.call), None)
    hours = countries.get(mine.country or "")
    case = Case(
        id=mine.id,
        channels=tuple(map(Channel, mine.channels)) if address else (),
        expires_at=mine.expires_at,
        hours=hours.within(number_of(address).zones) if hours and address else None,
        opted_out=opted_out,
        attempts=tuple(_attempt(each, standings.get(each.session or "")) for each in made),
        on_call=standings.get(on_call or ""),
        elsewhere=tuple(standings[each.id] for each in held if each.id not in own and each.id != on_call),
    )
    return Known(mine, case, address)


def _attempt(made: Made, standing: Standing | None) -> Attempt:
    status = Status(made.status)
    return Attempt(
        id=made.id,
        channel=Channel(made.channel),
        kind=Kind(made.kind),
        status=status,
        made_at=made.made_at,
        changed_at=made.changed_at,
        ref=made.ref,
        fault=FAULTS[verdict(made.code)] if status in FAILED else None,
        standing=standing,
    )


def _standing(
    connection: Connection, conversations: Conversations, held: Conversation, was_asked_for: bool
) -> Standing:
    outcome = Outcome(held.outcome) if held.outcome else None
    interrupted = held.channel == Channel.CALL and outcome in (Outcome.PARTIAL, Outcome.BROKEN_OFF) and held.has_spoken
    kept = sessions.find(connection, conversations.keys, held.id) if interrupted else None
    return Standing(
        session=held.id,
        channel=Channel(held.channel),
        expires_at=held.expires_at,
        ended_at=held.ended_at,
        outcome=outcome,
        heard=was_asked_for or held.has_spoken or outcome in SPOKE or _has_written(held),
        can_go_on=kept is not None and may_resume(conversations.survey, kept.session),
    )


def _has_written(held: Conversation) -> bool:
    """Whether a message has come, though none that answers anything: an expiry alone moves a session on by one."""
    return held.channel != Channel.CALL and held.revision > (1 if held.outcome == Outcome.EXPIRED else 0)
