"""The sections of the settings, one per part of the product; config.yaml explains each."""

from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Literal
from zoneinfo import ZoneInfo

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    HttpUrl,
    IPvAnyNetwork,
    SecretStr,
    model_validator,
)

from bot.calendars import read_hours
from flows.filters import DIMENSIONS, Filter, FilterError
from flows.hours import Hours as OpenHours
from flows.narrowing import NAMES, Narrowing, read_with_filter
from flows.schedules import Every
from flows.survey import Channel


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


Template = Annotated[str, Field(pattern=r"^HX[0-9a-fA-F]{32}$")]


class WhatsApp(Section):
    buttons: Mapping[str, Mapping[Code, Template]] = {}
    invitation: Mapping[Code, Template] = {}


CountryCode = Annotated[str, Field(pattern=r"^[A-Z]{2}$")]
Share = Annotated[float, Field(ge=0, le=1)]
Week = Mapping[str, str]


class Country(Section):
    """A country in which anybody may be invited."""

    hours: Week | None = None
    zones: tuple[str, ...] = ()
    holidays: bool = True
    subdivisions: tuple[str, ...] = ()


class Eligibility(Section):
    channels: Annotated[tuple[Channel, ...], Field(min_length=1)] = (Channel.SMS, Channel.WHATSAPP, Channel.CALL)
    delay_minutes: int = Field(10, ge=0, le=24 * 60)
    oldest_hours: int = Field(24, ge=1, le=24 * 14)
    quarantine_days: int = Field(90, ge=0, le=3650)
    share: Share = 1.0
    shares: Mapping[str, Share] = {}
    a_day: int | None = Field(None, ge=1)
    hours: Week = {"mon-fri": "09:00-20:00", "sat": "10:00-16:00"}
    default_country: CountryCode = "NL"
    countries: Mapping[CountryCode, Country] = {"NL": Country(), "BE": Country()}
    offer_hours: int = Field(2, ge=1, le=24)

    def open_hours(self, code: str) -> OpenHours:
        """When somebody in that country may be disturbed. Raises ValueError where that cannot be read."""
        country = self.countries[code]
        week = self.hours if country.hours is None else country.hours
        return read_hours(code, week, country.zones, country.subdivisions, heed_holidays=country.holidays)

    @model_validator(mode="after")
    def _is_sound(self) -> "Eligibility":
        if len(set(self.channels)) < len(self.channels):
            raise ValueError("channels: each can be named once")
        if self.delay_minutes >= self.oldest_hours * 60:
            raise ValueError("delay_minutes: nobody would be invited before oldest_hours are over")
        for code in self.countries:
            try:
                self.open_hours(code)
            except ValueError as error:
                raise ValueError(f"countries.{code}: {error}") from None
        return self


ANSWER_WITHIN: Mapping[Channel, float] = {Channel.SMS: 6, Channel.WHATSAPP: 6}
PER_SECOND: Mapping[Channel, float] = {Channel.SMS: 10, Channel.WHATSAPP: 20, Channel.CALL: 1}


class Dispatch(Section):
    answer_within_hours: Annotated[
        Mapping[Channel, Annotated[float, Field(gt=0, le=24 * 14)]],
        AfterValidator(lambda set_: {**ANSWER_WITHIN, **set_}),
    ] = ANSWER_WITHIN
    reminder_hours: float | None = Field(18, gt=0, le=24 * 14)
    calls: int = Field(2, ge=1, le=5)
    ring_seconds: int = Field(25, ge=5, le=120)
    longest_call_minutes: int = Field(10, ge=1, le=60)
    finish_by_text: bool = True
    per_second: Annotated[
        Mapping[Channel, Annotated[float, Field(gt=0, le=1000)]], AfterValidator(lambda set_: {**PER_SECOND, **set_})
    ] = PER_SECOND
    threads: int = Field(4, ge=1, le=32)
    tick_seconds: float = Field(2, ge=0.05, le=60)
    lease_seconds: float = Field(60, ge=1, le=3600)
    patience_seconds: float = Field(600, ge=1, le=24 * 3600)
    first_wait_seconds: float = Field(5, ge=0.05, le=600)
    retry_minutes: float = Field(60, ge=0, le=24 * 60)
    poll_minutes: float = Field(5, gt=0, le=24 * 60)
    hold_minutes: float = Field(5, gt=0, le=24 * 60)

    @model_validator(mode="after")
    def _is_patient(self) -> "Dispatch":
        if self.patience_seconds <= self.lease_seconds:
            raise ValueError("patience_seconds: it must be longer than lease_seconds, in which a message may still go")
        return self


Host = Annotated[str, Field(pattern=r"^[a-z0-9.-]+(:[0-9]+)?$")]


class Transfers(Section):
    hosts: tuple[Host, ...] = ("webhooks.twilio.com",)


class Monitoring(Section):
    open_to: tuple[IPvAnyNetwork, ...] | None = None
    worker_seconds: int = Field(120, ge=60, le=24 * 3600)


def _zone(name: str) -> str:
    try:
        ZoneInfo(name)
    except (ValueError, OSError):
        raise ValueError(f"there is no time zone {name!r}; write it as in Europe/Amsterdam") from None
    return name


class Pages(Section):
    time_zone: Annotated[str, AfterValidator(_zone)] = "Europe/Amsterdam"
    idle_hours: int = Field(8, ge=1, le=24 * 14)


class Themes(Section):
    frame: str = Field("service", pattern=r"^[a-z][a-z0-9_]*$")
    models: Path = Path("var/models")


class CallbackWebhook(Section):
    url: HttpUrl | None = None
    allow_http: bool = False
    allow_private: bool = False
    timeout_seconds: float = Field(5, ge=0.5, le=30)

    @model_validator(mode="after")
    def _is_safe(self) -> "CallbackWebhook":
        if self.url and self.url.scheme != "https" and not self.allow_http:
            raise ValueError("url: it must begin with https://, or set allow_http: true")
        if self.url and (self.url.username or self.url.password):
            raise ValueError("url: it must hold no user or password; the receiver checks the signature instead")
        return self


MailAddress = Annotated[str, Field(pattern=r"^[^@\s<>,;]+@[^@\s<>,;]+$")]


class CallbackMail(Section):
    host: Annotated[str, Field(pattern=r"^[A-Za-z0-9.:-]+$")] | None = None
    port: int = Field(587, ge=1, le=65535)
    security: Literal["starttls", "tls", "none"] = "starttls"
    user: str | None = None
    sender: MailAddress | None = None
    to: tuple[MailAddress, ...] = ()
    timeout_seconds: float = Field(10, ge=0.5, le=60)

    @model_validator(mode="after")
    def _is_complete(self) -> "CallbackMail":
        if self.to and not (self.host and self.sender):
            raise ValueError("to: nothing can be sent without host and sender")
        if self.user and self.security == "none":
            raise ValueError("user: a password is never sent in the clear; set security to starttls or tls")
        return self


class Callbacks(Section):
    ask: bool = True
    due_hours: float = Field(24, gt=0, le=24 * 30)
    keep_days: int = Field(90, ge=1, le=3650)
    give_up_hours: float = Field(24, gt=0, le=24 * 14)
    webhook: CallbackWebhook = CallbackWebhook()
    mail: CallbackMail = CallbackMail()

    @property
    def ways(self) -> tuple[str, ...]:
        """How callbacks are announced."""
        return (*(("webhook",) if self.webhook.url else ()), *(("mail",) if self.mail.to else ()))


class Twilio(Section):
    number: E164 | None = None
    api_url: HttpUrl | None = None


Name = Annotated[str, Field(pattern=rf"^({'|'.join((*DIMENSIONS, *NAMES))})$")]
Values = Annotated[
    tuple[str, ...],
    BeforeValidator(lambda given: tuple(map(str, given if isinstance(given, list | tuple) else [given]))),
]
"""One value or a list of them, numbers as they are written."""


class ScheduledExport(Section):
    """An export that the worker writes by itself. days: so many up to the last of the period; without, the period."""

    name: str = Field(pattern=r"^[a-z0-9][a-z0-9_-]{0,60}$")
    what: Literal["answers", "verbatims"]
    format: Literal["csv", "jsonl", "parquet", "xlsx"] = "csv"
    bom: bool = False
    folder: Path = Path("var/exports")
    every: Every = Every.DAY
    # Text, for YAML reads 06:00 without quotation marks as a number.
    at: str = Field("06:00", pattern=r"^([01]\d|2[0-3]):[0-5]\d$")
    days: int | None = Field(None, ge=1, le=3660)
    only: Mapping[Name, Values] = {}

    @property
    def meant(self) -> tuple[Filter, Narrowing]:
        """What `only` names, of all days. Raises FilterError."""
        return read_with_filter((name, value) for name, values in self.only.items() for value in values)

    @model_validator(mode="after")
    def _means_something(self) -> "ScheduledExport":
        try:
            _ = self.meant
        except FilterError as error:
            raise ValueError(f"only.{error}") from None
        return self


class Secrets(Section):
    """Only from the environment."""

    secret_key: SecretStr | None = None
    twilio_account_sid: str | None = Field(None, pattern=r"^AC[0-9a-fA-F]{32}$")
    twilio_auth_tokens: SecretStr | None = None
    twilio_api_key: str | None = None
    twilio_api_secret: SecretStr | None = None
    callback_secret: SecretStr | None = Field(None, min_length=16)
    smtp_password: SecretStr | None = None
