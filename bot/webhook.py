"""Tells a program elsewhere that something has happened: one signed request, to an address that was looked at first."""

import hashlib
import hmac
import json
import socket
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from ipaddress import IPv6Address, ip_address, ip_network
from typing import Any
from urllib.parse import urlsplit

import requests
from requests.adapters import HTTPAdapter

SIGNATURE = "Nawoord-Signature"
DELIVERY = "Nawoord-Delivery"

PORTS = {"http": 80, "https": 443}
METADATA = frozenset({ip_address("168.63.129.16")})
"""What clouds answer their machines with, where it looks like any other address."""
TRANSLATED = ip_network("64:ff9b::/96")
"""In whose addresses others are hidden."""

Resolve = Callable[[str, int], Sequence[str]]


class UndeliveredError(Exception):
    """It did not arrive, as far as we know; says why, without the address."""


def resolve(host: str, port: int) -> Sequence[str]:
    """Every address of a host. Raises OSError."""
    return [str(found[4][0]) for found in socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)]


def is_public(address: str) -> bool:
    """Whether an address leads out into the open: neither to this machine or network nor to what runs it."""
    ip = ip_address(address.partition("%")[0])
    if isinstance(ip, IPv6Address):
        if ip in TRANSLATED or ip.teredo:
            return False
        inner = ip.ipv4_mapped or ip.sixtofour
        if inner:
            return is_public(str(inner))
    return ip.is_global and not ip.is_multicast and ip not in METADATA


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
    timeout: seconds for connecting and for each wait. No redirect is followed.
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
        DELIVERY: delivery,
        SIGNATURE: signature(secret, at, body),
    }
    reached = f"[{addresses[0]}]" if ":" in addresses[0] else addresses[0]
    with requests.Session() as session:
        session.trust_env = False  # a proxy of the environment would look the name up anew
        session.mount("https://", _Pinned(host))
        try:
            with session.post(
                parts._replace(netloc=f"{reached}:{port}").geturl(),
                data=body,
                headers=headers,
                timeout=timeout,
                allow_redirects=False,
                stream=True,  # what is answered is not read
            ) as response:
                status = response.status_code
        except requests.Timeout as error:
            raise UndeliveredError(f"no answer in {timeout:g} seconds") from error
        except requests.RequestException as error:
            raise UndeliveredError(f"no connection ({type(error).__name__})") from error
    if not 200 <= status < 300:
        raise UndeliveredError(f"answered with {status}")


class _Pinned(HTTPAdapter):
    """Connects to an address, and takes only a certificate of the host it was looked up for."""

    def __init__(self, host: str) -> None:
        self._host = host
        super().__init__()

    def init_poolmanager(self, *args: Any, **kwargs: Any) -> None:
        """Lets the handshake name the host, and checks the certificate against it."""
        super().init_poolmanager(*args, **kwargs, server_hostname=self._host, assert_hostname=self._host)
