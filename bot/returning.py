"""Whoever was invited and comes by themselves, by telephone or with the keyword, answers their invitation."""

from bot.addresses import Address
from bot.calls import answer_call
from bot.conversations import About, Conversations, Render
from bot.news import News, take_news
from flows.fates import Kind, Status
from flows.survey import Channel
from storage import attempts, invitations, returns
from storage.attempts import Made
from storage.database import Connection
from storage.returns import Awaited


def find_awaited(conversations: Conversations, theirs: Address, call: str | None = None) -> Awaited | None:
    """The invitation of this person that nobody has answered yet; a withheld number is nobody's."""
    if theirs.person is None:
        return None
    with conversations.database.read() as connection:
        return returns.awaited(connection, conversations.keys.indexes(theirs.person), call)


def about(awaited: Awaited) -> About:
    """What is known of its contact."""
    return About(awaited.reference, awaited.agent, awaited.queue, awaited.touchpoint)


def language_of(conversations: Conversations, awaited: Awaited) -> str:
    """The language in which that person is spoken to."""
    return awaited.language if awaited.language in conversations.survey.languages else conversations.default_language


def call_back(conversations: Conversations, call: str, theirs: Address, ours: str, render: Render) -> str | None:
    """Begin the survey somebody was invited to on a call of their own; None where nobody awaits their answer.

    A message that asks the same stays as it is: it can still be answered if nothing is said in this call, and once
    something is, the reply to it goes on with this survey.
    """
    mine = find_awaited(conversations, theirs, call)
    if mine is None:
        return None

    def link(connection: Connection) -> None:
        note_return(conversations, connection, mine, Channel.CALL, f"call:{call}", call)

    language = language_of(conversations, mine)
    return answer_call(conversations, call, theirs, ours, language, about(mine), render, link)


def end_call_back(conversations: Conversations, call: str) -> None:
    """Notes that such a call has ended, however often that is told; other calls are left alone."""
    with conversations.database.read() as connection:
        id = returns.attempt_of(connection, call, Kind.CALL_BACK)
    if id is not None:
        take_news(conversations, id, News(Status.COMPLETED, call))


def note_return(
    conversations: Conversations, connection: Connection, mine: Awaited, channel: Channel, turn: str, call: str | None
) -> None:
    """Notes that the session begun by that turn answers this invitation, so that nothing else is sent."""
    now = conversations.now()
    made = Made(
        id=conversations.new_id(),
        invitation=mine.id,
        channel=channel,
        kind=Kind.CALL_BACK,
        session=None,
        ref=call,
        status=Status.IN_PROGRESS if channel is Channel.CALL else Status.SENT,
        code=None,
        made_at=now,
        changed_at=now,
    )
    attempts.make(connection, made)
    attempts.link(connection, made.id, turn)
    invitations.wake(connection, mine.id, now)
