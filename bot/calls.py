"""Calls: a session begins with a call and ends with it at the latest; each prompt is a numbered turn."""

from collections.abc import Callable

from bot.addresses import Address
from bot.conversations import MOST_RACES, About, ContentionError, Conversations, Given, Render, say_nothing
from flows.survey import Channel
from flows.turn import HungUp, Input, Reply
from storage import sessions
from storage.database import Connection


def answer_call(
    conversations: Conversations,
    call: str,
    theirs: Address,
    ours: str,
    language: str,
    about: About,
    render: Render,
    also: Callable[[Connection], None] | None = None,
) -> str:
    """Begin a session on a call, and greet. The same call asked again hears the same.

    also: what is to be kept together with the beginning.
    """
    given = Given(f"call:{call}", None)
    with conversations.database.write() as connection:
        begun = conversations.begin(
            connection, Channel.CALL, theirs, ours, language, given, render, call=call, about=about
        )
        if begun and also:
            also(connection)
    return begun.twiml if begun else conversations.replied(given.key) or ""


def resume_call(conversations: Conversations, call: str, theirs: Address, ours: str, render: Render) -> str | None:
    """Go on with a survey that this caller broke off by hanging up, or was answering by text; None where there is none.

    The same call asked again hears the same.
    """
    given = Given(f"call:{call}", None)
    if (kept := conversations.interrupted(theirs)) is None:
        return conversations.replied(given.key)
    with conversations.database.write() as connection:
        resumed = conversations.resume(connection, kept, Channel.CALL, ours, given, render, call)
    return resumed.twiml if resumed else conversations.replied(given.key)


def take_turn(conversations: Conversations, session_id: str, number: int, what: Input, render: Render) -> str:
    """Take what a caller did at one prompt, named by the number of the turn it asked for.

    A prompt answered before hears the same again; one that was never put hears what is asked at present.
    """
    key = f"turn:{session_id}:{number}"
    for _ in range(MOST_RACES):
        with conversations.database.read() as connection:
            kept = sessions.find(connection, conversations.keys, session_id)
        if kept is None or kept.channel is not Channel.CALL:  # erased, or it goes on by text
            return render(Reply((), None), conversations.default_language, "")
        if number != kept.session.turns:
            return conversations.replied(key) or conversations.asked_now(kept, render)
        whose = (kept.theirs,) if kept.theirs else ()
        if taken := conversations.take(kept, Given(key, what, whose), render):
            return taken.twiml
    raise ContentionError


def hang_up(conversations: Conversations, call: str) -> None:
    """Note that a call has ended, however often and early that is told."""
    given = Given(f"end:{call}", HungUp())
    for _ in range(MOST_RACES):
        with conversations.database.read() as connection:
            kept = sessions.find_by_call(connection, conversations.keys, call)
        if kept is None or conversations.take(kept, given, say_nothing) or conversations.replied(given.key) is not None:
            return
    raise ContentionError
