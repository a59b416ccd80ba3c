"""Holds a request to Twilio against the table of what Twilio's published description lets it carry."""

import json
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import yaml

TABLE: Mapping[str, Any] = yaml.safe_load(Path(__file__).with_name("twilio_fields.yaml").read_text(encoding="utf-8"))

TYPES: Mapping[str, str] = {
    "text": r"(?s).+",
    "list": r"(?s).+",
    "whole": r"-?[0-9]+",
    "number": r"-?[0-9]+(\.[0-9]+)?",
    "yes_no": r"true|false",
}
"""How a value of each type is written in a form."""

FORMS: Mapping[str, str] = {
    # Twilio takes neither hosts with underscores nor addresses without a host.
    "url": r"https?://[A-Za-z0-9.-]+(:[0-9]+)?(/[!-~]*)?",
    "number": r"(whatsapp:)?\+[1-9][0-9]{6,14}",
    "moment": r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9:.]+Z",
}


def faults(operation: str, form: Mapping[str, Sequence[str]]) -> list[str]:
    """What is wrong with a form that is posted to one of the operations; names fields, and no number."""
    described = TABLE[operation]
    missing = [f"{operation} needs {name}" for name in described["required"] if name not in form]
    missing += [
        f"{operation} needs one of {', '.join(names)}"
        for names in described["at_least_one"]
        if not any(name in form for name in names)
    ]
    return missing + [
        f"{operation}: {name} {fault}"
        for name, values in form.items()
        for fault in _faults_of_field(described["fields"].get(name), values, form)
    ]


def _faults_of_field(
    described: Mapping[str, Any] | None, values: Sequence[str], form: Mapping[str, Sequence[str]]
) -> Iterator[str]:
    if described is None:
        yield "is no field of it"
        return
    if described["type"] != "list" and len(values) > 1:
        yield "is given more than once"
    if "needs" in described and described["needs"] not in form:
        yield f"needs {described['needs']}"
    for value in values:
        if not re.fullmatch(TYPES[described["type"]], value):
            yield f"is not of the type {described['type']}"
        else:
            yield from (f"breaks its {name}" for name, holds in _limits(described) if not holds(value))


def _limits(described: Mapping[str, Any]) -> Iterator[tuple[str, Callable[[str], bool]]]:
    if "one_of" in described:
        yield "one_of", lambda value: value in described["one_of"]
    if "longest" in described:
        yield "longest", lambda value: len(value) <= described["longest"]
    if "from" in described:
        yield "from", lambda value: int(value) >= described["from"]
    if "to" in described:
        yield "to", lambda value: int(value) <= described["to"]
    if "form" in described:
        yield "form", lambda value: _has_form(value, described["form"])


def _has_form(value: str, form: str) -> bool:
    if form == "json object":
        return _is_json_object(value)
    pattern = FORMS.get(form) or f"{form.removeprefix('sid ')}[0-9a-fA-F]{{32}}"
    return re.fullmatch(pattern, value) is not None


def _is_json_object(value: str) -> bool:
    """Template variables: an object whose values are texts."""
    try:
        content = json.loads(value)
    except ValueError:
        return False
    return isinstance(content, dict) and all(isinstance(each, str) for each in content.values())
