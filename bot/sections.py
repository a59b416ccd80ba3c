"""The sections of the settings, one per part of the product; config.yaml explains each."""

from collections.abc import Mapping
from typing import Annotated

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, HttpUrl, SecretStr


class Section(BaseModel):
    """A group of settings; what it does not know is an error."""

    model_config = ConfigDict(extra="forbid", frozen=True)


Seconds = Annotated[int, Field(ge=1, le=60)]
Hours = Annotated[int, Field(ge=1, le=24 * 30)]
Code = Annotated[str, Field(pattern=r"^[a-z]{2}$")]
E164 = Annotated[str, Field(pattern=r"^\+[1-9]\d{5,14}$")]


class Database(Section):
    url: str = "sqlite:///var/nawoord.db"


class Server(Section):
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


class Voice(Section):
    first_key_seconds: Seconds = 6
    between_keys_seconds: Seconds = 3
    read_back_seconds: Seconds = 3
    end_of_speech_seconds: Seconds = 3
    speech_on_retry: bool = False
    speech_models: Mapping[Code, str] = {}
    voices: Annotated[Mapping[Code, str], AfterValidator(lambda chosen: {**VOICES, **chosen})] = VOICES


class Text(Section):
    keyword: str = Field("survey", pattern=r"^\w+$")
    session_hours: Hours = 72
    grace_hours: Hours = 72
    surveys_a_day: int = Field(5, ge=1, le=100)
    most_segments: int = Field(3, ge=1, le=10)


class WhatsApp(Section):
    buttons: Mapping[str, Mapping[Code, Annotated[str, Field(pattern=r"^HX[0-9a-fA-F]{32}$")]]] = {}


class Twilio(Section):
    number: E164 | None = None
    api_url: HttpUrl | None = None


class Secrets(Section):
    """Only from the environment."""

    secret_key: SecretStr | None = None
    twilio_account_sid: str | None = Field(None, pattern=r"^AC[0-9a-fA-F]{32}$")
    twilio_auth_tokens: SecretStr | None = None
    twilio_api_key: str | None = None
    twilio_api_secret: SecretStr | None = None
