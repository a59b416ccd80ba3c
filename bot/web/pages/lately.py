"""What a page has just worked out, for the pictures that it asks for in the next seconds."""

from collections import OrderedDict
from collections.abc import Callable
from threading import Lock
from time import monotonic
from typing import Generic, TypeVar

Value = TypeVar("Value")

SECONDS = 20.0
MOST = 16
"""How long a value is kept, and how many of them."""


class Lately(Generic[Value]):
    """Values by key, of this process only: another one works them out again."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._kept: OrderedDict[str, tuple[float, Value]] = OrderedDict()

    def put(self, key: str, value: Value) -> Value:
        """Keeps the value, and forgets the oldest."""
        with self._lock:
            self._kept[key] = monotonic(), value
            self._kept.move_to_end(key)
            while len(self._kept) > MOST:
                self._kept.popitem(last=False)
        return value

    def take(self, key: str, make: Callable[[], Value]) -> Value:
        """The value that was kept of late, or else a new one."""
        with self._lock:
            at, value = self._kept.get(key, (float("-inf"), None))
        if value is not None and monotonic() - at < SECONDS:
            return value
        return self.put(key, make())
