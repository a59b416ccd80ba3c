"""The documentation is true: every command, variable and endpoint stands in it, and every link leads somewhere."""

import re
from pathlib import Path

import click
import pytest

from bot.app import assemble, create_app
from bot.cli import cli
from bot.config import ENVIRONMENT, PROJECT
from bot.settings import Settings

DOCS = {path.name: path.read_text(encoding="utf-8") for path in [PROJECT / "README.md", *PROJECT.glob("docs/*.md")]}
EVERYTHING = "\n".join(DOCS.values())


def commands(group: click.Group, before: str = "nawoord") -> list[str]:
    found = []
    for name in group.list_commands(click.Context(group)):
        whole, command = f"{before} {name}", group.get_command(click.Context(group), name)
        found += commands(command, whole) if isinstance(command, click.Group) else [whole]
    return found


@pytest.mark.parametrize("command", commands(cli))
def test_every_command_is_documented(command: str) -> None:
    """Whoever reads the documentation knows every command."""
    assert f"`{command}`" in EVERYTHING


@pytest.mark.parametrize("command", sorted(set(re.findall(r"nawoord ([a-z-]+(?: [a-z-]+)?)", EVERYTHING))))
def test_every_documented_command_exists(command: str) -> None:
    """No command is promised that is not there."""
    known = {name.removeprefix("nawoord ") for name in commands(cli)}
    assert command in known or command.partition(" ")[0] in known


@pytest.mark.parametrize("variable", ["NAWOORD_CONFIG", *ENVIRONMENT])
def test_every_variable_is_documented(variable: str) -> None:
    """Each variable of the environment has its line."""
    assert f"`{variable}`" in DOCS["operating.md"]


def test_every_webhook_is_documented(tmp_path: Path) -> None:
    """Each address that has to be entered at the carrier stands in the page about it."""
    parts = assemble(Settings(folder=tmp_path))
    rules = [rule.rule for rule in create_app(parts).url_map.iter_rules() if rule.rule.startswith("/twilio/")]
    parts.database.dispose()
    ours_alone = ("/twilio/voice/turn/", "/twilio/voice/language/")
    assert [rule for rule in rules if not rule.startswith(ours_alone) and f"`{rule}`" not in DOCS["twilio.md"]] == []


@pytest.mark.parametrize(
    ("page", "target"), [(page, link) for page, text in DOCS.items() for link in re.findall(r"\]\(([^)#]+)\)", text)]
)
def test_every_link_leads_somewhere(page: str, target: str) -> None:
    """Links within the project point at files that are there."""
    folder = PROJECT if page == "README.md" else PROJECT / "docs"
    assert (folder / target).exists()


def test_the_roles_are_those_of_the_pages(tmp_path: Path) -> None:
    """What the table says of an address is what the page asks for; the longest that fits is meant."""
    table = DOCS["operating.md"].partition("| what | where |")[2].partition("\n\n")[0]
    roles = re.findall(r"`(\w+)` \|", table.splitlines()[0])
    told: dict[str, set[str]] = {}
    for line in table.splitlines()[2:]:
        _, _, where, *may, _ = map(str.strip, line.split("|"))
        allowed = {role for role, answer in zip(roles, may, strict=True) if answer == "yes"}
        told |= dict.fromkeys(re.findall(r"`([^`]+)`", where), allowed)
    parts = assemble(Settings(folder=tmp_path))
    app = create_app(parts)
    parts.database.dispose()
    found = {
        f"{method} {rule.rule}": set(map(str, needed))
        for rule in app.url_map.iter_rules()
        if (needed := getattr(app.view_functions[rule.endpoint], "roles", None)) is not None
        for method in (rule.methods or set()) - {"HEAD", "OPTIONS"}
    }
    meant = {page: told.get(max((place for place in told if place in page), key=len, default="")) for page in found}
    assert meant == found
