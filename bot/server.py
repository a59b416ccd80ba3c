"""Serves the application: processes and threads for the web, and the worker beside them."""

import os
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager

from granian import Granian
from granian.constants import Interfaces

from bot.settings import Settings

STOPPING = 20
"""Seconds a worker has to hear the carrier's answer out and note it."""


def serve(settings: Settings) -> None:
    """Answer requests until told to stop."""
    server = settings.server
    Granian(
        "bot.app:application",
        factory=True,
        interface=Interfaces.WSGI,
        address=server.host,
        port=server.port,
        workers=server.workers,
        blocking_threads=server.threads,
        respawn_failed_workers=True,
        log_access=False,  # addresses of turns are of no use in a log
    ).serve()


@contextmanager
def supervised_worker() -> Iterator[None]:
    """A worker process beside us, started again whenever it dies, and stopped with us."""
    stopping = threading.Event()
    running: list[subprocess.Popen[bytes]] = []

    def supervise() -> None:
        while not stopping.is_set():
            running[:] = [subprocess.Popen([sys.executable, "-m", "bot", "worker"], env=os.environ)]
            running[0].wait()
            stopping.wait(1)

    thread = threading.Thread(target=supervise)
    thread.start()
    try:
        yield
    finally:
        stopping.set()
        running[0].terminate()
        thread.join(timeout=STOPPING)
