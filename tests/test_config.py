"""Settings: what is left out keeps its default, what is wrong is told, all at once and with a remedy."""

from pathlib import Path

import pytest

from bot.config import PROJECT, ConfigError, load
from bot.settings import Settings

TWILIO = {
    "NAWOORD_CARRIER": "twilio",
    "TWILIO_AUTH_TOKEN": "new-token, old-token",
    "NAWOORD_PUBLIC_URL": "https://survey.example/nawoord/",
}


def written(folder: Path, text: str) -> dict[str, str]:
    """An environment that names a config.yaml with this text."""
    file = folder / "config.yaml"
    file.write_text(text, encoding="utf-8")
    return {"NAWOORD_CONFIG": str(file)}


def faults(environment: dict[str, str]) -> list[str]:
    with pytest.raises(ConfigError) as error:
        load(environment)
    return error.value.faults


def test_the_shipped_file_states_every_default() -> None:
    """config.yaml documents the defaults: with it and without it the settings are the same."""
    shipped = load({"NAWOORD_CONFIG": str(PROJECT / "config.yaml")})
    assert shipped.model_dump(exclude={"folder"}) == Settings().model_dump(exclude={"folder"})


def test_the_shipped_file_names_every_setting() -> None:
    """Nothing can be set that config.yaml does not show."""
    text = (PROJECT / "config.yaml").read_text(encoding="utf-8")
    sections = ("database", "server", "voice", "text", "whatsapp", "twilio")
    names = set(Settings.model_fields) - {"secrets", "folder"}
    names |= {name for section in sections for name in Settings.model_fields[section].annotation.model_fields}  # type: ignore[union-attr]  # sections are models
    assert [name for name in sorted(names) if f"{name}:" not in text] == []


def test_an_unknown_setting_names_the_nearest(tmp_path: Path) -> None:
    """A slip of the pen is an error that says what was probably meant."""
    environment = written(tmp_path, "compny: Acme\nvoice:\n  first_key_secnds: 4\n")
    assert faults(environment) == [
        "config.yaml: voice.first_key_secnds: there is no such setting; did you mean first_key_seconds?",
        "config.yaml: compny: there is no such setting; did you mean company?",
    ]


def test_the_environment_goes_before_the_file(tmp_path: Path) -> None:
    """A variable overrides the file, also inside a section."""
    environment = written(tmp_path, "database: {url: sqlite:///a.db}\ncarrier: sandbox\n")
    settings = load(environment | TWILIO | {"NAWOORD_DATABASE_URL": "postgresql://db/n", "NAWOORD_PORT": "9000"})
    assert (settings.database_url, settings.server.port) == ("postgresql://db/n", 9000)
    assert settings.auth_tokens == ("new-token", "old-token")
    assert settings.base_url == "https://survey.example/nawoord"


def test_the_public_url_follows_the_port() -> None:
    """The sandbox on another port needs no second setting."""
    assert load({"NAWOORD_PORT": "8123"}).base_url == "http://127.0.0.1:8123"


def test_a_relative_database_lies_beside_the_file(tmp_path: Path) -> None:
    """Where the command is started from makes no difference."""
    settings = load(written(tmp_path, "database: {url: sqlite:///var/n.db}\n"))
    assert settings.database_url == f"sqlite:///{tmp_path}/var/n.db"


@pytest.mark.parametrize(
    ("missing", "told"),
    [
        ("TWILIO_AUTH_TOKEN", "carrier twilio needs TWILIO_AUTH_TOKEN in the environment"),
        ("NAWOORD_PUBLIC_URL", "carrier twilio needs public_url or NAWOORD_PUBLIC_URL: the address that Twilio calls"),
    ],
)
def test_twilio_needs_what_its_signatures_need(missing: str, told: str) -> None:
    """With Twilio as the carrier, an installation that could not check a signature does not start."""
    assert faults({name: value for name, value in TWILIO.items() if name != missing}) == [told]


def test_secrets_do_not_stand_in_the_file(tmp_path: Path) -> None:
    """A secret in config.yaml is refused, without being repeated."""
    (fault,) = faults(written(tmp_path, "secrets: {secret_key: hush-hush}\n"))
    assert "environment" in fault
    assert "hush-hush" not in fault


def test_a_wrong_secret_is_not_shown() -> None:
    """The error names the variable, never its value."""
    (fault,) = faults({"TWILIO_ACCOUNT_SID": "my-secret-sid"})
    assert fault.startswith("environment: TWILIO_ACCOUNT_SID:")
    assert "my-secret-sid" not in fault


@pytest.mark.parametrize("text", ["- a\n- b\n", "voice: 3\n", "a: [", "database: hello\n", "\t"])
def test_a_broken_file_is_one_clear_error(tmp_path: Path, text: str) -> None:
    """Whatever stands in the file, the operator reads a sentence and no traceback."""
    assert faults(written(tmp_path, text) | {"NAWOORD_PORT": "8001"})


def test_a_missing_file_says_where_it_was_looked_for(tmp_path: Path) -> None:
    """The path is named, and the variable that changes it."""
    (fault,) = faults({"NAWOORD_CONFIG": str(tmp_path / "none.yaml")})
    assert "none.yaml" in fault
    assert "NAWOORD_CONFIG" in fault


def test_a_secret_key_is_made_once_and_kept_private(tmp_path: Path) -> None:
    """Without NAWOORD_SECRET_KEY a key is made, readable by its owner alone, and the same ever after."""
    environment = written(tmp_path, "")
    first, second = load(environment).secret_key, load(environment).secret_key
    assert first == second
    assert len(first) >= 32
    assert (tmp_path / "var" / "secret.key").stat().st_mode & 0o777 == 0o600
    assert load(environment | {"NAWOORD_SECRET_KEY": "k" * 32}).secret_key == "k" * 32


@pytest.mark.parametrize(
    ("settings", "told"),
    [
        ({"NAWOORD_SECRETKEY": "k"}, "NAWOORD_SECRETKEY: there is no such setting; did you mean NAWOORD_SECRET_KEY?"),
        ({"TWILIO_API_KEY": "SK1"}, "TWILIO_API_KEY and TWILIO_API_SECRET go together"),
    ],
)
def test_the_environment_is_looked_over_as_well(settings: dict[str, str], told: str) -> None:
    """A misspelt variable, or half of a pair, is no silent default."""
    (fault,) = faults(settings)
    assert told in fault


def test_the_word_that_starts_a_survey_is_not_the_carriers(tmp_path: Path) -> None:
    """A keyword to which the carrier itself replies would start nothing."""
    (fault,) = faults(written(tmp_path, "text: {keyword: start}\n"))
    assert "choose another word" in fault


def test_one_voice_can_be_changed_alone(tmp_path: Path) -> None:
    """The other languages keep the voices they had."""
    voices = load(written(tmp_path, "voice: {voices: {nl: Polly.Ruben}}\n")).voice.voices
    assert (voices["nl"], voices["en"]) == ("Polly.Ruben", Settings().voice.voices["en"])
