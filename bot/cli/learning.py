"""Commands that learn from what people decided, and say how good it is."""

import json
import sys
from pathlib import Path

import click

from bot import app, comments, learning
from bot.cli.opening import ready
from bot.cli.printing import print_report, print_table, share
from nlp import advising
from nlp.broken import BrokenModel
from nlp.tagger import Tagger
from nlp.training import TooFewLabels


@click.command()
@click.option("--seed", default=0, show_default=True, help="The same seed and decisions give the same model.")
@click.option("--activate", is_flag=True, help="Put the model to work if it is better.")
def train(seed: int, activate: bool) -> None:
    """Learn from everything that was decided, and say whether that makes tagging better."""
    parts = ready()
    models = parts.taggers.models
    try:
        version, trained = advising.train(parts.verbatims.frame, models, list(learning.coded(parts.verbatims)), seed)
    except TooFewLabels as error:
        click.echo(str(error), err=True)
        sys.exit(1)
    account = trained.account
    print_report("on verbatims kept apart, before", account.before)
    print_report(f"the same with {version}", account.after)
    for reason in account.verdict.reasons:
        click.echo(reason)
    if account.verdict.needed:
        click.echo(f"about {account.verdict.needed} more coded verbatims among those kept apart would settle it")
    if not account.verdict.promote:
        click.echo(f"{version} is kept and not put to work", err=True)
        sys.exit(1)
    if activate:
        models.activate(version)
    click.echo(f"{version} {'is at work' if activate else 'may be put to work: nawoord themes activate'}", err=True)


@click.command()
@click.argument("version")
def activate(version: str) -> None:
    """Put a trained model to work that was found better than what was at work."""
    models = ready().taggers.models
    if not models.manifest(version)["account"]["verdict"]["promote"]:
        raise BrokenModel(f"{version} was not better than what was at work, and is not put to work")
    models.activate(version)


@click.command()
def rollback() -> None:
    """Put back to work what was before the present model."""
    click.echo(f"{ready().taggers.models.rollback() or 'the rules alone'} at work", err=True)


@click.command()
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--text-column", default="text", show_default=True)
@click.option("--themes-column", default="themes", show_default=True, help="A list, or words with semicolons between.")
@click.option("--language-column")
@click.option("--frame", help="Another code frame: its key, or the path of its file; by its rules alone.")
@click.option("--json", "as_json", is_flag=True)
def evaluate(
    file: Path, text_column: str, themes_column: str, language_column: str | None, frame: str | None, as_json: bool
) -> None:
    """Measure tagging on a file of comments whose themes are known."""
    settings = app.settings_of_environment()
    tagger = Tagger.rules(app.frame_of(settings, frame)) if frame else app.taggers_of(settings).tagger()
    with comments.opened(file) as found:
        report = learning.measured(found, tagger, text_column, themes_column, language_column)
    if as_json:
        click.echo(json.dumps(report.plain(), indent=2))
    else:
        print_report(f"{tagger.version} on {file.name}, {report.verbatims} comments", report)


@click.command()
def agreement() -> None:
    """Show how far those who coded the same verbatims agree: Krippendorff's alpha."""
    found = learning.agreement(ready().verbatims)
    rows = [(theme, share(alpha)) for theme, alpha in found.themes.items()]
    print_table(
        f"{found.verbatims} verbatims coded by two or more", ("theme", "alpha"), [*rows, ("all", share(found.sets))]
    )
    for id in found.conflicts[:20]:
        click.echo(id)


COMMANDS = (train, activate, rollback, evaluate, agreement)
