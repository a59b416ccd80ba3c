"""Text messages: an answer in its sender's conversation, the word that starts one, or neither."""

import re
from dataclasses import dataclass

from bot.addresses import Address
from bot.conversations import MOST_RACES, ContentionError, Conversations, Given, Render, Taken
from bot.languages import languages_for
from flows.reading import Command, Wish, read
from flows.turn import Keyed, OptedIn, OptedOut, Reply, Tapped, Typed
from storage import journal, optouts, senders, sessions
from storage.database import Connection, raced
from storage.journal import Entry
from storage.sessions import Kept

REPEAT = Keyed("*")
"""The key that repeats the question, for whoever asks in another way to be asked."""


@dataclass(frozen=True, slots=True)
class Message:
    """A text message received.

    sid: the carrier's own name for it; what: what it is taken for; sent: what it said, exactly.
    """

    sid: str
    theirs: Address
    ours: str
    what: Typed | Tapped
    sent: str


def take_message(conversations: Conversations, message: Message, render: Render) -> Taken:
    """Take a message, and answer it. The same message that comes again is answered the same."""
    whose = conversations.keys.indexes(message.theirs.person or "")
    for _ in range(MOST_RACES):
        kept = _conversation(conversations, message, whose)
        if kept and kept.ended_at is None and conversations.closes_at(kept) <= conversations.now():
            conversations.expire(kept)  # whether or not a worker has come by, the message is taken alike
            continue
        wanted = _wanted(conversations, message)
        if kept is None or (kept.ended_at and wanted):
            taken = _take_from_stranger(conversations, message, whose, render)
        else:
            what = REPEAT if wanted else message.what
            taken = conversations.take(kept, Given(message.sid, what, whose, message.sent), render)
        if taken:
            return taken
        if (known := conversations.replied(message.sid)) is not None:
            return Taken(known)
    raise ContentionError


def _conversation(conversations: Conversations, message: Message, whose: tuple[str, ...]) -> Kept | None:
    """The conversation this message belongs to: the last with this sender, as long as its time of grace."""
    with conversations.database.read() as connection:
        channel = message.theirs.channel
        kept = sessions.latest(connection, conversations.keys, channel, message.ours, whose)
    if kept and kept.ended_at and conversations.forgotten_at(kept) <= conversations.now():
        return None
    return kept


def _take_from_stranger(
    conversations: Conversations, message: Message, whose: tuple[str, ...], render: Render
) -> Taken | None:
    """A message outside any conversation. Machines that answer each other soon get no more answers from us."""
    language = _language(conversations, message)
    channel, ours = message.theirs.channel, message.ours
    now = conversations.now()
    given = Given(message.sid, message.what, whose, message.sent)
    most = conversations.settings.text.surveys_a_day
    with conversations.database.write() as connection:
        said: tuple[str, ...] = ()
        if not _wanted(conversations, message):
            said = _answer_stranger(conversations, connection, message, language, whose)
        elif senders.may_start(connection, channel, ours, whose[0], now, most):
            return conversations.begin(connection, channel, message.theirs, ours, language, given, render)
        reply = render(Reply(said, None), language, "")
        if journal.enter(connection, conversations.keys, None, Entry(message.sid, now, given.plain, (), reply)):
            return Taken(reply)
        raced(connection)
    return None


def _answer_stranger(
    conversations: Conversations, connection: Connection, message: Message, language: str, whose: tuple[str, ...]
) -> tuple[str, ...]:
    """What is said to somebody who is not being asked anything: a wish is granted, all else answered once a day."""
    survey, channel = conversations.survey, message.theirs.channel
    spoken = survey.languages[language]
    opted_out = optouts.is_opted_out(connection, whose)
    said = Typed(message.sent) if isinstance(message.what, Tapped) else message.what
    match read(survey.questions[-1], said, spoken):
        case Command(wish=Wish.STOP):
            conversations.note_wishes(connection, channel, whose, (OptedOut(),))
            return () if opted_out else (survey.say(spoken.phrases["opted_out"]),)
        case Command(wish=Wish.START) if opted_out:
            conversations.note_wishes(connection, channel, whose, (OptedIn(),))
            return (survey.say(spoken.phrases["opted_in"]),)
    if opted_out or not senders.may_greet(connection, channel, message.ours, whose[0], conversations.now()):
        return ()
    return (survey.say(spoken.phrases["no_survey"]),)


def _wanted(conversations: Conversations, message: Message) -> re.Match[str] | None:
    """The word that starts the survey, perhaps with a language code, if that is the whole message."""
    word = re.escape(conversations.settings.text.keyword)
    return re.fullmatch(rf"\W*{word}(?:\W+([a-z]{{2}}))?\W*", message.sent, re.IGNORECASE)


def _language(conversations: Conversations, message: Message) -> str:
    asked = _wanted(conversations, message)
    wanted = asked[1].lower() if asked and asked[1] else None
    spoken = languages_for(conversations.settings, conversations.survey, message.ours, message.theirs, wanted)
    return next(iter(spoken), conversations.default_language)
