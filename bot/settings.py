"""Everything an operator can set, and what of it goes together."""

import contextlib
import secrets
from collections.abc import Mapping
from enum import StrEnum
from pathlib import Path
from typing import Annotated

from pydantic import Field, model_validator

from bot.sections import (
    E164,
    Callbacks,
    Code,
    Database,
    Dispatch,
    Eligibility,
    Monitoring,
    Pages,
    ScheduledExport,
    Secrets,
    Section,
    Server,
    Text,
    Themes,
    Transfers,
    Twilio,
    Voice,
    WhatsApp,
)
from flows.keywords import KEYWORDS

SECRET_KEY_FILE = Path("var/secret.key")
"""Where a key is kept that was made because none was given; beside config.yaml."""


class CarrierName(StrEnum):
    SANDBOX = "sandbox"
    TWILIO = "twilio"


class Settings(Section):
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
    eligibility: Eligibility = Eligibility()
    dispatch: Dispatch = Dispatch()
    transfers: Transfers = Transfers()
    monitoring: Monitoring = Monitoring()
    pages: Pages = Pages()
    themes: Themes = Themes()
    callbacks: Callbacks = Callbacks()
    exports: tuple[ScheduledExport, ...] = ()
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
        if len({each.name for each in self.exports}) < len(self.exports):
            raise ValueError("exports: each needs a name of its own")
        if bool(self.secrets.twilio_api_key) != bool(self.secrets.twilio_api_secret):
            raise ValueError("TWILIO_API_KEY and TWILIO_API_SECRET go together: set both or neither")
        if self.callbacks.webhook.url and not self.secrets.callback_secret:
            raise ValueError("callbacks.webhook.url needs NAWOORD_CALLBACK_SECRET in the environment, to sign with")
        if self.callbacks.mail.user and not self.secrets.smtp_password:
            raise ValueError("callbacks.mail.user needs NAWOORD_SMTP_PASSWORD in the environment")
        if self.carrier is CarrierName.TWILIO and not self.auth_tokens:
            raise ValueError("carrier twilio needs TWILIO_AUTH_TOKEN in the environment")
        if self.carrier is CarrierName.TWILIO and not self.public_url:
            raise ValueError("carrier twilio needs public_url or NAWOORD_PUBLIC_URL: the address that Twilio calls")
        if self.carrier is CarrierName.TWILIO and self.whatsapp.buttons and not self.secrets.twilio_account_sid:
            raise ValueError("whatsapp.buttons are sent by Twilio's API, which needs TWILIO_ACCOUNT_SID")
        return self
