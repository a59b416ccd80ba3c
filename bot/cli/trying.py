"""Commands that look over the surveys and try them."""

import sys
from os import environ
from pathlib import Path

import click

from bot import app, checks
from bot.cells import CHANNELS
from bot.config import load
from bot.play import play
from flows.lint import Severity


@click.command()
def check() -> None:
    """Look over settings, surveys, wordings, voices and the code frame."""
    settings = load(environ)
    survey = app.survey_of(settings)
    app.frame_of(settings)
    findings = checks.findings(settings, survey)
    for finding in findings:
        click.echo(finding)
    errors = sum(finding.severity is Severity.ERROR for finding in findings)
    click.echo(f"{errors} errors, {len(findings) - errors} warnings", err=True)
    sys.exit(1 if errors else 0)


@click.command("play")
@click.argument("survey", default="post_contact")
@click.option("--channel", type=click.Choice(list(CHANNELS)), default="voice", show_default=True)
@click.option("--language", default="nl", show_default=True, help="Or be, or anonymous, to be offered a choice.")
@click.option("--title", default="a conversation", help="What the transcript shows.")
@click.option("--save", type=click.Path(path_type=Path, dir_okay=False), help="Keep the transcript in this file.")
def play_command(survey: str, channel: str, language: str, title: str, save: Path | None) -> None:
    """Have the conversation here in the terminal; nothing of it is kept but the transcript."""
    with app.rehearsal(load(environ), survey) as sandbox:
        transcript = play(sandbox, CHANNELS[channel], language, input, click.echo, title)
    if save:
        save.write_text(transcript, encoding="utf-8")


COMMANDS = (check, play_command)
