"""A connection that is cut off when its time is over, however busily the other side keeps it up."""

import socket
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from threading import Event, Timer
from time import monotonic


@contextmanager
def connected(addresses: Sequence[str], port: int, seconds: float) -> Iterator[socket.socket]:
    """A connection to the first of these addresses that takes it.

    seconds: for all that is done within the block, connecting included. Raises TimeoutError where they do not suffice,
    and OSError where there is no connection.
    """
    ends, over = monotonic() + seconds, Event()
    with _first(addresses, port, ends) as reached, reached.dup() as line:

        def cut() -> None:
            over.set()
            # Through a second handle, for the first is given away where the connection is encrypted.
            with suppress(OSError):
                line.shutdown(socket.SHUT_RDWR)

        timer = Timer(max(ends - monotonic(), 0), cut)
        timer.daemon = True
        timer.start()
        reached.settimeout(seconds + 1)  # the whole is what counts, not each wait
        try:
            yield reached
        except Exception as error:
            if over.is_set():
                raise TimeoutError from error
            raise
        finally:
            timer.cancel()
        if over.is_set():  # what was cut off may look like something whole
            raise TimeoutError


def _first(addresses: Sequence[str], port: int, ends: float) -> socket.socket:
    for number, address in enumerate(addresses):
        left = max(ends - monotonic(), 0.001)
        try:
            return socket.create_connection((address, port), left / (len(addresses) - number))
        except OSError:
            if number == len(addresses) - 1:
                raise
    raise OSError("no address to connect to")
