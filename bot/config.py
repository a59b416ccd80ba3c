"""The settings: config.yaml, overridden by the environment, faults told all at once."""

import contextlib
import difflib
import secrets
from collections.abc import Iterator, Mapping
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any

import yaml
from pydantic import AfterValidator, BaseModel, ConfigDict, Field, HttpUrl, SecretStr, ValidationError, model_validator

from flows.keywords import KEYWORDS

PROJECT = Path(__file__).resolve().parent.parent

ENVIRONMENT: Mapping[str, tuple[str, ...]] = {
    "NAWOORD_DATABASE_URL": ("database", "url"),
    "NAWOORD_PUBLIC_URL": ("public_url",),
    "NAWOORD_CARRIER": ("carrier",),
    "NAWOORD_PORT": ("server", "port"),
    "NAWOORD_SECRET_KEY": ("secrets", "secret_key"),
    "TWILIO_ACCOUNT_SID": ("secrets", "twilio_account_sid"),
    "TWILIO_AUTH_TOKEN": ("secrets", "twilio_auth_tokens"),
    "TWILIO_API_KEY": ("secrets", "twilio_api_key"),
    "TWILIO_API_SECRET": ("secrets", "twilio_api_secret"),
    "NAWOORD_TWILIO_API_URL": ("twilio", "api_url"),
    "NAWOORD_TWILIO_NUMBER": ("twilio", "number"),
}
"""Which variable overrides which setting. NAWOORD_CONFIG, the path of the file itself, is read before all of them."""


SECRET_KEY_FILE = Path("var/secret.key")
"""Where a key is kept that was made because none was given; beside config.yaml."""


class ConfigError(Exception):
    """Settings that cannot be used. faults: one line each, with place and remedy."""

    def __init__(self, faults: list[str]) -> None:
        super().__init__("\n".join(faults))
        self.faults = faults


class CarrierName(StrEnum):
    SANDBOX = "sandbox"
    TWILIO = "twilio"


class _Section(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


Seconds = Annotated[int, Field(ge=1, le=60)]
Hours = Annotated[int, Field(ge=1, le=24 * 30)]
Code = Annotated[str, Field(pattern=r"^[a-z]{2}$")]
E164 = Annotated[str, Field(pattern=r"^\+[1-9]\d{5,14}$")]


class Database(_Section):
    url: str = "sqlite:///var/nawoord.db"


class Server(_Section):
    host: str = "127.0.0.1"
    port: int = Field(8000, ge=1, le=65535)
    workers: int = Field(2, ge=1, le=64)
    threads: int = Field(4, ge=1, le=128)


VOICES: Mapping[str, str] = {
    "nl": "Polly.Laura-Neural",
    "en": "Polly.Amy-Neural",
    "de": "Polly.Vicki-Neural",
    "fr": "Polly.Lea-Neural",
    "es": "Polly.Lucia-Neural",
}
"""Who speaks where config.yaml names nobody else."""


class Voice(_Section):
    first_key_seconds: Seconds = 6
    between_keys_seconds: Seconds = 3
    read_back_seconds: Seconds = 3
    end_of_speech_seconds: Seconds = 3
    speech_on_retry: bool = False
    speech_models: Mapping[Code, str] = {}
    voices: Annotated[Mapping[Code, str], AfterValidator(lambda chosen: {**VOICES, **chosen})] = VOICES


class Text(_Section):
    keyword: str = Field("survey", pattern=r"^\w+$")
    session_hours: Hours = 72
    grace_hours: Hours = 72
    surveys_a_day: int = Field(5, ge=1, le=100)
    most_segments: int = Field(3, ge=1, le=10)


class WhatsApp(_Section):
    buttons: Mapping[str, Mapping[Code, Annotated[str, Field(pattern=r"^HX[0-9a-fA-F]{32}$")]]] = {}


class Twilio(_Section):
    number: E164 | None = None
    api_url: HttpUrl | None = None


class Secrets(_Section):
    """Only from the environment."""

    secret_key: SecretStr | None = None
    twilio_account_sid: str | None = Field(None, pattern=r"^AC[0-9a-fA-F]{32}$")
    twilio_auth_tokens: SecretStr | None = None
    twilio_api_key: str | None = None
    twilio_api_secret: SecretStr | None = None


class Settings(_Section):
    """Everything an operator can set; config.yaml explains each."""

    company: str = Field("Nawoord", min_length=1, max_length=60)
    survey: str = "post_contact"
    definitions: Path | None = None
    default_language: Code = "nl"
    countries: Mapping[
        Annotated[str, Field(pattern=r"^[A-Z]{2}$")], Annotated[tuple[Code, ...], Field(min_length=1)]
    ] = {
        **dict.fromkeys(("NL",), ("nl",)),
        **dict.fromkeys(("GB", "IE", "US"), ("en",)),
        **dict.fromkeys(("DE", "AT"), ("de",)),
        **dict.fromkeys(("FR",), ("fr",)),
        **dict.fromkeys(("ES", "MX"), ("es",)),
        "BE": ("nl", "fr", "de"),
        "CH": ("de", "fr"),
        "LU": ("fr", "de"),
    }
    numbers: Mapping[E164, Code] = {}
    carrier: CarrierName = CarrierName.SANDBOX
    public_url: str | None = Field(None, pattern=r"^https?://[^\s/?#_]+(/[^\s?#]*)?$")
    database: Database = Database()
    server: Server = Server()
    voice: Voice = Voice()
    text: Text = Text()
    whatsapp: WhatsApp = WhatsApp()
    twilio: Twilio = Twilio()
    secrets: Secrets = Secrets()

    folder: Path = Path()
    """Where relative paths start: the folder of config.yaml."""

    @property
    def base_url(self) -> str:
        """The address carriers sign, without a slash at the end."""
        return (self.public_url or f"http://127.0.0.1:{self.server.port}").rstrip("/")

    @property
    def database_url(self) -> str:
        """The database's address, with a relative SQLite path taken from the folder of config.yaml."""
        scheme, _, path = self.database.url.partition(":///")
        return f"sqlite:///{self.folder / path}" if scheme == "sqlite" else self.database.url

    @property
    def secret_key(self) -> str:
        """The secret all keys are derived from. Made and kept in a file of its own where none is given."""
        if self.secrets.secret_key:
            return self.secrets.secret_key.get_secret_value()
        file = self.folder / SECRET_KEY_FILE
        if not file.exists():
            file.parent.mkdir(mode=0o700, exist_ok=True)
            draft = file.with_name(f"{file.name}.{secrets.token_hex(4)}")
            draft.touch(mode=0o600)
            draft.write_text(secrets.token_urlsafe(32))
            with contextlib.suppress(FileExistsError):
                file.hardlink_to(draft)  # of several processes that start at once one wins, and all read what it wrote
            draft.unlink()
        return file.read_text().strip()

    @property
    def auth_tokens(self) -> tuple[str, ...]:
        """Twilio's auth tokens, several while one is being rotated."""
        given = self.secrets.twilio_auth_tokens
        listed = given.get_secret_value().split(",") if given else ()
        return tuple(token.strip() for token in listed if token.strip())

    @model_validator(mode="after")
    def _is_complete(self) -> "Settings":
        if self.text.keyword.upper() in KEYWORDS:
            raise ValueError(f"text.keyword: the carrier itself answers {self.text.keyword}; choose another word")
        if bool(self.secrets.twilio_api_key) != bool(self.secrets.twilio_api_secret):
            raise ValueError("TWILIO_API_KEY and TWILIO_API_SECRET go together: set both or neither")
        if self.carrier is CarrierName.TWILIO and not self.auth_tokens:
            raise ValueError("carrier twilio needs TWILIO_AUTH_TOKEN in the environment")
        if self.carrier is CarrierName.TWILIO and not self.public_url:
            raise ValueError("carrier twilio needs public_url or NAWOORD_PUBLIC_URL: the address that Twilio calls")
        if self.carrier is CarrierName.TWILIO and self.whatsapp.buttons and not self.secrets.twilio_account_sid:
            raise ValueError("whatsapp.buttons are sent by Twilio's API, which needs TWILIO_ACCOUNT_SID")
        return self


def load(environment: Mapping[str, str]) -> Settings:
    """The settings of config.yaml (here, or where NAWOORD_CONFIG says) under those of the environment.

    Raises ConfigError with every fault found.
    """
    named = environment.get("NAWOORD_CONFIG")
    path = Path(named).resolve() if named else PROJECT / "config.yaml"
    plain = _read(path)
    if "secrets" in plain:
        raise ConfigError([f"{path.name}: secrets: not here; set them in the environment (docs/operating.md)"])
    known = ("NAWOORD_CONFIG", *ENVIRONMENT)
    if misspelt := [
        f"environment: {variable}: there is no such setting; did you mean {near[0]}?"
        for variable in environment
        if variable.startswith("NAWOORD_") and variable not in known
        if (near := difflib.get_close_matches(variable, known, n=1, cutoff=0.8))
    ]:
        raise ConfigError(misspelt)
    for variable, place in ENVIRONMENT.items():
        if value := environment.get(variable):
            _put(plain, place, value)
    try:
        return Settings.model_validate({**plain, "folder": path.parent})
    except ValidationError as error:
        raise ConfigError(list(_faults(path.name, error))) from None


def _read(path: Path) -> dict[str, Any]:
    try:
        plain = yaml.safe_load(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise ConfigError([f"{path} is not there: set NAWOORD_CONFIG to the path of your config.yaml"]) from None
    except (OSError, UnicodeDecodeError, yaml.YAMLError) as error:
        raise ConfigError([f"{path.name} cannot be read: {' '.join(str(error).split())}"]) from None
    if not isinstance(plain, dict | None):
        raise ConfigError([f"{path.name}: settings are expected, as `name: value`"])
    return plain or {}


def _put(plain: dict[str, Any], place: tuple[str, ...], value: str) -> None:
    *sections, name = place
    for section in sections:
        inner = plain.setdefault(section, {})
        if not isinstance(inner, dict):
            return  # the fault is told by validation
        plain = inner
    plain[name] = value


def _faults(file: str, error: ValidationError) -> Iterator[str]:
    variables = {place: variable for variable, place in ENVIRONMENT.items()}
    for fault in error.errors(include_url=False, include_input=False):
        place = tuple(str(part) for part in fault["loc"])
        where = f"environment: {variables[place]}" if place[:1] == ("secrets",) else f"{file}: {'.'.join(place)}"
        if fault["type"] == "extra_forbidden":
            yield f"{where}: there is no such setting{_nearest(place)}"
        elif not place:
            yield fault["msg"].removeprefix("Value error, ")
        else:
            yield f"{where}: {fault['msg']}"


def _nearest(place: tuple[str, ...]) -> str:
    model: Any = Settings
    for section in place[:-1]:
        model = model.model_fields[section].annotation
    near = difflib.get_close_matches(place[-1], model.model_fields, n=1)
    return f"; did you mean {near[0]}?" if near else f"; known here: {', '.join(model.model_fields)}"
