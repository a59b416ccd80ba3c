"""How many answers a second the production server takes, and how long one takes, beside the floor.

    python -m bench.turns [--answers 4000] [--connections 16] [--rounds 3]

Two worker processes answer; one more process plays the carrier. The floor is `bench/floor.py` under the same server:
signature checked, one durable raw insert. Both are measured in turn, on SQLite and on a real PostgreSQL.
"""

import os
import secrets
import socket
import sqlite3
import subprocess
import sys
import tempfile
import time
from argparse import ArgumentParser
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import groupby
from pathlib import Path
from statistics import median
from typing import Any

import psycopg
from itsdangerous import Signer
from sqlalchemy import event
from sqlalchemy.engine import Engine

from bench.load import Timing, play, rendered
from bot.addresses import caller
from bot.app import assemble
from bot.calls import answer_call, take_turn
from bot.carriers.twilio import sign
from bot.config import load
from bot.conversations import About
from bot.settings import Settings
from flows.turn import Keyed, Reply
from storage.database import migrate
from tests.postgresql import running_postgresql

TOKEN = "a token that only this measurement knows"
THREADS = 4
PEER = (135, 340)
"""Answers a second of Twilio's own Flask sample on SQLite, which checks no signature: docs/design.md."""


def main() -> None:
    parser = ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--answers", type=int, default=4000, help="answers in a round")
    parser.add_argument("--connections", type=int, default=16)
    parser.add_argument("--rounds", type=int, default=3)
    options = parser.parse_args()
    print(f"{options.rounds} rounds of {options.answers} answers, {options.connections} connections, 2 processes\n")
    print(f"{'':12}{'what':10}{'answers/s':>11}{'p50 ms':>9}{'p99 ms':>9}{'longest':>9}{'of floor':>10}")
    with tempfile.TemporaryDirectory(prefix="nawoord") as folder, running_postgresql() as postgresql:
        for kind, url in (("SQLite", f"sqlite:///{folder}/turns.db"), ("PostgreSQL", postgresql)):
            environment = {
                "NAWOORD_CARRIER": "twilio",
                "NAWOORD_DATABASE_URL": url,
                "NAWOORD_PUBLIC_URL": "http://bench.example",
                "NAWOORD_SECRET_KEY": secrets.token_urlsafe(32),
                "TWILIO_AUTH_TOKEN": TOKEN,
            }
            migrate(url)
            settings = load(environment)
            floors, turns = [], []
            with (
                _served("bench.floor:application", _floor_environment(url, folder)) as floor_port,
                _served("bot.app:application", environment) as port,
            ):
                for _ in range(options.rounds):
                    floors.append(_measure(floor_port, _floor_requests(options.answers), options.connections))
                    turns.append(_measure(port, _turn_requests(settings, options.answers), options.connections))
            _report(kind, floors, turns)
            print(f"{'':12}{_statements(settings)} SQL statements an answer")
    print(f"\nTwilio's own sample, measured apart: {PEER[0]}-{PEER[1]} answers a second")


def _report(kind: str, floors: list[Timing], turns: list[Timing]) -> None:
    floor = median(timing.rate for timing in floors)
    for what, timings in (("floor", floors), ("answer", turns)):
        rate = median(timing.rate for timing in timings)
        p50, p99 = median(t.p50 for t in timings), median(t.p99 for t in timings)
        longest, failed = max(t.longest for t in timings), sum(t.failed for t in timings)
        share = f"{rate / floor:10.0%}"
        print(f"{kind:12}{what:10}{rate:11,.0f}{p50:9.1f}{p99:9.1f}{longest:9.1f}{share}", end="")
        print(f"  {failed} FAILED" if failed else "")


def _measure(port: int, requests: list[bytes], connections: int) -> Timing:
    """One round. The client is this process; it only sends bytes that were made before."""
    return play(requests, ("127.0.0.1", port), connections)


def _turn_requests(settings: Settings, answers: int) -> list[bytes]:
    """So many calls that wait for their first answer, and the request that gives it to each."""
    parts = assemble(settings)
    signer = Signer(parts.keys.sub("webhooks"), salt="turn", key_derivation="hmac")
    awaited: list[tuple[str, str]] = []

    def note(_reply: Reply, _language: str, turn: str) -> str:
        awaited.append((call, signer.sign(turn).decode()))
        return ""

    for _ in range(answers):
        call = f"CA{secrets.token_hex(16)}"
        theirs = caller(f"+316{secrets.randbelow(10**8):08}")
        answer_call(parts.conversations, call, theirs, "+31200000000", "nl", About(), note)
    parts.database.dispose()
    return [_signed(f"/twilio/voice/turn/{token}", call) for call, token in awaited]


def _floor_requests(answers: int) -> list[bytes]:
    return [_signed(f"/floor/{secrets.token_urlsafe(32)}", f"CA{secrets.token_hex(16)}") for _ in range(answers)]


def _signed(path: str, call: str) -> bytes:
    form = {
        "AccountSid": "AC" + "0" * 32,
        "ApiVersion": "2010-04-01",
        "CallSid": call,
        "CallStatus": "in-progress",
        "Digits": "9",
        "Direction": "inbound",
        "From": "+31600000001",
        "To": "+31200000000",
    }
    signature = sign(TOKEN, f"http://bench.example{path}", form)
    return rendered(path, "bench.example", form, {"X-Twilio-Signature": signature})


def _statements(settings: Settings) -> int:
    """SQL statements that one answer takes at the driver, reading included; beginning a transaction is not counted."""
    counted: list[str] = []

    class Counting(psycopg.Cursor[Any]):
        def execute(self, query: Any, *given: Any, **options: Any) -> "Counting":
            counted.append(str(query))
            return super().execute(query, *given, **options)

    def listen(connection: Any, _record: object) -> None:
        if isinstance(connection, sqlite3.Connection):
            connection.set_trace_callback(counted.append)
        else:
            connection.cursor_factory = Counting

    turns: list[str] = []

    def note(_reply: Reply, _language: str, turn: str) -> str:
        turns.append(turn)
        return "said"

    event.listen(Engine, "connect", listen)
    parts = assemble(settings)
    call = f"CA{secrets.token_hex(16)}"
    for _ in range(2):  # a first use of a connection has statements of its own
        answer_call(parts.conversations, call, caller("+31600000001"), "+31200000000", "nl", About(), note)
    session_id, _, number = turns[0].rpartition(".")
    counted.clear()
    take_turn(parts.conversations, session_id, int(number), Keyed("9"), note)
    event.remove(Engine, "connect", listen)
    parts.database.dispose()
    # SQLite tells a statement anew for everything that its own triggers do for it.
    return len([sql for sql, _ in groupby(counted) if not sql.startswith(("BEGIN", "COMMIT"))])


def _floor_environment(url: str, folder: str) -> dict[str, str]:
    database = f"sqlite:///{folder}/floor.db" if url.startswith("sqlite") else url
    return {"BENCH_DATABASE": database, "BENCH_TOKEN": TOKEN, "BENCH_BASE": "http://bench.example"}


@contextmanager
def _served(target: str, environment: dict[str, str]) -> Iterator[int]:
    """The target under the production server, with its settings; gives the port."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port: int = free.getsockname()[1]
    command = [sys.executable, "-m", "granian", "--interface", "wsgi", "--factory", "--port", str(port)]
    command += ["--workers", "2", "--blocking-threads", str(THREADS), "--log-level", "warning", target]
    server = subprocess.Popen(command, env={**os.environ, **environment}, cwd=Path(__file__).parent.parent)
    try:
        _await(port)
        yield port
    finally:
        server.terminate()
        server.wait(timeout=20)


def _await(port: int) -> None:
    for _ in range(200):
        try:
            socket.create_connection(("127.0.0.1", port), timeout=1).close()
            time.sleep(1)  # the other process starts a moment later
            return
        except OSError:
            time.sleep(0.1)
    raise TimeoutError("the server did not start")


if __name__ == "__main__":
    main()
