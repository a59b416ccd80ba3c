"""The floor: a bare route that checks the signature and makes one row durable, by the driver alone."""

import fcntl
import os
import sqlite3
import threading

import psycopg
from flask import Flask, Response, abort, request

from bot.carriers.twilio import is_genuine

SAID = '<?xml version="1.0" encoding="UTF-8"?><Response><Say>Thank you.</Say></Response>'


def application() -> Flask:
    """The route, on the database and with the token and base URL that the environment names."""
    url, token, base = (os.environ[f"BENCH_{name}"] for name in ("DATABASE", "TOKEN", "BASE"))
    insert = _OnSqlite(url.removeprefix("sqlite:///")) if url.startswith("sqlite") else _OnPostgresql(url)
    app = Flask(__name__)

    @app.post("/floor/<name>")
    def floor(name: str) -> Response:
        if not is_genuine([token], base + request.path, request.form, request.headers.get("X-Twilio-Signature")):
            abort(403)
        insert(name, request.form["Digits"])
        return Response(SAID, mimetype="text/xml")

    return app


class _OnSqlite:
    """Durable inserts into a file, threads and processes queueing fairly, as the product does."""

    def __init__(self, path: str) -> None:
        self._connection = sqlite3.connect(path, isolation_level=None, check_same_thread=False, timeout=10)
        self._connection.execute("PRAGMA journal_mode=WAL")
        self._connection.execute("PRAGMA synchronous=FULL")
        self._connection.execute("CREATE TABLE IF NOT EXISTS floor (name TEXT, digits TEXT)")
        self._thread = threading.Lock()
        self._process = os.open(f"{path}.lock", os.O_RDWR | os.O_CREAT, 0o600)

    def __call__(self, name: str, digits: str) -> None:
        with self._thread:
            fcntl.flock(self._process, fcntl.LOCK_EX)
            try:
                self._connection.execute("INSERT INTO floor VALUES (?, ?)", (name, digits))
            finally:
                fcntl.flock(self._process, fcntl.LOCK_UN)


class _OnPostgresql:
    """Durable inserts by a connection a thread."""

    def __init__(self, url: str) -> None:
        self._url = url
        self._local = threading.local()
        with psycopg.connect(url, autocommit=True) as connection:
            connection.execute("SELECT pg_advisory_lock(1)")
            connection.execute("CREATE TABLE IF NOT EXISTS floor (name text, digits text)")

    def __call__(self, name: str, digits: str) -> None:
        if not hasattr(self._local, "connection"):
            self._local.connection = psycopg.connect(self._url, autocommit=True)
        self._local.connection.execute("INSERT INTO floor VALUES (%s, %s)", (name, digits))
