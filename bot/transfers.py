"""Callers who are on the line around an agent's call: offered the survey before it, handed over to it afterwards."""

from collections.abc import Callable
from dataclasses import asdict, replace

from bot.addresses import Address
from bot.calls import answer_call
from bot.conversations import About, Conversations, Render
from bot.intake import NewContact, Source
from bot.invitations import Invitations
from bot.news import News, take_news
from flows.fates import Kind, Status
from flows.survey import Channel
from storage import attempts, invitations, transfers
from storage.attempts import Made
from storage.database import Connection
from storage.transfers import Offered


class Transfers:
    """Every call that comes from, or goes to, an agent. new_id: makes ids that nobody can guess and no two share."""

    def __init__(self, conversations: Conversations, invitations: Invitations, new_id: Callable[[], str]) -> None:
        self._conversations = conversations
        self._invitations = invitations
        self._new_id = new_id

    def offer(self, call: str, theirs: Address, about: About, language: str | None) -> str | None:
        """The language in which this caller is asked whether they want the survey after the call; None: not at all.

        Who has answered that is not asked again; who may not be asked never hears of it, and neither does the agent.
        """
        offered = self._find(call) or self._decide(call, theirs, about, language, Source.OFFER)
        if offered is None or offered.source != Source.OFFER or offered.has_agreed or offered.is_over:
            return None
        return offered.language

    def answer(self, call: str, *, agrees: bool) -> str | None:
        """Notes the caller's answer to the offer; the language of a caller who has agreed, None of any other.

        What was answered first stands.
        """
        now = self._conversations.now()
        with self._conversations.database.write() as connection:
            if agrees:
                transfers.agree(connection, call, now, now + self._invitations.policy.oldest)
            else:
                transfers.decline(connection, call, now)
            offered = transfers.find(connection, call)
        return offered.language if offered and offered.has_agreed and not offered.is_over else None

    def may_be_asked(self, call: str, theirs: Address, about: About, language: str | None) -> bool:
        """Whether this caller may be put to the survey now. A call that has begun it hears it again.

        Of whoever got no offer before the agent's call it is decided now.
        """
        if self._conversations.replied(f"call:{call}") is not None:
            return True
        offered = self._find(call) or self._decide(call, theirs, about, language, Source.TRANSFER)
        return offered is not None and not offered.is_over and (offered.has_agreed or offered.source != Source.OFFER)

    def begin(self, call: str, theirs: Address, ours: str, language: str, about: About, render: Render) -> str:
        """Begin the survey on a call; where the call has brought an invitation, it is the answer to that."""
        offered = self._find(call)
        if offered is None:
            return answer_call(self._conversations, call, theirs, ours, language, about, render)

        def link(connection: Connection) -> None:
            now = self._conversations.now()
            made = Made(
                id=self._new_id(),
                invitation=offered.id,
                channel=Channel.CALL,
                kind=Kind.TRANSFER,
                session=None,
                ref=call,
                status=Status.IN_PROGRESS,
                code=None,
                made_at=now,
                changed_at=now,
            )
            attempts.make(connection, made)
            attempts.link(connection, made.id, f"call:{call}")
            transfers.learn(connection, offered, call, now, **asdict(about))
            invitations.wake(connection, offered.id, now)

        whole = _completed(about, offered, call)
        return answer_call(self._conversations, call, theirs, ours, language, whole, render, link)

    def end(self, call: str, about: About | None = None) -> None:
        """Notes that a call has ended, however often that is told. Who had agreed to be asked and never reached the
        survey gets a text instead; who had not is left alone.
        """
        offered = self._find(call)
        if offered is None or offered.is_over:
            return
        if offered.attempt is not None:
            take_news(self._conversations, offered.attempt, News(Status.COMPLETED, call))
            return
        now, policy = self._conversations.now(), self._invitations.policy
        with self._conversations.database.write() as connection:
            transfers.learn(connection, offered, call, now, **asdict(about or About()))
            transfers.decline(connection, call, now)
            transfers.release(connection, call, now + policy.delay, now + policy.oldest)

    def _find(self, call: str) -> Offered | None:
        with self._conversations.database.read() as connection:
            return transfers.find(connection, call)

    def _decide(self, call: str, theirs: Address, about: About, language: str | None, source: Source) -> Offered | None:
        """The invitation this call brings; None where nobody is invited, or the contact has been dealt with."""
        now = self._conversations.now()
        known = replace(about, reference=about.reference or call)
        contact = NewContact(**asdict(known), phone=theirs.person, ended_at=now, source=source, language=language)
        if not self._invitations.offer(contact, call).invited:
            return None
        if source is Source.TRANSFER and self._find(call) is None and theirs.person is not None:
            index = self._conversations.keys.index(theirs.person)
            with self._conversations.database.write() as connection:
                transfers.adopt(connection, contact.reference, index, call, now)
        return self._find(call)


def _completed(about: About, offered: Offered, call: str) -> About:
    """What is known of the contact: as it was when the invitation was decided, and the rest as it is told now."""
    return About(
        reference=about.reference or (None if offered.reference == call else offered.reference),
        agent=offered.agent or about.agent,
        queue=offered.queue or about.queue,
        touchpoint=offered.touchpoint or about.touchpoint,
    )
