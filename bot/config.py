"""Reads config.yaml, overridden by the environment, and tells all faults at once."""

import difflib
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import yaml
from pydantic import ValidationError

from bot.settings import Settings

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
    "NAWOORD_CALLBACK_SECRET": ("secrets", "callback_secret"),
    "NAWOORD_SMTP_PASSWORD": ("secrets", "smtp_password"),
    "NAWOORD_TWILIO_API_URL": ("twilio", "api_url"),
    "NAWOORD_TWILIO_NUMBER": ("twilio", "number"),
}
"""Which variable overrides which setting. NAWOORD_CONFIG, the path of the file itself, is read before all of them."""


class ConfigError(Exception):
    """Settings that cannot be used. faults: one line each, with place and remedy."""

    def __init__(self, faults: list[str]) -> None:
        super().__init__("\n".join(faults))
        self.faults = faults


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
