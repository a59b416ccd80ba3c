"""Sends one message or places one call: written down first, then asked of the carrier once, then noted."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from bot.addresses import Address
from bot.carriers import Carrier, CarrierError
from bot.carriers.errors import FINAL, Verdict, explain, verdict
from bot.cases import Known
from bot.conversations import About, Conversations, Given
from bot.holding import TURN_COMES, hold_back
from bot.news import News, note, take_news
from bot.outgoing import Ready, hand_over, number_for
from bot.settings import Settings
from flows.cases import Attempt, Rest, Rules, Send, Standing
from flows.dispatch import move, wait
from flows.engine import pending
from flows.fates import Kind, Status
from flows.resuming import may_resume
from flows.survey import Channel
from flows.turn import Reply
from storage import attempts, invitations, optouts, pace, sessions
from storage.attempts import Made
from storage.database import Connection, raced
from storage.invitations import Invitation


@dataclass(frozen=True, slots=True)
class Sender:
    """Whoever sends. sleep: waits so many seconds."""

    settings: Settings
    conversations: Conversations
    carrier: Carrier
    rules: Rules
    new_id: Callable[[], str]
    sleep: Callable[[float], None]

    def send(self, known: Known, send: Send) -> None:
        """Does what was decided, at most once, whoever else is at it and whatever happens meanwhile."""
        ours = number_for(self.settings, known.mine.language)
        if ours is None:
            return self._stop(known.mine, send.channel, "no number of ours is configured to send from")
        ready = self._write_down(known, send, ours)
        if isinstance(ready, Ready):
            self.sleep(max((ready.at - self.conversations.now()).total_seconds(), 0))
            if self.conversations.now() > ready.made.made_at + self.rules.lease:
                return self._take_back(ready, ready.mine.failures)  # we were held up, and others may be at it
            if self._is_overtaken(known, ready):
                return self._take_back(ready, ready.mine.failures)
            return self._ask(known, ready)
        with self.conversations.database.write() as connection:
            invitations.rest(connection, known.mine, ready, known.mine.failures)
        return None

    def _write_down(self, known: Known, send: Send, ours: str) -> Ready | datetime:
        """Keeps the attempt, its session and its turn, all of it or nothing; else when to try again."""
        now, mine = self.conversations.now(), known.mine
        with self.conversations.database.write() as connection:
            held = invitations.hold(connection, mine, now + self.rules.lease)
            if held is None:
                return now
            made = Made(
                id=self.new_id(),
                invitation=mine.id,
                channel=send.channel,
                kind=send.kind,
                session=send.session,
                ref=None,
                status=Status.MAKING,
                code=None,
                made_at=now,
                changed_at=now,
            )
            text = "" if send.channel is Channel.CALL else self._text(connection, known, send, made, ours)
            if text is None:
                return now + timedelta(minutes=1)  # another conversation is open there; whoever looks anew sees it
            content = self.settings.whatsapp.invitation.get(mine.language) if send.channel is Channel.WHATSAPP else None
            attempts.make(connection, made)
            if text and send.session is None:
                attempts.link(connection, made.id, f"invite:{made.id}")
            # Last, because others wait for whoever has moved this on.
            per_second = self.settings.dispatch.per_second[send.channel]
            at = pace.take(connection, send.channel, per_second, now, TURN_COMES)
            if at is None:
                raced(connection)
            else:
                return Ready(held, made, at, ours, text, content)
        return self._later(send.channel, now)

    def _text(self, connection: Connection, known: Known, send: Send, made: Made, ours: str) -> str | None:
        """What is sent; None where that cannot be now, and the transaction may be undone."""
        conversations, survey = self.conversations, self.conversations.survey
        if send.session is None:
            mine, given = known.mine, Given(f"invite:{made.id}", None)
            theirs = Address(send.channel, known.address, mine.country)
            about = About(mine.reference, mine.agent, mine.queue, mine.touchpoint)
            language = mine.language if mine.language in survey.languages else conversations.default_language
            begun = conversations.begin(connection, send.channel, theirs, ours, language, given, _in_words, about=about)
            return begun.twiml if begun else None
        if send.kind is Kind.INVITATION:
            return attempts.said_first(connection, send.session)
        kept = sessions.find(connection, conversations.keys, send.session)
        if kept is None or (send.kind is Kind.REMINDER and (kept.ended_at or kept.revision)):
            return None
        if send.kind is Kind.CONTINUATION and not may_resume(survey, kept.session):
            return None
        if send.kind is Kind.REMINDER:
            reminder = survey.say(survey.languages[kept.session.language].phrases["reminder"])
            return f"{reminder}\n{pending(survey, kept.session).text}"
        given = Given(f"continue:{made.id}", None)
        resumed = conversations.resume(connection, kept, send.channel, ours, given, _in_words)
        return resumed.twiml if resumed else None

    def _later(self, channel: Channel, now: datetime) -> datetime:
        """When to come back where too many are before us: each at a time of its own, as fast as they may go."""
        per_second = self.settings.dispatch.per_second[channel]
        with self.conversations.database.write() as connection:
            free = pace.free_at(connection, channel, now)
            return pace.take(connection, f"{channel} later", per_second, free, timedelta(days=30)) or free

    def _is_overtaken(self, known: Known, ready: Ready) -> bool:
        """Whether anything has happened while we waited for our turn that whoever decides has to know."""
        keys = self.conversations.keys
        with self.conversations.database.read() as connection:
            now = invitations.find(connection, ready.mine.id)
            opted_out = known.address is not None and optouts.is_opted_out(connection, keys.indexes(known.address))
        return now is None or now.is_over or now.revision != ready.mine.revision or opted_out

    def _ask(self, known: Known, ready: Ready) -> None:
        """Asks the carrier, while no transaction is open, and notes what it answered."""
        try:
            ref = hand_over(self.carrier, self.settings, self.conversations.keys, known.address or "", ready)
        except CarrierError as error:
            return self._failed(known, ready, error)
        return self._note(known, ready, News(Status.QUEUED, ref))

    def _failed(self, known: Known, ready: Ready, error: CarrierError) -> None:
        """Whatever may have gone out is looked for before anything more goes out."""
        made, meaning = ready.made, verdict(error.code)
        if error.uncertain:
            return self._note(known, ready, News(Status.UNKNOWN))
        if meaning is Verdict.OURS:
            self._take_back(ready, ready.mine.failures)
            return self._stop(ready.mine, Channel(made.channel), explain(error.code))
        if meaning in FINAL or meaning is Verdict.UNREACHED:
            take_news(self.conversations, made.id, News(Status.REFUSED, code=error.code))
            return None
        return self._take_back(ready, ready.mine.failures + 1)

    def _note(self, known: Known, ready: Ready, news: News) -> None:
        """Notes what is known of the attempt, and when to come by again for the invitation."""
        now = self.conversations.now()
        attempt = Attempt(
            id=ready.made.id,
            channel=Channel(ready.made.channel),
            kind=Kind(ready.made.kind),
            status=news.status,
            made_at=ready.made.made_at,
            changed_at=now,
            ref=news.ref,
            standing=self._standing(known, ready),
        )
        after = replace(known.case, attempts=(*known.case.attempts, attempt))
        next_move = move(self.rules, after, now)
        if news.status is Status.UNKNOWN:
            next_move = Rest(now + self.rules.first_wait)
        with self.conversations.database.write() as connection:
            note(connection, self.conversations, ready.made.id, news)
            invitations.rest(connection, ready.mine, next_move.until if isinstance(next_move, Rest) else now)

    def _standing(self, known: Known, ready: Ready) -> Standing | None:
        """The session of a message, as it is while nobody has answered."""
        if ready.made.channel == Channel.CALL:
            return None
        for standing in known.case.standings:
            if standing.session == ready.made.session:
                return standing
        lasts = timedelta(hours=self.settings.text.session_hours)
        return Standing(f"of {ready.made.id}", Channel(ready.made.channel), ready.made.made_at + lasts)

    def _take_back(self, ready: Ready, failures: int) -> None:
        """The carrier certainly does not have it: nothing has happened, and it is tried again later."""
        now = self.conversations.now()
        until = now + wait(self.rules, ready.mine.id, failures) if failures else now + self.rules.first_wait
        with self.conversations.database.write() as connection:
            made = attempts.find(connection, ready.made.id)
            undone = attempts.undo(connection, ready.made.id, Status.MAKING)
            if undone and made and made.session and made.kind == Kind.INVITATION:
                attempts.forget(connection, made.session)
            invitations.rest(connection, ready.mine, until, failures)

    def _stop(self, mine: Invitation, channel: Channel, why: str) -> None:
        """Something of ours is wrong: nothing goes over the channel for a while, so that nothing is lost by it."""
        now = self.conversations.now()
        until = now + timedelta(minutes=self.settings.dispatch.hold_minutes)
        with self.conversations.database.write() as connection:
            invitations.rest(connection, mine, until, mine.failures)
            hold_back(connection, self.settings, channel, now, why)


def _in_words(reply: Reply, _language: str, _turn: str) -> str:
    return reply.text
