"""Users and keys: made, used, guessed at and taken away, on both databases."""

import hashlib
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from itertools import count
from pathlib import Path
from typing import Literal

import pytest
from argon2 import PasswordHasher
from click.testing import CliRunner
from sqlalchemy import select

from bot import accounts as ours
from bot.accounts import (
    TRIES,
    TRIES_IN_KNOWN,
    TRIES_WITHIN,
    Accounts,
    Role,
    TooManyTriesError,
    UnusableError,
    new_password,
)
from bot.cli import cli
from storage.database import Database
from storage.models import api_keys, sign_in_tries, users

PASSWORD = "vier woorden zonder verband"
NOON = datetime(2026, 1, 5, 12, tzinfo=UTC)


class Clock:
    """A clock that stands until it is put on."""

    def __init__(self) -> None:
        self.now = NOON

    def __call__(self) -> datetime:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def accounts(database: Database, clock: Clock, monkeypatch: pytest.MonkeyPatch) -> Accounts:
    """Accounts on an empty database, with hashes that are quick to make."""
    numbers = count(1)
    made = Accounts(database, clock, lambda: f"id{next(numbers)}")
    monkeypatch.setattr(made, "_hasher", PasswordHasher(time_cost=1, memory_cost=8, parallelism=1))
    return made


def test_a_key_is_known_by_its_digest_alone(accounts: Accounts, database: Database) -> None:
    """Who reads the database learns no key."""
    key = accounts.add_key("crm", Role.TRIGGER)
    assert key.startswith("nw_")
    assert len(key) == 3 + 43
    with database.read() as connection:
        row = connection.execute(select(api_keys)).mappings().one()
    assert row["digest"] == hashlib.sha256(key.encode()).hexdigest()
    assert key not in str(dict(row))


def test_only_the_whole_key_opens(accounts: Accounts) -> None:
    """A key is somebody's or nobody's; what is nearly a key is nobody's, and so is nothing at all."""
    key = accounts.add_key("crm", Role.TRIGGER)
    found = accounts.use_key(key)
    assert found
    assert (found.name, found.role) == ("crm", Role.TRIGGER)
    assert [accounts.use_key(other) for other in (key[:-1], f"{key}a", key.upper(), "", "nw_", "\0", "\ud800")] == [
        None
    ] * 7


def test_the_last_use_is_noted_at_most_once_a_minute(accounts: Accounts, clock: Clock) -> None:
    """Calls in quick succession cost no write; the next minute's first one does."""
    key = accounts.add_key("crm", Role.TRIGGER)
    assert accounts.keys()[0].used_at is None
    noted = []
    for seconds in (0, 1, 59, 60, 61, 300):
        clock.now = NOON + timedelta(seconds=seconds)
        accounts.use_key(key)
        noted.append(accounts.keys()[0].used_at)
    assert [(at - NOON).seconds for at in noted if at] == [0, 0, 0, 60, 60, 300]


def test_a_revoked_key_opens_nothing_and_keeps_its_name(accounts: Accounts) -> None:
    """It stays in the list with its date, cannot be revoked twice, and nobody can take its name for another."""
    key = accounts.add_key("crm", Role.ADMIN)
    assert accounts.revoke_key("CRM ")
    assert not accounts.revoke_key("crm")
    assert not accounts.revoke_key("another")
    assert accounts.use_key(key) is None
    assert [(each.name, each.revoked_at) for each in accounts.keys()] == [("crm", NOON)]  # noqa: SIM118 -- no mapping
    with pytest.raises(UnusableError, match="crm-2"):
        accounts.add_key("crm", Role.ADMIN)


def test_a_user_signs_in_with_their_password(accounts: Accounts, database: Database) -> None:
    """However the name is typed, the password alone decides; it is kept as an Argon2 hash."""
    assert not accounts.has_users()
    accounts.add_user("Agent.One", Role.STAFF, PASSWORD)
    assert accounts.has_users()
    user = accounts.sign_in(" agent.one", PASSWORD)
    assert user
    assert (user.name, user.role) == ("agent.one", Role.STAFF)
    assert accounts.sign_in("agent.one", PASSWORD + ".") is None
    assert accounts.sign_in("agent.two", PASSWORD) is None
    assert accounts.users()[0].signed_in_at == NOON
    with database.read() as connection:
        kept = connection.execute(select(users.c.password)).scalar_one()
    assert kept.startswith("$argon2id$")
    assert repr(user).count("argon2") == 0


def test_an_unknown_name_costs_what_a_known_one_costs(accounts: Accounts, monkeypatch: pytest.MonkeyPatch) -> None:
    """A password is verified once in either case, so that the time taken tells nothing."""
    accounts.add_user("agent", Role.STAFF, PASSWORD)
    verified: list[str] = []
    hasher = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)

    class Watched(PasswordHasher):
        def verify(self, hash: str | bytes, password: str | bytes) -> Literal[True]:
            verified.append(str(hash))
            return hasher.verify(hash, password)

    monkeypatch.setattr(accounts, "_hasher", Watched(time_cost=1, memory_cost=8, parallelism=1))
    outcomes = [accounts.sign_in(name, "wrong" * 4) for name in ("agent", "nobody", "", "a\0b")]
    assert outcomes == [None] * 4
    assert len(verified) == 4


def test_guessing_is_stopped_for_known_and_unknown_names_alike(accounts: Accounts, clock: Clock) -> None:
    """After ten tries not even the right password helps, until fifteen minutes after the first."""
    accounts.add_user("agent", Role.STAFF, PASSWORD)
    for name in ("agent", "nobody"):
        for _ in range(TRIES):
            assert accounts.sign_in(name, "wrong" * 4) is None
        with pytest.raises(TooManyTriesError):
            accounts.sign_in(name, PASSWORD)
    clock.now += TRIES_WITHIN
    assert accounts.sign_in("agent", PASSWORD)


def test_strangers_keep_nobody_out_of_their_own_browser(accounts: Accounts, clock: Clock) -> None:
    """Where somebody has signed in before, there are a few tries more under their name, and under no other."""
    for name in ("agent", "other"):
        accounts.add_user(name, Role.STAFF, PASSWORD)
    known = accounts.sign_in("agent", PASSWORD)
    assert known
    for name in ("agent", "other", "nobody"):
        for _ in range(TRIES):
            accounts.sign_in(name, "wrong" * 4)
    assert accounts.sign_in("agent", PASSWORD, known.id)
    for name, browser in (("agent", None), ("agent", "id9"), ("other", known.id), ("nobody", known.id)):
        with pytest.raises(TooManyTriesError):
            accounts.sign_in(name, PASSWORD, browser)
    for _ in range(TRIES_IN_KNOWN):
        assert accounts.sign_in("agent", "wrong" * 4, known.id) is None
    with pytest.raises(TooManyTriesError):
        accounts.sign_in("agent", PASSWORD, known.id)
    clock.now += TRIES_WITHIN
    assert accounts.sign_in("agent", PASSWORD)


def test_signing_in_forgets_the_tries_before(accounts: Accounts, database: Database) -> None:
    """Who mistypes now and then is never locked out."""
    accounts.add_user("agent", Role.STAFF, PASSWORD)
    for _ in range(3):
        for _ in range(TRIES - 1):
            accounts.sign_in("agent", "wrong" * 4)
        assert accounts.sign_in("agent", PASSWORD)
    with database.read() as connection:
        assert connection.execute(select(sign_in_tries)).all() == []


def test_a_server_that_is_busy_hashing_says_so(accounts: Accounts, monkeypatch: pytest.MonkeyPatch) -> None:
    """Many sign-ins at once cannot keep calls from being answered."""
    accounts.add_user("agent", Role.STAFF, PASSWORD)
    monkeypatch.setattr(ours._HASHING, "_value", 0)
    with pytest.raises(TooManyTriesError) as told:
        accounts.sign_in("agent", PASSWORD)
    assert told.value.seconds == 2


@pytest.mark.parametrize(
    "end",
    [
        lambda accounts: accounts.change_password("agent", PASSWORD[::-1]),
        lambda accounts: accounts.disable("agent"),
    ],
    ids=["another password", "disabled"],
)
def test_sessions_end_with_the_password_and_the_account(accounts: Accounts, end: Callable[[Accounts], bool]) -> None:
    """Whoever was signed in before is so no longer."""
    accounts.add_user("agent", Role.STAFF, PASSWORD)
    user = accounts.sign_in("agent", PASSWORD)
    assert user
    assert accounts.signed_in(user.id, user.generation)
    assert end(accounts)
    assert accounts.signed_in(user.id, user.generation) is None
    assert accounts.sign_in("agent", PASSWORD) is None


def test_a_disabled_user_can_be_let_in_again(accounts: Accounts) -> None:
    """The password is still theirs; sessions of before stay ended."""
    accounts.add_user("agent", Role.STAFF, PASSWORD)
    before = accounts.sign_in("agent", PASSWORD)
    accounts.disable("agent")
    accounts.disable("agent", undo=True)
    after = accounts.sign_in("agent", PASSWORD)
    assert before
    assert after
    assert accounts.signed_in(before.id, before.generation) is None
    assert accounts.signed_in(after.id, after.generation)


def test_another_role_holds_at_once(accounts: Accounts) -> None:
    """Nobody has to sign in again to be allowed more, or less."""
    accounts.add_user("agent", Role.ADMIN, PASSWORD)
    user = accounts.sign_in("agent", PASSWORD)
    assert user
    assert accounts.change_role("agent", Role.ANALYST)
    now = accounts.signed_in(user.id, user.generation)
    assert now
    assert now.role == Role.ANALYST


@pytest.mark.parametrize(
    ("name", "password", "why"),
    [
        ("agent", "short", "12 to 256 characters"),
        ("agent", "x" * 257, "12 to 256 characters"),
        ("agent", "visible\tor not at all", "visible"),
        ("agent", "aaaaaaaaaaaaaaaa", "easily guessed"),
        ("agent.of.the.desk", "Agent.of.the.desk", "easily guessed"),
        ("", PASSWORD, "1 to 64"),
        ("x" * 65, PASSWORD, "1 to 64"),
    ],
)
def test_what_cannot_be_taken_is_refused_with_a_reason(accounts: Accounts, name: str, password: str, why: str) -> None:
    """Names and passwords have limits, and the message says which."""
    with pytest.raises(UnusableError, match=why):
        accounts.add_user(name, Role.STAFF, password)
    assert accounts.users() == []


def test_names_are_unique_and_nobody_is_changed_who_is_not_there(accounts: Accounts) -> None:
    """A second user of that name is refused; a change of nobody changes nothing."""
    accounts.add_user("agent", Role.STAFF, PASSWORD)
    with pytest.raises(UnusableError, match="another name"):
        accounts.add_user("AGENT", Role.ADMIN, PASSWORD)
    assert not accounts.change_password("nobody", PASSWORD)
    assert not accounts.change_role("nobody", Role.ADMIN)
    assert not accounts.disable("nobody")
    assert [user.role for user in accounts.users()] == [Role.STAFF]


def test_a_made_password_can_be_taken(accounts: Accounts) -> None:
    """What `--generate` prints is long, and never twice the same."""
    made = {new_password() for _ in range(20)}
    assert len(made) == 20
    accounts.add_user("agent", Role.STAFF, made.pop())


def test_users_and_keys_are_looked_after_on_the_command_line(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Data go to standard output, talk to standard error; what is wrong says what to do and is an exit code."""
    (tmp_path / "config.yaml").write_text("company: Nawoord\n", encoding="utf-8")
    monkeypatch.setattr("bot.telemetry.log_to_stderr", lambda: None)
    runner = CliRunner(env={"NAWOORD_CONFIG": str(tmp_path / "config.yaml")})

    def nawoord(command: str, typed: str = "") -> tuple[int, str, str]:
        done = runner.invoke(cli, command.split(), input=typed)
        return done.exit_code, done.stdout, done.stderr

    assert nawoord("db upgrade")[0] == 0
    add = "users add agent --role staff"
    code, _, told = nawoord(f"{add} --password-stdin", "too short\n")
    assert (code, "12 to 256 characters" in told) == (2, True)
    assert nawoord(f"{add} --password-stdin", f"{PASSWORD}\n") == (0, "", "")
    code, out, told = nawoord(f"{add} --generate")
    assert (code, out, "choose another name" in told) == (2, "", True)
    code, made, _ = nawoord("users password agent --generate")
    assert (code, len(made.strip())) == (0, 23)
    code, out, told = nawoord("users password agent", f"{PASSWORD}\n{PASSWORD}\n")
    assert (code, out, PASSWORD in told) == (0, "", False)
    assert nawoord("users role agent admin")[0] == 0
    assert nawoord("users disable nobody")[0] == 1
    assert "│ agent │ admin │" in nawoord("users list")[1]
    code, key, told = nawoord("keys add crm --role trigger")
    assert (code, key[:3], "cannot be shown again" in told) == (0, "nw_", True)
    assert nawoord("keys revoke crm")[0] == 0
    assert nawoord("keys revoke crm")[0] == 1
    listed = nawoord("keys list")[1]
    assert "│ crm  │ trigger │" in listed
    assert key.strip() not in listed
