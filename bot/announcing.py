"""Announces callbacks by webhook and e-mail, from an outbox in the database: at least once, and never for ever."""

import hashlib
import logging
from collections.abc import Callable
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from bot import mail, webhook
from bot.settings import Settings
from bot.webhook import UndeliveredError
from storage import announcements
from storage.announcements import Due
from storage.database import Database

FIRST_WAIT = timedelta(seconds=30)
LONGEST_WAIT = timedelta(hours=1)
AT_ONCE = 10
LEASE = timedelta(minutes=20)
"""How long one worker has for what it has taken, twice what the longest time for each comes to; after a crash somebody
else tells it."""

log = logging.getLogger(__name__)


class Announcements:
    """What is to be told of callbacks, and how. now: the clock."""

    def __init__(self, settings: Settings, database: Database, now: Callable[[], datetime]) -> None:
        self._settings = settings
        self._database = database
        self._now = now

    def work_off(self) -> int:
        """Tells what is due; returns how much was told. No transaction is held meanwhile."""
        now = self._now()
        with self._database.write() as connection:
            due = announcements.take(connection, now, now + LEASE, AT_ONCE)
        return sum(map(self._tell, due))

    def test(self) -> dict[str, str | None]:
        """Tells a test over every way that is set; gives the trouble with each, None where there was none."""
        now = self._now()
        told = Due("test", "", now, 0, "TEST", "low_score", now, now + timedelta(hours=1))
        troubles: dict[str, str | None] = {}
        for way in self._settings.callbacks.ways:
            try:
                self._send(told, way, is_test=True)
                troubles[way] = None
            except UndeliveredError as error:
                troubles[way] = str(error)
        return troubles

    def _tell(self, told: Due) -> bool:
        try:
            self._send(told, told.way)
        except UndeliveredError as error:
            now = self._now()
            again: datetime | None = now + wait(f"{told.callback_id} {told.way}", told.failures)
            if again and again > told.made_at + timedelta(hours=self._settings.callbacks.give_up_hours):
                again = None
            log.warning("a callback was not announced by %s: %s%s", told.way, error, "" if again else "; given up")
            with self._database.write() as connection:
                announcements.failed(connection, told, str(error), again)
            return False
        with self._database.write() as connection:
            announcements.sent(connection, told, self._now())
        return True

    def _send(self, told: Due, way: str, *, is_test: bool = False) -> None:
        try:
            self._deliver(told, way, is_test)
        except UndeliveredError:
            raise
        except Exception as error:  # whatever is wrong with one is no reason to leave the others
            raise UndeliveredError(f"it could not be told ({type(error).__name__})") from error

    def _deliver(self, told: Due, way: str, is_test: bool) -> None:
        known, secrets, now = self._settings.callbacks, self._settings.secrets, self._now()
        link = f"{self._settings.base_url}/callbacks" + ("" if is_test else f"/{told.callback_id}")
        if way == "webhook" and known.webhook.url and secrets.callback_secret:
            payload = {
                "event": "callback.test" if is_test else "callback.agreed",
                "callback": told.callback_id,
                "reference": told.reference,
                "reasons": told.reasons.split(),
                "agreed_at": _written(told.consented_at),
                "due_at": _written(told.call_before),
                "url": link,
            }
            settings = known.webhook
            secret = secrets.callback_secret.get_secret_value()
            return webhook.post(
                str(settings.url),
                payload,
                told.callback_id,
                secret,
                now,
                settings.timeout_seconds,
                allow_private=settings.allow_private,
            )
        if way == "mail" and known.mail.to:
            subject = (
                "Nawoord: a test of how callbacks are announced" if is_test else "Nawoord: a customer to call back"
            )
            zone = ZoneInfo(self._settings.pages.time_zone)
            before = f"{told.call_before.astimezone(zone):%Y-%m-%d %H:%M} ({zone})"
            text = f"A customer agreed to be called back, before {before}.\n\n{link}\n"
            password = secrets.smtp_password.get_secret_value() if secrets.smtp_password else None
            return mail.send(known.mail, password, told.callback_id, subject, text, now)
        raise UndeliveredError("this way is no longer set")


def wait(name: str, failures: int) -> timedelta:
    """How long to wait after so many failures before: doubling up to an hour, half to all of it by a draw that is
    always the same for the same name."""
    whole: timedelta = min(FIRST_WAIT * 2 ** min(failures, 20), LONGEST_WAIT)
    drawn = int.from_bytes(hashlib.sha256(f"{name} {failures}".encode()).digest()[:4]) / 2**32
    return whole * (1 + drawn) / 2


def _written(moment: datetime) -> str:
    return f"{moment:%Y-%m-%dT%H:%M:%SZ}"
