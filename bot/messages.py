"""Text messages: an answer in its sender's conversation, the word that starts one, or neither."""

import re
from dataclasses import dataclass

from bot.addresses import Address
from bot.conversations import MOST_RACES, ContentionError, Conversations, Given, Render, Taken
from bot.languages import languages_for
from bot.returning import about, find_awaited, language_of, note_return
from flows.definitions import CALLBACK
from flows.reading import Command, Wish, read
from flows.session import Over, Waiting
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
        kept, elsewhere = _conversation(conversations, message, whose)
        if kept and kept.ended_at is None and conversations.closes_at(kept) <= conversations.now():
            conversations.expire(kept)  # whether or not a worker has come by, the message is taken alike
            continue
        wanted = _wanted(conversations, message)
        if kept and elsewhere and kept.ended_at is None and (wanted or kept.revision):
            conversations.expire(kept)  # it makes room for the survey that goes on here, or for another
            continue
        if elsewhere and _goes_on(conversations, message, elsewhere):
            taken = _go_on(conversations, message, elsewhere, whose, render)
        elif kept is None or elsewhere or (kept.ended_at and wanted):
            taken = _take_from_stranger(conversations, message, whose, render, elsewhere)
        else:
            what = REPEAT if wanted else _meant(kept, message)
            taken = conversations.take(kept, Given(message.sid, what, whose, message.sent), render)
        if taken:
            return taken
        if (known := conversations.replied(message.sid)) is not None:
            return Taken(known)
    raise ContentionError


def _conversation(
    conversations: Conversations, message: Message, whose: tuple[str, ...]
) -> tuple[Kept | None, Kept | None]:
    """The conversation this message belongs to: the last with this sender, as long as its time of grace; and another
    in which they have answered what this message may reply to.

    An invitation goes out over several channels, each asking the first question in a session of its own, until one of
    them is answered. So it is a first reply that may come to a survey which goes on, or is over, elsewhere: only then
    is there a look at the other sessions about the same contact. A session with answers takes no look of its own.
    """
    with conversations.database.read() as connection:
        channel = message.theirs.channel
        kept = sessions.latest(connection, conversations.keys, channel, message.ours, whose)
    if kept and kept.ended_at and conversations.forgotten_at(kept) <= conversations.now():
        kept = None
    other = _answered_elsewhere(conversations, message, kept)
    if other and (other.channel, other.ours) == (channel, message.ours):
        return (other, None) if conversations.now() < conversations.forgotten_at(other) else (kept, other)
    return kept, other


def _answered_elsewhere(conversations: Conversations, message: Message, kept: Kept | None) -> Kept | None:
    if kept is None:
        other = conversations.interrupted(message.theirs)
        return other if other and other.reference else None
    if kept.session.answers or kept.reference is None:
        return None
    with conversations.database.read() as connection:
        return sessions.answered_beside(connection, conversations.keys, kept)


def _goes_on(conversations: Conversations, message: Message, answered: Kept) -> bool:
    """Whether the survey may go on here; not by a word that carriers answer themselves, and least of all by stop."""
    survey, language = conversations.survey, answered.session.language
    spoken = survey.languages.get(language) or survey.languages[conversations.default_language]
    what = read(survey.questions[-1], _said(message), spoken)
    if isinstance(what, Command) and what.wish in (Wish.STOP, Wish.START, Wish.HELP):
        return False
    return conversations.may_go_on(answered)


def _go_on(
    conversations: Conversations, message: Message, answered: Kept, whose: tuple[str, ...], render: Render
) -> Taken | None:
    """The reply, over whichever channel, goes on with the one survey: the question that is open there is asked here.

    The reply itself is kept, and never taken for an answer: what it answers has been answered already.
    """
    given = Given(message.sid, message.what, whose, message.sent)
    with conversations.database.write() as connection:
        return conversations.resume(connection, answered, message.theirs.channel, message.ours, given, render)


def _take_from_stranger(
    conversations: Conversations, message: Message, whose: tuple[str, ...], render: Render, elsewhere: Kept | None
) -> Taken | None:
    """A message outside any conversation. Machines that answer each other soon get no more answers from us.

    Who texts the keyword while we await their answer to an invitation gives it here. elsewhere: the survey they have
    answered over another channel instead.
    """
    wanted = _wanted(conversations, message)
    awaited = find_awaited(conversations, message.theirs) if wanted else None
    language = _language(conversations, message)
    if wanted and awaited and not wanted[1]:
        language = language_of(conversations, awaited)
    channel, ours = message.theirs.channel, message.ours
    now = conversations.now()
    given = Given(message.sid, message.what, whose, message.sent)
    most = conversations.settings.text.surveys_a_day
    with conversations.database.write() as connection:
        said: tuple[str, ...] = ()
        if not wanted:
            notice = "no_survey"
            if elsewhere:
                notice = "help_text" if conversations.may_go_on(elsewhere) else "already_over"
            said = _answer_stranger(conversations, connection, message, language, whose, notice)
        elif senders.may_start(connection, channel, ours, whose[0], now, most):
            known = about(awaited) if awaited else None
            begun = conversations.begin(connection, channel, message.theirs, ours, language, given, render, about=known)
            if begun and awaited:
                note_return(conversations, connection, awaited, channel, given.key, None)
            return begun
        reply = render(Reply(said, None), language, "")
        if journal.enter(connection, conversations.keys, None, Entry(message.sid, now, given.plain, (), reply)):
            return Taken(reply)
        raced(connection)
    return None


def _answer_stranger(
    conversations: Conversations,
    connection: Connection,
    message: Message,
    language: str,
    whose: tuple[str, ...],
    notice: str,
) -> tuple[str, ...]:
    """What is said to somebody who is not being asked anything: a wish is granted, all else answered once a day."""
    survey, channel = conversations.survey, message.theirs.channel
    spoken = survey.languages[language]
    opted_out = optouts.is_opted_out(connection, whose)
    match read(survey.questions[-1], _said(message), spoken):
        case Command(wish=Wish.STOP):
            conversations.note_wishes(connection, channel, whose, (OptedOut(),))
            return () if opted_out else (survey.say(spoken.phrases["opted_out"]),)
        case Command(wish=Wish.START) if opted_out:
            conversations.note_wishes(connection, channel, whose, (OptedIn(),))
            return (survey.say(spoken.phrases["opted_in"]),)
    if opted_out or not senders.may_greet(connection, channel, message.ours, whose[0], conversations.now()):
        return ()
    return (survey.say(spoken.phrases[notice]),)


def _meant(kept: Kept, message: Message) -> Typed | Tapped:
    """The message; YES, by which the carrier lets somebody in again, is a yes where we have asked for one."""
    state = kept.session.state
    waiting = state.pending if isinstance(state, Over) else state
    is_answer = isinstance(waiting, Waiting) and waiting.question == CALLBACK
    return Typed(message.sent) if is_answer and message.sent.strip().upper() == "YES" else message.what


def _said(message: Message) -> Typed:
    """The words of the message; of a button that was touched those it bears."""
    return Typed(message.sent) if isinstance(message.what, Tapped) else message.what


def _wanted(conversations: Conversations, message: Message) -> re.Match[str] | None:
    """The word that starts the survey, perhaps with a language code, if that is the whole message."""
    word = re.escape(conversations.settings.text.keyword)
    return re.fullmatch(rf"\W*{word}(?:\W+([a-z]{{2}}))?\W*", message.sent, re.IGNORECASE)


def _language(conversations: Conversations, message: Message) -> str:
    asked = _wanted(conversations, message)
    wanted = asked[1].lower() if asked and asked[1] else None
    spoken = languages_for(conversations.settings, conversations.survey, message.ours, message.theirs, wanted)
    return next(iter(spoken), conversations.default_language)
