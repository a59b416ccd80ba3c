"""Values of ours as values that JSON can hold."""

from typing import Any


def tagged(value: Any) -> dict[str, Any]:
    """The fields of a dataclass with slots, under the name of its kind; what is inside them stays as it is."""
    return {"is": type(value).__name__, **{name: getattr(value, name) for name in value.__slots__}}
