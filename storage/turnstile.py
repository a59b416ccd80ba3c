"""Lets one writer at a time at a file, threads and processes alike, each in its turn."""

import os
import sys
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import Lock

if sys.platform != "win32":
    import fcntl

PATIENCE = 30
"""Seconds a thread waits for the other threads of its process before it gives up."""


class Turnstile:
    """SQLite's own way of waiting is unfair: under load one writer in a hundred waits for up to a second.

    Here threads are let through in the order they came. Processes queue at a lock of the kernel's, which opens it when
    one of them dies. A thread that comes again before it has left waits for itself, in vain.
    """

    def __init__(self, path: Path) -> None:
        self._file = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        self._changing = Lock()
        self._taken = False
        self._queue: deque[Lock] = deque()

    @contextmanager
    def alone(self) -> Iterator[None]:
        """Nobody else is inside while the block runs. Raises TimeoutError where the threads before take too long."""
        self._enter()
        try:
            fcntl.flock(self._file, fcntl.LOCK_EX)
            try:
                yield
            finally:
                fcntl.flock(self._file, fcntl.LOCK_UN)
        finally:
            self._leave()

    def close(self) -> None:
        """Gives the file back; nobody can enter afterwards."""
        os.close(self._file)

    def _enter(self) -> None:
        with self._changing:
            if not self._taken:
                self._taken = True
                return
            mine = Lock()
            mine.acquire()
            self._queue.append(mine)
        if not mine.acquire(timeout=PATIENCE):
            with self._changing:
                # Called at the very moment of giving up, it is in after all.
                if mine in self._queue:
                    self._queue.remove(mine)
                    raise TimeoutError(f"other threads have kept the database to themselves for {PATIENCE} seconds")

    def _leave(self) -> None:
        with self._changing:
            if self._queue:
                self._queue.popleft().release()
            else:
                self._taken = False
