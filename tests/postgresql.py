"""A real PostgreSQL server, for tests and benchmarks."""

import shutil
import tempfile
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


@contextmanager
def running_postgresql() -> Iterator[str]:
    """Starts a PostgreSQL server of its own, also as root, and removes it afterwards; gives a URL on it."""
    with warnings.catch_warnings():
        # The server's package warns where a user has no directory for sockets; it then finds one itself.
        warnings.simplefilter("ignore")
        from pgserver.postgres_server import get_server
    # The path of a Unix socket holds 107 characters at most, and pytest's folders are deep.
    folder = Path(tempfile.mkdtemp(prefix="nawoord", dir="/tmp"))
    server = get_server(folder, cleanup_mode="delete")
    try:
        yield server.get_uri()
    finally:
        server.cleanup()
        shutil.rmtree(folder, ignore_errors=True)
