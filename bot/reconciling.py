"""Asks the carrier what it has of us and how its calls go, where nobody has told."""

import logging
from dataclasses import dataclass
from datetime import datetime, timedelta

from bot.calls import hang_up
from bot.carriers import Carrier, CarrierError, Found, Sought
from bot.cases import Known
from bot.conversations import Conversations
from bot.news import News, news_of, note, take_news
from bot.outgoing import number_for
from bot.settings import Settings
from flows.cases import Attempt, Look, Poll
from flows.fates import IN_THE_AIR, UNDER_WAY, WAITING, Kind, Status
from flows.survey import Channel
from storage import attempts, invitations

log = logging.getLogger(__name__)

SKEW = timedelta(minutes=2)
"""How far the carrier's clock may be from ours."""


@dataclass(frozen=True, slots=True)
class Reconciler:
    """Whoever clears up what became of attempts."""

    settings: Settings
    conversations: Conversations
    carrier: Carrier

    def look(self, known: Known, look: Look) -> None:
        """Looks whether the carrier has what we may have sent; what it has was sent, once."""
        attempt, now = look.attempt, self.conversations.now()
        try:
            found = self._search(known, attempt)
        except CarrierError:
            # It does not answer questions either: nothing can be said, so nothing is sent, however long that takes.
            again = look.again or now + (now - attempt.made_at) / 4
            return self._rest(known, again, News(Status.UNKNOWN), attempt)
        if found:
            log.info("an attempt by %s whose fate was unknown is found at the carrier", attempt.channel)
            return self._rest(known, now, news_of(found), attempt)
        if look.again:
            return self._rest(known, look.again, News(Status.UNKNOWN), attempt)
        log.warning("an attempt by %s never turned up at the carrier, and may be made again", attempt.channel)
        return self._rest(known, now, News(Status.LOST), attempt)

    def poll(self, known: Known, poll: Poll) -> None:
        """Asks how a call goes of which nothing was heard for long, and closes it where it is over.

        Only what the carrier itself says is over is: as long as it keeps a call waiting, that may ring.
        """
        ref = poll.attempt.ref or ""
        try:
            news = news_of(self.carrier.fate(Channel.CALL, ref))
            if poll.cancels and news.status in WAITING:
                news = news_of(self.carrier.cancel(ref))
        except CarrierError as error:
            if not error.permanent or self._goes_on(poll.attempt):
                return self._rest(known, poll.again)
            news = News(Status.FAILED, ref, error.code)
        if news.status not in UNDER_WAY:
            hang_up(self.conversations, ref)
        is_new = take_news(self.conversations, poll.attempt.id, news)
        return self._rest(known, self.conversations.now() if is_new else poll.again)

    def _goes_on(self, attempt: Attempt) -> bool:
        """Whether somebody who called us may still be on the line, though the carrier knows of no such call."""
        held = attempt.standing
        is_open = held is not None and held.ended_at is None and self.conversations.now() < held.expires_at
        return attempt.kind in (Kind.TRANSFER, Kind.CALL_BACK) and is_open

    def _search(self, known: Known, attempt: Attempt) -> Found | None:
        """The oldest that may be it and is nothing else we know of."""
        by_text = attempt.channel is Channel.SMS and attempt.kind is Kind.INVITATION and attempt.standing
        text = None
        if by_text and attempt.standing:
            with self.conversations.database.read() as connection:
                text = attempts.said_first(connection, attempt.standing.session)
        ours = number_for(self.settings, known.mine.language) or ""
        sought = Sought(attempt.channel, ours, known.address or "", attempt.made_at - SKEW, text)
        listed = self.carrier.find(sought)
        with self.conversations.database.read() as connection:
            taken = attempts.known(connection, [each.ref for each in listed])
        free = [each for each in listed if each.ref not in taken]
        return free[-1] if free else None

    def _rest(self, known: Known, until: datetime, news: News | None = None, attempt: Attempt | None = None) -> None:
        with self.conversations.database.write() as connection:
            # Whoever has it now knows better; what is no longer in the air is left as it is.
            if not invitations.rest(connection, known.mine, until, known.mine.failures):
                return
            if news and attempt and attempt.status in IN_THE_AIR:
                note(connection, self.conversations, attempt.id, news)
