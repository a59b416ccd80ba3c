"""How long an export of a million surveys takes, beside the plain sqlite3 command line and DuckDB.

    python -m bench.exports [--surveys 1000000]

The same rows from one SQLite file, each contender in a process of its own, with the peak of its resident memory. Both
sqlite3 and DuckDB put the same answers beside each survey by a join and leave comments encrypted; they know no anchors,
bands or masking, and neutralise nothing. DuckDB cannot read SQLite without a download: it has the rows in tables of its
own, whose making is not counted. What of our time goes to decrypting and to masking comments is measured by itself.
"""

import os
import shutil
import sqlite3
import subprocess
import sys
import tempfile
import time
from argparse import ArgumentParser
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

import duckdb
import pyarrow as pa

from bench.figures import fill
from nlp.redaction import mask, redact
from storage.answers import VERBATIM
from storage.database import Database, migrate
from storage.encryption import Keys

SECRET = "a secret of the benchmark and of nothing else"
ANSWERS_PER_SURVEY = 1.92
SAID = (
    "veel te lang moeten wachten aan de telefoon, maar daarna vriendelijk geholpen",
    "alles was snel geregeld",
    "bel me terug op 06 12345678, want de factuur klopt nog steeds niet",
    "the agent was kind and solved it at once",
)

ROWS = (
    "SELECT s.reference, s.id AS session, s.channel, s.language, s.started_at, s.ended_at, s.outcome, s.last_question,"
    " n.value AS nps, c.value AS ces, hex(w.verbatim) AS verbatim, n.instrument AS nps_instrument,"
    " n.series AS nps_series, c.instrument AS ces_instrument, c.series AS ces_series, s.survey, s.survey_version,"
    " s.country, s.queue, s.agent, s.touchpoint FROM sessions s"
    " LEFT JOIN answers n ON n.session_id = s.id AND n.question = 'nps'"
    " LEFT JOIN answers c ON c.session_id = s.id AND c.question = 'ces'"
    " LEFT JOIN answers w ON w.session_id = s.id AND w.question = 'why' ORDER BY s.started_at, s.id"
)


def main() -> None:
    parser = ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--surveys", type=int, default=1_000_000)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="nawoord") as name:
        folder = Path(name)
        file = folder / "exports.db"
        rows, comments = _fill(file, options.surveys)
        found = {who: _run(command, folder) for who, command in _contenders(folder, file).items()}
        print(
            f"{rows:,} surveys, {comments:,} comments\n"
            f"{'':18}{'s':>9}{'rows/s':>12}{'times':>8}{'peak MB':>9}{'file MB':>9}"
        )
        fastest = found["sqlite3 csv"][0]
        for who, (seconds, peak, size) in found.items():
            print(f"{who:18}{seconds:9.2f}{rows / seconds:12,.0f}{seconds / fastest:8.1f}{peak:9.0f}{size:9.0f}")
        _shares(comments, found["nawoord csv"][0])


def _fill(file: Path, surveys: int) -> tuple[int, int]:
    """How many surveys and comments there are."""
    url, keys = f"sqlite:///{file}", Keys.derive(SECRET)
    migrate(url)
    database = Database.open(url)
    fill(database, round(surveys * ANSWERS_PER_SURVEY), [keys.encrypt(text, VERBATIM) for text in SAID])
    database.dispose()
    with sqlite3.connect(file) as connection:
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        (rows,) = connection.execute("SELECT count(*) FROM sessions").fetchone()
        (comments,) = connection.execute("SELECT count(*) FROM answers WHERE verbatim IS NOT NULL").fetchone()
        _to_duckdb(connection, file.with_suffix(".duckdb"))
    connection.close()
    return rows, comments


def _to_duckdb(connection: sqlite3.Connection, file: Path) -> None:
    with duckdb.connect(str(file)) as other:
        for table in ("sessions", "answers"):
            cursor = connection.execute(f"SELECT * FROM {table}")  # noqa: S608 -- names of ours
            names = [each[0] for each in cursor.description]
            schema = pa.schema([(name, KINDS.get(name, pa.string())) for name in names])
            is_made = False
            while rows := cursor.fetchmany(100_000):
                batch = pa.table(
                    [pa.array(cells, kind.type) for cells, kind in zip(zip(*rows, strict=True), schema, strict=True)],
                    schema,
                )
                other.register("batch", batch)
                how = f"INSERT INTO {table}" if is_made else f"CREATE TABLE {table} AS"
                other.execute(f"{how} SELECT * FROM batch")  # noqa: S608 -- names of ours
                other.unregister("batch")
                is_made = True


KINDS: Mapping[str, pa.DataType] = {
    **dict.fromkeys(("value", "late", "corrected_from", "revision"), pa.int64()),
    **dict.fromkeys(("verbatim", "raw", "snapshot"), pa.binary()),
    "confidence": pa.float64(),
}


def _contenders(folder: Path, file: Path) -> Mapping[str, Sequence[str]]:
    """By name the command, which writes to its last argument."""
    (folder / "config.yaml").write_text("company: Bench\n", encoding="utf-8")
    found: dict[str, Sequence[str]] = {}
    for format in ("csv", "parquet"):
        to = folder / f"nawoord.{format}"
        found[f"nawoord {format}"] = (sys.executable, "-m", "bot", "export", "answers", "--output", str(to))
    plain = str(folder / "sqlite3.csv")
    command = shutil.which("sqlite3")
    if not command:
        raise SystemExit("there is no sqlite3 on this machine: apt-get install sqlite3")
    found["sqlite3 csv"] = (command, "-readonly", "-csv", "-header", str(file), f".once {plain}", ROWS)
    for format in ("csv", "parquet"):
        to = folder / f"duckdb.{format}"
        copy = f"COPY ({ROWS}) TO '{to}' (FORMAT {format})"
        run = f"import duckdb; duckdb.connect({str(file.with_suffix('.duckdb'))!r}, read_only=True).execute({copy!r})"
        found[f"duckdb {format}"] = (sys.executable, "-c", run)
    return found


BETWEEN = (
    "import os, sys; _, status, used = os.wait4(os.posix_spawn(sys.argv[1], sys.argv[1:], os.environ), 0);"
    " print(used.ru_maxrss); sys.exit(bool(status))"
)


def _run(command: Sequence[str], folder: Path) -> tuple[float, float, float]:
    """Seconds, megabytes at the peak, and megabytes of what was written."""
    before = {path.name for path in folder.iterdir()}
    settings = {"NAWOORD_CONFIG": str(folder / "config.yaml"), "NAWOORD_SECRET_KEY": SECRET}
    environment = {**os.environ, **settings, "NAWOORD_DATABASE_URL": f"sqlite:///{folder}/exports.db"}
    begun = time.perf_counter()
    # By way of a small process: the peak that the system tells of a child begins with what its parent had.
    between = subprocess.run(
        [sys.executable, "-S", "-c", BETWEEN, *command], env=environment, stdout=subprocess.PIPE, text=True, check=True
    )
    seconds = time.perf_counter() - begun
    new = [path for path in folder.iterdir() if path.name not in before]
    return seconds, int(between.stdout.split()[-1]) / 1024, sum(path.stat().st_size for path in new) / 1e6


def _shares(comments: int, whole: float) -> None:
    keys = Keys.derive(SECRET)
    sealed = [keys.encrypt(text, VERBATIM) for text in SAID]
    decrypting = _timed(lambda: [keys.decrypt(sealed[n % len(sealed)], VERBATIM) for n in range(comments)])
    masking = _timed(lambda: [mask(text, redact(text)) for n in range(comments) for text in (SAID[n % len(SAID)],)])
    print(f"of nawoord csv: decrypting {100 * decrypting / whole:.0f} %, masking {100 * masking / whole:.0f} %")


def _timed(what: Callable[[], object]) -> float:
    begun = time.perf_counter()
    what()
    return time.perf_counter() - begun


if __name__ == "__main__":
    main()
