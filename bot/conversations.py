"""Conducts sessions: each input is taken exactly once, and kept before it is answered."""

import re
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, fields
from datetime import datetime, timedelta
from functools import partial

from bot.addresses import Address
from bot.config import Settings
from bot.languages import default_language, languages_for
from flows.engine import begin, pending, step
from flows.reading import Command, Wish, read
from flows.session import Session
from flows.survey import Channel, Survey
from flows.turn import Event, Expired, HungUp, Input, OptedIn, OptedOut, Reply, Turn, Typed
from storage import optouts, senders, sessions
from storage.database import Connection, Database
from storage.encryption import Keys
from storage.sessions import Entry, Kept, NewSession

Render = Callable[[Reply, str, str], str]
"""From a reply, its language and the name of the turn it asks for to the text that is sent, kept, and sent again."""

MOST_RACES = 25
"""How many inputs to one session may arrive at the same moment before the last of them is refused."""


class ContentionError(Exception):
    """So many inputs to one session at once that this one did not get its turn. Nothing was kept of it."""


@dataclass(frozen=True, slots=True)
class About:
    """What is known of the contact, copied onto the session and never looked up later."""

    reference: str | None = None
    agent: str | None = None
    queue: str | None = None
    touchpoint: str | None = None

    @staticmethod
    def names() -> tuple[str, ...]:
        return tuple(field.name for field in fields(About))


@dataclass(frozen=True, slots=True)
class Message:
    """A text message received.

    sid: the carrier's own name for it; given: what it is taken for; sent: what it said, exactly.
    """

    sid: str
    theirs: Address
    ours: str
    given: Typed
    sent: str


@dataclass(frozen=True, slots=True)
class Taken:
    """What a message is answered with. turn: what came of it, None where it came before and nothing was done."""

    twiml: str
    turn: Turn | None = None


class Conversations:
    """Every session of one survey.

    now: the clock; new_id: makes ids that nobody can guess and no two share.
    """

    def __init__(
        self,
        settings: Settings,
        survey: Survey,
        database: Database,
        keys: Keys,
        now: Callable[[], datetime],
        new_id: Callable[[], str],
    ) -> None:
        self.survey = survey
        self._settings = settings.text
        self._default_language = default_language(settings, survey)
        self._languages_for = partial(languages_for, settings, survey)
        self._database = database
        self._keys = keys
        self._now = now
        self._new_id = new_id

    def answer_call(self, call: str, theirs: Address, ours: str, language: str, about: About, render: Render) -> str:
        """Begin a session on a call, and greet. The same call asked again hears the same."""
        now, key = self._now(), f"call:{call}"
        turn = begin(self.survey, language, Channel.CALL.medium)
        new = self._new(Channel.CALL, ours, theirs, turn.session, now, call, about)
        reply = self._rendered(new.id, turn, render)
        with self._database.write() as connection:
            entry = Entry(key, now, {"is": "Call"}, turn.events, reply)
            if sessions.begin(connection, self._keys, new, self.survey, entry):
                return reply
        return self._replied(key) or reply

    def take_turn(self, session_id: str, number: int, given: Input, render: Render) -> str:
        """Take what a caller did at one prompt, named by the number of the turn it asked for.

        A prompt answered before hears the same again; one that was never put hears what is asked at present.
        """
        key = f"turn:{session_id}:{number}"
        for _ in range(MOST_RACES):
            with self._database.read() as connection:
                kept = sessions.find(connection, self._keys, session_id)
            if kept is None:
                return render(Reply((), None), self._default_language, "")
            if number != kept.session.turns:
                now_asked = Turn(kept.session, (), pending(self.survey, kept.session))
                return self._replied(key) or self._rendered(kept.id, now_asked, render)
            if taken := self._take(kept, key, given, render):
                return taken.twiml
        raise ContentionError

    def hang_up(self, call: str) -> None:
        """Note that a call has ended, however often and early that is told."""
        for _ in range(MOST_RACES):
            with self._database.read() as connection:
                kept = sessions.find_by_call(connection, self._keys, call)
            key = f"end:{call}"
            if kept is None or self._take(kept, key, HungUp(), _say_nothing) or self._replied(key) is not None:
                return
        raise ContentionError

    def take_message(self, message: Message, render: Render) -> Taken:
        """Take a text message: an answer in its sender's conversation, the word that starts one, or neither."""
        for _ in range(MOST_RACES):
            now = self._now()
            with self._database.read() as connection:
                kept = self._latest(connection, message, now)
            if kept and kept.ended_at is None and kept.expires_at <= now:
                self._expire(kept)  # whether or not a worker has come by, the message is taken alike
                continue
            if kept is None or (kept.ended_at and self._asks_for_survey(message)):
                taken = self._begin_or_greet(message, now, render)
            else:
                taken = self._take(kept, message.sid, message.given, render, message)
            if taken:
                return taken
            if (known := self._replied(message.sid)) is not None:
                return Taken(known)
        raise ContentionError

    def expire_overdue(self, most: int = 500) -> int:
        """End at most so many of the sessions whose time to answer is over; returns how many."""
        with self._database.read() as connection:
            overdue = sessions.overdue(connection, self._now(), most)
        ended = 0
        for session_id in overdue:
            with self._database.read() as connection:
                kept = sessions.find(connection, self._keys, session_id)
            if kept and kept.ended_at is None:
                ended += self._expire(kept)
        return ended

    def _expire(self, kept: Kept) -> bool:
        """End a session whose time is over; False where somebody else was faster."""
        return self._take(kept, f"expiry:{kept.id}:{kept.revision}", Expired(), _say_nothing) is not None

    def _take(self, kept: Kept, key: str, given: Input, render: Render, message: Message | None = None) -> Taken | None:
        """Step the session by the input and keep what came of it; None where somebody else was faster."""
        now = self._now()
        turn = step(self.survey, kept.session, given)
        reply = self._rendered(kept.id, turn, render)
        entry = Entry(key, now, _journaled(given, message), turn.events, reply)
        with self._database.write() as connection:
            if not sessions.save(connection, self._keys, kept, turn.session, self.survey, entry):
                return None
            whose = self._keys.indexes(message.theirs.person or "") if message else (kept.theirs,)
            self._note_wishes(connection, kept.channel, [index for index in whose if index], turn.events, now)
        return Taken(reply, turn)

    def _begin_or_greet(self, message: Message, now: datetime, render: Render) -> Taken | None:
        """A message outside any conversation. Machines that answer each other soon get no more answers from us."""
        channel, ours = message.theirs.channel, message.ours
        person = message.theirs.person or ""
        index = self._keys.index(person)
        language = self._language_of(message)
        phrases = self.survey.languages[language].phrases
        wish = read(self.survey.questions[-1], message.given, self.survey.languages[language])
        with self._database.write() as connection:
            if self._asks_for_survey(message):
                if not senders.may_start(connection, channel, ours, index, now, self._settings.surveys_a_day):
                    known = sessions.replied(connection, message.sid)  # the last one allowed may come again
                    return Taken((known and known.reply) or render(Reply((), None), language, ""))
                return self._begin_text(connection, message, language, now, render)
            opted_out = optouts.is_opted_out(connection, self._keys.indexes(person))
            said: tuple[str, ...] = ()
            match wish:
                case Command(wish=Wish.STOP):
                    self._note_wishes(connection, channel, self._keys.indexes(person), (OptedOut(),), now)
                    said = () if opted_out else (phrases["opted_out"],)
                case Command(wish=Wish.START) if opted_out:
                    self._note_wishes(connection, channel, self._keys.indexes(person), (OptedIn(),), now)
                    said = (phrases["opted_in"],)
                case _ if not opted_out and senders.may_greet(connection, channel, ours, index, now):
                    said = (phrases["no_survey"],)
        return Taken(render(Reply(tuple(map(self.survey.say, said)), None), language, ""))

    def _begin_text(
        self, connection: Connection, message: Message, language: str, now: datetime, render: Render
    ) -> Taken | None:
        channel = message.theirs.channel
        turn = begin(self.survey, language, channel.medium)
        new = self._new(channel, message.ours, message.theirs, turn.session, now)
        reply = self._rendered(new.id, turn, render)
        entry = Entry(message.sid, now, _journaled(message.given, message), turn.events, reply)
        return Taken(reply, turn) if sessions.begin(connection, self._keys, new, self.survey, entry) else None

    def _note_wishes(
        self, connection: Connection, channel: Channel, whose: Sequence[str], events: Sequence[Event], now: datetime
    ) -> None:
        """Opting out and in goes for the person, over all channels; whoever withholds their number is nobody."""
        if whose and OptedOut() in events:
            optouts.opt_out(connection, whose[0], now, channel)
        if whose and OptedIn() in events:
            optouts.opt_in(connection, whose)

    def _new(
        self,
        channel: Channel,
        ours: str,
        theirs: Address,
        session: Session,
        now: datetime,
        call: str | None = None,
        about: About | None = None,
    ) -> NewSession:
        return NewSession(
            id=self._new_id(),
            channel=channel,
            ours=ours,
            address=theirs.person,
            respondent=self._new_id(),
            carrier_ref=call,
            started_at=now,
            expires_at=now + timedelta(hours=self._settings.session_hours),
            session=session,
            **asdict(about or About()),
        )

    def _latest(self, connection: Connection, message: Message, now: datetime) -> Kept | None:
        """The conversation this message belongs to: the last with this sender, as long as its time of grace."""
        indexes = self._keys.indexes(message.theirs.person or "")
        kept = sessions.latest(connection, self._keys, message.theirs.channel, message.ours, indexes)
        grace = timedelta(hours=self._settings.grace_hours)
        return kept if kept and (kept.ended_at is None or now < kept.expires_at + grace) else None

    def _asks_for_survey(self, message: Message) -> re.Match[str] | None:
        word = re.escape(self._settings.keyword)
        return re.fullmatch(rf"\W*{word}(?:\W+([a-z]{{2}}))?\W*", message.given.text, re.IGNORECASE)

    def _language_of(self, message: Message) -> str:
        asked = self._asks_for_survey(message)
        wanted = asked[1].lower() if asked and asked[1] else None
        return next(iter(self._languages_for(message.ours, message.theirs, wanted)), self._default_language)

    def _rendered(self, session_id: str, turn: Turn, render: Render) -> str:
        return render(turn.reply, turn.session.language, f"{session_id}.{turn.session.turns}")

    def _replied(self, key: str) -> str | None:
        """The exact reply to an input that came before; None where it never came."""
        with self._database.read() as connection:
            known = sessions.replied(connection, key)
        return None if known is None else known.reply or ""


def _journaled(given: Input, message: Message | None) -> dict[str, object]:
    """The input for the journal: what it was taken for, and what was sent."""
    plain = {"is": type(given).__name__, **asdict(given)}
    return {**plain, "sent": message.sent} if message else plain


def _say_nothing(_reply: Reply, _language: str, _turn: str) -> str:
    """Nobody listens."""
    return ""
