"""Tells a program elsewhere that something has happened: one signed request, to an address that was looked at first."""

import hashlib
import hmac
import json
import socket
import ssl
from collections.abc import Callable, Mapping, Sequence
from contextlib import closing
from datetime import datetime
from http.client import HTTPConnection, HTTPException
from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network
from typing import Any
from urllib.parse import SplitResult, urlsplit

from bot.deadline import connected

SIGNATURE = "Nawoord-Signature"
DELIVERY = "Nawoord-Delivery"

PORTS = {"http": 80, "https": 443}
CLOSED = tuple(map(ip_network, ("168.63.129.16", "192.0.0.0/24", "fec0::/10")))
"""What networks, and clouds their machines, answer with though it looks like any other address."""
TRANSLATED = ip_network("64:ff9b::/96")
"""Addresses behind which a network without IPv4 reaches those of IPv4 (RFC 6052)."""

Resolve = Callable[[str, int], Sequence[str]]


class UndeliveredError(Exception):
    """It did not arrive, as far as we know; says why, without the address."""


def resolve(host: str, port: int) -> Sequence[str]:
    """Every address of a host. Raises OSError."""
    try:
        return [str(found[4][0]) for found in socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)]
    except UnicodeError as error:
        raise OSError("this cannot be the name of a host") from error


def is_public(address: str) -> bool:
    """Whether an address leads out into the open: neither to this machine or network nor to what runs it."""
    ip = ip_address(address.partition("%")[0])
    if isinstance(ip, IPv6Address):
        if ip.teredo:
            return False
        if inner := _inner(ip):
            return is_public(str(inner))
    return ip.is_global and not (ip.is_multicast or ip.is_reserved) and not any(ip in network for network in CLOSED)


def _inner(ip: IPv6Address) -> IPv4Address | None:
    """The address of IPv4 that one of IPv6 stands for."""
    return IPv4Address(ip.packed[-4:]) if ip in TRANSLATED else ip.ipv4_mapped or ip.sixtofour


def signature(secret: str, at: datetime, body: bytes) -> str:
    """`t=SECONDS,v1=HEX`: HMAC-SHA256 with the secret over the seconds since 1970, a full stop and the exact body."""
    seconds = int(at.timestamp())
    signed = hmac.new(secret.encode(), f"{seconds}.".encode() + body, hashlib.sha256).hexdigest()
    return f"t={seconds},v1={signed}"


def post(
    url: str,
    payload: Mapping[str, Any],
    delivery: str,
    secret: str,
    at: datetime,
    timeout: float,
    *,
    allow_private: bool,
    look_up: Resolve = resolve,
) -> None:
    """Sends the payload as JSON. Raises UndeliveredError unless it is answered with 2xx.

    The host is looked up once, every address of it is checked, and the one connected to is one of those, so that a name
    cannot lead elsewhere a moment later. delivery: names what is told, and stays the same when it is told again;
    timeout: seconds for connecting, asking and the answer together. No redirect is followed, and of the answer nothing
    is read behind its head.
    """
    parts = urlsplit(url)
    host, port = parts.hostname or "", parts.port or PORTS[parts.scheme]
    try:
        addresses = look_up(host, port)
    except OSError as error:
        raise UndeliveredError("the host is not known") from error
    if not addresses:
        raise UndeliveredError("the host has no address")
    if not allow_private and not all(map(is_public, addresses)):
        raise UndeliveredError("the host leads to a private address; see callbacks.webhook.allow_private")
    body = json.dumps(payload, sort_keys=True, ensure_ascii=False).encode()
    headers = {
        "Host": parts.netloc,
        "Content-Type": "application/json",
        "User-Agent": "nawoord",
        "Connection": "close",
        DELIVERY: delivery,
        SIGNATURE: signature(secret, at, body),
    }
    try:
        with connected(addresses, port, timeout) as line:
            status = _status(line, parts, host, body, headers)
    except TimeoutError as error:
        raise UndeliveredError(f"no answer in {timeout:g} seconds") from error
    except (OSError, HTTPException) as error:
        raise UndeliveredError(f"no connection ({type(error).__name__})") from error
    if not 200 <= status < 300:
        raise UndeliveredError(f"answered with {status}")


def _status(line: socket.socket, parts: SplitResult, host: str, body: bytes, headers: Mapping[str, str]) -> int:
    """Asks over that connection, encrypted where the address says so, as that host alone can; gives the status."""
    if parts.scheme == "https":
        line = ssl.create_default_context().wrap_socket(line, server_hostname=host)
    connection = HTTPConnection(host, parts.port or PORTS[parts.scheme])
    connection.sock = line
    with closing(connection):
        connection.request("POST", (parts.path or "/") + (f"?{parts.query}" if parts.query else ""), body, headers)
        with connection.getresponse() as answer:
            return answer.status
