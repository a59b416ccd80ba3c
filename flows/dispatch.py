"""What is to be done next for one invitation: send, look, wait or close; one decision from how everything stands."""

import hashlib
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta

from flows.cases import Attempt, Case, Close, Ending, Fault, Look, Move, Poll, Rest, Rules, Send, Standing
from flows.dayparts import another_daypart
from flows.fates import FAILED, IN_THE_AIR, NEVER_RANG, RANG_IN_VAIN, UNDER_WAY, WAITING, Kind, Status
from flows.session import Outcome
from flows.survey import Channel

SOON = timedelta(minutes=1)
LATER = timedelta(minutes=15)
"""After how long to come by again where nobody tells when it is over: an expiry, a conversation."""
ROOM = timedelta(minutes=30)
"""Before the last moment, so that nothing is too late where a worker or a channel is busy."""


def move(rules: Rules, case: Case, now: datetime) -> Move:
    """What is to be done for this invitation. What may have gone out is cleared up before anything more goes out."""
    if calling := _call_under_way(rules, case, now):
        return calling
    if case.on_call or any(standing.heard for standing in case.standings):
        return _follow(rules, case, now)
    if case.opted_out:
        return Close(Ending.OPTED_OUT)
    if looking := _uncertain(rules, case, now):
        return looking
    if going_on := [each for each in case.elsewhere if each.ended_at is None]:
        return Rest(min(_over(going_on, now), now + LATER))
    if any(each.heard for each in case.elsewhere):
        return Close(Ending.IN_CONVERSATION)
    if planned := _invite(rules, case, now) + _remind(rules, case, now):
        at, send = min(planned, key=lambda plan: plan[0])
        return send if at <= now else Rest(at)
    if still_open := [standing for standing in case.standings if standing.ended_at is None]:
        return Rest(_over(still_open, now))
    return Close(_unanswered(rules, case))


def is_wanted(case: Case) -> bool:
    """Whether somebody who answers a call of ours now is still to be asked."""
    taken = any(each.heard or (each.ended_at is None and each.channel is Channel.CALL) for each in case.standings)
    elsewhere = any(each.heard or each.ended_at is None for each in case.elsewhere)
    return not (case.opted_out or taken or elsewhere)


def wait(rules: Rules, id: str, failures: int) -> timedelta:
    """How long to leave a carrier alone that had no time for us: doubling, half of it by a draw that is always the
    same for the same invitation and number of failures."""
    whole: timedelta = min(rules.first_wait * 2 ** min(failures - 1, 30), rules.longest_wait)
    drawn = int.from_bytes(hashlib.sha256(f"{id} {failures}".encode()).digest()[:4], "big") / 2**32
    return whole * (1 + drawn) / 2


def _call_under_way(rules: Rules, case: Case, now: datetime) -> Move | None:
    """A call is followed to its end whatever else has happened, so that none stays open and no two can ring."""
    for attempt in case.attempts:
        if attempt.channel is not Channel.CALL or attempt.status not in UNDER_WAY:
            continue
        silent_for = now - attempt.changed_at
        if silent_for < rules.poll_after:
            return Rest(attempt.changed_at + rules.poll_after)
        again = now + max(rules.poll_after, silent_for / 2)
        if attempt.status not in WAITING or _is_needless(rules, case, attempt, now):
            return Poll(attempt, again, cancels=attempt.status in WAITING)
        ends = (attempt.made_at + rules.queued, case.expires_at)
        return Poll(attempt, min(again, *(end for end in ends if end > now)))
    return None


def _is_needless(rules: Rules, case: Case, attempt: Attempt, now: datetime) -> bool:
    """Whether a call that still waits at the carrier should not ring any more: too late, or no longer wanted."""
    is_late = now >= min(attempt.made_at + rules.queued, case.expires_at)
    return is_late or case.opted_out or any(each.heard for each in case.standings)


def _follow(rules: Rules, case: Case, now: datetime) -> Move:
    """The person has been in conversation, so nothing more is sent but the rest of an interrupted call."""
    standings = [each for each in case.standings if each.heard] or [each for each in case.standings if each.outcome]
    if (standing := _to_be_continued(rules, case, standings)) and (at := case.opens(now, standing.expires_at)):
        return Send(Channel.SMS, Kind.CONTINUATION, standing.session) if at <= now else Rest(at)
    if going_on := [each for each in standings or case.standings if each.ended_at is None]:
        return Rest(min(_over(going_on, now), now + LATER) if case.on_call else _over(going_on, now))
    outcomes = [each.outcome for each in standings if each.outcome]
    return Close(min(outcomes, key=list(Outcome).index))


def _to_be_continued(rules: Rules, case: Case, standings: Sequence[Standing]) -> Standing | None:
    """The interrupted call that is to be finished by text; also one already prepared for it and put off."""
    has_continued = any(attempt.kind is Kind.CONTINUATION for attempt in case.attempts)
    if not rules.finish_by_text or has_continued or case.opted_out or Channel.SMS not in case.channels:
        return None
    if any(each.ended_at is None and each.channel is Channel.CALL for each in standings):
        return None
    prepared = {
        attempt.standing.session
        for attempt in case.attempts
        if attempt.channel is Channel.CALL and attempt.standing and attempt.standing.channel is Channel.SMS
    }
    open_ = {each.session for each in standings if each.ended_at is None}
    return next((each for each in standings if each.can_go_on or each.session in prepared & open_), None)


def _uncertain(rules: Rules, case: Case, now: datetime) -> Move | None:
    """What the carrier may have and may not have. Nothing goes out before that is known, or it is too late anyway."""
    for attempt in case.attempts:
        ends = attempt.standing.expires_at if attempt.standing else case.expires_at
        if attempt.status not in IN_THE_AIR or now >= max(ends, case.expires_at) + rules.patience:
            continue
        if attempt.status is Status.MAKING and now < attempt.made_at + rules.lease:
            return Rest(attempt.made_at + rules.lease)
        lost_at = attempt.made_at + rules.patience
        if now >= lost_at:
            return Look(attempt, None)
        return Look(attempt, min(lost_at, now + max(rules.first_wait, now - attempt.made_at)))
    return None


Plans = tuple[tuple[datetime, Send], ...]


def _invite(rules: Rules, case: Case, now: datetime) -> Plans:
    """The next invitation: over the first channel on which none is out, once those before have had their time."""
    at = now
    for channel in case.channels:
        if not _is_usable(rules, case, channel):
            continue
        earlier = [each for each in case.attempts if each.channel is channel and each.kind is Kind.INVITATION]
        if channel is Channel.CALL:
            when = _calling_time(rules, case, earlier, at)
            return ((when, Send(channel, Kind.INVITATION)),) if when else ()
        if out := [each for each in earlier if each.status not in FAILED and each.status is not Status.LOST]:
            at = max(at, out[-1].made_at + rules.answer_within[channel])
            continue
        if failed := [each for each in earlier if each.status in FAILED]:
            at = max(at, failed[-1].changed_at + rules.retry_after)
        # A message that never turned up may still do so, and the answer to it belongs to the same conversation.
        begun = [each.standing for each in earlier if each.standing and each.standing.ended_at is None]
        when = case.opens(at)
        return ((when, Send(channel, Kind.INVITATION, begun[-1].session if begun else None)),) if when else ()
    return ()


def _is_usable(rules: Rules, case: Case, channel: Channel) -> bool:
    """Whether anything may still be sent, or is out, over this channel."""
    if any(attempt.fault is Fault.NUMBER for attempt in case.attempts):
        return False
    # What failed by our own settings counts for nothing: it goes out once they are mended.
    tried = [each for each in case.attempts if each.channel is channel and each.fault is not Fault.OURS]
    if any(attempt.fault is Fault.CHANNEL for attempt in tried):
        return False
    if channel is Channel.CALL:
        unrung = [each for each in tried if each.status in NEVER_RANG]
        rang = [each for each in tried if each.status in RANG_IN_VAIN]
        return len(rang) < rules.calls and len(unrung) <= rules.unrung
    return sum(each.kind is Kind.INVITATION and each.status in FAILED for each in tried) < 2


def _calling_time(rules: Rules, case: Case, earlier: Iterable[Attempt], at: datetime) -> datetime | None:
    """When to call: who did not answer at one time of the day may do so at another."""
    rang = [each for each in earlier if each.status in RANG_IN_VAIN]
    for unrung in (each for each in earlier if each not in rang):
        at = max(at, unrung.changed_at + rules.retry_after)
    if not rang or case.hours is None:
        return case.opens(at)
    return another_daypart(case.hours, [each.made_at for each in rang], at, case.expires_at)


def _remind(rules: Rules, case: Case, now: datetime) -> Plans:
    """The one reminder: of the message sent last, or if there is no time left for that, of one before."""
    if rules.remind_after is None or any(each.kind is Kind.REMINDER for each in case.attempts):
        return ()
    for attempt in reversed(case.attempts):
        standing = attempt.standing
        if attempt.channel is Channel.CALL or attempt.status in FAILED or attempt.status is Status.LOST:
            continue
        if standing is None or standing.ended_at or not _is_usable(rules, case, attempt.channel):
            continue
        if at := _reminding_time(rules, case, attempt.made_at, min(case.expires_at, standing.expires_at), now):
            return ((at, Send(attempt.channel, Kind.REMINDER, standing.session)),)
    return ()


def _reminding_time(rules: Rules, case: Case, sent_at: datetime, last: datetime, now: datetime) -> datetime | None:
    """When to remind of a message: after the time that was set, or where nothing may be sent from then on, as late as
    can be."""
    if case.hours is None or rules.remind_after is None:
        return None
    wanted, earliest = sent_at + rules.remind_after, sent_at + rules.remind_within
    if case.hours.next_open(wanted, last):
        return case.hours.next_open(max(now, wanted), last)
    latest = case.hours.last_open(earliest, last)
    return case.hours.next_open(max(now, earliest, latest - ROOM), last) if latest else None


def _over(standings: Iterable[Standing], now: datetime) -> datetime:
    """When the last of these sessions will have expired."""
    return max(now + SOON, *(standing.expires_at for standing in standings))


def _unanswered(rules: Rules, case: Case) -> Outcome | Ending:
    """What to call an invitation that nobody has answered and nobody can answer any more."""
    messages = [each for each in case.attempts if each.channel is not Channel.CALL]
    if any(each.status not in FAILED and each.status is not Status.LOST for each in messages):
        return Outcome.EXPIRED
    # A call of which nobody could say whether it was placed may have rung. Behind a busy line it has rung for nobody.
    if not case.channels or any(each.status in (RANG_IN_VAIN | IN_THE_AIR) - {Status.BUSY} for each in case.attempts):
        return Ending.UNREACHED
    usable = any(_is_usable(rules, case, channel) for channel in case.channels)
    return Ending.TOO_LATE if usable else Ending.UNDELIVERABLE
