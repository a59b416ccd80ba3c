"""The OpenAPI document as people read it: every operation with its fields, one after the other."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

METHODS = ("get", "post", "put", "patch", "delete")

Plain = Mapping[str, Any]

PROBLEM: Plain = {"$ref": "#/components/schemas/Problem"}
"""What every error is."""


@dataclass(frozen=True, slots=True)
class Field:
    """A field or parameter. kind: what it holds, in words."""

    name: str
    kind: str
    required: bool
    description: str


@dataclass(frozen=True, slots=True)
class Operation:
    """One thing that can be asked. example: a body to send, as JSON."""

    id: str
    tag: str
    method: str
    path: str
    summary: str
    description: str
    roles: tuple[str, ...]
    parameters: tuple[Field, ...]
    body: tuple[Field, ...]
    example: str | None
    answers: tuple[tuple[str, str, tuple[Field, ...]], ...]


def operations(document: Plain) -> list[Operation]:
    """Every operation of the document, in its order."""
    found = [
        _operation(document, path, method, item[method])
        for path, item in document["paths"].items()
        for method in METHODS
        if method in item
    ]
    tags = [tag["name"] for tag in document.get("tags", ())]
    return sorted(found, key=lambda operation: (tags.index(operation.tag), operation.method != "POST"))


def fields(document: Plain, schema: Plain) -> Iterator[Field]:
    """What an object of this schema holds."""
    whole = _resolved(document, schema)
    required = whole.get("required", ())
    for name, each in whole.get("properties", {}).items():
        described = each.get("description", "") if "$ref" not in each else ""
        yield Field(name, _kind(document, each), name in required, described)


def _operation(document: Plain, path: str, method: str, plain: Plain) -> Operation:
    parameters = [
        Field(each["name"], _kind(document, each["schema"]), each["required"], each.get("description", ""))
        for each in plain.get("parameters", ())
    ]
    body = _content(plain.get("requestBody", {}))
    taken = _resolved(document, body)
    example = (
        {name: taken["example"][name] for name in taken["properties"] if name in taken["example"]}
        if "example" in taken
        else None
    )
    return Operation(
        id=plain["operationId"],
        tag=plain["tags"][0],
        method=method.upper(),
        path=document["servers"][0]["url"] + path,
        summary=plain["summary"],
        description=plain.get("description", ""),
        roles=tuple(plain.get("x-roles", ())),
        parameters=tuple(parameters),
        body=tuple(fields(document, body)),
        example=json.dumps(example, indent=2) if example else None,
        answers=tuple(
            (status, answer["description"], tuple(fields(document, _content(answer))))
            for status, answer in sorted(plain["responses"].items())
        ),
    )


def _content(sent: Plain) -> Plain:
    """The schema of a body; nothing where it has none, as a file."""
    return next((each["schema"] for each in sent.get("content", {}).values() if "schema" in each), {})


def _kind(document: Plain, schema: Plain) -> str:
    if "anyOf" in schema:
        return " or ".join(_kind(document, each) for each in schema["anyOf"])
    whole = _resolved(document, schema)
    if "enum" in whole:
        return ", ".join(f"{value}" for value in whole["enum"])
    if whole.get("type") == "array":
        return f"list of {_kind(document, whole['items'])}"
    if whole.get("format") == "date-time":
        return "date and time"
    if "properties" in whole:
        return str(whole.get("title", "object"))
    return {"string": "text", "integer": "whole number", "boolean": "true or false"}.get(
        str(whole.get("type")), str(whole.get("type", "anything"))
    )


def _resolved(document: Plain, schema: Plain) -> Plain:
    while "$ref" in schema:
        schema = document["components"]["schemas"][schema["$ref"].rpartition("/")[2]]
    return schema
