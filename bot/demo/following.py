"""What comes of one invited customer: messages and calls one after the other, until somebody answers or it is over."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from random import Random

from bot.consents import keep_permission
from bot.conversations import Given
from bot.demo.customers import Happened, drawn
from bot.demo.deciding import HOURS
from bot.demo.respondents import ANSWERING, answered, left
from bot.settings import Settings
from flows.cases import Ending
from flows.eligibility import Eligible
from flows.engine import begin, step
from flows.fates import Kind, Status
from flows.session import Outcome, Over, Session
from flows.survey import Channel, Medium, Survey
from flows.turn import Input, OptedOut, Permitted, Turn
from storage.attempts import Made
from storage.contacts import Contact, NewInvitation
from storage.database import Connection
from storage.demonstration import Pile
from storage.journal import Entry
from storage.sessions import Kept, NewSession

OURS = "demo"
"""Where nothing is sent from."""

OPEN_FOR = timedelta(hours=24)
PATIENCE = timedelta(hours=6)
FAILED = {Channel.SMS: (0.03, 30005), Channel.WHATSAPP: (0.06, 63024)}
WRONG = 21211
"""The carrier's code of a number that leads nowhere."""

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
        if address not in self.people:
            self.people[address] = self.next()
        return self.people[address]


@dataclass(slots=True)
class Talk:
    """A conversation as far as it has come. lines: of its journal, with how it stood after each."""

    new: NewSession
    lines: list[tuple[Entry, Session]]

    @property
    def session(self) -> Session:
        """How it stands."""
        return self.lines[-1][1]

    @property
    def kept(self) -> Kept:
        """As it is stored now."""
        names = (
            "id",
            "channel",
            "ours",
            "respondent",
            "reference",
            "agent",
            "queue",
            "touchpoint",
            "started_at",
            "expires_at",
        )
        return Kept(
            **{name: getattr(self.new, name) for name in names},
            revision=len(self.lines) - 1,
            theirs=None,
            ended_at=None,
            session=self.session,
        )

    @property
    def outcome(self) -> str | None:
        """How it has ended; None while it goes on."""
        state = self.session.state
        return state.outcome if isinstance(state, Over) else None


@dataclass(frozen=True, slots=True)
class Met:
    """Somebody who was reached. outcome: of the conversation, None where a message has brought none."""

    at: datetime
    outcome: str | None = None
    opted_out: bool = False
    arrived: bool = False


@dataclass(slots=True)
class Following:
    """Piles up what comes of invitations. permitted: the turns in which a callback was agreed to or refused."""

    survey: Survey
    chance: Random
    ids: Numbers
    pile: Pile
    permitted: list[tuple[Kept, Turn, str, datetime]] = field(default_factory=list)

    def follow(self, of: Happened, contact: Contact, decision: Eligible) -> bool:
        """Everything that comes of an invitation; whether the customer wants no more questions."""
        new = self._invitation(of, decision)
        at, ending, sent, opted_out = decision.at, str(Ending.UNREACHED), False, False
        for channel in [Channel.CALL] if of.transferred else decision.channels:
            due_at = at if of.transferred else HOURS[of.customer.country].next_open(at, new.expires_at)
            if due_at is None or due_at >= new.expires_at:
                break
            at = due_at
            if channel is Channel.CALL:
                met = self._call(contact, new, of, at)
            else:
                met = self._write(contact, new, of, channel, at)
                sent |= met.arrived
                ending = Outcome.EXPIRED if sent else Ending.UNDELIVERABLE
            at = met.at
            if met.outcome is not None:
                opted_out = met.opted_out
                ending = Ending.OPTED_OUT if opted_out else met.outcome
                break
            if of.is_misnoted:
                break
        self.pile.invitation(contact, new, ending, at)
        return opted_out

    def keep_permissions(self, connection: Connection, settings: Settings) -> None:
        """Keeps the callbacks agreed to in conversations that have been written."""
        for kept, turn, id, at in self.permitted:
            keep_permission(connection, self.pile.keys, settings, self.survey, kept, turn, id, at)
        self.permitted.clear()

    def _invitation(self, of: Happened, decision: Eligible) -> NewInvitation:
        address = of.customer.address or ""
        return NewInvitation(
            id=self.ids.next(),
            respondent=self.ids.of(address),
            address=address,
            survey=self.survey.key,
            language=decision.language,
            channels=decision.channels,
            due_at=decision.at,
            expires_at=of.ended_at + OPEN_FOR,
            call=f"demo-{of.reference}" if of.transferred else None,
        )

    def _write(self, contact: Contact, mine: NewInvitation, of: Happened, channel: Channel, at: datetime) -> Met:
        share, code = FAILED[channel]
        if of.is_misnoted or self.chance.random() < share:
            # Of a survey that never arrived nothing is kept.
            self._attempt(mine, channel, None, Status.UNDELIVERED, at, WRONG if of.is_misnoted else code)
            return Met(at + timedelta(minutes=2))
        talk = self._begin(contact, mine, channel, at, None)
        status = Status.READ if channel is Channel.WHATSAPP else Status.DELIVERED
        self._attempt(mine, channel, talk, status, at, None)
        if self.chance.random() > ANSWERING[channel]:
            self._take(talk, left(Medium.TEXT), None, at + OPEN_FOR)
            self.pile.conversation(talk.new, talk.lines)
            return Met(at + PATIENCE, arrived=True)
        first = at + timedelta(minutes=min(PATIENCE.seconds / 60 - 30, self.chance.lognormvariate(2.8, 1.2)) + 0.5)
        return self._converse(talk, of, first)

    def _call(self, contact: Contact, mine: NewInvitation, of: Happened, at: datetime) -> Met:
        """A call, or the rest of the one in which the contact ended."""
        if of.is_misnoted:
            self._attempt(mine, Channel.CALL, None, Status.FAILED, at, WRONG)
            return Met(at + timedelta(minutes=1))
        status = Status.COMPLETED if of.transferred else drawn(self.chance, CALLED)
        if status is not Status.COMPLETED:
            self._attempt(mine, Channel.CALL, None, status, at, None)
            return Met(at + timedelta(minutes=1))
        talk = self._begin(contact, mine, Channel.CALL, at, mine.call or f"demo-{self.ids.next()}")
        self._attempt(mine, Channel.CALL, talk, status, at, None, of.transferred)
        if self.chance.random() > ANSWERING[Channel.CALL]:
            return self._end(talk, at + timedelta(seconds=9), False)
        return self._converse(talk, of, at + timedelta(seconds=20))

    def _converse(self, talk: Talk, of: Happened, at: datetime) -> Met:
        opted_out = False
        for given, turn, pause in answered(self.chance, self.survey, talk.session, of, talk.new.channel):
            self._take(talk, given, turn, at)
            if OptedOut() in turn.events:
                self.pile.opt_out(talk.new.address or "", at, talk.new.channel)
                opted_out = True
            at += pause
        return self._end(talk, at, opted_out)

    def _end(self, talk: Talk, at: datetime, opted_out: bool) -> Met:
        if talk.outcome is None:
            at = at if talk.new.channel is Channel.CALL else talk.new.expires_at
            self._take(talk, left(talk.new.channel.medium), None, at)
        self.pile.conversation(talk.new, talk.lines)
        return Met(at, talk.outcome, opted_out, arrived=True)

    def _begin(self, contact: Contact, mine: NewInvitation, channel: Channel, at: datetime, call: str | None) -> Talk:
        turn = begin(self.survey, mine.language, channel.medium)
        new = NewSession(
            id=self.ids.next(),
            channel=channel,
            ours=OURS,
            address=mine.address,
            respondent=mine.respondent,
            carrier_ref=call,
            started_at=at,
            expires_at=at + OPEN_FOR,
            session=turn.session,
            reference=contact.reference,
            agent=contact.agent,
            queue=contact.queue,
            touchpoint=contact.touchpoint,
            country=contact.country,
        )
        entry = Entry(f"demo:{new.id}", at, Given("", None).plain, turn.events, turn.reply.text)
        return Talk(new, [(entry, turn.session)])

    def _take(self, talk: Talk, given: Input, turn: Turn | None, at: datetime) -> None:
        turn = turn or step(self.survey, talk.session, given)
        if any(isinstance(event, Permitted) for event in turn.events):
            self.permitted.append((talk.kept, turn, self.ids.next(), at))
        key = f"demo:{talk.new.id}:{len(talk.lines) - 1}"
        entry = Entry(key, at, Given(key, given).plain, turn.events, turn.reply.text)
        talk.lines.append((entry, turn.session))

    def _attempt(
        self,
        mine: NewInvitation,
        channel: Channel,
        talk: Talk | None,
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
            session=talk.new.id if talk else None,
            ref=f"demo-{self.ids.next()}",
            status=status,
            code=code,
            made_at=at,
            changed_at=at + timedelta(seconds=self.chance.randrange(2, 40)),
        )
        self.pile.attempt(made)
