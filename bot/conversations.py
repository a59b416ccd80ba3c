"""Takes one input of one session: decide, render, keep, all of it exactly once."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, fields, replace
from datetime import datetime, timedelta
from typing import Any

from bot.addresses import Address
from bot.consents import keep_permission
from bot.languages import default_language
from bot.settings import Settings
from flows.engine import begin, pending, step
from flows.plain import tagged
from flows.resuming import may_resume, resume
from flows.session import Missing
from flows.survey import Channel, Survey
from flows.turn import Event, Expired, Input, OptedIn, OptedOut, Permitted, Reply, Turn
from storage import contacts, journal, optouts, respondents, sessions
from storage.database import Connection, Database
from storage.encryption import Keys
from storage.journal import Entry
from storage.sessions import Kept, NewSession, Place

Render = Callable[[Reply, str, str], str]
"""From a reply, its language and the name of the turn it asks for to the text that is sent, kept, and sent again."""

MOST_RACES = 25
"""How many inputs to one session may arrive at the same moment before the last of them is refused."""

MOST_EXPIRED = 500
"""How many sessions are ended in one go."""


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
class Given:
    """An input as it came.

    key: the carrier's own name for it; what: what it is taken for, None for the beginning; sent: what it said, exactly;
    whose: the blind indexes of the person under every key, the newest first; none where the number is withheld.
    """

    key: str
    what: Input | None
    whose: Sequence[str] = ()
    sent: str | None = None

    @property
    def plain(self) -> Mapping[str, Any]:
        """The input for the journal."""
        taken_for = tagged(self.what) if self.what else {"is": "Begun"}
        return taken_for if self.sent is None else {**taken_for, "sent": self.sent}


@dataclass(frozen=True, slots=True)
class Taken:
    """What an input is answered with. turn: what came of it, None where it came before and nothing was done."""

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
        self.settings = settings
        self.survey = survey
        self._without_callback = replace(survey, callback=None)
        self.database = database
        self.keys = keys
        self.now = now
        self.new_id = new_id
        self._session_lasts = timedelta(hours=settings.text.session_hours)
        self._grace = timedelta(hours=settings.text.grace_hours)

    @property
    def default_language(self) -> str:
        """The language where nothing tells."""
        return default_language(self.settings, self.survey)

    def begin(
        self,
        connection: Connection,
        channel: Channel,
        theirs: Address,
        ours: str,
        language: str,
        given: Given,
        render: Render,
        call: str | None = None,
        about: About | None = None,
    ) -> Taken | None:
        """Begin a session and greet; None where that has been done already, and the transaction is undone."""
        now = self.now()
        survey = self._survey_for(theirs.person)
        turn = begin(survey, language, channel.medium)
        new = NewSession(
            id=self.new_id(),
            channel=channel,
            ours=ours,
            address=theirs.person,
            respondent=self.new_id(),
            carrier_ref=call,
            started_at=now,
            expires_at=now + self._session_lasts,
            session=turn.session,
            country=theirs.country,
            **asdict(about or About()),
        )
        reply = _rendered(new.id, turn, render)
        entry = Entry(given.key, now, given.plain, turn.events, reply)
        return Taken(reply, turn) if sessions.begin(connection, self.keys, new, survey, entry) else None

    def interrupted(self, theirs: Address) -> Kept | None:
        """The last session with this person, where it can still be answered, was interrupted and may be resumed.

        A message that nobody has answered interrupts nothing, and hides no session before it.
        """
        if theirs.person is None:
            return None
        with self.database.read() as connection:
            person = respondents.find(connection, self.keys, theirs.person)
            kept = sessions.newest(connection, self.keys, person) if person else None
        return kept if kept and self.may_go_on(kept) else None

    def may_go_on(self, kept: Kept) -> bool:
        """Whether the session can still be answered, was interrupted and may be resumed."""
        return self.now() < kept.expires_at and may_resume(self.survey, kept.session)

    def resume(
        self,
        connection: Connection,
        kept: Kept,
        channel: Channel,
        ours: str,
        given: Given,
        render: Render,
        call: str | None = None,
    ) -> Taken | None:
        """Go on with an interrupted session over this channel; None as `begin` says it."""
        now = self.now()
        survey = self._survey_for(kept.theirs)
        turn = resume(survey, kept.session, channel.medium)
        reply = _rendered(kept.id, turn, render)
        entry = Entry(given.key, now, given.plain, turn.events, reply)
        place = Place(channel, ours, call, max(kept.expires_at, now + self._session_lasts))
        resumed = sessions.carry_over(connection, self.keys, kept, place, turn.session, survey, entry)
        return Taken(reply, turn) if resumed else None

    def take(self, kept: Kept, given: Given, render: Render) -> Taken | None:
        """Step the session by the input and keep what came of it; None where somebody else was faster."""
        assert given.what is not None  # noqa: S101 -- only a beginning is without; for mypy
        now = self.now()
        survey = self._survey_for(kept.theirs)
        turn = step(survey, kept.session, given.what)
        reply = _rendered(kept.id, turn, render)
        entry = Entry(given.key, now, given.plain, turn.events, reply)
        has_wishes = any(isinstance(event, OptedOut | OptedIn | Permitted) for event in turn.events)
        with self.database.write(at_once=not has_wishes) as connection:
            if not sessions.save(connection, self.keys, kept, turn.session, survey, entry):
                return None
            if has_wishes:
                self.note_wishes(connection, kept.channel, given.whose, turn.events)
                keep_permission(connection, self.keys, self.settings, survey, kept, turn, self.new_id(), now)
        return Taken(reply, turn)

    def _survey_for(self, theirs: str | None) -> Survey:
        """The survey; nobody who withholds the number is asked whether they may be called back."""
        return self._without_callback if theirs is None else self.survey

    def replied(self, key: str) -> str | None:
        """The exact reply to an input that came before; None where it never came."""
        with self.database.read() as connection:
            known = journal.replied(connection, key)
        return None if known is None else known.reply or ""

    def asked_now(self, kept: Kept, render: Render) -> str:
        """What is asked at present, rendered anew."""
        return _rendered(kept.id, Turn(kept.session, (), pending(self._survey_for(kept.theirs), kept.session)), render)

    def note_wishes(
        self, connection: Connection, channel: Channel, whose: Sequence[str], events: Sequence[Event]
    ) -> None:
        """Opting out and in goes for the person, over all channels; whoever withholds their number is nobody."""
        if whose and OptedOut() in events:
            optouts.opt_out(connection, whose[0], self.now(), channel)
            contacts.cancel(connection, whose, self.now())
        if whose and OptedIn() in events:
            optouts.opt_in(connection, whose)

    def closes_at(self, kept: Kept) -> datetime:
        """When the session can be answered no longer: a late answer that opened it again has the time of grace."""
        is_late = any(not isinstance(answer, Missing) and answer.late for answer in kept.session.answers.values())
        return kept.expires_at + self._grace if is_late else kept.expires_at

    def forgotten_at(self, kept: Kept) -> datetime:
        """Until when a message still belongs to the session."""
        return kept.expires_at + self._grace

    def expire(self, kept: Kept) -> bool:
        """End a session whose time is over; False where somebody else was faster."""
        return self.take(kept, Given(f"expiry:{kept.id}:{kept.revision}", Expired()), say_nothing) is not None

    def expire_overdue(self) -> int:
        """End at most `MOST_EXPIRED` of the sessions whose time to answer is over; returns how many."""
        with self.database.read() as connection:
            overdue = sessions.overdue(connection, self.now(), MOST_EXPIRED)
        ended = 0
        for session_id in overdue:
            with self.database.read() as connection:
                kept = sessions.find(connection, self.keys, session_id)
            if kept and kept.ended_at is None and self.closes_at(kept) <= self.now():
                ended += self.expire(kept)
        return ended


def say_nothing(_reply: Reply, _language: str, _turn: str) -> str:
    """Nobody listens."""
    return ""


def _rendered(session_id: str, turn: Turn, render: Render) -> str:
    return render(turn.reply, turn.session.language, f"{session_id}.{turn.session.turns}")
