"""Takes what the carrier tells of an attempt, in answers, callbacks and lists: each fact changes things once."""

from dataclasses import dataclass

from bot.carriers import Found
from bot.carriers.errors import Verdict, explain, verdict
from bot.conversations import Conversations
from bot.holding import hold_back
from flows.fates import FAILED, RANG_IN_VAIN, Kind, Status, below, told
from flows.survey import Channel
from storage import attempts, invitations, optouts, respondents, sessions
from storage.attempts import Made
from storage.database import Connection


@dataclass(frozen=True, slots=True)
class News:
    """A fact about an attempt. ref: the carrier's id of it; code: of the error, if there was one."""

    status: Status
    ref: str | None = None
    code: int | None = None


def read_news(word: str, ref: str | None, code: int | None = None, answered_by: str | None = None) -> News | None:
    """What a carrier's words tell; None where they tell nothing new. answered_by: who or what took a call."""
    status = told(word)
    if status is None:
        return None
    is_machine = (answered_by or "").startswith(("machine", "fax"))
    return News(Status.MACHINE if is_machine else status, ref, code)


def news_of(found: Found) -> News:
    """What a carrier's list tells: whatever it says of it, the carrier has it."""
    known = read_news(found.status, found.ref, found.code, found.answered_by)
    return known or News(Status.QUEUED, found.ref, found.code)


def take_news(conversations: Conversations, id: str, news: News) -> bool:
    """Whether this was news of that attempt. A failure makes the invitation due at once, so does the end of a call."""
    with conversations.database.write() as connection:
        made = note(connection, conversations, id, news)
    if made and news.status in FAILED and made.kind == Kind.CONTINUATION and made.session:
        with conversations.database.read() as connection:
            kept = sessions.find(connection, conversations.keys, made.session)
        if kept and kept.ended_at is None:
            conversations.expire(kept)
    return made is not None


def note(connection: Connection, conversations: Conversations, id: str, news: News) -> Made | None:
    """The same within a transaction, but for a continuation that failed, which leaves its session open.

    The attempt as it was before; None where this was no news of it.
    """
    now, made = conversations.now(), attempts.find(connection, id)
    if made is None:
        return None
    if not attempts.advance(connection, id, news.status, below(news.status), now, news.ref, news.code):
        if news.ref:
            attempts.name(connection, id, news.ref)
        return None
    if news.status in FAILED and made.session and made.kind == Kind.INVITATION and made.channel != Channel.CALL:
        attempts.forget(connection, made.session)
    if news.code is not None and verdict(news.code) is Verdict.OPTED_OUT:
        _opt_out(connection, conversations, made)
    if news.status in FAILED | RANG_IN_VAIN:
        invitations.wake(connection, made.invitation, now)
    if news.status in FAILED and news.code is not None and verdict(news.code) is Verdict.OURS:
        # Last, because others wait for whoever has moved the pace on.
        hold_back(connection, conversations.settings, Channel(made.channel), now, explain(news.code))
    return made


def _opt_out(connection: Connection, conversations: Conversations, made: Made) -> None:
    invitation = invitations.find(connection, made.invitation)
    person = invitation.respondent if invitation else None
    if person and (address := respondents.address(connection, conversations.keys, person)):
        optouts.opt_out(connection, conversations.keys.index(address), conversations.now(), made.channel)
