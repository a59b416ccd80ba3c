"""How long the overview of a million answers takes, beside plain SQL over the rows.

    python -m bench.figures [--answers 1000000] [--rounds 5] [--kind sqlite] [--kind postgresql]

A year of surveys by five languages, three channels, six queues and four touchpoints, with a wording that changes on the
way. The overview is of the last half year beside the half year before, so that every answer is in it; the process that
asks has asked before, as a server has. Outcomes are who was asked in the same half year and how far the contacts of
each queue came. The baseline counts scores by group and invitations by outcome with two plain statements over all rows,
less than the overview tells. All are measured in turn in this run; the time of one refresh after an answer was
corrected stands beside them.
"""

import random
import tempfile
import time
from argparse import ArgumentParser
from collections.abc import Callable, Sequence
from contextlib import nullcontext
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from statistics import median
from typing import Any

from sqlalchemy import Connection, insert, select, text

from bot.reporting import funnel
from bot.reporting.overview import overview
from bot.reporting.source import Source
from flows import loader
from flows.filters import Filter
from nlp import codeframe
from storage.chains import watched
from storage.database import Database, migrate
from storage.encryption import Keys
from storage.models import answers, attempts, changes, contacts, invitations, sessions
from storage.rollup import refresh
from storage.slices import Part
from tests.postgresql import running_postgresql

ZONE = "Europe/Amsterdam"
FIRST = datetime(2025, 1, 1, 7, tzinfo=UTC)
DAYS = 365
BATCH = 20_000
EXPIRED = 5
"""Of so many surveys one is never answered."""


def main() -> None:
    parser = ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--answers", type=int, default=1_000_000)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--kind", action="append", choices=("sqlite", "postgresql"))
    options = parser.parse_args()
    kinds = options.kind or ["sqlite", "postgresql"]
    print(
        f"{'':12}{'answers':>10}{'overview s':>12}{'outcomes s':>12}{'plain SQL s':>13}{'times':>7}"
        f"{'roll-up rows':>14}{'refresh s':>11}"
    )
    with (
        tempfile.TemporaryDirectory(prefix="nawoord") as folder,
        running_postgresql() if "postgresql" in kinds else nullcontext("") as server,
    ):
        for kind in kinds:
            url = f"sqlite:///{folder}/figures.db" if kind == "sqlite" else server
            _measure(kind, url, options.answers, options.rounds)


def _measure(kind: str, url: str, wanted: int, rounds: int) -> None:
    migrate(url)
    database = Database.open(url)
    told = fill(database, wanted)
    built = _timed(lambda: refresh(database, ZONE))
    source = Source(
        database, loader.load("post_contact", company="Bench"), ZONE, _now, lambda: codeframe.load("service")
    )
    half = Filter(FIRST.date() + timedelta(days=183), FIRST.date() + timedelta(days=DAYS))
    seen = overview(source, half)
    assert sum(each.compared.now.n + each.compared.before.n for each in seen.measures) > 0.8 * told
    overviews, outcomes, recounts, refreshes = [], [], [], []
    for _ in range(rounds):
        overviews.append(_timed(lambda: overview(source, half)))
        outcomes.append(_timed(lambda: _outcomes(source, half)))
        recounts.append(_timed(lambda: _recount(database)))
        _answer_once(database)
        refreshes.append(_timed(lambda: refresh(database, ZONE)))
    with database.read() as connection:
        rows = connection.scalar(text("SELECT count(*) FROM figures WHERE part NOT LIKE '% by queue'")) or 0
    quick, slow = median(overviews), median(recounts)
    print(
        f"{kind:12}{told:10,}{quick:12.3f}{median(outcomes):12.3f}{slow:13.2f}{slow / quick:7.0f}"
        f"{rows:14,}{median(refreshes):11.3f}"
    )
    print(f"{'':12}roll-up of everything built in {built:.0f} s; longest overview {max(overviews):.3f} s")
    database.dispose()


def _outcomes(source: Source, wanted: Filter) -> None:
    """Who was asked, and how far each queue's contacts came."""
    funnel.asked(source, wanted)
    with source.fresh() as connection:
        watched(connection, Keys.derive("of the measurement alone"), wanted, ZONE, "queue")


def _recount(database: Database) -> None:
    """The groups of the overview, by plain SQL from the rows."""
    half = FIRST + timedelta(days=183)
    with database.read() as connection:
        if database.kind == "postgresql":
            connection.execute(text("SET statement_timeout = 0"))
        at = half if database.kind == "postgresql" else f"{half:%Y-%m-%dT%H:%M:%S}"
        for statement in PLAIN:
            connection.execute(text(statement), {"half": at} if ":half" in statement else {}).all()


PLAIN = (
    "SELECT s.started_at >= :half, a.question, a.instrument, a.series, a.channel, a.language, s.country, a.late,"
    " a.missing, a.value, count(*), min(s.started_at) FROM answers a JOIN sessions s ON s.id = a.session_id"
    " GROUP BY 1, 2, 3, 4, 5, 6, 7, 8, 9, 10",
    "SELECT c.reason, i.outcome, s.outcome, a.channel, a.status, count(*) FROM contacts c"
    " LEFT JOIN invitations i ON i.reference = c.reference LEFT JOIN attempts a ON a.invitation_id = i.id"
    " LEFT JOIN sessions s ON s.id = a.session_id GROUP BY 1, 2, 3, 4, 5",
)
"""Scores by group in both halves, and who was asked; no time to answer, no contradictions, no breaks."""


def _answer_once(database: Database) -> None:
    """Somebody corrects an answer of a day in the middle."""
    with database.write() as connection:
        row = connection.execute(select(answers).where(answers.c.question == "nps").limit(1)).one()
        mine = (answers.c.session_id == row.session_id) & (answers.c.question == "nps")
        connection.execute(answers.update().where(mine).values(value=(row.value + 1) % 11))


def _timed(what: Callable[[], object]) -> float:
    begun = time.perf_counter()
    what()
    return time.perf_counter() - begun


def _now() -> datetime:
    return FIRST + timedelta(days=DAYS)


@dataclass(slots=True)
class _Batch:
    contacts: list[dict[str, Any]]
    invitations: list[dict[str, Any]]
    sessions: list[dict[str, Any]]
    attempts: list[dict[str, Any]]
    answers: list[dict[str, Any]]


def fill(database: Database, wanted: int, words: Sequence[bytes] = (b"words",)) -> int:
    """Rows until there are so many answers, written with triggers off; then everything is noted as changed.

    words: what verbatims hold, encrypted where anybody is to read them.
    """
    chance, written, number = random.Random(20260101), 0, 0  # noqa: S311 -- the same rows in every run
    triggers = _without_triggers(database)
    while written < wanted:
        batch = _Batch([], [], [], [], [])
        while len(batch.answers) < min(BATCH, wanted - written):
            number += 1
            # Days in a row, as surveys come.
            at = FIRST + timedelta(days=DAYS * (written + len(batch.answers)) // wanted, minutes=chance.randrange(720))
            _survey(batch, number, at, chance, words)
        with database.write() as connection:
            _session(connection)
            for table in (contacts, invitations, sessions, attempts, answers):
                connection.execute(insert(table), getattr(batch, table.name))
        written += len(batch.answers)
    with database.write() as connection:
        for trigger in triggers:
            connection.execute(text(trigger))
        days = [FIRST + timedelta(hours=12 * half) for half in range(2 * DAYS + 2)]
        connection.execute(insert(changes), [{"part": part, "at": at} for at in days for part in Part])
        # As either database does by itself after a while.
        connection.execute(text("ANALYZE"))
    return written


def _survey(batch: _Batch, number: int, at: datetime, chance: random.Random, words: Sequence[bytes]) -> None:
    channel = chance.choices(("sms", "call", "whatsapp"), (5, 3, 2))[0]
    language, country = chance.choices(LANGUAGES, (5, 1, 2, 2, 1, 1))[0]
    about = {
        "language": language,
        "country": country,
        "queue": chance.choice(QUEUES),
        "agent": f"a{chance.randrange(60):02}",
        "touchpoint": chance.choice(TOUCHPOINTS),
    }
    is_kept_out, is_silent = chance.random() < 0.1, number % EXPIRED == 0
    batch.contacts.append(
        {"reference": f"C-{number}", "source": "api", "received_at": at, "ended_at": at, "channel": channel, **about}
        | {"reason": "quarantined" if is_kept_out else None}
    )
    if is_kept_out:
        return
    outcome = "expired" if is_silent else "completed"
    batch.invitations.append(
        {"id": f"i{number}", "reference": f"C-{number}", "survey": "post_contact", "channels": channel, **about}
        | {"invited_at": at, "expires_at": at, "revision": 1, "failures": 0, "ended_at": at, "outcome": outcome}
    )
    batch.sessions.append(
        {"id": f"{number:032x}", "survey": "post_contact", "survey_version": "v1", "channel": channel, "ours": "us"}
        | {"started_at": at, "expires_at": at, "ended_at": at, "outcome": outcome, "revision": 0 if is_silent else 3}
        | {"last_question": "nps" if is_silent else "why", "snapshot": b"", "carrier_ref": f"r{number}", **about}
    )
    batch.attempts.append(
        {"id": f"t{number}", "invitation_id": f"i{number}", "channel": channel, "kind": "invitation"}
        | {"session_id": f"{number:032x}", "status": "delivered", "made_at": at, "changed_at": at}
    )
    if not is_silent:
        series = "second" if at > FIRST + timedelta(days=300) and channel == "sms" else "first"
        asked = {
            "session_id": f"{number:032x}",
            "language": language,
            "channel": channel,
            "late": chance.random() < 0.02,
        }
        for question, instrument, values, weights in QUESTIONS:
            given = {"question": question, "instrument": instrument, "series": f"{question} {language} {series}"}
            said = {"value": chance.choices(values, weights)[0] if values else None}
            moment = at + timedelta(seconds=chance.randrange(20, 20_000))
            if values or chance.random() < 0.4:
                verbatim = None if values else words[number % len(words)]
                batch.answers.append(
                    {**asked, **given, **said, "verbatim": verbatim, "raw": b"", "answered_at": moment}
                )


LANGUAGES = (("nl", "NL"), ("nl", "BE"), ("en", "GB"), ("de", "DE"), ("fr", "FR"), ("es", "ES"))
QUEUES = ("billing", "returns", "orders", "technical", "moving", "other")
TOUCHPOINTS = ("phone", "shop", "web", "app")
QUESTIONS: tuple[tuple[str, str | None, range | None, tuple[int, ...]], ...] = (
    ("nps", "nps", range(11), (3, 1, 1, 2, 2, 5, 6, 12, 25, 20, 23)),
    ("ces", "ces_effort", range(1, 6), (30, 30, 18, 12, 10)),
    ("why", None, None, ()),
)


def _without_triggers(database: Database) -> list[str]:
    """What makes the triggers again; on PostgreSQL they are only skipped."""
    if database.kind == "postgresql":
        return []
    with database.write() as connection:
        found = connection.execute(text("SELECT name, sql FROM sqlite_master WHERE type = 'trigger'")).all()
        for name, _ in found:
            connection.execute(text(f"DROP TRIGGER {name}"))
    return [sql for _, sql in found]


def _session(connection: Connection) -> None:
    if connection.dialect.name == "postgresql":
        connection.execute(text("SET LOCAL session_replication_role = replica"))
        connection.execute(text("SET LOCAL statement_timeout = 0"))


if __name__ == "__main__":
    main()
