"""Twilio: knows its webhooks from forgeries and sends messages by its REST API."""

import hmac
import json
from collections.abc import Iterable, Mapping
from typing import Any
from urllib.parse import urlsplit, urlunsplit

from requests.exceptions import ConnectTimeout, RequestException
from twilio.base.exceptions import TwilioException
from twilio.http.http_client import TwilioHttpClient
from twilio.request_validator import RequestValidator
from twilio.rest import Client

from bot.carriers import CarrierError, Outgoing, address

SIGNATURE_HEADER = "X-Twilio-Signature"

TIMEOUT = 10.0
"""Seconds we wait for Twilio's answer; its SDK would wait for ever."""

PASSING_STATUSES = frozenset({401, 403, 408, 429})
"""Client errors that are about our account or its pace, not about this message."""

PASSING_CODES = frozenset({20003, 20429, 21611, 63018, 63038})
"""Credentials, throttling, a full queue and the daily limit: the same message can go later."""


def sign(token: str, url: str, form: Mapping[str, str]) -> str:
    """The signature Twilio would send with this form to this URL. A MultiDict keeps its repeated fields."""
    return str(RequestValidator(token).compute_signature(url, form))


def is_genuine(tokens: Iterable[str], url: str, form: Mapping[str, str], signature: str | None) -> bool:
    """Whether the signature was made with one of the tokens for this form posted to this URL.

    url: the configured public base URL and the raw request target, exactly as sent; it is tried with and without port,
    since Twilio itself differs between voice and messaging. An empty token never counts.
    """
    if not signature:
        return False
    # No early exit: how long this takes must not tell which token or which form of the URL came close.
    matches = [
        hmac.compare_digest(sign(token, candidate, form).encode(), signature.encode())
        for token in tokens
        if token
        for candidate in _as_signed(url)
    ]
    return any(matches)


class TwilioCarrier:
    """Sends messages through Twilio, or through a server that speaks its REST API.

    key, secret: an API key and its secret, or the account SID and its auth token.
    status_callback: where Twilio reports what became of a message; api_url: the base URL of a compatible server.
    """

    def __init__(
        self, account: str, key: str, secret: str, status_callback: str | None = None, api_url: str | None = None
    ) -> None:
        http = _RebasedHttpClient(api_url) if api_url else TwilioHttpClient(timeout=TIMEOUT)
        # An environment of our own: the SDK would otherwise be rerouted by TWILIO_REGION or TWILIO_EDGE unseen.
        own = {"TWILIO_ACCOUNT_SID": account}
        self._client = Client(key, secret, account, http_client=http, environment=own)
        self._status_callback = status_callback

    def send(self, message: Outgoing) -> str:
        """Creates the message at Twilio; returns its SID. Raises CarrierError."""
        fields: dict[str, Any] = {
            "from_": address(message.channel, message.ours),
            "to": address(message.channel, message.theirs),
        }
        if message.content:
            fields |= {"content_sid": message.content, "content_variables": json.dumps(dict(message.variables))}
        else:
            fields |= {"body": message.text}
        if self._status_callback:
            fields |= {"status_callback": self._status_callback}
        try:
            return str(self._client.messages.create(**fields).sid)
        # `from None`: what the SDK says of an error may name the phone number.
        except TwilioException as error:
            raise _as_ours(error) from None
        except RequestException as error:
            raise CarrierError(permanent=False, uncertain=not isinstance(error, ConnectTimeout)) from None


class _RebasedHttpClient(TwilioHttpClient):  # type: ignore[misc]
    """Sends what is meant for Twilio to another base URL."""

    def __init__(self, base_url: str) -> None:
        super().__init__(timeout=TIMEOUT)
        self._base = urlsplit(base_url.rstrip("/"))

    def request(self, method: str, url: str, *args: Any, **kwargs: Any) -> Any:
        meant = urlsplit(url)
        path = self._base.path + meant.path
        rebased = meant._replace(scheme=self._base.scheme, netloc=self._base.netloc, path=path)
        return super().request(method, urlunsplit(rebased), *args, **kwargs)


def _as_signed(url: str) -> set[str]:
    """The forms of a URL that Twilio may have signed: without user and fragment, with and without its port."""
    parts = urlsplit(url)
    host = parts.netloc.rpartition("@")[2]
    bare = host.removesuffix(f":{parts.port}") if parts.port else host
    ported = host if parts.port else f"{host}:{443 if parts.scheme == 'https' else 80}"
    start, _, rest = url.partition("#")[0].partition("://")
    target = rest.removeprefix(parts.netloc)
    return {f"{start}://{netloc}{target}" for netloc in (host, bare, ported)}


def _as_ours(error: TwilioException) -> CarrierError:
    status: int = getattr(error, "status", 0)
    code: int | None = getattr(error, "code", None)
    about_the_message = 400 <= status < 500 and status not in PASSING_STATUSES and code not in PASSING_CODES
    return CarrierError(permanent=about_the_message, code=code, uncertain=not 400 <= status < 500)
