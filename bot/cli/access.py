"""Commands that say who may do what: people who sign in, and keys for programs."""

import sys
from datetime import datetime
from zoneinfo import ZoneInfo

import click

from bot.accounts import KEY_ROLES, USER_ROLES, Role, new_password
from bot.cli.opening import ready
from bot.cli.printing import print_table

KEY_ROLE = click.Choice([each.value for each in KEY_ROLES])
USER_ROLE = click.Choice([each.value for each in USER_ROLES])
STDIN = click.option("--password-stdin", "from_stdin", is_flag=True, help="Read the password from standard input.")
GENERATE = click.option("--generate", is_flag=True, help="Make a password and print it.")


@click.group()
def keys() -> None:
    """Keys with which programs use the API."""


@keys.command("add")
@click.argument("name")
@click.option("--role", type=KEY_ROLE, required=True, help="trigger reports contacts, analyst reads, admin does all.")
def keys_add(name: str, role: str) -> None:
    """Make a key and print it; it cannot be shown again."""
    key = ready().accounts.add_key(name, Role(role))
    click.echo("Keep this key: it cannot be shown again.", err=True)
    click.echo(key)


@keys.command("list")
def keys_list() -> None:
    """Every key: name, role, and when it was made, last used and revoked."""
    parts = ready()
    zone = ZoneInfo(parts.settings.pages.time_zone)
    known = parts.accounts.keys()
    rows = [
        (key.name, key.role, *(_at(moment, zone) for moment in (key.made_at, key.used_at, key.revoked_at)))
        for key in known
    ]
    print_table(f"Keys, times in {zone}", ("name", "role", "made", "last used", "revoked"), rows)


@keys.command("revoke")
@click.argument("name")
def keys_revoke(name: str) -> None:
    """Make a key useless, at once and for good."""
    _tell(ready().accounts.revoke_key(name), f"no key named {name} is in use; `nawoord keys list` shows them")


@click.group()
def users() -> None:
    """People who sign in to the pages."""


@users.command("add")
@click.argument("name")
@click.option("--role", type=USER_ROLE, required=True, help="staff reports contacts, analyst reads, admin does all.")
@STDIN
@GENERATE
def users_add(name: str, role: str, from_stdin: bool, generate: bool) -> None:
    """Let a person sign in."""
    accounts, password = ready().accounts, _password(from_stdin, generate)
    accounts.add_user(name, Role(role), password)
    if generate:
        click.echo(password)


@users.command("list")
def users_list() -> None:
    """Every user: name, role, and when they were added, last signed in and disabled."""
    parts = ready()
    zone = ZoneInfo(parts.settings.pages.time_zone)
    rows = [
        (one.name, one.role, *(_at(moment, zone) for moment in (one.made_at, one.signed_in_at, one.disabled_at)))
        for one in parts.accounts.users()
    ]
    print_table(f"Users, times in {zone}", ("name", "role", "added", "signed in", "disabled"), rows)


@users.command("password")
@click.argument("name")
@STDIN
@GENERATE
def users_password(name: str, from_stdin: bool, generate: bool) -> None:
    """Change a password; wherever that person is signed in, they no longer are."""
    accounts, password = ready().accounts, _password(from_stdin, generate)
    _tell(accounts.change_password(name, password), _nobody(name))
    if generate:
        click.echo(password)


@users.command("role")
@click.argument("name")
@click.argument("role", type=USER_ROLE)
def users_role(name: str, role: str) -> None:
    """Change what a person may do, from now on."""
    _tell(ready().accounts.change_role(name, Role(role)), _nobody(name))


@users.command("disable")
@click.argument("name")
@click.option("--undo", is_flag=True, help="Let them sign in again.")
def users_disable(name: str, undo: bool) -> None:
    """Let a person no longer sign in, and sign them out everywhere."""
    _tell(ready().accounts.disable(name, undo=undo), _nobody(name))


def _password(from_stdin: bool, generate: bool) -> str:
    if generate:
        return new_password()
    if from_stdin:
        return sys.stdin.readline().rstrip("\r\n")
    return str(click.prompt("Password", hide_input=True, confirmation_prompt="The same again", err=True))


def _tell(found: bool, otherwise: str) -> None:
    if not found:
        click.echo(otherwise, err=True)
        sys.exit(1)


def _nobody(name: str) -> str:
    return f"there is no user named {name}; `nawoord users list` shows them"


def _at(moment: datetime | None, zone: ZoneInfo) -> str:
    return f"{moment.astimezone(zone):%Y-%m-%d %H:%M}" if moment else "-"


COMMANDS = (keys, users)
