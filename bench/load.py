"""Plays a list of HTTP requests over several connections at once, and times each."""

import selectors
import socket
import time
from collections import deque
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from urllib.parse import urlencode


@dataclass(frozen=True, slots=True)
class Timing:
    """requests a second over the whole run; p50, p99 and the longest in milliseconds; how many did not end in 200."""

    rate: float
    p50: float
    p99: float
    longest: float
    failed: int


def rendered(path: str, host: str, form: Mapping[str, str], headers: Mapping[str, str]) -> bytes:
    """A POST request as it goes over the wire."""
    body = urlencode(form).encode()
    lines = [f"POST {path} HTTP/1.1", f"Host: {host}", "Content-Type: application/x-www-form-urlencoded"]
    lines += [f"Content-Length: {len(body)}", *(f"{name}: {value}" for name, value in headers.items())]
    return "\r\n".join(lines).encode() + b"\r\n\r\n" + body


def play(requests: Iterable[bytes], address: tuple[str, int], connections: int) -> Timing:
    """Send every request, each connection one after the other."""
    waiting = deque(requests)
    total = len(waiting)
    selector = selectors.DefaultSelector()
    spans: list[float] = []
    failed = 0

    def send(line: socket.socket) -> None:
        line.sendall(waiting.popleft())
        selector.modify(line, selectors.EVENT_READ, (time.perf_counter(), bytearray()))

    began = time.perf_counter()
    for _ in range(min(connections, total)):
        line = socket.create_connection(address, timeout=30)
        line.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        selector.register(line, selectors.EVENT_READ, (0.0, bytearray()))
        send(line)
    while len(spans) < total:
        for key, _ in selector.select(timeout=30):
            line = key.fileobj  # type: ignore[assignment]  # only sockets are registered
            sent, got = key.data
            chunk = line.recv(65536)
            got += chunk
            if not chunk:
                raise ConnectionError("the server closed the connection")
            if not _complete(got):
                continue
            spans.append(time.perf_counter() - sent)
            failed += not got.startswith(b"HTTP/1.1 200")
            if waiting:
                send(line)
            else:
                selector.unregister(line)
                line.close()
    took = time.perf_counter() - began
    spans.sort()
    p50, p99 = (spans[int(len(spans) * share)] * 1000 for share in (0.5, 0.99))
    return Timing(total / took, p50, p99, spans[-1] * 1000, failed)


def _complete(got: bytearray) -> bool:
    head, separator, body = bytes(got).partition(b"\r\n\r\n")
    if not separator:
        return False
    for line in head.split(b"\r\n"):
        name, _, value = line.partition(b":")
        if name.lower() == b"content-length":
            return len(body) >= int(value)
    return True
