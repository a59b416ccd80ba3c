"""What comes of one invited customer: messages and calls one after the other, until somebody answers or it is over."""

from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from random import Random

from bot.app import Parts
from bot.consents import keep_permission
from bot.conversations import Given
from bot.demo.customers import Happened, drawn
from bot.demo.respondents import ANSWERING, answered, left
from bot.settings import Settings
from flows.cases import Ending
from flows.eligibility import Eligible
from flows.engine import begin, step
from flows.fates import Kind, Status
from flows.session import Outcome, Over
from flows.survey import Channel, Medium
from flows.turn import Input, OptedOut, Turn
from storage import attempts, contacts, invitations, optouts, sessions
from storage.attempts import Made
from storage.contacts import Contact, NewInvitation
from storage.database import Connection
from storage.invitations import Invitation
from storage.journal import Entry
from storage.sessions import Kept, NewSession

OURS = "demo"
"""Where nothing is sent from."""

OPEN_FOR = timedelta(hours=24)
PATIENCE = timedelta(hours=6)
FAILED = {Channel.SMS: (0.03, 30005), Channel.WHATSAPP: (0.06, 63024)}
WRONG_NUMBER, WRONG = 0.012, 21211
CALLED = {Status.COMPLETED: 42, Status.NO_ANSWER: 40, Status.BUSY: 8, Status.MACHINE: 10}


@dataclass(slots=True)
class Numbers:
    """Ids that are the same with every run, and nobody's."""

    chance: Random
    people: dict[str, str] = field(default_factory=dict)

    def next(self) -> str:
        return f"{self.chance.getrandbits(128):032x}"

    def of(self, address: str) -> str:
        """The id of the person at that address."""
        return self.people.setdefault(address, self.next())


@dataclass(slots=True)
class Following:
    """settings: of this installation, but that nobody is told of invented callbacks."""

    settings: Settings
    parts: Parts
    chance: Random
    ids: Numbers

    def follow(self, connection: Connection, of: Happened, contact: Contact, decision: Eligible) -> bool:
        """Writes everything that comes of an invitation; whether the customer wants no more questions."""
        mine = self._invite(connection, of, contact, decision)
        channels = [Channel.CALL] if of.transferred else list(decision.channels)
        at, sent, opted_out = decision.at, False, False
        ending: str = Ending.UNREACHED
        is_wrong = self.chance.random() < WRONG_NUMBER and not of.transferred
        for channel in channels:
            if at >= mine.expires_at:
                break
            if channel is Channel.CALL:
                kept, at = self._call(connection, mine, of, at)
            else:
                kept, at, arrived = self._write(connection, mine, of, channel, at, is_wrong)
                sent |= arrived
                ending = Outcome.EXPIRED if sent else Ending.UNDELIVERABLE
            if kept is not None:
                opted_out, ending, at = kept
                break
            if is_wrong and channel is not Channel.CALL:
                break
        invitations.close(connection, mine, Ending.OPTED_OUT if opted_out else ending, at)
        return opted_out

    def _invite(self, connection: Connection, of: Happened, contact: Contact, decision: Eligible) -> Invitation:
        address = of.customer.address or ""
        new = NewInvitation(
            id=self.ids.next(),
            respondent=self.ids.of(address),
            address=address,
            survey=self.parts.survey.key,
            language=decision.language,
            channels=decision.channels,
            due_at=decision.at,
            expires_at=of.ended_at + OPEN_FOR,
            call=f"demo-{of.reference}" if of.transferred else None,
        )
        contacts.invite(connection, self.parts.keys, contact, new)
        mine = invitations.find(connection, new.id)
        assert mine is not None  # noqa: S101 -- written just now; for mypy
        return mine

    def _write(
        self, connection: Connection, mine: Invitation, of: Happened, channel: Channel, at: datetime, is_wrong: bool
    ) -> tuple[tuple[bool, str, datetime] | None, datetime, bool]:
        """A message: what came of it, if anything, when it is over, and whether it has arrived."""
        share, code = FAILED[channel]
        fails = is_wrong or self.chance.random() < share
        kept = self._begin(connection, mine, of, channel, at, None)
        status = Status.UNDELIVERED if fails else Status.READ if channel is Channel.WHATSAPP else Status.DELIVERED
        self._attempt(connection, mine, channel, kept.id, status, at, (WRONG if is_wrong else code) if fails else None)
        if fails or self.chance.random() > ANSWERING[channel]:
            kept = self._save(connection, kept, left(Medium.TEXT), None, at + OPEN_FOR)
            return None, at + (timedelta(minutes=2) if fails else PATIENCE), not fails
        first = at + timedelta(minutes=min(PATIENCE.seconds / 60 - 30, self.chance.lognormvariate(2.8, 1.2)) + 0.5)
        return self._converse(connection, kept, of, channel, first), at, True

    def _call(
        self, connection: Connection, mine: Invitation, of: Happened, at: datetime
    ) -> tuple[tuple[bool, str, datetime] | None, datetime]:
        """A call, or the rest of the one in which the contact ended."""
        status = Status.COMPLETED if of.transferred else drawn(self.chance, CALLED)
        if status is not Status.COMPLETED:
            self._attempt(connection, mine, Channel.CALL, None, status, at, None)
            return None, at + timedelta(minutes=1)
        kept = self._begin(connection, mine, of, Channel.CALL, at, mine.call or f"demo-{self.ids.next()}")
        self._attempt(connection, mine, Channel.CALL, kept.id, status, at, None, of.transferred)
        if self.chance.random() > ANSWERING[Channel.CALL]:
            kept = self._save(connection, kept, left(Medium.VOICE), None, at + timedelta(seconds=9))
            return (False, _outcome(kept), at + timedelta(seconds=9)), at
        return self._converse(connection, kept, of, Channel.CALL, at + timedelta(seconds=20)), at

    def _converse(
        self, connection: Connection, kept: Kept, of: Happened, channel: Channel, at: datetime
    ) -> tuple[bool, str, datetime]:
        opted_out = False
        for given, turn, pause in answered(self.chance, self.parts.survey, kept.session, of, channel):
            kept = self._save(connection, kept, given, turn, at)
            if OptedOut() in turn.events and kept.theirs:
                optouts.opt_out(connection, kept.theirs, at, channel)
                opted_out = True
            at += pause
        if not isinstance(kept.session.state, Over):
            at = at if channel is Channel.CALL else kept.expires_at
            kept = self._save(connection, kept, left(channel.medium), None, at)
        return opted_out, _outcome(kept), at

    def _begin(
        self, connection: Connection, mine: Invitation, of: Happened, channel: Channel, at: datetime, call: str | None
    ) -> Kept:
        keys, survey, address = self.parts.keys, self.parts.survey, of.customer.address or ""
        turn = begin(survey, mine.language, channel.medium)
        about = {"reference": mine.reference, "agent": mine.agent, "queue": mine.queue, "touchpoint": mine.touchpoint}
        new = NewSession(
            id=self.ids.next(),
            channel=channel,
            ours=OURS,
            address=address,
            respondent=self.ids.of(address),
            carrier_ref=call,
            started_at=at,
            expires_at=at + OPEN_FOR,
            session=turn.session,
            country=of.customer.country,
            **about,
        )
        entry = Entry(f"demo:{new.id}", at, Given("", None).plain, turn.events, turn.reply.text)
        if not sessions.begin(connection, keys, new, survey, entry):
            raise RuntimeError("two conversations at once with one invented customer")
        return Kept(
            id=new.id,
            revision=0,
            channel=channel,
            ours=OURS,
            theirs=keys.index(address),
            respondent=new.respondent,
            started_at=at,
            expires_at=new.expires_at,
            ended_at=None,
            session=new.session,
            **about,
        )

    def _save(self, connection: Connection, kept: Kept, given: Input, turn: Turn | None, at: datetime) -> Kept:
        keys, survey = self.parts.keys, self.parts.survey
        turn = turn or step(survey, kept.session, given)
        key = f"demo:{kept.id}:{kept.revision}"
        entry = Entry(key, at, Given(key, given).plain, turn.events, turn.reply.text)
        if not sessions.save(connection, keys, kept, turn.session, survey, entry):
            raise RuntimeError("somebody else writes into the database of a demonstration")
        keep_permission(connection, keys, self.settings, survey, kept, turn, self.ids.next(), at)
        return _after(kept, turn, at)

    def _attempt(
        self,
        connection: Connection,
        mine: Invitation,
        channel: Channel,
        session: str | None,
        status: Status,
        at: datetime,
        code: int | None,
        is_transfer: bool = False,
    ) -> None:
        made = Made(
            id=self.ids.next(),
            invitation=mine.id,
            channel=channel,
            kind=Kind.TRANSFER if is_transfer else Kind.INVITATION,
            session=session,
            ref=f"demo-{self.ids.next()}",
            status=status,
            code=code,
            made_at=at,
            changed_at=at + timedelta(seconds=self.chance.randrange(2, 40)),
        )
        attempts.make(connection, made)


def _after(kept: Kept, turn: Turn, at: datetime) -> Kept:
    ended_at = kept.ended_at or at if isinstance(turn.session.state, Over) else None
    return replace(kept, revision=kept.revision + 1, session=turn.session, ended_at=ended_at)


def _outcome(kept: Kept) -> str:
    state = kept.session.state
    assert isinstance(state, Over)  # noqa: S101 -- whoever asks has ended it; for mypy
    return state.outcome
