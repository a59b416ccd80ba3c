"""None lost, none sent twice: two worker processes that are killed at random, and a carrier that fails in every way."""

import os
import random
import time
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from multiprocessing.context import ForkServerProcess
from pathlib import Path

import pytest
import yaml
from sqlalchemy import text

from bot import app
from bot.config import load
from bot.intake import NewContact, Source
from storage.database import Database
from tests.dispatch_worker import TIMEOUT, started
from tests.fake_twilio import (
    ACCOUNT,
    AT_ONCE,
    BROKEN_AFTER,
    BROKEN_BEFORE,
    CUT_AFTER,
    CUT_BEFORE,
    KEY,
    SECRET,
    THROTTLED,
    TOKEN,
    Answer,
    FakeTwilio,
    always,
    late,
    slow,
    weighted,
)
from tests.wire import BASE, OURS

INVITATIONS = int(os.environ.get("NAWOORD_INVITATIONS", "500"))
"""How many are sent on each kind of database; thousands take minutes."""

KILLS = max(6, INVITATIONS // 100)
LONGEST = 120 + INVITATIONS / 2
"""Seconds after which something must have been lost, however slow the machine is."""

SENDING: Mapping[Answer, float] = {
    AT_ONCE: 68,
    THROTTLED: 8,
    BROKEN_BEFORE: 3,
    BROKEN_AFTER: 3,
    CUT_BEFORE: 3,
    CUT_AFTER: 4,
    slow(0.2): 4,
    slow(TIMEOUT * 2): 2,
    slow(TIMEOUT * 2, stores=False): 2,
    late(1.5): 3,
}
ASKING: Mapping[Answer, float] = {AT_ONCE: 88, THROTTLED: 4, CUT_BEFORE: 4, BROKEN_BEFORE: 4}

CONFIG = {
    "carrier": "twilio",
    "eligibility": {
        "channels": ["sms"],
        "delay_minutes": 0,
        "hours": {"mon-sun": "00:00-24:00"},
        "countries": {"NL": {"holidays": False}},
    },
    # Patience is longer than a worker can take to ask and the carrier to list what it has.
    "dispatch": {
        "tick_seconds": 0.1,
        "lease_seconds": 3,
        "patience_seconds": 10,
        "first_wait_seconds": 0.2,
        "per_second": {"sms": 1000},
        "threads": 4,
        "reminder_hours": None,
    },
}

UNFINISHED = text(
    "SELECT count(*) FROM invitations WHERE NOT EXISTS (SELECT 1 FROM attempts"
    " WHERE invitation_id = invitations.id AND status = 'queued')"
)


@dataclass(slots=True)
class Workers:
    """Two worker processes, of which one or the other is killed now and then and started again."""

    environment: Mapping[str, str]
    log: Path
    running: list[ForkServerProcess]
    dice: random.Random

    @classmethod
    @contextmanager
    def started(cls, environment: Mapping[str, str], log: Path, seed: int) -> Iterator["Workers"]:
        workers = cls(environment, log, [], random.Random(seed))  # noqa: S311
        workers.running += [workers.start(), workers.start()]
        try:
            yield workers
        finally:
            for worker in workers.running:
                worker.kill()
                worker.join()

    def start(self) -> ForkServerProcess:
        return started(self.environment, self.log)

    def check(self) -> None:
        """Fails where one has ended by itself, and shows what it said last."""
        if any(worker.exitcode is not None for worker in self.running):
            pytest.fail(f"a worker has ended by itself:\n{self.log.read_text()[-2000:]}")

    def kill_one(self) -> None:
        """Ends one at once, whatever it is doing, and starts another."""
        which = self.dice.randrange(2)
        self.running[which].kill()
        self.running[which].join()
        self.running[which] = self.start()


@pytest.mark.timeout(LONGEST * 2)
def test_none_is_lost_and_none_sent_twice(database_url: str, tmp_path: Path) -> None:
    """Every invitation is taken by the carrier exactly once, and we know under which id."""
    with FakeTwilio(weighted(7, SENDING, ASKING)) as fake:
        environment = _environment(tmp_path, database_url, fake.url)
        parts = app.assemble(load(environment))
        _invite(parts)
        with Workers.started(environment, tmp_path / "workers.log", seed=3) as workers:
            kills = _kill_and_wait(workers, parts.database, fake)
        sent = Counter(each.form["To"] for each in fake.accepted)
        with parts.database.read() as connection:
            known = Counter(
                connection.execute(text("SELECT carrier_ref FROM attempts WHERE status = 'queued'")).scalars()
            )
            sessions = connection.execute(text("SELECT count(*) FROM sessions")).scalar()
        parts.database.dispose()
    assert fake.faults == []
    assert len(sent) == INVITATIONS, "some are lost"
    assert [number for number, times in sent.items() if times > 1] == [], "some are sent twice"
    assert known == Counter(each.sid for each in fake.accepted)
    assert sessions == INVITATIONS
    assert kills >= KILLS


def test_a_worker_that_is_told_to_stop_leaves_nothing_half_done(database_url: str, tmp_path: Path) -> None:
    """It hears the carrier out, notes the answer, and exits with 0; what it did not begin is due for others."""
    with FakeTwilio(always(slow(0.5))) as fake:
        environment = _environment(tmp_path, database_url, fake.url)
        parts = app.assemble(load(environment))
        _invite(parts, 200)
        with Workers.started(environment, tmp_path / "workers.log", seed=1) as workers:
            _until(lambda: _beats(parts.database) == 2 and bool(fake.accepted), workers)
            for worker in workers.running:
                worker.terminate()
            for worker in workers.running:
                worker.join(30)
            assert [worker.exitcode for worker in workers.running] == [0, 0], workers.log.read_text()[-2000:]
        with parts.database.read() as connection:
            statuses = Counter(connection.execute(text("SELECT status FROM attempts")).scalars())
        parts.database.dispose()
    assert statuses == {"queued": len(fake.accepted)}
    assert 0 < len(fake.accepted) < 200


def _environment(folder: Path, database_url: str, api_url: str) -> dict[str, str]:
    config = folder / "config.yaml"
    config.write_text(yaml.safe_dump(CONFIG), encoding="utf-8")
    return {
        **os.environ,
        "NAWOORD_CONFIG": str(config),
        "NAWOORD_DATABASE_URL": database_url,
        "NAWOORD_PUBLIC_URL": BASE,
        "NAWOORD_SECRET_KEY": "a secret for tests that is long enough to be one",
        "NAWOORD_TWILIO_API_URL": api_url,
        "NAWOORD_TWILIO_NUMBER": OURS,
        "TWILIO_ACCOUNT_SID": ACCOUNT,
        "TWILIO_AUTH_TOKEN": TOKEN,
        "TWILIO_API_KEY": KEY,
        "TWILIO_API_SECRET": SECRET,
    }


def _invite(parts: app.Parts, many: int = INVITATIONS) -> None:
    ended_at = app.now() - timedelta(minutes=1)
    for number in range(many):
        parts.invitations.take(NewContact(f"C-{number}", f"+316{number:08}", ended_at, Source.API))


def _kill_and_wait(workers: Workers, database: Database, fake: FakeTwilio) -> int:
    """Kills whenever another share of the work is done, and goes on until everything is; returns how often."""
    kills, gives_up = 0, time.monotonic() + LONGEST
    while time.monotonic() < gives_up:
        if kills < KILLS and len(fake.accepted) >= INVITATIONS * kills // (KILLS + 1):
            time.sleep(workers.dice.random() / 5)
            workers.kill_one()
            kills += 1
        workers.check()
        with database.read() as connection:
            if connection.execute(UNFINISHED).scalar() == 0:
                return kills
        time.sleep(0.1)
    pytest.fail(f"not finished after {LONGEST:.0f} seconds, {kills} kills and {len(fake.accepted)} messages")


def _beats(database: Database) -> int:
    """How many workers have shown that they are alive."""
    with database.read() as connection:
        return int(connection.execute(text("SELECT count(*) FROM heartbeats")).scalar_one())


def _until(holds: Callable[[], bool], workers: Workers) -> None:
    gives_up = time.monotonic() + LONGEST
    while not holds():
        workers.check()
        assert time.monotonic() < gives_up
        time.sleep(0.05)
