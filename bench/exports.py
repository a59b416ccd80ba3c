"""How long an export of a million surveys takes, beside the plain sqlite3 command line and DuckDB.

    python -m bench.exports [--surveys 1000000] [--also 100000]

The same rows from one SQLite file, each contender in a process of its own, with the peak of its resident memory. Both
sqlite3 and DuckDB put the same answers beside each survey by a join and leave comments encrypted; they know no anchors,
bands or masking, and neutralise nothing. DuckDB cannot read SQLite without a download: it has the rows in tables of its
own, whose making is not counted. What of our time goes to decrypting and to masking comments is measured by itself,
in processor time, which tells more than the clock on a machine that has other work. Behind it come both tables in every
format, of fewer surveys.
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
from contextlib import closing
from dataclasses import dataclass
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
    parser.add_argument("--also", type=int, nargs="*", default=[100_000])
    options = parser.parse_args()
    _beside_others(options.surveys)
    for surveys in options.also:
        _in_every_format(surveys)


def _beside_others(surveys: int) -> None:
    with tempfile.TemporaryDirectory(prefix="nawoord") as name:
        folder = Path(name)
        file = folder / "exports.db"
        rows, comments = _fill(file, surveys)
        _to_duckdb(file)
        found = {who: _run(command, folder) for who, command in _contenders(folder, file).items()}
        _tell(rows, comments, found, found["sqlite3 csv"])
        _shares(comments, found["nawoord csv"])


def _in_every_format(surveys: int) -> None:
    with tempfile.TemporaryDirectory(prefix="nawoord") as name:
        folder = Path(name)
        rows, comments = _fill(folder / "exports.db", surveys)
        found = {
            f"{what} {format}": _run(_export(folder, what, format), folder)
            for what in ("answers", "verbatims")
            for format in ("csv", "jsonl", "parquet", "xlsx")
        }
        _tell(rows, comments, found, found["answers csv"])


def _tell(rows: int, comments: int, found: Mapping[str, "Took"], beside: "Took") -> None:
    print(f"{rows:,} surveys, {comments:,} comments")
    print(f"{'':18}{'s':>9}{'processor s':>13}{'rows/s':>12}{'times':>8}{'peak MB':>9}{'file MB':>9}")
    for who, took in found.items():
        print(
            f"{who:18}{took.seconds:9.2f}{took.processor:13.2f}{rows / took.seconds:12,.0f}"
            f"{took.processor / beside.processor:8.1f}{took.peak:9.0f}{took.size:9.0f}",
            flush=True,
        )


def _fill(file: Path, surveys: int) -> tuple[int, int]:
    """How many surveys and comments there are."""
    url, keys = f"sqlite:///{file}", Keys.derive(SECRET)
    migrate(url)
    database = Database.open(url)
    fill(database, round(surveys * ANSWERS_PER_SURVEY), [keys.encrypt(text, VERBATIM) for text in SAID])
    database.dispose()
    (file.parent / "config.yaml").write_text("company: Bench\n", encoding="utf-8")
    with closing(sqlite3.connect(file)) as connection:
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        (rows,) = connection.execute("SELECT count(*) FROM sessions").fetchone()
        (comments,) = connection.execute("SELECT count(*) FROM answers WHERE verbatim IS NOT NULL").fetchone()
    return rows, comments


def _to_duckdb(file: Path) -> None:
    with closing(sqlite3.connect(file)) as connection, duckdb.connect(str(file.with_suffix(".duckdb"))) as other:
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
    found = {f"nawoord {format}": _export(folder, "answers", format) for format in ("csv", "parquet")}
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


def _export(folder: Path, what: str, format: str) -> Sequence[str]:
    to = folder / f"nawoord_{what}.{format}"
    return (sys.executable, "-m", "bot", "export", what, "--output", str(to))


@dataclass(frozen=True, slots=True)
class Took:
    """What a command took: seconds by the clock, seconds of processors, megabytes at the peak, megabytes written."""

    seconds: float
    processor: float
    peak: float
    size: float


BETWEEN = (
    "import os, sys; _, status, used = os.wait4(os.posix_spawn(sys.argv[1], sys.argv[1:], os.environ), 0);"
    " print(used.ru_maxrss, used.ru_utime + used.ru_stime); sys.exit(bool(status))"
)


def _run(command: Sequence[str], folder: Path) -> Took:
    before = {path.name for path in folder.iterdir()}
    settings = {"NAWOORD_CONFIG": str(folder / "config.yaml"), "NAWOORD_SECRET_KEY": SECRET}
    environment = {**os.environ, **settings, "NAWOORD_DATABASE_URL": f"sqlite:///{folder}/exports.db"}
    begun = time.perf_counter()
    # By way of a small process: the peak that the system tells of a child begins with what its parent had.
    between = subprocess.run(
        [sys.executable, "-S", "-c", BETWEEN, *command], env=environment, stdout=subprocess.PIPE, text=True, check=True
    )
    seconds = time.perf_counter() - begun
    peak, processor = between.stdout.split()[-2:]
    new = [path for path in folder.iterdir() if path.name not in before]
    return Took(seconds, float(processor), int(peak) / 1024, sum(path.stat().st_size for path in new) / 1e6)


def _shares(comments: int, whole: Took) -> None:
    keys = Keys.derive(SECRET)
    sealed = [keys.encrypt(text, VERBATIM) for text in SAID]
    decrypting = _timed(lambda: [keys.decrypt(sealed[n % len(sealed)], VERBATIM) for n in range(comments)])
    masking = _timed(lambda: [mask(text, redact(text)) for n in range(comments) for text in (SAID[n % len(SAID)],)])
    parts = {"decrypting": decrypting, "masking": masking}
    print(
        "of nawoord csv: " + ", ".join(f"{name} {100 * part / whole.processor:.0f} %" for name, part in parts.items())
    )


def _timed(what: Callable[[], object]) -> float:
    """Seconds of a processor."""
    begun = time.process_time()
    what()
    return time.process_time() - begun


if __name__ == "__main__":
    main()
