"""Commands that read verbatims for their themes, and let people decide."""

import sys
from datetime import UTC, datetime
from pathlib import Path

import click

from bot import app, comments, learning, review, sheets
from bot.cli.opening import ready
from bot.cli.printing import print_table
from bot.cli.progress import progressing
from bot.reporting.files import appearing
from bot.reporting.writers import FORMATS, Table, write
from bot.review import Conflict, Refused, Taken
from bot.verbatims import Shown
from nlp.coding import is_locked
from nlp.redaction import mask, redact


@click.command()
@click.option("--since", type=click.DateTime(), help="Only what was answered from this day on.")
@click.option("--retag", is_flag=True, help="Also what was read with another code frame or model; decisions stay.")
@click.option("--input", "source", type=click.Path(exists=True, dir_okay=False, path_type=Path), help="A file instead.")
@click.option("--text-column", help="Where the comments stand in the file.")
@click.option("--language", help="Of all comments in the file, as in nl.")
@click.option("--language-column", help="Where the language of each stands in the file.")
@click.option("--output", type=click.Path(dir_okay=False, path_type=Path), help="As .csv, .xlsx, .parquet or .jsonl.")
def tag(
    since: datetime | None,
    retag: bool,
    source: Path | None,
    text_column: str | None,
    language: str | None,
    language_column: str | None,
    output: Path | None,
) -> None:
    """Read verbatims for their themes: those of surveys, or a file of comments that never were one."""
    if source is None:
        parts = ready()
        with progressing("verbatims", parts.verbatims.backlog()) as step:
            for read in parts.verbatims.tag_all(since and since.replace(tzinfo=UTC), retag):
                step(read)
        return
    if not text_column or not output:
        raise click.UsageError("--input needs --text-column and --output")
    tagger = app.taggers_of(app.settings_of_environment()).tagger()
    with comments.opened(source) as found, progressing("comments", None) as step:
        table = comments.tagged(found, tagger, text_column, language, language_column, lambda: step(1))
        _write(table, output)


@click.command("review")
@click.option("--file", "path", required=True, type=click.Path(dir_okay=False, path_type=Path), help="CSV or XLSX.")
@click.option("--by", required=True, help="Your name; it stands beside every decision.")
@click.option("--most", default=100, show_default=True, help="How many verbatims a new sheet holds.")
@click.option("--overrule", is_flag=True, help="Your decisions go before those taken since the sheet was made.")
def review_command(path: Path, by: str, most: int, overrule: bool) -> None:
    """Make a sheet of what is worth coding next; once you have corrected it, take it back in."""
    parts = ready()
    if not path.exists():
        picks = learning.suggest(parts.verbatims, parts.taggers.models, most).picks
        blind = {shown.said.id for _, shown in picks if is_locked(shown.said.id)}
        _write(review.sheet_of((shown for _, shown in picks), blind, app.now()), path)
        click.echo(f"{len(picks)} verbatims in {path}; correct the column themes, then run this again", err=True)
        return
    taken = conflicts = refused = 0
    with sheets.opened(path) as sheet:
        for came in review.take(parts.verbatims, sheet, by, overrule):
            match came:
                case Taken():
                    taken += 1
                case Conflict() as conflict:
                    conflicts += 1
                    click.echo(f"line {conflict.line}: {conflict.by} decided since: {conflict.theirs or 'no theme'};")
                    click.echo(f"    yours, not taken: {conflict.ours or 'no theme'} (--overrule takes it)")
                case Refused() as row:
                    refused += 1
                    click.echo(f"line {row.line}: {row.why}")
    click.echo(f"{taken} taken, {conflicts} in conflict, {refused} refused", err=True)
    sys.exit(1 if conflicts or refused else 0)


@click.command()
@click.option("--most", default=20, show_default=True, help="How many verbatims to name.")
def suggest(most: int) -> None:
    """Name verbatims worth coding, words that could be seeds, and phrases that no theme covers."""
    parts = ready()
    found = learning.suggest(parts.verbatims, parts.taggers.models, most)
    print_table(
        "to code",
        ("verbatim", "why", "theme", "text"),
        [(pick.id, pick.why, pick.theme or "", _masked(shown)[:90]) for pick, shown in found.picks],
    )
    print_table(
        "new seeds",
        ("theme", "words", "in verbatims", "for instance"),
        [
            (theme, phrase.words, str(phrase.count), " ".join(phrase.examples))
            for theme, listed in found.seeds.items()
            for phrase in listed
        ],
    )
    print_table(
        "in no theme",
        ("words", "in verbatims", "for instance"),
        [(phrase.words, str(phrase.count), " ".join(phrase.examples)) for phrase in found.uncovered],
    )


COMMANDS = (tag, review_command, suggest)


def _masked(shown: Shown) -> str:
    return mask(shown.said.text, redact(shown.said.text, shown.said.own))


def _write(table: Table, path: Path) -> None:
    format = path.suffix.lower().removeprefix(".")
    if format not in FORMATS:
        raise click.UsageError(f"{path.name}: write to one of {', '.join(f'.{each}' for each in FORMATS)}")
    # What is read may be the same file, and what is there must not be lost to a fault.
    with appearing(path) as draft, draft.open("wb") as file:
        write(table, file, format)
