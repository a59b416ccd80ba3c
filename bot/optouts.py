"""Notes that somebody wants no more questions, or takes that back, and tells how many have said so."""

from collections.abc import Callable
from datetime import datetime

from bot.addresses import number_of
from bot.intake import Fault, InvalidContact
from flows.eligibility import NumberKind
from storage import contacts, optouts
from storage.database import Database
from storage.encryption import Keys
from storage.optouts import Latest


class OptOuts:
    """Everybody who must not be asked again. default_country: where numbers without a country's code are from."""

    def __init__(self, database: Database, keys: Keys, now: Callable[[], datetime], default_country: str) -> None:
        self._database = database
        self._keys = keys
        self._now = now
        self._default_country = default_country

    def note(self, phone: str, how: str, country: str | None = None) -> None:
        """Ask this person nothing more over any channel, and take back what was to be sent. Raises InvalidContact."""
        whose = self._whose(phone, country)
        with self._database.write() as connection:
            optouts.opt_out(connection, whose[0], self._now(), how)
            contacts.cancel(connection, whose, self._now())

    def undo(self, phone: str, country: str | None = None) -> None:
        """This person may be asked again. Raises InvalidContact."""
        whose = self._whose(phone, country)
        with self._database.write() as connection:
            optouts.opt_in(connection, whose)

    def latest(self, most: int = 50) -> Latest:
        """How many there are, and when and how the latest were noted; nobody can tell from it who they are."""
        with self._database.read() as connection:
            return optouts.latest(connection, most)

    def _whose(self, phone: str, country: str | None) -> tuple[str, ...]:
        remedy = "write it with the code of its country, as in +31600000001"
        try:
            number = number_of(phone, (country or self._default_country).strip().upper())
        except ValueError as error:
            raise InvalidContact([Fault("phone", str(error), remedy)]) from None
        if number.person is None:
            raise InvalidContact([Fault("phone", "a withheld number is nobody's", remedy)])
        if number.kind is NumberKind.BAD:
            raise InvalidContact([Fault("phone", "nobody has a number like this", remedy)])
        return self._keys.indexes(number.person)
