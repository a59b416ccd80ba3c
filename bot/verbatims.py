"""Reads verbatims for their themes, and keeps what people decide of them above what was found."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from bot.standing import Standing, known, standing
from bot.tagging import Taggers
from nlp.tags import Sentiment, Tagging, Verbatim
from nlp.theme import CodeFrame
from storage import themes, verbatims
from storage.database import Connection, Database
from storage.encryption import Keys
from storage.places import Place
from storage.themes import Decision, Found, Key, Read, Review, Tagged
from storage.verbatims import Said, place
from storage.withdrawals import take_back

BATCH = 200
"""Verbatims read and kept at a time, so that a stop loses little and no transaction is long."""

LOOK_BACK = timedelta(hours=1)
"""How far behind the last verbatim read the next look begins: an answer may be kept later than it was given."""


Decided = tuple[Mapping[str, Sentiment | None], Sequence[str]]
"""The themes that a verbatim speaks of, and those that were had in mind; the latter empty for all there are."""


class UnknownVerbatimError(Exception):
    """There is no verbatim of that id."""


class UnknownThemeError(Exception):
    """The code frame has no such theme; the message names those it has."""


@dataclass(frozen=True, slots=True)
class Shown:
    """A verbatim with what counts for it. tagged: what was found, None where nobody has read it yet."""

    said: Said
    tags: tuple[Standing, ...]
    tagged: Tagged | None
    decisions: tuple[Decision, ...]
    reviews: tuple[Review, ...]


class Verbatims:
    """Every verbatim of one database."""

    def __init__(self, database: Database, keys: Keys, taggers: Taggers, now: Callable[[], datetime]) -> None:
        self._database = database
        self._keys = keys
        self._taggers = taggers
        self._now = now
        self._looked_until = verbatims.BEGINNING

    @property
    def frame(self) -> CodeFrame:
        """The code frame. Raises DefinitionError."""
        return self._taggers.frame

    def tag_due(self, most: int = 2000) -> int:
        """Read at most so many of the verbatims that nobody has read yet; returns how many were."""
        read, after = 0, Place(self._looked_until)
        while read < most and (batch := self._untagged(after)):
            self._tag(batch)
            read, after = read + len(batch), place(batch[-1])
        if after.at > verbatims.BEGINNING + LOOK_BACK:
            self._looked_until = max(self._looked_until, after.at - LOOK_BACK)
        return read

    def tag_all(self, since: datetime | None = None, retag: bool = False) -> Iterator[int]:
        """Read every verbatim answered since then that nobody has read; gives after each batch how many it held.

        retag: also those that were read with another code frame or model than the present. Decisions stay.
        """
        after = Place(since or verbatims.BEGINNING)
        while batch := self._read_otherwise(after) if retag else self._untagged(after):
            self._tag(batch)
            after = place(batch[-1])
            yield len(batch)

    def trouble(self) -> str | None:
        """Why the model that should be at work is not, so that verbatims are read by the rules alone; else None."""
        return self._taggers.tagger().trouble

    def waiting(self) -> int:
        """How many of the verbatims that came in lately wait to be read; quick, however many there are in all."""
        with self._database.read() as connection:
            return verbatims.backlog(connection, self._looked_until)

    def backlog(self) -> int:
        """How many verbatims wait to be read."""
        with self._database.read() as connection:
            return verbatims.backlog(connection, verbatims.BEGINNING)

    def show(self, id: str) -> Shown:
        """The verbatim of that id. Raises UnknownVerbatimError."""
        if not (found := self.among([_key(id)])):
            raise UnknownVerbatimError(f"there is no verbatim {id}")
        return found[0]

    def page(self, after: Place, limit: int) -> tuple[Shown, ...]:
        """The verbatims behind that place, the first answered first."""
        with self._database.read() as connection:
            return self._shown(connection, verbatims.every(connection, self._keys, after, limit))

    def among(self, wanted: Sequence[Key]) -> tuple[Shown, ...]:
        """These verbatims, the first answered first; those there are none of are missing."""
        with self._database.read() as connection:
            return self._shown(connection, verbatims.among(connection, self._keys, wanted))

    def all(self) -> Iterator[Shown]:
        """Every verbatim, in memory only a batch of them at a time."""
        after = Place()
        while batch := self.page(after, BATCH):
            yield from batch
            after = place(batch[-1].said)

    def coded(self, by: str | None = None) -> Iterator[tuple[Shown, dict[str, bool]]]:
        """Every verbatim of which people have decided anything, with what is known of each theme."""
        with self._database.read() as connection:
            decided = list(themes.decided(connection))
        for start in range(0, len(decided), BATCH):
            for shown in self.among(decided[start : start + BATCH]):
                if what := known(self.frame, shown.decisions, shown.reviews, by):
                    yield shown, what

    def history(self, id: str) -> list[tuple[Decision, datetime | None]]:
        """All that was ever decided of a verbatim, and when it was taken back; None where it stands."""
        with self._database.read() as connection:
            return themes.history(connection, _key(id))

    def decide(self, id: str, by: str, speaks_of: Mapping[str, Sentiment | None], of: Sequence[str] = ()) -> Shown:
        """Keep somebody's decision about a verbatim, whatever anybody has decided before; as of `correct`."""
        return self.correct(id, by, lambda _: (speaks_of, of))

    def correct(self, id: str, by: str, decided: Callable[[Shown], Decided]) -> Shown:
        """Keep what somebody decides of a verbatim as it stands, with nobody else deciding of it meanwhile.

        decided: gives the themes it speaks of, and those they had in mind: of the latter it speaks of no other, and of
        others nothing is decided; none in mind means all of the code frame: the verbatim was read completely. Where it
        raises, nothing is kept. Raises UnknownVerbatimError, UnknownThemeError.
        """
        with self._database.write() as connection:
            themes.locked(connection, _key(id))
            shown = self._shown(connection, verbatims.among(connection, self._keys, [_key(id)]))
            if not shown:
                raise UnknownVerbatimError(f"there is no verbatim {id}")
            themes.decide(connection, *self._taken(shown[0], by, *decided(shown[0])))
        return self.show(id)

    def take_back(self, id: str, by: str, decided_at: datetime) -> bool:
        """As if they had not taken the decision they took of a verbatim at that moment, though it stays on record.

        False where there is none that stands.
        """
        with self._database.write() as connection:
            return take_back(connection, _key(id), by, decided_at, self._now())

    def _taken(
        self, shown: Shown, by: str, speaks_of: Mapping[str, Sentiment | None], of: Sequence[str]
    ) -> tuple[Sequence[Decision], Sequence[Review]]:
        """What is to be kept of a decision. Raises UnknownThemeError."""
        every = tuple(theme.key for theme in self.frame.themes)
        in_mind = tuple(of) or every
        if strange := [key for key in (*speaks_of, *in_mind) if key not in every]:
            raise UnknownThemeError(f"there is no theme {strange[0]} in the code frame; it has {', '.join(every)}")
        where, at = (shown.said.session, shown.said.question), self._now()
        found = {self.frame.successor(tag.theme) for tag in shown.tagged.read.found} if shown.tagged else set()
        counted = [tag.theme for tag in shown.tags if tag.theme in in_mind]
        taken = [
            Decision(*where, key, key in speaks_of, speaks_of.get(key), key in found, by, at, self.frame.version)
            for key in dict.fromkeys((*speaks_of, *counted, *(in_mind if of else ())))
        ]
        return taken, [Review(*where, by, at, every)] if in_mind == every else []

    def _untagged(self, after: Place) -> list[Said]:
        with self._database.read() as connection:
            return verbatims.untagged(connection, self._keys, after, BATCH)

    def _read_otherwise(self, after: Place) -> list[Said]:
        now = self._taggers.tagger()
        with self._database.read() as connection:
            return verbatims.tagged_otherwise(connection, self._keys, after, BATCH, now.frame.version, now.version)

    def _tag(self, batch: Sequence[Said]) -> None:
        tagger = self._taggers.tagger()
        read = [_read(said, found) for said, found in zip(batch, tagger.tag(map(_asked, batch)), strict=True)]
        with self._database.write() as connection:
            themes.keep(connection, read, tagger.frame.version, tagger.version, self._now())

    def _shown(self, connection: Connection, batch: Sequence[Said]) -> tuple[Shown, ...]:
        wanted = [(said.session, said.question) for said in batch]
        found = themes.tagged(connection, wanted)
        decided = themes.decisions(connection, wanted)
        read = themes.reviewers(connection, wanted)
        return tuple(
            Shown(
                said=said,
                tags=standing(self.frame, found.get(key), decided.get(key, ()), read.get(key, ())),
                tagged=found.get(key),
                decisions=tuple(decided.get(key, ())),
                reviews=tuple(read.get(key, ())),
            )
            for said, key in zip(batch, wanted, strict=True)
        )


def _key(id: str) -> Key:
    session, _, question = id.partition(".")
    return session, question


def _asked(said: Said) -> Verbatim:
    return Verbatim(said.text, said.language, said.question, said.scores, said.own)


def _read(said: Said, tagging: Tagging) -> Read:
    return Read(
        session=said.session,
        question=said.question,
        answered_at=said.answered_at,
        language=tagging.language,
        found=tuple(
            Found(tag.theme, tag.sentiment, tag.confidence, tag.source, tuple((e.start, e.end) for e in tag.evidence))
            for tag in tagging.tags
        ),
        redactions=tuple((each.start, each.end, each.kind) for each in tagging.redactions),
        untagged=tagging.untagged,
    )
